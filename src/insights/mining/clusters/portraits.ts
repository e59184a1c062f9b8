import type { Trait } from '../contract.ts'
import type { Matrix } from './features.ts'
import { type PreparedFeature, quantile, sortedValues } from './prepare.ts'

/**
 * What tells each cluster from everybody, feature by feature, the strongest first: of a number the middle half and how far
 * its mean lies from that of all, in standard deviations; of a text the value whose share differs most, in standard
 * deviations of that share among all.
 * @param members rows of the matrix by cluster
 */
export const portraits = (
  matrix: Matrix,
  features: readonly PreparedFeature[],
  everybody: Uint32Array,
  members: readonly Uint32Array[],
): Trait[][] => {
  const bases = features.map((feature, f) =>
    feature.type === 'number'
      ? { kind: 'number' as const, ...moments(matrix, f, everybody) }
      : { kind: 'text' as const, shares: sharesOf(matrix, f, feature, everybody) },
  )
  return members.map((rows) =>
    features
      .flatMap((feature, f): Trait[] => {
        const base = bases[f]
        if (base?.kind === 'number') {
          const { mean, known } = moments(matrix, f, rows)
          if (known === 0 || base.deviation === 0) return []
          const sorted = sortedValues(matrix, f, rows)
          const effect = (mean - base.mean) / base.deviation
          return [
            {
              feature: f,
              kind: 'range',
              low: quantile(sorted, 0.25),
              high: quantile(sorted, 0.75),
              mean,
              baseMean: base.mean,
              effect,
            },
          ]
        }
        if (base?.kind !== 'text') return []
        const shares = sharesOf(matrix, f, feature, rows)
        let best: Trait | undefined
        for (const [i, value] of feature.values.entries()) {
          const [share, baseShare] = [shares[i] ?? 0, base.shares[i] ?? 0]
          if (baseShare <= 0 || baseShare >= 1) continue
          const effect = (share - baseShare) / Math.sqrt(baseShare * (1 - baseShare))
          // What most of a cluster has tells more than what it lacks.
          if (share < 0.3 && effect > 0) continue
          if (!best || Math.abs(effect) > Math.abs(best.effect))
            best = { feature: f, kind: 'share', value, share, baseShare, effect }
        }
        return best ? [best] : []
      })
      .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect)),
  )
}

const moments = ({ values, width }: Matrix, feature: number, rows: Uint32Array) => {
  let [mean, squares, known] = [0, 0, 0]
  for (let i = 0; i < rows.length; i++) {
    const x = values[(rows[i] as number) * width + feature] as number
    if (Number.isNaN(x)) continue
    known++
    const before = mean
    mean += (x - mean) / known
    squares += (x - before) * (x - mean)
  }
  return { mean, known, deviation: known > 0 ? Math.sqrt(squares / known) : 0 }
}

const sharesOf = (
  { values, width }: Matrix,
  feature: number,
  { values: names }: PreparedFeature,
  rows: Uint32Array,
) => {
  const counts = new Float64Array(names.length)
  for (let i = 0; i < rows.length; i++) {
    const x = values[(rows[i] as number) * width + feature] as number
    if (x >= 0) counts[x] = (counts[x] as number) + 1
  }
  return Array.from(counts, (count) => count / Math.max(1, rows.length))
}
