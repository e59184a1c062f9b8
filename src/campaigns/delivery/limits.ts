import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { ProviderRow } from './provider-world.ts'

/**
 * What an account may still send, over all processes. Each limit is a bucket that is taken from and filled up in one statement, so two
 * processes never both take the last token. A bucket holds a tenth of its span and fills at a rate with which no span of that length,
 * wherever it begins, sees more than the limit: size + rate · span − 1 = limit. The day is that of the calendar in Beijing, as providers
 * count.
 */

const seconds = { second: 1, minute: 60 } as const

/** Size and tokens per second of a rolling limit. */
export const bucketOf = (limit: number, spanSeconds: number): { size: number; perSecond: number } => {
  const size = Math.max(1, Math.floor(limit / 10))
  return { size, perSecond: (limit - size + 1) / spanSeconds }
}

/** Midnight in Beijing before an instant. */
export const dayStart = (at: Date): Date => {
  const shifted = at.getTime() + 8 * 3_600_000
  return new Date(shifted - (shifted % 86_400_000) - 8 * 3_600_000)
}

interface Limits {
  id: number
  per_second: number | null
  per_minute: number | null
  per_day: number | null
}

/**
 * Takes up to `wanted` tokens from every bucket of the account. In the transaction that marks the sends, so what is rolled back was
 * not taken.
 * @returns how many may leave now
 */
export const takeTokens = async (ctx: Ctx, provider: Limits, wanted: number): Promise<number> => {
  const spans = [
    ...(['second', 'minute'] as const).flatMap((span) => {
      const limit = span === 'second' ? provider.per_second : provider.per_minute
      return limit === null ? [] : [{ span, ...bucketOf(limit, seconds[span]), day: null }]
    }),
    ...(provider.per_day === null
      ? []
      : [{ span: 'day' as const, size: provider.per_day, perSecond: 0, day: dayStart(ctx.now()) }]),
  ]
  if (spans.length === 0 || wanted <= 0) return Math.max(0, wanted)
  const now = ctx.now()
  let granted = wanted
  const held: { span: string; tokens: number }[] = []
  for (const { span, size, perSecond, day } of spans) {
    // Fills up first; the row stays locked until the transaction ends, so nobody takes the same tokens.
    const { rows } = await sql<{ tokens: number }>`
      insert into campaigns.provider_bucket as b (provider_id, span, tokens, filled_at) values (${provider.id}, ${span}, ${size}, ${now})
      on conflict (provider_id, span) do update set
        tokens = case when ${day}::timestamptz is not null
          then case when b.filled_at < ${day}::timestamptz then ${size}::float8 else least(${size}::float8, b.tokens) end
          else least(${size}::float8, b.tokens + greatest(0, extract(epoch from ${now}::timestamptz - b.filled_at)) * ${perSecond}::float8) end,
        filled_at = greatest(b.filled_at, ${now}::timestamptz)
      returning tokens`.execute(ctx.pg)
    const tokens = rows[0]?.tokens ?? 0
    held.push({ span, tokens })
    granted = Math.min(granted, Math.floor(tokens))
  }
  granted = Math.max(0, granted)
  if (granted > 0)
    await sql`update campaigns.provider_bucket set tokens = tokens - ${granted} where provider_id = ${provider.id}
      and span = any(${held.map(({ span }) => span)}::text[])`.execute(ctx.pg)
  return granted
}

/** Left today, where there is a limit. */
export const leftToday = async (ctx: Ctx, rows: readonly ProviderRow[]): Promise<Map<number, number>> => {
  const limited = rows.filter(({ per_day }) => per_day !== null)
  if (limited.length === 0) return new Map()
  const { rows: buckets } = await sql<{ provider_id: number; tokens: number; filled_at: Date }>`
    select provider_id, tokens, filled_at from campaigns.provider_bucket where span = 'day'`.execute(ctx.pg)
  const byId = new Map(buckets.map((one) => [one.provider_id, one]))
  return new Map(
    limited.map(({ id, per_day }) => {
      const bucket = byId.get(id)
      const fresh = !bucket || bucket.filled_at < dayStart(ctx.now())
      return [id, Math.floor(fresh ? (per_day ?? 0) : Math.min(per_day ?? 0, bucket.tokens))]
    }),
  )
}
