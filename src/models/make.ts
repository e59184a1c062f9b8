import type { Card, GivenCard } from './card-contract.ts'
import { makeReviews } from './reviews/ship-reviews.ts'
import { makeRumour } from './rumour/ship-rumour.ts'
import { encodeModels, type ModelFile } from './text/linear-model.ts'

/** Weights ready to be kept, and their card. */
export interface MadeModel {
  bytes: Buffer
  card: Card
}

export const asMade = (file: ModelFile<unknown>, card: GivenCard): MadeModel => {
  const bytes = encodeModels(file)
  return { bytes, card: { features: 1, ...card, bytes: bytes.length } }
}

/** Models of text that are trained from public corpora. */
type CorpusTask = 'reviews' | 'rumour'

/**
 * Trains and judges a model on a corpus. Deterministic: the same data give the same bytes.
 * @param from folder of the review corpora, or the file of stories
 * @param made date for the card
 */
export const makeFromCorpus = (
  task: CorpusTask,
  from: string,
  made: string,
  progress: (text: string) => void,
): MadeModel => {
  const { file, card } = task === 'reviews' ? makeReviews(from, made, progress) : makeRumour(from, made, progress)
  return asMade(file, card)
}
