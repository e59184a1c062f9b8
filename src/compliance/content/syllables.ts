import { pinyin } from 'pinyin-pro'

/** Characters so common that a text is full of their sound: they never count as somebody's homophone. */
const everyday = new Set(
  '的地得了是在和与及您我你他她它有不可以为人也就都这那之到要会对于中上下个我们其或等将请已如若因从由被把给让向本该此每各再又还更且而则但只能应须需用作做说看来去过起出入大小多少年月日时分元号期次天内外后前里间',
)

const held = new Map<string, { plain: string; toned: string }>()

/** The usual reading of one Chinese character, `{ plain: 'zhang', toned: 'zhang4' }`; ü as v. Undefined for other characters. */
export const readingOf = (character: string): { plain: string; toned: string } | undefined => {
  if (!/^\p{Script=Han}$/u.test(character)) return undefined
  const known = held.get(character)
  if (known) return known
  const toned = pinyin(character, { toneType: 'num', v: true })
  const reading = { plain: toned.replace(/\d$/, ''), toned }
  held.set(character, reading)
  return reading
}

const heldAll = new Map<string, readonly { plain: string; toned: string }[]>()

/** Every reading of a character of a listed word, the usual one first: 还 is hai and huan. */
export const readingsOf = (character: string): readonly { plain: string; toned: string }[] => {
  const usual = readingOf(character)
  if (!usual) return []
  const known = heldAll.get(character)
  if (known) return known
  const toned = pinyin(character, { toneType: 'num', v: true, multiple: true, type: 'array' })
  const all = [...new Set([usual.toned, ...toned])].map((one) => ({ plain: one.replace(/\d$/, ''), toned: one }))
  heldAll.set(character, all)
  return all
}

/** Whether a character may stand for another by its sound. */
export const mayStandIn = (character: string): boolean => !everyday.has(character)

/** How a digit is read in pinyin spelling: m1ao, mia0. */
const leet: Readonly<Record<string, string>> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's' }

/** Whether a folded character can be read as this letter; `v` also stands for ü written as u. */
export const readsAs = (character: string, letter: string): boolean =>
  character === letter || leet[character] === letter || (letter === 'v' && character === 'u')
