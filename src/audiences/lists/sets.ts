import { type Ctx, ch, type Json } from '#platform'
import { membersNow } from '../live/moves.ts'
import { told } from '../portraits/suppress.ts'
import { problem as audienceProblem } from '../problem.ts'
import type { List } from './contract.ts'
import { problem } from './problem.ts'
import { listBitmap, saveList } from './save.ts'
import { leavesOf, type NewSnapshot, partsOf, type SetExpression, type SetSize } from './set-contract.ts'
import { readList } from './store.ts'
import type { MadeOf } from './tables.ts'
import './tables.ts'

const { sql, join, u16, u32, str } = ch

/** An audience or a list as a set of its members. */
export interface KnownSet {
  kind: 'audience' | 'list'
  id: string
  name: string
  size: number
  asOf: Date
  /** A sub-query of one row, `bitmap`; those who were merged since count as whom they were merged into. */
  bitmap: ch.Sql
  /** What it is, for who wants to make it again. */
  madeOf: MadeOf
}

/** Whether any customer has been merged into another. */
export const anyMerged = async (ctx: Ctx): Promise<boolean> =>
  (await ctx.ch.one(ch.sql`select 1 from customer_overrides final where from_no != to_no limit 1`)) !== undefined

const resolved = (bitmap: ch.Sql): ch.Sql =>
  sql`(select groupBitmapState(toUInt32(dictGetOrDefault('customer_override', 'to_no', toUInt64(no), no))) as bitmap from (select arrayJoin(bitmapToArray(bitmap)) as no from ${bitmap}))`

/**
 * Audiences, as they are now or at their last refresh, and lists, by the key `audience:ID` or `list:ID`.
 * @throws audiences.unknown, problem.notRefreshed, problem.listUnknown
 */
export const knownSets = async (
  ctx: Ctx,
  wanted: readonly ({ audience: string } | { list: string })[],
): Promise<Map<string, KnownSet>> => {
  const audienceIds = [...new Set(wanted.flatMap((leaf) => ('audience' in leaf ? [leaf.audience.toLowerCase()] : [])))]
  const listIds = [...new Set(wanted.flatMap((leaf) => ('list' in leaf ? [leaf.list.toLowerCase()] : [])))]
  const [audiences, lists, merged] = await Promise.all([
    audienceIds.length === 0
      ? []
      : ctx.pg
          .selectFrom('audiences.audience')
          .select(['id', 'name', 'definition', 'refreshed_version', 'refresh_shown', 'feed_refresh', 'size', 'as_of'])
          .where('id', 'in', audienceIds)
          .execute(),
    listIds.length === 0
      ? []
      : ctx.pg
          .selectFrom('audiences.list')
          .select(['id', 'name', 'kind', 'size', 'as_of', 'content_hash'])
          .where('id', 'in', listIds)
          .execute(),
    anyMerged(ctx),
  ])
  const whole = (bitmap: ch.Sql) => (merged ? resolved(bitmap) : bitmap)
  const sets = new Map<string, KnownSet>()
  for (const row of audiences) {
    const { id, name, definition, refreshed_version, refresh_shown, size, as_of } = row
    if (refresh_shown === null || as_of === null) throw problem.notRefreshed({ id, name })
    sets.set(`audience:${id}`, {
      kind: 'audience',
      id,
      name,
      size: size ?? 0,
      asOf: as_of,
      bitmap: whole(await membersNow(ctx, row)),
      madeOf: {
        audience: id,
        name,
        version: refreshed_version,
        refresh: row.feed_refresh ?? refresh_shown,
        asOf: as_of.toISOString(),
        definition: definition as Json,
      },
    })
  }
  for (const { id, name, kind, size, as_of, content_hash } of lists)
    sets.set(`list:${id}`, {
      kind: 'list',
      id,
      name,
      size,
      asOf: as_of,
      bitmap: whole(listBitmap(id)),
      madeOf: { list: id, name, kind, contentHash: content_hash },
    })
  for (const id of audienceIds) if (!sets.has(`audience:${id}`)) throw audienceProblem.unknown({ id })
  for (const id of listIds) if (!sets.has(`list:${id}`)) throw problem.listUnknown({ id })
  return sets
}

const keyOf = (leaf: { audience: string } | { list: string }): string =>
  'audience' in leaf ? `audience:${leaf.audience.toLowerCase()}` : `list:${leaf.list.toLowerCase()}`

/** The set of a leaf. */
export const setOf = (sets: ReadonlyMap<string, KnownSet>, leaf: { audience: string } | { list: string }): KnownSet => {
  const found = sets.get(keyOf(leaf))
  if (!found) throw new Error(`no set ${keyOf(leaf)}`)
  return found
}

/**
 * One row with `b`, the bitmaps of `sets` in their order. All are read in one pass over the union.
 */
export const bitmapsOf = (sets: readonly KnownSet[]): ch.Sql =>
  sql`(select arraySort(x -> x.1, groupArray((k, bitmap))).2 as b from (${join(
    sets.map(({ bitmap }, i) => sql`select ${u16(i + 1)} as k, bitmap from ${bitmap}`),
    ' union all ',
  )}))`

/** The bitmap of an expression over `b`; `place` gives the place of a leaf in it, from 1. */
const combined = (expression: SetExpression, place: (leaf: SetExpression) => number): ch.Sql => {
  const parts = partsOf(expression)
  if (!parts) return sql`b[${u16(place(expression))}]`
  const [first, ...rest] = parts.map((part) => combined(part, place))
  if (!first) throw new Error('an operation without parts')
  if ('union' in expression) return rest.reduce((left, right) => sql`bitmapOr(${left}, ${right})`, first)
  if ('intersect' in expression) return rest.reduce((left, right) => sql`bitmapAnd(${left}, ${right})`, first)
  return rest.reduce((left, right) => sql`bitmapAndnot(${left}, ${right})`, first)
}

interface Compiled {
  /** One row, `members`. */
  members: ch.Sql
  /** One row, `size`. */
  size: ch.Sql
  /** In the order they are written, each once. */
  sets: KnownSet[]
}

/** An expression as ClickHouse SQL. @throws as `knownSets` */
export const compileSets = async (ctx: Ctx, expression: SetExpression): Promise<Compiled> => {
  const known = await knownSets(ctx, leavesOf(expression))
  const sets = [...new Set(leavesOf(expression).map((leaf) => setOf(known, leaf)))]
  const place = (leaf: SetExpression) =>
    'audience' in leaf || 'list' in leaf ? sets.indexOf(setOf(known, leaf)) + 1 : 0
  const bitmap = combined(expression, place)
  const from = bitmapsOf(sets)
  return {
    members: sql`select ${bitmap} as members from ${from}`,
    size: sql`select toUInt32(bitmapCardinality(${bitmap})) as size from ${from}`,
    sets,
  }
}

/** How many an expression holds, at once. @throws as `knownSets` */
export const sizeOfSets = async (ctx: Ctx, { of }: { of: SetExpression }): Promise<SetSize> => {
  const startedAt = performance.now()
  const { size, sets } = await compileSets(ctx, of)
  const row = await ctx.ch.one<{ size: number }>(size)
  // Source: risk-and-law 3.20.
  const tell = (count: number) => (ctx.actor.permissions.has('customers.read') ? count : told(count))
  return {
    size: tell(row?.size ?? 0),
    parts: sets.map(({ kind, id, name, size, asOf }) => ({
      kind,
      id,
      name,
      size: tell(size),
      asOf: asOf.toISOString(),
    })),
    tookMs: Math.round(performance.now() - startedAt),
  }
}

const written = (expression: SetExpression, known: (leaf: SetExpression) => MadeOf): MadeOf => {
  const parts = partsOf(expression)
  if (!parts) return known(expression)
  const [operation = ''] = Object.keys(expression)
  return { [operation]: parts.map((part) => written(part, known)) }
}

/** Freezes what an expression holds, or people chosen from it by chance, as a list. @throws as `knownSets` */
export const saveSnapshot = async (ctx: Ctx, { name, why, of, sample }: NewSnapshot): Promise<List> => {
  const { members, sets } = await compileSets(ctx, of)
  const known = (leaf: SetExpression): MadeOf => {
    if (!('audience' in leaf || 'list' in leaf)) return {}
    return setOf(new Map(sets.map((set) => [`${set.kind}:${set.id}`, set])), leaf).madeOf
  }
  const chosen = sample
    ? sql`select groupBitmapState(no) as members from (select arrayJoin(bitmapToArray(members)) as no from (${members}) order by sipHash64(no, ${str(sample.salt)}), no limit ${u32(sample.size)})`
    : members
  const [only] = sets
  const { id } = await saveList(ctx, {
    name,
    kind: sample ? 'sample' : 'snapshot',
    why,
    madeOf: sample ? { sample, of: written(of, known) } : written(of, known),
    ...(sets.length === 1 && only?.kind === 'audience' && { audienceId: only.id }),
    asOf: new Date(Math.min(...sets.map(({ asOf }) => asOf.getTime()))),
    members: chosen,
  })
  return readList(ctx, { id })
}
