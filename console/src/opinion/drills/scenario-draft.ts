import type { Beat, Scenario } from './drill-calls.ts'

/** A scenario while it is written; fields may be empty. */
export interface BeatDraft extends Omit<Beat, 'minute' | 'engagement' | 'author' | 'rank'> {
  /** Stays with the beat when the list is put in another order. */
  key: number
  minute: number | null
  engagement: number | null
  rank: number | null
  author: { name: string; class: Beat['author']['class']; followers: number | null }
}

export interface ScenarioDraft extends Omit<Scenario, 'minutes' | 'crowd' | 'voices' | 'beats'> {
  minutes: number | null
  crowd: number | null
  /** One a line. */
  voices: string
  beats: readonly BeatDraft[]
}

let keys = 0
const nextKey = () => {
  keys += 1
  return keys
}

export const beatDraft = (beat: Beat): BeatDraft => ({ ...beat, key: nextKey(), rank: beat.rank ?? null })

export const copiedBeat = (beat: BeatDraft): BeatDraft => ({ ...beat, key: nextKey() })

/** A new beat some time after another. */
export const beatAfter = (before: BeatDraft | undefined): BeatDraft => ({
  key: nextKey(),
  minute: before?.minute === undefined || before.minute === null ? 0 : before.minute + 15,
  platform: before?.platform ?? 'weibo',
  kind: 'post',
  text: '',
  author: { name: '', class: 'person', followers: 100 },
  engagement: 0,
  rank: null,
})

export const draftOf = (scenario: Scenario): ScenarioDraft => ({
  name: scenario.name,
  story: scenario.story,
  aims: scenario.aims,
  pace: scenario.pace,
  crowd: scenario.crowd,
  repostShare: scenario.repostShare,
  platforms: scenario.platforms,
  voices: scenario.voices.join('\n'),
  beats: scenario.beats.map(beatDraft),
  minutes: scenario.minutes,
  level: scenario.level,
})

export const emptyDraft = (): ScenarioDraft => ({
  name: '',
  story: '',
  aims: '',
  pace: 'hot',
  crowd: 200,
  repostShare: 0.6,
  platforms: ['weibo', 'douyin', 'xiaohongshu'],
  voices: '',
  beats: [beatAfter(undefined)],
  minutes: 120,
  level: 'moderate',
})

const linesOf = (voices: string) =>
  voices
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

export const voicesOf = linesOf

/** The scenario a draft without faults stands for. */
export const scenarioOf = ({ voices, beats, minutes, crowd, ...rest }: ScenarioDraft): Scenario => ({
  ...rest,
  name: rest.name.trim(),
  story: rest.story.trim(),
  aims: rest.aims.trim(),
  minutes: minutes ?? 0,
  crowd: crowd ?? 0,
  voices: linesOf(voices),
  beats: beats
    .map(({ key: _, minute, engagement, rank, author, ...beat }) => ({
      ...beat,
      text: beat.text.trim(),
      minute: minute ?? 0,
      engagement: engagement ?? 0,
      author: { ...author, name: author.name.trim(), followers: author.followers ?? 0 },
      ...(beat.kind === 'hot-list' && rank !== null && { rank }),
    }))
    .toSorted((a, b) => a.minute - b.minute),
})

export type PlainFault = 'name' | 'story' | 'aims' | 'minutes' | 'crowd' | 'platforms' | 'voices' | 'beats'
export type BeatFault = 'beatMinute' | 'beatText' | 'beatAuthor' | 'beatRank' | 'beatNumber'

export interface Faults {
  plain: ReadonlySet<PlainFault>
  /** The first line, from 1, that is too short or too long. */
  voice: number | null
  beats: ReadonlyMap<number, ReadonlySet<BeatFault>>
  count: number
}

const within = (value: number | null, low: number, high: number) => value !== null && value >= low && value <= high
const fits = (text: string, low: number, high: number) => within(text.trim().length, low, high)

/** What is not yet right with a draft; the bounds are those of the server's contract. */
export const faultsOf = (draft: ScenarioDraft): Faults => {
  const voices = linesOf(draft.voices)
  const minutes = draft.minutes ?? 0
  const plain = new Set<PlainFault>()
  if (!fits(draft.name, 2, 80)) plain.add('name')
  if (!fits(draft.story, 10, 2_000)) plain.add('story')
  if (draft.aims.trim().length > 2_000) plain.add('aims')
  if (!within(draft.minutes, 5, 1_440)) plain.add('minutes')
  if (!within(draft.crowd, 0, 5_000)) plain.add('crowd')
  if (!within(draft.platforms.length, 1, 8)) plain.add('platforms')
  if (!within(voices.length, 1, 60)) plain.add('voices')
  if (!within(draft.beats.length, 1, 60)) plain.add('beats')
  const wrong = voices.findIndex((line) => !fits(line, 4, 600))
  const beats = new Map<number, ReadonlySet<BeatFault>>()
  for (const beat of draft.beats) {
    const of = new Set<BeatFault>()
    if (!within(beat.minute, 0, minutes)) of.add('beatMinute')
    if (!fits(beat.text, 4, 600)) of.add('beatText')
    if (!fits(beat.author.name, 1, 40)) of.add('beatAuthor')
    if (beat.kind === 'hot-list' && !within(beat.rank, 1, 100)) of.add('beatRank')
    if (!within(beat.author.followers, 0, 100_000_000) || !within(beat.engagement, 0, 10_000_000)) of.add('beatNumber')
    if (of.size > 0) beats.set(beat.key, of)
  }
  const inBeats = [...beats.values()].reduce((sum, of) => sum + of.size, 0)
  return {
    plain,
    voice: wrong === -1 ? null : wrong + 1,
    beats,
    count: plain.size + inBeats + (wrong === -1 ? 0 : 1),
  }
}
