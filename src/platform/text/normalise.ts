import { Converter } from 'opencc-js/t2cn'

let held: ((text: string) => string) | undefined

/** The tree of characters is built when the first Chinese text comes. */
const simplify = (text: string): string => {
  held ??= Converter({ from: 't', to: 'cn' })
  return held(text)
}

/** Traditional characters as simplified ones: 張 → 张. Characters without a simplified form stay. */
export const toSimplified = (text: string): string => (/\p{Script=Han}/u.test(text) ? simplify(text) : text)

/**
 * Text as it is compared: NFKC (full-width letters, digits and punctuation become plain), simplified characters, white space
 * runs as one space, none at the ends. Case stays: names and codes differ by it.
 */
export const normaliseText = (text: string): string =>
  toSimplified(text.normalize('NFKC')).replaceAll(/\s+/gu, ' ').trim()
