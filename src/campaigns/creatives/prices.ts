import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '#platform'
import type { Channel } from '../channels-contract.ts'
import type { NewPrice, Price } from './creative-contract.ts'
import './tables.ts'

const today = (ctx: Ctx) => sql<string>`(${ctx.now()}::timestamptz at time zone 'Asia/Shanghai')::date`

/** What one part costs today, 1/1000 fen, for the estimate while writing; undefined where nobody said. */
export const priceOf = async (ctx: Ctx, channel: Channel): Promise<number | undefined> => {
  const row = await ctx.pg
    .selectFrom('campaigns.creative_price')
    .select('price_millifen')
    .where('channel', '=', channel)
    .where('valid_from', '<=', today(ctx))
    .orderBy('valid_from', 'desc')
    .executeTakeFirst()
  return row?.price_millifen
}

/** The price in force of each channel that has one. */
export const listPrices = async (ctx: Ctx): Promise<{ items: z.infer<typeof Price>[] }> => {
  const rows = await ctx.pg
    .selectFrom('campaigns.creative_price')
    .select(['channel', 'price_millifen', sql<string>`to_char(valid_from, 'YYYY-MM-DD')`.as('valid_from')])
    .distinctOn('channel')
    .where('valid_from', '<=', today(ctx))
    .orderBy('channel')
    .orderBy('valid_from', 'desc')
    .execute()
  return {
    items: rows.map((row) => ({
      channel: row.channel,
      priceMillifen: row.price_millifen,
      validFrom: row.valid_from,
    })),
  }
}

/** A price from today on; what was estimated before stays as it was. */
export const setPrice = async (ctx: Ctx, { channel, priceMillifen }: z.output<typeof NewPrice>) => {
  await ctx.tx(async (ctx) => {
    const row = { price_millifen: priceMillifen, changed_at: ctx.now(), changed_by: ctx.actor.name }
    await ctx.pg
      .insertInto('campaigns.creative_price')
      .values({ channel, valid_from: today(ctx), ...row })
      .onConflict((conflict) => conflict.columns(['channel', 'valid_from']).doUpdateSet(row))
      .execute()
    await ctx.audit.record(ctx, { action: 'creative.price', subject: `channel:${channel}`, detail: { priceMillifen } })
  })
  return listPrices(ctx)
}
