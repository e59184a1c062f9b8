import { aspects, urgencies } from '../contract.ts'
import type { GoldPost } from './gold.ts'
import { feelings } from './heads.ts'
import type { ReadablePost, Reading } from './reading.ts'
import { findName } from './train-heads.ts'

/** A gold post as it is read. */
export const readable = ({ text, subject }: Pick<GoldPost, 'text' | 'subject'>): ReadablePost => {
  const name = findName(text, subject)
  return {
    title: '',
    text,
    authorClass: 'person',
    subjects: [name ? [{ in: 'text', ...name }] : []],
  }
}

interface Counted {
  precision: number
  recall: number
  f1: number
  count: number
}

const counted = (pairs: readonly (readonly [told: boolean, is: boolean])[]): Counted => {
  const hits = pairs.filter(([told, is]) => told && is).length
  const told = pairs.filter(([told]) => told).length
  const are = pairs.filter(([, is]) => is).length
  return { precision: hits / (told || 1), recall: hits / (are || 1), f1: (2 * hits) / (told + are || 1), count: are }
}

/** How well posts are read, judged by what persons read in them. */
export const headsFigures = (posts: readonly GoldPost[], read: (post: ReadablePost) => Reading) => {
  const pairs = posts.map((gold) => ({ gold, reading: read(readable(gold)) }))
  const share = (some: typeof pairs, right: (pair: (typeof pairs)[number]) => boolean) =>
    some.filter(right).length / (some.length || 1)
  const accuracy = (right: (pair: (typeof pairs)[number]) => boolean, head: Reading['unsure'][number]) => {
    const sure = pairs.filter(({ reading }) => !reading.unsure.includes(head))
    return { all: share(pairs, right), sure: share(sure, right), answered: sure.length / (pairs.length || 1) }
  }
  const of = <T>(name: T, told: (reading: Reading) => readonly T[], is: (gold: GoldPost) => readonly T[]) =>
    counted(pairs.map(({ gold, reading }) => [told(reading).includes(name), is(gold).includes(name)]))
  const byAspect = aspects.map((aspect) => ({
    aspect,
    ...of(
      aspect,
      ({ aspects }) => aspects,
      ({ aspects }) => aspects,
    ),
    /** Share that was told or left to a person. */
    seen: counted(
      pairs.map(({ gold, reading }) => [
        reading.aspects.includes(aspect) || reading.unsure.includes('aspects'),
        gold.aspects.includes(aspect),
      ]),
    ).recall,
  }))
  return {
    count: posts.length,
    sentiment: accuracy(({ gold, reading }) => feelings[reading.sentiment + 1] === gold.sentiment, 'sentiment'),
    toward: accuracy(({ gold, reading }) => feelings[(reading.toward[0]?.toward ?? 0) + 1] === gold.toward, 'toward'),
    speaker: accuracy(({ gold, reading }) => reading.speaker === gold.speaker, 'speaker'),
    emotion: accuracy(({ gold, reading }) => reading.emotion === gold.emotion, 'emotion'),
    aspects: counted(
      pairs.flatMap(({ gold, reading }) =>
        aspects.map((aspect) => [reading.aspects.includes(aspect), gold.aspects.includes(aspect)] as const),
      ),
    ),
    byAspect,
    urgency: urgencies.map((urgency) => ({
      urgency,
      ...of(
        urgency,
        ({ urgency }) => urgency,
        ({ urgency }) => urgency,
      ),
    })),
    spam: counted(pairs.map(({ gold, reading }) => [reading.spam >= 0.5, gold.spam])),
  }
}
