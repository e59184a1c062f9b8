const units: Readonly<Record<string, number>> = {
  百: 100,
  千: 1_000,
  k: 1_000,
  万: 10_000,
  萬: 10_000,
  w: 10_000,
  m: 1_000_000,
  亿: 100_000_000,
  億: 100_000_000,
  b: 1_000_000_000,
}

/**
 * A count as platforms write it: `1,234`, `1.2万`, `3亿`, `10w+`, `转发 56`, `999+`. A lower bound is taken as the count.
 * @returns a whole number from 0, undefined where there is none (`赞`, empty, negative)
 */
export const readCount = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? whole(value) : undefined
  if (typeof value !== 'string' || value.length > 60) return undefined
  const text = value.normalize('NFKC').trim().toLowerCase()
  const found = /(-?)(\d[\d,]*(?:\.\d+)?)\s*([百千万萬亿億kwmb]?)(?![a-z])/u.exec(text)
  if (!found || found[1] === '-') return undefined
  const number = Number((found[2] ?? '').replaceAll(',', ''))
  return Number.isFinite(number) ? whole(number * (units[found[3] ?? ''] ?? 1)) : undefined
}

const whole = (number: number) => Math.min(Math.round(number), Number.MAX_SAFE_INTEGER)

/** An amount of money in fen: `1.2万元`, `¥3,500.50`, `3500`. @returns undefined where there is none */
export const readFen = (value: unknown): number | undefined => {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? Math.round(value * 100) : undefined
  if (typeof value !== 'string' || value.length > 60) return undefined
  const found = /(\d[\d,]*(?:\.\d+)?)\s*([百千万萬亿億]?)/u.exec(value.normalize('NFKC'))
  if (!found) return undefined
  const fen = Number((found[1] ?? '').replaceAll(',', '')) * (units[found[2] ?? ''] ?? 1) * 100
  return Number.isSafeInteger(Math.round(fen)) ? Math.round(fen) : undefined
}
