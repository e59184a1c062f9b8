import assert from 'node:assert/strict'
import test from 'node:test'
import { dayKey, daysMeant, nextRun, nextTime, timesOf } from '../../src/campaigns/triggers/occurrences.ts'

const keys = (timetable: Parameters<typeof timesOf>[0], after: string, until: string) =>
  timesOf(timetable, new Date(after), new Date(until)).map(({ key }) => key)

test('a timetable is read by the calendar of Asia/Shanghai', () => {
  // Friday 13 March 2026, 20:00 in Shanghai.
  const workdays = { at: '07:00', days: [1, 2, 3, 4, 5] }
  assert.equal(nextTime(workdays, new Date('2026-03-13T12:00:00Z'))?.toISOString(), '2026-03-15T23:00:00.000Z')
  // Sunday evening does not skip Monday; 07:00 of Monday in Shanghai is Sunday 23:00 in UTC.
  assert.equal(nextTime(workdays, new Date('2026-03-15T12:00:00Z'))?.toISOString(), '2026-03-15T23:00:00.000Z')
  assert.equal(nextTime(workdays, new Date('2026-03-15T23:00:00Z'))?.toISOString(), '2026-03-16T23:00:00.000Z')
  // Between midnight and eight UTC still has the day before.
  assert.deepEqual(keys({ at: '00:30' }, '2026-03-13T15:00:00Z', '2026-03-13T17:00:00Z'), ['2026-03-14T00:30'])
})

test('days of the month that a month has not are left out, -1 is its last', () => {
  assert.deepEqual(keys({ at: '09:00', dates: [31] }, '2026-01-31T00:00:00Z', '2026-04-30T23:00:00Z'), [
    '2026-01-31T09:00',
    '2026-03-31T09:00',
  ])
  assert.deepEqual(keys({ at: '09:00', dates: [-1, 28] }, '2026-02-01T00:00:00Z', '2026-03-31T23:00:00Z'), [
    '2026-02-28T09:00',
    '2026-03-28T09:00',
    '2026-03-31T09:00',
  ])
})

test('an occurrence lies after the last look and not after now', () => {
  assert.deepEqual(keys({ at: '09:00' }, '2026-03-10T01:00:00Z', '2026-03-12T01:00:00Z'), [
    '2026-03-11T09:00',
    '2026-03-12T09:00',
  ])
  assert.deepEqual(keys({ at: '09:00' }, '2026-03-12T01:00:00Z', '2026-03-12T01:00:00Z'), [])
})

test('a birthday on 29 February is on the 28th in years without one', () => {
  const birthday = { yearly: true, offsetDays: 0 }
  assert.ok(daysMeant(birthday, '2028-02-29').includes('2000-02-29'))
  assert.ok(!daysMeant(birthday, '2028-02-28').includes('2000-02-29'))
  assert.ok(daysMeant(birthday, '2027-02-28').includes('2000-02-29'))
  assert.ok(daysMeant(birthday, '2027-02-28').includes('1999-02-28'))
  assert.ok(!daysMeant(birthday, '2027-03-01').includes('2000-02-29'))
  // 1900 had no such day, so nobody has it.
  assert.ok(!daysMeant(birthday, '2027-02-28').includes('1900-02-29'))
})

test('an offset is counted from the day, also over the end of a year and February', () => {
  assert.deepEqual(daysMeant({ yearly: false, offsetDays: -3 }, '2026-12-30'), ['2027-01-02'])
  assert.ok(daysMeant({ yearly: true, offsetDays: -10 }, '2026-12-26').includes('1990-01-05'))
  // Three days before the 28th, where the birthday of the 29th is kept in 2027.
  assert.ok(daysMeant({ yearly: true, offsetDays: -3 }, '2027-02-25').includes('2000-02-29'))
})

test('each year is an occurrence of its own, whatever the day it is kept on', () => {
  const trigger = { kind: 'date', trait: 'birthday', at: '09:00', yearly: true, offsetDays: -10 } as const
  assert.equal(dayKey(trigger, '2026-12-26'), 'date:birthday:2027')
  assert.equal(dayKey({ ...trigger, yearly: false, offsetDays: 0 }, '2026-12-26'), 'date:birthday:2026-12-26')
})

test('the next run: by the calendar, not before it opens, not after it ends; none for what comes by events', () => {
  const now = new Date('2026-03-13T12:00:00Z')
  const daily = { kind: 'recurring' as const, audienceId: 'a', timetable: { at: '09:00' } }
  const next = (of: Parameters<typeof nextRun>[0]) => nextRun(of, now)?.toISOString()
  assert.equal(next({ trigger: daily }), '2026-03-14T01:00:00.000Z')
  assert.equal(next({ trigger: daily, startsAt: '2026-03-20T01:00:00Z' }), '2026-03-20T01:00:00.000Z')
  assert.equal(next({ trigger: daily, endsAt: '2026-03-14T00:59:59Z' }), undefined)
  const once = { kind: 'once' as const, audienceId: 'a', at: '2026-03-14T03:00:00Z' }
  assert.equal(next({ trigger: once }), '2026-03-14T03:00:00.000Z')
  assert.equal(next({ trigger: once, startsAt: '2026-03-15T00:00:00Z' }), '2026-03-15T00:00:00.000Z')
  assert.equal(next({ trigger: { ...once, at: '2026-03-13T11:00:00Z' } }), undefined)
  assert.equal(next({ trigger: { kind: 'once', audienceId: 'a' } }), undefined)
  assert.equal(next({ trigger: { kind: 'api' }, startsAt: '2026-03-20T01:00:00Z' }), undefined)
})
