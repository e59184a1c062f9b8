import { sql } from 'kysely'
import type { Ctx } from '#platform'
import './tables.ts'

/**
 * What a channel may still send: a bucket that fills up by the minute, taken from in one statement so that two processes never take
 * the same token. It holds a quarter of a minute's messages and fills at such a rate that no minute, wherever it begins, sees more
 * than the limit: size + rate · 60 − 1 = limit.
 */

/** Size and tokens per second of a limit per minute. */
export const bucketOf = (perMinute: number): { size: number; perSecond: number } => {
  const size = Math.max(1, Math.floor(perMinute / 4))
  return { size, perSecond: (perMinute - size + 1) / 60 }
}

/** Takes one token. @returns whether there was one */
export const takeTokens = async (ctx: Ctx, channelId: number, now: Date): Promise<boolean> => {
  const row = await ctx.pg
    .selectFrom('opinion.alert_channel')
    .select(['per_minute'])
    .where('id', '=', channelId)
    .executeTakeFirst()
  if (!row) return false
  const { size, perSecond } = bucketOf(row.per_minute)
  const filled = sql<number>`least(${size}::float8, tokens + greatest(0, extract(epoch from ${now}::timestamptz - filled_at)) * ${perSecond}::float8)`
  const { rows } = await sql`
    update opinion.alert_channel set tokens = ${filled} - 1, filled_at = greatest(filled_at, ${now}::timestamptz)
    where id = ${channelId} and ${filled} >= 1 returning 1`.execute(ctx.pg)
  return rows.length > 0
}

/** When the next token will be there, ms from now. */
export const waitMs = (perMinute: number): number => Math.ceil(1_000 / bucketOf(perMinute).perSecond)
