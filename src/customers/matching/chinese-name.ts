import { createRequire } from 'node:module'
import { jaroWinkler } from './jaro-winkler.ts'
import { fromCantonese, fromWadeGiles } from './romanisation.ts'

const require = createRequire(import.meta.url)

/** Its dictionary is large and rarely wanted: it is loaded with the first name that is compared. */
const readings = () => require('pinyin-pro') as typeof import('pinyin-pro')

/** A person's name in the forms it is compared in. */
export interface ChineseName {
  /** Simplified characters without separators and titles, or Latin letters in lower case with single spaces. */
  text: string
  /** Whether it is written in characters. */
  han: boolean
  /** Syllables, surname first: `['zhang', 'wei']`. Of a Latin name as it stands. */
  syllables: readonly string[]
  /** Syllables without spaces, in every reading a Latin spelling may have: given name first or last, Wade–Giles, Cantonese. */
  readings: readonly string[]
  /** Surname's reading and the initials of the rest: `zhang w`. What candidates are found by. */
  key: string
}

/** Surnames of two characters that people have today. */
const compoundSurnames = new Set(
  (
    '欧阳 上官 司徒 诸葛 司马 皇甫 东方 独孤 南宫 万俟 闻人 夏侯 尉迟 公羊 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 公孙 仲孙 轩辕 令狐 ' +
    '钟离 宇文 长孙 慕容 鲜于 闾丘 司空 亓官 司寇 子车 颛孙 端木 巫马 公西 漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 段干 百里 东郭 南门 ' +
    '呼延 羊舌 微生 梁丘 左丘 东门 西门 第五 纳兰 完颜 叶赫 赫连'
  ).split(' '),
)

const separators = /[\s·•・‧．.,，'’\-—_/]+/gu
const titles = /(?:先生|女士|小姐|太太|老师|经理|同志|师傅|总)$/u
const latinTitles = /\b(?:mr|mrs|ms|miss|dr)\b\.?/gu
const hanOnly = /^[\p{Script=Han}〇]+$/u

const readSyllables = (text: string): string[] =>
  readings().pinyin(text, { mode: 'surname', surname: 'head', toneType: 'none', type: 'array', v: true })

const surnameReadings = new Map<string, string[]>()
const characterReadings = new Map<string, string>()

const readSurname = (surname: string): string[] => {
  const held = surnameReadings.get(surname)
  if (held) return held
  const read = readSyllables(surname)
  surnameReadings.set(surname, read)
  return read
}

/** Given names are read character by character: the reading of a word they happen to form is not a name's. */
const readCharacter = (character: string): string => {
  const held = characterReadings.get(character)
  if (held !== undefined) return held
  const [read = ''] = readSyllables(`王${character}`).slice(1)
  characterReadings.set(character, read)
  return read
}

/** How many characters of a Chinese name are its surname: 1 or 2. */
const surnameLength = (text: string): number => (text.length >= 3 && compoundSurnames.has(text.slice(0, 2)) ? 2 : 1)

/** Syllables of a name in characters, surname first: 单田芳 → shan tian fang, 万俟卨 → mo qi xie. */
export const nameSyllables = (text: string): string[] => {
  const cut = surnameLength(text)
  return [...readSurname(text.slice(0, cut)), ...Array.from(text.slice(cut)).map(readCharacter)]
}

/** At most so many readings of one Latin spelling are tried. */
const mostReadings = 64

const latinReadings = (tokens: readonly string[]): string[] => {
  const perToken = tokens.map((token) => [
    ...new Set([token.replaceAll("'", ''), ...[fromWadeGiles(token) ?? []].flat(), ...fromCantonese(token)]),
  ])
  let joined: string[][] = [[]]
  for (const options of perToken) {
    joined = joined.flatMap((start) => options.map((option) => [...start, option])).slice(0, mostReadings)
  }
  // "Wei Zhang" and "Zhang Wei" are one person: the given name may come first, and be written as one word.
  return [
    ...new Set(
      joined.flatMap((syllables) => [syllables.join(''), [...syllables.slice(-1), ...syllables.slice(0, -1)].join('')]),
    ),
  ]
}

/**
 * A name brought into its forms, without separators and titles.
 * @param normal as `normaliseText` leaves it: NFKC, simplified characters
 * @returns undefined when nothing is left to compare
 */
export const readName = (normal: string): ChineseName | undefined => {
  const plain = normal.toLowerCase()
  const bare = plain.replaceAll(separators, '')
  const han = bare.length > 2 ? bare.replace(titles, '') : bare
  if (hanOnly.test(han)) {
    const syllables = nameSyllables(han)
    const cut = surnameLength(han)
    const initials = syllables.slice(cut).map((syllable) => syllable.charAt(0))
    return {
      text: han,
      han: true,
      syllables,
      readings: [syllables.join('')],
      key: `${syllables.slice(0, cut).join('')} ${initials.slice(0, 1).join('')}`,
    }
  }
  const tokens = plain
    .replaceAll(latinTitles, ' ')
    .replaceAll(/[‘’ʻ`]/gu, "'")
    .split(/[^\p{L}']+/u)
    .filter((token) => token !== '')
  const [first, ...rest] = tokens
  if (first === undefined) return bare === '' ? undefined : plainName(bare)
  return {
    text: tokens.join(' '),
    han: false,
    syllables: tokens,
    readings: latinReadings(tokens),
    key: `${first} ${rest
      .map((token) => token.charAt(0))
      .join('')
      .slice(0, 1)}`,
  }
}

/** Neither characters nor letters: compared as it stands. */
const plainName = (text: string): ChineseName => ({
  text,
  han: false,
  syllables: [text],
  readings: [text],
  key: text.slice(0, 4),
})

/** How alike two names are, in kinds that differ in what they say. */
export type NameLikeness = 'same' | 'oneCharacterSameSound' | 'sameSound' | 'oneCharacter' | 'other'

/** The score of each kind; `other` scores at most this. Source: the project's rules for Chinese names, checked in the tests. */
export const likenessScores: Readonly<Record<NameLikeness, number>> = {
  same: 1,
  oneCharacterSameSound: 0.92,
  sameSound: 0.8,
  oneCharacter: 0.75,
  other: 0.6,
}

/** How alike pinyin must be when one character differs in sound too. */
const closeSound = 0.93

const characterDifferences = (a: string, b: string): number => {
  let differing = 0
  for (let i = 0; i < a.length; i++) if (a.charCodeAt(i) !== b.charCodeAt(i)) differing++
  return differing
}

const shareReading = (a: ChineseName, b: ChineseName): boolean => {
  for (const reading of a.readings) if (b.readings.includes(reading)) return true
  return false
}

const soundOf = ({ readings }: ChineseName): string => readings[0] ?? ''

/** Which kind of likeness two names have. Same for either order. */
export const nameLikeness = (a: ChineseName, b: ChineseName): NameLikeness => {
  if (a.text === b.text) return 'same'
  const sounds = shareReading(a, b)
  if (!a.han || !b.han) return sounds ? 'sameSound' : 'other'
  if (a.text.length === b.text.length) {
    const differing = characterDifferences(a.text, b.text)
    if (differing === 1 && sounds) return 'oneCharacterSameSound'
    if (sounds) return 'sameSound'
    if (differing === 1 && a.text.length > 1 && jaroWinkler(soundOf(a), soundOf(b)) >= closeSound) return 'oneCharacter'
  }
  return 'other'
}

/** What else is known to agree about the two people, besides their names. */
export interface NameSupport {
  birthDate?: boolean
  idNumberEnd?: boolean
  genderAndProvince?: boolean
}

/** A name of two characters says no more than this by itself, and nothing says more than the second without support. */
const twoCharactersAlone = 0.8
const unsupported = 0.9
const frequentDiscount = 0.1

/**
 * Score of two names, 0 to 1. Two-character names alone never pass 0.80, since tens of thousands share one; past 0.90 one of
 * birth date, end of the ID number, or gender with province must agree. A name among the commonest thousand loses 0.1.
 */
export const nameScore = (
  a: ChineseName,
  b: ChineseName,
  { support = {}, frequent = false }: { support?: NameSupport; frequent?: boolean } = {},
): number => {
  const likeness = nameLikeness(a, b)
  let score =
    likeness === 'other'
      ? Math.min(likenessScores.other, jaroWinkler(soundOf(a), soundOf(b)) * likenessScores.other)
      : likenessScores[likeness]
  if (frequent) score = Math.max(0, score - frequentDiscount)
  const supported = Boolean(support.birthDate || support.idNumberEnd || support.genderAndProvince)
  if (supported) return score
  const short = a.han && b.han && Math.max(a.text.length, b.text.length) <= 2
  return Math.min(score, short ? twoCharactersAlone : unsupported)
}
