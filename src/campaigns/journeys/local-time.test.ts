import assert from 'node:assert/strict'
import test from 'node:test'
import { instantAt, isWorkday, isZone, later, localDate, localTime, weekday, windowOpens } from './local-time.ts'

const shanghai = 'Asia/Shanghai'
const open = (at: string, window: object, zone = shanghai) =>
  windowOpens(new Date(at), { from: '09:00', to: '18:00', onlyOn: 'any', ...window }, zone)?.toISOString()

test('the weekday is that of the local clock, not of UTC', () => {
  // reference/marketing.md, mistake 6: weekdays from 07:00, asked on Friday at 20:00 (12:00 UTC), on Sunday evening, at 10:00.
  const mornings = { from: '07:00', to: '22:00', days: [1, 2, 3, 4, 5] }
  const window = { ...mornings, to: '08:00' }
  assert.equal(open('2026-03-13T20:00:00+08:00', window), '2026-03-15T23:00:00.000Z', 'Monday 07:00, not Saturday')
  assert.equal(open('2026-03-15T20:00:00+08:00', window), '2026-03-15T23:00:00.000Z', 'Monday, not Tuesday')
  assert.equal(open('2026-03-13T06:00:00+08:00', window), '2026-03-12T23:00:00.000Z', 'Friday morning, Thursday in UTC')
  assert.equal(open('2026-03-14T00:30:00+08:00', window), '2026-03-15T23:00:00.000Z', 'Saturday, Friday in UTC')
  assert.equal(open('2026-03-16T00:30:00+08:00', window), '2026-03-15T23:00:00.000Z', 'Monday, Sunday in UTC')
})

test('a window is open from its first second to the last before its end', () => {
  assert.equal(open('2026-03-13T08:59:59.999+08:00', {}), '2026-03-13T01:00:00.000Z')
  assert.equal(open('2026-03-13T09:00:00+08:00', {}), '2026-03-13T01:00:00.000Z')
  assert.equal(open('2026-03-13T17:59:59.999+08:00', {}), '2026-03-13T09:59:59.999Z')
  assert.equal(open('2026-03-13T18:00:00+08:00', {}), '2026-03-14T01:00:00.000Z')
})

test('a window over midnight is open on both sides of it and belongs to the day it begins on', () => {
  const night = { from: '22:00', to: '06:00' }
  assert.equal(open('2026-03-13T23:00:00+08:00', night), '2026-03-13T15:00:00.000Z')
  assert.equal(open('2026-03-14T05:59:00+08:00', night), '2026-03-13T21:59:00.000Z')
  assert.equal(open('2026-03-14T06:00:00+08:00', night), '2026-03-14T14:00:00.000Z')
  const fridays = { ...night, days: [5] }
  assert.equal(open('2026-03-14T05:00:00+08:00', fridays), '2026-03-13T21:00:00.000Z', 'Saturday 05:00 is Friday night')
  assert.equal(
    open('2026-03-13T05:00:00+08:00', fridays),
    '2026-03-13T14:00:00.000Z',
    'Friday 05:00 was Thursday night',
  )
})

test('workdays follow the Chinese calendar: holidays are none, make-up weekends are', () => {
  assert.equal(isWorkday('2026-02-17'), false, 'Spring Festival, a Tuesday')
  assert.equal(isWorkday('2026-02-14'), true, 'a Saturday that makes up for it')
  assert.equal(isWorkday('2026-10-10'), true, 'the Saturday after the National Day')
  assert.equal(isWorkday('2026-11-22'), false, 'a Sunday')
  // From Friday the 13th in the evening the next workday is Saturday the 14th; after it comes the 24th.
  assert.equal(open('2026-02-13T19:00:00+08:00', { onlyOn: 'workdays' }), '2026-02-14T01:00:00.000Z')
  assert.equal(open('2026-02-14T19:00:00+08:00', { onlyOn: 'workdays' }), '2026-02-24T01:00:00.000Z')
  assert.equal(open('2026-02-09T10:00:00+08:00', { onlyOn: 'holidays' }), '2026-02-15T01:00:00.000Z')
})

test('days later is the same time of day over a change of clocks, hours are exact', () => {
  const zone = 'Europe/Berlin'
  // Clocks go forward on 29 March 2026 at 02:00, back on 25 October at 03:00.
  const eve = new Date('2026-03-28T12:00:00+01:00')
  assert.equal(later(eve, { amount: 1, unit: 'days' }, zone).toISOString(), '2026-03-29T10:00:00.000Z')
  assert.equal(later(eve, { amount: 24, unit: 'hours' }, zone).toISOString(), '2026-03-29T11:00:00.000Z')
  const autumn = new Date('2026-10-24T12:00:00+02:00')
  assert.equal(later(autumn, { amount: 1, unit: 'days' }, zone).toISOString(), '2026-10-25T11:00:00.000Z')
})

test('a time that the clocks skip happens as much later, one they show twice the first time', () => {
  const zone = 'America/New_York'
  assert.equal(instantAt('2026-03-08', '02:30', zone).toISOString(), '2026-03-08T07:30:00.000Z', '03:30 of summer time')
  assert.equal(instantAt('2026-11-01', '01:30', zone).toISOString(), '2026-11-01T05:30:00.000Z', 'still summer time')
  // A window that begins in the gap opens when the gap is over, and one within it never does on that day.
  const gap = { from: '02:15', to: '02:45' }
  assert.equal(open('2026-03-08T05:00:00Z', gap, zone), '2026-03-08T07:15:00.000Z')
})

test('windows follow the clock of the recipient, quarter-hour zones and the old Chinese summer time included', () => {
  assert.equal(open('2026-06-01T00:00:00Z', {}, 'Asia/Kathmandu'), '2026-06-01T03:15:00.000Z')
  assert.equal(localTime(new Date('1988-07-01T00:00:00Z'), shanghai), '09:00')
  assert.equal(localTime(new Date('2026-07-01T00:00:00Z'), shanghai), '08:00')
  assert.equal(localDate(new Date('2026-03-12T23:00:00Z'), shanghai), '2026-03-13')
  assert.equal(weekday('2026-11-22'), 7)
})

test('what people write into a trait is a zone or it is not', () => {
  for (const zone of ['Asia/Shanghai', 'Asia/Urumqi', 'America/Argentina/Buenos_Aires', 'UTC'])
    assert.ok(isZone(zone), zone)
  for (const zone of ['', 'Beijing', '+08:00', 'Asia/', '<script>']) assert.ok(!isZone(zone), zone)
})

test('a window that its days never allow does not open', () => {
  assert.equal(open('2026-03-13T20:00:00+08:00', { from: '09:00', to: '09:00' }), undefined)
})
