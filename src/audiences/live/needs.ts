import { ch } from '#platform'
import { compile } from '../condition.ts'
import type { FactTable, World } from '../condition-world.ts'
import { type Definition, tagsNamed } from '../contract.ts'
import { eachCondition } from '../mentions-contract.ts'
import type { LaterRows } from './edges.ts'

/** Any instant does, so long as it is always the same one. */
const fixedInstant = new Date('2026-01-01T00:00:00Z')

/** The definition as SQL of a fixed instant: it changes when anything does that the definition depends on. */
export const signatureOf = (definition: Definition, value: World): string =>
  JSON.stringify(ch.render(compile(definition, { ...value, at: fixedInstant, merges: true }).members))

/** Tables that a definition reads: those that its statement asks for. */
export const tablesOf = (definition: Definition, value: World): Set<FactTable> => {
  const read = new Set<FactTable>()
  const from = new Proxy(
    {},
    {
      get: (_, table) => {
        read.add(table as FactTable)
        return undefined
      },
    },
  )
  compile(definition, { ...value, from })
  return read
}

/** Values of tags and words about consent are true from an instant on, which may lie ahead. */
export const laterRowsOf = (definition: Definition, { audiences }: World): Set<LaterRows> => {
  const found = new Set<LaterRows>()
  for (const each of [definition, ...audiences.values()]) {
    if (tagsNamed(each).length > 0) found.add('tag_values')
    eachCondition(each, (node) => {
      if ('consent' in node) found.add('customer_consents')
    })
  }
  return found
}
