import assert from 'node:assert/strict'
import test from 'node:test'
import { WorkTime } from '../clocks/clock-contract.ts'
import { groupKeyOf, inhibitedBy, type Labelled, matches, mutedAt, waysOf } from './routing.ts'
import { Interval, Routing } from './routing-contract.ts'

const day = [{ from: '09:00', to: '18:00' }]
const work = WorkTime.parse({ week: [day, day, day, day, day, [], []] })
const brand = { id: 1, name: '明月', kind: 'brand' }
const alert = (change: Partial<Labelled> = {}): Labelled => ({
  eventId: 1,
  drillId: 0,
  level: 'moderate',
  subjects: [brand],
  aspects: ['harsh-collection'],
  platforms: ['weibo'],
  ...change,
})
const tree = Routing.parse({
  root: {
    id: 'root',
    name: '全部',
    match: {},
    receiver: 'duty',
    groupBy: ['subject'],
    groupWaitSeconds: 30,
    groupIntervalSeconds: 300,
    repeatMinutes: 240,
    routes: [
      { id: 'drill', name: '演练', match: { drill: true }, receiver: 'drill' },
      { id: 'copy', name: '抄送法务', match: { levels: ['severe'] }, continue: true, receiver: 'legal' },
      {
        id: 'collection',
        name: '催收',
        match: { aspects: ['harsh-collection', 'privacy-leak'] },
        groupBy: ['aspect'],
        routes: [{ id: 'night', name: '夜间', match: { levels: ['severe'] }, groupIntervalSeconds: 60 }],
      },
    ],
  },
  receivers: ['duty', 'drill', 'legal'].map((name) => ({ name, title: name })),
})
const to = (one: Labelled) => waysOf(tree, one).map(({ id, receiver }) => `${id}:${receiver}`)

test('the first child that matches takes the alert; with continue the next ones too; none: the node itself', () => {
  assert.deepEqual(to(alert()), ['collection:duty'])
  assert.deepEqual(to(alert({ aspects: [] })), ['root:duty'])
  assert.deepEqual(to(alert({ level: 'severe' })), ['copy:legal', 'night:duty'])
  assert.deepEqual(to(alert({ level: 'severe', aspects: [] })), ['copy:legal'])
  assert.deepEqual(to(alert({ drillId: 7, level: 'severe' })), ['drill:drill'])
})

test('settings come from the parent; what is severe does not wait', () => {
  const [way] = waysOf(tree, alert())
  assert.deepEqual([way?.groupBy, way?.waitSeconds, way?.groupIntervalSeconds], [['aspect'], 30, 300])
  const severe = waysOf(tree, alert({ level: 'severe' }))[1]
  assert.deepEqual([severe?.waitSeconds, severe?.groupIntervalSeconds, severe?.groupBy], [0, 60, ['aspect']])
  assert.equal(groupKeyOf(['subject', 'level'], alert()), 'subject=1,level=moderate')
})

test('every field of a match must fit, one of its values is enough', () => {
  assert.equal(matches({ subjects: [2, 1], levels: ['moderate'] }, alert()), true)
  assert.equal(matches({ subjects: [1], levels: ['severe'] }, alert()), false)
  assert.equal(matches({ drill: false }, alert()), true)
})

test('a mute interval mutes and an active interval mutes the rest; both say until when', () => {
  const night = Interval.parse({
    name: 'night',
    title: '夜间',
    times: [
      { from: '22:00', to: '24:00' },
      { from: '00:00', to: '07:00' },
    ].toReversed(),
  })
  const workdays = Interval.parse({ name: 'work', title: '工作日', dayKinds: ['workday'], times: day })
  const at = (text: string) => new Date(`${text}:00+08:00`)
  const muted = (mute: string[], active: string[], when: Date) =>
    mutedAt({ mute, active }, [night, workdays], when, work)
  assert.equal(muted(['night'], [], at('2026-11-20T23:00'))?.name, 'night')
  assert.equal(muted(['night'], [], at('2026-11-20T06:59'))?.until.toISOString(), at('2026-11-20T07:00').toISOString())
  assert.equal(muted(['night'], [], at('2026-11-20T12:00')), undefined)
  assert.equal(muted([], ['work'], at('2026-11-20T12:00')), undefined)
  assert.equal(muted([], ['work'], at('2026-11-21T12:00'))?.name, 'work', 'a Saturday')
  assert.equal(muted([], ['work'], at('2026-10-01T12:00'))?.name, 'work', 'the National Day')
})

test('a firing source inhibits targets with equal labels, and never itself', () => {
  const rules = [
    {
      id: 'one',
      name: '同一对象的严重事件',
      source: { levels: ['severe' as const] },
      target: { levels: ['minor' as const, 'moderate' as const] },
      equal: ['subject' as const],
    },
  ]
  const severe = alert({ eventId: 2, level: 'severe' })
  assert.equal(inhibitedBy(rules, alert(), [severe])?.source.eventId, 2)
  assert.equal(inhibitedBy(rules, alert({ subjects: [{ ...brand, id: 9 }] }), [severe]), undefined)
  assert.equal(inhibitedBy(rules, severe, [severe]), undefined)
  assert.equal(inhibitedBy(rules, alert({ drillId: 3 }), [severe]), undefined, 'a real event does not mute a drill')
  const both = [{ id: 'both', name: '互相', source: {}, target: {}, equal: [] }]
  assert.equal(
    inhibitedBy(both, alert(), [alert(), alert({ eventId: 5 })]),
    undefined,
    'two that would mute each other',
  )
})

test('a tree that names what is not there is not taken', () => {
  const faults = (change: object) => {
    const read = Routing.safeParse({ ...structuredClone(tree), ...change })
    return read.success ? [] : read.error.issues.map(({ message }) => message)
  }
  assert.deepEqual(faults({ receivers: [{ name: 'duty', title: '值守' }] }), [
    'there is no receiver drill',
    'there is no receiver legal',
  ])
  assert.deepEqual(faults({ root: { ...tree.root, mute: ['never'] } }), ['there is no interval never'])
  assert.deepEqual(faults({ root: { ...tree.root, receiver: null } }), ['the root needs a receiver'])
})
