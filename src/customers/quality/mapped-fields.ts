import { canonicalIdentifierKind } from '#platform'
import type { Mapping } from '../import/mapping-contract.ts'

/** What the columns of a file fill. */
export interface MappedFields {
  /** Traits and kinds of identifiers. */
  names: ReadonlySet<string>
  /** Kind of identifier by column. */
  kinds: ReadonlyMap<string, string>
}

export const mappedFields = (mapping: Mapping, columns: readonly string[]): MappedFields => {
  const names = new Set<string>()
  const kinds = new Map<string, string>()
  for (const [column, rule] of Object.entries(mapping.columns)) {
    if ('trait' in rule) names.add(rule.trait)
    else if ('identifier' in rule) {
      const known = canonicalIdentifierKind(rule.identifier)
      const kind = known === 'userId' ? 'accountId' : known
      names.add(kind)
      kinds.set(column, kind)
    }
  }
  if (mapping.others === 'traits')
    for (const column of columns) if (!Object.hasOwn(mapping.columns, column)) names.add(column)
  return { names, kinds }
}
