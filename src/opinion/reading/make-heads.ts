import { asMade, dataHash, type MadeModel, type RumourFile, readShipped } from '../../models/in-threads.ts'
import { goldPosts } from './gold.ts'
import { headsFigures } from './heads-figures.ts'
import { openReader } from './reader.ts'
import { type Labelled, trainHeads } from './train-heads.ts'

/** Aims of the product's own set of posts. */
const aims = { aspects: 0.88, careful: 0.95 }

/** Counts up when n-grams, cues or word classes change: weights learnt from the former ones read nonsense. */
const featuresNumber = 2

/**
 * Trains the model of posts on the training part of the gold posts and what analysts corrected, and judges it on the part kept
 * back.
 * @param more further posts to learn from, corrections first of all
 */
export const makeHeads = (
  name: string,
  made: string,
  more: readonly Labelled[],
  progress: (text: string) => void,
): MadeModel => {
  const gold = goldPosts()
  const train: Labelled[] = [...gold.filter(({ split }) => split === 'train'), ...more]
  const test = gold.filter(({ split }) => split === 'test')
  const reviews = readShipped('reviews-1')
  const rumour = readShipped<RumourFile['extra']>('rumour-1')
  const [reviewLines] = reviews.models
  if (!reviewLines) throw new Error('The model of reviews is empty')
  const heads = trainHeads(train, reviewLines, progress)
  const figures = headsFigures(test, openReader({ heads, reviews, rumour }))
  const note = 'gold posts kept back'
  const count = figures.count
  const shares = (['sentiment', 'toward', 'speaker', 'emotion'] as const).flatMap((head) => [
    { name: `accuracy of ${head}`, value: figures[head].all, count, note },
    {
      name: `accuracy of ${head}, where it is sure`,
      value: figures[head].sure,
      count,
      note: `${Math.round(figures[head].answered * 100)} % of posts; the others go to a person`,
    },
  ])
  return asMade(heads, {
    name,
    task: 'posts',
    made,
    form: 'One pass of hashed n-grams of 1 to 3 characters and cues of word classes (plain, negated) feeds 37 lines over the whole text and 3 over what stands around the subject; Platt and softmax calibration out of fold; an abstain band to persons; hard rules for danger to life and regulators',
    features: featuresNumber,
    sources: [
      {
        name: 'gold posts of this project, training part',
        rows: train.length - more.length,
        licence: 'CC BY 4.0',
        note: 'written by us; made-up companies',
      },
      ...(more.length > 0
        ? [{ name: 'corrections of analysts', rows: more.length, licence: 'own data', note: 'masked posts' }]
        : []),
    ],
    dataHash: dataHash(train.map((post) => [post.text, JSON.stringify([post.sentiment, post.toward, post.aspects])])),
    figures: [
      { name: 'micro-F1 of aspects', value: figures.aspects.f1, aim: aims.aspects, count, note },
      { name: 'precision of aspects', value: figures.aspects.precision, count, note },
      { name: 'recall of aspects', value: figures.aspects.recall, count, note },
      ...figures.byAspect.flatMap(({ aspect, f1, recall, seen, count }) => {
        const careful = aspect === 'harsh-collection' || aspect === 'privacy-leak'
        return [
          { name: `F1 of ${aspect}`, value: f1, count, note },
          ...(careful
            ? [
                { name: `recall of ${aspect}`, value: recall, aim: aims.careful, count, note },
                { name: `recall of ${aspect}, with what is left to a person`, value: seen, count, note },
              ]
            : []),
        ]
      }),
      ...shares,
      ...figures.urgency.map(({ urgency, f1, count }) => ({ name: `F1 of ${urgency}`, value: f1, count, note })),
      { name: 'F1 of spam', value: figures.spam.f1, count: figures.spam.count, note },
    ],
    limits: [
      'Judged on posts that we wrote: each tells its own story in its own words, harder than a stream full of repeats. Measure it on your own posts: corrections are the measure.',
      'Irony and posts about two companies at once are often misread; the band left to persons is there for them.',
      'Rare urgencies are judged on a dozen posts: their figures have wide intervals.',
    ],
  })
}
