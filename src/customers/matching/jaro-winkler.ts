/** Longest text compared; the rest of a longer one does not count. */
const longest = 128
// One set for all calls: the loop over millions of pairs must not allocate.
const matchedA = new Uint8Array(longest)
const matchedB = new Uint8Array(longest)

/**
 * Jaro similarity, 0 to 1. Two empty texts are equal (1), one empty text is unlike any other (0).
 * Source: M. A. Jaro 1989; W. E. Winkler 1990.
 */
export const jaro = (a: string, b: string): number => {
  if (a === b) return 1
  const n = Math.min(a.length, longest)
  const m = Math.min(b.length, longest)
  if (n === 0 || m === 0) return 0
  const reach = Math.max(0, (Math.max(n, m) >> 1) - 1)
  for (let i = 0; i < n; i++) matchedA[i] = 0
  for (let j = 0; j < m; j++) matchedB[j] = 0
  let matches = 0
  for (let i = 0; i < n; i++) {
    const code = a.charCodeAt(i)
    const end = Math.min(m - 1, i + reach)
    for (let j = Math.max(0, i - reach); j <= end; j++) {
      if (matchedB[j] === 1 || b.charCodeAt(j) !== code) continue
      matchedA[i] = 1
      matchedB[j] = 1
      matches++
      break
    }
  }
  if (matches === 0) return 0
  let halfTranspositions = 0
  for (let i = 0, j = 0; i < n; i++) {
    if (matchedA[i] === 0) continue
    while (matchedB[j] === 0) j++
    if (a.charCodeAt(i) !== b.charCodeAt(j)) halfTranspositions++
    j++
  }
  return (matches / n + matches / m + (matches - halfTranspositions / 2) / matches) / 3
}

/** Weight of a shared beginning, and how much of it counts. */
const prefixWeight = 0.1
const longestPrefix = 4

/**
 * Jaro–Winkler similarity, 0 to 1: Jaro plus 0.1 per shared first character (at most four) of what is missing to 1, whatever
 * the Jaro value is (no boost threshold).
 */
export const jaroWinkler = (a: string, b: string): number => {
  const similarity = jaro(a, b)
  const end = Math.min(longestPrefix, a.length, b.length)
  let prefix = 0
  while (prefix < end && a.charCodeAt(prefix) === b.charCodeAt(prefix)) prefix++
  return similarity + prefix * prefixWeight * (1 - similarity)
}
