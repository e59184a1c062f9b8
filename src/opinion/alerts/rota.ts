import type { WorkTime } from '../clocks/clock-contract.ts'
import { dayKindOf, dayOf, startOfDay } from '../clocks/work-days.ts'
import type { RotaRules } from './rota-contract.ts'

/** Who is on call: turns by the week, holidays apart, exchanges over all. Pure. */

export interface Turn {
  from: number
  until: number
  person: string | null
  why: 'turn' | 'holiday' | 'exchange' | 'gap'
}

export interface Exchange {
  from: Date
  until: Date
  person: string | null
}

const dayMs = 86_400_000
const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))
const dayOfText = (text: string): number => Date.parse(`${text}T00:00:00Z`) / dayMs
const pick = (members: readonly string[], turn: number): string | null =>
  members.length === 0 ? null : (members[((turn % members.length) + members.length) % members.length] ?? null)

/** Days in Beijing are cut at the hand-over, so that a watch goes through the night. */
const dayTurn = (rules: RotaRules, day: number, kind: (day: number) => string): Omit<Turn, 'from' | 'until'> => {
  if (kind(day) === 'holiday' && rules.holidays !== 'same') {
    const person = rules.holidays === 'own' ? pick(rules.holidayMembers, day) : null
    return { person, why: person === null ? 'gap' : 'holiday' }
  }
  const first = dayOfText(rules.firstDay)
  const person = day < first ? null : pick(rules.members, Math.floor((day - first) / (7 * rules.weeksEach)))
  return { person, why: person === null ? 'gap' : 'turn' }
}

/**
 * Shifts between two instants, in order and without holes; neighbours with the same person are one.
 * @param exchanges the last one that covers an instant counts
 * @param away people who cannot be called, so that their shift is a gap
 */
export const turnsOf = (
  rules: RotaRules,
  { from, until }: { from: Date; until: Date },
  work: WorkTime,
  exchanges: readonly Exchange[] = [],
  away: ReadonlySet<string> = new Set(),
): Turn[] => {
  const kind = dayKindOf(work)
  const handOver = minutesOf(rules.handOver) * 60_000
  const [start, end] = [from.getTime(), until.getTime()]
  const cuts = new Set<number>([start, end])
  const firstDay = dayOf(start - handOver)
  for (let day = firstDay; startOfDay(day) + handOver < end; day++) cuts.add(startOfDay(day) + handOver)
  for (const exchange of exchanges) {
    cuts.add(exchange.from.getTime())
    cuts.add(exchange.until.getTime())
  }
  const edges = [...cuts].filter((at) => at >= start && at <= end).sort((a, b) => a - b)
  const turns: Turn[] = []
  for (const [index, at] of edges.entries()) {
    const next = edges[index + 1]
    if (next === undefined) break
    const exchange = exchanges.findLast((one) => one.from.getTime() <= at && one.until.getTime() > at)
    const planned: Omit<Turn, 'from' | 'until'> = exchange
      ? { person: exchange.person, why: exchange.person === null ? 'gap' : 'exchange' }
      : dayTurn(rules, dayOf(at - handOver), kind)
    const turn = planned.person !== null && away.has(planned.person) ? { person: null, why: 'gap' as const } : planned
    const last = turns.at(-1)
    if (last && last.person === turn.person && last.why === turn.why) last.until = next
    else turns.push({ from: at, until: next, ...turn })
  }
  return turns
}
