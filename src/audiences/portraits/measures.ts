/** Statistics of shares. Pure. */

const z95 = 1.959963984540054

/**
 * Wilson score interval of a share, 95 %.
 * @param count 0 ≤ count ≤ size
 * @returns shares, 0 to 1; the whole range when there is nobody
 * Source: E. B. Wilson, JASA 22 (1927); 7 of 10 gives .397–.892
 */
export const wilson = (count: number, size: number): { low: number; high: number } => {
  if (size === 0) return { low: 0, high: 1 }
  const share = count / size
  const z2 = (z95 * z95) / size
  const middle = share + z2 / 2
  const half = z95 * Math.sqrt((share * (1 - share)) / size + z2 / (4 * size))
  return { low: Math.max(0, (middle - half) / (1 + z2)), high: Math.min(1, (middle + half) / (1 + z2)) }
}

/** Target group index: share in the set / share in the base × 100; null where the base has none of them. */
export const tgi = (count: number, size: number, baseCount: number, baseSize: number): number | null =>
  baseCount === 0 || size === 0 ? null : ((count / size) * 100) / (baseCount / baseSize)

/**
 * Two proportions, pooled: how many standard errors they are apart; 0 where one group is empty or all are alike.
 * 420 of 1000 against 600 of 1000 gives −8.05.
 */
export const apart = (countA: number, sizeA: number, countB: number, sizeB: number): number => {
  if (sizeA === 0 || sizeB === 0) return 0
  const pooled = (countA + countB) / (sizeA + sizeB)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / sizeA + 1 / sizeB))
  return error === 0 ? 0 : (countA / sizeA - countB / sizeB) / error
}

/** Whether two shares differ beyond chance: 5 %, with five expected in each cell as the rule of thumb asks. */
export const differ = (countA: number, sizeA: number, countB: number, sizeB: number): boolean => {
  const pooled = (countA + countB) / Math.max(1, sizeA + sizeB)
  const least = Math.min(sizeA, sizeB) * Math.min(pooled, 1 - pooled)
  return least >= 5 && Math.abs(apart(countA, sizeA, countB, sizeB)) >= z95
}

/**
 * Cramér's V of a table of two groups × classes, corrected for the bias that small groups and many classes bring.
 * @param groups counts by class, one list per group; classes that nobody is in are left out
 * @returns 0 (the groups are alike) to 1 (the class tells the group)
 * Source: W. Bergsma, Journal of the Korean Statistical Society 42 (2013)
 */
export const cramersV = (a: readonly number[], b: readonly number[]): number => {
  const classes = a.map((count, i) => [count, b[i] ?? 0] as const).filter(([x, y]) => x + y > 0)
  const sizeA = classes.reduce((sum, [x]) => sum + x, 0)
  const sizeB = classes.reduce((sum, [, y]) => sum + y, 0)
  const all = sizeA + sizeB
  if (sizeA === 0 || sizeB === 0 || classes.length < 2) return 0
  let chi2 = 0
  for (const [x, y] of classes) {
    const expectedA = ((x + y) * sizeA) / all
    const expectedB = ((x + y) * sizeB) / all
    chi2 += (x - expectedA) ** 2 / expectedA + (y - expectedB) ** 2 / expectedB
  }
  const k = classes.length
  const phi2 = Math.max(0, chi2 / all - (k - 1) / (all - 1))
  const kept = Math.min(k - (k - 1) ** 2 / (all - 1), 2 - 1 / (all - 1)) - 1
  return kept <= 0 ? 0 : Math.min(1, Math.sqrt(phi2 / kept))
}
