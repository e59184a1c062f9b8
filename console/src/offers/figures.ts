/** Numbers of this area as they are typed and shown: fen as yuan, decimals as percent. */

export const percent = (rate: number, digits = 2): string => `${(rate * 100).toFixed(digits)}%`
/** A typed percentage as a decimal, without the tail of binary fractions. */
export const fromPercent = (typed: number | null): number => Math.round((typed ?? 0) * 1e6) / 1e8
export const toPercent = (rate: number): number => Math.round(rate * 1e8) / 1e6
export const fromYuan = (typed: number | null): number => Math.round((typed ?? 0) * 100)
export const toYuan = (fen: number): number => fen / 100
