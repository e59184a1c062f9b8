import type { QuietDay } from './tables.ts'

/** A source's own rhythm, and whether it has gone blind against it. Pure. */

const minute = 60_000
const hour = 60 * minute
const keptDays = 8

const dayOf = (at: number) => new Date(at + 8 * hour).toISOString().slice(0, 10)

/** Something new came: the time without is noted with its day. @param last when something new came before */
export const noteArrival = (
  quiet: Readonly<Record<string, QuietDay>>,
  last: number | undefined,
  now: number,
): Record<string, QuietDay> => {
  const today = dayOf(now)
  const before = quiet[today] ?? { ms: 0, times: 0 }
  const gap = last === undefined ? 0 : Math.max(0, now - last)
  const all = { ...quiet, [today]: { ms: Math.max(before.ms, gap), times: before.times + 1 } }
  return Object.fromEntries(
    Object.entries(all)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(-keptDays),
  )
}

/** Days before today from which a rhythm is known. */
const leastDays = 2
/** Half as long again as the longest quiet of last week: no two weeks are alike. */
const patience = 1.5
/** Of a source without a rhythm. */
const strangerMs = 48 * hour

/** How long a source may be quiet before it counts as blind, ms. */
export const toleratedQuietMs = (quiet: Readonly<Record<string, QuietDay>>, everyMs: number, now: number): number => {
  const past = Object.entries(quiet).filter(([date]) => date < dayOf(now))
  const least = Math.max(hour, 3 * everyMs)
  if (past.length < leastDays) return Math.max(strangerMs, least)
  return Math.max(least, patience * Math.max(...past.map(([, { ms }]) => ms)))
}

const failuresUntilBlind = 5

/**
 * `failing`: five readings in a row failed, or none succeeded for three rounds and fifteen minutes. `silent`: it answers,
 * but nothing new came for half as long again as the longest quiet time of its last week.
 * @param everyMs time between readings; 0 for a source that is sent to us
 */
export const blindBecause = (state: {
  now: number
  quiet: Readonly<Record<string, QuietDay>>
  failures: number
  lastNewAt: number | undefined
  lastSuccessAt: number | undefined
  everyMs: number
  createdAt: number
}): 'failing' | 'silent' | undefined => {
  const { now, failures, everyMs, createdAt } = state
  const seenAt = state.lastSuccessAt ?? createdAt
  if (
    everyMs > 0 &&
    failures > 0 &&
    (failures >= failuresUntilBlind || now - seenAt > Math.max(3 * everyMs, 15 * minute))
  )
    return 'failing'
  const lastNew = state.lastNewAt ?? createdAt
  return now - lastNew > toleratedQuietMs(state.quiet, everyMs, now) ? 'silent' : undefined
}
