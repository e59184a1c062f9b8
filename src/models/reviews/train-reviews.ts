import { fold, foldedSpace } from '../text/fold.ts'
import { type LinearModel, scoreNGrams } from '../text/linear-model.ts'
import { nGramReader } from '../text/n-grams.ts'
import { calibrationError, fitPlatt, type Platt, probability } from '../training/calibration.ts'
import { type BinaryFigures, binaryFigures } from '../training/figures.ts'
import { fitBoth, fitLine } from '../training/fit.ts'
import { hashReader } from '../training/hashes.ts'
import { packLines } from '../training/pack.ts'
import { rowsOf, vocabularyOf } from '../training/sparse.ts'
import { type Field, fields, type Review } from './corpora.ts'
import { reviewMargin, reviewOutputs } from './read-review.ts'

const bits = 22
const passes = 6
/** N-grams kept. */
const most = 700_000
/** An expert learns from its field and every so many of the other reviews, each of which counts less. */
const every = 4
const elsewhere = 0.2
/** ChnSentiCorp does not say which of its fields a review is of. */
const unsaid: Readonly<Partial<Record<Field, number>>> = { book: 0.5, hotel: 0.5, device: 0.5 }

const labelsOf = (some: readonly Review[]) => Uint8Array.from(some, ({ positive }) => (positive ? 1 : 0))

/** The model of reviews: which of them are positive. */
export const trainReviews = (
  train: readonly Review[],
  progress: (text: string) => void = () => undefined,
): LinearModel => {
  const hashes = hashReader()
  const texts = train.map(({ text }) => hashes(text))
  const vocabulary = vocabularyOf(texts, bits, 2, 'known')
  const rows = rowsOf(texts, vocabulary)
  const shared = { rows, features: vocabulary.buckets.length, passes }
  const labels = labelsOf(train)
  progress('all reviews')
  const all = fitBoth({ ...shared, labels, cost: 1 })
  const which = fields.map((field) => {
    progress(`which are of ${field}`)
    return fitLine({
      ...shared,
      labels: Uint8Array.from(train, (one) => (one.field === field ? 1 : 0)),
      importance: Float64Array.from(train, (one) => (one.field ? 1 : 0)),
      weighting: 'naive-bayes',
      cost: 0.5,
      passes: 2,
    })
  })
  const experts = fields.map((field) => {
    progress(`expert of ${field}`)
    const importance = Float64Array.from(train, (one, row) => {
      if (one.field === field) return 1
      const own = one.field === undefined ? unsaid[field] : undefined
      return own ?? (row % every === 0 ? elsewhere : 0)
    })
    return fitLine({ ...shared, labels, importance, weighting: 'naive-bayes', cost: 1 })
  })
  const lines = [all, ...which, ...experts].map((line, k) => [reviewOutputs[k] ?? '', line] as const)
  return packLines('reviews', vocabulary, lines, most)
}

const marginReader = (model: LinearModel) => {
  const folded = foldedSpace()
  const read = nGramReader()
  const scratch = new Float64Array(model.outputs.length)
  return (text: string) => reviewMargin(scoreNGrams(model, read(fold(text, folded)), scratch))
}

/** The sigmoid of a model, fitted on reviews that it has not learnt from. */
export const reviewSigmoid = (model: LinearModel, unseen: readonly Review[]): Platt =>
  fitPlatt(unseen.map(({ text }) => text).map(marginReader(model)), labelsOf(unseen))

export interface ReviewFigures extends BinaryFigures {
  calibrationError: number
}

/** How well texts that were kept back are read. @param platt one for all, or one for each text */
export const reviewFigures = (
  model: LinearModel,
  platt: Platt | ((review: Review) => Platt),
  held: readonly Review[],
): ReviewFigures => {
  const margin = marginReader(model)
  const told = held.map((one) => probability(typeof platt === 'function' ? platt(one) : platt, margin(one.text)))
  const labels = labelsOf(held)
  return { ...binaryFigures(told, labels), calibrationError: calibrationError(told, labels) }
}
