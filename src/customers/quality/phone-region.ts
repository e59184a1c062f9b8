import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { normaliseIdentifier } from '#platform'

/** The first seven digits that the file covers: 1300000 to 1999999. */
const first = 1_300_000
const count = 700_000

let table: Uint16Array | undefined

/**
 * Region code of each mobile prefix of seven digits, 0 where none is known. The file: how many codes there are, the codes,
 * then runs (index of the code, length), all as variable-length integers. Made from libphonenumber's list (Apache-2.0).
 */
const prefixes = (): Uint16Array => {
  if (table) return table
  const bytes = gunzipSync(readFileSync(join(import.meta.dirname, 'phone-regions.gz')))
  let at = 0
  const next = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  const codes = Array.from({ length: next() }, next)
  const made = new Uint16Array(count)
  for (let from = 0; from < count; ) {
    const code = codes[next()] ?? 0
    const end = from + next()
    made.fill(code, from, end)
    from = end
  }
  table = made
  return made
}

/**
 * Where a mobile number was given out; its owner may live elsewhere, and may have taken it to another network.
 * @returns a region code of two or four digits, or undefined when the number is no mainland mobile or its prefix is new
 */
export const regionOfPhone = (phone: string): string | undefined => {
  const digits = normaliseIdentifier('phone', phone)
  const code = digits === undefined ? 0 : (prefixes()[Number(digits.slice(0, 7)) - first] ?? 0)
  return code === 0 ? undefined : String(code)
}
