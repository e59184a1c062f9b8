import { type Ctx, ch } from '#platform'
import { relativePeriod } from '../moments.ts'
import { zone } from '../world.ts'
import { eventWindow, type FieldPlan, placeIn } from './classes.ts'

const { sql, join, moment, str, u8, u32 } = ch

/** People by class of a field and by which of the sets they are in. */
export interface Cell {
  field: number
  /** From 1; `holder` of a field of several values: has any. */
  class: number
  /** Bit i: in set i. */
  mask: number
  count: number
}

/** Class of everybody who holds a value, for fields where one may hold several. */
export const holder = 250
const perStatement = 6
const statementSeconds = 120

/** Whom a row counts for. */
const counted = (merges: boolean): ch.Sql =>
  merges ? sql`dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no)` : sql`customer_no`

/**
 * One row per customer, `no` and `class`: the class of the latest value; customers without one are left out or have class 0.
 * The rule of the latest is that of conditions (`condition-trait.ts`): instant, then a hash of the text.
 */
export const classRows = ({ field, cut }: Pick<FieldPlan, 'field' | 'cut'>, merges: boolean, at: Date): ch.Sql => {
  const place = placeIn(cut)
  const { source, type, multi } = field
  const no = counted(merges)
  if ('trait' in source) {
    const number =
      type === 'date' || type === 'datetime' ? sql`toFloat64(toUnixTimestamp64Milli(moment)) / 1000` : sql`number`
    // Instant, tie and class in one number, so that one maximum finds the latest: argMax over a tuple takes six times as
    // long. 2^21 × milliseconds fits until the year 2105.
    return sql`select no, toUInt8(bitAnd(v, 31)) as class from (select ${no} as no, max(toUnixTimestamp64Milli(at) * 2097152 + cityHash64(text) % 65536 * 32 + if(cleared = 0, ${place}, 0)) as v from (select customer_no, at, cleared, text, ${number} as number from traits where trait = ${str(source.trait)}) group by no)`
  }
  if ('event' in source) {
    const { from, to } = relativePeriod(eventWindow, at, zone)
    return sql`select no, toUInt8(${place}) as class from (select ${no} as no, toFloat64(count()) as number from events where event = ${str(source.event)} and ts >= ${moment(from)} and ts <= ${moment(to)} group by no)`
  }
  const rows = sql`from tag_values where tag_no = ${u32(source.no)} and at <= ${moment(at)} group by no`
  if (!multi) {
    const number = type === 'date' ? sql`n * 86400` : sql`n`
    return sql`select no, if(held, toUInt8(${place}), toUInt8(0)) as class from (select no, held, text, ${number} as number from (select ${no} as no, argMax((notEmpty(values), values[1], number), (at, run, cityHash64(values))) as v, v.1 as held, v.2 as text, v.3 as n ${rows}))`
  }
  return sql`select no, arrayJoin(arrayConcat([toUInt8(${u8(holder)})], arrayDistinct(arrayMap(text -> toUInt8(${place}), held)))) as class from (select ${no} as no, argMax(values, (at, run, cityHash64(values))) as held ${rows}) where notEmpty(held)`
}

/**
 * Counts people of each class by the sets they are in, exactly, in one pass over the values of each field.
 * @param sets sub-queries of one row, `bitmap`; the first is everybody: who is not in it does not count. At most 31
 */
export const countClasses = async (
  ctx: Ctx,
  plans: readonly FieldPlan[],
  sets: readonly ch.Sql[],
  { merges, at }: { merges: boolean; at: Date },
): Promise<Cell[]> => {
  const cells: Cell[] = []
  const names = sets.map((_, i) => ch.identifier(`s${i}`))
  const scalars = join(
    sets.map((bitmap, i) => sql`(select bitmap from ${bitmap}) as ${ch.identifier(`s${i}`)}`),
    ', ',
  )
  const mask = names.reduce(
    (sum, name, i) => sql`${sum} + ${u32(2 ** i)} * bitmapContains(${name}, toUInt32(no))`,
    sql`0`,
  )
  for (let from = 0; from < plans.length; from += perStatement) {
    const rows = await ctx.ch.rows<Cell>(
      sql`with ${scalars} select field, class, toUInt32(${mask}) as mask, toUInt32(count()) as count from (${join(
        plans
          .slice(from, from + perStatement)
          .map(
            (plan, i) => sql`select toUInt8(${u8(from + i)}) as field, no, class from (${classRows(plan, merges, at)})`,
          ),
        ' union all ',
      )}) where class > 0 group by field, class, mask`,
      { timeoutSeconds: statementSeconds },
    )
    for (const row of rows) if (row.mask % 2 === 1) cells.push(row)
  }
  return cells
}
