import type { Definition } from '../../../src/audiences/contract.ts'
import type { Formats } from '../i18n/numbers.ts'
import type { Text } from '../i18n/text.ts'
import type {
  ComparisonDraft,
  Draft,
  EventDraft,
  GroupDraft,
  MatchDraft,
  OperandValue,
  Scalar,
  WindowDraft,
} from './draft.ts'
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

export interface Reader {
  t: Text
  format: Pick<Formats, 'amount'>
  /** A trait's name for people. */
  traitTitle: (name: string) => string
  /** An audience's name. */
  audienceName: (id: string) => string
  /** A tag's title; its key without this. `useReader` makes a reader that has all. */
  tagTitle?: (key: string) => string
  listName?: (id: string) => string
}

/** A definition as a sentence that a marketer and a lawyer both understand. */
export const readDefinition = (reader: Reader, definition: Definition): string =>
  readDraft(reader, fromDefinition(definition))

/** The same for what is still being built; parts that lack something are read as an ellipsis. */
export const readDraft = (reader: Reader, draft: GroupDraft): string => {
  const { reading } = reader.t
  if (draft.children.length === 0) return draft.mode === 'all' ? reading.everybody : reading.nobody
  return reading.sentence(readGroup(reader, draft))
}

export const readGroup = (reader: Reader, group: GroupDraft): string => {
  const { reading } = reader.t
  const parts = group.children.map((child) => readNode(reader, child, group.children.length > 1))
  return parts.join(group.mode === 'all' ? reading.and : reading.or)
}

const readNode = (reader: Reader, draft: Draft, among: boolean): string => {
  const { reading } = reader.t
  if (!isComplete(draft, false)) return '……'
  switch (draft.kind) {
    case 'group': {
      const inner = readGroup(reader, draft)
      if (draft.negated) return reading.notGroup(inner)
      return among && draft.children.length > 1 ? reading.group(inner) : inner
    }
    case 'event':
      return readEvent(reader, draft)
    case 'list':
      if (draft.negated) return reader.t.conditionReading.outsideList(listName(reader, draft.list))
      break
    case 'audience':
      if (draft.membership === 'now' && draft.negated)
        return reading.outsideAudience(reader.audienceName(draft.audience))
  }
  const sentence = readCondition(reader, draft)
  return draft.negated ? reading.not(sentence) : sentence
}

const listName = (reader: Reader, id: string) => reader.listName?.(id) ?? id
export const tagTitle = (reader: Reader, key: string) => reader.tagTitle?.(key) ?? key

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
      return readSample(reader, draft)
    case 'raw':
      return reader.t.reading.raw
  }
}

/** An event's name with its filters. */
export const readMatch = (reader: Reader, { event, where }: Pick<MatchDraft, 'event' | 'where'>): string => {
  const { reading, eventNames } = reader.t
  const names: Readonly<Record<string, string>> = eventNames
  const filters = where.map((filter) => compare(reader, filter.property, filter, filter.property)).join(reading.and)
  const name = names[event] ?? event
  return filters === '' ? name : reading.eventWhere(name, filters)
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

export const readWindow = (reader: Reader, window: WindowDraft): string => {
  const { reading } = reader.t
  switch (window.kind) {
    case 'ever':
      return ''
    case 'within':
      return reading.lastSpan(readSpan(reader, window.within))
    case 'between':
      return reading.betweenDays(day(window.from), day(window.to))
    case 'since':
      return reading.sinceDay(day(window.since))
    case 'until':
      return reading.untilDay(day(window.until))
  }
}

const day = (moment: string) => moment.slice(0, 10)

/** `30 days` → 30 天; `this month` → 本月. */
export const readSpan = (reader: Reader, span: string): string => {
  const { calendar, units } = reader.t.reading
  const words: Readonly<Record<string, string>> = calendar
  const [amount = '', unit = ''] = span.split(' ')
  const unitWords: Readonly<Record<string, (amount: string) => string>> = units
  return words[span] ?? unitWords[unit.replace(/s$/, '')]?.(amount) ?? span
}

const spanOperators = ['withinLast', 'withinNext', 'olderThan']

const isList = (value: OperandValue): value is Exclude<OperandValue, Scalar | undefined> => Array.isArray(value)

/** @param name of the trait or property: money is read in yuan */
const compare = (reader: Reader, subject: string, { operator, value }: ComparisonDraft, name: string): string => {
  const { reading } = reader.t
  const one = (scalar: Scalar | undefined): string => {
    if (typeof scalar === 'number') return reader.format.amount(name, scalar)
    if (typeof scalar === 'boolean') return reader.t.ui.yesNo(scalar)
    const text = scalar ?? ''
    if (spanOperators.includes(operator)) return readSpan(reader, text)
    return /^\d{4}-\d{2}-\d{2}/.test(text) ? text : reading.quote(text)
  }
  if (isList(value)) {
    const [low, high] = value
    if (operator === 'between') return reading.compare.between(subject, reading.range(one(low), one(high)))
    return reading.compare[operator](subject, value.map(one).join(reading.listed))
  }
  const shown = one(value)
  if (operator === 'is' && typeof value === 'boolean') return reading.compare.holds(subject, shown)
  if (operator === 'is' && typeof value === 'number') return reading.compare.equals(subject, shown)
  return reading.compare[operator](subject, shown)
}
