import type { Seed } from './random.ts'

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const
const checkCharacters = '10X98765432'

/**
 * The character that makes seventeen digits an identity number.
 * Source: GB 11643-1999 (ISO 7064, MOD 11-2); worked example 11010519491231002 → X in id-numbers.test.ts.
 */
export const checkCharacterOf = (seventeen: string): string => {
  let sum = 0
  for (let i = 0; i < 17; i++) sum += (seventeen.charCodeAt(i) - 48) * (weights[i] ?? 0)
  return checkCharacters.charAt(sum % 11)
}

const counties = 99 // 01–99
const sequences = 499 // per gender: odd 001–997 for men, even 002–998 for women
const daysOfYear = 365 // 29 February is left out, so the day does not depend on the year

/** How many people can be told apart: counties × sequences × days of the year. */
export const idCapacity = counties * sequences * daysOfYear

// A prime far from the factors 3, 11, 499, 5, 73 of the capacity; the product with an index stays below 2^53.
const stride = 104_395_301

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const
const monthDays: readonly string[] = monthLengths.flatMap((length, month) =>
  Array.from({ length }, (_, day) => String(month + 1).padStart(2, '0') + String(day + 1).padStart(2, '0')),
)

const two = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'))
const three = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'))

export interface IdNumber {
  /** Eighteen characters that pass province, date and checksum tests, with a region that was never given out. */
  idCard: string
  /** YYYY-MM-DD, the date inside the number. */
  birthday: string
}

/**
 * An identity number that no one can have: after the province come the digits 99, and no prefecture ever had the code 99
 * (GB/T 2260 uses 01–70 and 90). Birth month and day come from the same place as county and sequence, which is what keeps
 * all `idCapacity` people apart whatever their province, year and gender.
 * @param person index below `idCapacity`
 * @param province two digits of GB/T 2260, the only part of the region that exists
 */
export const idNumberOf = (
  seed: Seed,
  person: number,
  { province, birthYear, male }: { province: string; birthYear: number; male: boolean },
): IdNumber => {
  const place = (person * stride + (seed[2] >>> 0)) % idCapacity
  const county = place % counties
  const rest = Math.floor(place / counties)
  const sequence = (rest % sequences) * 2 + (male ? 1 : 2)
  const monthDay = monthDays[Math.floor(rest / sequences)] ?? '0101'
  const seventeen = `${province}99${two[county + 1] ?? '01'}${birthYear}${monthDay}${three[sequence] ?? '001'}`
  return {
    idCard: seventeen + checkCharacterOf(seventeen),
    birthday: `${birthYear}-${monthDay.slice(0, 2)}-${monthDay.slice(2)}`,
  }
}
