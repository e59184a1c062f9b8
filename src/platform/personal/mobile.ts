import { withoutSeparators } from './digits.ts'

/** Eleven digits, second 3–9: every range the ministry has given out to mobile networks, and those it still holds back. */
const MOBILE = /^(?:(?:\+|00)?86)?(1[3-9]\d{9})$/

/**
 * A mainland mobile number in its one normal form.
 * @param text as written by people: prefixes `+86`, `0086`, `86`, spaces, dashes, full-width digits
 * @returns 11 digits, or undefined when it is no mainland mobile number
 */
export const normaliseMobile = (text: string): string | undefined =>
  isMobile(text) ? text : MOBILE.exec(withoutSeparators(text))?.[1]

/** True for exactly 11 ASCII digits that form a mainland mobile number. */
export const isMobile = (digits: string) => /^1[3-9]\d{9}$/.test(digits)
