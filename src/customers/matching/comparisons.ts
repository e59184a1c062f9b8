import { type AddressLikeness, addressLikeness, readAddress } from './address.ts'
import { type NameLikeness, nameLikeness, readName } from './chinese-name.ts'
import type { ComparisonName } from './contract.ts'
import { type DateLikeness, dateLikeness, readDate } from './dates.ts'
import { editDistance } from './edit-distance.ts'
import { jaroWinkler } from './jaro-winkler.ts'

/**
 * One way of comparing two values of a field: into a level, 0 (nothing in common) to `levels.length - 1` (equal). Levels
 * are kinds of agreement, each with a weight learned from the data, not marks on a scale.
 */
export interface Comparison {
  /** From least to most alike; the first is "nothing in common", the last "equal". */
  levels: readonly string[]
  /** The form in which equal values are equal, of text as `normaliseText` leaves it; undefined: there is nothing to compare. */
  normalise: (raw: string) => string | undefined
  /**
   * Prepares distinct normalised values once.
   * @param valueAt text by code; codes start at 1
   * @returns level of two codes that differ
   */
  over: (valueAt: readonly string[]) => (a: number, b: number) => number
}

const plain = (raw: string): string | undefined => {
  const text = raw.trim().toLowerCase()
  return text === '' ? undefined : text
}
/** Letters and digits only: `O'Brien`, `O Brien` and `OBrien` are one. */
const squeezed = (raw: string): string | undefined => {
  const text = raw.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '')
  return text === '' ? undefined : text
}

/** Prepares a form of each value when it is first met and keeps it. */
const keeping = <Form>(valueAt: readonly string[], make: (text: string) => Form): ((code: number) => Form) => {
  const kept: (Form | undefined)[] = []
  return (code) => {
    const held = kept[code]
    if (held !== undefined) return held
    const made = make(valueAt[code] ?? '')
    kept[code] = made
    return made
  }
}

const exact: Comparison = {
  levels: ['other', 'same'],
  normalise: plain,
  over: () => () => 0,
}

/** Latin names: a slip of the key, and what sounds close. */
const name: Comparison = {
  levels: ['other', 'close', 'closer', 'same'],
  normalise: squeezed,
  over: (valueAt) => (a, b) => {
    const similarity = jaroWinkler(valueAt[a] ?? '', valueAt[b] ?? '')
    return similarity >= 0.92 ? 2 : similarity >= 0.82 ? 1 : 0
  },
}

/** Free text of a few words. */
const text: Comparison = {
  levels: ['other', 'close', 'closer', 'same'],
  normalise: squeezed,
  over: (valueAt) => (a, b) => {
    const [one, two] = [valueAt[a] ?? '', valueAt[b] ?? '']
    if (jaroWinkler(one, two) >= 0.94) return 2
    return jaroWinkler(one, two) >= 0.86 ? 1 : 0
  },
}

/** Numbers that are names: phone, ID card, account, postcode. */
const digits: Comparison = {
  levels: ['other', 'twoSlips', 'oneSlip', 'same'],
  normalise: squeezed,
  over: (valueAt) => (a, b) => {
    const distance = editDistance(valueAt[a] ?? '', valueAt[b] ?? '', 2)
    return distance === 1 ? 2 : distance === 2 ? 1 : 0
  },
}

const dateLevels: readonly DateLikeness[] = ['other', 'year', 'monthDay', 'typo', 'swapped', 'same']
const date: Comparison = {
  levels: dateLevels,
  normalise: readDate,
  over: (valueAt) => (a, b) => dateLevels.indexOf(dateLikeness(valueAt[a] ?? '', valueAt[b] ?? '')),
}

/** Amounts: equal, within 5 %, within 20 %. */
const number: Comparison = {
  levels: ['other', 'near', 'close', 'same'],
  normalise: (raw) => {
    const value = Number(raw.replaceAll(',', ''))
    return raw.trim() === '' || !Number.isFinite(value) ? undefined : String(value)
  },
  over: (valueAt) => {
    const numberOf = keeping(valueAt, Number)
    return (a, b) => {
      const [one, two] = [numberOf(a), numberOf(b)]
      const share = Math.abs(one - two) / Math.max(Math.abs(one), Math.abs(two))
      return share <= 0.05 ? 2 : share <= 0.2 ? 1 : 0
    }
  },
}

const nameLevels: readonly NameLikeness[] = ['other', 'oneCharacter', 'sameSound', 'oneCharacterSameSound', 'same']
const chineseName: Comparison = {
  levels: nameLevels,
  normalise: (raw) => readName(raw)?.text,
  over: (valueAt) => {
    const nameOf = keeping(valueAt, (text) => readName(text) ?? null)
    return (a, b) => {
      const [one, two] = [nameOf(a), nameOf(b)]
      return one && two ? nameLevels.indexOf(nameLikeness(one, two)) : 0
    }
  },
}

const addressLevels: readonly AddressLikeness[] = ['other', 'city', 'district', 'road', 'house', 'same']
const address: Comparison = {
  levels: addressLevels,
  normalise: (raw) => {
    const { text } = readAddress(raw)
    return text === '' ? undefined : text
  },
  over: (valueAt) => {
    const addressOf = keeping(valueAt, readAddress)
    return (a, b) => addressLevels.indexOf(addressLikeness(addressOf(a), addressOf(b)))
  },
}

export const comparisons: Readonly<Record<ComparisonName, Comparison>> = {
  exact,
  name,
  text,
  digits,
  date,
  number,
  chineseName,
  address,
}
