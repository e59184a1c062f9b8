import type { Definition } from '../../../src/audiences/contract.ts'
import type { Draft, EventDraft, GroupDraft, SampleDraft } from './draft.ts'
import { fromDefinition } from './draft-read.ts'
import { isComplete } from './draft-write.ts'
import {
  readConsent,
  readMembership,
  readRank,
  readReach,
  readSample,
  readSequence,
  readSplit,
} from './reading-conditions.ts'
import { compare, listName, type Reader, readMatch, readWindow, tagTitle } from './reading-parts.ts'

export type { Reader } from './reading-parts.ts'

/** A definition as a sentence that a marketer and a lawyer both understand. */
export const readDefinition = (reader: Reader, definition: Definition): string =>
  readDraft(reader, fromDefinition(definition))

/** The same for what is still being built; parts that lack something are read as an ellipsis. */
export const readDraft = (reader: Reader, draft: GroupDraft): string => {
  const { reading } = reader.t
  if (draft.children.length === 0) return draft.mode === 'all' ? reading.everybody : reading.nobody
  return reading.sentence(readGroup(reader, draft))
}

const readGroup = (reader: Reader, group: GroupDraft): string => {
  const { reading } = reader.t
  const parts = group.children.map((child) => readNode(reader, child, group.children.length > 1))
  return parts.join(group.mode === 'all' ? reading.and : reading.or)
}

const readNode = (reader: Reader, draft: Draft, among: boolean): string => {
  const { reading } = reader.t
  if (!isComplete(draft, false)) return '……'
  if (draft.kind === 'group') {
    const inner = readGroup(reader, draft)
    if (draft.negated) return reading.notGroup(inner)
    return among && draft.children.length > 1 ? reading.group(inner) : inner
  }
  if (draft.kind === 'event') return readEvent(reader, draft)
  if (draft.negated && draft.kind === 'list') return reader.t.conditionReading.outsideList(listName(reader, draft.list))
  if (draft.negated && draft.kind === 'audience' && draft.membership === 'now')
    return reading.outsideAudience(reader.audienceName(draft.audience))
  const sentence = readCondition(reader, draft)
  return draft.negated ? reading.not(sentence) : sentence
}

type Plain = Exclude<Draft, { kind: 'group' | 'event' }>

const readCondition = (reader: Reader, draft: Plain): string => {
  switch (draft.kind) {
    case 'trait':
      return compare(reader, reader.traitTitle(draft.trait), draft, draft.trait)
    case 'tag':
      return compare(reader, reader.t.conditionReading.tag(tagTitle(reader, draft.tag), draft.asOf), draft, draft.tag)
    case 'sequence':
      return readSequence(reader, draft)
    case 'rank':
      return readRank(reader, draft)
    case 'consent':
      return readConsent(reader, draft)
    case 'reach':
      return readReach(reader, draft)
    case 'audience':
      return readMembership(reader, draft)
    case 'list':
      return reader.t.conditionReading.list(listName(reader, draft.list))
    case 'split':
      return readSplit(reader, draft)
    case 'sample':
      return readSample(reader, draft, readPopulation(reader, draft))
    case 'raw':
      return reader.t.reading.raw
  }
}

const readEvent = (reader: Reader, draft: EventDraft): string => {
  const { reading, conditionReading } = reader.t
  const parts = { window: readWindow(reader, draft.window), event: readMatch(reader, draft) }
  if (draft.by === '' && draft.measure === 'did') return draft.negated ? reading.didNot(parts) : reading.did(parts)
  const sentence = readRule(reader, draft, parts)
  if (draft.by === '') return draft.negated ? reading.not(sentence) : sentence
  const keyed = draft.keys
    ? conditionReading.keys(sentence, draft.by, compare(reader, '', draft.keys, '').trim())
    : conditionReading.keyed(sentence, draft.by)
  return draft.negated ? reading.not(keyed) : keyed
}

const readRule = (reader: Reader, draft: EventDraft, parts: { window: string; event: string }): string => {
  const { reading } = reader.t
  switch (draft.measure) {
    case 'did':
      return reading.did(parts)
    case 'count':
      return reading.didTimes({ ...parts, often: compare(reader, '', draft.compare, '').trim() })
    default: {
      const subject = reading.measures[draft.measure](parts.event, draft.property)
      return reading.inWindow(parts.window, compare(reader, subject, draft.compare, draft.property))
    }
  }
}

/** Whom a sample is taken of. */
const readPopulation = (reader: Reader, { of }: SampleDraft): string =>
  of.children.length === 0 ? reader.t.conditions.everybody : readGroup(reader, of)
