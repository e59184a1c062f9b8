import { z } from 'zod'
import { type Ctx, type Route, route } from '#platform'
import { CustomerId } from '../contract.ts'
import type { Running } from '../running.ts'
import { listPeople, readOverview, readScore, savePeople } from './overview.ts'
import { CustomerScore, PeoplePage, PeopleQuery, QualityOverview, SavePeople } from './score-contract.ts'

/** @param running what lives as long as the process */
export const scoreRoutes = (running: (ctx: Ctx) => Running): readonly Route[] => [
  route('GET /quality/overview', {
    can: 'quality.read',
    summary: 'Scores of everybody, by day, source and trait',
    query: z.object({ days: z.coerce.number().int().min(1).max(1_000).default(90) }),
    reply: QualityOverview,
    run: (ctx, query) => readOverview(ctx, running(ctx).origins, query),
  }),
  route('POST /quality/score', {
    can: 'quality.write',
    summary: 'Put the rules to the base and score everybody now, in the background; happens each night by itself',
    status: 202,
    reply: z.object({ asked: z.literal(true) }),
    run: (ctx) =>
      ctx.tx(async (ctx) => {
        await ctx.jobs.send('quality.score', {}, { key: 'now' })
        await ctx.audit.record(ctx, { action: 'quality.score' })
        return { asked: true as const }
      }),
  }),
  route('GET /quality/customers/{id}', {
    can: 'customers.read',
    summary: 'Score of one customer with its parts; null when no trait of him is known',
    params: z.object({ id: CustomerId }),
    reply: z.object({ score: CustomerScore.nullable() }),
    run: readScore,
  }),
  route('GET /quality/people', {
    can: 'customers.read',
    summary: 'Customers behind a number, by number; masked',
    query: PeopleQuery,
    reply: PeoplePage,
    run: (ctx, query) => listPeople(ctx, running(ctx).dictionary, query),
  }),
  route('POST /quality/people/list', {
    can: 'audiences.write',
    summary: 'Save the customers behind a number as a list',
    body: SavePeople,
    reply: z.object({ id: z.string(), size: z.number() }),
    run: savePeople,
  }),
]
