/** What JSON can say. A property that is undefined counts as absent. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined }

/**
 * One text per value: RFC 8785 (JCS). Keys sorted by UTF-16 code units, no spaces, numbers and strings as ECMAScript
 * writes them.
 * @throws TypeError for what has no canonical text: NaN, infinities, lone surrogates
 */
export const canonicalJson = (value: Json): string => {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical JSON`)
    return JSON.stringify(value)
  }
  if (typeof value !== 'object' || value === null) return String(value)
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  // Default order of `sort` is by UTF-16 code units, which is what the RFC asks for.
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key]
      return member === undefined ? [] : [`${quoted(key)}:${canonicalJson(member)}`]
    })
  return `{${members.join(',')}}`
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value)

const quoted = (text: string) => {
  if (!text.isWellFormed()) throw new TypeError('A lone surrogate has no canonical JSON')
  return JSON.stringify(text)
}
