import type {
  AudienceDraft,
  ConsentDraft,
  MatchDraft,
  RankDraft,
  ReachDraft,
  SampleDraft,
  Scalar,
  SequenceDraft,
  SplitDraft,
} from './draft.ts'
import { type Reader, readMatch, readSpan, readWindow, tagTitle } from './reading-parts.ts'

const share = (value: number) => `${Math.round(value * 10_000) / 100}%`

export const readSequence = (reader: Reader, { steps, by, overall, window }: SequenceDraft): string => {
  const { conditionReading: words } = reader.t
  const span = (text: string) => (text === '' ? '' : readSpan(reader, text))
  const quoted = (matches: readonly MatchDraft[]) =>
    matches.map((match) => words.step(readMatch(reader, match))).join(reader.t.reading.listed)
  const read = steps.map((step, i) => {
    const event = readMatch(reader, step)
    if (i === 0) return words.firstStep(event)
    if (step.absent) return words.absentStep(event, span(step.within))
    return words.nextStep(event, span(step.within), quoted(step.without))
  })
  return words.sequence(readWindow(reader, window), read.join(words.thereAfter), by, span(overall))
}

export const readRank = (reader: Reader, draft: RankDraft): string => {
  const { conditionReading: words } = reader.t
  const number = (value: Scalar | undefined) => reader.format.amount('', Number(value ?? 0))
  const statistic = readStatistic(reader, draft)
  const [low, high] = draft.band
  if (draft.end === 'percentile') return words.percentile(statistic, number(low), number(high))
  return words[draft.end](statistic, number(draft.size))
}

const readStatistic = (reader: Reader, draft: RankDraft): string => {
  const { conditionReading: words, reading } = reader.t
  if (draft.of === 'trait') return reader.traitTitle(draft.trait)
  if (draft.of === 'tag') return words.tag(tagTitle(reader, draft.tag), draft.asOf)
  const statistic = words.statistics[draft.measure](readMatch(reader, draft), draft.property)
  return reading.inWindow(readWindow(reader, draft.window), statistic)
}

const purposeName = ({ t }: Reader, purpose: string) => t.conditions.purposes[purpose] ?? purpose
const channelName = ({ t }: Reader, channel: string) => t.conditions.channels[channel] ?? channel

export const readConsent = (reader: Reader, { purpose, channel, states, asOf }: ConsentDraft): string => {
  const { conditionReading: words, conditions } = reader.t
  const said = states.map((state) => conditions.consentStates[state]).join(words.or)
  return words.consent(purposeName(reader, purpose), channel === '' ? '' : channelName(reader, channel), said, asOf)
}

export const readReach = (reader: Reader, { channel, purpose }: ReachDraft): string =>
  reader.t.conditionReading.reach(channelName(reader, channel), purpose === '' ? '' : purposeName(reader, purpose))

export const readMembership = (reader: Reader, { audience, membership, window }: AudienceDraft): string => {
  const name = reader.audienceName(audience)
  if (membership === 'now') return reader.t.reading.inAudience(name)
  return reader.t.conditionReading.membership[membership](name, readWindow(reader, window))
}

export const readSplit = ({ t }: Reader, { seed, from, to }: SplitDraft): string =>
  t.conditionReading.split(seed, share(from), share(to))

/** @param of whom it is taken of, in words */
export const readSample = ({ t, format }: Reader, { rule, size, share: part }: SampleDraft, of: string): string => {
  const { conditionReading: words } = t
  return rule === 'size' ? words.sampleSize(of, format.amount('', size ?? 0)) : words.sampleShare(of, share(part ?? 0))
}
