import type { ClusterFeature, ClustersQuestion, Column } from '../contract.ts'
import type { Matrix } from './features.ts'
import type { Points } from './points.ts'

/** What of a feature decides how it becomes columns. */
export interface PreparedFeature {
  name: string
  type: 'number' | 'text'
  values: string[]
  log: boolean
  missing: ClusterFeature['missing']
}

export interface Prepared {
  points: Points
  columns: Column[]
  /** Rows of the matrix that became points. */
  kept: Uint32Array
  dropped: number
  /** Missing values of each feature. */
  missing: number[]
}

const logOf = (x: number) => Math.sign(x) * Math.log1p(Math.abs(x))

/** Sorted values of a column without the missing ones, of at most so many rows: quantiles of that many are the same to the eye. */
const quantileRows = 200_000

const quantile = (sorted: Float32Array, share: number): number => {
  if (sorted.length === 0) return Number.NaN
  const place = (sorted.length - 1) * share
  const below = Math.floor(place)
  const low = sorted[below] as number
  return low + ((sorted[Math.min(below + 1, sorted.length - 1)] as number) - low) * (place - below)
}

/** Values of one feature, ascending, without missing ones; every so many rows of a large matrix. */
export const sortedValues = ({ values, nos, width }: Matrix, feature: number, rows?: Uint32Array): Float32Array => {
  const count = rows?.length ?? nos.length
  const step = Math.max(1, Math.ceil(count / quantileRows))
  const found = new Float32Array(Math.ceil(count / step))
  let n = 0
  for (let i = 0; i < count; i += step) {
    const x = values[(rows ? (rows[i] as number) : i) * width + feature] as number
    if (!Number.isNaN(x)) found[n++] = x
  }
  return found.subarray(0, n).sort()
}
export { quantile }

/**
 * Raw features as columns a distance makes sense in: logarithm, missing values filled, texts as 0 and 1, then scaled.
 * A text feature as a whole weighs as much as a number does: its columns together have variance 1 under `standard` and
 * `robust`, and two different values are 1 apart under `minMax`.
 * A column that is the same for everybody is left at 0.
 */
export const prepare = (
  matrix: Matrix,
  features: readonly PreparedFeature[],
  scale: ClustersQuestion['scale'],
): Prepared => {
  const { nos, values, width } = matrix
  const missing = features.map(() => 0)
  const usable = new Uint8Array(nos.length).fill(1)
  for (let i = 0; i < nos.length; i++)
    for (let f = 0; f < width; f++) {
      if (!Number.isNaN(values[i * width + f])) continue
      missing[f] = (missing[f] as number) + 1
      if (features[f]?.missing === 'drop') usable[i] = 0
    }
  const kept = new Uint32Array(usable.reduce((sum, one) => sum + one, 0))
  for (let i = 0, at = 0; i < nos.length; i++) if (usable[i]) kept[at++] = i

  const columns = features.flatMap((feature, f) =>
    feature.type === 'number'
      ? [numberColumn(matrix, f, feature, scale, kept)]
      : textColumns(matrix, f, feature, scale, kept, (missing[f] as number) > 0),
  )
  const points: Points = {
    values: new Float32Array(kept.length * columns.length),
    count: kept.length,
    width: columns.length,
  }
  columns.forEach((column, c) => {
    for (let i = 0; i < kept.length; i++) {
      const raw = values[(kept[i] as number) * width + column.feature] as number
      points.values[i * columns.length + c] = scaled(column, raw, features[column.feature]?.values ?? [])
    }
  })
  return { points, columns, kept, dropped: nos.length - kept.length, missing }
}

/** The scaled value of a column for a raw one. */
const scaled = ({ value, log, fill, center, spread }: Column, raw: number, values: readonly string[]): number => {
  if (value !== undefined) {
    const held = Number.isNaN(raw) ? '' : raw < 0 ? null : (values[raw] ?? null)
    return ((held === value ? 1 : 0) - center) / spread
  }
  const x = Number.isNaN(raw) ? fill : raw
  return ((log ? logOf(x) : x) - center) / spread
}

const numberColumn = (
  matrix: Matrix,
  feature: number,
  { log, missing }: PreparedFeature,
  scale: ClustersQuestion['scale'],
  kept: Uint32Array,
): Column => {
  const sorted = sortedValues(matrix, feature)
  let sum = 0
  for (const x of sorted) sum += x
  const fills = { mean: sum / sorted.length, median: quantile(sorted, 0.5), zero: 0, drop: 0 }
  const fill = sorted.length === 0 ? 0 : fills[missing]
  const seen = (raw: number) => {
    const x = Number.isNaN(raw) ? fill : raw
    return log ? logOf(x) : x
  }
  const { values, width } = matrix
  let [mean, squares, low, high] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < kept.length; i++) {
    const x = seen(values[(kept[i] as number) * width + feature] as number)
    const before = mean
    mean += (x - mean) / (i + 1)
    squares += (x - before) * (x - mean)
    if (x < low) low = x
    if (x > high) high = x
  }
  const deviation = Math.sqrt(squares / Math.max(1, kept.length))
  const column = (center: number, spread: number): Column => ({
    feature,
    log,
    fill,
    center,
    spread: spread > 0 ? spread : 1,
  })
  switch (scale) {
    case 'none':
      return column(0, 1)
    case 'standard':
      return column(mean, deviation)
    case 'minMax':
      return column(low, high - low)
    case 'robust': {
      const [first, middle, third] = [0.25, 0.5, 0.75].map((share) => seen(quantile(sorted, share)))
      const half = (third ?? 0) - (first ?? 0)
      // Where half of all people share one value the middle half has no width.
      return column(middle ?? 0, half > 0 ? half : deviation)
    }
  }
}

const textColumns = (
  { values, width }: Matrix,
  feature: number,
  { values: names }: PreparedFeature,
  scale: ClustersQuestion['scale'],
  kept: Uint32Array,
  hasMissing: boolean,
): Column[] => {
  const counts = new Float64Array(names.length)
  let [others, none] = [0, 0]
  for (let i = 0; i < kept.length; i++) {
    const raw = values[(kept[i] as number) * width + feature] as number
    if (Number.isNaN(raw)) none++
    else if (raw < 0) others++
    else counts[raw] = (counts[raw] as number) + 1
  }
  const shares: [string | null, number][] = names.map((name, i) => [name, (counts[i] as number) / kept.length])
  if (others > 0) shares.push([null, others / kept.length])
  if (hasMissing && none > 0) shares.push(['', none / kept.length])
  const variance = shares.reduce((sum, [, share]) => sum + share * (1 - share), 0)
  const spreads = { standard: Math.sqrt(variance), robust: Math.sqrt(variance), minMax: Math.SQRT2, none: 1 }
  const spread = spreads[scale] > 0 ? spreads[scale] : 1
  return shares.map(([value, share]) => ({
    feature,
    value,
    log: false,
    fill: 0,
    center: scale === 'none' ? 0 : share,
    spread,
  }))
}
