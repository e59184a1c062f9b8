import { toSimplified } from '../../platform/text/normalise.ts'

/** Text as names are looked for in it. Pure; safe in a worker thread. */

/** Signs that people put between the characters of a name to hide it; between two of them nothing else stands. */
const soft = 0
/** The end of a phrase: a name does not go on behind it. */
const hard = 1

const softSigns = '*×·•.・‧∙⋅_-‐‑/|\\+~^=&%$`<>()[]{}【】「」『』〔〕〈〉（）'
const maskSigns = new Set('*×○●◯□■☆★◆◇_~^+=&%$'.split(''))

/** Between the characters of a name, at most so many signs in a row. */
const widestGap = 4

const isBetween = (code: number, from: number, to: number) => code >= from && code <= to

/** Symbols, emoji, marks without width. */
const isSymbol = (code: number) =>
  isBetween(code, 0x200b, 0x200f) ||
  isBetween(code, 0x2060, 0x206f) ||
  code === 0xfeff ||
  isBetween(code, 0xfe00, 0xfe0f) ||
  isBetween(code, 0x2190, 0x21ff) ||
  isBetween(code, 0x2300, 0x23ff) ||
  isBetween(code, 0x2460, 0x27bf) ||
  isBetween(code, 0x2b00, 0x2bff) ||
  // Surrogates, but for those of rare Chinese characters (planes 2 and 3).
  isBetween(code, 0xd800, 0xd83f) ||
  isBetween(code, 0xd884, 0xdbff)

const isSpace = (code: number) => code === 32 || code === 9 || code === 0x3000 || code === 0xa0

interface Tables {
  /** What a UTF-16 unit is looked up as: 0 left out, 1 the end of a phrase, else the plain character. */
  squeezed: Uint16Array
  /** The plain character, signs kept: for patterns. */
  plain: Uint16Array
}

const build = (): Tables => {
  const squeezed = new Uint16Array(0x10000)
  const plain = new Uint16Array(0x10000)
  const han: number[] = []
  for (let code = 0x3400; code <= 0x9fff; code++) han.push(code)
  const simple = toSimplified(han.map((code) => String.fromCharCode(code)).join('\n')).split('\n')
  const simplified = new Map(han.map((code, index) => [code, simple[index] ?? '']))
  for (let code = 0; code < 0x10000; code++) {
    let to = code
    if (!isBetween(code, 0xd800, 0xdfff)) {
      const normal = String.fromCharCode(code).normalize('NFKC').toLowerCase()
      if (normal.length === 1) to = normal.charCodeAt(0)
    }
    const turned = simplified.get(to)
    if (turned?.length === 1) to = turned.charCodeAt(0)
    plain[code] = isSpace(to) ? 32 : to
    const sign = String.fromCharCode(to)
    squeezed[code] =
      isSymbol(code) || isSpace(to) || softSigns.includes(sign)
        ? soft
        : /[\p{L}\p{N}\p{Cs}\p{M}]/u.test(sign) || isBetween(code, 0xd840, 0xdfff)
          ? to
          : hard
  }
  // The second half of an emoji is not to stand alone, that of a rare character is its own.
  return { squeezed, plain }
}

let held: Tables | undefined
const tables = (): Tables => {
  held ??= build()
  return held
}

const isLowSurrogate = (code: number) => code >= 0xdc00 && code <= 0xdfff
const isRareHan = (high: number) => high >= 0xd840 && high <= 0xd883

/** A text squeezed: characters that count, each with its place in the text. Its buffers are used again by the next text. */
export interface Squeezed {
  text: string
  length: number
  units: Uint16Array
  /** Place of each unit in the text. */
  places: Int32Array
}

const empty = (size: number): Squeezed => ({
  text: '',
  length: 0,
  units: new Uint16Array(size),
  places: new Int32Array(size),
})
let buffer = empty(4_096)

/**
 * Full-width, upper-case and traditional characters become plain; signs, spaces and emoji between characters are left out;
 * the end of a phrase stays as 1. The answer holds until the next call.
 */
export const squeeze = (text: string): Squeezed => {
  const { squeezed } = tables()
  if (text.length > buffer.units.length) buffer = empty(text.length * 2)
  const { units, places } = buffer
  let length = 0
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place)
    const unit = squeezed[code] ?? hard
    if (unit === soft) continue
    if (isLowSurrogate(code) && !isRareHan(text.charCodeAt(place - 1))) continue
    units[length] = unit
    places[length] = place
    length += 1
  }
  buffer.text = text
  buffer.length = length
  return buffer
}

/** Squeezed for keeping. */
export const squeezedText = (text: string): string => {
  const { units, length } = squeeze(text)
  return String.fromCharCode(...units.subarray(0, length))
}

/** The text in plain characters, unit by unit: places in it are places in the text. */
export const plainText = (text: string): string => {
  const { plain } = tables()
  let made = ''
  for (let place = 0; place < text.length; place++) made += String.fromCharCode(plain[text.charCodeAt(place)] ?? 32)
  return made
}

export type Gap = 'none' | 'signs' | 'spaces' | 'wide'

/** What stands in the text between two places (both exclusive). */
export const gapBetween = (text: string, left: number, right: number): Gap => {
  const size = right - left - 1
  if (size <= 0) return 'none'
  if (size > widestGap * 2) return 'wide'
  const { plain } = tables()
  let spaces = 0
  for (let place = left + 1; place < right; place++) if (plain[text.charCodeAt(place)] === 32) spaces += 1
  return spaces === 0 ? 'signs' : spaces === size ? 'spaces' : 'signs'
}

/** Whether a sign that stands for a character is between two places. */
export const isMasked = (text: string, left: number, right: number): boolean => {
  if (right - left - 1 > widestGap) return false
  for (let place = left + 1; place < right; place++) {
    const code = text.charCodeAt(place)
    if (maskSigns.has(String.fromCharCode(tables().plain[code] ?? 0)) || isSymbol(code)) return true
  }
  return false
}

/** Whether a plain character continues a Latin word or a number. */
export const isLatin = (unit: number): boolean => isBetween(unit, 97, 122) || isBetween(unit, 48, 57)
