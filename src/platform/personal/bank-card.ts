import { withoutSeparators } from './digits.ts'

/**
 * Luhn check (ISO/IEC 7812-1 annex B): from the right, every second digit doubled, digit sums added, total divisible by 10.
 * @param digits ASCII digits only
 */
export const passesLuhn = (digits: string) => {
  let sum = 0
  for (let i = digits.length - 1, doubled = false; i >= 0; i -= 1, doubled = !doubled) {
    let digit = digits.charCodeAt(i) - 48
    if (doubled) digit = digit > 4 ? digit * 2 - 9 : digit * 2
    sum += digit
  }
  return sum % 10 === 0
}

/**
 * A bank card number in its normal form.
 * @returns 16–19 digits that pass Luhn and are not one digit repeated, or undefined
 */
export const normaliseBankCard = (text: string): string | undefined => {
  const digits = withoutSeparators(text)
  if (!/^\d{16,19}$/.test(digits) || /^(\d)\1+$/.test(digits)) return undefined
  return passesLuhn(digits) ? digits : undefined
}

/**
 * Issuer prefixes that cards in China carry, with their lengths. One id in ten passes Luhn by chance, so in free text
 * a number is a card only with one of these: UnionPay 62 and 60, the old ICBC/ABC 9558–9559, Visa 4, Mastercard 51–55, JCB 35.
 */
export const looksLikeCard = (digits: string) =>
  /^(?:(?:6[02]\d{14}|955[89]\d{12})\d{0,3}|(?:4\d|5[1-5]|35)\d{14})$/.test(digits)
