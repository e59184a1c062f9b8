import type { Ctx } from '#platform'

/** Somebody who may enter, and what made him. */
export interface Person {
  customerNo: number
  /** The same occurrence has the same key, and never lets him in twice. */
  triggerKey: string
  /** Properties for templates and conditions; no personal data. */
  trigger: Readonly<Record<string, unknown>>
}

/**
 * Lets people in by holdout and re-entry policy, in a transaction. One person may be among them several times, in order:
 * each occurrence has its own key. @returns how many went in
 */
export type Enter = (
  ctx: Ctx,
  who: { campaignId: number; version: number; people: readonly Person[] },
) => Promise<number>

/** An event that a version listens to, of somebody who may be in it. */
export interface Arrival {
  campaignId: number
  version: number
  customerNo: number
  /** What it does there: ends a wait at a step, ends the journey, or is the goal. */
  role: 'wait' | 'exit' | 'goal'
  /** Of a wait. */
  step: string | undefined
  event: string
  /** One event, one hash; decimal. */
  hash: string
  /** When it happened, and when it came in. */
  at: Date
  receivedAt: Date
}

/** Tells those inside what arrived, in a transaction. The same arrival may be told twice; nobody may notice. */
export type Arrived = (ctx: Ctx, arrivals: readonly Arrival[]) => Promise<void>

export interface Calls {
  enter: Enter
  arrived: Arrived
  /** What runs has changed: something may be due at once. */
  changed?: (ctx: Ctx) => Promise<void>
}
