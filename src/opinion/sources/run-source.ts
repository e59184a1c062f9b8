import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Item } from '../contract.ts'
import { keepEvidence, sealRaw } from './evidence.ts'
import { Fault } from './fetch.ts'
import { noteHotList } from './hot-lists.ts'
import { mannersOf, NotYet, userAgentOf } from './manners.ts'
import type { Raw, Reading } from './read-source.ts'
import { readSource } from './read-source.ts'
import { scheduleRecounts } from './recount.ts'
import { noteArrival } from './rhythm.ts'
import type { SourceFault } from './sources-contract.ts'
import { type Settings, type SourceRow, type StateRow, secretOf, settingsOf, stateRow } from './store.ts'
import { passDoor, type Reject, type Stored, storePassed } from './take-found.ts'
import { nextReading } from './timetable.ts'

/** One reading of one source: asked, read, stored, noted. */

export interface Outcome {
  outcome: 'new' | 'unchanged' | 'failed'
  found: number
  stored: number
  known: number
  rejects: Reject[]
  bytes: number
  cut: boolean
  fault: SourceFault | null
  faultText: string
  /** Median from publication to now, of new posts whose time is to be trusted; seconds. */
  lagSeconds: number | null
}

const failedWith = (fault: SourceFault, faultText: string): Outcome => ({
  outcome: 'failed',
  found: 0,
  stored: 0,
  known: 0,
  rejects: [],
  bytes: 0,
  cut: false,
  fault,
  faultText: faultText.slice(0, 300),
  lagSeconds: null,
})

const rejectsKept = 20

const median = (values: readonly number[]): number | null => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? null
}

/** Older posts found at the first reading say nothing of how late we are. */
const lagCountsMs = 3 * 86_400_000

/** Median delay of new posts, seconds. */
export const lagOf = (fresh: Stored['fresh'], now: Date): number | null =>
  median(
    fresh.flatMap(({ item }) => {
      const lag = now.getTime() - Date.parse(item.publishedAt)
      return item.dateDoubt === undefined && lag >= 0 && lag < lagCountsMs ? [lag / 1_000] : []
    }),
  )

/** Publication of the newest, whether another source had it first or not: it is this source's rhythm. */
const newest = (seen: readonly { item: Item }[]): Date | undefined => {
  const times = seen.flatMap(({ item }) => (item.dateDoubt === undefined ? [Date.parse(item.publishedAt)] : []))
  return times.length === 0 ? undefined : new Date(times.reduce((a, b) => Math.max(a, b)))
}

/** Evidence of those pieces in which something new was found. */
const evidenceOf = async (ctx: Ctx, { raws }: Reading, fresh: Stored['fresh'], rawIndex: readonly number[]) => {
  const posts = new Map<number, string[]>()
  for (const { index, postId } of fresh) {
    const raw = rawIndex[index] ?? 0
    posts.set(raw, [...(posts.get(raw) ?? []), postId])
  }
  const kept: { sealed: Awaited<ReturnType<typeof sealRaw>>; postIds: string[] }[] = []
  for (const [raw, postIds] of posts) {
    const bytes: Raw | undefined = raws[raw]
    if (bytes) kept.push({ sealed: await sealRaw(ctx, bytes), postIds })
  }
  return kept
}

interface Done {
  outcome: Outcome
  /** Written in the transaction that ends the run. */
  effects: (ctx: Ctx) => Promise<void>
  memory: { etag: string | null; lastModified: string | null; cursor: Record<string, unknown> | null }
  newestAt: Date | undefined
}

const nothing = async () => undefined

/** @throws Fault, NotYet */
const readAndStore = async (
  ctx: Ctx,
  row: SourceRow,
  settings: Settings,
  state: StateRow,
  signal: AbortSignal,
  storing: <T>(run: () => Promise<T>) => Promise<T>,
): Promise<Done> => {
  const { config, terms } = settings
  const reading = await readSource(config, {
    secret: await secretOf(ctx, row),
    userAgent: userAgentOf(ctx),
    allowInside: ctx.config.webhooksPrivate,
    etag: state.etag,
    lastModified: state.last_modified,
    cursor: state.cursor,
    before: mannersOf(ctx, settings.politeness, signal),
    signal,
  })
  const memory = { etag: reading.etag, lastModified: reading.lastModified, cursor: reading.cursor ?? state.cursor }
  const bytes = reading.raws.reduce((sum, raw) => sum + raw.bytes.length, 0)
  if (reading.unchanged)
    return {
      outcome: { ...failedWith('internal', ''), outcome: 'unchanged', fault: null },
      effects: nothing,
      memory,
      newestAt: undefined,
    }
  const base = reading.raws[0]?.url
  const now = ctx.now()
  const { passed, rejects } = passDoor(reading.found, { settings: { ...settings, ...timesOf(config) }, now, base })
  if (reading.found.length > 0 && passed.length === 0)
    return {
      outcome: { ...failedWith('allRefused', rejects[0]?.reason ?? ''), found: reading.found.length, rejects, bytes },
      effects: nothing,
      // The same answer again would be as wrong: it must not count as "unchanged" and well.
      memory: { ...memory, etag: null, lastModified: null },
      newestAt: undefined,
    }
  const stored = await storing(() => storePassed(ctx, row.id, passed))
  const evidence =
    terms.evidenceDays > 0
      ? await evidenceOf(
          ctx,
          reading,
          stored.fresh,
          reading.found.map(({ raw }) => raw),
        )
      : []
  return {
    outcome: {
      outcome: stored.fresh.length > 0 ? 'new' : 'unchanged',
      found: reading.found.length,
      stored: stored.fresh.length,
      known: stored.known,
      rejects: [...rejects, ...stored.rejects],
      bytes,
      cut: reading.cut,
      fault: null,
      faultText: '',
      lagSeconds: state.last_new_at ? lagOf(stored.fresh, now) : null,
    },
    effects: async (ctx) => {
      await noteHotList(
        ctx,
        row.id,
        passed.map(({ item }) => item),
      )
      if (config.kind === 'json' && config.reseen) await scheduleRecounts(ctx, row.id, stored.fresh)
      for (const { sealed, postIds } of evidence)
        await keepEvidence(ctx, sealed, {
          sourceId: row.id,
          postIds,
          days: terms.evidenceDays,
          secretParameter: 'auth' in config && config.auth.type === 'query' ? config.auth.name : undefined,
        })
    },
    memory,
    newestAt: newest(passed),
  }
}

export const timesOf = (config: Settings['config']): { dateFormat?: string; zone?: string } =>
  'dateFormat' in config ? { dateFormat: config.dateFormat, zone: config.zone } : {}

/** Notes how a run went, in one transaction with what hangs on it. */
export const noteRun = (
  ctx: Ctx,
  row: SourceRow,
  state: StateRow,
  {
    startedAt,
    tookMs,
    outcome,
    effects = nothing,
    memory,
    newestAt,
    nextAt,
  }: {
    startedAt: Date
    tookMs: number
    outcome: Outcome
    effects?: Done['effects']
    memory?: Done['memory'] | undefined
    newestAt?: Date | undefined
    nextAt?: Date | null
  },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const failed = outcome.outcome === 'failed'
    const arrived =
      outcome.stored > 0 || (newestAt !== undefined && (state.last_item_at === null || newestAt > state.last_item_at))
    await ctx.pg
      .insertInto('opinion.source_run')
      .values({
        source_id: row.id,
        started_at: startedAt,
        took_ms: Math.round(tookMs),
        outcome: outcome.outcome,
        found: outcome.found,
        stored: outcome.stored,
        known: outcome.known,
        refused: outcome.rejects.length,
        bytes: outcome.bytes,
        cut: outcome.cut,
        fault: outcome.fault,
        fault_text: outcome.faultText,
        rejects: JSON.stringify(outcome.rejects.slice(0, rejectsKept)),
        lag_seconds: outcome.lagSeconds,
      })
      .execute()
    await ctx.pg
      .updateTable('opinion.source_state')
      .set({
        owner: null,
        lease_until: null,
        last_run_at: now,
        failures: failed ? state.failures + 1 : 0,
        fault: outcome.fault,
        fault_text: outcome.faultText,
        ...(!failed && { last_success_at: now }),
        ...(nextAt !== undefined && { next_at: nextAt }),
        ...(memory && {
          etag: memory.etag,
          last_modified: memory.lastModified,
          cursor: memory.cursor === null ? null : JSON.stringify(memory.cursor),
        }),
        ...(arrived && {
          last_new_at: now,
          quiet: JSON.stringify(noteArrival(state.quiet, state.last_new_at?.getTime(), now.getTime())),
        }),
        ...(newestAt && { last_item_at: sql<Date>`greatest(last_item_at, ${newestAt}::timestamptz)` }),
        ...(outcome.lagSeconds !== null && { lag_seconds: outcome.lagSeconds }),
      })
      .where('source_id', '=', row.id)
      .execute()
    await effects(ctx)
  })

/**
 * Reads a source that is due. Whatever goes wrong with it is noted and its own affair.
 * @param storing runs what writes to both stores, so that a backup can wait for it
 */
export const runSource = async (
  ctx: Ctx,
  row: SourceRow,
  signal: AbortSignal,
  storing: <T>(run: () => Promise<T>) => Promise<T> = (run) => run(),
): Promise<Outcome | undefined> => {
  const state = await stateRow(ctx, row.id)
  const startedAt = ctx.now()
  const began = performance.now()
  const timetable = row.timetable
  let done: Done
  let retryAfterMs: number | undefined
  try {
    done = await readAndStore(ctx, row, settingsOf(row), state, signal, storing)
  } catch (error) {
    if (error instanceof NotYet || signal.aborted) {
      const waitMs = error instanceof NotYet ? error.waitMs : 1_000
      await ctx.pg
        .updateTable('opinion.source_state')
        .set({ owner: null, lease_until: null, next_at: new Date(ctx.now().getTime() + waitMs) })
        .where('source_id', '=', row.id)
        .execute()
      return undefined
    }
    if (!(error instanceof Fault)) ctx.log.error({ error, source: row.id }, 'source not read')
    retryAfterMs = error instanceof Fault ? error.retryAfterMs : undefined
    done = {
      outcome: error instanceof Fault ? failedWith(error.fault, error.message) : failedWith('internal', ''),
      effects: nothing,
      memory: { etag: state.etag, lastModified: state.last_modified, cursor: state.cursor },
      newestAt: undefined,
    }
  }
  const failures = done.outcome.outcome === 'failed' ? state.failures + 1 : 0
  const now = ctx.now().getTime()
  // What a flood left over is taken up at once where it can be: a mailbox goes on from its cursor.
  const goesOn = done.outcome.cut && row.kind === 'mailbox'
  const nextAt = goesOn ? now + 1_000 : nextReading(timetable, { now, failures, retryAfterMs, random: Math.random() })
  await noteRun(ctx, row, state, { startedAt, tookMs: performance.now() - began, ...done, nextAt: new Date(nextAt) })
  return done.outcome
}
