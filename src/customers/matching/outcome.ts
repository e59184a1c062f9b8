import type { Histogram } from './match.ts'
import type { Learned } from './weights.ts'

/** What was learned, as it is kept. */
export type Weights = Learned

/** What a run found out besides the pairs. */
export interface Outcome {
  learned: Weights
  histogram: Histogram
  linkWeight: number
  reviewWeight: number
  /** Keys of each blocking rule that too many customers share. */
  keysLeftOut: number[]
  /** Links refused because of different strong identifiers, and clusters taken apart. */
  refused: number
  split: number
}
