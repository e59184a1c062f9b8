import assert from 'node:assert/strict'
import test from 'node:test'
import { instantOf, momentPeriod, moved, relativePeriod, wallClock } from './moments.ts'

const zone = 'Asia/Shanghai'
const at = new Date('2026-03-31T01:02:03.456Z')
const period = (window: string, from = at) =>
  Object.values(relativePeriod(window, from, zone)).map((date: Date) => date.toISOString())

test('days are lengths of 24 hours, months follow the calendar and end where the month ends', () => {
  assert.deepEqual(period('30 days'), ['2026-03-01T01:02:03.456Z', '2026-03-31T01:02:03.456Z'])
  assert.deepEqual(period('1 month'), ['2026-02-28T01:02:03.456Z', '2026-03-31T01:02:03.456Z'])
  assert.deepEqual(period('1 year', new Date('2028-02-29T00:00:00Z')), [
    '2027-02-28T00:00:00.000Z',
    '2028-02-29T00:00:00.000Z',
  ])
  assert.equal(moved(at, '1 month', 1, zone).toISOString(), '2026-04-30T01:02:03.456Z')
})

test('today, weeks, months and years begin at midnight in Shanghai', () => {
  assert.deepEqual(period('today'), ['2026-03-30T16:00:00.000Z', '2026-03-31T01:02:03.456Z'])
  assert.deepEqual(period('yesterday'), ['2026-03-29T16:00:00.000Z', '2026-03-30T15:59:59.999Z'])
  assert.deepEqual(period('this week'), ['2026-03-29T16:00:00.000Z', '2026-03-31T01:02:03.456Z'])
  assert.deepEqual(period('last week'), ['2026-03-22T16:00:00.000Z', '2026-03-29T15:59:59.999Z'])
  assert.deepEqual(period('this month'), ['2026-02-28T16:00:00.000Z', '2026-03-31T01:02:03.456Z'])
  assert.deepEqual(period('last month'), ['2026-01-31T16:00:00.000Z', '2026-02-28T15:59:59.999Z'])
  assert.deepEqual(period('this year'), ['2025-12-31T16:00:00.000Z', '2026-03-31T01:02:03.456Z'])
  assert.deepEqual(period('last year'), ['2024-12-31T16:00:00.000Z', '2025-12-31T15:59:59.999Z'])
  // 00:30 on the 1st in Shanghai is still the month before in UTC.
  assert.deepEqual(period('this month', new Date('2026-03-31T16:30:00Z'))[0], '2026-03-31T16:00:00.000Z')
})

test('a date is its whole day, an instant only itself', () => {
  assert.deepEqual(momentPeriod('2026-01-01', zone), {
    from: new Date('2025-12-31T16:00:00.000Z'),
    to: new Date('2026-01-01T15:59:59.999Z'),
  })
  const instant = new Date('2025-12-31T21:00:00.000Z')
  assert.deepEqual(momentPeriod('2026-01-01T05:00:00+08:00', zone), { from: instant, to: instant })
})

test('the years when China had summer time keep their clocks', () => {
  assert.equal(momentPeriod('1988-06-01', zone).from.toISOString(), '1988-05-31T15:00:00.000Z')
  for (const text of [
    '1986-05-04T12:00:00Z',
    '1991-09-14T12:00:00Z',
    '1969-12-31T23:59:59.999Z',
    '2026-03-31T00:00:00Z',
  ]) {
    const instant = new Date(text)
    assert.deepEqual(instantOf(wallClock(instant, zone), zone), instant)
  }
})
