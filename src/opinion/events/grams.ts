/** Letters of a long article that are compared; what follows says the same story on. */
const mostUnits = 1_200

/** Addresses differ from one copy to the next (`t.cn/…`), and a name called in a copy is not the text. */
const passing = /https?:\/\/[\w\-./?%&=#:~+]+|@[\p{L}\p{N}_-]{1,30}/gu

/** Most texts hold neither, which is told faster than by the pattern. */
const withoutPassing = (text: string) =>
  text.includes('@') || text.includes('http') ? text.replaceAll(passing, '') : text

/** Text as it is compared for likeness: plain forms, lower case, without addresses, names called and white space. */
export const comparable = (text: string): string =>
  withoutPassing(text.normalize('NFKC').toLowerCase()).replaceAll(/\s+/gu, '').slice(0, mostUnits)

/**
 * The distinct 2-grams of a comparable text, ascending. Two UTF-16 units are 32 bits, so that a gram is its own number and
 * nothing is hashed: likeness computed from these is exact.
 * @param text what `comparable` gave
 * @returns empty for a text of fewer than two units
 */
export const gramsOf = (text: string): Uint32Array => {
  const count = text.length - 1
  if (count < 1) return new Uint32Array(0)
  const grams = new Uint32Array(count)
  let before = text.charCodeAt(0)
  for (let at = 0; at < count; at++) {
    const unit = text.charCodeAt(at + 1)
    grams[at] = ((before << 16) | unit) >>> 0
    before = unit
  }
  grams.sort()
  let kept = 1
  for (let at = 1; at < count; at++) {
    const gram = grams[at] as number
    if (gram !== grams[kept - 1]) grams[kept++] = gram
  }
  return grams.subarray(0, kept)
}

/**
 * Share of grams in common, |A ∩ B| / |A ∪ B|, 0 to 1. Both ascending without repeats.
 * @param least of a smaller share nothing is asked: it may be told as 0, which is known sooner
 */
export const jaccard = (a: Uint32Array, b: Uint32Array, least = 0): number => {
  const all = a.length + b.length
  if (a.length === 0 || b.length === 0) return 0
  // Grams that may stand alone: at a share s, 2 s / (1 + s) of all of them stand in pairs. One more keeps rounding out of it.
  let alone = Math.floor(all - (2 * least * all) / (1 + least)) + 1
  let common = 0
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const left = a[i] as number
    const right = b[j] as number
    if (left === right) {
      common++
      i++
      j++
      continue
    }
    if (alone-- === 0) return 0
    if (left < right) i++
    else j++
  }
  return common / (all - common)
}
