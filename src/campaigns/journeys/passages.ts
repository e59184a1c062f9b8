import { sql } from 'kysely'
import type { Ctx } from '#platform'
import '../tables.ts'

/** Somebody left a step. */
export interface Passage {
  campaignId: number
  version: number
  customerNo: number
  entryId: string
  hop: number
  step: string
  pass: number
  edge: string
  /** Where it led; '' out of the journey. */
  to: string
  reason: string
  arrivedAt: Date
  leftAt: Date
}

const tsv = (text: string): string => text.replaceAll(/[\\\t\n\r]/g, ' ')
const instant = (at: Date): string => at.toISOString().replace('T', ' ').replace('Z', '')

/** Keeps passages with the moves themselves, in the transaction of `ctx`, until they are copied. */
export const keepPassages = async (ctx: Ctx, passages: readonly Passage[]): Promise<void> => {
  if (passages.length === 0) return
  const lines = passages
    .map(
      ({ campaignId, version, customerNo, entryId, hop, step, pass, edge, to, reason, arrivedAt, leftAt }) =>
        `${campaignId}\t${version}\t${customerNo}\t${entryId}\t${hop}\t${step}\t${pass}\t${tsv(edge)}\t${to}\t${tsv(reason)}\t${instant(arrivedAt)}\t${instant(leftAt)}\n`,
    )
    .join('')
  await ctx.pg.insertInto('campaigns.passage_batch').values({ passages: passages.length, lines }).execute()
}

/** Passages copied by one insert. */
const together = 200

const copying = new WeakMap<object, Promise<unknown>>()

/**
 * Copies what was kept to ClickHouse. One at a time in a process; copied twice (the program ends in between, or two processes
 * do it) a passage counts once.
 * @returns how many were copied
 */
export const copyPassages = (ctx: Ctx): Promise<number> => {
  const before = copying.get(ctx.store) ?? Promise.resolve()
  const mine = before.then(() => copyAll(ctx))
  copying.set(
    ctx.store,
    mine.catch(() => undefined),
  )
  return mine
}

const copyAll = async (ctx: Ctx): Promise<number> => {
  for (let copied = 0; ; ) {
    const { rows } = await sql<{ id: string; passages: number; lines: string }>`
      select id::text as id, passages, lines from campaigns.passage_batch order by id limit ${together}`.execute(ctx.pg)
    if (rows.length === 0) return copied
    await ctx.ch.insert('journey_passages', rows.map(({ lines }) => lines).join(''))
    await sql`delete from campaigns.passage_batch where id = any(${rows.map(({ id }) => id)}::bigint[])`.execute(ctx.pg)
    copied += rows.reduce((sum, { passages }) => sum + passages, 0)
    if (rows.length < together) return copied
  }
}
