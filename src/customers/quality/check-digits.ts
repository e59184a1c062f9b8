import { normaliseIdentifier } from '#platform'

/** Plain digits and letters, without the spaces and dashes people put between. */
const compact = (text: string) => text.normalize('NFKC').replaceAll(/[\s-]/g, '').toUpperCase()

const withLast = (text: string, last: string) => text.slice(0, -1) + last

/**
 * What the last character of an ID card number would have to be, when that alone makes it valid (GB 11643). A wrong check
 * character means that some digit is wrong, so this is a hint for a person, not a correction.
 * @returns 0–9 or X; undefined when the number is right, or wrong in place, birth date or length
 */
export const idCardHint = (text: string): string | undefined => {
  const number = compact(text)
  if (!/^\d{17}[\dA-Z]$/.test(number) || normaliseIdentifier('idCard', number) !== undefined) return undefined
  return '0123456789X'.split('').find((last) => normaliseIdentifier('idCard', withLast(number, last)) !== undefined)
}

/** What the last digit of a card number would have to be to pass Luhn; undefined when it does, or its length is wrong. */
export const bankCardHint = (text: string): string | undefined => {
  const digits = compact(text)
  if (!/^\d{16,19}$/.test(digits) || normaliseIdentifier('bankCard', digits) !== undefined) return undefined
  return '0123456789'.split('').find((last) => normaliseIdentifier('bankCard', withLast(digits, last)) !== undefined)
}

/** Letters that are typed or read for digits. */
const LOOKALIKES: Readonly<Record<string, string>> = { O: '0', Q: '0', D: '0', I: '1', L: '1', Z: '2', S: '5', B: '8' }

/**
 * A number repaired where there is one way only: letters read for digits, spaces, full-width forms, the 15-digit form of an
 * ID card. A wrong check digit stays: any digit may be the wrong one.
 * @returns the normal form, or undefined when it is not valid even so
 */
export const repairNumber = (kind: 'idCard' | 'bankCard' | 'phone', text: string): string | undefined => {
  const plain = compact(text)
  const digits = plain.replaceAll(/[OQDILZSB]/g, (letter) => LOOKALIKES[letter] ?? letter)
  return normaliseIdentifier(kind, plain) ?? normaliseIdentifier(kind, digits)
}
