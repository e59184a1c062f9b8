import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { customersTouched } from './touched.ts'

/** A word of a customer about a purpose and channel, as ClickHouse keeps it. */
export interface ConsentWord {
  id: string
  customer_no: number
  purpose: string
  /** '' stands for every channel. */
  channel: string
  status: 'granted' | 'refused' | 'withdrawn'
  at: Date
}

const columns = ['purpose', 'channel', 'customer_no', 'at', 'status', 'id'] as const

/** Copies words that are in Postgres; those copied before do no harm. */
export const copyConsents = async (ctx: Ctx, words: readonly ConsentWord[]): Promise<void> => {
  if (words.length === 0) return
  const rows = words.map(({ at, ...word }) => ({ ...word, at: at.toISOString().replace('T', ' ').replace('Z', '') }))
  await ctx.ch.insert('customer_consents', rows, { columns })
  await customersTouched(
    ctx,
    words.map(({ customer_no }) => customer_no),
  )
}

const pageSize = 10_000

/**
 * Brings the copy of consents in line with Postgres. Compares counts first, so it is cheap when nothing is wrong.
 * @returns how many words were missing
 */
export const reconcileConsents = async (ctx: Ctx): Promise<number> => {
  const { rows: counted } = await sql<{
    count: number
  }>`select count(*)::int as count from customers.consent`.execute(ctx.pg)
  const copied = await ctx.ch.one<{ count: string }>(ch.sql`select uniqExact(id) as count from customer_consents`)
  if (Number(copied?.count ?? 0) === (counted[0]?.count ?? 0)) return 0
  let missing = 0
  for (let after = '0'; ; ) {
    const { rows } = await sql<ConsentWord>`
      select id, customer_no, purpose, channel, status, at from customers.consent where id > ${after} order by id limit ${pageSize}`.execute(
      ctx.pg,
    )
    const last = rows.at(-1)
    if (!last) return missing
    const present = await ctx.ch.rows<{ id: string }>(
      ch.sql`select distinct id from customer_consents where id > ${ch.u64(BigInt(after))} and id <= ${ch.u64(BigInt(last.id))}`,
    )
    const there = new Set(present.map(({ id }) => id))
    const absent = rows.filter(({ id }) => !there.has(id))
    await copyConsents(ctx, absent)
    missing += absent.length
    after = last.id
  }
}
