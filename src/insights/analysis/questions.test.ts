import assert from 'node:assert/strict'
import test from 'node:test'
import { ch } from '#platform'
import { aCtx } from '#test'
import { inOrder, type MadeUp, randomFrom, sceneAt, storeEvents } from '../../../test/insights/made-up-events.ts'
import { answerAttribution, attributionMembers } from './attribution.ts'
import {
  AttributionQuestion,
  IntervalQuestion,
  msOf,
  PathsQuestion,
  SessionsQuestion,
  TrendQuestion,
} from './contract.ts'
import { answerInterval, intervalMembers } from './interval.ts'
import { answerPaths, pathMembers } from './paths.ts'
import { answerSessions, sessionMembers } from './sessions.ts'
import { namesOf } from './steps-of-people.ts'
import { answerTrend, trendPeople } from './trend.ts'

const ctx = await aCtx()
const ask = <T>(query: ch.Sql) => ctx.ch.rows<T>(query)
const nosOf = async (members: ch.Sql | undefined) => {
  assert.ok(members)
  const [row] = await ask<{ nos: number[] }>(ch.sql`select arraySort(bitmapToArray(members)) as nos from (${members})`)
  return row?.nos
}
const sorted = (nos: Iterable<number>) => [...new Set(nos)].sort((a, b) => a - b)

const minute = 60_000
const dayMs = 86_400_000
const scene = sceneAt('2026-03-02T00:00:00+08:00', '2026-03-08T23:59:59.999+08:00', '2026-03-20T12:00:00+08:00')
const period = { from: '2026-03-02', to: '2026-03-08' }
const start = scene.from.getTime()
const random = randomFrom(5)
const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T
const channels = ['search', 'wechat', 'branch', 'mail']
const events: MadeUp[] = Array.from({ length: 2_500 }, () => ({
  no: 1 + Math.floor(random() * 120),
  event: pick(['page', 'page', 'view', 'apply', 'draw']),
  ms: start + Math.floor(random() * 7 * 96) * 15 * minute + pick([0, 0, 1, minute]),
  hash: (BigInt(Math.floor(random() * 2 ** 32)) << 32n) + BigInt(Math.floor(random() * 2 ** 32)),
  properties: {
    ...(random() < 0.8 ? { amount: Math.floor(random() * 900) } : {}),
    ...(random() < 0.8 ? { channel: pick(channels) } : {}),
  },
}))
await storeEvents(ctx, events)
const all = inOrder(events)
const byPerson = Map.groupBy(all, ({ no }) => no)

// ——— Trend ———

test('a trend counts events, people and properties by day of Shanghai, by value, and against the days before', async () => {
  const question = TrendQuestion.parse({
    kind: 'trend',
    period: { from: '2026-03-05', to: '2026-03-08' },
    series: [
      { event: 'apply' },
      { event: 'apply', measure: 'people' },
      { event: 'view', measure: 'median', property: 'amount' },
      { event: 'view', measure: 'sum', property: 'amount', where: [{ property: 'amount', gte: 400 }] },
    ],
    formula: { left: 0, operator: '/', right: 1 },
    compare: 'previous',
  })
  const half = sceneAt('2026-03-05T00:00:00+08:00', '2026-03-08T23:59:59.999+08:00', '2026-03-20T12:00:00+08:00')
  const earlier = { ...half, from: new Date(half.from.getTime() - 4 * dayMs), to: new Date(half.from.getTime() - 1) }
  const answer = await answerTrend(ask, question, half, earlier)
  const of = (from: number, event: string) =>
    Array.from({ length: 4 }, (_, i) =>
      events.filter((one) => one.event === event && one.ms >= from + i * dayMs && one.ms < from + (i + 1) * dayMs),
    )
  const amounts = (list: readonly MadeUp[]) =>
    list.flatMap(({ properties }) => (typeof properties['amount'] === 'number' ? [properties['amount']] : []))
  const medianOf = (list: number[]) => {
    const ranked = list.toSorted((a, b) => a - b)
    const middle = (ranked.length - 1) / 2
    if (ranked.length === 0) return null
    return ((ranked[Math.floor(middle)] ?? 0) + (ranked[Math.ceil(middle)] ?? 0)) / 2
  }
  for (const compared of [false, true]) {
    const from = (compared ? earlier : half).from.getTime()
    const lines = answer.lines.filter((line) => line.compared === compared)
    const applied = of(from, 'apply')
    const counts = applied.map((list) => list.length)
    const people = applied.map((list) => new Set(list.map(({ no }) => no)).size)
    assert.deepEqual(lines[0]?.values, counts)
    assert.equal(
      lines[0]?.total,
      counts.reduce((a, b) => a + b, 0),
    )
    assert.deepEqual(lines[1]?.values, people)
    assert.equal(lines[1]?.total, new Set(applied.flat().map(({ no }) => no)).size)
    assert.deepEqual(
      lines[2]?.values,
      of(from, 'view').map((list) => medianOf(amounts(list))),
    )
    assert.deepEqual(
      lines[3]?.values,
      of(from, 'view').map((list) =>
        amounts(list)
          .filter((amount) => amount >= 400)
          .reduce((a, b) => a + b, 0),
      ),
    )
    assert.deepEqual(
      lines[4]?.values,
      counts.map((n, i) => (people[i] ? n / people[i] : null)),
    )
  }
  const day = answer.buckets[2]?.at ?? ''
  assert.equal(day, new Date(half.from.getTime() + 2 * dayMs).toISOString())
  assert.deepEqual(
    await nosOf(trendPeople(question, { kind: 'trend', series: 0, at: day }, half)),
    sorted(of(half.from.getTime(), 'apply')[2]?.map(({ no }) => no) ?? []),
  )
})

test('a breakdown shows the most frequent values, the others together, and nobody is lost', async () => {
  const question = TrendQuestion.parse({
    kind: 'trend',
    period,
    series: [{ event: 'page' }],
    breakdown: { property: 'channel', most: 3 },
    granularity: 'week',
  })
  const { lines } = await answerTrend(ask, question, scene, undefined)
  assert.deepEqual(
    lines.map(({ others }) => others),
    [false, false, false, true],
  )
  assert.equal(
    lines.reduce((sum, { total }) => sum + (total ?? 0), 0),
    events.filter(({ event }) => event === 'page').length,
  )
  const [first] = lines
  const mine = events.filter((one) => one.event === 'page' && (one.properties['channel'] ?? '') === first?.group)
  assert.deepEqual(first?.values, [mine.length])
})

// ——— Sessions and paths ———

const sessionsOf = (gapMs: number): MadeUp[][] =>
  [...byPerson.values()].flatMap((own) => {
    const sessions: MadeUp[][] = []
    for (const one of own) {
      const last = sessions.at(-1)
      const before = last?.at(-1)
      if (last && before && one.ms - before.ms <= gapMs) last.push(one)
      else sessions.push([one])
    }
    return sessions
  })

test('sessions end after the gap; length, events, entries and exits are those of the events in order', async () => {
  const question = SessionsQuestion.parse({ kind: 'sessions', period, gapMinutes: 45 })
  const sessions = sessionsOf(45 * minute)
  const answer = await answerSessions(ask, question, scene)
  assert.equal(answer.sessions, sessions.length)
  assert.equal(answer.events, events.length)
  assert.equal(answer.single, sessions.filter(({ length }) => length === 1).length)
  const lengths = sessions.map((session) => (session.at(-1)?.ms ?? 0) - (session[0]?.ms ?? 0))
  assert.ok(Math.abs((answer.lengthMs.avg ?? 0) - lengths.reduce((a, b) => a + b, 0) / lengths.length) < 1e-6)
  assert.deepEqual(
    answer.buckets.map(({ sessions }) => sessions),
    Array.from(
      { length: 7 },
      (_, i) => sessions.filter(([one]) => Math.floor(((one?.ms ?? 0) - start) / dayMs) === i).length,
    ),
  )
  assert.equal(
    answer.histogram.reduce((sum, { sessions }) => sum + sessions, 0),
    sessions.length,
  )
  const entries = Map.groupBy(sessions, ([one]) => one?.event ?? '')
  for (const { event, sessions } of answer.entries) assert.equal(sessions, entries.get(event)?.length, event)
  const names = await namesOf(ask, scene, undefined)
  assert.deepEqual(
    await nosOf(sessionMembers(question, { kind: 'sessions', exit: 'draw' }, scene, names)),
    sorted(sessions.filter((session) => session.at(-1)?.event === 'draw').map(([one]) => one?.no ?? 0)),
  )
})

for (const at of ['start', 'end'] as const)
  test(`paths that ${at} with an event: every link counts the sessions that go that way`, async () => {
    const anchor = { event: 'apply', where: [{ property: 'amount', gte: 300 }], at }
    const question = PathsQuestion.parse({
      kind: 'paths',
      period,
      anchor,
      steps: 3,
      gapMinutes: 120,
      most: 2,
      collapse: false,
    })
    const isAnchor = ({ event, properties }: MadeUp) =>
      event === 'apply' && typeof properties['amount'] === 'number' && properties['amount'] >= 300
    const paths = sessionsOf(120 * minute).flatMap((session) => {
      const place = at === 'start' ? session.findIndex(isAnchor) : session.findLastIndex(isAnchor)
      if (place < 0) return []
      const path = at === 'start' ? session.slice(place, place + 3) : session.slice(Math.max(0, place - 2), place + 1)
      return [{ path, first: at === 'start' ? 1 : 4 - path.length }]
    })
    const answer = await answerPaths(ask, question, scene)
    assert.equal(answer.paths, paths.length)
    const anchorStep = at === 'start' ? 1 : 3
    assert.equal(answer.nodes.find(({ step, event }) => step === anchorStep && event === 'apply')?.paths, paths.length)
    for (const step of [1, 2, 3]) {
      const here = paths.filter(({ path, first }) => path[step - first])
      const nodes = answer.nodes.filter((node) => node.step === step)
      assert.equal(
        nodes.reduce((sum, node) => sum + node.paths, 0),
        here.length,
        `step ${step}`,
      )
      assert.ok(nodes.length <= 3)
    }
    // `apply` that is not the anchor stays apart from it, so other events are compared.
    const [link] = answer.links.filter(
      ({ step, from, to }) =>
        step === 2 - (at === 'start' ? 1 : 0) && from !== null && to !== null && ![from, to].includes('view'),
    )
    const names = await namesOf(ask, scene, undefined)
    if (link) {
      const going = paths.filter(({ path, first }) => {
        const [a, b] = [path[link.step - first], path[link.step + 1 - first]]
        const is = (one: MadeUp | undefined, name: string | null) => one?.event === name
        return is(a, link.from) && is(b, link.to)
      })
      const members = pathMembers(
        question,
        { kind: 'paths', step: link.step, event: link.from, next: link.to },
        answer,
        scene,
        names,
      )
      assert.deepEqual(await nosOf(members), sorted(going.map(({ path }) => path[0]?.no ?? 0)))
    }
  })

// ——— Intervals ———

for (const [name, from, to] of [
  ['between two events', 'view', 'apply'],
  ['of one event', 'draw', 'draw'],
] as const)
  test(`intervals ${name} pair the last one before with the next one after`, async () => {
    const question = IntervalQuestion.parse({
      kind: 'interval',
      period,
      from: { event: from },
      to: { event: to },
      window: '2 days',
    })
    const gaps: { no: number; ms: number }[] = []
    for (const [no, own] of byPerson) {
      const relevant = own.filter(({ event }) => event === from || event === to)
      relevant.forEach((one, i) => {
        const next = relevant[i + 1]
        if (one.event === from && next?.event === to && next.ms - one.ms <= msOf('2 days'))
          gaps.push({ no, ms: next.ms - one.ms })
      })
    }
    const { groups } = await answerInterval(ask, question, scene)
    const [group] = groups
    assert.equal(group?.pairs, gaps.length)
    assert.equal(group?.people, new Set(gaps.map(({ no }) => no)).size)
    assert.equal(group?.ms.max, Math.max(...gaps.map(({ ms }) => ms)))
    for (const { fromMs, toMs, pairs } of group?.histogram ?? [])
      assert.equal(pairs, gaps.filter(({ ms }) => ms > fromMs && ms <= toMs).length)
    assert.deepEqual(
      await nosOf(intervalMembers(question, { kind: 'interval', fromMs: 3_600_000, toMs: 10_800_000 }, scene)),
      sorted(gaps.filter(({ ms }) => ms > 3_600_000 && ms <= 10_800_000).map(({ no }) => no)),
    )
  })

// ——— Attribution ———

test('attribution: credit by every rule, the totals equal the conversions, the window is kept', async () => {
  const question = AttributionQuestion.parse({
    kind: 'attribution',
    period: { from: '2026-03-04', to: '2026-03-08' },
    conversion: { event: 'draw' },
    value: 'amount',
    touches: [{ event: 'page' }, { event: 'view' }],
    channel: 'channel',
    lookback: '1 day',
    halfLifeDays: 0.5,
  })
  const late = sceneAt('2026-03-04T00:00:00+08:00', '2026-03-08T23:59:59.999+08:00', '2026-03-20T12:00:00+08:00')
  const credit: Record<string, Map<string, number>> = {
    first: new Map(),
    last: new Map(),
    linear: new Map(),
    timeDecay: new Map(),
    position: new Map(),
  }
  let conversions = 0
  let direct = 0
  let value = 0
  const touched = new Set<number>()
  for (const [no, own] of byPerson)
    own.forEach((one, at) => {
      if (one.event !== 'draw' || one.ms < late.from.getTime()) return
      conversions += 1
      const amount = typeof one.properties['amount'] === 'number' ? one.properties['amount'] : 0
      value += amount
      const touches = own
        .slice(0, at)
        .filter(
          ({ event, ms, properties }) =>
            ['page', 'view'].includes(event) && properties['channel'] && one.ms - ms <= dayMs,
        )
      if (touches.length === 0) direct += 1
      if (touches.some(({ properties }) => properties['channel'] === 'mail')) touched.add(no)
      const give = (model: string, channel: unknown, share: number) => {
        const key = String(channel)
        credit[model]?.set(key, (credit[model]?.get(key) ?? 0) + share)
      }
      if (touches.length === 0) for (const model of Object.keys(credit)) give(model, '', 1)
      const decays = touches.map(({ ms }) => 2 ** (-(one.ms - ms) / (0.5 * dayMs)))
      const sum = decays.reduce((a, b) => a + b, 0)
      const n = touches.length
      touches.forEach(({ properties: { channel } }, i) => {
        if (i === 0) give('first', channel, 1)
        if (i === n - 1) give('last', channel, 1)
        give('linear', channel, 1 / n)
        give('timeDecay', channel, (decays[i] ?? 0) / sum)
        give('position', channel, n === 1 ? 1 : n === 2 ? 0.5 : i === 0 || i === n - 1 ? 0.4 : 0.2 / (n - 2))
      })
    })
  const answer = await answerAttribution(ask, question, late)
  assert.deepEqual([answer.conversions, answer.direct, answer.value], [conversions, direct, value])
  for (const model of ['first', 'last', 'linear', 'timeDecay', 'position', 'markov'] as const) {
    const total = answer.channels.reduce((sum, { conversions }) => sum + conversions[model], 0)
    assert.ok(Math.abs(total - conversions) < 1e-6, `${model} adds up to ${total} of ${conversions}`)
    const worth = answer.channels.reduce((sum, { value }) => sum + value[model], 0)
    assert.ok(Math.abs(worth - value) < 1e-6, `${model} adds up to ${worth} of ${value}`)
    if (model === 'markov') continue
    for (const { channel, conversions } of answer.channels)
      assert.ok(Math.abs(conversions[model] - (credit[model]?.get(channel) ?? 0)) < 1e-9, `${model} ${channel}`)
  }
  assert.deepEqual(
    await nosOf(attributionMembers(question, { kind: 'attribution', channel: 'mail' }, late)),
    sorted(touched),
  )
})
