import { normaliseText } from './normalise.ts'

/** Buckets that n-grams of characters are hashed into: 2^20. */
export const buckets = 1 << 20
const longest = 3
/** Characters read of one text; a longer one says the same again. */
const mostCharacters = 2_000

/**
 * The distinct n-grams (1 to 3 characters) of a text, each as a bucket 0 to 2^20 − 1. The text is normalised (full width,
 * traditional characters, case) and digits count as one sign, so that prices and dates do not become features.
 */
export const nGrams = (text: string): Int32Array => {
  const normal = normaliseText(text).toLowerCase().replaceAll(/\d+/g, '0').slice(0, mostCharacters)
  const characters = Array.from(` ${normal} `, (character) => character.codePointAt(0) ?? 0)
  const found = new Set<number>()
  for (let start = 0; start < characters.length; start++) {
    // FNV-1a over code points, one hash per length that begins here.
    let hash = 0x811c9dc5
    for (let n = 0; n < longest && start + n < characters.length; n++) {
      hash = Math.imul(hash ^ (characters[start + n] ?? 0), 0x01000193)
      hash ^= hash >>> 15
      found.add((Math.imul(hash, 0x2c1b3c6d) >>> 7) & (buckets - 1))
    }
  }
  return Int32Array.from(found)
}
