/** A tree as flat lists: node n splits on `feature[n]` at `threshold[n]` (left when at most) or, with feature −1, tells `value[n]`. */
interface Tree {
  feature: number[]
  threshold: number[]
  /** The left child; the right one stands behind it. */
  left: number[]
  value: number[]
}

/** Boosted trees for yes or no; margins add up. */
export interface Boosted {
  base: number
  trees: Tree[]
}

export interface BoostOptions {
  trees: number
  depth: number
  /** How much of each tree's advice is taken. */
  rate: number
  /** Examples a leaf needs at least. */
  leaf: number
  /** Keeps leaves from certainty. */
  ridge: number
}

const bins = 32

const sigmoid = (margin: number) => 1 / (1 + Math.exp(-margin))

/** Up to 32 thresholds of a column, at quantiles. */
const cutsOf = (column: readonly number[]): number[] => {
  const sorted = [...column].sort((a, b) => a - b)
  const cuts = new Set<number>()
  for (let bin = 1; bin < bins; bin++) cuts.add(sorted[Math.floor((bin * sorted.length) / bins)] ?? 0)
  return [...cuts].sort((a, b) => a - b)
}

export const boostedMargin = ({ base, trees }: Boosted, row: ArrayLike<number>): number => {
  let margin = base
  for (const { feature, threshold, left, value } of trees) {
    let node = 0
    for (let split = feature[node] ?? -1; split >= 0; split = feature[node] ?? -1)
      node = (left[node] ?? 0) + ((row[split] ?? 0) <= (threshold[node] ?? 0) ? 0 : 1)
    margin += value[node] ?? 0
  }
  return margin
}

/** The same margins from flat tables, for whoever judges row after row: a tree of lists is scattered over the memory. */
export const boostedReader = ({ base, trees }: Boosted): ((row: Float64Array) => number) => {
  const size = trees.reduce((sum, { feature }) => sum + feature.length, 0)
  const features = new Int16Array(size)
  const numbers = new Float64Array(size)
  const lefts = new Int32Array(size)
  const roots = new Int32Array(trees.length)
  let first = 0
  for (const [index, { feature, threshold, left, value }] of trees.entries()) {
    roots[index] = first
    for (const [node, split] of feature.entries()) {
      features[first + node] = split
      // A node splits or tells: one number of either.
      numbers[first + node] = (split >= 0 ? threshold[node] : value[node]) ?? 0
      lefts[first + node] = first + (left[node] ?? 0)
    }
    first += feature.length
  }
  return (row) => {
    let margin = base
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree] as number
      for (let split = features[node] as number; split >= 0; split = features[node] as number)
        node = (lefts[node] as number) + ((row[split] as number) <= (numbers[node] as number) ? 0 : 1)
      margin += numbers[node] as number
    }
    return margin
  }
}

/**
 * Gradient boosting on log loss with second-order leaves (Friedman 2001; Chen and Guestrin 2016). Deterministic.
 * @param table rows of numbers, all as long
 */
export const fitBoosted = (
  table: readonly ArrayLike<number>[],
  labels: ArrayLike<number>,
  { trees, depth, rate, leaf, ridge }: BoostOptions,
): Boosted => {
  const count = table.length
  const width = table[0]?.length ?? 0
  const cuts = Array.from({ length: width }, (_, f) => cutsOf(table.map((row) => row[f] ?? 0)))
  // Which bin a value falls into: the number of cuts below it.
  const binned = cuts.map((some, f) =>
    Uint8Array.from(table, (row) => some.filter((cut) => (row[f] ?? 0) > cut).length),
  )
  let yes = 0
  for (let row = 0; row < count; row++) yes += labels[row] === 1 ? 1 : 0
  const boosted: Boosted = { base: Math.log((yes + 1) / (count - yes + 1)), trees: [] }
  const margins = new Float64Array(count).fill(boosted.base)
  const slopes = new Float64Array(count)
  const curves = new Float64Array(count)
  for (let turn = 0; turn < trees; turn++) {
    for (let row = 0; row < count; row++) {
      const p = sigmoid(margins[row] ?? 0)
      slopes[row] = p - (labels[row] === 1 ? 1 : 0)
      curves[row] = Math.max(p * (1 - p), 1e-6)
    }
    const tree: Tree = { feature: [], threshold: [], left: [], value: [] }
    const node = () => {
      tree.feature.push(-1)
      tree.threshold.push(0)
      tree.left.push(0)
      tree.value.push(0)
      return tree.feature.length - 1
    }
    const grow = (at: number, rows: Int32Array, level: number): void => {
      let slope = 0
      let curve = 0
      for (const row of rows) {
        slope += slopes[row] ?? 0
        curve += curves[row] ?? 0
      }
      let best = { gain: 1e-3, feature: -1, bin: 0 }
      const here = slope ** 2 / (curve + ridge)
      for (let f = 0; level < depth && rows.length >= 2 * leaf && f < width; f++) {
        const sums = new Float64Array(bins * 3)
        const column = binned[f]
        for (const row of rows) {
          const bin = (column?.[row] ?? 0) * 3
          sums[bin] = (sums[bin] ?? 0) + (slopes[row] ?? 0)
          sums[bin + 1] = (sums[bin + 1] ?? 0) + (curves[row] ?? 0)
          sums[bin + 2] = (sums[bin + 2] ?? 0) + 1
        }
        let s = 0
        let c = 0
        let n = 0
        for (let bin = 0; bin < (cuts[f]?.length ?? 0); bin++) {
          s += sums[bin * 3] ?? 0
          c += sums[bin * 3 + 1] ?? 0
          n += sums[bin * 3 + 2] ?? 0
          if (n < leaf || rows.length - n < leaf) continue
          const gain = s ** 2 / (c + ridge) + (slope - s) ** 2 / (curve - c + ridge) - here
          if (gain > best.gain) best = { gain, feature: f, bin }
        }
      }
      if (best.feature < 0) {
        const value = (-rate * slope) / (curve + ridge)
        tree.value[at] = value
        for (const row of rows) margins[row] = (margins[row] ?? 0) + value
        return
      }
      const column = binned[best.feature]
      tree.feature[at] = best.feature
      tree.threshold[at] = cuts[best.feature]?.[best.bin] ?? 0
      const left = node()
      const right = node()
      tree.left[at] = left
      grow(
        left,
        rows.filter((row) => (column?.[row] ?? 0) <= best.bin),
        level + 1,
      )
      grow(
        right,
        rows.filter((row) => (column?.[row] ?? 0) > best.bin),
        level + 1,
      )
    }
    grow(
      node(),
      Int32Array.from({ length: count }, (_, row) => row),
      0,
    )
    boosted.trees.push(tree)
  }
  return boosted
}
