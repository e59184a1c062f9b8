import {
  denseLine,
  fitBoth,
  fitPlatt,
  fitSoftmax,
  hashOf,
  type Line,
  type LinearModel,
  marginsOf,
  packLines,
  probability,
  type Rows,
  rowsOf,
  scoreLine,
  softmax,
  type Vocabulary,
  vocabularyOf,
} from '../../models/in-threads.ts'
import { aspects, emotions, speakers, urgencies } from '../contract.ts'
import type { GoldPost } from './gold.ts'
import {
  at,
  type Calibration,
  type Choice,
  feelings,
  type HeadsFile,
  type Label,
  wholeOutputs,
  windowOutputs,
} from './heads.ts'
import { featureReader, sentimentNumbers, towardNumbers } from './reader.ts'

/** What heads learn from: a post that a person has read. */
export type Labelled = Pick<
  GoldPost,
  'id' | 'text' | 'subject' | 'sentiment' | 'toward' | 'aspects' | 'speaker' | 'emotion' | 'urgency' | 'spam'
>

const bits = 19
const folds = 5
const passes = 12
const keep = 80_000
/** Every fifth answer, the least sure ones, is left to a person. */
const leftToPersons = 0.2
/** Aspects that must not be overlooked, and the share of them that a person or the model has to see. */
const careful: ReadonlySet<string> = new Set(['harsh-collection', 'privacy-leak'])
const carefulRecall = 0.97
/** The share of them that the model is to tell itself: a little over the 95 % that are asked for, for folds are few. */
const carefulAim = 0.96
/** The share of what is told of them that must be right at least. */
const carefulRight = 0.38

/** Where a subject's name stands in a text that may shorten it: 星河消费金融 is called 星河. */
export const findName = (text: string, subject: string): { start: number; end: number } | undefined => {
  for (let length = subject.length; length >= 2; length--) {
    const start = text.indexOf(subject.slice(0, length))
    if (start >= 0) return { start, end: start + length }
  }
  return undefined
}

/** Whether a post is this, for every line over the whole text. */
const yesOf = (output: string, post: Labelled): boolean => {
  const [head = '', name = ''] = output.split('.')
  switch (head) {
    case 'sentiment':
      return post.sentiment === name
    case 'toward':
    case 'near':
      return post.toward === name
    case 'aspect':
      return post.aspects.some((aspect) => aspect === name)
    case 'speaker':
      return post.speaker === name
    case 'emotion':
      return post.emotion === name
    case 'urgency':
      return post.urgency.some((urgency) => urgency === name)
    default:
      return post.spam
  }
}

interface Part {
  vocabulary: Vocabulary
  rows: Rows
  outputs: readonly string[]
}

/** A line that says no whatever it reads: for labels of which there is no example yet. */
const noLine = (features: number): Line => ({ weights: new Float64Array(features), bias: -3 })

const learn = ({ vocabulary, rows }: Part, labels: Uint8Array, learns: Float64Array): Line => {
  const features = vocabulary.buckets.length
  const answers = new Set(labels.filter((_, row) => learns[row] !== 0))
  return answers.size < 2 ? noLine(features) : fitBoth({ rows, features, labels, importance: learns, cost: 1, passes })
}

/** Margins that each post would have had from lines that had not learnt from it, one row per output. */
const outOfFold = (part: Part, posts: readonly Labelled[], foldOf: Uint8Array): Float64Array[] =>
  part.outputs.map((output) => {
    const labels = Uint8Array.from(posts, (post) => (yesOf(output, post) ? 1 : 0))
    const margins = new Float64Array(posts.length)
    for (let fold = 0; fold < folds; fold++) {
      const learns = Float64Array.from(foldOf, (of) => (of === fold ? 0 : 1))
      marginsOf(part.rows, learn(part, labels, learns)).forEach((margin, row) => {
        if (foldOf[row] === fold) margins[row] = margin
      })
    }
    return margins
  })

const choiceOf = (table: readonly number[][], labels: readonly number[], classes: number): Choice => {
  const how = fitSoftmax(table, labels, classes)
  const tops = table.map((numbers) => Math.max(...softmax(how, numbers))).sort((a, b) => a - b)
  return { softmax: how, sure: tops[Math.floor(tops.length * leftToPersons)] ?? 0 }
}

/** Where as many of them are told as are to be, but no lower than where enough of what is told is right. */
const carefulTold = (told: readonly number[], labels: Uint8Array): number => {
  const order = told.map((p, row) => ({ p, yes: labels[row] === 1 })).sort((a, b) => b.p - a.p)
  const all = order.filter(({ yes }) => yes).length
  let hits = 0
  let lowest = 0.5
  for (const [index, { p, yes }] of order.entries()) {
    if (yes) hits++
    if (hits >= (index + 1) * carefulRight) lowest = p
    if (hits >= all * carefulAim) break
  }
  return lowest
}

/** The threshold with the best F1 on margins out of fold. For what must not be overlooked see `carefulTold`. */
const labelOf = (margins: Float64Array, labels: Uint8Array, name: string): Label => {
  if (!labels.includes(1)) return { platt: { slope: 1, offset: 0 }, told: 0.9, asked: 0.9 }
  const platt = fitPlatt(margins, labels)
  const told = Array.from(margins, (margin) => probability(platt, margin))
  let best = { f1: 0, threshold: 0.5 }
  for (let threshold = 0.2; threshold < 0.56; threshold += 0.05) {
    let hits = 0
    let wrong = 0
    told.forEach((p, row) => {
      if (p >= threshold && labels[row] === 1) hits++
      else if (p >= threshold || labels[row] === 1) wrong++
    })
    const f1 = (2 * hits) / (2 * hits + wrong)
    if (f1 > best.f1) best = { f1, threshold }
  }
  const ofYes = told.filter((_, row) => labels[row] === 1).sort((a, b) => a - b)
  const low = ofYes[Math.floor(ofYes.length * (1 - carefulRecall))] ?? 0
  return {
    platt,
    told: careful.has(name) ? Math.min(carefulTold(told, labels), best.threshold) : best.threshold,
    asked: careful.has(name) ? Math.min(low, best.threshold) : best.threshold * 0.75,
  }
}

/**
 * Trains all heads on labelled posts: lines over n-grams and cues, then probabilities, thresholds and the bands that are left
 * to a person from margins of lines that had not learnt from the post. Deterministic.
 * @param reviews the model of reviews, whose margin is one sign of the feeling
 */
export const trainHeads = (
  posts: readonly Labelled[],
  reviews: LinearModel,
  progress: (text: string) => void = () => undefined,
): HeadsFile => {
  const features = featureReader()
  const wholes: Uint32Array[] = []
  const nears: Uint32Array[] = []
  for (const { text, subject } of posts) {
    const { found } = features.whole(text)
    wholes.push(found.hashes.slice(0, found.length))
    const name = findName(text, subject)
    const part = features.around(name?.start ?? 0, name?.end ?? text.length)
    nears.push(part.hashes.slice(0, part.length))
  }
  const partOf = (texts: readonly Uint32Array[], outputs: readonly string[]): Part => {
    const vocabulary = vocabularyOf(texts, bits, 2, 'known')
    return { vocabulary, rows: rowsOf(texts, vocabulary), outputs }
  }
  const whole = partOf(wholes, wholeOutputs)
  const near = partOf(nears, windowOutputs)
  const foldOf = Uint8Array.from(posts, ({ text }) => hashOf(text) % folds)
  progress('calibration')
  const wholeMargins = outOfFold(whole, posts, foldOf)
  const nearMargins = outOfFold(near, posts, foldOf)
  const ofReviews = denseLine(reviews, 0)
  const review = posts.map(({ text }) => {
    const { found, plainGrams } = features.whole(text)
    return scoreLine(ofReviews, found, plainGrams)
  })
  const rowOf = (margins: readonly Float64Array[], row: number) => margins.map((of) => of[row] ?? 0)
  const labelsOf = (output: string) => Uint8Array.from(posts, (post) => (yesOf(output, post) ? 1 : 0))
  const slice = (from: number, count: number) =>
    posts.map((_, row) => rowOf(wholeMargins, row).slice(from, from + count))
  const labels = (head: string, names: readonly string[], from: number) =>
    names.map((name, k) => labelOf(wholeMargins[from + k] ?? new Float64Array(), labelsOf(`${head}.${name}`), name))
  const extra: Calibration = {
    sentiment: choiceOf(
      posts.map((_, row) => sentimentNumbers(rowOf(wholeMargins, row), review[row] ?? 0)),
      posts.map(({ sentiment }) => feelings.indexOf(sentiment)),
      feelings.length,
    ),
    toward: choiceOf(
      posts.map((_, row) => towardNumbers(rowOf(wholeMargins, row), rowOf(nearMargins, row), review[row] ?? 0)),
      posts.map(({ toward }) => feelings.indexOf(toward)),
      feelings.length,
    ),
    speaker: choiceOf(
      slice(at.speaker, speakers.length),
      posts.map(({ speaker }) => speakers.indexOf(speaker)),
      speakers.length,
    ),
    emotion: choiceOf(
      slice(at.emotion, emotions.length),
      posts.map(({ emotion }) => emotions.indexOf(emotion)),
      emotions.length,
    ),
    aspects: labels('aspect', aspects, at.aspect),
    urgency: labels('urgency', urgencies, at.urgency),
    spam: labelOf(wholeMargins[at.spam] ?? new Float64Array(), labelsOf('spam'), 'spam'),
  }
  progress('all posts')
  const everyone = new Float64Array(posts.length).fill(1)
  const pack = (name: string, part: Part) =>
    packLines(
      name,
      part.vocabulary,
      part.outputs.map((output) => [output, learn(part, labelsOf(output), everyone)] as const),
      keep,
    )
  return { models: [pack('whole', whole), pack('near', near)], extra }
}
