import { hashAt, type Seed, stream } from './random.ts'

const hexPairs = Array.from({ length: 65536 }, (_, n) => n.toString(16).padStart(4, '0'))
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const letterPairs = Array.from({ length: 4096 }, (_, n) => alphabet.charAt(n >> 6) + alphabet.charAt(n & 63))

const hex8 = (word: number): string => (hexPairs[word >>> 16] ?? '') + (hexPairs[word & 0xffff] ?? '')

/** Kinds of opaque identifiers, each in a place of its own. */
const kind = { anonymous: 100, device: 200, openId: 300, unionId: 400 } as const

const wordsAt = (seed: Seed, index: number, salt: number) =>
  [
    hashAt(seed, stream.identifier, index, salt),
    hashAt(seed, stream.identifier, index, salt + 1),
    hashAt(seed, stream.identifier, index, salt + 2),
    hashAt(seed, stream.identifier, index, salt + 3),
  ] as const

// Letters at fixed places leave at most eight digits in a row: nothing in an id can be taken for a phone or card number
// by a scanner for personal data, which by chance alone happened to one id in ten thousand.
const uuid = (seed: Seed, index: number, salt: number): string => {
  const [a, b, c, d] = wordsAt(seed, index, salt)
  const second = hex8(b)
  const third = hex8(c)
  const last = `${third.slice(4)}f${hex8(d).slice(1)}`
  return `${hex8(a).slice(1)}d-${second.slice(0, 4)}-4${second.slice(5)}-a${third.slice(1, 4)}-${last}`
}

/** What a tracking client makes for a browser or an installed app: a version 4 UUID. */
export const anonymousIdOf = (seed: Seed, account: number, slot: number): string =>
  uuid(seed, account, kind.anonymous + slot * 4)

/** The advertising identifier of a handset, a UUID in capitals. */
export const deviceIdOf = (seed: Seed, account: number, slot: number): string =>
  uuid(seed, account, kind.device + slot * 4).toUpperCase()

const letters = (seed: Seed, index: number, salt: number): string => {
  const [a, b, c, d] = wordsAt(seed, index, salt)
  let text = ''
  for (const word of [a, b, c, d]) text += (letterPairs[word & 4095] ?? '') + (letterPairs[(word >>> 12) & 4095] ?? '')
  return text
}

/** A WeChat user within one official account: 28 characters, as WeChat's own, ending in `_example`. */
export const openIdOf = (seed: Seed, person: number): string => `oMY_${letters(seed, person, kind.openId)}_example`

/** A WeChat user across all applications of the company. */
export const unionIdOf = (seed: Seed, person: number): string => `uMY_${letters(seed, person, kind.unionId)}_example`

/** `MY00000001` for the first account; more digits from the hundred millionth on. */
export const accountIdOf = (account: number): string => `MY${String(account + 1).padStart(8, '0')}`
