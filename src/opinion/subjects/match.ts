import { search } from './automaton.ts'
import type { CompiledRule, Literal, Matcher, Node, NodeList, Scope } from './compile.ts'
import { gapBetween, isLatin, isMasked, plainText, type Squeezed, squeeze } from './fold.ts'

/** Which subjects a post is about. Pure; safe in a worker thread. */

export interface Matchable {
  title: string
  text: string
  platform: string
  sourceId: number
}

/** A piece of a post's title or text, in UTF-16 units of it as it was given. */
export interface MatchSpan {
  in: 'title' | 'text'
  start: number
  end: number
}

export interface SubjectMatch {
  subjectId: number
  /** The rule that told it first: one with a plain name before one with a disguised one, then the older. */
  rule: number
  /** All rules of the subject that apply. */
  rules: number[]
  spans: MatchSpan[]
  /** Whether the name stands there only in disguise. */
  disguised: boolean
}

interface Hit {
  start: number
  end: number
  disguised: boolean
  risky: boolean
}

/** What was found in one post. */
interface Found {
  text: string
  plain: string | undefined
  hits: Map<number, Hit[]>
}

const none: readonly Hit[] = []

/** Whether the word found is the one meant: boundaries of Latin words, what stands between its characters. */
const hitOf = (literal: Literal, squeezed: Squeezed, lastPlace: number, plainOf: () => string): Hit | undefined => {
  const { units, places, text } = squeezed
  const from = lastPlace - literal.length + 1
  let start = places[from] ?? 0
  const end = (places[lastPlace] ?? 0) + 1
  if (literal.exact !== '') {
    start -= literal.exactLead
    if (start < 0) return
    const plain = plainOf()
    if (!plain.startsWith(literal.exact, start)) {
      // Spaces of the text may be more than those of the phrase.
      const piece = plain.slice(start, end + literal.exact.length).replaceAll(/\s+/g, ' ')
      if (!literal.exact.includes(' ') || !piece.startsWith(literal.exact)) return
    }
  }
  if (literal.latinStart && from > 0 && places[from - 1] === start - 1 && isLatin(units[from - 1] ?? 0)) return
  if (
    literal.latinEnd &&
    lastPlace + 1 < squeezed.length &&
    places[lastPlace + 1] === end &&
    isLatin(units[lastPlace + 1] ?? 0)
  )
    return
  let { disguised } = literal
  if (literal.maskAt >= 0) {
    if (!isMasked(text, places[from + literal.maskAt - 1] ?? 0, places[from + literal.maskAt] ?? 0)) return
    disguised = true
  }
  if (end - start > literal.length && literal.exact === '') {
    for (let n = 1; n < literal.length; n++) {
      if (n === literal.maskAt) continue
      const gap = gapBetween(text, places[from + n - 1] ?? 0, places[from + n] ?? 0)
      if (gap === 'none' || literal.ownGaps.includes(n)) continue
      if (gap === 'wide' || (gap === 'signs' ? !literal.signs : !literal.spaces)) return
      disguised = true
    }
  }
  return { start, end, disguised, risky: literal.risky }
}

const isIn = ({ platforms, sources }: Scope, post: Matchable) =>
  (platforms.length === 0 || platforms.includes(post.platform)) &&
  (sources.length === 0 || sources.includes(post.sourceId))

const hitsOfPattern = (node: Extract<Node, { is: 'pattern' }>, found: Found): readonly Hit[] => {
  const known = found.hits.get(node.leaf)
  if (known) return known
  found.plain ??= plainText(found.text)
  const hits: Hit[] = []
  if (node.needs === '' || found.plain.includes(node.needs)) {
    const matcher = node.compiled.matcher(found.plain)
    while (hits.length < 20 && matcher.find())
      hits.push({ start: matcher.start(), end: matcher.end(), disguised: false, risky: false })
  }
  found.hits.set(node.leaf, hits)
  return hits
}

const distance = (a: Hit, b: Hit) => (a.end <= b.start ? b.start - a.end : b.end <= a.start ? a.start - b.end : -1)

/** Where a term holds; empty when it does not. */
const places = (node: Node, found: Found): readonly Hit[] => {
  if (node.is === 'leaf') return found.hits.get(node.leaf) ?? none
  if (node.is === 'pattern') return hitsOfPattern(node, found)
  if (node.is === 'group') return placesOf(node.branches, found)
  const left = places(node.left, found)
  if (left.length === 0) return none
  const right = places(node.right, found)
  const near = new Set<Hit>()
  for (const a of left)
    for (const b of right) {
      const apart = distance(a, b)
      if (apart >= 0 && apart <= node.within) near.add(a).add(b)
    }
  return [...near]
}

const placesOf = (branches: readonly NodeList[], found: Found): readonly Hit[] => {
  const all: Hit[] = []
  for (const { any, must, not } of branches) {
    const here: Hit[] = []
    if (any.length > 0) {
      for (const node of any) here.push(...places(node, found))
      if (here.length === 0) continue
    }
    if (
      !must.every((node) => {
        const hits = places(node, found)
        here.push(...hits)
        return hits.length > 0
      })
    )
      continue
    if (not.some((node) => places(node, found).length > 0)) continue
    all.push(...here)
  }
  return all
}

const hasAny = (leaves: readonly number[], found: Found) =>
  leaves.some((leaf) => (found.hits.get(leaf)?.length ?? 0) > 0)

/** Where a rule holds in a post. */
const applies = (rule: CompiledRule, post: Matchable, found: Found): readonly Hit[] => {
  const exception = rule.exceptions.find((one) => isIn(one, post))
  if (exception?.off) return none
  let hits = placesOf(exception?.branches ?? rule.branches, found)
  if (hits.length === 0 || hasAny(rule.black, found) || (exception && hasAny(exception.black, found))) return none
  const { context } = rule
  if (context) {
    const around = context.leaves.flatMap((leaf) => found.hits.get(leaf) ?? none)
    const isNear = (hit: Hit) =>
      around.some((word) => distance(hit, word) >= 0 && (context.within === 0 || distance(hit, word) <= context.within))
    hits = hits.filter((hit) => (context.only === 'risky' && !hit.risky) || isNear(hit))
  }
  return hits
}

const toSpans = (hits: readonly Hit[], titleLength: number): MatchSpan[] => {
  const spans: MatchSpan[] = []
  for (const { start, end } of [...hits].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const isTitle = start < titleLength
    const shift = isTitle ? 0 : titleLength + 1
    const last = spans.at(-1)
    const span: MatchSpan = { in: isTitle ? 'title' : 'text', start: start - shift, end: end - shift }
    if (last && last.in === span.in && span.start <= last.end) last.end = Math.max(last.end, span.end)
    else spans.push(span)
  }
  return spans
}

/**
 * The subjects a post is about, by id. Spans are places in the title and text as given.
 * @param matcher of `compileRules`; the same one serves any number of posts
 */
export const matchSubjects = (matcher: Matcher, post: Matchable): SubjectMatch[] => {
  const text = `${post.title}\n${post.text}`
  const squeezed = squeeze(text)
  const found: Found = { text, plain: undefined, hits: new Map() }
  let woken: Set<number> | undefined
  const plainOf = () => {
    found.plain ??= plainText(text)
    return found.plain
  }
  search(matcher.automaton, squeezed.units, squeezed.length, (index, lastPlace) => {
    const literal = matcher.literals[index]
    if (!literal) return
    const hit = hitOf(literal, squeezed, lastPlace, plainOf)
    if (!hit) return
    const hits = found.hits.get(literal.leaf)
    if (hits) hits.push(hit)
    else found.hits.set(literal.leaf, [hit])
    for (const rule of matcher.wakes[literal.leaf] ?? []) {
      woken ??= new Set()
      woken.add(rule)
    }
  })
  if (!woken && matcher.always.length === 0) return []
  const bySubject = new Map<number, { rule: number; rules: number[]; hits: Hit[]; disguised: boolean }>()
  for (const index of [...matcher.always, ...(woken ?? [])].sort((a, b) => a - b)) {
    const rule = matcher.rules[index]
    if (!rule) continue
    const hits = applies(rule, post, found)
    if (hits.length === 0) continue
    // A rule is told in disguise when no name in it stands plain.
    const named = hits.filter(({ disguised }) => !disguised)
    const disguised = named.length === 0 || (hits.some((hit) => hit.disguised) && !hasPlainName(rule, post, found))
    const before = bySubject.get(rule.subjectId)
    if (!before) bySubject.set(rule.subjectId, { rule: rule.id, rules: [rule.id], hits: [...hits], disguised })
    else {
      before.rules.push(rule.id)
      before.hits.push(...hits)
      if (before.disguised && !disguised) {
        before.rule = rule.id
        before.disguised = false
      }
    }
  }
  if (bySubject.size === 0 || isFiltered(matcher, post, found)) return []
  return [...bySubject]
    .sort(([a], [b]) => a - b)
    .map(([subjectId, { rule, rules, hits, disguised }]) => ({
      subjectId,
      rule,
      rules,
      spans: toSpans(hits, post.title.length),
      disguised,
    }))
}

const isFiltered = (matcher: Matcher, post: Matchable, found: Found) =>
  matcher.filters.some((filter) => isIn(filter, post) && placesOf(filter.branches, found).length > 0)

/** Whether the rule holds with plain names alone: `信*飞 +贷款` has a plain word, but the name is in disguise. */
const hasPlainName = (rule: CompiledRule, post: Matchable, found: Found): boolean => {
  const hits = new Map<number, Hit[]>()
  for (const [leaf, all] of found.hits) {
    const plain = all.filter(({ disguised }) => !disguised)
    if (plain.length > 0) hits.set(leaf, plain)
  }
  return applies(rule, post, { ...found, hits }).length > 0
}
