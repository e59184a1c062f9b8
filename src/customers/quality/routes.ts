import { z } from 'zod'
import { type Ctx, type Route, route } from '#platform'
import type { Running } from '../running.ts'
import { askRun } from './base-run.ts'
import {
  FindingPage,
  FindingsQuery,
  HoursQuery,
  NewRule,
  Rule,
  RuleChange,
  RuleHours,
  RuleId,
  RuleList,
  TestRequest,
  TestResult,
} from './contract.ts'
import { listFindings, ruleHours, testRule } from './findings.ts'
import { changeRule, createRule, deleteRule, listRules, readRule } from './rules.ts'

const Id = z.object({ id: RuleId })

/** @param running what lives as long as the process */
export const ruleRoutes = (running: (ctx: Ctx) => Running): readonly Route[] => {
  const changing =
    <Input, Result>(change: (ctx: Ctx, input: Input) => Promise<Result>) =>
    async (ctx: Ctx, input: Input): Promise<Result> => {
      const result = await change(ctx, input)
      running(ctx).quality.rules.forget()
      return result
    }
  return [
    route('GET /quality/rules', {
      can: 'quality.read',
      summary: 'Quality rules with what they found on arrival in 7 days and in their last run over the base',
      reply: RuleList,
      run: async (ctx) => {
        await running(ctx).quality.flush(ctx)
        return listRules(ctx)
      },
    }),
    route('POST /quality/rules', {
      can: 'quality.write',
      summary: 'A new rule about a trait or an event property',
      body: NewRule,
      reply: Rule,
      status: 201,
      run: changing(createRule),
    }),
    route('POST /quality/rules/test', {
      can: 'quality.read',
      summary: 'Try a check that need not be saved, on given values or on values of the base; masked',
      body: TestRequest,
      reply: TestResult,
      run: (ctx, request) => testRule(ctx, running(ctx).dictionary, request),
    }),
    route('GET /quality/rules/{id}', {
      can: 'quality.read',
      summary: 'One rule',
      params: Id,
      reply: Rule,
      run: readRule,
    }),
    route('PATCH /quality/rules/{id}', {
      can: 'quality.write',
      summary: 'Change what is given',
      params: Id,
      body: RuleChange,
      reply: Rule,
      run: changing(changeRule),
    }),
    route('DELETE /quality/rules/{id}', {
      can: 'quality.write',
      summary: 'Delete a rule and what it found',
      params: Id,
      status: 204,
      run: changing(deleteRule),
    }),
    route('POST /quality/rules/{id}/run', {
      can: 'quality.write',
      summary: 'Put the rule to the whole base, in the background',
      params: Id,
      reply: z.object({ run: z.int() }),
      run: askRun,
    }),
    route('GET /quality/rules/{id}/findings', {
      can: 'customers.read',
      summary: 'The records behind the number: customer, import line or message; masked',
      params: Id,
      query: FindingsQuery,
      reply: FindingPage,
      run: (ctx, query) => listFindings(ctx, running(ctx).origins, query),
    }),
    route('GET /quality/rules/{id}/hours', {
      can: 'quality.read',
      summary: 'Values looked at on arrival and found wrong, by hour, source and import',
      params: Id,
      query: HoursQuery,
      reply: RuleHours,
      run: async (ctx, query) => {
        await running(ctx).quality.flush(ctx)
        return ruleHours(ctx, running(ctx).origins, query)
      },
    }),
  ]
}
