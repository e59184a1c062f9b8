import { brent } from './brent.ts'
import type { AnnualCost } from './cost-contract.ts'
import { problem } from './problem.ts'

/** Rates of a period that are looked through: -90 % to 500 %. */
const [lowest, highest] = [-0.9, 5]

/** How often money changes its direction; zeros do not count. */
const signChanges = (flows: readonly number[]): number => {
  const signs = flows.filter((flow) => flow !== 0).map(Math.sign)
  return signs.filter((sign, i) => i > 0 && sign !== signs[i - 1]).length
}

const solve = (flows: readonly number[], valueAt: (rate: number) => number): number => {
  // One change of sign means one rate (Descartes); with more there may be several, and none would be the cost.
  if (signChanges(flows) !== 1) throw problem.noSingleRate({ signChanges: signChanges(flows) })
  try {
    return brent(valueAt, lowest, highest)
  } catch (error) {
    if (error instanceof RangeError) throw problem.noSingleRate({ signChanges: 1, outside: true })
    throw error
  }
}

/**
 * Annual cost of a loan by the internal-rate method, all mandatory fees included.
 * @param flows borrower's cash flows, fen, one a month; flows[0] is what was actually received (> 0), payments are negative
 * @returns decimals: monthly rate r, simple 12·r, compound (1 + r)^12 − 1
 * @throws problem.noSingleRate when the signs change more than once, never, or no rate from −90 % to 500 % a month fits
 * Source: PBOC announcement 2021 No. 3; vectors of risk-and-law 3.8 in annual-cost.test.ts
 */
export const annualCost = (flows: readonly number[]): AnnualCost => {
  const scale = Math.max(1, ...flows.map(Math.abs))
  const monthlyIrr = solve(flows, (rate) => flows.reduceRight((sum, flow) => sum / (1 + rate) + flow / scale, 0))
  return { monthlyIrr, simple: 12 * monthlyIrr, compound: (1 + monthlyIrr) ** 12 - 1 }
}

export interface DatedFlow {
  /** `2025-01-15` */
  on: string
  fen: number
}

const dayNumber = (on: string) => Math.round(Date.parse(`${on}T00:00:00Z`) / 86_400_000)

/**
 * Annual cost over irregular dates: R with Σ CF_k / (1 + R)^(d_k / 365) = 0, d_k days after the first flow.
 * @returns decimal per year, compound
 * @throws problem.noSingleRate as annualCost does
 */
export const annualCostDated = (flows: readonly DatedFlow[]): number => {
  const first = Math.min(...flows.map(({ on }) => dayNumber(on)))
  const sorted = flows.toSorted((a, b) => dayNumber(a.on) - dayNumber(b.on))
  const scale = Math.max(1, ...flows.map(({ fen }) => Math.abs(fen)))
  return solve(
    sorted.map(({ fen }) => fen),
    (rate) => sorted.reduce((sum, { on, fen }) => sum + fen / scale / (1 + rate) ** ((dayNumber(on) - first) / 365), 0),
  )
}

/** A rate of one day as rates of a year of 365 days: 0.05 % is 18.25 % simple, 20.02 % compound. */
export const fromDaily = (rate: number): { simple: number; compound: number } => ({
  simple: rate * 365,
  compound: (1 + rate) ** 365 - 1,
})

/** A rate of one month, on what is still owed, as rates of a year. */
export const fromMonthly = (rate: number): { simple: number; compound: number } => ({
  simple: rate * 12,
  compound: (1 + rate) ** 12 - 1,
})
