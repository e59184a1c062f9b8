import { type Ctx, ch } from '#platform'
import type { Rule, RulesQuery } from '../contract.ts'

const { sql, join, str, f64, u32, uuid, identifier } = ch

interface Row {
  no: number
  if_items: string[]
  then_items: string[]
  baskets: number
  support: number
  confidence: number
  lift: number
  leverage: number
  conviction: number | null
  zhang: number
  jaccard: number
  redundant: number
}

const shown = ({ if_items, then_items, baskets, redundant, ...measures }: Row): Rule => ({
  left: if_items,
  right: then_items,
  count: baskets,
  redundant: redundant === 1,
  ...measures,
})

const conditionsOf = (id: string, query: Omit<RulesQuery, 'limit' | 'offset'>) => [
  sql`run_id = ${uuid(id)}`,
  ...(query.search
    ? query.search
        .split(/\s+/)
        .filter((word) => word !== '')
        .map(
          (word) =>
            sql`arrayExists(item -> positionCaseInsensitiveUTF8(item, ${str(word)}) > 0, arrayConcat(if_items, then_items))`,
        )
    : []),
  ...(query.right ? [sql`has(then_items, ${str(query.right)})`] : []),
  ...(query.minLift === undefined ? [] : [sql`lift >= ${f64(query.minLift)}`]),
  ...(query.minConfidence === undefined ? [] : [sql`confidence >= ${f64(query.minConfidence)}`]),
  ...(query.minSupport === undefined ? [] : [sql`support >= ${f64(query.minSupport)}`]),
  ...(query.redundant === 'no' ? [sql`redundant = 0`] : []),
]

/** Rules of a run in the order asked for; ties by how often they occur, then as they were found. */
export const readRules = async (ctx: Ctx, { id, ...query }: RulesQuery & { id: string }) => {
  const conditions = join(conditionsOf(id, query), ' and ')
  const [rows, counted] = await Promise.all([
    ctx.ch.rows<Row>(
      sql`select * except run_id from insight_rules final where ${conditions} order by ${identifier(query.order)} desc, baskets desc, no limit ${u32(query.limit)} offset ${u32(query.offset)}`,
    ),
    ctx.ch.one<{ total: string }>(sql`select count() as total from insight_rules final where ${conditions}`),
  ])
  return { items: rows.map(shown), total: Number(counted?.total ?? 0) }
}

/** All rules that fit, one after another, for a file. */
export async function* streamRules(ctx: Ctx, id: string, query: Omit<RulesQuery, 'limit' | 'offset'>) {
  const conditions = join(conditionsOf(id, query), ' and ')
  for await (const rows of ctx.ch.stream<Row>(
    sql`select * except run_id from insight_rules final where ${conditions} order by ${identifier(query.order)} desc, baskets desc, no`,
  ))
    yield* rows.map(shown)
}
