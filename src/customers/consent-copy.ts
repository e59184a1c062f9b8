import { sql } from 'kysely'
import type { StoredWord } from '#compliance'
import { type Ctx, ch } from '#platform'
import { customersTouched } from './touched.ts'

const columns = ['purpose', 'channel', 'customer_no', 'at', 'status', 'id'] as const

/** Copies words that are in Postgres; those copied before do no harm. */
export const copyConsents = async (ctx: Ctx, words: readonly StoredWord[]): Promise<void> => {
  if (words.length === 0) return
  const rows = words.map(({ at, ...word }) => ({ ...word, at: at.toISOString().replace('T', ' ').replace('Z', '') }))
  await ctx.ch.insert('customer_consents', rows, { columns })
  await customersTouched(
    ctx,
    words.map(({ customer_no }) => customer_no),
  )
}

/** Words that somebody else recorded: a reply, the preference centre, staff. */
export const copyRecorded = async (ctx: Ctx, { ids }: { ids: readonly string[] }): Promise<void> => {
  const { rows } = await sql<StoredWord>`
    select id::text as id, customer_no, purpose, channel, status, at from compliance.consent where id = any(${[...ids]}::bigint[])`.execute(
    ctx.pg,
  )
  await copyConsents(ctx, rows)
}

const pageSize = 10_000

/**
 * Brings the copy of consents in line with Postgres. Compares counts first, so it is cheap when nothing is wrong.
 * @returns how many words were missing
 */
export const reconcileConsents = async (ctx: Ctx): Promise<number> => {
  const { rows: counted } = await sql<{
    count: number
  }>`select count(*)::int as count from compliance.consent`.execute(ctx.pg)
  const copied = await ctx.ch.one<{ count: string }>(ch.sql`select uniqExact(id) as count from customer_consents`)
  if (Number(copied?.count ?? 0) === (counted[0]?.count ?? 0)) return 0
  let missing = 0
  for (let after = '0'; ; ) {
    const { rows } = await sql<StoredWord>`
      select id::text as id, customer_no, purpose, channel, status, at from compliance.consent where id > ${after} order by id limit ${pageSize}`.execute(
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
