import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import type { Families } from '../triggers/families.ts'
import type { Step } from './journey-contract.ts'
import { problem } from './problem.ts'

type Best = Extract<Step, { kind: 'best' }>

/** The arm with the highest score of each person who has one; of equal scores the arm drawn first. */
export const scoresOf = async (
  ctx: Ctx,
  { arms }: Best,
  nos: readonly number[],
  families: Families,
): Promise<Map<number, string>> => {
  const wanted = new Set(nos)
  const all = families.nos.filter((no) => wanted.has(families.rootOf(no) ?? 0))
  const best = new Map<number, { name: string; score: number }>()
  for (const { name, score } of arms) {
    const read = 'trait' in score ? await traitNumbers(ctx, score.trait, all) : await tagNumbers(ctx, score.tag, all)
    // The newest over all numbers of a person counts.
    const newest = new Map<number, { score: number; at: number }>()
    for (const { no, value, at } of read) {
      const root = families.rootOf(no) ?? no
      const before = newest.get(root)
      if (Number.isFinite(value) && (!before || before.at < at)) newest.set(root, { score: value, at })
    }
    for (const [no, { score }] of newest) {
      const held = best.get(no)
      if (!held || held.score < score) best.set(no, { name, score })
    }
  }
  return new Map([...best].map(([no, { name }]) => [no, name]))
}

interface Read {
  no: number
  value: number
  at: number
}

const traitNumbers = async (ctx: Ctx, trait: string, nos: readonly number[]): Promise<Read[]> => {
  const { rows } = await sql<Read>`
    select no, (traits -> ${trait} ->> 0)::float8 as value, (traits -> ${trait} ->> 1)::float8 as at
    from customers.customer where no = any(${nos}::int[]) and jsonb_typeof(traits -> ${trait} -> 0) = 'number'`.execute(
    ctx.pg,
  )
  return rows
}

const tagNumbers = async (ctx: Ctx, key: string, nos: readonly number[]): Promise<Read[]> => {
  const tag = await ctx.pg.selectFrom('audiences.tag').select(['no', 'state']).where('key', '=', key).executeTakeFirst()
  if (tag?.state !== 'active') throw problem.unknownTag({ tag: key })
  const rows = await ctx.ch.rows<{ no: number; value: number | null; at: string }>(
    ch.sql`select customer_no as no, held.1 as value, held.2 as at from (select customer_no, argMax((number, toString(toUnixTimestamp64Milli(at))), (at, run)) as held from tag_values where tag_no = ${ch.u32(tag.no)} and customer_no in ${ch.u32s(nos)} group by customer_no)`,
  )
  return rows.flatMap(({ no, value, at }) => (value === null ? [] : [{ no, value, at: Number(at) }]))
}
