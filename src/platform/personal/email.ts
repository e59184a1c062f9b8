import { narrow } from './digits.ts'

const LOCAL = "[A-Za-z0-9](?:[A-Za-z0-9._%+'-]{0,62}[A-Za-z0-9_+-])?"
const DOMAIN = '(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)+[A-Za-z]{2,24}'
const WHOLE = new RegExp(`^${LOCAL}@${DOMAIN}$`)

/** Endings that are files, not top-level domains: `logo@2x.png` is an image for dense screens. */
const FILE_ENDING = /\.(?:png|jpe?g|gif|webp|svg|css|js|mjs|ts|json|html?)$/i

/** True when text has the shape of an address that mail can reach over the internet (no quoted local parts, no bare hosts). */
export const isEmail = (text: string) =>
  text.length <= 254 && WHOLE.test(text) && !text.includes('..') && !FILE_ENDING.test(text)

/** An e-mail address in its normal form, lower case; undefined when it is none. */
export const normaliseEmail = (text: string): string | undefined => {
  const email = narrow(text).toLowerCase()
  return isEmail(email) ? email : undefined
}
