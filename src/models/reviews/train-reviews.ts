import { fold, foldedSpace } from '../text/fold.ts'
import { type LinearModel, scoreNGrams } from '../text/linear-model.ts'
import { nGramReader } from '../text/n-grams.ts'
import { calibrationError, fitPlatt, type Platt, probability } from '../training/calibration.ts'
import { type BinaryFigures, binaryFigures } from '../training/figures.ts'
import { fitBoth, fitLine } from '../training/fit.ts'
import { hashReader } from '../training/hashes.ts'
import { packLines } from '../training/pack.ts'
import { hashOf } from '../training/seeded.ts'
import { rowsOf, vocabularyOf } from '../training/sparse.ts'
import { fields, type Review, type reviews } from './corpora.ts'
import { reviewMargin, reviewOutputs, reviewProbability } from './read-review.ts'

const bits = 22
const passes = 6
/** What a review of another field counts for the expert of a field. */
const elsewhere = 0.05

const labelsOf = (some: readonly Review[]) => Uint8Array.from(some, ({ positive }) => (positive ? 1 : 0))

/** The model of reviews: which of them are positive. @param keep n-grams kept at most */
const fitReviews = (train: readonly Review[], keep: number, progress: (text: string) => void): LinearModel => {
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
      passes: 4,
    })
  })
  const experts = fields.map((field) => {
    progress(`expert of ${field}`)
    const importance = Float64Array.from(train, (one) => (one.field === field ? 1 : elsewhere))
    return fitBoth({ ...shared, labels, importance, cost: 1 })
  })
  const lines = [all, ...which, ...experts].map((line, k) => [reviewOutputs[k] ?? '', line] as const)
  return packLines('reviews', vocabulary, lines, keep)
}

const marginReader = (model: LinearModel) => {
  const folded = foldedSpace()
  const read = nGramReader()
  const scratch = new Float64Array(model.outputs.length)
  return (text: string) => reviewMargin(scoreNGrams(model, read(fold(text, folded)), scratch))
}

export interface TrainedReviews {
  model: LinearModel
  platt: Platt
}

/**
 * Trains on all that is not kept back. The sigmoid is fitted on a tenth of the training texts with a model that has not seen
 * them.
 */
export const trainReviews = (
  { train }: Pick<ReturnType<typeof reviews>, 'train'>,
  { keep = 700_000, progress = () => undefined }: { keep?: number; progress?: (text: string) => void } = {},
): TrainedReviews => {
  const isApart = ({ text }: Review) => hashOf(`calibrate ${text}`) % 10 === 0
  const apart = train.filter(isApart)
  progress('calibration')
  const rehearsal = fitReviews(
    train.filter((review) => !isApart(review)),
    keep,
    () => undefined,
  )
  const platt = fitPlatt(apart.map(({ text }) => text).map(marginReader(rehearsal)), labelsOf(apart))
  return { model: fitReviews(train, keep, progress), platt }
}

export interface ReviewFigures extends BinaryFigures {
  calibrationError: number
}

/** How well texts that were kept back are read. */
export const reviewFigures = ({ model, platt }: TrainedReviews, held: readonly Review[]): ReviewFigures => {
  const folded = foldedSpace()
  const read = nGramReader()
  const scratch = new Float64Array(model.outputs.length)
  const told = held.map(({ text }) => reviewProbability(model, platt, read(fold(text, folded)), scratch))
  const labels = labelsOf(held)
  return { ...binaryFigures(told, labels), calibrationError: calibrationError(told, labels) }
}

/** Accuracy of one plain line on ChnSentiCorp as published, dev in train and all: to compare with published figures. */
export const publishedAccuracy = ({ train, dev }: { train: readonly Review[]; dev: readonly Review[] }): number => {
  const hashes = hashReader()
  const texts = train.map(({ text }) => hashes(text))
  const vocabulary = vocabularyOf(texts, bits, 2, 'known')
  const line = fitBoth({
    rows: rowsOf(texts, vocabulary),
    features: vocabulary.buckets.length,
    labels: labelsOf(train),
    cost: 1,
    passes: 10,
  })
  const model = packLines('published', vocabulary, [['positive', line]], vocabulary.buckets.length)
  const folded = foldedSpace()
  const read = nGramReader()
  const scratch = new Float64Array(1)
  const told = dev.map(({ text }) => {
    scoreNGrams(model, read(fold(text, folded)), scratch)
    return probability({ slope: 1, offset: 0 }, scratch[0] ?? 0)
  })
  return binaryFigures(told, labelsOf(dev)).accuracy
}
