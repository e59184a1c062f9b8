import { type Ctx, ch, Problem } from '#platform'
import { tagWritten } from '../live/tag-written.ts'
import { nextDue } from '../schedule.ts'
import { zone } from '../world.ts'
import type { TagRun } from './contract.ts'
import { distributionOf } from './distribution.ts'
import { giveBack, type Leased, takeTag, tellProgress } from './lease.ts'
import { problem } from './problem.ts'
import { everybody, rootOf, stateAsOf, tagRows, valuesAsOf } from './rows.ts'
import { checkedSql, guardedRows } from './sql-guard.ts'
import { tagRow } from './store.ts'
import { baseDate, tagWorldOf } from './world.ts'
import './tables.ts'

const { sql, u32, u32s, moment } = ch

const options = { timeoutSeconds: 600 }
const sqlSeconds = 120

/** Roots of the customers who had a tag removed from themselves for good. */
export const removedRows = async (ctx: Ctx, tagNo: number): Promise<number[]> => {
  const rows = await ctx.pg
    .selectFrom('audiences.tag_removal')
    .select('customer_no')
    .where('tag_no', '=', tagNo)
    .execute()
  return rows.map(({ customer_no }) => customer_no)
}

/** `customer_no`s, resolved through merges, that a tag must leave alone. */
const removedNos = (nos: readonly number[], merges: boolean) =>
  sql`select ${rootOf(merges)} from (select arrayJoin(${u32s(nos)}) as customer_no)`

/** Rows of a guarded query, brought to where the run reads them. */
const stage = async (ctx: Ctx, { row, run }: Leased, signal: AbortSignal | undefined) => {
  if (row.definition.kind !== 'sql') return
  const checked = await checkedSql(ctx, row.definition.sql)
  const columns = ['tag_no', 'run', 'customer_no', 'value']
  for await (const block of guardedRows(ctx, checked, sqlSeconds, signal))
    await ctx.ch.insert(
      'tag_staging',
      block.map(({ customer_no, value }) => ({ tag_no: row.no, run, customer_no, value })),
      { columns },
    )
}

/**
 * Computes a tag as of its base date, writes what changed, and keeps the figures. Never overlaps itself.
 * @param asOf base date instead of the policy's: not before the last one, not in the future
 * @throws problem.unknown, problem.stateWrong, problem.running, problem.baseWrong, problem.notManual, and what computing throws
 */
export const runTag = async (
  ctx: Ctx,
  { key, asOf }: { key: string; asOf?: string | undefined },
  signal?: AbortSignal,
): Promise<TagRun> => {
  const before = await tagRow(ctx, key)
  if (before.kind === 'manual') throw problem.notManual({ key })
  if (before.state !== 'active') throw problem.stateWrong({ state: before.state })
  const leased = await takeTag(ctx, key)
  try {
    return await runLeased(ctx, leased, asOf, signal)
  } catch (error) {
    await giveBack(ctx, leased, error)
    throw error
  }
}

const runLeased = async (
  ctx: Ctx,
  leased: Leased,
  asOf: string | undefined,
  signal: AbortSignal | undefined,
): Promise<TagRun> => {
  const { row, run } = leased
  const startedAt = ctx.now()
  const clock = performance.now()
  const wanted = asOf === undefined ? baseDate(row.base, startedAt) : new Date(asOf)
  if (asOf !== undefined && (wanted > startedAt || (row.as_of && wanted < row.as_of)))
    throw problem.baseWrong({ lastAsOf: row.as_of?.toISOString() ?? null })
  // Values never go back behind those written: a base date before the last one, after a change of policy, is the last one.
  const at = row.as_of && row.as_of > wanted ? row.as_of : wanted
  await ctx.pg
    .insertInto('audiences.tag_run')
    .values({
      tag_no: row.no,
      run,
      version: row.version,
      why: 'computed',
      state: 'running',
      at,
      started_at: startedAt,
      by: ctx.actor.name,
    })
    .execute()
  await stage(ctx, leased, signal)
  await tellProgress(ctx, leased, 0.2)
  const world = await tagWorldOf(ctx, row.definition, { at, staged: { tagNo: row.no, run } })
  const { merges } = world
  const removed = await removedRows(ctx, row.no)
  const leftOut = removed.length > 0 ? sql` and customer_no not in (${removedNos(removed, merges)})` : sql``
  const computed = sql`select customer_no, values, number from (${tagRows(row.definition, world)}) where customer_no in (${everybody(merges)})${leftOut} and notEmpty(values)`
  // Where nothing is found now: an empty row, unless the tag keeps what it had; then only those removed are emptied.
  const kept =
    row.empty_policy === 'empty'
      ? sql`1`
      : removed.length > 0
        ? sql`(notEmpty(new) or no in (${removedNos(removed, merges)}))`
        : sql`notEmpty(new)`
  await ctx.ch.command(
    sql`insert into tag_values (tag_no, customer_no, at, run, values, number) select ${u32(row.no)}, no, ${moment(at)}, ${u32(run)}, new, newNumber from (select no, anyIf(v, fresh = 1) as new, anyIf(v, fresh = 0) as old, anyIf(n, fresh = 1) as newNumber from (select customer_no as no, values as v, number as n, 1 as fresh from (${computed}) union all select customer_no as no, held.1 as v, held.2 as n, 0 as fresh from (${stateAsOf(row.no, { at, merges })})) group by no) where new != old and ${kept}`,
    { ...options, ...(signal && { signal }) },
  )
  await tagWritten(ctx, row, run)
  await tellProgress(ctx, leased, 0.8)
  const figures = await figuresOf(ctx, row.no, row.type, { at, run, merges })
  const tookMs = Math.round(performance.now() - clock)
  await finish(ctx, leased, { at, tookMs, figures })
  return {
    run,
    version: row.version,
    why: 'computed',
    state: 'done',
    at: at.toISOString(),
    startedAt: startedAt.toISOString(),
    tookMs,
    covered: figures.covered,
    of: figures.of,
    changed: figures.changed,
    distribution: figures.distribution,
    error: null,
    by: ctx.actor.name,
  }
}

const finish = (
  ctx: Ctx,
  { row, run, lease }: Leased,
  { at, tookMs, figures }: { at: Date; tookMs: number; figures: Figures },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { covered, of, changed, distribution } = figures
    const held = await ctx.pg
      .updateTable('audiences.tag')
      .set({
        lease: null,
        lease_until: null,
        queued_at: null,
        progress: null,
        as_of: at,
        run_version: row.version,
        covered,
        of_all: of,
        took_ms: tookMs,
        error: null,
        due_at: nextDue(row.schedule, ctx.now(), zone),
      })
      .where('no', '=', row.no)
      .where('lease', '=', lease)
      .returning('no')
      .executeTakeFirst()
    if (!held) throw problem.overtaken({ key: row.key })
    await ctx.pg
      .updateTable('audiences.tag_run')
      .set({
        state: 'done',
        took_ms: tookMs,
        covered,
        of_all: of,
        changed,
        distribution: JSON.stringify(distribution),
      })
      .where('tag_no', '=', row.no)
      .where('run', '=', run)
      .execute()
    const detail = { run, version: row.version, covered, of, changed }
    await ctx.audit.record(ctx, { action: 'tag.run', subject: `tag:${row.key}`, detail })
  })

type Figures = Awaited<ReturnType<typeof figuresOf>>

/** Coverage, distribution and what a run changed. */
export const figuresOf = async (
  ctx: Ctx,
  tagNo: number,
  type: 'string' | 'number' | 'date',
  { at, run, merges }: { at: Date; run: number; merges: boolean },
) => {
  const alive = sql`select customer_no, values, number from (${valuesAsOf(tagNo, { at, merges })}) where customer_no in (${everybody(merges)})`
  const [{ covered, distribution }, counted] = await Promise.all([
    distributionOf(ctx, alive, type),
    ctx.ch.one<{ of: number; changed: number }>(
      sql`select (select toUInt32(count()) from (${everybody(merges)})) as of, (select toUInt32(count()) from tag_values where tag_no = ${u32(tagNo)} and run = ${u32(run)}) as changed`,
      options,
    ),
  ])
  return { covered, distribution, of: counted?.of ?? 0, changed: counted?.changed ?? 0 }
}

const stuckQueueMs = 3_600_000

/**
 * Asks for a run of every tag that is due and whose own tags are not: dependents follow when those are done.
 */
export const runDueTags = async (ctx: Ctx): Promise<void> => {
  const now = ctx.now()
  const waiting = await ctx.pg
    .selectFrom('audiences.tag')
    .select(['no', 'key', 'schedule'])
    .where('state', '=', 'active')
    .where('kind', '!=', 'manual')
    .where('due_at', '<=', now)
    .where(({ or, eb }) =>
      or([eb('queued_at', 'is', null), eb('queued_at', '<', new Date(now.getTime() - stuckQueueMs))]),
    )
    .orderBy('due_at')
    .limit(200)
    .execute()
  if (waiting.length === 0) return
  const busy = await ctx.pg
    .selectFrom('audiences.tag')
    .select('no')
    .where('state', '=', 'active')
    .where(({ or, eb, and }) =>
      or([and([eb('due_at', '<=', now), eb('kind', '!=', 'manual')]), eb('queued_at', 'is not', null)]),
    )
    .execute()
  const notYet = new Set(busy.map(({ no }) => no))
  const edges = await ctx.pg.selectFrom('audiences.tag_dependency').selectAll().execute()
  const below = new Map<number, number[]>()
  for (const { tag_no, on_no } of edges) below.set(tag_no, [...(below.get(tag_no) ?? []), on_no])
  const blocked = (no: number): boolean => (below.get(no) ?? []).some((on) => notYet.has(on) || blocked(on))
  for (const { no, key, schedule } of waiting) {
    if (blocked(no)) continue
    await ctx.jobs.send('tags.run', { key }, { key })
    // Moved on now, so that one which fails waits its turn and does not hold up the others each minute.
    await ctx.pg
      .updateTable('audiences.tag')
      .set({ queued_at: now, due_at: nextDue(schedule, now, zone) })
      .where('no', '=', no)
      .execute()
  }
}

/** The job: one run, then those that waited for it. */
export const runTagJob = async (
  ctx: Ctx,
  input: { key: string; asOf?: string | undefined },
  signal: AbortSignal,
): Promise<void> => {
  try {
    await runTag(ctx, input, signal)
  } catch (error) {
    // Somebody runs it already, it was rested or retired, or the base date is behind: there is nothing left to do.
    const settled = ['tags.running', 'tags.unknown', 'tags.stateWrong', 'tags.baseWrong']
    if (!(error instanceof Problem && settled.includes(error.code))) throw error
    await ctx.pg.updateTable('audiences.tag').set({ queued_at: null }).where('key', '=', input.key).execute()
  }
  await runDueTags(ctx)
}

/** Asks for a run now. @throws problem.unknown, problem.stateWrong, problem.notManual, problem.running, problem.baseWrong */
export const requestRun = (ctx: Ctx, { key, asOf }: { key: string; asOf?: string | undefined }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const row = await tagRow(ctx, key)
    if (row.kind === 'manual') throw problem.notManual({ key })
    if (row.state !== 'active') throw problem.stateWrong({ state: row.state })
    if (row.lease_until && row.lease_until > ctx.now()) throw problem.running({ key })
    const wanted = asOf === undefined ? undefined : new Date(asOf)
    if (wanted && (wanted > ctx.now() || (row.as_of && wanted < row.as_of)))
      throw problem.baseWrong({ lastAsOf: row.as_of?.toISOString() ?? null })
    await ctx.jobs.send('tags.run', { key, ...(asOf !== undefined && { asOf }) }, { key })
    await ctx.pg.updateTable('audiences.tag').set({ queued_at: ctx.now() }).where('no', '=', row.no).execute()
    await ctx.audit.record(ctx, { action: 'tag.requestRun', subject: `tag:${key}`, detail: { asOf: asOf ?? null } })
  })
