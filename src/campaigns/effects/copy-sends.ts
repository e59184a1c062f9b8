import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import '../tables.ts'

const copier = 'sends'
/** Sends copied by one insert, about. */
const pageSize = 5_000
/** Statements whose sends are copied together. */
const mostChanges = 1_000

/** Instants as ClickHouse reads them; `\\N` is none. */
const instant = (column: string) =>
  sql`coalesce(to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'), '\\N')`

/** A name that a person gave, as a field between tabs. */
const field = (column: string) =>
  sql`replace(replace(replace(coalesce(${sql.ref(column)}, ''), '\\', '\\\\'), e'\\t', '\\t'), e'\\n', '\\n')`

/**
 * Copies sends that changed since the last time to ClickHouse, as they are now. What is copied twice (the program ends in between, or
 * two processes do it) counts once: of the rows of a send the one read last is kept.
 * @returns how many were copied
 */
export const copySends = async (ctx: Ctx): Promise<number> => {
  const { rows: places } = await sql<{ anew: boolean | null; last: string | null }>`
    select (select until > pg_snapshot_xmin(pg_current_snapshot()) from campaigns.copied where copier = ${copier}) as anew,
      (select max(id) from campaigns.send_change)::text as last`.execute(ctx.pg)
  const [place] = places
  const last = place?.anew ? await markAll(ctx) : place?.last
  if (last === undefined || last === null) return 0
  for (let copied = 0; ; ) {
    const { rows: changes } = await sql<{ id: string }>`
      select id::text as id from (
        select id, sum(cardinality(ids)) over (order by id) - cardinality(ids) as before from (
          select id, ids from campaigns.send_change where id <= ${last}::bigint order by id limit ${mostChanges}) c) w
      where before < ${pageSize}::int order by id`.execute(ctx.pg)
    if (changes.length === 0) return copied
    const taken = `{${changes.map(({ id }) => id).join(',')}}`
    // One text for all rows, in the order of the table's columns: carrying them one by one costs more than reading them.
    const { rows } = await sql<{ n: number; lines: string | null }>`
      select count(*)::int as n, string_agg(line, '') as lines
      from (
        select concat_ws(e'\\t', campaign_id, version, ${field('step')}, customer_no, entry_no, pass, id, entry_id,
          category, channel, coalesce(creative_id, 0), coalesce(offer_id, 0), ${field('arm')}, state, ${field('refusal')},
          ${instant('decided_at')}, ${instant('sent_at')}, ${instant('delivered_at')}, ${instant('read_at')},
          ${instant('clicked_at')}, ${instant('failed_at')}, coalesce(provider_id, 0), coalesce(cost_millifen, 0),
          (extract(epoch from clock_timestamp()) * 1000000)::bigint) || e'\\n' as line
        from campaigns.send s where id = any(array(
          select distinct unnest(ids) from campaigns.send_change where id = any(${taken}::bigint[])))
          -- What is held of erased customers is stored, and not analysed.
          and not exists (select from campaigns.erasure x where x.customer_no = s.customer_no)) page`.execute(ctx.pg)
    const [page] = rows
    if (page?.lines) await ctx.ch.insert('sends', page.lines)
    copied += page?.n ?? 0
    // Only now: what changed again meanwhile is noted anew.
    await sql`with gone as (delete from campaigns.send_change where id = any(${taken}::bigint[]))
      insert into campaigns.copied (copier, until, at) values (${copier}, pg_snapshot_xmin(pg_current_snapshot()), ${ctx.now()})
      on conflict (copier) do update set until = excluded.until, at = excluded.at`.execute(ctx.pg)
  }
}

/**
 * A database that was loaded from a dump counts transactions anew, and what ClickHouse has of it nobody knows: all is copied again.
 * @returns the last change to copy
 */
const markAll = async (ctx: Ctx): Promise<string | null> => {
  const { rows } = await sql<{ last: string | null }>`
    with made as (
      insert into campaigns.send_change (ids) select array_agg(id) from (
        select id, (row_number() over (order by id) - 1) / ${pageSize}::int as part from campaigns.send) s group by part
      returning id)
    select max(id)::text as last from made`.execute(ctx.pg)
  return rows[0]?.last ?? null
}

/** Of the time, what copying may take at most: while many messages leave, each is copied fewer times. */
const share = 0.05
const mostRestMs = 10_000

/** Copies every second as long as the process lives, more seldom while it takes long. @returns how to stop, after the copy under way */
export const startCopyingSends = (ctx: Ctx): (() => Promise<void>) => {
  let running: Promise<unknown> = Promise.resolve()
  let busy = false
  let restUntil = 0
  const timer = setInterval(() => {
    const startedAt = performance.now()
    if (busy || startedAt < restUntil) return
    busy = true
    running = copySends(ctx)
      .catch((error: unknown) => ctx.log.warn({ error }, 'sends not copied for analysis, tried again'))
      .finally(() => {
        busy = false
        restUntil = performance.now() + Math.min(mostRestMs, (performance.now() - startedAt) / share)
      })
  }, 1_000)
  return async () => {
    clearInterval(timer)
    await running
  }
}

/** Sends of a campaign as copied, one row each. */
export const sendsOf = (campaignId: number, version: number | undefined): ch.Sql =>
  version === undefined
    ? ch.sql`(select * from sends final where campaign_id = ${ch.u32(campaignId)})`
    : ch.sql`(select * from sends final where campaign_id = ${ch.u32(campaignId)} and version = ${ch.u32(version)})`
