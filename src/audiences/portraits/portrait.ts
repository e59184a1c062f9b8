import { type Ctx, ch } from '#platform'
import { anyMerged, bitmapsOf, type KnownSet, knownSets, setOf } from '../lists/sets.ts'
import { conditionOn, type FieldPlan, planFields } from './classes.ts'
import {
  type FieldPortrait,
  type Portrait,
  type PortraitClass,
  type PortraitRequest,
  type PortraitSet,
  portraitLimits,
  type SetRef,
} from './contract.ts'
import { type Cell, countClasses, holder } from './count.ts'
import { type Field, fieldsOf, shownField } from './fields.ts'
import { cramersV, differ, tgi, wilson } from './measures.ts'
import { problem } from './problem.ts'
import { summarise } from './summary.ts'
import { suppressField, told } from './suppress.ts'

const { sql, u8 } = ch

/** Everybody alive who was not merged into another. */
export const everybody = (merges: boolean): ch.Sql =>
  merges
    ? sql`(select groupBitmapState(customer_no) as bitmap from customers final where live = 1 and dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no) = customer_no)`
    : sql`(select groupBitmapState(customer_no) as bitmap from customers final where live = 1)`

/** Names and figures of sets as they may be told. */
export const shownSet = (set: KnownSet, size: number, mayCount: boolean): PortraitSet => ({
  kind: set.kind,
  id: set.id,
  name: set.name,
  size: mayCount ? size : told(size),
  asOf: set.asOf.toISOString(),
})

export const mayCount = ({ actor }: Pick<Ctx, 'actor'>): boolean => actor.permissions.has('customers.read')

/**
 * Distributions of traits and tags in up to five audiences or lists, against everybody or another set. Members as of the last
 * refresh, values as of now; only people who are still there count.
 * @throws problem.fieldUnknown, audiences.unknown, audiences.notRefreshed, audiences.listUnknown
 */
export const portray = async (ctx: Ctx, { of, base, fields: wanted }: PortraitRequest): Promise<Portrait> => {
  const startedAt = performance.now()
  const at = ctx.now()
  const [known, all, merges] = await Promise.all([
    knownSets(ctx, base ? [...of, base] : of),
    fieldsOf(ctx, wanted),
    anyMerged(ctx),
  ])
  const sets = of.map((ref) => setOf(known, ref))
  const baseSet = base ? setOf(known, base) : undefined
  const unknown = wanted?.find((key) => !all.has(key))
  if (unknown !== undefined) throw problem.fieldUnknown({ field: unknown })
  const chosen = wanted ? wanted.flatMap((key) => all.get(key) ?? []) : [...all.values()]
  const fields = chosen.slice(0, portraitLimits.fields)

  const bitmaps = [everybody(merges), ...(baseSet ? [baseSet.bitmap] : []), ...sets.map(({ bitmap }) => bitmap)]
  const { baseSize, sizes, union } = await sizesOf(ctx, bitmaps, baseSet !== undefined)
  const plans = await planFields(ctx, fields, inAny(sets), { base: baseSize, inside: union })
  const cells = await countClasses(ctx, plans, bitmaps, { merges, at })
  const frame = { baseBit: baseSet ? 1 : 0, setBits: sets.map((_, i) => i + (baseSet ? 2 : 1)), baseSize, sizes }
  const byField = Map.groupBy(cells, ({ field }) => field)
  const named = await Promise.all(of.map((ref) => fieldsNamed(ctx, ref)))
  const counts = mayCount(ctx)
  const portraits = plans
    .map((plan, i) => portraitOf(plan, byField.get(i) ?? [], frame, named))
    .sort((a, b) => Math.max(0, ...b.differences.map(Number)) - Math.max(0, ...a.differences.map(Number)))
    .map((field) => (counts ? field : suppressField(field)))
  const asked = {
    base: baseSet
      ? shownSet(baseSet, baseSize, counts)
      : {
          kind: 'all' as const,
          id: null,
          name: '',
          size: counts ? baseSize : told(baseSize),
          asOf: at.toISOString(),
        },
    sets: sets.map((set, i) => shownSet(set, sizes[i]?.size ?? 0, counts)),
    fields: portraits,
  }
  return {
    ...asked,
    fieldsLeft: chosen.length - fields.length,
    summaries: sets.map((_, i) => summarise(i, asked)),
    tookMs: Math.round(performance.now() - startedAt),
  }
}

const inAny = (sets: readonly KnownSet[]): ch.Sql =>
  sql`(select arrayReduce('groupBitmapOrState', b) as bitmap from ${bitmapsOf(sets)})`

interface SizeOfSet {
  size: number
  inBase: number
}

const sizesOf = async (ctx: Ctx, bitmaps: readonly ch.Sql[], hasBase: boolean) => {
  const from = sql`(select arraySort(x -> x.1, groupArray((k, bitmap))).2 as b from (${ch.join(
    bitmaps.map((bitmap, i) => sql`select ${u8(i + 1)} as k, bitmap from ${bitmap}`),
    ' union all ',
  )}))`
  const first = u8(hasBase ? 3 : 2)
  const base = hasBase ? sql`b[2]` : sql`b[1]`
  const row = await ctx.ch.one<{ base: number; size: number[]; both: number[]; inside: number }>(
    sql`select toUInt32(bitmapAndCardinality(b[1], ${base})) as base, arrayMap(x -> toUInt32(bitmapAndCardinality(b[1], x)), arraySlice(b, ${first})) as size, arrayMap(x -> toUInt32(bitmapAndCardinality(bitmapAnd(b[1], ${base}), x)), arraySlice(b, ${first})) as both, toUInt32(arraySum(size)) as inside from ${from}`,
  )
  const sizes: SizeOfSet[] = (row?.size ?? []).map((size, i) => ({ size, inBase: row?.both[i] ?? 0 }))
  return { baseSize: row?.base ?? 0, sizes, union: row?.inside ?? 0 }
}

interface Frame {
  baseBit: number
  setBits: readonly number[]
  baseSize: number
  sizes: readonly SizeOfSet[]
}

interface Tally {
  base: number
  sets: number[]
  /** Of the base, outside the set. */
  rest: number[]
}

const portraitOf = (
  { field, classes }: FieldPlan,
  cells: readonly Cell[],
  frame: Frame,
  named: readonly ReadonlySet<string>[],
): FieldPortrait => {
  const { baseSize, sizes, setBits, baseBit } = frame
  const tallyOf = (place: (cell: Cell) => boolean): Tally => {
    const tally: Tally = { base: 0, sets: setBits.map(() => 0), rest: setBits.map(() => 0) }
    for (const cell of cells) {
      if (!place(cell)) continue
      const inBase = (cell.mask >> baseBit) & 1
      if (inBase) tally.base += cell.count
      setBits.forEach((bit, i) => {
        const inSet = (cell.mask >> bit) & 1
        if (inSet) tally.sets[i] = (tally.sets[i] ?? 0) + cell.count
        else if (inBase) tally.rest[i] = (tally.rest[i] ?? 0) + cell.count
      })
    }
    return tally
  }
  const tallies = classes.map((_, i) => tallyOf((cell) => cell.class === i + 1))
  const held = tallyOf((cell) => (field.multi ? cell.class === holder : cell.class <= classes.length))
  const restSize = (i: number) => baseSize - (sizes[i]?.inBase ?? 0)
  const missing: Tally = {
    base: baseSize - held.base,
    sets: held.sets.map((count, i) => (sizes[i]?.size ?? 0) - count),
    rest: held.rest.map((count, i) => restSize(i) - count),
  }
  const shown = ({ base, sets, rest }: Tally): Pick<PortraitClass, 'base' | 'sets'> => ({
    base: { count: base, share: baseSize === 0 ? null : base / baseSize },
    sets: sets.map((count, i) => {
      const size = sizes[i]?.size ?? 0
      return {
        count,
        share: size === 0 ? null : count / size,
        ...wilson(count, size),
        tgi: tgi(count, size, base, baseSize),
        significant: differ(count, size, rest[i] ?? 0, restSize(i)),
      }
    }),
  })
  const all: PortraitClass[] = [
    ...classes.map(({ key, kind, label, condition }, i) => ({
      key,
      kind,
      label,
      condition,
      ...shown(tallies[i] ?? missing),
    })),
    {
      key: 'missing',
      kind: 'missing' as const,
      label: { zh: '无值', en: 'no value' },
      condition: conditionOn(field, { exists: false }),
      ...shown(missing),
    },
  ]
  return {
    ...shownField(field),
    multi: field.multi,
    classes: all.filter(({ base, sets }) => (base.count ?? 0) > 0 || sets.some(({ count }) => (count ?? 0) > 0)),
    differences: setBits.map((_, i) =>
      sizes[i]?.size && restSize(i) > 0
        ? cramersV(
            [...tallies, missing].map(({ sets }) => sets[i] ?? 0),
            [...tallies, missing].map(({ rest }) => rest[i] ?? 0),
          )
        : null,
    ),
    byDesign: named.map((keys) => keys.has(field.key)),
  }
}

/** Fields that the definition of an audience, or of the audience a list was frozen from, names itself. */
export const fieldsNamed = async (ctx: Ctx, ref: SetRef): Promise<Set<string>> => {
  const found = new Set<string>()
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) walk(one)
    else if (typeof node === 'object' && node !== null)
      for (const [key, value] of Object.entries(node)) {
        if ((key === 'trait' || key === 'tag') && typeof value === 'string') found.add(`${key}:${value}`)
        else walk(value)
      }
  }
  if ('audience' in ref) {
    const row = await ctx.pg
      .selectFrom('audiences.audience')
      .select('definition')
      .where('id', '=', ref.audience)
      .executeTakeFirst()
    walk(row?.definition)
  } else {
    const row = await ctx.pg
      .selectFrom('audiences.list')
      .select('made_of')
      .where('id', '=', ref.list)
      .executeTakeFirst()
    walk(row?.made_of)
  }
  return found
}

/** What portraits can be made of. */
export const portraitFields = async (ctx: Ctx) => ({
  items: [...(await fieldsOf(ctx)).values()].map((field: Field) => shownField(field)),
})
