import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { LinearModel } from '../text/linear-model.ts'
import { boostedMargin, fitBoosted } from '../training/boost.ts'
import { calibrationError, fitPlatt, probability } from '../training/calibration.ts'
import { type BinaryFigures, binaryFigures } from '../training/figures.ts'
import { fitBoth, type Line, marginsOf } from '../training/fit.ts'
import { hashReader } from '../training/hashes.ts'
import { packLines } from '../training/pack.ts'
import { hashOf } from '../training/seeded.ts'
import { type Rows, rowsOf, type Vocabulary, vocabularyOf } from '../training/sparse.ts'
import type { RumourFile } from './read-rumour.ts'
import { numbersOf, repostTexts, type Stage, type Story, secondsOf, seenAt, stages } from './story.ts'
import { mostOfReposts, type TrainedStage } from './trained.ts'

/** A story with its answer. Stories of one group are near-duplicates or by one author: they stay in one fold. */
export interface JudgedStory {
  story: Story
  rumour: boolean
  group: number
}

/** A line of CED. */
interface CedEvent {
  label: 'rumour' | 'genuine'
  group: number
  post: { text: string; at: number; verified: boolean; followers: number; messages: number; location: string }
  reposts: { mid: string; parent: string | null; uid: string; text: string; at: number }[]
}

/** Stories of CED (thunlp/Chinese_Rumor_Dataset), one JSON per line. */
export const readStories = (path: string): JudgedStory[] =>
  gunzipSync(readFileSync(path))
    .toString('utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const { label, group, post, reposts } = JSON.parse(line) as CedEvent
      return {
        rumour: label === 'rumour',
        group,
        story: {
          text: post.text,
          at: post.at,
          author: {
            verified: post.verified,
            followers: post.followers,
            messages: post.messages,
            location: post.location,
          },
          reposts: reposts.map((repost) => ({
            id: repost.mid,
            parent: repost.parent ?? undefined,
            author: repost.uid,
            text: repost.text,
            at: repost.at,
          })),
        },
      }
    })

const bits = 20

/** What the words of one kind (the post's own, those of its reposts) say, over all stories. */
interface Words {
  vocabulary: Vocabulary
  rows: Rows
}

const wordsOf = (texts: readonly Uint32Array[], atLeast: number): Words => {
  const vocabulary = vocabularyOf(texts, bits, atLeast, 'all')
  return { vocabulary, rows: rowsOf(texts, vocabulary) }
}

const distinct = (texts: readonly string[], hashes: (text: string) => Uint32Array): Uint32Array => {
  const found = new Set<number>()
  for (const text of texts) {
    for (const hash of hashes(text)) found.add(hash)
    if (found.size > mostOfReposts) break
  }
  return Uint32Array.from(found)
}

/** A line that learns from the rows where `learns` is 1. */
const fitOn = ({ vocabulary, rows }: Words, labels: Uint8Array, learns: Uint8Array, cost: number): Line =>
  fitBoth({
    rows,
    features: vocabulary.buckets.length,
    labels,
    importance: Float64Array.from(learns),
    cost,
    passes: 8,
  })

/** Margins of rows by lines that did not learn from them, over grouped folds among those where `among` is 1. */
const outOfFold = (
  words: Words,
  labels: Uint8Array,
  among: Uint8Array,
  foldOf: Uint8Array,
  folds: number,
  cost: number,
): Float64Array => {
  const margins = new Float64Array(labels.length)
  for (let fold = 0; fold < folds; fold++) {
    const learns = among.map((one, row) => (one === 1 && foldOf[row] !== fold ? 1 : 0))
    marginsOf(words.rows, fitOn(words, labels, learns, cost)).forEach((margin, row) => {
      if (foldOf[row] === fold) margins[row] = margin
    })
  }
  return margins
}

const boosting = { trees: 120, depth: 3, rate: 0.07, leaf: 12, ridge: 3 }
const costs = { text: 1, reposts: 1 }
const folds = 5

/** Everything that is computed once for a set of stories and a stage. */
interface Prepared {
  labels: Uint8Array
  numbers: number[][]
  words: { words: Words; cost: number }[]
}

const prepare = (judged: readonly JudgedStory[], stage: Stage): Prepared => {
  const hashes = hashReader()
  const seen = judged.map(({ story }) => seenAt(story, stage))
  const own = wordsOf(
    seen.map(({ text }) => hashes(text)),
    2,
  )
  const words = [{ words: own, cost: costs.text }]
  if (secondsOf[stage] > 0)
    words.push({
      words: wordsOf(
        seen.map((story) => distinct(repostTexts(story), hashes)),
        4,
      ),
      cost: costs.reposts,
    })
  return {
    labels: Uint8Array.from(judged, ({ rumour }) => (rumour ? 1 : 0)),
    numbers: seen.map((story) => numbersOf(story, stage)),
    words,
  }
}

const foldsOf = (judged: readonly JudgedStory[], salt: string) =>
  Uint8Array.from(judged, ({ group }) => hashOf(`${salt} ${group}`) % folds)

/** Margins of rows, and the table the trees learn from. */
const tableOf = (numbers: readonly number[][], margins: readonly Float64Array[]) =>
  numbers.map((some, row) => [...margins.map((of) => of[row] ?? 0), ...some])

export interface RumourFigures extends BinaryFigures {
  calibrationError: number
}

/**
 * How well suspicion is told in five grouped folds: lines, trees and sigmoid learn from four, the fifth is judged. Inside the
 * four, trees see margins of lines that had not learnt from the row, and the sigmoid trees that had not.
 */
export const rumourFigures = (
  judged: readonly JudgedStory[],
  stage: Stage,
  progress: (text: string) => void = () => undefined,
): RumourFigures => {
  const { labels, numbers, words } = prepare(judged, stage)
  const outer = foldsOf(judged, 'outer')
  const inner = foldsOf(judged, 'inner')
  const told = new Float64Array(judged.length)
  for (let fold = 0; fold < folds; fold++) {
    progress(`${stage}: fold ${fold + 1} of ${folds}`)
    const among = outer.map((of) => (of === fold ? 0 : 1))
    const learnt = words.map(({ words, cost }) => outOfFold(words, labels, among, inner, folds, cost))
    const fresh = words.map(({ words, cost }) => marginsOf(words.rows, fitOn(words, labels, among, cost)))
    const { boosted, platt } = fitStage(tableOf(numbers, learnt), labels, among, inner)
    tableOf(numbers, fresh).forEach((row, index) => {
      if (outer[index] === fold) told[index] = probability(platt, boostedMargin(boosted, row))
    })
  }
  return { ...binaryFigures(told, labels), calibrationError: calibrationError(told, labels) }
}

/** Trees over a table and the sigmoid over their margins, from the rows where `among` is 1. */
const fitStage = (
  table: readonly number[][],
  labels: Uint8Array,
  among: Uint8Array,
  foldOf: Uint8Array,
): TrainedStage => {
  const rows = [...among.keys()].filter((row) => among[row] === 1)
  const learn = (some: readonly number[]) =>
    fitBoosted(
      some.map((row) => table[row] ?? []),
      some.map((row) => labels[row] ?? 0),
      boosting,
    )
  const margins: number[] = []
  const answers: number[] = []
  for (let fold = 0; fold < folds; fold++) {
    const trees = learn(rows.filter((row) => foldOf[row] !== fold))
    for (const row of rows)
      if (foldOf[row] === fold) {
        margins.push(boostedMargin(trees, table[row] ?? []))
        answers.push(labels[row] ?? 0)
      }
  }
  return { boosted: learn(rows), platt: fitPlatt(margins, answers) }
}

/** N-grams kept of the posts' own words, and of the reposts'. */
const kept = { text: 200_000, reposts: 150_000 }

/** Trains on all stories. */
export const trainRumour = (
  judged: readonly JudgedStory[],
  progress: (text: string) => void = () => undefined,
): RumourFile => {
  const inner = foldsOf(judged, 'inner')
  const everyone = new Uint8Array(judged.length).fill(1)
  const models = new Map<string, LinearModel>()
  const trained = stages.map((stage): [Stage, TrainedStage] => {
    progress(stage)
    const { labels, numbers, words } = prepare(judged, stage)
    words.forEach(({ words, cost }, index) => {
      const name = index === 0 ? 'text' : stage
      if (models.has(name)) return
      const line = fitOn(words, labels, everyone, cost)
      const keep = index === 0 ? kept.text : kept.reposts
      models.set(name, packLines(name, words.vocabulary, [['rumour', line]], keep))
    })
    const learnt = words.map(({ words, cost }) => outOfFold(words, labels, everyone, inner, folds, cost))
    return [stage, fitStage(tableOf(numbers, learnt), labels, everyone, inner)]
  })
  return { models: [...models.values()], extra: { stages: Object.fromEntries(trained) as Record<Stage, TrainedStage> } }
}
