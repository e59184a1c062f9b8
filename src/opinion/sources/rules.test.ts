import assert from 'node:assert/strict'
import test from 'node:test'
import { retryAfter } from './fetch.ts'
import { blindBecause, noteArrival } from './rhythm.ts'
import { parseRobots, robotsAllow } from './robots.ts'
import { isOpen, nextReading, parseCron, rhythmMs, timetableFits } from './timetable.ts'

const robots = parseRobots(
  `# RFC 9309, section 5.2
User-Agent: *
Disallow: *.gif$
Disallow: /example/
Allow: /publications/
Crawl-delay: 7

User-Agent: foobot
Disallow:/
Allow:/example/page.html
Allow:/example/allowed.gif

User-Agent: barbot
User-Agent: bazbot
Disallow: /example/page.html
`,
  'zhiyin',
)

test('robots: the longest rule decides (RFC 9309, section 5)', () => {
  const at = (path: string) => robotsAllow(robots, `https://e.cn${path}`)
  assert.deepEqual(['/', '/example/x', '/publications/', '/a/b.gif', '/a/b.gif?x', '/robots.txt'].map(at), [
    true,
    false,
    true,
    false,
    true,
    true,
  ])
  assert.equal(robots.crawlDelay, 7)
  const own = parseRobots(
    'User-agent: Zhiyin\nDisallow: /\nAllow: /example/page.html\nUser-agent: *\nDisallow:',
    'zhiyin',
  )
  assert.deepEqual(
    ['/example/page.html', '/example/page', '/'].map((path) => robotsAllow(own, `https://e.cn${path}`)),
    [true, false, false],
  )
  assert.ok(robotsAllow(parseRobots('', 'zhiyin'), 'https://e.cn/x'))
  const equal = parseRobots('User-agent: *\nDisallow: /a\nAllow: /a', 'zhiyin')
  assert.ok(robotsAllow(equal, 'https://e.cn/a'))
  const hostile = parseRobots(`User-agent: *\nDisallow: ${'*a'.repeat(50_000)}$`, 'zhiyin')
  assert.ok(robotsAllow(hostile, `https://e.cn/${'a'.repeat(1_000)}b`))
})

const timetable = { everyMinutes: 10, cron: '', active: null }
const monday = Date.parse('2026-11-23T09:00:00+08:00')

test('the next reading: interval, cron, hours, back-off, Retry-After', () => {
  assert.equal(nextReading(timetable, { now: monday, failures: 0, random: 0.5 }), monday + 600_000)
  assert.equal(nextReading(timetable, { now: monday, failures: 3, random: 0.5 }), monday + 2_400_000)
  assert.equal(nextReading(timetable, { now: monday, failures: 30, random: 0.5 }), monday + 6 * 3_600_000)
  assert.equal(
    nextReading(timetable, { now: monday, failures: 1, retryAfterMs: 7_200_000, random: 0.5 }),
    monday + 7_200_000,
  )
  const daily = { ...timetable, cron: '30 8 * * 1-5' }
  assert.equal(
    new Date(nextReading(daily, { now: monday, failures: 0, random: 0 })).toISOString(),
    '2026-11-24T00:30:00.000Z',
  )
  assert.equal(rhythmMs({ ...timetable, cron: '*/15 * * * *' }, monday), 900_000)
  const office = { ...timetable, active: { from: '08:00', to: '20:00' } }
  const evening = Date.parse('2026-11-23T19:55:00+08:00')
  assert.equal(
    new Date(nextReading(office, { now: evening, failures: 0, random: 0.5 })).toISOString(),
    '2026-11-24T00:00:00.000Z',
  )
  const night = { ...timetable, active: { from: '22:00', to: '06:00' } }
  assert.deepEqual([isOpen(night, Date.parse('2026-11-23T23:00:00+08:00')), isOpen(night, monday)], [true, false])
  assert.deepEqual(
    ['0 0 31 2 *', '* * * *', '61 * * * *', '5-1 * * * *', '0 9 * * 7'].map((cron) =>
      timetableFits({ ...timetable, cron }),
    ),
    [false, false, false, false, true],
  )
  assert.ok(parseCron('0 9 * * 7')?.weekdays.has(0))
})

test('Retry-After in seconds or as a date, at most a day', () => {
  assert.deepEqual(
    ['120', new Date(monday + 60_000).toUTCString(), '999999999', 'soon', undefined].map((header) =>
      retryAfter(header, monday),
    ),
    [120_000, 60_000, 86_400_000, undefined, undefined],
  )
})

test('a source is blind by its own rhythm', () => {
  const hour = 3_600_000
  // Something every twenty minutes by day, nothing from midnight to seven: that night is its own rhythm.
  let quiet = {}
  let last: number | undefined
  for (let day = 0; day < 3; day++)
    for (let at = 7 * hour; at < 24 * hour; at += hour / 3) {
      const now = monday - 9 * hour - (3 - day) * 24 * hour + at
      quiet = noteArrival(quiet, last, now)
      last = now
    }
  const state = {
    quiet,
    failures: 0,
    lastNewAt: last,
    lastSuccessAt: monday,
    everyMs: 600_000,
    createdAt: monday - 30 * 24 * hour,
  }
  const lastAt = last ?? 0
  assert.equal(blindBecause({ ...state, now: lastAt + 7 * hour }), undefined)
  assert.equal(blindBecause({ ...state, now: lastAt + 12 * hour, lastSuccessAt: lastAt + 12 * hour }), 'silent')
  assert.equal(blindBecause({ ...state, now: monday, failures: 5, lastSuccessAt: monday - hour }), 'failing')
  assert.equal(blindBecause({ ...state, now: monday, failures: 1, lastSuccessAt: monday - 600_000 }), undefined)
  const young = { ...state, quiet: {}, lastNewAt: undefined, createdAt: monday - hour, now: monday }
  assert.equal(blindBecause(young), undefined, 'of a source without a rhythm silence says nothing yet')
  assert.equal(blindBecause({ ...young, createdAt: monday - 49 * hour, lastSuccessAt: monday }), 'silent')
})
