import { type Ctx, canonicalIdentifierKind, fieldMeaning, mayHold, PERSONAL_KINDS, scanText } from '#platform'
import type { ImportKind, Mapping } from '../import/mapping-contract.ts'
import type { Json, RawRow } from '../import/record.ts'
import { type Original, storeOriginals } from './originals.ts'
import { type Cells, cleaner } from './recipe.ts'
import type { FrozenStep, StepCount } from './recipe-contract.ts'
import type { CleaningRow } from './recipes.ts'
import type { Plain } from './verify.ts'
import './tables.ts'

type Rule = Mapping['columns'][string]

/** Where values of a row stand that steps call by the name of a trait, property or identifier. */
const nameOf = (rule: Rule | undefined): string | undefined => {
  if (!rule) return undefined
  if ('trait' in rule) return rule.trait
  if ('property' in rule) return rule.property
  if ('identifier' in rule) {
    const kind = canonicalIdentifierKind(rule.identifier)
    return kind === 'userId' ? 'accountId' : kind
  }
  return undefined
}

const personalKinds: ReadonlySet<string> = new Set(PERSONAL_KINDS)
const isPersonal = (column: string, rule: Rule | undefined): boolean => {
  if (rule && 'identifier' in rule) return personalKinds.has(canonicalIdentifierKind(rule.identifier))
  const name = nameOf(rule) ?? column
  if (rule && 'trait' in rule && rule.personal !== undefined) return rule.personal !== false
  return (fieldMeaning(name)?.personal ?? fieldMeaning(column)?.personal) !== undefined
}

/** Fields a step fills that the file has no column for become columns of their own. */
const added = (steps: readonly FrozenStep[], mapping: Mapping, kind: ImportKind): [string, Rule][] => {
  if (mapping.format.type === 'jsonl' || kind === 'consents') return []
  const known = new Set(Object.entries(mapping.columns).flatMap(([column, rule]) => [column, nameOf(rule) ?? column]))
  return steps.flatMap(({ step }): [string, Rule][] => {
    if (step.do !== 'fill' || known.has(step.field) || fieldMeaning(step.field)?.identifier) return []
    const type = 'median' in step.with ? ('number' as const) : ('string' as const)
    return [[step.field, kind === 'events' ? { property: step.field } : { trait: step.field, type }]]
  })
}

/** The rows of one file, cleaned before they are converted. */
export interface RowCleaner {
  /** The mapping with columns for fields that only the steps fill. */
  mapping: Mapping
  columns: readonly string[]
  /** @returns the row as it is read on, and what changed; 'duplicate' when one like it was met before */
  clean(row: RawRow): { row: RawRow; before: ReadonlyMap<string, Plain | undefined> } | 'duplicate'
  /** What a row held before, as it is kept. */
  original(before: ReadonlyMap<string, Plain | undefined>, at: { customerNo: number; line: number }): Original
  counts(): StepCount[]
}

/** @param columns the reader's array; it may grow while a JSONL file is read */
export const rowCleaner = (
  steps: readonly FrozenStep[],
  mapping: Mapping,
  kind: ImportKind,
  columns: readonly string[],
): RowCleaner => {
  const more = added(steps, mapping, kind)
  const all = more.length > 0 ? [...columns, ...more.map(([name]) => name)] : columns
  const effective: Mapping =
    more.length > 0 ? { ...mapping, columns: { ...mapping.columns, ...Object.fromEntries(more) } } : mapping
  const places = new Map<string, number>()
  let placed = 0
  const placeOf = (field: string): number | undefined => {
    for (; placed < all.length; placed += 1) {
      const column = all[placed] ?? ''
      const name = nameOf(effective.columns[column])
      if (!places.has(column)) places.set(column, placed)
      if (name !== undefined && !places.has(name)) places.set(name, placed)
    }
    return places.get(field)
  }
  const missing = all.map((column) => {
    const rule = effective.columns[column]
    return new Set([...mapping.missing, ...(rule && 'missing' in rule ? (rule.missing ?? []) : [])].map(String))
  })
  let values: (Json | undefined)[] = []
  const cells: Cells = {
    get: (field) => {
      const place = placeOf(field)
      const value = place === undefined ? undefined : values[place]
      if (value === undefined || value === null || place === undefined) return undefined
      if (typeof value === 'object') return JSON.stringify(value)
      return missing[place]?.has(String(value).trim()) ? undefined : value
    },
    set: (field, value) => {
      const place = placeOf(field)
      if (place === undefined) return false
      values[place] = value
      return true
    },
  }
  const run = cleaner(steps, () => all)
  return {
    mapping: effective,
    columns: all,
    clean: (row) => {
      if (row.unreadable) return { row, before: new Map() }
      values = [...row.values]
      while (values.length < all.length) values.push(undefined)
      const before = run.clean(cells)
      return before === 'duplicate' ? before : { row: { ...row, values }, before }
    },
    original: (before, at) => {
      const plain: Record<string, unknown> = {}
      const personal: Record<string, unknown> = {}
      for (const [field, value] of before) {
        const column = all[placeOf(field) ?? -1] ?? field
        const text = String(value ?? '')
        const hidden =
          isPersonal(column, effective.columns[column]) || (mayHold(text) && scanText(text).found.length > 0)
        ;(hidden ? personal : plain)[field] = value ?? null
      }
      return { ...at, plain, personal }
    },
    counts: () => run.counts.map((count) => ({ ...count })),
  }
}

/** What a piece of a file adds to its cleaning. */
export interface PieceCleaned {
  /** Last line of the piece. */
  line: number
  read: number
  changed: number
  counts: readonly StepCount[]
}

export const countsSince = (now: readonly StepCount[], before: readonly StepCount[]): StepCount[] =>
  now.map((one, at) => ({
    tried: one.tried - (before[at]?.tried ?? 0),
    changed: one.changed - (before[at]?.changed ?? 0),
    unable: one.unable - (before[at]?.unable ?? 0),
  }))

/** The cleaning of an import; undefined when its mapping asks for none. */
export const cleaningOf = (ctx: Ctx, importId: number): Promise<CleaningRow | undefined> =>
  ctx.pg.selectFrom('customers.cleaning').selectAll().where('import_id', '=', importId).executeTakeFirst()

/** Counts a piece and keeps its originals, in the transaction of `ctx`; a piece counted before changes nothing. */
export const storePiece = async (
  ctx: Ctx,
  cleaning: number,
  { line, read, changed, counts }: PieceCleaned,
  originals: readonly Original[],
): Promise<void> => {
  const held = await ctx.pg
    .selectFrom('customers.cleaning')
    .select(['counts', 'reached'])
    .where('id', '=', cleaning)
    .forUpdate()
    .executeTakeFirst()
  if (!held || held.reached >= line) return
  await storeOriginals(ctx, cleaning, originals)
  await ctx.pg
    .updateTable('customers.cleaning')
    .set(({ eb }) => ({
      state: 'running',
      reached: line,
      read: eb('read', '+', read),
      changed: eb('changed', '+', changed),
      counts: JSON.stringify(
        counts.map((one, at) => ({
          tried: one.tried + (held.counts[at]?.tried ?? 0),
          changed: one.changed + (held.counts[at]?.changed ?? 0),
          unable: one.unable + (held.counts[at]?.unable ?? 0),
        })),
      ),
    }))
    .where('id', '=', cleaning)
    .execute()
}
