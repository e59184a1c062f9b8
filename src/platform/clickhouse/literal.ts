import type { Param, Sql } from './sql.ts'

const escapes: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A ClickHouse string literal with its quotes. Only `\` and `'` could end it; the control characters are for the reader. */
export const quoted = (text: string): string => `'${text.replace(/[\\'\0\b\f\n\r\t]/g, (c) => escapes[c] ?? c)}'`

const value = (v: unknown): string => {
  if (v === null || v === undefined) return 'NULL'
  if (Array.isArray(v)) {
    // Fractions travel as text, so their whole neighbours must too: an array of numbers and texts casts to nonsense.
    const fractions = v.some((one) => typeof one === 'number' && !Number.isInteger(one))
    return `[${v.map((one) => (fractions ? quoted(String(one)) : value(one))).join(',')}]`
  }
  if (typeof v === 'number' && Number.isInteger(v)) return v.toFixed(0)
  if (typeof v === 'bigint') return v.toString()
  if (typeof v === 'boolean') return v ? 'true' : 'false'
  if (typeof v === 'string' || typeof v === 'number') return quoted(String(v))
  throw new TypeError(`A ClickHouse parameter cannot be a ${typeof v}`)
}

const literal = ({ type, value: v }: Param): string =>
  // As the server does with {name:Type}: the value as text, cast to its declared type; a name in back quotes.
  type === 'Identifier' ? `\`${String(v).replace(/[\\`]/g, (c) => `\\${c}`)}\`` : `_CAST(${value(v)},${quoted(type)})`

/**
 * The query as one text with its parameters written as typed literals.
 * Embedded ClickHouse needs this: chdb runs queries with bound parameters strictly one after another for the whole
 * process (they share one parameter state), so a point read would wait for every estimate before it.
 */
export const inline = ({ parts, values }: Sql): string =>
  parts.reduce((text, part, i) => {
    const v = values[i - 1]
    return text + (v === undefined ? '' : 'parts' in v ? inline(v) : literal(v)) + part
  })
