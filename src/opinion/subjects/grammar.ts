import { RE2JS } from 're2js'
import type { GrammarError } from './subject-contract.ts'

type GrammarFault = GrammarError['code']

/**
 * The language of rules. Words side by side: any of them suffices. `+x` has to occur too, `!x` must not. `(a | b)` groups;
 * `"…"` is taken literally; `/…/` is a pattern (RE2, linear time); `a NEAR/5 b`: at most 5 characters between them.
 */
export type Leaf =
  | { is: 'word'; text: string; at: number; length: number }
  | { is: 'phrase'; text: string; at: number; length: number }
  | { is: 'pattern'; source: string; at: number; length: number }
export type Term = Leaf | { is: 'near'; within: number; left: Term; right: Term } | { is: 'group'; branches: List[] }
export interface List {
  any: Term[]
  must: Term[]
  not: Term[]
}

export type Parsed = { ok: true; branches: List[] } | { ok: false; error: GrammarError }

class Wrong extends Error {
  readonly error: GrammarError
  constructor(error: GrammarError) {
    super(error.code)
    this.error = error
  }
}

const longest = 4_000
const widest = 100
const deepest = 8

const plainSigns: Readonly<Record<string, string>> = {
  '（': '(',
  '）': ')',
  '｜': '|',
  '！': '!',
  '＋': '+',
  '“': '"',
  '”': '"',
  '／': '/',
}

const isWordEnd = (sign: string) => sign === '' || /[\s()|"]/.test(sign)

/** How many characters of a word count; a Chinese one says more than a Latin one. */
const weight = (text: string) => {
  const counted = text.normalize('NFKC').match(/[\p{L}\p{N}]/gu) ?? []
  return counted.length
}

/** Reads a rule. Never throws; places are in the text as given. */
export const parseExpression = (given: string): Parsed => {
  const text = Array.from({ length: given.length }, (_, i) => plainSigns[given[i] ?? ''] ?? given[i] ?? '').join('')
  let at = 0
  const fail = (code: GrammarFault, from: number, to: number, fixed: string | null = null): never => {
    throw new Wrong({
      code,
      at: from,
      length: Math.max(1, to - from),
      value: given.slice(from, to),
      suggestion: fixed === null ? null : given.slice(0, from) + fixed + given.slice(to),
    })
  }
  const skip = () => {
    while (at < text.length && /\s/.test(text[at] ?? '')) at += 1
  }

  const quoted = (): Term => {
    const from = at
    const end = text.indexOf('"', at + 1)
    if (end === -1) return fail('quoteOpen', from, text.length, `${given.slice(from)}"`)
    const inside = given.slice(from + 1, end)
    at = end + 1
    if (weight(inside) === 0) return fail('wordShort', from, at)
    return { is: 'phrase', text: inside, at: from, length: at - from }
  }

  const pattern = (): Term => {
    const from = at
    at += 1
    while (at < text.length && text[at] !== '/') at += text[at] === '\\' ? 2 : 1
    if (at >= text.length) return fail('patternOpen', from, text.length, `${given.slice(from)}/`)
    const source = given.slice(from + 1, at)
    at += 1
    if (text[at] === 'i' && isWordEnd(text[at + 1] ?? '')) at += 1
    try {
      if (RE2JS.compile(source, RE2JS.CASE_INSENSITIVE).matcher('').find()) return fail('patternWrong', from, at)
    } catch (error) {
      if (error instanceof Wrong) throw error
      return fail('patternWrong', from, at)
    }
    return { is: 'pattern', source, at: from, length: at - from }
  }

  const word = (): Term => {
    const from = at
    while (!isWordEnd(text[at] ?? '')) at += 1
    const said = given.slice(from, at)
    if (/^(AND|OR|NOT)$/.test(said)) return fail('english', from, at, said === 'AND' ? '+' : said === 'OR' ? '|' : '!')
    if (/^[-－]/.test(said)) return fail('minus', from, at, `!${said.slice(1)}`)
    if (weight(said) < 2) return fail('wordShort', from, at, weight(said) === 1 ? `"${said}"` : null)
    return { is: 'word', text: said, at: from, length: at - from }
  }

  const group = (depth: number): Term => {
    const from = at
    at += 1
    if (depth >= deepest) return fail('deep', from, from + 1)
    const branches = lists(depth + 1)
    if (text[at] !== ')') return fail('groupOpen', from, text.length, `${given.slice(from)})`)
    at += 1
    if (branches.length === 0) return fail('groupEmpty', from, at)
    return { is: 'group', branches }
  }

  const single = (depth: number): Term => {
    const sign = text[at]
    if (sign === '"') return quoted()
    if (sign === '/') return pattern()
    if (sign === '(') return group(depth)
    return word()
  }

  /** Whether distance can be told of it: no term inside has to be missing or to be there too. */
  const hasPlaces = (term: Term): boolean =>
    term.is === 'group'
      ? term.branches.every(({ any, must, not }) => must.length + not.length === 0 && any.every(hasPlaces))
      : term.is !== 'near'

  const near = (depth: number): Term => {
    const from = at
    let left = single(depth)
    for (;;) {
      skip()
      const found = /^NEAR(?:\/(\d+))?(?=[\s("]|$)/.exec(text.slice(at))
      if (!found) return left
      const keyword = at
      if (found[1] === undefined) return fail('nearWide', keyword, keyword + 4, 'NEAR/10')
      const within = Number(found[1])
      if (within < 1 || within > widest) return fail('nearWide', keyword, keyword + found[0].length, `NEAR/${widest}`)
      at += found[0].length
      skip()
      if (at >= text.length || /[)|]/.test(text[at] ?? '')) return fail('nearAlone', keyword, keyword + found[0].length)
      if (/[+!]/.test(text[at] ?? '')) return fail('nearOperand', at, at + 1, '')
      const right = single(depth)
      if (left.is === 'near' || !hasPlaces(left)) return fail('nearOperand', from, keyword)
      if (!hasPlaces(right)) return fail('nearOperand', keyword, at)
      left = { is: 'near', within, left, right }
    }
  }

  const lists = (depth: number): List[] => {
    const branches: List[] = []
    for (;;) {
      const from = at
      const list: List = { any: [], must: [], not: [] }
      for (;;) {
        skip()
        const sign = text[at] ?? ''
        if (sign === '' || sign === '|' || sign === ')') break
        if (/^NEAR(\/\d+)?(?=[\s("]|$)/.test(text.slice(at))) return fail('nearAlone', at, at + 4)
        if (sign !== '+' && sign !== '!') {
          list.any.push(near(depth))
          continue
        }
        const place = at
        at += 1
        skip()
        if (at >= text.length || /[+!)|]/.test(text[at] ?? '')) return fail('signAlone', place, place + 1, '')
        list[sign === '+' ? 'must' : 'not'].push(near(depth))
      }
      const said = list.any.length + list.must.length + list.not.length
      if (said > 0 && list.any.length + list.must.length === 0) return fail('onlyExcluded', from, at)
      if (said > 0) branches.push(list)
      else if (text[at] === '|' || branches.length > 0) {
        const bar = text.lastIndexOf('|', at)
        return fail('groupEmpty', bar, bar + 1)
      }
      if (text[at] !== '|') return branches
      at += 1
    }
  }

  try {
    if (given.length > longest) return fail('tooLong', longest, given.length)
    const branches = lists(0)
    if (text[at] === ')') return fail('closeAlone', at, at + 1, '')
    if (branches.length === 0) return fail('empty', 0, given.length)
    return { ok: true, branches }
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, error: error.error }
    throw error
  }
}

/** Words of a rule that can be disguised: those not in quotes that name the subject, not those that only have to be there too. */
export const wordsIn = (branches: readonly List[]): string[] => {
  const found = new Set<string>()
  const visit = (term: Term): void => {
    if (term.is === 'word') found.add(term.text)
    else if (term.is === 'near') {
      visit(term.left)
      visit(term.right)
    } else if (term.is === 'group') visitAll(term.branches)
  }
  const visitAll = (branches: readonly List[]) => {
    for (const { any, must } of branches) for (const term of any.length > 0 ? any : must) visit(term)
  }
  visitAll(branches)
  return [...found]
}
