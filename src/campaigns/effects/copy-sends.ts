import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import '../tables.ts'

const copier = 'sends'
const pageSize = 5_000

interface Row {
  [column: string]: string | number | Date | null
  id: string
  changed: string
}

/** `2026-11-22 01:02:03.004`, as ClickHouse reads an instant. */
const instantText = (value: Date): string => value.toISOString().replace('T', ' ').replace('Z', '')

const asRow = ({ changed: _, ...row }: Row): object =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? instantText(value) : value]),
  )

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
    const { rows } = await sql<Row>`
      select campaign_id, version, step, customer_no, entry_no, pass, id, entry_id, category, channel,
        coalesce(creative_id, 0) as creative_id, coalesce(offer_id, 0) as offer_id, coalesce(arm, '') as arm, state,
        coalesce(refusal, '') as refusal, decided_at, sent_at, delivered_at, read_at, clicked_at, failed_at,
        coalesce(provider_id, 0) as provider_id, coalesce(cost_millifen, 0) as cost_millifen, changed::text as changed,
        (extract(epoch from clock_timestamp()) * 1000000)::bigint::text as number
      from campaigns.send s
      where (s.changed, s.id) > (${after.changed}::xid8, ${after.id}::bigint) and s.changed < ${place.horizon}::xid8
      order by s.changed, s.id limit ${pageSize}`.execute(ctx.pg)
    const last = rows.at(-1)
    if (!last) break
    await ctx.ch.insert('sends', rows.map(asRow))
    copied += rows.length
    after = { changed: last.changed, id: last.id }
  }
  await sql`insert into campaigns.copied (copier, until, at) values (${copier}, ${place.horizon}::xid8, ${ctx.now()})
    on conflict (copier) do update set until = excluded.until, at = excluded.at`.execute(ctx.pg)
  return copied
}

/** Copies every second as long as the process lives. @returns how to stop, after the copy under way */
export const startCopyingSends = (ctx: Ctx): (() => Promise<void>) => {
  let running: Promise<unknown> = Promise.resolve()
  let busy = false
  const timer = setInterval(() => {
    if (busy) return
    busy = true
    running = copySends(ctx)
      .catch((error: unknown) => ctx.log.warn({ error }, 'sends not copied for analysis, tried again'))
      .finally(() => {
        busy = false
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
