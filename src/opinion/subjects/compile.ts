import { RE2JS } from 're2js'
import { type Automaton, automatonOf } from './automaton.ts'
import { plainText, squeezedText } from './fold.ts'
import { type List, parseExpression, type Term } from './grammar.ts'

/** Rules become a matcher. Pure; safe in a worker thread: `RuleSet` travels there as it is. */

export interface Scope {
  /** Empty: everywhere. */
  platforms: readonly string[]
  sources: readonly number[]
}

export interface RuleException extends Scope {
  /** Does not apply there at all. */
  off: boolean
  /** Stands for the rule's own expression there. */
  expression: string | null
  /** A post there with one of them is not meant. */
  blackWords: readonly string[]
}

export interface CompiledVariant {
  word: string
  text: string
  kind: string
}

export interface RuleToCompile {
  id: number
  subjectId: number
  expression: string
  blackWords: readonly string[]
  /** One of the words has to stand within so many characters of the name (0: anywhere in the post). */
  context: { words: readonly string[]; within: number; only: 'all' | 'risky' } | null
  exceptions: readonly RuleException[]
  /** Whether signs, or spaces, may stand between the characters of a name. */
  signs: boolean
  spaces: boolean
  /** Disguises switched on. */
  variants: readonly CompiledVariant[]
}

export interface FilterToCompile extends Scope {
  id: number
  expression: string
}

/** Everything that decides what is about whom. Plain data. */
export interface RuleSet {
  /** Grows with every change. */
  version: number
  rules: readonly RuleToCompile[]
  /** Posts that are about nobody of ours, whatever they say. */
  filters: readonly FilterToCompile[]
}

/** One way to write a word of a rule. */
export interface Literal {
  leaf: number
  length: number
  /** Between units of these places a space or sign stands in the word itself. */
  ownGaps: readonly number[]
  /** Before the unit of this place a sign has to stand for a character; −1 for none. */
  maskAt: number
  latinStart: boolean
  latinEnd: boolean
  signs: boolean
  spaces: boolean
  disguised: boolean
  /** Says the name only together with words of its context. */
  risky: boolean
  /** Taken literally: the plain text that has to stand there, else empty. */
  exact: string
  /** Where its first letter or digit stands in `exact`. */
  exactLead: number
}

export type Node =
  | { is: 'leaf'; leaf: number }
  | { is: 'pattern'; leaf: number; compiled: RE2JS; needs: string }
  | { is: 'near'; within: number; left: Node; right: Node }
  | { is: 'group'; branches: NodeList[] }
export interface NodeList {
  any: Node[]
  must: Node[]
  not: Node[]
}

export interface CompiledException extends Scope {
  off: boolean
  branches: NodeList[] | null
  black: readonly number[]
}

export interface CompiledRule {
  id: number
  subjectId: number
  branches: NodeList[]
  black: readonly number[]
  context: { leaves: readonly number[]; within: number; only: 'all' | 'risky' } | null
  exceptions: readonly CompiledException[]
}

export interface Matcher {
  version: number
  automaton: Automaton
  literals: readonly Literal[]
  leaves: number
  rules: readonly CompiledRule[]
  /** Rules that a leaf may make true. */
  wakes: readonly (readonly number[])[]
  /** Rules that no word announces: looked at for every post. */
  always: readonly number[]
  filters: readonly (Scope & { branches: NodeList[] })[]
}

/** Letters that a text has to hold for a pattern to fit; empty when nothing is sure. */
const neededBy = (source: string): string => {
  if (/[|()\\]/.test(source)) return ''
  const runs = source
    .replaceAll(/\[[^\]]*\]/g, '\0')
    .replaceAll(/.(?:[?*]|\{0[^}]*\})/gu, '\0')
    .replaceAll(/\{[^}]*\}|[+.^$]/g, '\0')
    .split('\0')
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '')
  return longest.length >= 2 ? plainText(longest) : ''
}

const isLatinSign = (sign: string | undefined) => sign !== undefined && /[a-z0-9]/.test(sign)

interface Options {
  kind: string
  signs: boolean
  spaces: boolean
  exact: boolean
}

/** A word as it is looked for. */
const literalOf = (
  word: string,
  leaf: number,
  { kind, signs, spaces, exact }: Options,
): { key: string; literal: Literal } => {
  const key = squeezedText(word)
  const plain = plainText(word)
  const ownGaps: number[] = []
  let maskAt = -1
  let count = 0
  for (const sign of word) {
    if (squeezedText(sign) !== '') count += sign.length
    else if (count > 0 && count < key.length) {
      ownGaps.push(count)
      // A star written by the user stands for a character that was taken out.
      if (!exact && sign === '*') maskAt = count
    }
  }
  const lead = plain.length - plain.trimStart().length
  const first = [...plain].findIndex((sign) => squeezedText(sign) !== '')
  return {
    key,
    literal: {
      leaf,
      length: key.length,
      ownGaps: maskAt >= 0 ? ownGaps.filter((place) => place !== maskAt) : ownGaps,
      maskAt,
      latinStart: isLatinSign(key[0]),
      latinEnd: isLatinSign(key.at(-1)),
      signs: signs && !exact,
      // A Latin name is written with and without its spaces.
      spaces: spaces && !exact,
      disguised: kind !== 'plain',
      risky: kind === 'initials',
      exact: exact ? plain.replaceAll(/\s+/g, ' ').trim() : '',
      exactLead: Math.max(0, first - lead),
    },
  }
}

/** @throws Error when a rule does not parse: what is stored was parsed before */
export const compileRules = (set: RuleSet): Matcher => {
  const keys: string[] = []
  const literals: Literal[] = []
  const wakes: number[][] = []
  const always: number[] = []
  const leafOf = () => wakes.push([]) - 1

  const add = (word: string, leaf: number, options: Options) => {
    const { key, literal } = literalOf(word, leaf, options)
    if (key === '') return
    keys.push(key)
    literals.push(literal)
  }

  const nodeOf = (
    term: Term,
    variants: readonly CompiledVariant[],
    ways: { signs: boolean; spaces: boolean },
  ): Node => {
    if (term.is === 'near')
      return {
        is: 'near',
        within: term.within,
        left: nodeOf(term.left, variants, ways),
        right: nodeOf(term.right, variants, ways),
      }
    if (term.is === 'group') return { is: 'group', branches: term.branches.map((list) => listOf(list, variants, ways)) }
    const leaf = leafOf()
    if (term.is === 'pattern')
      return {
        is: 'pattern',
        leaf,
        compiled: RE2JS.compile(foldSource(term.source), RE2JS.CASE_INSENSITIVE),
        needs: neededBy(term.source),
      }
    add(term.text, leaf, { kind: 'plain', ...ways, exact: term.is === 'phrase' })
    if (term.is === 'word')
      for (const { word, text, kind } of variants)
        if (word === term.text)
          add(text, leaf, { kind, signs: kind === 'pinyin', spaces: kind === 'pinyin', exact: false })
    return { is: 'leaf', leaf }
  }
  const listOf = (
    list: List,
    variants: readonly CompiledVariant[],
    ways: { signs: boolean; spaces: boolean },
  ): NodeList => ({
    any: list.any.map((term) => nodeOf(term, variants, ways)),
    must: list.must.map((term) => nodeOf(term, variants, ways)),
    not: list.not.map((term) => nodeOf(term, [], { signs: false, spaces: false })),
  })
  const branchesOf = (
    expression: string,
    variants: readonly CompiledVariant[],
    ways: { signs: boolean; spaces: boolean },
  ) => {
    const parsed = parseExpression(expression)
    if (!parsed.ok) throw new Error(`a stored rule does not parse: ${parsed.error.code} at ${parsed.error.at}`)
    return parsed.branches.map((list) => listOf(list, variants, ways))
  }
  const wordsAsLeaves = (words: readonly string[]) =>
    words.map((word) => {
      const leaf = leafOf()
      add(word, leaf, { kind: 'plain', signs: false, spaces: false, exact: false })
      return leaf
    })

  const rules = set.rules.map((rule, index): CompiledRule => {
    const ways = { signs: rule.signs, spaces: rule.spaces }
    const made: CompiledRule = {
      id: rule.id,
      subjectId: rule.subjectId,
      branches: branchesOf(rule.expression, rule.variants, ways),
      black: wordsAsLeaves(rule.blackWords),
      context:
        rule.context && rule.context.words.length > 0
          ? { leaves: wordsAsLeaves(rule.context.words), within: rule.context.within, only: rule.context.only }
          : null,
      exceptions: rule.exceptions.map(({ platforms, sources, off, expression, blackWords }) => ({
        platforms,
        sources,
        off,
        branches: expression === null ? null : branchesOf(expression, rule.variants, ways),
        black: wordsAsLeaves(blackWords),
      })),
    }
    const announced = [made.branches, ...made.exceptions.flatMap(({ branches }) => (branches ? [branches] : []))].map(
      announcersOf,
    )
    if (announced.some((leaves) => leaves === 'nothing')) always.push(index)
    else
      for (const leaf of new Set(announced.flatMap((leaves) => (leaves === 'nothing' ? [] : leaves))))
        wakes[leaf]?.push(index)
    return made
  })
  const filters = set.filters.map(({ platforms, sources, expression }) => ({
    platforms,
    sources,
    branches: branchesOf(expression, [], { signs: false, spaces: false }),
  }))
  return {
    version: set.version,
    automaton: automatonOf(keys),
    literals,
    leaves: wakes.length,
    rules,
    wakes,
    always,
    filters,
  }
}

/** A pattern as it is held against plain text: Chinese characters simplified, full-width ones plain, signs as they are. */
const foldSource = (source: string): string =>
  Array.from(source, (sign) => (/\p{Script=Han}/u.test(sign) ? plainText(sign) : sign)).join('')

/** Leaves one of which has to be found before the branches can be true. */
const announcersOf = (branches: readonly NodeList[]): number[] | 'nothing' => {
  const all: number[] = []
  for (const { any, must } of branches) {
    const sure = must.map(ofNode).find((leaves) => leaves !== 'nothing')
    if (sure) {
      all.push(...sure)
      continue
    }
    for (const node of must.length > 0 ? must : any) {
      const leaves = ofNode(node)
      if (leaves === 'nothing') return 'nothing'
      all.push(...leaves)
    }
  }
  return all
}
const ofNode = (node: Node): number[] | 'nothing' => {
  if (node.is === 'leaf') return [node.leaf]
  if (node.is === 'pattern') return 'nothing'
  if (node.is === 'group') return announcersOf(node.branches)
  const left = ofNode(node.left)
  return left === 'nothing' ? ofNode(node.right) : left
}
