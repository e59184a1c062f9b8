import { createRequire } from 'node:module'
import { pinyin } from 'pinyin-pro'
import { squeezedText } from './fold.ts'
import { splitCharacters } from './split-characters.ts'
import { type Disguise, disguiseKinds } from './subject-contract.ts'

type DisguiseKind = Disguise['kind']
type Risk = Disguise['risk']

/** How a name is written so that a search does not find it. Not for worker threads: the dictionary takes 60 MB. */

const require = createRequire(import.meta.url)

interface Lexicon {
  /** Natural logarithm of the share of a word. */
  words: ReadonlyMap<string, number>
  /** Common characters by how they sound, the commonest first. */
  bySound: ReadonlyMap<string, readonly string[]>
}
let held: Lexicon | undefined

const commonest = 3_800

const soundOf = (sign: string) => pinyin(sign, { toneType: 'none', type: 'array' })[0] ?? ''

const load = (): Lexicon => {
  const { dict } = require('@node-rs/jieba/dict.js') as typeof import('@node-rs/jieba/dict.js')
  const counts = new Map<string, number>()
  let total = 0
  for (const line of new TextDecoder().decode(dict).split('\n')) {
    const [word = '', count = '0'] = line.split(' ')
    total += Number(count)
    if (word.length > 0 && word.length <= 4) counts.set(word, Number(count))
  }
  const single = [...counts]
    .filter(([word]) => /^\p{Script=Han}$/u.test(word) && squeezedText(word) === word)
    .sort(([, a], [, b]) => b - a)
    .slice(0, commonest)
  const bySound = new Map<string, string[]>()
  for (const [sign] of single) {
    const sound = soundOf(sign)
    const same = bySound.get(sound)
    if (same) same.push(sign)
    else bySound.set(sound, [sign])
  }
  return {
    words: new Map([...counts].map(([word, count]) => [word, Math.log(Math.max(count, 0.5) / total)])),
    bySound,
  }
}
const lexicon = (): Lexicon => {
  held ??= load()
  return held
}

/** Share of a character or word that no dictionary has. */
const unknown = Math.log(1e-9)

/** How often the characters follow each other by chance in a million of common text: the likeliest reading as words. */
const perMillionOf = (text: string): number => {
  const signs = Array.from(text)
  const best = [0]
  for (let end = 1; end <= signs.length; end++) {
    let score = Number.NEGATIVE_INFINITY
    for (let from = Math.max(0, end - 4); from < end; from++) {
      const piece = signs.slice(from, end).join('')
      const share = lexicon().words.get(piece) ?? (end - from === 1 ? unknown : Number.NEGATIVE_INFINITY)
      score = Math.max(score, (best[from] ?? 0) + share)
    }
    best.push(score)
  }
  return 1e6 * Math.exp(best.at(-1) ?? unknown)
}

const riskOf = (perMillion: number): Risk => (perMillion >= 0.01 ? 'high' : perMillion >= 0.0005 ? 'some' : 'low')

const isHan = (sign: string) => /^\p{Script=Han}$/u.test(sign)

const mostHomophones = 24

/**
 * The disguises of a name, those of little risk first within their kind. Signs between its characters, full-width and
 * traditional characters need no disguise here: the matcher looks through them.
 * @param word as it stands in a rule
 */
export const disguisesOf = (word: string): Disguise[] => {
  const signs = Array.from(word)
  const han = signs.filter(isHan)
  if (han.length < 2 || signs.length > 12) return []
  const made: Disguise[] = []
  const add = (text: string, kind: DisguiseKind, risk?: Risk) => {
    if (squeezedText(text) === squeezedText(word) && kind !== 'masked') return
    const perMillion = /^\p{Script=Han}+$/u.test(text) ? perMillionOf(text) : null
    made.push({ word, text, kind, risk: risk ?? riskOf(perMillion ?? 0), perMillion })
  }
  const replaced = (at: number, by: string) => signs.map((sign, n) => (n === at ? by : sign)).join('')
  const places = signs.flatMap((sign, at) => (isHan(sign) ? [at] : []))

  // 信*飞: the ends stay, so that what is left still says the name.
  if (signs.length >= 3)
    for (const at of places) {
      const inside = at > 0 && at < signs.length - 1
      add(replaced(at, '*'), 'masked', inside ? 'some' : 'high')
      if (!inside) continue
      add(replaced(at, 'x'), 'masked', 'some')
      add(replaced(at, '某'), 'masked', 'some')
    }
  for (const at of places) {
    const sign = signs[at] ?? ''
    const sound = soundOf(sign)
    const same = (lexicon().bySound.get(sound) ?? []).filter((other) => other !== sign)
    const shown = same
      .map((other) => ({ text: replaced(at, other), perMillion: perMillionOf(replaced(at, other)) }))
      // A word of the language is what it says, not our name.
      .filter(({ text }) => !lexicon().words.has(text))
      .slice(0, Math.ceil(mostHomophones / Math.min(places.length, 3)))
    for (const { text } of shown) add(text, 'homophone', signs.length === 2 ? 'high' : undefined)
  }
  const sounds = pinyin(word, { toneType: 'none', type: 'array' })
  if (signs.every(isHan)) {
    const whole = sounds.join('')
    add(whole, 'pinyin', whole.length >= 7 ? 'low' : 'some')
    add(sounds.map((sound) => sound[0] ?? '').join(''), 'initials', 'high')
  }
  for (const at of places) {
    const sound = sounds[at] ?? ''
    add(replaced(at, sound), 'mixed', signs.length === 2 ? 'some' : 'low')
    add(replaced(at, sound[0] ?? ''), 'mixed', signs.length === 2 ? 'high' : 'some')
  }
  for (const at of places)
    for (const parts of splitCharacters.get(signs[at] ?? '') ?? []) add(replaced(at, parts), 'split', 'low')
  const seen = new Set<string>()
  const order = { low: 0, some: 1, high: 2 } as const
  return made
    .filter(({ text }) => !seen.has(text) && seen.add(text))
    .sort((a, b) => disguiseKinds.indexOf(a.kind) - disguiseKinds.indexOf(b.kind) || order[a.risk] - order[b.risk])
}

/** Whether a disguise is looked for unless somebody says otherwise. */
export const isOnByDefault = ({ risk, kind }: Disguise): boolean =>
  kind !== 'initials' &&
  risk !== 'high' &&
  (risk === 'low' || kind === 'masked' || kind === 'mixed' || kind === 'pinyin')
