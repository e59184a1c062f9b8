import { type Points, squaredDistance } from './points.ts'

/** Distances of all pairs, row by row; `count²` numbers, so for samples only. */
export const distances = ({ values, count, width }: Points): Float32Array => {
  const all = new Float32Array(count * count)
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const distance = Math.sqrt(squaredDistance(values, i * width, values, j * width, width))
      all[i * count + j] = distance
      all[j * count + i] = distance
    }
  return all
}

/**
 * Silhouette (Rousseeuw 1987) from −1 to 1: how much nearer points are to their own cluster than to the next one.
 * A point alone in its cluster counts 0. NaN for a cluster that has no point here.
 */
export const silhouette = (
  all: Float32Array,
  labels: ArrayLike<number>,
  k: number,
): { mean: number; byCluster: number[] } => {
  const count = labels.length
  const sizes = new Uint32Array(k)
  for (let i = 0; i < count; i++) sizes[labels[i] as number] = (sizes[labels[i] as number] as number) + 1
  const totals = new Float64Array(k)
  let total = 0
  for (let i = 0; i < count; i++) {
    const own = labels[i] as number
    const sums = new Float64Array(k)
    for (let j = 0; j < count; j++) {
      const label = labels[j] as number
      sums[label] = (sums[label] as number) + (all[i * count + j] as number)
    }
    let value = 0
    if ((sizes[own] as number) > 1) {
      const within = (sums[own] as number) / ((sizes[own] as number) - 1)
      let next = Number.POSITIVE_INFINITY
      for (let c = 0; c < k; c++)
        if (c !== own && (sizes[c] as number) > 0) next = Math.min(next, (sums[c] as number) / (sizes[c] as number))
      const larger = Math.max(within, next)
      if (Number.isFinite(next) && larger > 0) value = (next - within) / larger
    }
    totals[own] = (totals[own] as number) + value
    total += value
  }
  return { mean: total / count, byCluster: Array.from(totals, (sum, c) => sum / (sizes[c] as number)) }
}

/** The number of clusters where the curve of inertia bends most: farthest from the straight line between its ends. */
export const elbowOf = (tried: readonly { k: number; inertia: number }[]): number | null => {
  const [first, last] = [tried[0], tried.at(-1)]
  if (!first || !last || tried.length < 3 || first.inertia <= last.inertia) return null
  let best = { k: first.k, gap: 0 }
  for (const { k, inertia } of tried) {
    const along = (k - first.k) / (last.k - first.k)
    const down = (first.inertia - inertia) / (first.inertia - last.inertia)
    if (down - along > best.gap) best = { k, gap: down - along }
  }
  return best.gap > 0 ? best.k : null
}
