import type { LinearModel } from '../text/linear-model.ts'
import type { Line } from './fit.ts'
import type { Vocabulary } from './sparse.ts'

/**
 * Makes a model of lines over one vocabulary: keeps the features that say most, weights as signed roots in 8 bits.
 * @param keep features kept at most: those with the largest weight, measured against the spread of each output
 */
export const packLines = (
  name: string,
  { bits, buckets, over }: Vocabulary,
  lines: readonly (readonly [output: string, line: Line])[],
  keep: number,
): LinearModel => {
  const width = lines.length
  const scales = Float32Array.from(lines, ([, { weights }]) => {
    const sizes = Float64Array.from(weights, Math.abs).sort()
    return (sizes[Math.floor(sizes.length * 0.99995)] || 1) / 127 ** 2
  })
  const size = (feature: number) =>
    lines.reduce((sum, [, { weights }], k) => sum + Math.abs((weights[feature] ?? 0) / (scales[k] ?? 1)), 0)
  const sizes = Float64Array.from({ length: buckets.length }, (_, feature) => size(feature))
  const kept = Int32Array.from({ length: buckets.length }, (_, feature) => feature)
    .sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b)
    .subarray(0, keep)
    .sort()
  const rows = new Int32Array(2 ** bits).fill(-1)
  const weights = new Int16Array(kept.length * width)
  kept.forEach((feature, row) => {
    rows[buckets[feature] ?? 0] = row
    lines.forEach(([, line], k) => {
      const weight = (line.weights[feature] ?? 0) / (scales[k] ?? 1)
      const root = Math.min(127, Math.round(Math.sqrt(Math.abs(weight))))
      weights[row * width + k] = Math.sign(weight) * root ** 2
    })
  })
  return {
    name,
    bits,
    outputs: lines.map(([output]) => output),
    scales,
    biases: Float32Array.from(lines, ([, { bias }]) => bias),
    over,
    rows,
    weights,
  }
}
