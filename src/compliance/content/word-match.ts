import type { Folded } from './fold.ts'
import { foldWord } from './fold.ts'
import type { RulePack, WordRule } from './packs/pack.ts'
import { mayStandIn, readingOf, readingsOf, readsAs } from './syllables.ts'

interface Unit {
  c: string
  /** How it may be read aloud; none for letters and signs. */
  readings: readonly { plain: string; toned: string }[]
}

export interface ListedWord {
  rule: WordRule
  /** As the pack writes it. */
  word: string
  units: readonly Unit[]
  /** It counts only where no longer dictionary word begins before it: 保本 is not in 确保本人. */
  whole: boolean
}

export interface CompiledRules {
  /** Of the newest pack, and the count of the company's own changes: says which rules judged a text. */
  name: string
  byCharacter: ReadonlyMap<string, readonly ListedWord[]>
  bySyllable: ReadonlyMap<string, readonly ListedWord[]>
  byLetter: ReadonlyMap<string, readonly ListedWord[]>
  /** Folded word to the folded phrases in which it means something else. */
  exceptions: ReadonlyMap<string, readonly string[]>
}

export interface WordMatch {
  listed: ListedWord
  /** Tokens, end excluded. */
  from: number
  to: number
  manner: 'plain' | 'disguised' | 'sound'
  /** The first or last character stands in for another, so a dictionary word around it speaks against the match. */
  edges: { first: boolean; last: boolean }
  /** A short word recognised by ear only: never enough to block. */
  weak: boolean
}

const wholeWords = new Set(
  '保本 保息 低利率 低利息 低风险 高收益 低门槛 无风险 赌 必过 必下 必批 包过 稳过 秒过 秒审 秒放 限时 免审核 口子 红包 无息 免息 零息 套现 坐牢 骗子 最大 最好 最强 第一 唯一 判刑 抓你 打断 促销 特惠 推广'.split(
    ' ',
  ),
)

const unitsOf = (word: string): Unit[] =>
  Array.from(word).flatMap((character): Unit[] => {
    // Alone, an o would be read as a zero.
    const c = /^[a-z]$/i.test(character) ? character.toLowerCase() : foldWord(character)
    if (c === '') return []
    return [{ c, readings: readingsOf(character) }]
  })

const add = (map: Map<string, ListedWord[]>, key: string | undefined, listed: ListedWord) => {
  if (key === undefined) return
  const held = map.get(key)
  if (held) held.push(listed)
  else map.set(key, [listed])
}

/** Rules as they are looked up: words by their first character, its sound and the first letter of its spelling. */
export const compileRules = (packs: readonly RulePack[], name: string): CompiledRules => {
  const byCharacter = new Map<string, ListedWord[]>()
  const bySyllable = new Map<string, ListedWord[]>()
  const byLetter = new Map<string, ListedWord[]>()
  const exceptions = new Map<string, string[]>()
  const seen = new Set<string>()
  for (const { rules, exceptions: excused } of packs) {
    for (const rule of rules)
      for (const word of rule.words.split(/\s+/).filter(Boolean)) {
        const units = unitsOf(word)
        const key = `${rule.category} ${units.map(({ c }) => c).join('')}`
        const [first] = units
        if (!first || seen.has(key)) continue
        seen.add(key)
        const listed = { rule, word, units, whole: wholeWords.has(word) }
        add(byCharacter, first.c, listed)
        for (const plain of new Set(first.readings.map((one) => one.plain))) add(bySyllable, plain, listed)
        for (const letter of new Set(first.readings.map(({ plain }) => plain[0]))) add(byLetter, letter, listed)
      }
    for (const { word, phrases } of excused) {
      const key = foldWord(word)
      const held = exceptions.get(key) ?? []
      exceptions.set(key, [...held, ...phrases.split(/\s+/).filter(Boolean).map(foldWord)])
    }
  }
  return { name, byCharacter, bySyllable, byLetter, exceptions }
}

const isLatin = (c: string | undefined) => c !== undefined && /^[a-z]$/.test(c)
const isDigit = (c: string | undefined) => c !== undefined && /^[0-9.]$/.test(c)
const isHan = (c: string) => /^\p{Script=Han}$/u.test(c)

interface Trail {
  to: number
  likes: number
  sounds: number
  /** Of them digits read aloud. */
  numerals: number
  spelled: number
  letters: number
  noise: number
  first: boolean
  last: boolean
}

/** Consumes one unit of a word at one token; undefined when the text does not say it there. */
const consume = (
  tokens: readonly Folded[],
  at: number,
  unit: Unit,
  short: boolean,
  trail: Trail,
): Trail | undefined => {
  const token = tokens[at]
  if (!token) return undefined
  if (token.c === unit.c) return { ...trail, to: at + 1, last: false }
  if (token.like === unit.c) return { ...trail, to: at + 1, likes: trail.likes + 1, last: true }
  const said = isHan(token.c) ? token.c : token.heard
  if (said !== undefined) {
    if (token.heard === undefined && !mayStandIn(said)) return undefined
    const reading = readingOf(said)
    const same = unit.readings.some((one) => (short ? one.toned === reading?.toned : one.plain === reading?.plain))
    const numerals = trail.numerals + (token.heard === undefined ? 0 : 1)
    return same ? { ...trail, to: at + 1, sounds: trail.sounds + 1, numerals, last: true } : undefined
  }
  if (!isLatin(token.c)) return undefined
  for (const { plain } of unit.readings) {
    const spelled = Array.from(plain).every((letter, i) => readsAs(tokens[at + i]?.c ?? '', letter))
    if (!spelled) continue
    const { length } = plain
    return { ...trail, to: at + length, spelled: trail.spelled + 1, letters: trail.letters + length, last: false }
  }
  return undefined
}

/** Letters or digits strewn between the characters of a word: `低a门b槛`. */
const mostNoise = 2

const along = (tokens: readonly Folded[], listed: ListedWord, unit: number, trail: Trail): Trail | undefined => {
  const wanted = listed.units[unit]
  if (!wanted) return trail
  const short = listed.units.length <= 2
  const eaten = consume(tokens, trail.to, wanted, short, trail)
  if (eaten) {
    const rest = along(tokens, listed, unit + 1, unit === 0 ? { ...eaten, first: eaten.last } : eaten)
    if (rest) return rest
  }
  const c = tokens[trail.to]?.c
  // Within a number every digit counts: 12.00% is not 100%.
  const inNumber = isDigit(listed.units[unit - 1]?.c)
  const mayStrew =
    unit > 0 && !short && !inNumber && trail.noise < mostNoise && trail.sounds === 0 && trail.spelled === 0
  if (!mayStrew || !(isLatin(c) || isDigit(c))) return undefined
  return along(tokens, listed, unit, { ...trail, to: trail.to + 1, noise: trail.noise + 1 })
}

/** A listed word at one place of a text, or undefined. */
const matchAt = (tokens: readonly Folded[], from: number, listed: ListedWord): WordMatch | undefined => {
  const start: Trail = {
    to: from,
    likes: 0,
    sounds: 0,
    numerals: 0,
    spelled: 0,
    letters: 0,
    noise: 0,
    first: false,
    last: false,
  }
  const trail = along(tokens, listed, 0, start)
  if (!trail) return undefined
  const { units } = listed
  const { to, likes, sounds, numerals, spelled, letters, noise } = trail
  if (noise > 0 && sounds + spelled > 0) return undefined
  if (units.length === 1 && likes + sounds + spelled > 0) return undefined
  if (units.length === 2 && likes + sounds > 1) return undefined
  const [before, after] = [tokens[from - 1], tokens[to]]
  const [head, tail] = [tokens[from]?.c, tokens[to - 1]?.c]
  if (isDigit(units[0]?.c) && isDigit(before?.c)) return undefined
  if (isDigit(units.at(-1)?.c) && isDigit(after?.c) && !/^[\u4e00-\u9fff]/u.test(listed.word)) return undefined
  const loose = letters >= 8
  if (!loose && isLatin(head) && isLatin(before?.c) && !tokens[from]?.gap) return undefined
  if (!loose && isLatin(tail) && isLatin(after?.c) && !after?.gap) return undefined
  const inside = tokens.slice(from, to)
  const altered = inside.some(({ changed, gap }, i) => changed || (gap && i > 0))
  return {
    listed,
    from,
    to,
    manner: sounds + spelled > 0 ? 'sound' : likes + noise > 0 || altered ? 'disguised' : 'plain',
    edges: { first: trail.first, last: trail.last },
    weak: numerals > 0 || (units.length === 2 && sounds + spelled > 0) || (units.length === 3 && sounds === 3),
  }
}

/** Every listed word at every place; overlaps are left to the caller. */
export const findWords = (tokens: readonly Folded[], rules: CompiledRules): WordMatch[] => {
  const found: WordMatch[] = []
  const tried = new Set<ListedWord>()
  for (const [at, token] of tokens.entries()) {
    tried.clear()
    const said = isHan(token.c) ? token.c : token.heard
    const reading = said === undefined ? undefined : readingOf(said)
    const candidates = [
      rules.byCharacter.get(token.c),
      token.like === undefined ? undefined : rules.byCharacter.get(token.like),
      reading && rules.bySyllable.get(reading.plain),
      isLatin(token.c) ? rules.byLetter.get(token.c) : undefined,
    ]
    for (const words of candidates)
      for (const listed of words ?? []) {
        if (tried.has(listed)) continue
        tried.add(listed)
        const match = matchAt(tokens, at, listed)
        if (match) found.push(match)
      }
  }
  return found
}
