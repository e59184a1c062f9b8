import type { Pause, WorkTime } from './clock-contract.ts'
import { dayOf, periodsOf } from './work-days.ts'

/**
 * Deadlines over a calendar of work: a deadline is a list of stretches in which its clock ran, never «start plus hours», so
 * that it can be shown, stored and computed again. Pure.
 */

/** Two years of days without enough work in them are a calendar that never works. */
const mostDays = 740

interface Span {
  from: number
  to: number
}

/** Stretches of work from an instant on, in order. `work` null: around the clock. */
function* stretchesFrom(start: number, work: WorkTime | null): Generator<Span> {
  if (work === null) {
    yield { from: start, to: Number.POSITIVE_INFINITY }
    return
  }
  const periods = periodsOf(work)
  const first = dayOf(start)
  for (let day = first; day < first + mostDays; day++)
    for (const [from, to] of periods(day)) if (to > start) yield { from: Math.max(from, start), to }
}

/** What is left of a stretch when the clock stands still in the pauses (sorted by beginning). */
function* withoutPauses({ from, to }: Span, pauses: readonly Span[]): Generator<Span> {
  let at = from
  for (const pause of pauses) {
    if (pause.to <= at) continue
    if (pause.from >= to) break
    if (pause.from > at) yield { from: at, to: pause.from }
    at = Math.max(at, pause.to)
    if (at >= to) return
  }
  if (at < to) yield { from: at, to }
}

const sorted = (pauses: readonly Pause[]): Span[] =>
  pauses
    .map(({ from, to }) => ({ from: from.getTime(), to: to?.getTime() ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => a.from - b.from)

/**
 * The stretches in which a clock of so many minutes runs, the last of them ending when it is over.
 * @param minutes of running time, ≥ 0
 * @param work when the clock runs; null: around the clock
 * @returns stretches in order, and when it is over: null while a pause is open before the end, or when the calendar never
 *   has enough work in two years
 */
export const clockOf = (
  start: Date,
  minutes: number,
  work: WorkTime | null,
  pauses: readonly Pause[] = [],
): { stretches: { from: Date; to: Date }[]; due: Date | null } => {
  let left = minutes * 60_000
  if (left <= 0) return { stretches: [], due: start }
  const still = sorted(pauses)
  const stretches: { from: Date; to: Date }[] = []
  for (const open of stretchesFrom(start.getTime(), work))
    for (const { from, to } of withoutPauses(open, still)) {
      const end = Math.min(to, from + left)
      const last = stretches.at(-1)
      // Neighbours become one, so that the list is as short as it can be.
      if (last && last.to.getTime() === from) last.to = new Date(end)
      else stretches.push({ from: new Date(from), to: new Date(end) })
      left -= end - from
      if (left <= 0) return { stretches, due: new Date(end) }
    }
  return { stretches, due: null }
}

/**
 * When a deadline is over.
 * @param minutesOfWork of running time
 * @param work when the clock runs; null: around the clock
 * @param pauses in which it stands still
 * @returns null while a pause is open before the end
 */
export const dueAt = (
  start: Date,
  minutesOfWork: number,
  work: WorkTime | null,
  pauses: readonly Pause[] = [],
): Date | null => clockOf(start, minutesOfWork, work, pauses).due

/** Minutes that a clock ran between two instants. */
export const minutesRun = (from: Date, to: Date, work: WorkTime | null, pauses: readonly Pause[] = []): number => {
  const still = sorted(pauses)
  const end = to.getTime()
  let ran = 0
  for (const open of stretchesFrom(from.getTime(), work)) {
    if (open.from >= end) break
    for (const span of withoutPauses({ from: open.from, to: Math.min(open.to, end) }, still)) ran += span.to - span.from
  }
  return ran / 60_000
}

/** Whether there is work at an instant. */
export const isWorkTime = (at: Date, work: WorkTime): boolean =>
  periodsOf(work)(dayOf(at.getTime())).some(([from, to]) => at.getTime() >= from && at.getTime() < to)
