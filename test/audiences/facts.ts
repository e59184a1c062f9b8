import { join as pathOf } from 'node:path'
import { reachMask } from '#customers'
import { type ClickHouse, ch, migrateClickHouse } from '#platform'
import type { TraitType } from '../../src/audiences/comparison.ts'
import type { KnownTag, Refreshes } from '../../src/audiences/condition-world.ts'

export const at = new Date('2026-03-31T02:03:04.567Z')
export const hourMs = 3_600_000
export const dayMs = 24 * hourMs
export const day = (days: number, ms = 0) => new Date(at.getTime() + days * dayMs + ms)

// ——— A small world with sharp edges: ties, cleared values, merges, the erased, instants a millisecond apart ———

export interface TraitRow {
  trait: string
  no: number
  at: Date
  type: TraitType
  text: string
  number: number | null
  moment: Date | null
  cleared: boolean
}
export interface EventRow {
  event: string
  no: number
  ts: Date
  hash: number
  properties: Record<string, unknown>
}

export const random = (() => {
  let state = 20260331
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
})()
export const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T

export const types: ReadonlyMap<string, TraitType> = new Map<string, TraitType>([
  ['marital', 'string'],
  ['age', 'integer'],
  ['income', 'number'],
  ['vip', 'boolean'],
  ['birthday', 'date'],
  ['registeredAt', 'datetime'],
])
export const maritals = ['married', 'single', 'divorced', '', "o'Brien\\%", '已婚']
export const ages = [17, 18, 34, 35, 36, 49, 50, 51, 0, -1]
export const incomes = [0, 0.25, 1000.5, 4_000_000, 9_007_199_254_740_991]
export const birthdays = ['1990-03-31', '1990-03-30', '2026-03-31', '2026-03-30', '2026-03-01', '2026-02-28']
// 30 days, a month and three months before `at`, today's and this month's first moment in Shanghai, each a millisecond about.
export const edges = [
  day(-30),
  day(-1),
  day(0),
  new Date('2026-02-28T02:03:04.567Z'),
  new Date('2025-12-31T02:03:04.567Z'),
]
  .concat([new Date('2026-03-30T16:00:00Z'), new Date('2026-02-28T16:00:00Z'), new Date('2026-03-29T16:00:00Z')])
  .flatMap((edge) => [-1, 0, 1].map((ms) => new Date(edge.getTime() + ms)))
export const channels = ['app', 'web', 'wechat', '微信', '']
export const amounts = [0, 1, 4999.5, 5000, 5000.25, 9_007_199_254_740_991]
export const eventNames = ['loan_viewed', 'loan_applied', '$page'] as const

export const people = Array.from({ length: 60 }, (_, i) => i + 1)
export const gone = new Set([5, 17, 41])
export const merged = new Map([
  [7, 8],
  [9, 8],
  [20, 21],
  [30, 5],
  [33, 34],
])
export const unmerged = [50]

const traitValue = (trait: string): Pick<TraitRow, 'text' | 'number' | 'moment'> => {
  if (trait === 'marital') return { text: pick(maritals), number: null, moment: null }
  if (trait === 'vip') return ((yes) => ({ text: String(yes), number: yes ? 1 : 0, moment: null }))(random() < 0.5)
  if (trait === 'birthday') return ((text) => ({ text, number: null, moment: new Date(text) }))(pick(birthdays))
  if (trait === 'registeredAt') return ((moment) => ({ text: moment.toISOString(), number: null, moment }))(pick(edges))
  const number = pick(trait === 'age' ? ages : incomes)
  return { text: String(number), number, moment: null }
}

export const traitRows: TraitRow[] = people.flatMap((no) =>
  [...types].flatMap(([trait, type]) => {
    const versions = [day(-3), day(-2), day(-1)].filter(() => random() < 0.4)
    return versions.map((versionAt) => {
      const cleared = random() < 0.15
      const value = cleared ? { text: '', number: null, moment: null } : traitValue(trait)
      return { trait, no, at: versionAt, type, cleared, ...value }
    })
  }),
)

export const eventRows: EventRow[] = Array.from({ length: 400 }, (_, i) => {
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

/** Tags by key: one value, several, a number, a day. Values as of base dates, some of them still to come. */
export const tags = new Map<string, KnownTag>([
  ['segment', { no: 1, type: 'string', multi: false }],
  ['interests', { no: 2, type: 'string', multi: true }],
  ['score', { no: 3, type: 'number', multi: false }],
  ['nextDue', { no: 4, type: 'date', multi: false }],
  ['limits', { no: 5, type: 'number', multi: true }],
])
export interface TagRow {
  tag_no: number
  no: number
  at: Date
  run: number
  values: string[]
  number: number | null
}
export const segments = ['gold', 'tin', '重要挽留', "o'Brien"]
export const interests = ['travel', 'cars', '装修', 'x']
export const scores = [0, 0.25, 0.5, 0.75, 1, -3]
export const tagMoments = [day(-40), day(-3), day(-3, 1), day(0), day(0, 1)]

const tagValue = (key: string, { type, multi }: KnownTag): Pick<TagRow, 'values' | 'number'> => {
  if (random() < 0.15) return { values: [], number: null }
  const one = () => (type === 'number' ? String(pick(scores)) : pick(key === 'segment' ? segments : interests))
  if (multi) return { values: [...new Set([one(), one(), one()])].slice(0, 1 + Math.floor(random() * 3)), number: null }
  if (type === 'string') return { values: [one()], number: null }
  if (type === 'number') return ((score) => ({ values: [String(score)], number: score }))(pick(scores))
  return ((date) => ({ values: [date], number: Date.parse(date) / dayMs }))(pick(birthdays))
}

export const tagRows: TagRow[] = people.flatMap((no) =>
  [...tags].flatMap(([key, tag]) =>
    // The same base date and run for two people who were merged later.
    tagMoments
      .filter(() => random() < 0.35)
      .map((at, run) => ({ tag_no: tag.no, no, at, run: run % 2, ...tagValue(key, tag) })),
  ),
)

export const purposes = ['marketing', 'survey']
export interface ConsentRow {
  purpose: string
  channel: string
  no: number
  at: Date
  status: 'granted' | 'refused' | 'withdrawn'
  id: number
}
export const consentRows: ConsentRow[] = Array.from({ length: 150 }, (_, i) => ({
  purpose: pick(purposes),
  channel: pick(['', 'sms', 'email']),
  no: pick(people.slice(0, 40)),
  at: pick(tagMoments),
  status: pick(['granted', 'refused', 'withdrawn'] as const),
  id: ((i * 7919) % 151) + 1,
}))

/** Kinds of identifiers, perhaps in several rows. */
export const reachRows = Array.from({ length: 70 }, () => ({
  no: pick(people.slice(0, 50)),
  kinds: pick([['phone'], ['email'], ['phone', 'email'], ['wechatOpenId'], ['deviceId'], ['wechatUnionId']] as const),
}))

export const lists = new Map<string, number[]>([
  ['1c9a3a51-30a8-4c6f-8d0a-52f3a2f0a001', people.filter((no) => no % 3 === 0)],
  ['1c9a3a51-30a8-4c6f-8d0a-52f3a2f0a002', []],
])

/** An audience that was refreshed and then followed events: refreshes 1, 4 and 8 are stored, 2, 5 and 9 told one by one. */
export const refreshed = '7f3b1c7e-8f0a-4c58-9a55-0d6c3f2e9b11'
export const refreshes = new Map<string, Refreshes>([
  [
    refreshed,
    {
      first: 1,
      shown: 9,
      voids: [
        [3, 3],
        [6, 7],
      ],
    },
  ],
])
export interface Refresh {
  refresh: number
  at: Date
  /** All who belong from then on, or who moved. */
  members?: number[]
  moves?: { no: number; entered: 0 | 1 }[]
}
export const refreshRows: Refresh[] = [
  { refresh: 1, at: day(-40), members: [1, 2, 3, 4, 7, 60] },
  {
    refresh: 2,
    at: day(-30, 1),
    moves: [
      { no: 10, entered: 1 },
      { no: 2, entered: 0 },
      { no: 11, entered: 1 },
    ],
  },
  // Its writer died: never shown.
  { refresh: 3, at: day(-29), members: [50, 51, 52] },
  // 2 is back, 11 gone, 12 new.
  { refresh: 4, at: day(-10), members: [1, 2, 3, 4, 7, 10, 12] },
  {
    refresh: 5,
    at: day(-1),
    moves: [
      { no: 12, entered: 0 },
      { no: 13, entered: 1 },
    ],
  },
  { refresh: 6, at: day(-1), moves: [{ no: 53, entered: 1 }] },
  { refresh: 8, at: day(0), members: [1, 3, 4, 13, 14, 20] },
  { refresh: 9, at: day(0, 1), moves: [{ no: 14, entered: 0 }] },
  // Under way.
  { refresh: 10, at: day(0, 2), members: [54] },
]

export const stamp = (date: Date) => date.toISOString().replace('T', ' ').replace('Z', '')
const migrations = pathOf(import.meta.dirname, '../../migrations/clickhouse')

/** Tables of the migrations with the small world in them. */
export const fill = async (engine: ClickHouse): Promise<void> => {
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
  await insert(
    'tag_values',
    tagRows.map(({ tag_no, no, at, run, values, number }) => ({
      tag_no,
      customer_no: no,
      at: stamp(at),
      run,
      values,
      number,
    })),
  )
  await insert(
    'customer_consents',
    consentRows.map(({ no, at, ...word }) => ({ ...word, customer_no: no, at: stamp(at) })),
  )
  await insert(
    'customer_reach',
    reachRows.map(({ no, kinds }) => ({ customer_no: no, kinds: reachMask(kinds) })),
  )
  for (const [id, nos] of lists)
    await engine.command(
      ch.sql`insert into audience_lists (list_id, members) select ${ch.uuid(id)}, groupBitmapState(no) from (select arrayJoin(${ch.u32s(nos)}) as no)`,
    )
  for (const { refresh, at, members = [], moves = [] } of refreshRows) {
    if (members.length > 0)
      await engine.command(
        ch.sql`insert into audience_membership (audience_id, version, refresh, members, at) select ${ch.uuid(refreshed)}, 1, ${ch.u32(refresh)}, groupBitmapState(no), ${ch.moment(at)} from (select arrayJoin(${ch.u32s(members)}) as no)`,
      )
    const changes = moves.length === 0 ? [{ no: 0, entered: 2 }] : moves
    await insert(
      'audience_changes',
      changes.map(({ no, entered }) => ({
        audience_id: refreshed,
        version: 1,
        refresh,
        at: stamp(at),
        customer_no: no,
        entered,
      })),
    )
  }
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
