import { choose, type Random, weighted } from '../random.ts'
import { calledAs, cast, type Said, type SaidTruth } from './cast.ts'
import { about, adverts, articles, closings, comments, complaints, openings, praise, questions, slots } from './talk.ts'

/** Puts texts together and says what is true of them. */

const one = (random: Random, list: readonly string[]): string => list[random.int(list.length)] ?? ''

/** Draws the words in braces; `名` is how the one spoken of is called. */
export const filled = (random: Random, text: string, words: Readonly<Record<string, string>>): string => {
  let made = text
  // A drawn word may hold another slot.
  for (let round = 0; round < 2; round++)
    made = made.replace(/\{(.)\}|\{(小钱)\}/g, (all, short: string | undefined, long: string | undefined) => {
      const key = short ?? long ?? ''
      const list = slots[key]
      return words[key] ?? (list ? random.pick(list) : all)
    })
  return made
}

/** One in fourteen writes the name so that a search does not find it. */
const disguisedShare = 0.07

const nameOf = (random: Random, key: string): string => {
  const member = cast.find((other) => other.key === key)
  if (member && member.disguised.length > 0 && random.chance(disguisedShare)) return one(random, member.disguised)
  return one(random, calledAs[key] ?? [key])
}

const spoken = (random: Random, core: string, key: string): string => {
  const 名 = nameOf(random, key)
  return filled(random, one(random, openings) + core + one(random, closings), { 名 })
}

const own = weighted([
  ['brand', 55],
  ['loan', 30],
  ['card', 15],
] as const)
const rivals = weighted([
  ['rivalA', 6],
  ['rivalB', 4],
] as const)
const aspectNames = Object.keys(complaints)
const usual = weighted([
  ['complaint', 30],
  ['praise', 14],
  ['question', 18],
  ['advert', 5],
  ['article', 4],
  ['rival', 15],
  ['partner', 6],
  ['head', 2],
  ['record', 6],
] as const)

export type Usual = ReturnType<typeof drawUsual>
const drawUsual = (random: Random) => choose(random, usual)

export interface Written {
  kind: Usual
  title: string
  text: string
  truth: SaidTruth
}

const truthOf = (subjects: string[], sentiment: SaidTruth['sentiment'], more: Partial<SaidTruth> = {}): SaidTruth => ({
  subjects,
  sentiment,
  aspects: [],
  story: 'background',
  speaker: 'consumer',
  ...more,
})

const complaintOf = (random: Random, key: string): Pick<Written, 'text' | 'truth'> => {
  const aspect = one(random, aspectNames)
  const core = one(random, complaints[aspect] ?? [])
  return { text: spoken(random, core, key), truth: truthOf([key], -1, { aspects: [aspect] }) }
}

/** Something that people say on a usual day. */
export const usualTalk = (random: Random): Written => {
  const kind = drawUsual(random)
  const made = (text: string, truth: SaidTruth, title = ''): Written => ({ kind, title, text, truth })
  const ours = choose(random, own)
  switch (kind) {
    case 'complaint':
    case 'record': {
      const { text, truth } = complaintOf(random, ours)
      return made(text, truth)
    }
    case 'praise':
      return made(spoken(random, one(random, praise), ours), truthOf([ours], 1))
    case 'question':
      return made(spoken(random, one(random, questions), ours), truthOf([ours], 0))
    case 'advert':
      return made(
        filled(random, one(random, adverts), { 名: nameOf(random, ours) }),
        truthOf([ours], 0, { speaker: 'anti-collection-ad' }),
      )
    case 'article': {
      const [title, text] = articles[random.int(articles.length)] ?? articles[0]
      const 名 = '明月消费金融'
      return made(
        filled(random, text, { 名 }),
        truthOf(['brand'], 0, { speaker: 'media' }),
        filled(random, title, { 名 }),
      )
    }
    case 'rival': {
      const rival = choose(random, rivals)
      if (random.chance(0.5)) {
        const { text, truth } = complaintOf(random, rival)
        return made(text, truth)
      }
      const good = random.chance(0.4)
      return made(spoken(random, one(random, good ? praise : questions), rival), truthOf([rival], good ? 1 : 0))
    }
    case 'partner': {
      const partner = random.chance(0.5) ? 'guarantor' : 'agency'
      return made(spoken(random, one(random, about[partner]), partner), truthOf([partner], 0))
    }
    case 'head':
      return made(spoken(random, one(random, about.head), 'head'), truthOf(['head'], 0))
    default:
      return kind satisfies never
  }
}

export const answerTo = (random: Random, to: Said): { text: string; truth: SaidTruth } => ({
  text: filled(random, one(random, comments), {}) + one(random, closings).replace('{城}', '外地'),
  truth: { ...to.truth, sentiment: 0, aspects: [] },
})
