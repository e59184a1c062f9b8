import { fieldMeaning, mask, type PersonalKind } from '#platform'

/** What a key says of its value, remembered: an event has the same dozen keys as the thousand before it. */
const remembered = new Map<string, PersonalKind | null>()
const rememberedAtMost = 20_000

const kindOf = (key: string): PersonalKind | null => {
  const held = remembered.get(key)
  if (held !== undefined) return held
  const kind = fieldMeaning(key)?.personal ?? null
  if (remembered.size >= rememberedAtMost) remembered.clear()
  remembered.set(key, kind)
  return kind
}

export interface MaskedKey {
  path: string
  kind: PersonalKind
  masked: string
}

/**
 * Masks what no pattern recognises but its key names: a person's name, address, WeChat id, a phone in a foreign form.
 * @param masked receives what was masked, by path
 * @returns the same value when nothing was
 */
export const maskByKey = (value: unknown, masked: MaskedKey[], path = ''): unknown => {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) {
    let copy: unknown[] | undefined
    for (let i = 0; i < value.length; i++) {
      const before: unknown = value[i]
      const after = maskByKey(before, masked, `${path}[${i}]`)
      if (after !== before) {
        copy ??= [...(value as unknown[])]
        copy[i] = after
      }
    }
    return copy ?? value
  }
  const fields = value as Record<string, unknown>
  let changes: Map<string, unknown> | undefined
  for (const key of Object.keys(fields)) {
    const before = fields[key]
    const after = maskedField(key, fields, masked, path)
    if (after === before) continue
    changes ??= new Map()
    changes.set(key, after)
  }
  if (!changes) return value
  // fromEntries defines its keys, so a key named __proto__ stays a plain key.
  return Object.fromEntries(
    Object.entries(fields).map(([key, before]) => [key, changes.has(key) ? changes.get(key) : before]),
  )
}

/**
 * A bare `name` may be a page's, a product's or a plan's; it is a person's when a phone, an e-mail or the like stands
 * beside it. With a word before it (realName, customerName) it is a person's anyway.
 */
const isThing = (key: string, fields: Record<string, unknown>): boolean =>
  key === 'name' &&
  !Object.keys(fields).some((other) => other !== 'name' && kindOf(other) !== null && kindOf(other) !== 'address')

const maskedField = (key: string, fields: Record<string, unknown>, masked: MaskedKey[], path: string): unknown => {
  const value = fields[key]
  if (typeof value === 'object') return maskByKey(value, masked, path === '' ? key : `${path}.${key}`)
  if ((typeof value !== 'string' && typeof value !== 'number') || value === '') return value
  const kind = kindOf(key)
  if (kind === null || isThing(key, fields)) return value
  const text = String(value)
  // Masked already, here or by the sender.
  if (text.includes('***')) return value
  const shown = mask(kind, text)
  masked.push({ path: path === '' ? key : `${path}.${key}`, kind, masked: shown })
  return shown
}
