import { fieldMeaning } from '#platform'
import type { TraitEntry } from '../traits/dictionary.ts'
import type { Prepared } from './message.ts'

const computed = new WeakMap<ReadonlyMap<string, TraitEntry>, ReadonlySet<string>>()

/** Traits that only the dictionary calls personal; those that are by their name were taken out when the message was read. */
export const declaredPersonal = (entries: ReadonlyMap<string, TraitEntry>): ReadonlySet<string> => {
  const held = computed.get(entries)
  if (held) return held
  const names = new Set<string>()
  for (const { name, personal } of entries.values()) if (personal && !fieldMeaning(name)?.personal) names.add(name)
  computed.set(entries, names)
  return names
}

type Fields = Record<string, unknown>
const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Traits without those named; a nested one is named by its path. The same object when there are none. */
const without = (traits: Fields, names: ReadonlySet<string>, path = ''): Fields => {
  let changed = false
  const kept = Object.entries(traits).flatMap(([key, value]): [string, unknown][] => {
    const name = path === '' ? key : `${path}.${key}`
    if (names.has(name)) {
      changed = true
      return []
    }
    const inner = isFields(value) ? without(value, names, name) : value
    if (inner !== value) changed = true
    return [[key, inner]]
  })
  return changed ? Object.fromEntries(kept) : traits
}

/** Takes out of a message's texts the traits that the dictionary calls personal, so that they reach the sealed document only. */
export const hideDeclared = (message: Prepared, names: ReadonlySet<string>): void => {
  for (const trait of message.traits) if (names.has(trait.name)) trait.personal = true
  if (message.type === 'identify' || message.type === 'group') {
    const traits = JSON.parse(message.properties) as Fields
    const shown = without(traits, names)
    if (shown !== traits) message.properties = JSON.stringify(shown)
  } else if (message.traits.length > 0 && message.properties.includes('"$set"')) {
    const properties = JSON.parse(message.properties) as Fields
    if (isFields(properties.$set)) {
      const shown = without(properties.$set, names)
      if (shown !== properties.$set) message.properties = JSON.stringify({ ...properties, $set: shown })
    }
  }
  if (!message.context.includes('"traits"')) return
  const context = JSON.parse(message.context) as Fields
  if (!isFields(context.traits)) return
  const shown = without(context.traits, names)
  if (shown !== context.traits) message.context = JSON.stringify({ ...context, traits: shown })
}
