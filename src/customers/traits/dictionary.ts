import type { Ctx } from '#platform'
import type { TraitWrite } from '../identity/apply.ts'
import type { FieldProblem } from '../tracking/message.ts'
import { coerce, type TraitType, traitTypes, typeOf } from './trait-type.ts'

export interface TraitEntry {
  name: string
  title: string
  type: TraitType
  unit: string | null
  /** Allowed values; null: any. */
  allowed: readonly (string | number | boolean)[] | null
  personal: boolean
  owner: string | null
  basis: string
  description: string | null
  origin: string
}

/** Other processes' changes to the dictionary are seen after at most this long. */
const freshMs = 2_000

/**
 * Traits that are learnt from messages and files. A sender who puts an id into the name of a trait would fill the dictionary,
 * which every process holds in memory, without end; by hand more can be declared.
 */
const mostTraits = 10_000
/** A statement has 65,535 parameters at most. */
const rowsPerStatement = 1_000

export interface Dictionary {
  entries(ctx: Ctx): Promise<ReadonlyMap<string, TraitEntry>>
  /** Makes entries for traits nobody has declared, up to 10,000. What another process declared meanwhile wins. */
  learn(
    ctx: Ctx,
    traits: readonly {
      name: string
      type: TraitType
      personal: boolean
      unit?: string
      basis?: string
      title?: string
    }[],
  ): Promise<void>
  forget(): void
}

/** The trait dictionary with a copy in memory, two seconds old at most. */
export const openDictionary = (): Dictionary => {
  let held: ReadonlyMap<string, TraitEntry> = new Map()
  let readAt = 0
  const entries: Dictionary['entries'] = async (ctx) => {
    if (Date.now() - readAt < freshMs) return held
    const rows = await ctx.pg.selectFrom('customers.trait').selectAll().execute()
    held = new Map(
      rows.map((row) => [
        row.name,
        { ...row, type: typeNamed(row.type), allowed: Array.isArray(row.allowed) ? (row.allowed as string[]) : null },
      ]),
    )
    readAt = Date.now()
    return held
  }
  return {
    entries,
    learn: async (ctx, traits) => {
      const known = await entries(ctx)
      const fresh = new Map(traits.filter(({ name }) => !known.has(name)).map((trait) => [trait.name, trait]))
      // In one order for all, so that two processes never wait for each other.
      const learnt = [...fresh.values()]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .slice(0, Math.max(0, mostTraits - known.size))
      if (learnt.length === 0) return
      for (let at = 0; at < learnt.length; at += rowsPerStatement)
        await ctx.pg
          .insertInto('customers.trait')
          .values(
            learnt.slice(at, at + rowsPerStatement).map(({ name, type, personal, unit, basis, title }) => ({
              name,
              title: title ?? name,
              type,
              unit: unit ?? null,
              allowed: null,
              personal,
              owner: null,
              description: null,
              ...(basis && { basis }),
            })),
          )
          .onConflict((conflict) => conflict.column('name').doNothing())
          .execute()
      readAt = 0
      await entries(ctx)
    },
    forget: () => {
      readAt = 0
    },
  }
}

const typeNamed = (text: string): TraitType => traitTypes.find((type) => type === text) ?? 'string'

/**
 * Raw traits as typed writes; what does not fit its declared type or list comes back as a problem and is not stored.
 * @param traits values as JSON gave them; null clears
 */
export const typeTraits = (
  entries: ReadonlyMap<string, TraitEntry>,
  traits: readonly { name: string; value: unknown; personal: boolean }[],
): { writes: TraitWrite[]; problems: FieldProblem[] } => {
  const writes: TraitWrite[] = []
  const problems: FieldProblem[] = []
  for (const { name, value, personal: personalByName } of traits) {
    const entry = entries.get(name)
    const personal = personalByName || (entry?.personal ?? false)
    const type = entry?.type ?? typeOf(value)
    if (value === null) {
      writes.push({ name, type, value: null, personal })
      continue
    }
    if (!entry) {
      problems.push({
        field: name,
        valueMasked: '***',
        code: 'trait.tooMany',
        reason: `The dictionary is full: ${mostTraits} traits were learnt; declare this one by hand`,
      })
      continue
    }
    const typed = coerce(value, type)
    const shown = personal ? '***' : (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 100)
    if (typed === undefined)
      problems.push({ field: name, valueMasked: shown, code: 'trait.type', reason: `The value is not of type ${type}` })
    else if (entry?.allowed && !entry.allowed.includes(typed))
      problems.push({
        field: name,
        valueMasked: shown,
        code: 'trait.allowed',
        reason: 'The value is not in the list of the dictionary',
      })
    else writes.push({ name, type, value: typed, personal })
  }
  return { writes, problems }
}
