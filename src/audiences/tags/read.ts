import { readRows } from '#customers'
import { type Ctx, ch } from '#platform'
import type { MembersQuery } from '../contract.ts'
import type { CustomerTag, Preview, PreviewRequest, TagDistribution, TagRun } from './contract.ts'
import { shapeOf } from './definition-contract.ts'
import { distributionOf } from './distribution.ts'
import { problem } from './problem.ts'
import { everybody, rootOf, tagRows, valuesAsOf } from './rows.ts'
import { sensitiveUses } from './sensitive.ts'
import { checkedSql, guardedRows } from './sql-guard.ts'
import { examine, tagRow } from './store.ts'
import { baseDate, tagWorldOf, traitsOf } from './world.ts'
import './tables.ts'

const { sql, u32, u32s, moment, str } = ch

/** Whether any customer has been merged into another. */
export const mergesOf = async (ctx: Ctx): Promise<boolean> =>
  (await ctx.ch.one(sql`select 1 from customer_overrides final where from_no != to_no limit 1`)) !== undefined

const aliveCount = async (ctx: Ctx, merges: boolean): Promise<number> =>
  (await ctx.ch.one<{ n: number }>(sql`select toUInt32(count()) as n from (${everybody(merges)})`))?.n ?? 0

/**
 * What a definition would give now, without saving anything.
 * @throws what `examine` and computing throw; problem.notManual
 */
export const previewTag = async (ctx: Ctx, { definition, base }: PreviewRequest): Promise<Preview> => {
  const startedAt = performance.now()
  if (definition.kind === 'manual') throw problem.notManual()
  const words = { key: 'preview', title: '', purpose: '', meaning: '', definition }
  await examine(ctx, words)
  const at = baseDate(base, ctx.now())
  const world = await tagWorldOf(ctx, definition, { at })
  const { type } = shapeOf(definition)
  const rows = definition.kind === 'sql' ? await previewSql(ctx, definition, world.merges) : tagRows(definition, world)
  const alive = sql`select customer_no, values, number from (${rows}) where customer_no in (${everybody(world.merges)}) and notEmpty(values)`
  const [figures, of] = await Promise.all([distributionOf(ctx, alive, type), aliveCount(ctx, world.merges)])
  return {
    asOf: at.toISOString(),
    ...figures,
    of,
    tookMs: Math.round(performance.now() - startedAt),
    sensitive: sensitiveUses(words, await traitsOf(ctx)),
  }
}

/** Rows of a query for its preview, read under the guard's bounds and counted here. */
const previewSql = async (
  ctx: Ctx,
  definition: Extract<PreviewRequest['definition'], { kind: 'sql' }>,
  merges: boolean,
): Promise<ch.Sql> => {
  const nos: number[] = []
  const values: string[] = []
  const mostRows = 200_000
  for await (const block of guardedRows(ctx, await checkedSql(ctx, definition.sql), 30)) {
    for (const { customer_no, value } of block) {
      nos.push(customer_no)
      values.push(value)
    }
    if (nos.length >= mostRows) break
  }
  const number =
    definition.type === 'number'
      ? sql`toFloat64OrNull(word)`
      : definition.type === 'date'
        ? sql`toFloat64(toInt32(toDateOrNull(substring(word, 1, 10))))`
        : sql`cast(null as Nullable(Float64))`
  const words = definition.multi ? sql`groupUniqArray(word)` : sql`[min(word)]`
  return sql`select no as customer_no, ${words} as values, min(${number}) as number from (select pair.2 as word, ${rootOf(merges)} as no from (select arrayJoin(arrayZip(${u32s(nos)}, ${ch.strings(values)})) as pair, pair.1 as customer_no)) where word != '' group by no`
}

const instantOf = (ctx: Ctx, asOf: string | undefined) => (asOf === undefined ? ctx.now() : new Date(asOf))

/** Who held what at an instant. @throws problem.unknown */
export const readDistribution = async (
  ctx: Ctx,
  { key, asOf }: { key: string; asOf?: string | undefined },
): Promise<TagDistribution> => {
  const [{ no, type }, merges] = await Promise.all([tagRow(ctx, key), mergesOf(ctx)])
  const at = instantOf(ctx, asOf)
  const rows = sql`select customer_no, values, number from (${valuesAsOf(no, { at, merges })}) where customer_no in (${everybody(merges)})`
  const [figures, of] = await Promise.all([distributionOf(ctx, rows, type), aliveCount(ctx, merges)])
  return { asOf: at.toISOString(), ...figures, of }
}

/** Runs, newest first. @throws problem.unknown */
export const readRuns = async (
  ctx: Ctx,
  { key, limit }: { key: string; limit: number },
): Promise<{ items: TagRun[] }> => {
  const { no } = await tagRow(ctx, key)
  const rows = await ctx.pg
    .selectFrom('audiences.tag_run')
    .selectAll()
    .where('tag_no', '=', no)
    .orderBy('run', 'desc')
    .limit(limit)
    .execute()
  return {
    items: rows.map((row) => ({
      run: row.run,
      version: row.version,
      why: row.why,
      state: row.state,
      at: row.at.toISOString(),
      startedAt: row.started_at.toISOString(),
      tookMs: row.took_ms,
      covered: row.covered,
      of: row.of_all,
      changed: row.changed,
      distribution: row.distribution,
      error: row.error,
      by: row.by,
    })),
  }
}

/** People who held a value (any, without one) at an instant, by number, masked. @throws problem.unknown */
export const readPeople = async (
  ctx: Ctx,
  {
    key,
    value,
    asOf,
    after = 0,
    limit,
  }: MembersQuery & { key: string; value?: string | undefined; asOf?: string | undefined },
) => {
  const [{ no }, merges] = await Promise.all([tagRow(ctx, key), mergesOf(ctx)])
  const at = instantOf(ctx, asOf)
  const holds = value === undefined ? sql`1` : sql`has(values, ${str(value)})`
  const held = sql`select customer_no from (${valuesAsOf(no, { at, merges })}) where ${holds} and customer_no in (${everybody(merges)})`
  const [rows, counted] = await Promise.all([
    ctx.ch.rows<{ customer_no: number }>(
      sql`select customer_no from (${held}) where customer_no > ${u32(after)} order by customer_no limit ${u32(limit + 1)}`,
    ),
    ctx.ch.one<{ n: number }>(sql`select toUInt32(count()) as n from (${held})`),
  ])
  const shown = rows.slice(0, limit).map(({ customer_no }) => customer_no)
  return {
    items: await readRows(ctx, shown),
    total: counted?.n ?? 0,
    next: rows.length > limit ? String(shown.at(-1)) : null,
    asOf: at.toISOString(),
  }
}

/** Numbers that count for a customer, his own first. @throws problem.customerUnknown */
export const familyOf = async (ctx: Ctx, id: number): Promise<{ root: number; nos: number[] }> => {
  const row = await ctx.pg
    .selectFrom('customers.customer')
    .select(['root_no', 'erased_at'])
    .where('no', '=', id)
    .executeTakeFirst()
  if (!row || row.erased_at) throw problem.customerUnknown({ id: String(id) })
  const rows = await ctx.pg.selectFrom('customers.customer').select('no').where('root_no', '=', row.root_no).execute()
  return { root: row.root_no, nos: rows.map(({ no }) => no) }
}

/**
 * Tags of one customer as of an instant, those removed for good included, by title.
 * @throws problem.customerUnknown
 */
export const readCustomerTags = async (
  ctx: Ctx,
  { id, asOf }: { id: number; asOf?: string | undefined },
): Promise<{ items: CustomerTag[]; asOf: string }> => {
  const { nos } = await familyOf(ctx, id)
  const at = instantOf(ctx, asOf)
  const [tags, removals, held] = await Promise.all([
    ctx.pg.selectFrom('audiences.tag').selectAll().where('state', 'not in', ['draft', 'review', 'retired']).execute(),
    ctx.pg.selectFrom('audiences.tag_removal').selectAll().where('customer_no', 'in', nos).execute(),
    ctx.ch.rows<{ tag_no: number; values: string[]; since: string }>(
      sql`select tag_no, held.1 as values, held.2 as since from (select tag_no, argMax((values, at), (at, run, cityHash64(values) % 2147483648)) as held from tag_values where customer_no in ${u32s(nos)} and at <= ${moment(at)} group by tag_no) where notEmpty(held.1)`,
    ),
  ])
  const valuesOf = new Map(held.map((row) => [row.tag_no, row]))
  const removalOf = new Map(removals.map((row) => [row.tag_no, row]))
  const items = tags.flatMap((tag): CustomerTag[] => {
    const found = valuesOf.get(tag.no)
    const removal = removalOf.get(tag.no)
    if (!found && !removal) return []
    return [
      {
        key: tag.key,
        title: tag.title,
        kind: tag.kind,
        type: tag.type,
        multi: tag.multi,
        state: tag.state,
        values: removal ? [] : (found?.values ?? []),
        at: found && !removal ? new Date(found.since).toISOString() : null,
        removed: removal ? { at: removal.at.toISOString(), by: removal.by, reason: removal.reason } : null,
        choices: tag.definition.kind === 'manual' ? tag.definition.values : [],
      },
    ]
  })
  return { items: items.sort((a, b) => a.title.localeCompare(b.title, 'zh')), asOf: at.toISOString() }
}
