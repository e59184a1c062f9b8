import type { Boosted } from '../training/boost.ts'
import type { Platt } from '../training/calibration.ts'

/** Distinct n-grams read of all reposts of a story, at most. */
export const mostOfReposts = 20_000

/** What tells at one stage: trees over margins and numbers, and the sigmoid over theirs. */
export interface TrainedStage {
  boosted: Boosted
  platt: Platt
}
