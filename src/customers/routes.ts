import { sql } from 'kysely'
import { z } from 'zod'
import { type Ctx, ch, normaliseIdentifier, type Route, route } from '#platform'
import {
  ConflictDecision,
  CustomerId,
  CustomerPage,
  CustomerProfile,
  CustomerSearch,
  DebuggedMessage,
  MergeRequest,
  NewSource,
  OpenConflict,
  SourceChange,
  SourceMinute,
  SourceView,
  Stats,
  TimelinePage,
  TimelineQuery,
  TraitCoverage,
  TraitDeclaration,
  TraitEntryView,
  Unmask,
  Unmasked,
  UnmergeRequest,
} from './contract.ts'
import { decideConflict, listConflicts, mergeCustomers, unmergeCustomers } from './identity/merge.ts'
import { countCustomers, readProfile, searchCustomers, unmask } from './profile.ts'
import type { Running } from './running.ts'
import { readTimeline } from './timeline.ts'
import { changeSource, createSource, debugSource, listSources, rotateKey, sourceMinutes } from './tracking/sources.ts'
import { declareTrait, traitCoverage } from './traits/declare.ts'

const Id = z.object({ id: CustomerId })
const SourceId = z.object({ id: z.string().regex(/^\d{1,5}$/) })
const Instant = z.iso.datetime()

/** @param running what lives as long as the process */
export const customerRoutes = (running: (ctx: Ctx) => Running): readonly Route[] => {
  /** What tracking remembers of people ends when somebody says who is who. */
  const forgetting =
    <Input, Result>(change: (ctx: Ctx, input: Input) => Promise<Result>) =>
    async (ctx: Ctx, input: Input): Promise<Result> => {
      const result = await change(ctx, input)
      running(ctx).committer.forget()
      return result
    }
  return [
    route('POST /customers/search', {
      can: 'customers.read',
      summary: 'Find customers by an identifier, a number, or page through the newest; masked',
      body: CustomerSearch,
      reply: CustomerPage,
      run: searchCustomers,
    }),
    route('GET /customers/{id}', {
      can: 'customers.read',
      summary: 'One customer: masked identifiers and traits with their origin',
      params: Id,
      reply: CustomerProfile,
      run: (ctx, { id }) => readProfile(ctx, running(ctx), id),
    }),
    route('GET /customers/{id}/timeline', {
      can: 'customers.read',
      summary: 'Events of a customer, newest first',
      params: Id,
      query: TimelineQuery,
      reply: TimelinePage,
      run: (ctx, { id, ...query }) => readTimeline(ctx, running(ctx), id, query),
    }),
    route('POST /customers/{id}/unmask', {
      can: 'customers.unmask',
      summary: 'Personal values in clear, for a stated purpose; audited',
      params: Id,
      body: Unmask,
      reply: Unmasked,
      run: (ctx, { id, purpose }) => unmask(ctx, id, purpose),
    }),
    route('POST /customers/merge', {
      can: 'customers.merge',
      summary: 'Two customers are one person',
      body: MergeRequest,
      reply: z.object({ id: z.string() }),
      run: forgetting(mergeCustomers),
    }),
    route('POST /customers/{id}/unmerge', {
      can: 'customers.merge',
      summary: 'Take a merged customer out again, with his own events',
      params: Id,
      body: UnmergeRequest,
      reply: z.object({ id: z.string() }),
      run: forgetting(unmergeCustomers),
    }),
    route('GET /conflicts', {
      can: 'customers.read',
      summary: 'Pairs of customers with conflicting identifiers, to be decided',
      reply: z.object({ items: z.array(OpenConflict) }),
      run: listConflicts,
    }),
    route('POST /conflicts/{id}/decide', {
      can: 'customers.merge',
      summary: 'Two people, or one after all',
      params: z.object({ id: z.string().regex(/^\d+$/) }),
      body: ConflictDecision,
      status: 204,
      run: forgetting(decideConflict),
    }),
    route('GET /traits', {
      can: 'overview.read',
      summary: 'The dictionary of traits',
      reply: z.object({ items: z.array(TraitEntryView) }),
      run: async (ctx) => ({
        items: [...(await running(ctx).dictionary.entries(ctx)).values()]
          .map((entry) => ({ ...entry, allowed: entry.allowed && [...entry.allowed] }))
          .sort((a, b) => a.name.localeCompare(b.name)),
      }),
    }),
    route('GET /traits/coverage', {
      can: 'overview.read',
      summary: 'How many customers have each trait, and its most frequent values',
      reply: z.object({ items: z.array(TraitCoverage) }),
      run: traitCoverage,
    }),
    route('PUT /traits/{name}', {
      can: 'dictionary.write',
      summary: 'Declare a trait or change its entry; what is not given stays',
      params: z.object({ name: z.string().min(1).max(128) }),
      body: TraitDeclaration,
      status: 204,
      run: (ctx, { name, ...entry }) => declareTrait(ctx, running(ctx).dictionary, name, entry),
    }),
    route('GET /sources', {
      can: 'sources.read',
      summary: 'Tracking sources with the last hour',
      reply: z.object({ items: z.array(SourceView) }),
      run: listSources,
    }),
    route('POST /sources', {
      can: 'sources.write',
      summary: 'A new source; the write key is shown once',
      body: NewSource,
      reply: z.object({ id: z.string(), name: z.string(), writeKey: z.string() }),
      run: async (ctx, source) => {
        const made = await createSource(ctx, source)
        running(ctx).sources.forget()
        running(ctx).origins.forget()
        return made
      },
    }),
    route('PATCH /sources/{id}', {
      can: 'sources.write',
      summary: 'Change a source; what is not given stays',
      params: SourceId,
      body: SourceChange,
      reply: z.object({ id: z.string() }),
      run: async (ctx, change) => {
        const changed = await changeSource(ctx, change)
        running(ctx).sources.forget()
        running(ctx).origins.forget()
        return changed
      },
    }),
    route('POST /sources/{id}/rotate-key', {
      can: 'sources.write',
      summary: 'A new write key; the old one ends now',
      params: SourceId,
      reply: z.object({ id: z.string(), writeKey: z.string() }),
      run: async (ctx, { id }) => {
        const rotated = await rotateKey(ctx, id)
        running(ctx).sources.forget()
        return rotated
      },
    }),
    route('GET /sources/{id}/minutes', {
      can: 'sources.read',
      summary: 'Messages per minute',
      params: SourceId,
      query: z.object({ minutes: z.coerce.number().int().min(5).max(1_440).default(60) }),
      reply: z.object({ items: z.array(SourceMinute) }),
      run: async (ctx, { id, minutes }) => {
        await running(ctx).sources.flush(ctx)
        return sourceMinutes(ctx, id, minutes)
      },
    }),
    route('GET /sources/{id}/debugger', {
      can: 'sources.read',
      summary: 'The last messages with their fate',
      params: SourceId,
      query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(100) }),
      reply: z.object({ items: z.array(DebuggedMessage) }),
      run: (ctx, { id, limit }) => debugSource(ctx, id, limit),
    }),
    route('GET /stats', {
      can: 'overview.read',
      summary: 'How many customers, events and sources there are',
      reply: Stats,
      run: async (ctx) => {
        const [customers, events, sources] = await Promise.all([
          countCustomers(ctx),
          ctx.ch.one<{ count: string }>(ch.sql`select count() as count from events`),
          sql<{ count: number }>`select count(*)::int as count from customers.source`.execute(ctx.pg),
        ])
        return { customers, events: Number(events?.count ?? 0), sources: sources.rows[0]?.count ?? 0 }
      },
    }),
    route('GET /stats/events-per-hour', {
      can: 'overview.read',
      summary: 'Events by the hour they happened, oldest first, empty hours included',
      query: z.object({ hours: z.coerce.number().int().min(1).max(744).default(48) }),
      reply: z.object({ items: z.array(z.object({ at: Instant, count: z.number() })) }),
      run: async (ctx, { hours }) => {
        const last = Math.floor(ctx.now().getTime() / 3_600_000)
        const rows = await ctx.ch.rows<{ hour: string; count: string }>(
          ch.sql`select intDiv(toUnixTimestamp64Milli(ts), 3600000) as hour, count() as count from events where ts >= ${ch.moment(new Date((last - hours + 1) * 3_600_000))} and ts < ${ch.moment(new Date((last + 1) * 3_600_000))} group by hour`,
        )
        const byHour = new Map(rows.map(({ hour, count }) => [Number(hour), Number(count)]))
        return {
          items: Array.from({ length: hours }, (_, index) => last - hours + 1 + index).map((hour) => ({
            at: new Date(hour * 3_600_000).toISOString(),
            count: byHour.get(hour) ?? 0,
          })),
        }
      },
    }),
    route('GET /events/count', {
      can: 'overview.read',
      summary: 'How many events there are, by name and period',
      query: z.object({ event: z.string().max(256).optional(), since: Instant.optional(), until: Instant.optional() }),
      reply: z.object({ count: z.number() }),
      run: async (ctx, { event, since, until }) => {
        const conditions = [ch.sql`1`]
        if (event) conditions.push(ch.sql`event = ${ch.str(event)}`)
        if (since) conditions.push(ch.sql`ts >= ${ch.moment(new Date(since))}`)
        if (until) conditions.push(ch.sql`ts < ${ch.moment(new Date(until))}`)
        const row = await ctx.ch.one<{ count: string }>(
          ch.sql`select count() as count from events where ${ch.join(conditions, ' and ')}`,
        )
        return { count: Number(row?.count ?? 0) }
      },
    }),
    route('POST /identifiers/check', {
      can: 'customers.read',
      summary: 'Whether a value is valid for its kind, before searching for it',
      body: z
        .object({ kind: CustomerSearch.shape.identifier.unwrap().shape.kind, value: z.string().max(512) })
        .strict(),
      reply: z.object({ valid: z.boolean() }),
      run: async (_ctx, { kind, value }) => ({ valid: normaliseIdentifier(kind, value) !== undefined }),
    }),
  ]
}
