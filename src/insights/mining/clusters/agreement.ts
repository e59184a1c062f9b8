/** How often each pair of labels meets: row a, column b. */
const contingency = (a: ArrayLike<number>, b: ArrayLike<number>, k: number): Float64Array => {
  const table = new Float64Array(k * k)
  for (let i = 0; i < a.length; i++) {
    const place = (a[i] as number) * k + (b[i] as number)
    table[place] = (table[place] as number) + 1
  }
  return table
}

const pairs = (n: number) => (n * (n - 1)) / 2

/**
 * Adjusted Rand index of two clusterings with labels below `k`: 1 the same, 0 as alike as by chance.
 * Source: Hubert and Arabie 1985.
 */
export const adjustedRand = (a: ArrayLike<number>, b: ArrayLike<number>, k: number): number => {
  const table = contingency(a, b, k)
  const [rows, columns] = [new Float64Array(k), new Float64Array(k)]
  let together = 0
  for (let i = 0; i < k; i++)
    for (let j = 0; j < k; j++) {
      const n = table[i * k + j] as number
      rows[i] = (rows[i] as number) + n
      columns[j] = (columns[j] as number) + n
      together += pairs(n)
    }
  const inRows = rows.reduce((sum, n) => sum + pairs(n), 0)
  const inColumns = columns.reduce((sum, n) => sum + pairs(n), 0)
  const chance = (inRows * inColumns) / pairs(a.length)
  const most = (inRows + inColumns) / 2
  return most === chance ? 1 : (together - chance) / (most - chance)
}

/** For each cluster of `a` the best Jaccard overlap with one of `b` (Hennig 2007). */
export const bestOverlaps = (a: ArrayLike<number>, b: ArrayLike<number>, k: number): number[] => {
  const table = contingency(a, b, k)
  const of = (i: number, j: number) => table[i * k + j] as number
  const range = Array.from({ length: k }, (_, i) => i)
  const rows = range.map((i) => range.reduce((sum, j) => sum + of(i, j), 0))
  const columns = range.map((j) => range.reduce((sum, i) => sum + of(i, j), 0))
  return range.map((i) =>
    Math.max(...range.map((j) => of(i, j) / ((rows[i] as number) + (columns[j] as number) - of(i, j) || 1))),
  )
}
