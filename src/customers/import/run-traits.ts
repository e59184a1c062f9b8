import type { Ctx } from '#platform'
import type { TraitWrite } from '../identity/apply.ts'
import { type Identifier, isKind } from '../identity/kinds.ts'
import type { Dictionary, TraitEntry } from '../traits/dictionary.ts'
import { coerce } from '../traits/trait-type.ts'
import type { LegalBasis, Mapping } from './mapping-contract.ts'
import type { IdentifierValue, TraitValue } from './record.ts'

/** `userId` of tracking and an account number are one kind. Kinds outside the list were refused when the import was made. */
export const identifierReader = ({ columns, rowIdentifier }: Mapping) => {
  const numbered = rowIdentifier !== undefined && !Object.values(columns).some((rule) => 'identifier' in rule)
  return ({ kind, value, verified }: IdentifierValue): Identifier[] => {
    const known = kind === 'userId' ? 'accountId' : kind
    return isKind(known)
      ? [{ kind: known, value, ...(verified && { verified }), ...(numbered && { assigned: true as const }) }]
      : []
  }
}

export interface ValueProblem {
  column: string
  value: string
  code: 'trait.type' | 'trait.allowed'
  reason: string
}

const plainOf = ({ type, text, number }: TraitValue): string | number | boolean =>
  type === 'boolean' ? number === 1 : (type === 'integer' || type === 'number') && number !== null ? number : text

/** Values of a file as the dictionary wants them. A trait nobody has declared gets the type, unit and basis of the mapping. */
export const traitWriter = (mapping: Mapping, dictionary: Dictionary) => {
  const units = new Map<string, string>()
  for (const rule of Object.values(mapping.columns)) if ('trait' in rule && rule.unit) units.set(rule.trait, rule.unit)
  let entries: ReadonlyMap<string, TraitEntry> = new Map()

  return {
    /** Before the rows of a piece are written: makes entries for traits met for the first time. */
    learn: async (ctx: Ctx, rows: readonly { traits: readonly TraitValue[] }[]): Promise<void> => {
      entries = await dictionary.entries(ctx)
      const fresh = new Map<
        string,
        { name: string; type: TraitValue['type']; personal: boolean; basis: LegalBasis | null }
      >()
      for (const { traits } of rows)
        for (const { name, type, personal, basis } of traits)
          if (!entries.has(name) && !fresh.has(name))
            fresh.set(name, { name, type, personal: personal !== null, basis })
      if (fresh.size === 0) return
      await dictionary.learn(
        ctx,
        [...fresh.values()].map(({ basis, ...trait }) => {
          const unit = units.get(trait.name)
          return { ...trait, ...(unit !== undefined && { unit }), ...(basis !== null && { basis }) }
        }),
      )
      entries = await dictionary.entries(ctx)
    },
    write: (traits: readonly TraitValue[], problems: ValueProblem[]): TraitWrite[] => {
      const writes: TraitWrite[] = []
      for (const trait of traits) {
        const entry = entries.get(trait.name)
        const personal = trait.personal !== null || (entry?.personal ?? false)
        const type = entry?.type ?? trait.type
        const plain = plainOf(trait)
        const value = type === trait.type ? plain : coerce(plain, type)
        const fail = (code: ValueProblem['code'], reason: string) =>
          problems.push({ column: trait.name, value: personal ? '***' : trait.text.slice(0, 100), code, reason })
        if (value === undefined) fail('trait.type', `The dictionary says this trait is of type ${type}`)
        else if (entry?.allowed && !entry.allowed.includes(value))
          fail('trait.allowed', 'The value is not in the list of the dictionary')
        else writes.push({ name: trait.name, type, value, personal })
      }
      return writes
    },
  }
}
