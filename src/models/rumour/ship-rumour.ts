import type { GivenCard } from '../card-contract.ts'
import { dataHash } from '../training/data-hash.ts'
import type { RumourFile } from './read-rumour.ts'
import { type Stage, stages } from './story.ts'
import { readStories, rumourFigures, trainRumour } from './train-rumour.ts'

const aims: Readonly<Record<Stage, number>> = { text: 0.86, author: 0.9, hour: 0.93, day: 0.95 }
const told: Readonly<Record<Stage, string>> = {
  text: 'text alone',
  author: 'text and author',
  hour: 'text, author, reposts of one hour',
  day: 'text, author, reposts of a day',
}

/** Trains the model of rumours from the file of CED and judges it in grouped folds. */
export const makeRumour = (
  path: string,
  made: string,
  progress: (text: string) => void,
): { file: RumourFile; card: GivenCard } => {
  const judged = readStories(path)
  const figures = stages.flatMap((stage) => {
    const { accuracy, calibrationError, count } = rumourFigures(judged, stage, progress)
    const note = 'five folds; near-duplicates and posts of one author in one fold'
    return [
      { name: `accuracy from ${told[stage]}`, value: accuracy, aim: aims[stage], count, note },
      { name: `calibration error from ${told[stage]}`, value: calibrationError, aim: 0.03, count, note },
    ]
  })
  return {
    file: trainRumour(judged, progress),
    card: {
      name: 'rumour-1',
      task: 'rumour',
      made,
      form: 'Two lines over hashed character n-grams (the post, its reposts), boosted trees over their margins and numbers of text, author and spread, Platt sigmoid',
      sources: [
        {
          name: 'CED (thunlp/Chinese_Rumor_Dataset)',
          rows: judged.length,
          licence: 'research use; weights only are shipped',
          note: 'Weibo, 2009 to 2016; events without author data left out',
        },
      ],
      dataHash: dataHash(judged.map(({ story, rumour }) => [story.text, rumour ? 'rumour' : 'genuine'])),
      figures,
      limits: [
        'Tells how alike a story is to stories that turned out false, not whether it is true: a person checks facts.',
        'Learnt on Weibo of 2009 to 2016; other platforms and years are not measured.',
        'Half of the stories it learnt from are rumours; in a stream hardly any is, so the probability runs high there.',
      ],
    },
  }
}
