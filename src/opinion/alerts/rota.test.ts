import assert from 'node:assert/strict'
import test from 'node:test'
import { WorkTime } from '../clocks/clock-contract.ts'
import { turnsOf } from './rota.ts'
import { RotaRules } from './rota-contract.ts'

const work = WorkTime.parse({ week: [[], [], [], [], [], [], []] })
const [ann, bo, cai] = [
  '11111111-1111-4111-8111-111111111111',
  '22222222-2222-4222-8222-222222222222',
  '33333333-3333-4333-8333-333333333333',
]
// 7 September 2026 is a Monday.
const rules = RotaRules.parse({ members: [ann, bo], firstDay: '2026-09-07', handOver: '09:00' })
const at = (text: string) => new Date(`${text}:00+08:00`)
const who = (
  from: string,
  until: string,
  change: object = {},
  ...rest: Parameters<typeof turnsOf> extends [unknown, unknown, unknown, ...infer R] ? R : never
) =>
  turnsOf(RotaRules.parse({ ...rules, ...change }), { from: at(from), until: at(until) }, work, ...rest).map(
    ({ from, until, person, why }) => [
      new Date(from + 8 * 3_600_000).toISOString().slice(5, 16),
      new Date(until + 8 * 3_600_000).toISOString().slice(5, 16),
      person === ann ? 'ann' : person === bo ? 'bo' : person === cai ? 'cai' : person,
      why,
    ],
  )

test('turns change by the week at the hand-over, through the nights', () => {
  assert.deepEqual(who('2026-09-07T09:00', '2026-09-28T09:00'), [
    ['09-07T09:00', '09-14T09:00', 'ann', 'turn'],
    ['09-14T09:00', '09-21T09:00', 'bo', 'turn'],
    ['09-21T09:00', '09-28T09:00', 'ann', 'turn'],
  ])
  assert.deepEqual(who('2026-09-14T08:00', '2026-09-14T10:00'), [
    ['09-14T08:00', '09-14T09:00', 'ann', 'turn'],
    ['09-14T09:00', '09-14T10:00', 'bo', 'turn'],
  ])
})

test('holidays have a turn of their own, or nobody, which is a gap', () => {
  // 1 October 2026 is a holiday.
  const own = who('2026-09-30T09:00', '2026-10-02T09:00', { holidays: 'own', holidayMembers: [cai] })
  assert.deepEqual(own, [
    ['09-30T09:00', '10-01T09:00', 'bo', 'turn'],
    ['10-01T09:00', '10-02T09:00', 'cai', 'holiday'],
  ])
  assert.equal(who('2026-10-01T09:00', '2026-10-02T09:00', { holidays: 'nobody' })[0]?.[3], 'gap')
})

test('an exchange goes over everything, cut where it begins and ends; nobody is a gap; who left is a gap', () => {
  const exchanges = [{ from: at('2026-09-08T12:00'), until: at('2026-09-08T18:00'), person: cai }]
  assert.deepEqual(who('2026-09-08T09:00', '2026-09-09T09:00', {}, exchanges), [
    ['09-08T09:00', '09-08T12:00', 'ann', 'turn'],
    ['09-08T12:00', '09-08T18:00', 'cai', 'exchange'],
    ['09-08T18:00', '09-09T09:00', 'ann', 'turn'],
  ])
  assert.equal(
    who('2026-09-08T12:00', '2026-09-08T13:00', {}, [{ ...exchanges[0], person: null } as never])[0]?.[3],
    'gap',
  )
  assert.equal(who('2026-09-08T09:00', '2026-09-08T10:00', {}, [], new Set([ann]))[0]?.[3], 'gap')
  assert.equal(who('2026-09-01T09:00', '2026-09-02T09:00')[0]?.[3], 'gap', 'before the rota begins')
})
