import assert from 'node:assert/strict'
import test from 'node:test'
import { clockOf, dueAt, isWorkTime, minutesRun } from './clock.ts'
import { WorkTime } from './clock-contract.ts'
import { dayKindOf, dayOf, isYearPublished } from './work-days.ts'

const day = [
  { from: '09:00', to: '12:00' },
  { from: '13:00', to: '17:00' },
]
const work = WorkTime.parse({ week: [day, day, day, day, day, [], []] })
/** An instant by the clock in Beijing. */
const at = (text: string) => new Date(`${text.replace(' ', 'T')}:00+08:00`)
const due = (
  start: string,
  minutes: number,
  pauses: [string, string | null][] = [],
  calendar: WorkTime | null = work,
) => {
  const end = dueAt(
    at(start),
    minutes,
    calendar,
    pauses.map(([from, to]) => ({ from: at(from), to: to === null ? null : at(to) })),
  )
  return end === null ? null : new Date(end.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')
}

test('Friday 16:30 and one hour of work is Monday 9:30', () => {
  assert.equal(due('2026-03-06 16:30', 60), '2026-03-09 09:30')
})

test('lunch does not count', () => {
  assert.equal(due('2026-03-03 11:30', 60), '2026-03-03 13:30')
  assert.equal(due('2026-03-03 12:15', 60), '2026-03-03 14:00')
  assert.equal(due('2026-03-03 09:00', 7 * 60), '2026-03-03 17:00')
  assert.equal(due('2026-03-03 09:00', 7 * 60 + 1), '2026-03-04 09:01')
})

test('what begins at night begins in the morning; what ends with a period ends with it', () => {
  assert.equal(due('2026-03-03 22:00', 180), '2026-03-04 12:00')
  assert.equal(due('2026-03-03 09:00', 0), '2026-03-03 09:00')
})

test('the week of the National Day is off, and the days that make up for it are worked', () => {
  // 2025: 1–8 October off, Sunday 28 September and Saturday 11 October worked (国办发明电〔2024〕12号).
  const kind = dayKindOf(work)
  const kinds = (text: string) => kind(dayOf(at(`${text} 12:00`).getTime()))
  assert.equal(kinds('2025-09-28'), 'makeUpWorkday')
  assert.equal(kinds('2025-10-01'), 'holiday')
  assert.equal(kinds('2025-10-05'), 'holiday')
  assert.equal(kinds('2025-10-08'), 'holiday')
  assert.equal(kinds('2025-10-11'), 'makeUpWorkday')
  assert.equal(kinds('2025-10-12'), 'weekend')
  assert.equal(kinds('2025-10-13'), 'workday')
  assert.equal(due('2025-09-30 16:30', 60), '2025-10-09 09:30')
  assert.equal(due('2025-09-26 16:30', 60), '2025-09-28 09:30', 'a Sunday that is worked')
  assert.equal(due('2025-10-10 16:30', 60), '2025-10-11 09:30', 'a Saturday that is worked')
})

test('a make-up workday may have hours of its own, a holiday a watch', () => {
  const short = WorkTime.parse({
    ...work,
    makeUpWorkday: [{ from: '10:00', to: '12:00' }],
    holiday: [{ from: '14:00', to: '15:00' }],
  })
  assert.equal(due('2025-09-26 16:30', 60, [], short), '2025-09-28 10:30')
  assert.equal(due('2025-09-30 16:30', 60, [], short), '2025-10-01 14:30')
})

test('days of the company come before the published ones', () => {
  const own = WorkTime.parse({
    ...work,
    holidays: [{ date: '2026-03-09', name: '司庆' }],
    workdays: [{ date: '2026-03-07', name: '加班' }],
  })
  assert.equal(due('2026-03-06 16:30', 60, [], own), '2026-03-07 09:30')
  assert.equal(due('2026-03-07 16:30', 60, [], own), '2026-03-10 09:30')
})

test('around the clock neither nights nor holidays stop the clock', () => {
  assert.equal(due('2025-10-01 23:50', 15, [], null), '2025-10-02 00:05')
})

test('a pause stops the clock; one that is open has no end; pauses may overlap', () => {
  assert.equal(due('2026-03-03 09:00', 60, [['2026-03-03 09:30', '2026-03-03 11:00']]), '2026-03-03 11:30')
  assert.equal(due('2026-03-03 09:00', 60, [['2026-03-03 09:30', null]]), null)
  assert.equal(due('2026-03-03 09:00', 60, [['2026-03-03 10:00', null]]), '2026-03-03 10:00', 'it was over before')
  const overlapping: [string, string][] = [
    ['2026-03-03 09:40', '2026-03-03 10:30'],
    ['2026-03-03 09:30', '2026-03-03 10:00'],
  ]
  assert.equal(due('2026-03-03 09:00', 60, overlapping), '2026-03-03 11:00')
  assert.equal(
    due('2026-03-03 11:30', 60, [['2026-03-03 11:45', '2026-03-03 13:15']]),
    '2026-03-03 14:00',
    'a pause over lunch takes only what was work',
  )
  assert.equal(due('2026-03-03 23:00', 30, [['2026-03-03 23:10', '2026-03-04 01:00']], null), '2026-03-04 01:20')
})

test('the stretches add up to the minutes asked for and lie in work time', () => {
  const pauses = [{ from: at('2026-03-05 10:00'), to: at('2026-03-05 10:30') }]
  const { stretches, due } = clockOf(at('2026-03-03 15:00'), 1_500, work, pauses)
  const sum = stretches.reduce((all, { from, to }) => all + (to.getTime() - from.getTime()) / 60_000, 0)
  assert.equal(sum, 1_500)
  assert.equal(stretches.at(-1)?.to.getTime(), due?.getTime())
  for (const [index, { from }] of stretches.entries()) {
    assert.ok(isWorkTime(from, work))
    if (index > 0) assert.ok(from > (stretches[index - 1]?.to ?? from))
  }
  assert.equal(minutesRun(at('2026-03-03 15:00'), due ?? new Date(0), work, pauses), 1_500)
})

test('minutes that ran are the other way round of a deadline', () => {
  for (let minutes = 1; minutes < 4_000; minutes += 137) {
    const end = dueAt(at('2025-09-26 11:17'), minutes, work)
    assert.ok(end)
    assert.equal(minutesRun(at('2025-09-26 11:17'), end, work), minutes)
  }
})

test('a calendar without work never ends; an unpublished year follows the week', () => {
  const none = WorkTime.parse({ week: [[], [], [], [], [], [], []] })
  assert.equal(due('2026-03-03 09:00', 60, [], none), null)
  assert.equal(isYearPublished(2025), true)
  assert.equal(isYearPublished(2090), false)
})

test('periods of a day are in order and do not overlap', () => {
  const wrong = [
    { from: '09:00', to: '12:00' },
    { from: '11:00', to: '13:00' },
  ]
  assert.equal(WorkTime.safeParse({ week: [wrong, [], [], [], [], [], []] }).success, false)
})
