const longest = 128
// Three rows for all calls: the loop over millions of pairs must not allocate.
let before = new Uint16Array(longest + 1)
let last = new Uint16Array(longest + 1)
let row = new Uint16Array(longest + 1)

/**
 * Damerau–Levenshtein distance in its restricted form (optimal string alignment): insertions, deletions, replacements and
 * swaps of neighbours, each part changed once. Of texts longer than 128 characters the beginnings are compared.
 * @param most distances above it are not told apart: the answer is then `most + 1`
 */
export const editDistance = (a: string, b: string, most = longest): number => {
  if (a === b) return 0
  const n = Math.min(a.length, longest)
  const m = Math.min(b.length, longest)
  if (Math.abs(n - m) > most) return most + 1
  if (n === 0 || m === 0) return n + m
  for (let j = 0; j <= m; j++) last[j] = j
  for (let i = 1; i <= n; i++) {
    row[0] = i
    let least = i
    const code = a.charCodeAt(i - 1)
    for (let j = 1; j <= m; j++) {
      const other = b.charCodeAt(j - 1)
      let cost = (last[j - 1] ?? 0) + (code === other ? 0 : 1)
      cost = Math.min(cost, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1)
      if (i > 1 && j > 1 && code === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === other)
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1)
      row[j] = cost
      if (cost < least) least = cost
    }
    if (least > most) return most + 1
    const spare = before
    before = last
    last = row
    row = spare
  }
  return Math.min(last[m] ?? 0, most + 1)
}
