import { toSimplified } from '#platform'
import { composedOf, lookAlike, signMeaning } from './look-alikes.ts'

/** One character as it is compared, and where it stands in the original text. */
export interface Folded {
  /** Lower case, simplified, one form of digits. */
  c: string
  /** What a look-alike stands for, beside `c`. */
  like?: string
  /** A digit as it is read aloud: 5风险. */
  heard?: string
  /** UTF-16 units of the original, end excluded. */
  start: number
  end: number
  /** Separators were taken out just before it. */
  gap: boolean
  /** It does not stand so in the original: a sign, pieces, a traditional or full-width form. */
  changed: boolean
  /** Number of the sentence it belongs to. */
  sentence: number
}

/** Digits and what stands for them, in one form; words of the rules are folded alike. */
const digits: Readonly<Record<string, string>> = {
  零: '0',
  〇: '0',
  '○': '0',
  一: '1',
  壹: '1',
  二: '2',
  贰: '2',
  两: '2',
  三: '3',
  叁: '3',
  四: '4',
  肆: '4',
  五: '5',
  伍: '5',
  六: '6',
  陆: '6',
  七: '7',
  柒: '7',
  八: '8',
  捌: '8',
  九: '9',
  玖: '9',
}

const aloud = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九']

const sentenceEnd = /[。！？!?；;\n\r]/u
const isLatin = (c: string | undefined) => c !== undefined && /^[a-z]$/.test(c)
const isDigit = (c: string | undefined) => c !== undefined && /^[0-9]$/.test(c)

/** Addresses of the web and of mail: their letters are no words. As long as names may be, so that no text is read over and over. */
const address =
  /(?:https?:\/\/|www\.)[^\s\u3000-\u303f\uff00-\uffef\u4e00-\u9fff]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}|\b[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.(?:com|cn|net|org|top|cc|vip|xyz|io|me|shop|link)(?:\/[\w./?=&%#-]*)?/giu

/** Ranges of addresses in a text. */
export const addressesIn = (text: string): { start: number; end: number; text: string }[] =>
  Array.from(text.matchAll(address), (found) => ({
    start: found.index,
    end: found.index + found[0].length,
    text: found[0],
  }))

/** Letters with marks (`miǎo`) as plain ones; `ü` as `v`, as it is typed. */
const plainLetter = (c: string): string =>
  c
    .replace(/[üǖǘǚǜ]/u, 'v')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')

/**
 * A text as it is compared: full width undone, simplified characters, lower case, one form of digits; white space,
 * punctuation, zero-width characters and emoji without a meaning taken out; signs and split characters read. Each character
 * knows where it came from, so that findings point into the original.
 */
export const fold = (text: string): Folded[] => {
  const skipped = addressesIn(text)
  const simple = toSimplified(text)
  // Characters keep their places when simplified one by one; if a phrase was replaced, it is done character by character.
  const aligned = simple.length === text.length
  const out: Folded[] = []
  let at = 0
  let sentence = 0
  let gap = false
  let nextAddress = 0
  for (const character of text) {
    const start = at
    at += character.length
    while ((skipped[nextAddress]?.end ?? Number.POSITIVE_INFINITY) <= start) nextAddress++
    const inside = skipped[nextAddress]
    if (inside && start >= inside.start && start < inside.end) {
      gap = true
      continue
    }
    if (sentenceEnd.test(character)) {
      sentence++
      gap = true
      continue
    }
    const meant = signMeaning(character)
    const own = aligned ? simple.slice(start, at) : toSimplified(character)
    const parts = meant ?? toSimplified(own.normalize('NFKC')).toLowerCase()
    let kept = false
    for (const raw of parts) {
      const plain = /\p{Script=Latin}/u.test(raw) ? plainLetter(raw) : raw
      for (const one of plain) {
        const digit = digits[one]
        const c = digit ?? one
        // A point between digits is part of a number; whether a digit follows shows below.
        if (!/[\p{L}\p{N}%‰.]/u.test(c) || /\p{M}/u.test(c)) continue
        kept = true
        const heard = aloud[Number.parseInt(c, 10)]
        const changed = meant !== undefined || raw !== character
        out.push({ c, start, end: at, gap, changed, sentence, ...(heard !== undefined && { heard }) })
        gap = false
      }
    }
    if (!kept) gap = true
  }
  return letteredDigits(joinPieces(withoutPoints(out)))
}

const withoutPoints = (tokens: readonly Folded[]): Folded[] =>
  tokens.filter(({ c }, i) => {
    if (c !== '.') return true
    const next = tokens[i + 1]
    const number = isDigit(tokens[i - 1]?.c) && isDigit(next?.c)
    if (!number && next) next.gap = true
    return number
  })

/** `禾少` becomes `秒`; look-alikes are noted beside the character. */
const joinPieces = (tokens: readonly Folded[]): Folded[] => {
  const out: Folded[] = []
  for (let i = 0; i < tokens.length; ) {
    const [one, two, three] = [tokens[i], tokens[i + 1], tokens[i + 2]]
    if (!one) break
    const size = two && three && composedOf(one.c + two.c + three.c) ? 3 : two && composedOf(one.c + two.c) ? 2 : 1
    const last = tokens[i + size - 1] ?? one
    const made =
      size > 1
        ? composedOf(
            tokens
              .slice(i, i + size)
              .map(({ c }) => c)
              .join(''),
          )
        : undefined
    const token = made === undefined ? one : { ...one, c: made, end: last.end, changed: true }
    const like = lookAlike(token.c)
    out.push(like === undefined ? token : { ...token, like })
    i += size
  }
  return out
}

/** A lone o, l or i beside Chinese or digits stands for 0 or 1: `O利率`, `第l`. */
const letteredDigits = (tokens: readonly Folded[]): Folded[] =>
  tokens.map((token, i) => {
    const stands = token.c === 'o' ? '0' : token.c === 'l' || token.c === 'i' ? '1' : undefined
    if (stands === undefined || isLatin(tokens[i - 1]?.c) || isLatin(tokens[i + 1]?.c)) return token
    return { ...token, c: stands, changed: true }
  })

/** The folded characters of a word of the rules or of an exception, joined. */
export const foldWord = (word: string): string =>
  fold(word)
    .map(({ c }) => c)
    .join('')
