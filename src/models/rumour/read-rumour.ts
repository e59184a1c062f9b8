import { fold, foldedSpace } from '../text/fold.ts'
import { type DenseLine, denseLine, type ModelFile, scoreLine } from '../text/linear-model.ts'
import { type NGrams, nGramReader } from '../text/n-grams.ts'
import { boostedReader } from '../training/boost.ts'
import { probability } from '../training/calibration.ts'
import { numbersOf, repostTexts, type Stage, type Story, seenAt, stages as stageNames, textNumbers } from './story.ts'
import { mostOfReposts, type TrainedStage } from './trained.ts'

export type RumourFile = ModelFile<{ stages: Record<Stage, TrainedStage> }>

/** The margin of the words of several texts taken together. */
const marginOfAll = (line: DenseLine, texts: readonly string[], read: (text: string) => NGrams): number => {
  const [only = ''] = texts
  if (texts.length < 2) {
    const found = read(only)
    return scoreLine(line, found, found.length)
  }
  const seen = new Set<number>()
  for (const text of texts) {
    const { hashes, length } = read(text)
    for (let index = 0; index < length; index++) seen.add(hashes[index] ?? 0)
    if (seen.size > mostOfReposts) break
  }
  return scoreLine(line, { hashes: Uint32Array.from(seen) }, seen.size)
}

const lineOf = ({ models }: Pick<RumourFile, 'models'>, name: string): DenseLine => {
  const found = models.find((one) => one.name === name)
  if (!found) throw new Error(`The model of rumours has no part ${name}`)
  return denseLine(found, 0)
}

/**
 * Tells how suspicious a text is, from its n-grams read before: the stage `text` of `rumourReader`.
 * @returns probability, 0 to 1. `length` says how many of the n-grams are the text's own
 */
export const textRumourReader = (file: RumourFile): ((text: string, found: NGrams, length: number) => number) => {
  const own = lineOf(file, 'text')
  const { boosted, platt } = file.extra.stages.text
  const marginOf = boostedReader(boosted)
  const row = new Float64Array(1 + textNumbers('').length)
  return (text, found, length) => {
    row[0] = scoreLine(own, found, length)
    row.set(textNumbers(text), 1)
    return probability(platt, marginOf(row))
  }
}

/**
 * Tells how suspicious stories are.
 * @returns probability that a story is a rumour, 0 to 1, told from what the stage sees of it: its text, its author too, reposts
 * of the first hour or day. Not whether it is true: how alike it is to stories that turned out false.
 */
export const rumourReader = (file: RumourFile): ((story: Story, stage: Stage) => number) => {
  const { stages } = file.extra
  const folded = foldedSpace()
  const readNGrams = nGramReader()
  const read = (text: string) => readNGrams(fold(text, folded))
  const own = lineOf(file, 'text')
  const ofReposts = { hour: lineOf(file, 'hour'), day: lineOf(file, 'day') }
  const judges = new Map(stageNames.map((stage) => [stage, boostedReader(stages[stage].boosted)]))
  return (story, stage) => {
    const seen = seenAt(story, stage)
    const margins = [marginOfAll(own, [seen.text], read)]
    if (stage === 'hour' || stage === 'day') margins.push(marginOfAll(ofReposts[stage], repostTexts(seen), read))
    const row = Float64Array.from([...margins, ...numbersOf(seen, stage)])
    return probability(stages[stage].platt, judges.get(stage)?.(row) ?? 0)
  }
}
