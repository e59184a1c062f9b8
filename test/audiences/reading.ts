import type { TraitType } from '../../src/audiences/comparison.ts'
import type {
  AudienceCondition,
  ConsentCondition,
  Definition,
  EventCondition,
  EventMatch,
  RankCondition,
  SequenceCondition,
  Statistic,
  TagCondition,
  WindowCondition,
} from '../../src/audiences/definition-contract.ts'
import {
  at,
  type ConsentRow,
  consentRows,
  dayMs,
  type EventRow,
  eventRows,
  gone,
  hourMs,
  lists,
  merged,
  people,
  reachRows,
  refreshRows,
  type TagRow,
  type TraitRow,
  tagRows,
  tags,
  traitRows,
} from './facts.ts'

export type Comparison = Record<string, unknown>
const shanghaiMs = 8 * hourMs
const ofDay = (date: string) => Date.parse(`${date}T00:00:00+08:00`)
/** The same questions answered person by person, in plain JavaScript: no SQL, no bitmaps. */

export const period = (moment: string): [number, number] =>
  moment.length === 10 ? [ofDay(moment), ofDay(moment) + dayMs - 1] : [Date.parse(moment), Date.parse(moment)]
const calendar = (ms: number) => new Date(ms + shanghaiMs)
const monthsBack = (ms: number, months: number) => {
  const wall = calendar(ms)
  const target = new Date(Date.UTC(wall.getUTCFullYear(), wall.getUTCMonth() - months, 1))
  const last = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate()
  const time = (ms + shanghaiMs) % dayMs
  return target.getTime() + (Math.min(wall.getUTCDate(), last) - 1) * dayMs + time - shanghaiMs
}
const back = (span: string, now: number, sign = 1) => {
  const [count, unit] = span.split(' ') as [string, string]
  if (unit.startsWith('month')) return monthsBack(now, sign * Number(count))
  return now - sign * Number(count) * (unit.startsWith('day') ? dayMs : hourMs)
}
const windowOf = (window: string, now: number): [number, number] => {
  const wall = calendar(now)
  const today = now - ((now + shanghaiMs) % dayMs)
  if (window === 'today') return [today, now]
  if (window === 'yesterday') return [today - dayMs, today - 1]
  if (window === 'this week') return [today - ((wall.getUTCDay() + 6) % 7) * dayMs, now]
  if (window === 'this month') return [today - (wall.getUTCDate() - 1) * dayMs, now]
  return [back(window, now), now]
}

interface Value {
  exists: boolean
  text: string
  number: number | null
  flag: boolean | null
  moment: number | null
  type?: TraitType | undefined
}

const same = (value: Value, operand: unknown): boolean => {
  if (value.type === 'date' || value.type === 'datetime') {
    const [from, to] = period(String(operand))
    return value.moment !== null && value.moment >= from && value.moment <= to
  }
  if (typeof operand === 'number' && value.type !== 'string') return value.number === operand
  if (typeof operand === 'boolean') return value.flag === operand
  return value.text === String(operand)
}

const compareNaively = (value: Value, comparison: Comparison): boolean =>
  Object.entries(comparison).every(([operator, operand]) => {
    if (operator === 'exists') return value.exists === operand
    if (!value.exists) return false
    const [low, high] =
      typeof operand === 'number' ? [operand, operand] : typeof operand === 'string' ? period(operand) : [0, 0]
    const own = typeof operand === 'number' ? value.number : value.moment
    const isAnywhere = own !== null
    if (operator === 'is') return same(value, operand)
    if (operator === 'isNot') return !same(value, operand)
    if (operator === 'in') return (operand as unknown[]).some((one) => same(value, one))
    if (operator === 'notIn') return !(operand as unknown[]).some((one) => same(value, one))
    if (operator === 'gt' || operator === 'after') return isAnywhere && own > high
    if (operator === 'gte') return isAnywhere && own >= low
    if (operator === 'lt' || operator === 'before') return isAnywhere && own < low
    if (operator === 'lte') return isAnywhere && own <= high
    if (operator === 'between') {
      const [first, second] = operand as [unknown, unknown]
      return compareNaively(value, { gte: first }) && compareNaively(value, { lte: second })
    }
    if (operator === 'contains') return value.text.includes(String(operand))
    if (operator === 'notContains') return !value.text.includes(String(operand))
    if (operator === 'startsWith') return value.text.startsWith(String(operand))
    if (operator === 'endsWith') return value.text.endsWith(String(operand))
    if (value.moment === null) return false
    if (operator === 'olderThan') return value.moment < back(String(operand), at.getTime())
    const [from, to] =
      operator === 'withinLast'
        ? windowOf(String(operand), at.getTime())
        : [at.getTime(), back(String(operand), at.getTime(), -1)]
    return value.moment >= from && value.moment <= to
  })

const propertyValue = (properties: Record<string, unknown>, property: string | string[]): Value => {
  const raw = [property].flat().reduce<unknown>((below, key) => (below as Record<string, unknown>)?.[key], properties)
  const exists = raw !== undefined && raw !== null
  const text = typeof raw === 'object' ? JSON.stringify(raw) : String(raw)
  const isNumeric = typeof raw === 'number' || typeof raw === 'boolean' || /^-?\d+(\.\d+)?$/.test(text)
  const isDated = typeof raw === 'string' && /^\d{4}-/.test(raw)
  return {
    exists,
    text,
    number: exists && isNumeric ? Number(raw) : null,
    flag: text === 'true' ? true : text === 'false' ? false : null,
    moment: isDated ? period(raw)[0] : null,
  }
}

/** Hashes that order versions of one instant; the engine computes them, and the test asks it. */
export interface Ties {
  text: ReadonlyMap<string, number>
  values: ReadonlyMap<string, number>
}

const traitValueOf = (trait: string, versions: TraitRow[], ties: Ties): Value => {
  const order = (row: TraitRow) => [row.at.getTime(), ties.text.get(row.text) ?? 0] as const
  const latest = versions
    .filter((row) => row.trait === trait)
    .sort((a, b) => order(a)[0] - order(b)[0] || order(a)[1] - order(b)[1])
    .at(-1)
  if (!latest || latest.cleared) return { exists: false, text: '', number: null, flag: null, moment: null }
  const { type, text, number, moment } = latest
  // A date counts as its first moment in Shanghai.
  const shift = type === 'date' ? shanghaiMs : 0
  return {
    exists: true,
    type,
    text,
    number: type === 'boolean' ? null : number,
    flag: type === 'boolean' ? number === 1 : null,
    moment: moment && moment.getTime() - shift,
  }
}

interface Person {
  no: number
  traits: TraitRow[]
  events: EventRow[]
  tags: TagRow[]
  consents: ConsentRow[]
  kinds: ReadonlySet<string>
}

const windowKeysOf = ({ within, between, since, until }: WindowCondition): [number, number] =>
  within !== undefined
    ? windowOf(within, at.getTime())
    : [period(between?.[0] ?? since ?? '1950-01-01')[0], period(between?.[1] ?? until ?? '2200-01-01')[1]]

const number = (value: number): Value => ({ exists: true, text: '', number: value, flag: null, moment: null })

const matching = (row: EventRow, { event, where = [] }: EventMatch) =>
  row.event === event &&
  where.every(({ property, ...comparison }) => compareNaively(propertyValue(row.properties, property), comparison))

const inWindow = (row: EventRow, window: WindowCondition) => {
  const [from, to] = windowKeysOf(window)
  return row.ts.getTime() >= from && row.ts.getTime() <= to
}

const inOrder = (rows: readonly EventRow[]) =>
  rows.toSorted((a, b) => a.ts.getTime() - b.ts.getTime() || a.hash - b.hash)

/** What the events of one customer, or of one customer and key, must be like. */
const ruleHolds = (definition: EventCondition, done: readonly EventRow[]): boolean => {
  const { count, first, last } = definition
  const aggregates = (['sum', 'avg', 'min', 'max'] as const).flatMap((kind) => {
    const condition = definition[kind]
    if (!condition) return []
    const { property, ...comparison } = condition
    const values = done
      .map(({ properties }) => propertyValue(properties, property).number)
      .filter((value) => value !== null)
    const sum = values.reduce((a, b) => a + b, 0)
    const value = { sum, avg: sum / values.length, min: Math.min(...values), max: Math.max(...values) }[kind]
    return [values.length > 0 && compareNaively(number(value), comparison)]
  })
  const ends = [
    [first, done.at(0)],
    [last, done.at(-1)],
  ].flatMap(([rule, row]) => {
    if (!rule) return []
    if (!row) return [false]
    const { ts, properties } = row as EventRow
    if ('property' in rule) {
      const { property, ...comparison } = rule
      return [compareNaively(propertyValue(properties, property), comparison)]
    }
    const moment: Value = { exists: true, type: 'datetime', text: '', number: null, flag: null, moment: ts.getTime() }
    return [compareNaively(moment, rule as Comparison)]
  })
  const counted = count
    ? compareNaively(number(done.length), count)
    : aggregates.length + ends.length > 0 || done.length > 0
  return counted && [...aggregates, ...ends].every(Boolean)
}

const byKey = (rows: readonly EventRow[], property: string | string[]): EventRow[][] => {
  const groups = new Map<string, EventRow[]>()
  for (const row of rows) {
    const { exists, text } = propertyValue(row.properties, property)
    if (exists) groups.set(text, [...(groups.get(text) ?? []), row])
  }
  return [...groups.values()]
}

const eventHolds = (definition: EventCondition, { events }: Person): boolean => {
  const { did = true, by, keys } = definition
  const done = inOrder(events.filter((row) => matching(row, definition) && inWindow(row, definition)))
  if (by === undefined) return ruleHolds(definition, done) === did
  const found = byKey(done, by).filter((group) => ruleHolds(definition, group)).length
  return compareNaively(number(found), keys ?? { gte: 1 }) === did
}

const gapMs = (span: string | undefined) => {
  if (span === undefined) return Number.POSITIVE_INFINITY
  const [count, unit] = span.split(' ') as [string, string]
  const lengths: Record<string, number> = { minute: 60_000, hour: hourMs, day: dayMs, week: 7 * dayMs }
  return Number(count) * (lengths[unit.replace(/s$/, '')] ?? Number.NaN)
}

/** Every way of choosing events for the steps, tried one after another. */
const sequenceHolds = (definition: SequenceCondition, { events }: Person): boolean => {
  const { sequence, overall, by } = definition
  const rows = inOrder(events.filter((row) => inWindow(row, definition)))
  const follows = (chosen: readonly number[], rows: readonly EventRow[]): boolean => {
    const step = sequence[chosen.length]
    if (!step) return true
    const last = chosen.at(-1)
    const time = (index: number | undefined) => rows[index ?? 0]?.ts.getTime() ?? 0
    const { within, without = [] } = step
    if (step.did === false) {
      const end = time(last) + gapMs(within)
      const next = rows.some((row, i) => i > (last ?? -1) && row.ts.getTime() <= end && matching(row, step))
      return end <= at.getTime() && !next
    }
    return rows.some((row, i) => {
      if (!matching(row, step)) return false
      if (last !== undefined) {
        if (i <= last || time(i) - time(last) > gapMs(within)) return false
        if (time(i) - time(chosen[0]) > gapMs(overall)) return false
        const between = rows.slice(last + 1, i)
        if (between.some((other) => without.some((match) => matching(other, match)))) return false
      }
      return follows([...chosen, i], rows)
    })
  }
  return by === undefined ? follows([], rows) : byKey(rows, by).some((group) => follows([], group))
}

const latestTag = (key: string, asOf: string | undefined, rows: readonly TagRow[], ties: Ties): TagRow | undefined => {
  const until = asOf === undefined ? at.getTime() : period(asOf)[1]
  const tie = ({ values }: TagRow) => ties.values.get(JSON.stringify(values)) ?? 0
  return rows
    .filter((row) => row.tag_no === tags.get(key)?.no && row.at.getTime() <= until)
    .sort((a, b) => a.at.getTime() - b.at.getTime() || a.run - b.run || tie(a) - tie(b))
    .at(-1)
}

const tagHolds = ({ tag, asOf, ...comparison }: TagCondition, person: Person, ties: Ties): boolean => {
  const row = latestTag(tag, asOf, person.tags, ties)
  const type = tags.get(tag)?.type
  const values = (row?.values ?? []).map((text): Value => {
    const moment = type === 'date' ? ofDay(text) : null
    return { exists: true, type, text, number: type === 'number' ? Number(text) : null, flag: null, moment }
  })
  const none: Value = { exists: false, text: '', number: null, flag: null, moment: null }
  return Object.entries(comparison).every(([operator, operand]) => {
    const one = { [operator]: operand }
    if (values.length === 0) return compareNaively(none, one)
    const negative = ['isNot', 'notIn', 'notContains'].includes(operator)
    return negative
      ? values.every((value) => compareNaively(value, one))
      : values.some((value) => compareNaively(value, one))
  })
}

const consentOf = ({ consent: { purpose, channel = '' }, asOf }: ConsentCondition, { consents }: Person) => {
  const until = asOf === undefined ? at.getTime() : period(asOf)[1]
  const words = consents
    .filter((row) => row.purpose === purpose && ['', channel].includes(row.channel) && row.at.getTime() <= until)
    .sort((a, b) => a.at.getTime() - b.at.getTime() || a.id - b.id)
  return words.at(-1)?.status ?? 'none'
}

const statisticOf = (of: Statistic, person: Person, ties: Ties): number | null => {
  if ('tag' in of) return latestTag(of.tag, of.asOf, person.tags, ties)?.number ?? null
  if ('trait' in of) {
    const value = traitValueOf(of.trait, person.traits, ties)
    return value.moment ?? value.number
  }
  const done = inOrder(person.events.filter((row) => matching(row, of) && inWindow(row, of)))
  const property = of.sum ?? of.avg ?? of.min ?? of.max ?? of.first ?? of.last
  if (property === undefined) return done.length === 0 ? null : done.length
  const values = done.map((row) => propertyValue(row.properties, property).number).filter((value) => value !== null)
  if (values.length === 0) return null
  const sum = values.reduce((a, b) => a + b, 0)
  if (of.sum !== undefined) return sum
  if (of.avg !== undefined) return sum / values.length
  if (of.min !== undefined) return Math.min(...values)
  if (of.max !== undefined) return Math.max(...values)
  return (of.first === undefined ? values.at(-1) : values.at(0)) ?? null
}

const ranked = (node: RankCondition, everybody: readonly Person[], ties: Ties): number[] => {
  const rising = everybody
    .flatMap((person) =>
      ((value) => (value === null ? [] : [{ no: person.no, value }]))(statisticOf(node.of, person, ties)),
    )
    .sort((a, b) => a.value - b.value || a.no - b.no)
  if ('bottom' in node) return rising.slice(0, node.bottom).map(({ no }) => no)
  if ('top' in node)
    return rising
      .sort((a, b) => b.value - a.value || a.no - b.no)
      .slice(0, node.top)
      .map(({ no }) => no)
  const [low, high] = node.percentile
  const n = rising.length
  return rising.filter((_, i) => (i + 1) * 100 > low * n && (i + 1) * 100 <= high * n).map(({ no }) => no)
}

/** FNV-1a in its form with shifts, as GrowthBook had it first. */
const fnv = (text: string): number => {
  let hash = 0x811c9dc5
  for (const unit of text.split('')) {
    hash ^= unit.charCodeAt(0)
    hash += (hash << 1) + (hash << 4) + (hash << 7) + (hash << 8) + (hash << 24)
  }
  return hash >>> 0
}
const hashOf = (seed: string, no: number) => fnv(String(fnv(seed + String(no))))

const channelKinds: Readonly<Record<string, readonly string[]>> = {
  sms: ['phone'],
  call: ['phone'],
  email: ['email'],
  wechat: ['wechatOpenId'],
  push: ['deviceId'],
  ads: ['phone', 'deviceId'],
}

/** The refreshes that were shown, replayed one after another. */
const storedMembers = ({ member, entered, left }: AudienceCondition): number[] => {
  const [from, to] = windowKeysOf(entered ?? left ?? {})
  let present = new Set<number>()
  const found = new Set<number>()
  for (const { refresh, at, members, moves } of refreshRows) {
    if ([3, 6, 7].includes(refresh) || refresh > 9) continue
    const before = present
    present = new Set(members ?? before)
    for (const { no, entered } of moves ?? []) {
      if (entered === 1) present.add(no)
      else present.delete(no)
    }
    if (at.getTime() < from || at.getTime() > to) continue
    if (entered || member === 'ever') for (const no of present.difference(before)) found.add(no)
    if (left) for (const no of before.difference(present)) found.add(no)
  }
  return [...(member === 'at last refresh' ? present : found)]
}

export interface Reader {
  merges: boolean
  audiences: ReadonlyMap<string, Definition>
  ties: Ties
}

/** Whom a definition means, ascending. */
export const membersNaively = (definition: Definition, { merges, audiences, ties }: Reader): number[] => {
  const owner = (no: number) => (merges ? (merged.get(no) ?? no) : no)
  const own = <R extends { no: number }>(rows: readonly R[], no: number) => rows.filter((row) => owner(row.no) === no)
  const everybody = people
    .filter((no) => !gone.has(no) && owner(no) === no)
    .map(
      (no): Person => ({
        no,
        traits: own(traitRows, no),
        events: own(eventRows, no),
        tags: own(tagRows, no),
        consents: own(consentRows, no),
        kinds: new Set(own(reachRows, no).flatMap(({ kinds }) => [...kinds])),
      }),
    )
  const who = (holds: (person: Person) => boolean) => new Set(everybody.filter(holds).map(({ no }) => no))
  const find = (node: Definition): ReadonlySet<number> => {
    if ('all' in node) return ((sets) => who(({ no }) => sets.every((set) => set.has(no))))(node.all.map(find))
    if ('any' in node) return ((sets) => who(({ no }) => sets.some((set) => set.has(no))))(node.any.map(find))
    if ('not' in node) return ((set) => who(({ no }) => !set.has(no)))(find(node.not))
    if ('audience' in node) {
      const { member, entered, left } = node
      if (!member && !entered && !left) return find(audiences.get(node.audience) as Definition)
      const members = new Set(storedMembers(node).map(owner))
      return who(({ no }) => members.has(no))
    }
    if ('trait' in node) {
      const { trait, ...comparison } = node
      return who(({ traits }) => compareNaively(traitValueOf(trait, traits, ties), comparison))
    }
    if ('event' in node) return who((person) => eventHolds(node, person))
    if ('sequence' in node) return who((person) => sequenceHolds(node, person))
    if ('tag' in node) return who((person) => tagHolds(node, person, ties))
    if ('reachable' in node)
      return who((person) => {
        const { reachable: channel, consent } = node
        if (!channelKinds[channel]?.some((kind) => person.kinds.has(kind))) return false
        return !consent || consentOf({ consent: { ...consent, channel } }, person) === 'granted'
      })
    if ('consent' in node) return who((person) => (node.in ?? [node.is]).includes(consentOf(node, person)))
    if ('list' in node) {
      const members = new Set(lists.get(node.list)?.map(owner))
      return who(({ no }) => members.has(no))
    }
    if ('split' in node) {
      const { seed, from, to } = node.split
      return who(({ no }) => ((place) => place >= from && place < to)((hashOf(seed, no) % 10_000) / 10_000))
    }
    if ('sample' in node) {
      const { of, share, size, seed } = node.sample
      const from = find(of)
      if (share !== undefined) return who(({ no }) => from.has(no) && (hashOf(seed, no) % 10_000) / 10_000 < share)
      return new Set([...from].sort((a, b) => hashOf(seed, a) - hashOf(seed, b) || a - b).slice(0, size))
    }
    return new Set(ranked(node, everybody, ties))
  }
  return [...find(definition)].sort((a, b) => a - b)
}
