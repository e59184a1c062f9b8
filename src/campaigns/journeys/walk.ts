import { armOf, experimentArm } from '../experiments/assign.ts'
import type { SendVerdict } from '../gate/send-request.ts'
import type { Step } from './journey-contract.ts'
import { daysLater, instantAt, later, windowOpens } from './local-time.ts'

/** What becomes of one person at one step. Pure: the same place and the same facts, the same move; simulations use it too. */

/** Where somebody stands. */
export interface Place {
  campaignId: number
  /** Of the run; splits are drawn by it. */
  entryId: string
  customerNo: number
  step: string
  /** The how manieth passage through the step. */
  pass: number
  arrivedAt: Date
  /** What he waited for and has come: `event`, or the outcome of a task. */
  heard: string | null
}

/** What was found out about one person and one step before. */
export type Fact =
  /** Branch and best: the arm, or null for everybody else. */
  | { arm: string | null }
  /** A day `2026-11-22`, or null where there is none. */
  | { date: string | null }
  /** Whether the event came since he arrived. */
  | { came: boolean }
  /** The update was made. */
  | { done: true }
  /** It cannot be found out any more, whoever asks. */
  | { fault: string }

export interface Known {
  now: Date
  /** The recipient's. */
  zone: string
  fact?: Fact | undefined
  verdict?: SendVerdict | undefined
}

export type Move =
  /** On, by a way out of the step. `to` null: the journey is over for him. */
  | { is: 'go'; edge: string; to: string | null; arm?: string; goal?: true }
  /** Stays until then, or until something comes (null). */
  | { is: 'rest'; until: Date | null }
  /** A fact is needed. */
  | { is: 'ask' }
  /** The gate has to say. */
  | { is: 'send' }
  | { is: 'exit'; reason: string | null }
  | { is: 'fail'; reason: string }

/**
 * An event may come in after he arrived and before whoever listens to events knew that he waits: the stored events are looked
 * at once this long after he came, and once more before the time is over.
 */
export const lookBackMs = 3_000

const go = (edge: string, to: string | null): Move => ({ is: 'go', edge, to })
const restOr = (until: Date, now: Date, move: Move): Move => (until > now ? { is: 'rest', until } : move)

export const moveAt = (step: Step, place: Place, known: Known): Move => {
  const { now, zone, fact, verdict } = known
  if (fact && 'fault' in fact) return { is: 'fail', reason: fact.fault }
  switch (step.kind) {
    case 'message':
      if (!verdict) return { is: 'send' }
      if (verdict.decision === 'refused') return refused(step)
      // Held back by quiet hours he waits here, so that what follows counts from when it really goes out.
      return restOr(verdict.notBefore, now, go('next', step.next))
    case 'task':
      return taskMove(step, place, known)
    case 'wait':
      return restOr(later(place.arrivedAt, step.for, zone), now, go('next', step.next))
    case 'waitDate': {
      if (!fact || !('date' in fact)) return { is: 'ask' }
      if (fact.date === null) return go('missing', step.onMissing)
      const due = instantAt(daysLater(fact.date, step.offsetDays), step.at, zone)
      return due < place.arrivedAt ? go('missing', step.onMissing) : restOr(due, now, go('next', step.next))
    }
    case 'waitEvent': {
      if (place.heard !== null) return go('next', step.next)
      const end = later(place.arrivedAt, step.within, zone)
      const look = new Date(Math.min(place.arrivedAt.getTime() + lookBackMs, end.getTime()))
      if (now < look) return { is: 'rest', until: look }
      if (!fact || !('came' in fact)) return { is: 'ask' }
      return fact.came ? go('next', step.next) : restOr(end, now, go('timeout', step.onTimeout))
    }
    case 'waitWindow': {
      const opens = windowOpens(now, step, zone)
      return opens ? restOr(opens, now, go('next', step.next)) : { is: 'fail', reason: 'windowNeverOpens' }
    }
    case 'branch':
    case 'best': {
      if (!fact || !('arm' in fact)) return { is: 'ask' }
      const arm = step.arms.find(({ name }) => name === fact.arm)
      return arm ? go(`arm:${arm.name}`, arm.next) : go('otherwise', step.otherwise)
    }
    case 'split': {
      // Drawn anew at each passage, and the same again when the passage is tried again.
      const arms = step.arms.map((arm) => ({ name: arm.name, weight: arm.share, next: arm.next }))
      const seed = `split:${place.campaignId}:${place.step}`
      const arm = armOf({ seed, arms }, `${place.entryId}:${place.pass}`) ?? arms.at(-1)
      return arm ? go(`arm:${arm.name}`, arm.next) : { is: 'fail', reason: 'noArms' }
    }
    case 'experiment': {
      const { key, arms } = step
      const arm = experimentArm({ campaignId: place.campaignId, key, arms }, place.customerNo) ?? arms.at(-1)
      if (!arm) return { is: 'fail', reason: 'noArms' }
      return { is: 'go', edge: `arm:${arm.name}`, to: arm.next, arm: `${key}:${arm.name}` }
    }
    case 'update':
      return fact && 'done' in fact ? go('next', step.next) : { is: 'ask' }
    case 'goal':
      return { is: 'go', edge: 'next', to: step.next, goal: true }
    case 'exit':
      return { is: 'exit', reason: step.reason ?? null }
    default:
      // A version of the program that knew more kinds of steps published it.
      return { is: 'fail', reason: 'unknownKind' }
  }
}

type Sending = Extract<Step, { kind: 'message' | 'task' }>

const refused = (step: Sending): Move => go('refused', step.onRefused === undefined ? step.next : step.onRefused)

const taskMove = (
  step: Extract<Step, { kind: 'task' }>,
  { arrivedAt, heard }: Place,
  { now, zone, verdict }: Known,
): Move => {
  const { outcomes } = step
  if (heard !== null) {
    const to = outcomes && Object.hasOwn(outcomes, heard) ? outcomes[heard] : undefined
    // An outcome that is not drawn leads on.
    return to === undefined ? go('expired', step.next) : go(`outcome:${heard}`, to)
  }
  if (!verdict) return { is: 'send' }
  if (verdict.decision === 'refused') return refused(step)
  if (!outcomes) return go('next', step.next)
  // Nobody can work on it before it may be worked on.
  const from = new Date(Math.max(arrivedAt.getTime(), verdict.notBefore.getTime()))
  return restOr(later(from, step.dueIn, zone), now, go('expired', step.next))
}

/** Whether a step passes people on without waiting or asking the outside: what comes after it may be looked at ahead. */
export const passesOn = ({ kind }: Step): boolean => kind !== 'wait' && kind !== 'update' && kind !== 'exit'

/** Whether the move needs a fact that has to be found out before. */
export const asks = ({ kind }: Step): boolean =>
  kind === 'waitDate' || kind === 'waitEvent' || kind === 'branch' || kind === 'best' || kind === 'update'
