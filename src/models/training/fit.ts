import { seeded } from './seeded.ts'
import type { Rows } from './sparse.ts'

/** A line through feature space: the margin of a row is `bias + norm · Σ weights`. */
export interface Line {
  weights: Float64Array
  bias: number
}

export interface FitOptions {
  rows: Rows
  features: number
  /** 1 for yes, 0 for no, per row. */
  labels: Uint8Array
  /** How much each row counts; 0 leaves it out. All 1 when left out. */
  importance?: Float64Array | undefined
  /** Whether features are weighted by their naive Bayes log-count ratio (Wang and Manning 2012) or all alike. */
  weighting: 'naive-bayes' | 'plain'
  /** Cost of an error: the larger, the closer the line follows the examples. */
  cost: number
  passes: number
  seed?: number
}

/** Log of how much likelier a feature is among yes than among no; one is added to either count. */
const logCountRatios = ({ rows, features, labels, importance }: FitOptions): Float64Array => {
  const yes = new Float64Array(features).fill(1)
  const no = new Float64Array(features).fill(1)
  let yesRows = 2
  let noRows = 2
  for (let row = 0; row < rows.count; row++) {
    const counts = importance?.[row] ?? 1
    const into = labels[row] === 1 ? yes : no
    if (labels[row] === 1) yesRows += counts
    else noRows += counts
    for (let place = rows.starts[row] ?? 0; place < (rows.starts[row + 1] ?? 0); place++) {
      const feature = rows.features[place] ?? 0
      into[feature] = (into[feature] ?? 0) + counts
    }
  }
  return Float64Array.from({ length: features }, (_, f) => Math.log((yes[f] ?? 1) / yesRows / ((no[f] ?? 1) / noRows)))
}

/**
 * Fits a line by dual coordinate descent on the squared hinge loss (Hsieh et al. 2008). Deterministic.
 * @throws when every row has the same label
 */
export const fitLine = (options: FitOptions): Line => {
  const { rows, features, labels, importance, weighting, cost, passes, seed = 1 } = options
  if (labels.every((label) => label === labels[0])) throw new Error('Every example has the same label')
  const ratios = weighting === 'plain' ? new Float64Array(features).fill(1) : logCountRatios(options)
  // Scaled so that the mean square of a feature is 1: then one cost means the same under both weightings.
  let squares = 0
  for (const feature of rows.features) squares += (ratios[feature] ?? 0) ** 2
  const scale = Math.sqrt(rows.features.length / (squares || 1))
  for (let feature = 0; feature < features; feature++) ratios[feature] = (ratios[feature] ?? 0) * scale
  const weights = new Float64Array(features)
  let bias = 0
  const duals = new Float64Array(rows.count)
  const lengths = new Float64Array(rows.count)
  for (let row = 0; row < rows.count; row++) {
    let square = 0
    for (let place = rows.starts[row] ?? 0; place < (rows.starts[row + 1] ?? 0); place++)
      square += (ratios[rows.features[place] ?? 0] ?? 0) ** 2
    lengths[row] = square * (rows.norms[row] ?? 0) ** 2 + 1
  }
  const random = seeded(seed)
  const order = Int32Array.from({ length: rows.count }, (_, row) => row)
  for (let pass = 0; pass < passes; pass++) {
    random.shuffle(order)
    for (const row of order) {
      const price = cost * (importance?.[row] ?? 1)
      if (price === 0) continue
      const sign = labels[row] === 1 ? 1 : -1
      const norm = rows.norms[row] ?? 0
      const from = rows.starts[row] ?? 0
      const to = rows.starts[row + 1] ?? 0
      let sum = 0
      for (let place = from; place < to; place++) {
        const feature = rows.features[place] ?? 0
        sum += (weights[feature] ?? 0) * (ratios[feature] ?? 0)
      }
      const before = duals[row] ?? 0
      const slope = sign * (sum * norm + bias) - 1 + before / (2 * price)
      if (before === 0 && slope >= 0) continue
      const after = Math.max(0, before - slope / ((lengths[row] ?? 1) + 1 / (2 * price)))
      const step = (after - before) * sign
      if (step === 0) continue
      duals[row] = after
      const each = step * norm
      for (let place = from; place < to; place++) {
        const feature = rows.features[place] ?? 0
        weights[feature] = (weights[feature] ?? 0) + each * (ratios[feature] ?? 0)
      }
      bias += step
    }
  }
  for (let feature = 0; feature < features; feature++)
    weights[feature] = (weights[feature] ?? 0) * (ratios[feature] ?? 0)
  return { weights, bias }
}

/** The mean of lines: cheaper to keep than several and steadier than one. */
export const meanLine = (lines: readonly Line[]): Line => ({
  weights: Float64Array.from(
    { length: lines[0]?.weights.length ?? 0 },
    (_, f) => lines.reduce((sum, { weights }) => sum + (weights[f] ?? 0), 0) / lines.length,
  ),
  bias: lines.reduce((sum, { bias }) => sum + bias, 0) / lines.length,
})

/** The mean of a line on features weighted by naive Bayes and one on plain features: better than either on all our sets. */
export const fitBoth = (options: Omit<FitOptions, 'weighting'>): Line =>
  meanLine([
    fitLine({ ...options, weighting: 'naive-bayes' }),
    fitLine({ ...options, weighting: 'plain', cost: options.cost / 2 }),
  ])

/** Margin of every row: above 0 is yes. */
export const marginsOf = (rows: Rows, { weights, bias }: Line): Float64Array => {
  const margins = new Float64Array(rows.count)
  for (let row = 0; row < rows.count; row++) {
    let sum = 0
    for (let place = rows.starts[row] ?? 0; place < (rows.starts[row + 1] ?? 0); place++)
      sum += weights[rows.features[place] ?? 0] ?? 0
    margins[row] = bias + sum * (rows.norms[row] ?? 0)
  }
  return margins
}
