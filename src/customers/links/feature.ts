import { z } from 'zod'
import { type Job, job, type Route, route } from '#platform'
import { CustomerId } from '../contract.ts'
import {
  GraphQuery,
  LinkDecision,
  LinkFile,
  LinkFileReport,
  LinkGraph,
  LinkId,
  LinkView,
  NewLink,
  ProposedPage,
  ProposedQuery,
} from './contract.ts'
import { importLinks } from './file.ts'
import { readLinkGraph } from './graph.ts'
import { proposeHouseholds } from './households.ts'
import { decideLink, listProposed, makeLink } from './store.ts'

export const linkRoutes: readonly Route[] = [
  route('GET /customers/{id}/links', {
    can: 'customers.read',
    summary: 'Whom a customer is linked with, one or two links away; masked',
    params: z.object({ id: CustomerId }),
    query: GraphQuery,
    reply: LinkGraph,
    run: (ctx, { id, depth }) => readLinkGraph(ctx, id, depth),
  }),
  route('POST /links', {
    can: 'customers.write',
    summary: 'Link two customers: household, employer, guarantor, referrer, emergency contact. Never merges them',
    body: NewLink,
    reply: LinkView,
    run: makeLink,
  }),
  route('POST /links/{id}/decide', {
    can: 'customers.write',
    summary: 'Confirm or refuse a proposed link, or end one',
    params: z.object({ id: LinkId }),
    body: LinkDecision,
    status: 204,
    run: decideLink,
  }),
  route('GET /links/proposed', {
    can: 'customers.read',
    summary: 'Links that a rule proposed, to be confirmed or refused',
    query: ProposedQuery,
    reply: ProposedPage,
    run: listProposed,
  }),
  route('POST /links/file', {
    can: 'customers.write',
    summary: 'Links from a CSV of pairs: kind,from,to,since,evidence; customers as #12, phone:…, idCard:…, accountId:…',
    body: LinkFile,
    bodyLimitBytes: 9_000_000,
    reply: LinkFileReport,
    run: (ctx, { text }) => importLinks(ctx, text),
  }),
  route('POST /links/households', {
    can: 'customers.write',
    summary: 'Look for households (one surname, one address) in the background; each is proposed, none is made',
    status: 202,
    run: (ctx) =>
      ctx.tx(async (ctx) => {
        await ctx.jobs.send('customers.proposeHouseholds', {}, { key: 'households' })
        await ctx.audit.record(ctx, { action: 'link.propose', detail: { asked: true } })
      }),
  }),
]

export const linkJobs: readonly Job[] = [
  job({
    name: 'customers.proposeHouseholds',
    timeoutSeconds: 3_600,
    input: z.object({}),
    run: async (ctx, _input, signal) => void (await proposeHouseholds(ctx, signal)),
  }),
]
