import type { ClassPlan, Cut, FieldPlan } from './classes.ts'
import type { PortraitField } from './contract.ts'
import type { Field } from './fields.ts'
import type { CurvePoint } from './lookalike-contract.ts'

/** What is learnt of a seed, and how similarity is told. Pure. */

export interface Feature extends PortraitField {
  source: Field['source']
  multi: boolean
  cut: Cut
  labels: ClassPlan['label'][]
  /** By class, then the weight of having no value at the end. */
  weights: number[]
  seedShares: number[]
  baseShares: number[]
  information: number
}

/** People of one class, and of no value in the last place. */
export interface Counts {
  seed: readonly number[]
  rest: readonly number[]
}

/** As if so many people had been seen in each group before, spread over the classes as the base is. */
const prior = 10

/**
 * Weights of evidence: for each class ln(share in the seed / share in the rest of the base), both drawn towards the base by
 * ten people's worth. Their sum over the features is the naive Bayes score.
 * @param sizes of seed and rest
 * Source: I. J. Good, Probability and the Weighing of Evidence (1950)
 */
export const learn = (
  { field, cut, classes }: FieldPlan,
  { seed, rest }: Counts,
  sizes: { seed: number; rest: number },
): Feature => {
  const all = sizes.seed + sizes.rest
  const shares = seed.map((count, i) => {
    const base = (count + (rest[i] ?? 0) + 0.5) / (all + 1)
    return {
      seed: (count + prior * base) / (sizes.seed + prior),
      rest: ((rest[i] ?? 0) + prior * base) / (sizes.rest + prior),
    }
  })
  const weights = shares.map(({ seed, rest }) => Math.log(seed / rest))
  return {
    key: field.key,
    title: field.title,
    kind: field.kind,
    type: field.type,
    unit: field.unit,
    source: field.source,
    multi: field.multi,
    cut,
    labels: [...classes.map(({ label }) => label), { zh: '无值', en: 'no value' }],
    weights,
    seedShares: seed.map((count) => count / Math.max(1, sizes.seed)),
    baseShares: seed.map((count, i) => (count + (rest[i] ?? 0)) / Math.max(1, all)),
    information: weights.reduce((sum, weight, i) => sum + weight * ((seed[i] ?? 0) / Math.max(1, sizes.seed)), 0),
  }
}

/** The lowest and the highest score that anybody can have: 0 and 100 of similarity. Values held at once may go beyond. */
export const scoreRange = (features: readonly Feature[]): { low: number; high: number } => ({
  low: features.reduce((sum, { weights }) => sum + Math.min(...weights), 0),
  high: features.reduce((sum, { weights }) => sum + Math.max(...weights), 0),
})

/** Similarities are counted in so many steps. */
export const steps = 2_000

/** People by step of similarity, the least similar first. */
export interface Histogram {
  candidates: readonly number[]
  /** Held-out seed members, under weights that were learnt without them. */
  heldOut: readonly number[]
  /** Candidates under the same weights. */
  others: readonly number[]
}

/**
 * Chance that a held-out member scores above somebody else, ties counting half: the area under the ROC curve.
 * @returns null when one of the groups is empty
 */
export const areaUnder = ({ heldOut, others }: Pick<Histogram, 'heldOut' | 'others'>): number | null => {
  let below = 0
  let won = 0
  for (const [step, count] of heldOut.entries()) {
    const here = others[step] ?? 0
    won += count * (below + here / 2)
    below += here
  }
  const held = heldOut.reduce((sum, count) => sum + count, 0)
  return held === 0 || below === 0 ? null : won / (held * below)
}

const curvePoints = 60

/** Similarity against size, from a few to everybody. */
export const curveOf = ({ candidates, heldOut, others }: Histogram): CurvePoint[] => {
  const all = candidates.reduce((sum, count) => sum + count, 0)
  const held = heldOut.reduce((sum, count) => sum + count, 0)
  const points: CurvePoint[] = []
  let size = 0
  let total = 0
  let step = steps - 1
  const recallAt = recallBy(heldOut, others)
  for (let point = 1; point <= curvePoints; point++) {
    // Closer together among the most similar, where the choice is made.
    const wanted = Math.max(1, Math.round(all * (point / curvePoints) ** 2))
    if (wanted <= size) continue
    while (size < wanted && step >= 0) {
      const count = candidates[step] ?? 0
      size += count
      total += count * similarityOf(step)
      step -= 1
    }
    if (size > 0)
      points.push({
        size,
        similarity: total / size,
        lowest: similarityOf(step + 1),
        recall: held === 0 ? null : recallAt(size),
      })
  }
  return points
}

const similarityOf = (step: number) => ((step + 0.5) / steps) * 100

/** Share of held-out members among the most similar `size` of others, as the learner without them ranks. */
const recallBy = (heldOut: readonly number[], others: readonly number[]) => {
  const held = heldOut.reduce((sum, count) => sum + count, 0)
  return (size: number): number => {
    let seen = 0
    let found = 0
    for (let step = steps - 1; step >= 0; step--) {
      const here = others[step] ?? 0
      if (seen + here >= size) {
        const part = here === 0 ? 1 : (size - seen) / here
        return (found + (heldOut[step] ?? 0) * part) / held
      }
      seen += here
      found += heldOut[step] ?? 0
    }
    return 1
  }
}
