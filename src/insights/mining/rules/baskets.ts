import { zone } from '#audiences'
import { type Ctx, ch } from '#platform'
import type { BasketSource, RulesQuestion } from '../contract.ts'
import { eventsOf, type Scope, tagsOf, tagValues, textOf, traitsOf, traitValues } from '../facts.ts'
import { problem } from '../problem.ts'
import type { Baskets } from './item-sets.ts'

const { sql, join, str, strings, u32, uuid } = ch
type Sql = ch.Sql

/** Frequent items that one search takes; a support that lets through more is too low to mean anything. */
const mostItems = 20_000

/** What was bought, done or held together: rows `basket` (a number), `no`, `item`; an item may come twice. */
export const pairsOf = async (
  ctx: Ctx,
  scope: Scope,
  { baskets, without }: Pick<RulesQuestion, 'baskets' | 'without'>,
): Promise<Sql> => {
  const pairs = await (baskets.of === 'events' ? eventPairs(scope, baskets) : heldPairs(ctx, scope, baskets))
  if (without.length === 0) return pairs
  return sql`select basket, no, item from (${pairs}) where item not in ${strings(without)}`
}

const eventPairs = (
  scope: Scope,
  { events, where, item, basket, basketProperty, days }: Extract<BasketSource, { of: 'events' }>,
): Sql => {
  const source = eventsOf(scope, { events, where, days })
  const itemOf = item === null ? sql`toString(event)` : textOf(item, scope)
  const basketOf =
    basket === 'property' && basketProperty !== null
      ? sql`cityHash64(${textOf(basketProperty, scope)})`
      : basket === 'day'
        ? sql`cityHash64(no, toDate(ts, ${str(zone)}))`
        : sql`toUInt64(no)`
  // Without an item or a basket there is nothing that could stand beside anything.
  return sql`select assumeNotNull(b) as basket, no, assumeNotNull(i) as item from (select ${scope.no} as no, ${basketOf} as b, ${itemOf} as i ${source}) where isNotNull(b) and notEmpty(ifNull(i, ''))`
}

const heldPairs = async (ctx: Ctx, scope: Scope, source: Exclude<BasketSource, { of: 'events' }>): Promise<Sql> => {
  if (source.of === 'tags') {
    const tags = [...(await tagsOf(ctx, source.tags)).values()]
    const title = sql`transform(tag_no, [${join(
      tags.map(({ no }) => u32(no)),
      ', ',
    )}], ${strings(tags.map(({ title }) => title))}, '')`
    return sql`select toUInt64(no) as basket, no, concat(${title}, '：', arrayJoin(values)) as item from (${tagValues(
      scope,
      tags.map(({ no }) => no),
    )})`
  }
  const traits = await traitsOf(ctx, source.traits)
  const names = [...traits.keys()]
  const title = sql`transform(toString(trait), ${strings(names)}, ${strings([...traits].map(([name, { title }]) => title || name))}, '')`
  return sql`select toUInt64(no) as basket, no, concat(${title}, '：', text) as item from (${traitValues(scope, names)}) where notEmpty(text)`
}

/** Basket rows fetched as one block: parsing it holds this thread for some ten milliseconds. */
const blockBaskets = 8_192

/**
 * The baskets with their items as numbers; items too rare for any rule are not fetched. Keeps the items of the run in
 * ClickHouse, number by number.
 * @throws problem.nobody, problem.tooManyItems
 */
export const fetchBaskets = async (
  ctx: Ctx,
  { id, pairs, minSupport, signal }: { id: string; pairs: Sql; minSupport: number; signal: AbortSignal },
): Promise<{ baskets: Baskets; total: number; minCount: number; names: string[] }> => {
  const options = { signal, timeoutSeconds: 600 }
  const counted = await ctx.ch.one<{ total: string }>(sql`select uniqExact(basket) as total from (${pairs})`, options)
  const total = Number(counted?.total ?? 0)
  if (total === 0) throw problem.nobody()
  const minCount = Math.max(1, Math.ceil(minSupport * total - 1e-9))
  await ctx.ch.command(
    sql`insert into insight_items select ${uuid(id)}, toUInt32(row_number() over (order by n desc, item) - 1), item, n from (select item, toUInt32(uniqExact(basket)) as n from (${pairs}) group by item having n >= ${u32(minCount)} order by n desc, item limit ${u32(mostItems + 1)})`,
    options,
  )
  const items = await ctx.ch.rows<{ item: string }>(
    sql`select item from insight_items final where run_id = ${uuid(id)} order by id`,
    options,
  )
  if (items.length > mostItems) throw problem.tooManyItems({ most: mostItems, support: minSupport })
  const starts = new Uint32Array(total + 1)
  let flat = new Uint32Array(total * 4)
  let basket = 0
  let end = 0
  const blocks = ctx.ch.stream<{ block: number[][] }>(
    sql`select groupArray(items) as block from (select groupUniqArray(i.id) as items, rowNumberInAllBlocks() as n from (${pairs}) as p global inner join (select id, item from insight_items final where run_id = ${uuid(id)}) as i on p.item = i.item group by basket) group by intDiv(n, ${u32(blockBaskets)})`,
    { ...options, settings: { max_block_size: 65_536 } },
  )
  for await (const rows of blocks) {
    for (const { block } of rows) {
      for (const items of block) {
        if (end + items.length > flat.length) {
          const larger = new Uint32Array(Math.max(flat.length * 2, end + items.length))
          larger.set(flat)
          flat = larger
        }
        flat.set(items, end)
        end += items.length
        basket += 1
        starts[basket] = end
      }
    }
  }
  // Baskets without any frequent item count in the total and take no part.
  return {
    baskets: { starts: starts.slice(0, basket + 1), items: flat.slice(0, end), itemCount: items.length },
    total,
    minCount,
    names: items.map(({ item }) => item),
  }
}

/** One row `members`: whose baskets hold these items, all of the left and all or none of the right. */
export const holders = (
  pairs: Sql,
  { left, right, holds }: { left: readonly string[]; right: readonly string[]; holds: 'both' | 'leftOnly' },
): Sql => {
  const wanted =
    holds === 'both' ? sql`hasAll(items, ${strings([...left, ...right])})` : sql`hasAll(items, ${strings(left)})`
  const whose = sql`select distinct arrayJoin(nos) as no from (select groupUniqArray(no) as nos, groupUniqArray(item) as items from (${pairs}) where item in ${strings([...left, ...right])} group by basket having ${wanted})`
  if (holds === 'both') return sql`select groupBitmapState(toUInt32(no)) as members from (${whose})`
  // Who holds the right side in any basket does not need it suggested.
  return sql`select groupBitmapState(toUInt32(no)) as members from (${whose}) where no not in (select no from (${pairs}) where item in ${strings(right)})`
}
