import assert from 'node:assert/strict'
import test from 'node:test'
import { calledAs, cast } from './cast.ts'
import { openTalk, opinionWeek } from './week.ts'

const now = new Date('2026-11-20T06:00:00Z')
const week = opinionWeek({ seed: 'mingyue', now })

test('a week is the same each time, in order, and every post is its own', () => {
  assert.deepEqual(opinionWeek({ seed: 'mingyue', now }), week)
  assert.notDeepEqual(opinionWeek({ seed: 'other', now }), week)
  assert.ok(week.length >= 3_000 && week.length <= 5_000, String(week.length))
  assert.equal(new Set(week.map(({ item }) => item.guid)).size, week.length)
  const times = week.map(({ item }) => Date.parse(item.publishedAt))
  assert.ok(times.every((at, n) => at >= (times[n - 1] ?? 0) && at <= now.getTime()))
  assert.ok(week.every(({ item }) => !item.text.includes('{') && item.text.length > 0))
})

test('usual talk has all eleven aspects, praise, complaints with their number, disguised names and fewer posts at night', () => {
  const usual = week.filter(({ truth }) => truth.story === 'background')
  assert.equal(new Set(usual.flatMap(({ truth }) => truth.aspects)).size, 11)
  for (const sentiment of [-1, 0, 1]) assert.ok(usual.some(({ truth }) => truth.sentiment === sentiment))
  assert.ok(usual.filter(({ item }) => item.complaint?.number.startsWith('TS')).length > 80)
  const names = Object.values(calledAs).flat()
  const disguised = cast.flatMap(({ disguised }) => disguised)
  const hidden = usual.filter(({ item }) => disguised.some((name) => item.text.includes(name)))
  assert.ok(hidden.length > 30 && hidden.length < 300, String(hidden.length))
  const named = usual.filter(
    ({ item: { kind, text, title } }) =>
      kind !== 'comment' &&
      kind !== 'hot-list' &&
      [...names, ...disguised].some((name) => (title + text).includes(name)),
  )
  assert.ok(named.length > usual.length * 0.85)
  const atHour = (hour: number) =>
    usual.filter(({ item }) => (new Date(item.publishedAt).getUTCHours() + 8) % 24 === hour).length
  assert.ok(atHour(3) * 4 < atHour(20))
})

test('the crisis begins with a complaint, spreads, reaches list, media and regulator, and falls after the statement', () => {
  const crisis = week.filter(({ truth }) => truth.story === 'crisis')
  assert.equal(crisis[0]?.item.kind, 'complaint')
  const places = new Set(crisis.map(({ item }) => item.platform))
  for (const place of ['heimao', 'weibo', 'douyin', 'zhihu', 'news', 'regulator']) assert.ok(places.has(place), place)
  assert.ok(crisis.some(({ item }) => item.hotList?.rank === 9))
  const said = (from: number, to: number) => {
    const begin = Date.parse(crisis[0]?.item.publishedAt ?? '')
    return crisis.filter(({ item }) => {
      const minute = (Date.parse(item.publishedAt) - begin) / 60_000
      return minute >= from && minute < to
    })
  }
  const before = said(268, 328)
  const after = said(448, 508)
  assert.ok(after.length < before.length)
  const harsh = (posts: typeof before) => posts.filter(({ truth }) => truth.sentiment === -1).length / posts.length
  assert.ok(harsh(before) > 0.9 && harsh(after) < 0.7)
  assert.equal(said(1_800, 1e6).length, 0, 'over for an hour and more')
})

test('talk goes on', () => {
  const talk = openTalk({ seed: 'mingyue', series: 'l' })
  const said = Array.from({ length: 50 }, (_, n) => talk(new Date(now.getTime() + n * 20_000)))
  assert.equal(new Set(said.map(({ item }) => item.guid)).size, 50)
  assert.ok(said.some(({ truth }) => truth.story === 'fresh') && said.some(({ truth }) => truth.story === 'background'))
})
