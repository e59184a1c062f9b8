import { ContentInput, type ContentRequest, type Finding } from './content-contract.ts'
import { contextOf } from './context.ts'
import { fold } from './fold.ts'
import { advertisingLaw } from './packs/advertising-law.ts'
import { financialMarketing } from './packs/financial-marketing.ts'
import type { RulePack } from './packs/pack.ts'
import { requiredElements } from './required.ts'
import { type CompiledRules, compileRules, findWords } from './word-match.ts'

/** Rule packs by the day they come into force. */
export const rulePacks: readonly RulePack[] = [advertisingLaw, financialMarketing]

/** The packs in force on a day (Shanghai), `2026-11-22`. */
export const packsAt = (day: string): readonly RulePack[] => rulePacks.filter(({ from }) => from <= day)

const held = new Map<string, CompiledRules>()

/** The packs in force on a day, compiled; without the company's own words. */
export const standardRules = (day: string): CompiledRules => {
  const packs = packsAt(day)
  const name = packs.at(-1)?.from ?? 'none'
  const known = held.get(name) ?? compileRules(packs, name)
  held.set(name, known)
  return known
}

const today = () =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' }).format(new Date())

/** Forbidden words of a text, however disguised; the longest of those that overlap. Pure. */
export const forbiddenWords = (input: ContentInput, rules: CompiledRules): Finding[] => {
  const { text } = input
  const tokens = fold(text)
  const judge = contextOf(input, tokens, rules)
  const findings = findWords(tokens, rules).flatMap((match): Finding[] => {
    const judged = judge(match)
    const [first, last] = [tokens[match.from], tokens[match.to - 1]]
    if (!judged || !first || !last) return []
    const { rule, word } = match.listed
    return [
      {
        rule: `${rule.category}.${word}`,
        category: rule.category,
        article: rule.article,
        manner: match.manner,
        ...judged,
        start: first.start,
        end: last.end,
        matched: text.slice(first.start, last.end),
        values: { word },
      },
    ]
  })
  return withoutShadows(findings)
}

const weight = ({ action, manner }: Finding) => (action === 'block' ? 4 : 0) + (manner === 'sound' ? 0 : 1)

/** A finding inside another that says at least as much is not told again. */
const withoutShadows = (findings: readonly Finding[]): Finding[] => {
  const kept: Finding[] = []
  const length = ({ start, end }: Finding) => (end ?? 0) - (start ?? 0)
  for (const one of findings.toSorted((a, b) => weight(b) - weight(a) || length(b) - length(a))) {
    const shadowed = kept.some(
      (other) =>
        (other.start ?? 0) <= (one.start ?? 0) && (other.end ?? 0) >= (one.end ?? 0) && weight(other) >= weight(one),
    )
    if (!shadowed) kept.push(one)
  }
  return kept.toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0) || (a.end ?? 0) - (b.end ?? 0))
}

/**
 * Everything a text may not say, and everything its channel and product require it to say. Pure, about 1 ms for an SMS.
 * @param rules those in force today unless given; `contentRules` of the store adds the company's own
 * @returns findings by place in the text; what is missing from the whole comes last, without a place
 * Source: reference/risk-and-law.md 2.3 to 2.6
 */
export const checkContent = (request: ContentRequest, rules: CompiledRules = standardRules(today())): Finding[] => {
  const input = ContentInput.parse(request)
  const required = input.place === 'accountName' ? [] : requiredElements(input)
  const all = [...forbiddenWords(input, rules), ...required]
  return [
    ...all.filter(({ start }) => start !== null).toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0)),
    ...all.filter(({ start }) => start === null),
  ]
}

/** Whether nothing blocks. Flags need a reviewer's word. */
export const isPublishable = (findings: readonly Finding[]): boolean =>
  findings.every(({ action }) => action === 'flag')
