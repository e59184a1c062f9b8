import type { Formats } from '../i18n/numbers.ts'
import type { Text } from '../i18n/text.ts'
import type { ComparisonDraft, MatchDraft, OperandValue, Scalar, WindowDraft } from './draft.ts'

/** The parts that every reading of a condition is made of. */

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

export const listName = (reader: Reader, id: string) => reader.listName?.(id) ?? id
export const tagTitle = (reader: Reader, key: string) => reader.tagTitle?.(key) ?? key

/** An event's name with its filters. */
export const readMatch = (reader: Reader, { event, where }: Pick<MatchDraft, 'event' | 'where'>): string => {
  const { reading, eventNames } = reader.t
  const names: Readonly<Record<string, string>> = eventNames
  const filters = where.map((filter) => compare(reader, filter.property, filter, filter.property)).join(reading.and)
  const name = names[event] ?? event
  return filters === '' ? name : reading.eventWhere(name, filters)
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
export const compare = (
  reader: Reader,
  subject: string,
  { operator, value }: ComparisonDraft,
  name: string,
): string => {
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
