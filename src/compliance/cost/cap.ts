import type { Cap, CapInForce, LenderType, Lpr } from './cost-contract.ts'

/** The newest of dated rows not after a day. */
const newest = <T>(rows: readonly T[], dayOf: (row: T) => string, day: string): T | undefined =>
  rows.filter((row) => dayOf(row) <= day).toSorted((a, b) => dayOf(b).localeCompare(dayOf(a)))[0]

/**
 * The cap for a kind of lender on a day. Pure.
 * @returns undefined when none is in force, or when it follows an LPR that was not yet published
 */
export const capAt = (
  caps: readonly Cap[],
  lprs: readonly Lpr[],
  lenderType: LenderType,
  day: string,
): CapInForce | undefined => {
  const own = caps.filter((cap) => cap.lenderType === lenderType)
  const cap = newest(own, ({ validFrom }) => validFrom, day)
  if (!cap) return undefined
  if (cap.kind === 'fixed') return { ...cap, limit: cap.value, lpr: null }
  const lpr = newest(lprs, ({ publishedOn }) => publishedOn, day)
  if (!lpr) return undefined
  const { publishedOn, oneYear } = lpr
  return { ...cap, limit: cap.value * oneYear, lpr: { publishedOn, oneYear } }
}

/** Hundredths of a percent point: a rate shown as 24.00 % is not above 24 %. */
const shown = (rate: number) => Math.round(rate * 1e4)

/** Whether a cost is above a cap, by the method the cap compares, at the precision in which rates are shown. */
export const isAbove = (
  cost: { simple: number; compound: number },
  cap: Pick<CapInForce, 'compare' | 'limit'>,
): boolean => shown(cost[cap.compare]) > shown(cap.limit)
