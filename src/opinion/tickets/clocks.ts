import type { Ctx } from '#platform'
import { dueAt } from '../clocks/clock.ts'
import type { WorkTime } from '../clocks/clock-contract.ts'
import { settingOf } from '../incidents/settings.ts'
import { workTime } from '../incidents/work-time.ts'
import { type KindTerms, type TicketClock, type TicketKind, ticketSteps } from './ticket-contract.ts'

export interface Held {
  from: string
  to: string | null
  reason: string
  by: string
}

export interface Deadlines {
  acknowledge: Date
  answer: Date
  solve: Date
}

/** Deadlines from an instant; null while a hold is open. */
const reckon = (terms: KindTerms, from: Date, pauses: readonly Held[], work: WorkTime): Deadlines | null => {
  const spans = pauses.map(({ from, to }) => ({ from: new Date(from), to: to === null ? null : new Date(to) }))
  const [acknowledge, answer, solve] = ticketSteps.map((step) => {
    const [minutes, calendar] = terms[step]
    return dueAt(from, minutes, calendar === 'work' ? work : null, spans)
  })
  return acknowledge && answer && solve ? { acknowledge, answer, solve } : null
}

/** Terms that count now for such a ticket, and its deadlines by them. */
export const deadlinesFor = async (
  ctx: Ctx,
  {
    kind,
    regulated,
    receivedAt,
    pauses = [],
  }: { kind: TicketKind; regulated: boolean; receivedAt: Date; pauses?: readonly Held[] },
): Promise<{ terms: KindTerms; due: Deadlines }> => {
  const all = await settingOf(ctx, 'tickets')
  const terms = kind === 'complaint' && regulated ? all.regulated : all[kind]
  const due = reckon(terms, receivedAt, pauses, await workTime(ctx))
  if (!due) throw new Error('the work time never ends these deadlines')
  return { terms, due }
}

/** The same deadlines after a hold. */
export const deadlinesAfter = async (
  ctx: Ctx,
  terms: KindTerms,
  receivedAt: Date,
  pauses: readonly Held[],
): Promise<Deadlines | null> => reckon(terms, receivedAt, pauses, await workTime(ctx))

interface Timed {
  terms: KindTerms
  pauses: readonly Held[]
  acknowledge_due_at: Date
  answer_due_at: Date
  solve_due_at: Date
  acknowledged_at: Date | null
  answered_at: Date | null
  solved_at: Date | null
  closed_at: Date | null
}

/** The three clocks of a ticket as they stand. One that was closed without a step has none left for it. */
export const clocksOf = (row: Timed, now: Date): TicketClock[] => {
  const open = row.pauses.at(-1)
  const held = open?.to === null
  // What is done while the clocks are held is in time where it was when the hold began.
  const heldFrom = held ? Date.parse(open.from) : Number.POSITIVE_INFINITY
  const steps = [
    ['acknowledge', row.acknowledge_due_at, row.acknowledged_at],
    ['answer', row.answer_due_at, row.answered_at],
    ['solve', row.solve_due_at, row.solved_at],
  ] as const
  return steps.map(([step, due, done]): TicketClock => {
    const ended = done ?? row.closed_at
    const standing = ended
      ? Math.min(ended.getTime(), heldFrom) > due.getTime()
        ? 'missed'
        : 'met'
      : held
        ? 'held'
        : now > due
          ? 'late'
          : 'running'
    const [minutes, calendar] = row.terms[step]
    return {
      step,
      dueAt: due.toISOString(),
      doneAt: done?.toISOString() ?? null,
      standing,
      leftSeconds: ended || held ? null : Math.round((due.getTime() - now.getTime()) / 1000),
      minutes,
      calendar,
    }
  })
}
