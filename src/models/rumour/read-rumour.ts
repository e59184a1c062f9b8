import { fold, foldedSpace } from '../text/fold.ts'
import { type DenseLine, denseLine, type ModelFile, scoreLine } from '../text/linear-model.ts'
import { type NGrams, nGramReader } from '../text/n-grams.ts'
import { boostedMargin } from '../training/boost.ts'
import { probability } from '../training/calibration.ts'
import { numbersOf, repostTexts, type Stage, type Story, seenAt } from './story.ts'
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

/**
 * Tells how suspicious stories are.
 * @returns probability that a story is a rumour, 0 to 1, told from what the stage sees of it: its text, its author too, reposts
 * of the first hour or day. Not whether it is true: how alike it is to stories that turned out false.
 */
export const rumourReader = ({ models, extra: { stages } }: RumourFile): ((story: Story, stage: Stage) => number) => {
  const folded = foldedSpace()
  const readNGrams = nGramReader()
  const read = (text: string) => readNGrams(fold(text, folded))
  const model = (name: string): DenseLine => {
    const found = models.find((one) => one.name === name)
    if (!found) throw new Error(`The model of rumours has no part ${name}`)
    return denseLine(found, 0)
  }
  const own = model('text')
  const ofReposts = { hour: model('hour'), day: model('day') }
  return (story, stage) => {
    const seen = seenAt(story, stage)
    const margins = [marginOfAll(own, [seen.text], read)]
    if (stage === 'hour' || stage === 'day') margins.push(marginOfAll(ofReposts[stage], repostTexts(seen), read))
    const { boosted, platt } = stages[stage]
    return probability(platt, boostedMargin(boosted, [...margins, ...numbersOf(seen, stage)]))
  }
}
