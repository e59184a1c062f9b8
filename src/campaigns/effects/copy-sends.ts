import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import '../tables.ts'

const copier = 'sends'
const pageSize = 5_000

/** Instants as ClickHouse reads them; `\\N` is none. */
const instant = (column: string) =>
  sql`coalesce(to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS'), '\\N')`

/** A name that a person gave, as a field between tabs. */
const field = (column: string) =>
  sql`replace(replace(replace(coalesce(${sql.ref(column)}, ''), '\\', '\\\\'), e'\\t', '\\t'), e'\\n', '\\n')`

/**
 * Copies sends that changed since the last time to ClickHouse, as they are now. What is copied twice counts once: of the
 * rows of a send the one read last is kept.
 * Only changes of transactions older than every open one are read, so nothing that commits late is passed over.
 * @returns how many were copied
 */
export const copySends = async (ctx: Ctx): Promise<number> => {
  const { rows: places } = await sql<{ until: string; horizon: string }>`
    select coalesce((select until from campaigns.copied where copier = ${copier}), '0'::xid8)::text as until,
      pg_snapshot_xmin(pg_current_snapshot())::text as horizon`.execute(ctx.pg)
  const place = places[0]
  if (!place) return 0
  const horizon = BigInt(place.horizon)
  // A database that was loaded from a dump counts transactions anew: then everything is copied again.
  const until = BigInt(place.until) > horizon ? 0n : BigInt(place.until)
  if (until === horizon) return 0
  let copied = 0
  for (let after = { changed: until.toString(), id: '-1' }; ; ) {
    // One text for all rows, in the order of the table's columns: carrying them one by one costs more than reading them.
    const { rows } = await sql<{ n: number; lines: string | null; changed: string; id: string }>`
      select count(*)::int as n, string_agg(line, '') as lines, (array_agg(changed order by changed desc, id desc))[1]::text as changed,
        (array_agg(id order by changed desc, id desc))[1]::text as id
      from (
        select changed, id, concat_ws(e'\\t', campaign_id, version, ${field('step')}, customer_no, entry_no, pass, id, entry_id,
          category, channel, coalesce(creative_id, 0), coalesce(offer_id, 0), ${field('arm')}, state, ${field('refusal')},
          ${instant('decided_at')}, ${instant('sent_at')}, ${instant('delivered_at')}, ${instant('read_at')},
          ${instant('clicked_at')}, ${instant('failed_at')}, coalesce(provider_id, 0), coalesce(cost_millifen, 0),
          (extract(epoch from clock_timestamp()) * 1000000)::bigint) || e'\\n' as line
        from campaigns.send s
        where (s.changed, s.id) > (${after.changed}::xid8, ${after.id}::bigint) and s.changed < ${place.horizon}::xid8
        order by s.changed, s.id limit ${pageSize}) page`.execute(ctx.pg)
    const [page] = rows
    if (!page || page.lines === null) break
    await ctx.ch.insert('sends', page.lines)
    copied += page.n
    after = { changed: page.changed, id: page.id }
  }
  await sql`insert into campaigns.copied (copier, until, at) values (${copier}, ${place.horizon}::xid8, ${ctx.now()})
    on conflict (copier) do update set until = excluded.until, at = excluded.at`.execute(ctx.pg)
  return copied
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
