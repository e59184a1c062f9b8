import type { Ctx } from '#platform'

/** Words for where a run stands; the console says them. */
export type Stage = 'reading' | 'searching' | 'fitting' | 'choosing' | 'checking' | 'writing'

/** What one run of mining works with. */
export interface RunScope {
  ctx: Ctx
  /** Of the run: key of everything it writes. */
  id: string
  asOf: Date
  /** Aborts when a person cancels or the process ends. */
  signal: AbortSignal
  /** Where it stands, share of the whole, 0 to 1. */
  report: (stage: Stage, share: number) => void
}
