import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import test, { after, before } from 'node:test'
import fc from 'fast-check'
import { type ClickHouse, ch, migrateClickHouse, openClickHouse, Problem } from '#platform'
import { startCluster } from '../../test/support/clickhouse-cluster.ts'
import type { TraitType } from './comparison.ts'
import { compile, type World } from './condition.ts'
import { type Definition, definitionIssues, definitionLimits, type EventCondition } from './definition-contract.ts'

const at = new Date('2026-03-31T02:03:04.567Z')
const hourMs = 3_600_000
const dayMs = 24 * hourMs
const day = (days: number, ms = 0) => new Date(at.getTime() + days * dayMs + ms)

// ——— A small world with sharp edges: ties, cleared values, merges, the erased, instants a millisecond apart ———

interface TraitRow {
  trait: string
  no: number
  at: Date
  type: TraitType
  text: string
  number: number | null
  moment: Date | null
  cleared: boolean
}
interface EventRow {
  event: string
  no: number
  ts: Date
  hash: number
  properties: Record<string, unknown>
}

const random = (() => {
  let state = 20260331
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
})()
const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T

const types: ReadonlyMap<string, TraitType> = new Map<string, TraitType>([
  ['marital', 'string'],
  ['age', 'integer'],
  ['income', 'number'],
  ['vip', 'boolean'],
  ['birthday', 'date'],
  ['registeredAt', 'datetime'],
])
const maritals = ['married', 'single', 'divorced', '', "o'Brien\\%", '已婚']
const ages = [17, 18, 34, 35, 36, 49, 50, 51, 0, -1]
const incomes = [0, 0.25, 1000.5, 4_000_000, 9_007_199_254_740_991]
const birthdays = ['1990-03-31', '1990-03-30', '2026-03-31', '2026-03-30', '2026-03-01', '2026-02-28']
// 30 days, a month and three months before `at`, today's and this month's first moment in Shanghai, each a millisecond about.
const edges = [day(-30), day(-1), day(0), new Date('2026-02-28T02:03:04.567Z'), new Date('2025-12-31T02:03:04.567Z')]
  .concat([new Date('2026-03-30T16:00:00Z'), new Date('2026-02-28T16:00:00Z'), new Date('2026-03-29T16:00:00Z')])
  .flatMap((edge) => [-1, 0, 1].map((ms) => new Date(edge.getTime() + ms)))
const channels = ['app', 'web', 'wechat', '微信', '']
const amounts = [0, 1, 4999.5, 5000, 5000.25, 9_007_199_254_740_991]
const eventNames = ['loan_viewed', 'loan_applied', '$page'] as const

const people = Array.from({ length: 60 }, (_, i) => i + 1)
const gone = new Set([5, 17, 41])
const merged = new Map([
  [7, 8],
  [9, 8],
  [20, 21],
  [30, 5],
  [33, 34],
])
const unmerged = [50]

const traitValue = (trait: string): Pick<TraitRow, 'text' | 'number' | 'moment'> => {
  if (trait === 'marital') return { text: pick(maritals), number: null, moment: null }
  if (trait === 'vip') return ((yes) => ({ text: String(yes), number: yes ? 1 : 0, moment: null }))(random() < 0.5)
  if (trait === 'birthday') return ((text) => ({ text, number: null, moment: new Date(text) }))(pick(birthdays))
  if (trait === 'registeredAt') return ((moment) => ({ text: moment.toISOString(), number: null, moment }))(pick(edges))
  const number = pick(trait === 'age' ? ages : incomes)
  return { text: String(number), number, moment: null }
}

const traitRows: TraitRow[] = people.flatMap((no) =>
  [...types].flatMap(([trait, type]) => {
    const versions = [day(-3), day(-2), day(-1)].filter(() => random() < 0.4)
    return versions.map((versionAt) => {
      const cleared = random() < 0.15
      const value = cleared ? { text: '', number: null, moment: null } : traitValue(trait)
      return { trait, no, at: versionAt, type, cleared, ...value }
    })
  }),
)

const eventRows: EventRow[] = Array.from({ length: 400 }, (_, i) => {
  // Not in the order of insertion, so that ties are decided by it and not by chance.
  const hash = (i * 7919) % 10_007
  const properties: Record<string, unknown> = {}
  if (random() < 0.7) properties['amount'] = pick([...amounts, '5000', 'much', null, true])
  if (random() < 0.7) properties['channel'] = pick([...channels, null])
  if (random() < 0.4)
    properties['due'] = pick(['2026-03-31', '2026-03-30T16:00:00Z', 'soon', '2026-04-30T00:00:00+08:00'])
  if (random() < 0.4) properties['plan'] = pick([{ tier: 'gold' }, { tier: 'tin', level: 3 }, {}])
  if (random() < 0.3) properties['a.b"\'\\'] = pick([1, 'x'])
  // Few instants, so that first and last often tie. Some people have no events at all.
  return { event: pick(eventNames), no: pick(people.slice(0, 45)), ts: pick(edges), hash, properties }
})

// Of two events at one instant the one with the smaller hash is first, whichever was stored first.
for (const [channel, hash] of [
  ['web', 20_002],
  ['app', 20_001],
  ['wechat', 20_003],
] as const)
  eventRows.push({ event: 'tied', no: 1, ts: at, hash, properties: { channel } })

const stamp = (date: Date) => date.toISOString().replace('T', ' ').replace('Z', '')
const migrations = pathOf(import.meta.dirname, '../../migrations/clickhouse')

/** Tables of the migrations with the small world in them. */
const fill = async (engine: ClickHouse): Promise<void> => {
  await migrateClickHouse(engine, { dir: migrations })
  const insert = (table: string, rows: readonly Record<string, unknown>[]) =>
    engine.insert(table, rows, { columns: Object.keys(rows[0] ?? {}) })
  const events = eventRows.map(({ event, no, ts, hash, properties }) => ({
    event,
    customer_no: no,
    ts: stamp(ts),
    message_hash: hash,
    properties: JSON.stringify(properties),
  }))
  const traits = traitRows.map(({ trait, no, at, type, text, number, moment, cleared }) => ({
    trait,
    customer_no: no,
    at: stamp(at),
    type,
    text,
    number,
    moment: moment && stamp(moment),
    cleared: cleared ? 1 : 0,
  }))
  const customer = (customer_no: number, live: number, version: number) => ({ customer_no, live, version })
  await insert('events', events)
  await insert('traits', traits)
  await insert(
    'customers',
    people.map((no) => customer(no, 1, 1)),
  )
  await insert(
    'customers',
    [...gone].map((no) => customer(no, 0, 2)),
  )
  await insert('customer_overrides', [
    ...[...merged].map(([from_no, to_no]) => ({ from_no, to_no, version: 1 })),
    ...unmerged.map((no) => ({ from_no: no, to_no: 51, version: 1 })),
  ])
  await insert(
    'customer_overrides',
    unmerged.map((no) => ({ from_no: no, to_no: no, version: 2 })),
  )
  await engine.command('system reload dictionary customer_override')
}

let directory = ''
let embedded: ClickHouse
let hashOf: ReadonlyMap<string, number> = new Map()

before(async () => {
  directory = await mkdtemp(pathOf(tmpdir(), 'zhiyin-condition-'))
  embedded = await openClickHouse({ dir: directory, database: 'zhiyin' })
  await fill(embedded)
  const texts = [...new Set(traitRows.map((row) => row.text))]
  const hashes = await embedded.rows<{ text: string; hash: number }>(
    ch.sql`select text, toUInt32(cityHash64(text) % 65536) as hash from (select arrayJoin(${ch.strings(texts)}) as text)`,
  )
  hashOf = new Map(hashes.map(({ text, hash }) => [text, hash]))
})

after(async () => {
  await embedded.close()
  await rm(directory, { recursive: true, force: true })
})

const world = (over: Partial<World> = {}): World => ({
  at,
  zone: 'Asia/Shanghai',
  merges: true,
  traits: types,
  audiences: new Map(),
  ...over,
})
const membersOf = async (definition: Definition, over: Partial<World> = {}, engine = embedded) =>
  (await engine.rows<{ customer_no: number }>(compile(definition, world(over)).customerNos)).map(
    ({ customer_no }) => customer_no,
  )

// ——— The same question answered person by person, in plain JavaScript ———

type Comparison = Record<string, unknown>
const shanghaiMs = 8 * hourMs
const ofDay = (date: string) => Date.parse(`${date}T00:00:00+08:00`)
const period = (moment: string): [number, number] =>
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

const traitValueOf = (trait: string, versions: TraitRow[]): Value => {
  const order = (row: TraitRow) => [row.at.getTime(), hashOf.get(row.text) ?? 0] as const
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

const holds = (
  definition: Definition,
  person: { traits: TraitRow[]; events: EventRow[] },
  audiences: World['audiences'],
): boolean => {
  if ('all' in definition) return definition.all.every((child) => holds(child, person, audiences))
  if ('any' in definition) return definition.any.some((child) => holds(child, person, audiences))
  if ('not' in definition) return !holds(definition.not, person, audiences)
  if ('audience' in definition) return holds(audiences.get(definition.audience) as Definition, person, audiences)
  if ('trait' in definition) {
    const { trait, ...comparison } = definition
    return compareNaively(traitValueOf(trait, person.traits), comparison)
  }
  const { event, did = true, count, first, last, where = [], within, between, since, until } = definition
  const [from, to] =
    within !== undefined
      ? windowOf(within, at.getTime())
      : [period(between?.[0] ?? since ?? '1950-01-01')[0], period(between?.[1] ?? until ?? '2200-01-01')[1]]
  const done = person.events
    .filter((row) => row.event === event && row.ts.getTime() >= from && row.ts.getTime() <= to)
    .filter(({ properties }) =>
      where.every(({ property, ...comparison }) => compareNaively(propertyValue(properties, property), comparison)),
    )
    .sort((a, b) => a.ts.getTime() - b.ts.getTime() || a.hash - b.hash)
  const number = (value: number): Value => ({ exists: true, text: '', number: value, flag: null, moment: null })
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
  return (counted && [...aggregates, ...ends].every(Boolean)) === did
}

const membersNaively = (definition: Definition, merges = true, audiences: World['audiences'] = new Map()) => {
  const owner = (no: number) => (merges ? (merged.get(no) ?? no) : no)
  return people
    .filter((no) => !gone.has(no) && owner(no) === no)
    .filter((no) =>
      holds(
        definition,
        {
          traits: traitRows.filter((row) => owner(row.no) === no),
          events: eventRows.filter((row) => owner(row.no) === no),
        },
        audiences,
      ),
    )
}

// ——— Definitions at random ———

const optional = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>
const oneOperator = (model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Comparison> =>
  fc.oneof(...Object.entries(model).map(([operator, operand]) => operand.map((value) => ({ [operator]: value }))))
const pair = (values: readonly (string | number)[]) =>
  fc
    .tuple(fc.constantFrom(...values), fc.constantFrom(...values))
    .map((both) => both.sort((a, b) => (typeof a === 'string' ? period(a)[0] - period(String(b))[0] : a - Number(b))))

const texts = (values: readonly string[]) =>
  oneOperator({
    is: fc.constantFrom(...values),
    isNot: fc.constantFrom(...values),
    in: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
    notIn: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
    contains: fc.constantFrom('r', 'a', '微', "'"),
    notContains: fc.constantFrom('r', 'a', '婚'),
    startsWith: fc.constantFrom('m', 's', 'we', '微'),
    endsWith: fc.constantFrom('d', 'e', 'b', '婚', '%'),
    exists: fc.boolean(),
  })
const numbers = (values: readonly number[]) =>
  oneOperator({
    is: fc.constantFrom(...values),
    isNot: fc.constantFrom(...values),
    in: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
    notIn: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
    gt: fc.constantFrom(...values),
    gte: fc.constantFrom(...values),
    lt: fc.constantFrom(...values),
    lte: fc.constantFrom(...values),
    between: pair(values),
    exists: fc.boolean(),
  })
const dates = ['2026-03-31', '2026-03-30', '2026-03-01', '2026-02-28', '1990-03-31']
const instants = edges
  .map((edge) => edge.toISOString())
  .concat('2026-03-31T00:00:00+08:00', '2026-03-01T00:00:00+08:00')
const windows = ['30 days', '24 hours', '1 month', '3 months', 'today', 'yesterday', 'this week', 'this month']
const spans = ['30 days', '24 hours', '1 month', '3 months']
const momentOperators = {
  before: fc.constantFrom(...dates, ...instants),
  after: fc.constantFrom(...dates, ...instants),
  withinLast: fc.constantFrom(...windows),
  withinNext: fc.constantFrom(...spans),
  olderThan: fc.constantFrom(...spans),
}
const moments = oneOperator({
  ...momentOperators,
  is: fc.constantFrom(...dates),
  isNot: fc.constantFrom(...dates),
  in: fc.uniqueArray(fc.constantFrom(...dates, ...instants), { minLength: 1 }),
  gt: fc.constantFrom(...dates, ...instants),
  gte: fc.constantFrom(...dates, ...instants),
  lt: fc.constantFrom(...dates, ...instants),
  lte: fc.constantFrom(...dates, ...instants),
  between: pair([...dates, ...instants]),
  exists: fc.boolean(),
})

const traitCondition = fc.oneof(
  texts(maritals).map((comparison) => ({ trait: 'marital', ...comparison })),
  numbers(ages).map((comparison) => ({ trait: 'age', ...comparison })),
  fc.tuple(fc.constantFrom(...ages), fc.constantFrom(...ages)).map(([gt, lte]) => ({ trait: 'age', gt, lte })),
  numbers(incomes).map((comparison) => ({ trait: 'income', ...comparison })),
  oneOperator({ is: fc.boolean(), isNot: fc.boolean() }).map((comparison) => ({ trait: 'vip', ...comparison })),
  moments.map((comparison) => ({ trait: 'birthday', ...comparison })),
  moments.map((comparison) => ({ trait: 'registeredAt', ...comparison })),
  fc.boolean().map((exists) => ({ trait: 'nowhere', exists })),
)
const propertyComparison = fc.oneof(
  numbers(amounts).map((comparison) => ({ property: 'amount', ...comparison })),
  texts(channels).map((comparison) => ({ property: 'channel', ...comparison })),
  fc.constantFrom('gold', 'tin').map((is) => ({ property: ['plan', 'tier'], is })),
  fc.boolean().map((exists) => ({ property: ['plan', 'level'], exists })),
  fc.constantFrom(1, 'x').map((is) => ({ property: 'a.b"\'\\', is })),
  oneOperator(momentOperators).map((comparison) => ({ property: 'due', ...comparison })),
)
const count = fc.oneof(
  oneOperator(
    Object.fromEntries(['is', 'isNot', 'gt', 'gte', 'lt', 'lte'].map((operator) => [operator, fc.nat({ max: 4 })])),
  ),
  pair([0, 1, 2, 3]).map((between) => ({ between })),
)
const aggregate = numbers(amounts)
  .filter((comparison) => !('exists' in comparison || 'in' in comparison || 'notIn' in comparison))
  .map((comparison) => ({ property: 'amount', ...comparison }))
const occurrence = fc.oneof(propertyComparison, oneOperator(momentOperators))
const eventCondition = fc
  .tuple(
    fc.constantFrom(...eventNames, 'never_happened'),
    fc.oneof(
      fc.constant({}),
      fc.constantFrom(...windows).map((within) => ({ within })),
      pair([...dates, ...instants]).map((between) => ({ between })),
      optional({ since: fc.constantFrom(...dates, ...instants), until: fc.constantFrom(...dates, ...instants) }),
    ),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant({}) },
      { weight: 3, arbitrary: count.map((count) => ({ count })) },
      fc.constantFrom('sum', 'avg', 'min', 'max').chain((kind) => aggregate.map((rule) => ({ [kind]: rule }))),
      fc.constantFrom('first', 'last').chain((end) => occurrence.map((rule) => ({ [end]: rule }))),
      fc.tuple(count, occurrence).map(([count, last]) => ({ count, last })),
    ),
    optional({ did: fc.boolean(), where: fc.array(propertyComparison, { maxLength: 2 }) }),
  )
  .map(([event, window, measure, more]) => ({ event, ...window, ...measure, ...more }) as unknown as EventCondition)

const named = '7f3b1c7e-8f0a-4c58-9a55-0d6c3f2e9b11'
const { definition: anyDefinition } = fc.letrec<{ definition: Definition }>((tie) => ({
  definition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    traitCondition as fc.Arbitrary<Definition>,
    eventCondition as fc.Arbitrary<Definition>,
    fc.constant<Definition>({ audience: named }),
    fc.array(tie('definition'), { maxLength: 3 }).map((all) => ({ all })),
    fc.array(tie('definition'), { maxLength: 3 }).map((any) => ({ any })),
    tie('definition').map((not) => ({ not })),
  ),
}))

const audiences = new Map<string, Definition>([
  [
    named,
    {
      any: [
        { trait: 'age', gte: 35 },
        { event: 'loan_applied', within: '30 days' },
      ],
    },
  ],
])

// ——— Rules ———

const agrees = (numRuns: number, seed: number, merges: boolean, engine: () => ClickHouse) =>
  fc.assert(
    fc.asyncProperty(anyDefinition, async (definition) => {
      assert.deepEqual(definitionIssues(definition), [])
      const members = await membersOf(definition, { merges, audiences }, engine())
      assert.deepEqual(members, membersNaively(definition, merges, audiences))
    }),
    { numRuns, seed },
  )

test('a compiled definition finds whom a person-by-person reading finds, merges resolved', () =>
  agrees(300, 1, true, () => embedded))

test('a compiled definition finds whom a person-by-person reading finds, without merges', () =>
  agrees(150, 2, false, () => embedded))

test('on a cluster of two shards too, with merges across shards', async () => {
  const cluster = await startCluster({ shards: 2 })
  const engine = await openClickHouse({ urls: cluster.urls, cluster: cluster.name, database: 'zhiyin' })
  try {
    await fill(engine)
    await agrees(60, 3, true, () => engine)
    await agrees(30, 4, false, () => engine)
  } finally {
    await engine.close()
    await cluster.stop()
  }
})

test('an empty all is everybody alive, an empty any nobody', async () => {
  const alive = people.filter((no) => !gone.has(no))
  assert.deepEqual(await membersOf({ all: [] }, { merges: false }), alive)
  assert.deepEqual(
    await membersOf({ all: [] }),
    alive.filter((no) => !merged.has(no)),
  )
  assert.deepEqual(await membersOf({ any: [] }), [])
})

test('"did not" and "at most" include people without any event', async () => {
  const idle = people.slice(45).filter((no) => !gone.has(no))
  for (const definition of [
    { not: { event: 'loan_applied' } },
    { event: 'loan_applied', did: false },
    { event: 'loan_applied', count: { is: 0 } },
    { event: 'loan_applied', count: { lt: 2 } },
    { event: 'loan_applied', count: { between: [0, 3] as [number, number] } },
  ]) {
    const members = new Set(await membersOf(definition))
    assert.ok(
      idle.every((no) => members.has(no)),
      JSON.stringify(definition),
    )
  }
  assert.deepEqual(
    await membersOf({ event: 'loan_applied', did: false }),
    await membersOf({ event: 'loan_applied', count: { is: 0 } }),
  )
})

test('"is not" leaves out people without the value; "exists: false" finds exactly those', async () => {
  const married = await membersOf({ trait: 'marital', is: 'married' })
  const others = await membersOf({ trait: 'marital', isNot: 'married' })
  const none = await membersOf({ trait: 'marital', exists: false })
  const all = await membersOf({ all: [] })
  assert.deepEqual(
    [...married, ...others, ...none].sort((a, b) => a - b),
    all,
  )
  assert.ok(none.length > 0 && others.length > 0)
})

test('events of one instant are told apart by their message', async () => {
  for (const [end, is] of [
    ['first', 'app'],
    ['last', 'wechat'],
  ] as const)
    assert.deepEqual(await membersOf({ event: 'tied', [end]: { property: 'channel', is } }), [1])
})

test('size, bitmap and numbers of one definition agree', async () => {
  const adults: Definition = { trait: 'age', between: [18, 50] }
  const idle: Definition = { event: 'loan_viewed', count: { is: 0 } }
  const { size, members, customerNos, leaves } = compile({ all: [adults, { not: { any: [idle] } }] }, world())
  const numbers = await embedded.rows<{ customer_no: number }>(customerNos)
  const of = (await membersOf({ all: [] })).length
  const sizes = [(await membersOf(adults)).length, (await membersOf(idle)).length]
  assert.deepEqual(await embedded.rows(size), [{ size: numbers.length, of, sizes }])
  assert.deepEqual(leaves, ['all.0', 'all.1.not.any.0'])
  const nested = ch.sql`select toUInt32(bitmapCardinality(members)) as size from (${members})`
  assert.deepEqual(await embedded.rows(nested), [{ size: numbers.length }])
})

// ——— No string from a user enters SQL text ———

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
  fc.string({
    unit: fc.constantFrom("'", '"', '`', '\\', '{', '}', ':', ';', '-', '/', '*', '\n', '\t', '\0', '%', '?', '$'),
    minLength: 1,
  }),
  fc.constantFrom(
    "' or 1=1 --",
    "'); drop table customers; --",
    '{p0:String}',
    '{a:Identifier}',
    '\\N',
    '\\x27',
    '\\',
    '$$ select 1 $$',
    "\\' union all select 1",
    '/* */',
    'null',
    "']",
    '\u2028\ufeff',
  ),
)

const holding = (text: string): Definition => ({
  all: [
    { trait: text, is: text, isNot: text, in: [text, 'x'], notIn: [text], contains: text, startsWith: text },
    { not: { trait: text, notContains: text, endsWith: text } },
    {
      event: text,
      where: [
        { property: text, is: text, notIn: [text], contains: text, endsWith: text },
        { property: [text, text], exists: true },
      ],
      sum: { property: text, gte: 0 },
      first: { property: [text], isNot: text },
      within: '30 days',
    },
  ],
})

test('the text of the statement does not depend on names and values', () => {
  const textOf = (definition: Definition) => ch.render(compile(definition, world()).customerNos).text
  const plain = textOf(holding('plain'))
  fc.assert(
    fc.property(hostile, (text) => assert.equal(textOf(holding(text)), plain)),
    { numRuns: 2000, seed: 3 },
  )
  const placeholders = plain.replaceAll(/\{p\d+:[A-Za-z0-9(), ']+\}/g, '')
  assert.doesNotMatch(placeholders, /plain/)
})

test('2,000 hostile strings are compared, never executed', async () => {
  const strings = fc
    .sample(hostile, { numRuns: 2000, seed: 4 })
    .map((text) => text.toWellFormed().replaceAll('\0', '') || ' ')
  const places: ((text: string) => Definition)[] = [
    (text) => ({ trait: text, exists: true }),
    (text) => ({ trait: 'marital', in: [text, `${text}'`] }),
    (text) => ({ trait: 'marital', contains: `${text}''`, startsWith: text, endsWith: text }),
    (text) => ({ event: text }),
    (text) => ({ event: 'loan_viewed', where: [{ property: [text, text], is: text }] }),
    (text) => ({ event: 'loan_viewed', first: { property: text, is: text } }),
  ]
  for (let i = 0; i < strings.length; i += 200) {
    const batch = strings.slice(i, i + 200)
    const any = batch.slice(0, 24).map((text, j) => (places[j % places.length] ?? holding)(text))
    any.push({ trait: 'marital', in: batch })
    any.push({ event: 'loan_viewed', where: [{ property: 'channel', in: batch, startsWith: "'" }] })
    assert.deepEqual(await membersOf({ any }), [])
  }
})

// ——— What cannot be asked ———

const refusal = (definition: Definition, over: Partial<World> = {}) => {
  try {
    compile(definition, world(over))
  } catch (error) {
    if (error instanceof Problem) return { code: error.code, ...error.detail }
    throw error
  }
  return undefined
}

test("an operand that cannot be of the trait's type is refused with its path", () => {
  const all = (leaf: Definition): Definition => ({ all: [{ trait: 'vip', is: true }, leaf] })
  for (const [leaf, operator] of [
    [{ trait: 'age', is: 'old' }, 'is'],
    [{ trait: 'marital', gte: 5 }, 'gte'],
    [{ trait: 'age', before: '2026-01-01' }, 'before'],
    [{ trait: 'vip', in: ['yes'] }, 'in'],
    [{ trait: 'birthday', between: [1, 2] }, 'between'],
    [{ trait: 'marital', withinLast: '3 days' }, 'withinLast'],
    [{ trait: 'registeredAt', is: 'yesterday' }, 'is'],
  ] as [Definition, string][]) {
    const refused = refusal(all(leaf))
    assert.equal(refused?.code, 'audiences.unfit')
    assert.equal((refused as { path?: string }).path, `all.1.${operator}`)
  }
  assert.equal(refusal({ trait: 'age', is: '35' }), undefined)
  assert.equal(refusal({ trait: 'marital', is: 5 }), undefined)
  assert.equal(refusal({ trait: 'nowhere', gte: '2026-01-01' }), undefined)
})

test('an audience that is defined by itself, or does not exist, is refused', () => {
  const other = '5b0f7a4e-3c1f-4a7b-8e57-2b1f0f1f9c22'
  const audiences = new Map<string, Definition>([
    [named, { not: { audience: other } }],
    [other, { any: [{ audience: named.toUpperCase() }] }],
  ])
  assert.equal(refusal({ audience: named }, { audiences })?.code, 'audiences.circular')
  assert.equal(refusal({ audience: named })?.code, 'audiences.unknownAudience')
})

test('the widest definition that the contract admits runs', async () => {
  const any = Array.from({ length: definitionLimits.nodes - 1 }, (_, i): Definition => ({ trait: 'age', is: i }))
  assert.deepEqual(definitionIssues({ any }), [])
  assert.deepEqual(
    await membersOf({ any }),
    await membersOf({ trait: 'age', between: [0, definitionLimits.nodes - 2] }),
  )
})
