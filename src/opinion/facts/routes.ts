import { z } from 'zod'
import { type Job, job, type Route, route } from '#platform'
import { PostId } from '../contract.ts'
import { factsOfEvent } from './about-event.ts'
import {
  FactDecision,
  FactDetail,
  FactId,
  FactPage,
  FactQuery,
  FactReason,
  FactsAbout,
  FactText,
  LinkDecision,
} from './facts-contract.ts'
import { decideLink, linkFacts } from './links.ts'
import { createFact, decideFact, listFacts, readFact, submitFact, withdrawFact, writeFact } from './store.ts'

const Id = z.object({ id: FactId })

export const factRoutes: readonly Route[] = [
  route('GET /opinion/facts', {
    can: 'opinion.read',
    summary: 'The fact file',
    query: FactQuery,
    reply: FactPage,
    run: listFacts,
  }),
  route('POST /opinion/facts', {
    can: 'opinion.write',
    summary: 'A new fact, as a draft',
    body: FactText,
    reply: FactDetail,
    run: createFact,
  }),
  route('GET /opinion/facts/{id}', {
    can: 'opinion.read',
    summary: 'A fact with its versions, the posts that make the claim, and where it was used',
    params: Id,
    reply: FactDetail,
    run: readFact,
  }),
  route('PUT /opinion/facts/{id}', {
    can: 'opinion.write',
    summary: 'Change a draft, or begin a new version',
    params: Id,
    body: FactText,
    reply: FactDetail,
    run: writeFact,
  }),
  route('POST /opinion/facts/{id}/submit', {
    can: 'opinion.write',
    summary: 'Ask for approval',
    params: Id,
    reply: FactDetail,
    run: submitFact,
  }),
  route('POST /opinion/facts/{id}/decision', {
    can: 'opinion.approve',
    summary: 'Approve or refuse, never by its writer',
    params: Id,
    body: FactDecision,
    reply: FactDetail,
    run: decideFact,
  }),
  route('POST /opinion/facts/{id}/withdraw', {
    can: 'opinion.approve',
    summary: 'A fact counts no more',
    params: Id,
    body: FactReason,
    reply: FactDetail,
    run: withdrawFact,
  }),
  route('PUT /opinion/facts/{id}/links/{clusterId}', {
    can: 'opinion.write',
    summary: 'Whether a post makes the claim',
    params: Id.extend({ clusterId: PostId }),
    body: LinkDecision,
    reply: z.object({ id: z.int() }),
    run: decideLink,
  }),
  route('GET /opinion/events/{id}/facts', {
    can: 'opinion.read',
    summary: 'Facts that the posts of an event are about',
    params: Id,
    reply: FactsAbout,
    run: factsOfEvent,
  }),
]

const day = 86_400_000

export const factJobs: readonly Job[] = [
  job({
    name: 'opinion.linkFacts',
    input: z.strictObject({ factId: z.int(), days: z.int().min(1).max(90) }),
    run: async (ctx, { factId, days }, signal) => {
      await linkFacts(ctx, { factId, since: new Date(ctx.now().getTime() - days * day), signal })
    },
  }),
  job({
    name: 'opinion.linkNewPosts',
    cron: '* * * * *',
    input: z.strictObject({}),
    run: async (ctx, _, signal) => {
      const now = ctx.now().getTime()
      // Three minutes: a run that failed is made up for by the next two.
      await linkFacts(ctx, { since: new Date(now - 3 * day), seenSince: new Date(now - 180_000), signal })
    },
  }),
]
