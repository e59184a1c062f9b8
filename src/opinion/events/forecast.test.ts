import assert from 'node:assert/strict'
import test from 'node:test'
import { cedLines } from '#test'
import { forecast } from './forecast.ts'

const hour = 3_600_000

interface CedEvent {
  post: { at: number }
  reposts: { at: number }[]
  repostsTotal: number
}

test('on the half of the CED events it was not fitted on, the interval holds about four times in five', () => {
  const events = cedLines()
    .filter((line) => Number(/"group":(\d+)/.exec(line)?.[1]) % 2 === 1)
    .map((line) => JSON.parse(line) as CedEvent)
  let inside = 0
  let all = 0
  const errors: number[] = []
  for (const { post, reposts, repostsTotal } of events) {
    const times = [post.at * 1_000, ...reposts.map(({ at }) => at * 1_000)].sort((a, b) => a - b)
    const first = times[0] ?? 0
    const last = times.at(-1) ?? 0
    for (const age of [0.5, 1, 2, 4, 8, 12])
      for (const hours of [1, 3, 6]) {
        const now = first + age * hour
        // Only 400 reposts of an event are known: what came later is not counted against it.
        if (repostsTotal > reposts.length && now + hours * hour > last) continue
        const expected = forecast(times, now, hours)
        if (!expected) continue
        const came = times.filter((at) => at > now && at <= now + hours * hour).length
        all++
        if (came >= expected.low && came <= expected.high) inside++
        errors.push(Math.abs(Math.log((came + 1) / (expected.expected + 1))))
      }
  }
  const coverage = inside / all
  const error = errors.toSorted((a, b) => a - b)[Math.floor(errors.length / 2)] ?? 9
  assert.ok(all > 10_000)
  assert.ok(coverage >= 0.76 && coverage <= 0.88, `coverage ${coverage}`)
  // Half of the forecasts are within a factor of 1.8.
  assert.ok(error <= Math.log(1.8), `median error ${Math.exp(error)}`)
})

test('nothing is said of a story of a few posts; a story left alone falls', () => {
  const now = Date.UTC(2026, 2, 1)
  assert.equal(forecast([now - hour, now], now, 3), undefined)
  const fresh = Array.from({ length: 60 }, (_, n) => now - hour + n * 60_000)
  const soon = forecast(fresh, now, 1)
  const old = forecast(
    fresh.map((at) => at - 12 * hour),
    now,
    1,
  )
  assert.ok(soon && old && soon.expected > 10 * old.expected)
  assert.ok(soon.low <= soon.expected && soon.expected <= soon.high)
})
