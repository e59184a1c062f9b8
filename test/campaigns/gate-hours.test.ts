import assert from 'node:assert/strict'
import test from 'node:test'
import { calendarOf, yearOf } from '../../src/campaigns/gate/calendar.ts'
import { firstOpen } from '../../src/campaigns/gate/hours.ts'
import { dayNumberOf, instantOfLocal, localDay, offsetAt, weekdayOf } from '../../src/campaigns/gate/zone-clock.ts'
import { HoursRule, type OpenSpan } from '../../src/campaigns/limits/limits-contract.ts'

const send = { category: 'marketing', channel: 'sms', product: 'loan', purpose: 'marketing' } as const
const calendar = calendarOf({ holidays: [], workdays: [] })
const daily = (spans: OpenSpan[], more: Partial<HoursRule> = {}): HoursRule =>
  HoursRule.parse({ id: 'r', name: 'r', week: Array.from({ length: 7 }, () => spans), ...more })
const nine = daily([{ from: '09:00', to: '20:00' }])

/** When a send of an instant goes out; both with their own offset. */
const opens = (rules: HoursRule | HoursRule[], at: string, zone = 'Asia/Shanghai'): string | undefined =>
  firstOpen([rules].flat(), { send, zone, calendar, at: new Date(at) }).at?.toISOString()
const utc = (at: string) => new Date(at).toISOString()

test('quiet-hours-boundaries: to the second, in the zone of the recipient', () => {
  const day = '2026-03-11'
  assert.equal(opens(nine, `${day}T08:59:59+08:00`), utc(`${day}T09:00:00+08:00`))
  assert.equal(opens(nine, `${day}T09:00:00+08:00`), utc(`${day}T09:00:00+08:00`))
  assert.equal(opens(nine, `${day}T19:59:59+08:00`), utc(`${day}T19:59:59+08:00`))
  assert.equal(opens(nine, `${day}T19:59:59.999+08:00`), utc(`${day}T19:59:59.999+08:00`))
  assert.equal(opens(nine, `${day}T20:00:00+08:00`), utc('2026-03-12T09:00:00+08:00'))
  // The same instant is 19:59:59 in Shanghai and 20:59:59 in Tokyo.
  assert.equal(opens(nine, `${day}T19:59:59+08:00`, 'Asia/Tokyo'), utc('2026-03-12T09:00:00+09:00'))
  assert.equal(opens(nine, `${day}T19:59:59+08:00`, 'Asia/Kathmandu'), utc(`${day}T19:59:59+08:00`))
})

test('a window over midnight belongs to the day it begins on', () => {
  const night = HoursRule.parse({
    id: 'r',
    name: 'r',
    // Friday evening until Saturday morning only.
    week: [[], [], [], [], [{ from: '22:00', to: '06:00' }], [], []],
  })
  assert.equal(opens(night, '2026-03-14T05:59:59+08:00'), utc('2026-03-14T05:59:59+08:00'), 'Saturday morning')
  assert.equal(opens(night, '2026-03-14T06:00:00+08:00'), utc('2026-03-20T22:00:00+08:00'))
  assert.equal(opens(night, '2026-03-13T21:59:59+08:00'), utc('2026-03-13T22:00:00+08:00'))
  assert.equal(opens(night, '2026-03-13T05:00:00+08:00'), utc('2026-03-13T22:00:00+08:00'), 'Friday morning is closed')
})

test('weekdays are those of the local date, whatever day it is in UTC', () => {
  const weekdays = HoursRule.parse({
    id: 'r',
    name: 'r',
    week: [0, 1, 2, 3, 4, 5, 6].map((day) => (day < 5 ? [{ from: '07:00', to: '20:00' }] : [])),
  })
  // Friday 20:00 in Shanghai: Monday 07:00, which is Sunday 23:00 in UTC.
  assert.equal(opens(weekdays, '2026-03-13T20:00:00+08:00'), utc('2026-03-16T07:00:00+08:00'))
  assert.equal(opens(weekdays, '2026-03-15T22:00:00+08:00'), utc('2026-03-16T07:00:00+08:00'))
  assert.equal(weekdayOf(dayNumberOf('2026-03-16')), 1)
  assert.equal(weekdayOf(dayNumberOf('1969-12-28')), 7)
})

test('summer time: hours stay where the clock shows them, in both directions', () => {
  const zone = 'America/New_York'
  // 8 March 2026: 02:00 → 03:00. 1 November: 02:00 → 01:00.
  assert.equal(opens(nine, '2026-03-07T20:00:00-05:00', zone), utc('2026-03-08T09:00:00-04:00'))
  assert.equal(opens(nine, '2026-10-31T20:00:00-04:00', zone), utc('2026-11-01T09:00:00-05:00'))
  const inGap = daily([{ from: '02:30', to: '06:00' }])
  assert.equal(
    opens(inGap, '2026-03-08T00:00:00-05:00', zone),
    utc('2026-03-08T03:00:00-04:00'),
    'skipped: at the change',
  )
  const endsInGap = daily([{ from: '00:00', to: '02:30' }])
  assert.equal(opens(endsInGap, '2026-03-08T01:59:59-05:00', zone), utc('2026-03-08T01:59:59-05:00'))
  assert.equal(opens(endsInGap, '2026-03-08T03:00:00-04:00', zone), utc('2026-03-09T00:00:00-04:00'))
  const doubled = daily([{ from: '01:30', to: '05:00' }])
  assert.equal(
    opens(doubled, '2026-11-01T01:30:00-04:00', zone),
    utc('2026-11-01T01:30:00-05:00'),
    'opens once, the second time',
  )
  const endsDoubled = daily([{ from: '00:00', to: '01:30' }])
  assert.equal(opens(endsDoubled, '2026-11-01T01:29:59-04:00', zone), utc('2026-11-01T01:29:59-04:00'))
  assert.equal(
    opens(endsDoubled, '2026-11-01T01:30:00-04:00', zone),
    utc('2026-11-02T00:00:00-05:00'),
    'closes once, the first time',
  )
  // Inside a span no clock ever shows a closed time.
  for (let ms = Date.parse('2026-11-01T04:00:00Z'); ms < Date.parse('2026-11-01T12:00:00Z'); ms += 600_000) {
    const at = new Date(ms).toISOString()
    if (opens(doubled, at, zone) !== at) continue
    const wall = new Date(ms + offsetAt(zone, ms)).toISOString().slice(11, 16)
    assert.ok(wall >= '01:30' && wall < '05:00', `${at} ${wall}`)
  }
  assert.equal(instantOfLocal(zone, dayNumberOf('2026-11-01'), 90, 'first'), Date.parse('2026-11-01T01:30:00-04:00'))
  assert.equal(
    instantOfLocal('Australia/Lord_Howe', dayNumberOf('2026-10-04'), 135, 'first'),
    Date.parse('2026-10-03T15:30:00Z'),
    'half an hour is skipped',
  )
})

test('29 February, the end of the year and the end of the day', () => {
  assert.equal(opens(nine, '2028-02-28T20:00:00+08:00'), utc('2028-02-29T09:00:00+08:00'))
  assert.equal(opens(nine, '2028-02-29T20:00:00+08:00'), utc('2028-03-01T09:00:00+08:00'))
  assert.equal(opens(nine, '2026-12-31T20:00:00+08:00'), utc('2027-01-01T09:00:00+08:00'))
  const whole = daily([{ from: '00:00', to: '24:00' }])
  assert.equal(opens(whole, '2026-12-31T23:59:59+08:00'), utc('2026-12-31T23:59:59+08:00'))
  assert.equal(localDay('Asia/Shanghai', Date.parse('2026-12-31T16:00:00Z')), dayNumberOf('2027-01-01'))
})

test('holidays and make-up workdays follow the arrangement of the State Council and the company', () => {
  assert.equal(calendar(dayNumberOf('2026-10-01')), 'holiday')
  assert.equal(calendar(dayNumberOf('2026-10-03')), 'holiday', 'a Saturday of a holiday is one')
  assert.equal(calendar(dayNumberOf('2026-10-10')), 'makeUpWorkday')
  assert.equal(calendar(dayNumberOf('2026-10-17')), 'weekend')
  assert.equal(calendar(dayNumberOf('2026-10-19')), 'workday')
  const calls = HoursRule.parse({
    id: 'r',
    name: 'r',
    week: [0, 1, 2, 3, 4, 5, 6].map((day) => (day < 5 ? [{ from: '09:00', to: '18:00' }] : [])),
    holiday: [],
    makeUpWorkday: [{ from: '09:00', to: '17:00' }],
  })
  assert.equal(opens(calls, '2026-09-30T18:00:00+08:00'), utc('2026-10-08T09:00:00+08:00'))
  assert.equal(opens(calls, '2026-10-09T18:00:00+08:00'), utc('2026-10-10T09:00:00+08:00'), 'the Saturday is worked')
  assert.equal(opens(calls, '2026-10-10T17:00:00+08:00'), utc('2026-10-12T09:00:00+08:00'))
  const own = calendarOf({
    holidays: [{ date: '2026-10-12', name: '司庆' }],
    workdays: [{ date: '2026-10-11', name: '调班' }],
  })
  const at = firstOpen([calls], {
    send,
    zone: 'Asia/Shanghai',
    calendar: own,
    at: new Date('2026-10-11T18:00:00+08:00'),
  })
  assert.equal(at.at?.toISOString(), utc('2026-10-13T09:00:00+08:00'))
  assert.equal(own(dayNumberOf('2026-10-11')), 'makeUpWorkday')
})

test('all rules that fit must be open, and one that never opens says which it is', () => {
  const morning = daily([{ from: '06:00', to: '10:00' }], { id: 'morning' })
  assert.equal(opens([nine, morning], '2026-03-11T10:00:00+08:00'), utc('2026-03-12T09:00:00+08:00'))
  const never = daily([{ from: '20:30', to: '21:00' }], { id: 'never' })
  const found = firstOpen([nine, never], {
    send,
    zone: 'Asia/Shanghai',
    calendar,
    at: new Date('2026-03-11T10:00:00+08:00'),
  })
  assert.equal(found.at, undefined)
  assert.equal(
    opens([nine, daily([], { id: 'calls', channels: ['call'] })], '2026-03-11T10:00:00+08:00'),
    utc('2026-03-11T10:00:00+08:00'),
    'a rule for calls does not bind a message',
  )
})

test('the calendar of a year says whether its arrangement is known', () => {
  const year = yearOf({ holidays: [{ date: '2026-03-02', name: '司庆' }], workdays: [] }, 2026)
  assert.equal(year.published, true)
  assert.deepEqual(
    year.days.find(({ date }) => date === '2026-02-14'),
    { date: '2026-02-14', kind: 'makeUpWorkday', name: '春节', nameEn: 'Spring Festival', own: false },
  )
  assert.equal(year.days.find(({ date }) => date === '2026-03-02')?.own, true)
  assert.equal(yearOf({ holidays: [], workdays: [] }, 2090).published, false)
})
