import type {
  Comparison,
  Definition,
  OccurrenceTime,
  PropertyComparison,
  WindowCondition,
} from './definition-contract.ts'
import { eachCondition, type Leaf } from './mentions-contract.ts'

/** A comparison with the clock: people enter or leave by it although nothing happened. */
export interface WindowEdge {
  /** Of the condition, as in `all.0`; behind an audience that is named, of the condition that names it. */
  path: string
  /** Whose time is compared: events of a name, a property of them, a trait, or a date tag. */
  of: { event: string; property?: string | string[] } | { trait: string } | { tag: string }
  /**
   * withinLast: `time` is in the window that ends now, so it is left at `time` + span (a time in the future enters at
   * `time`). withinNext: entered at `time` − span, left at `time`. olderThan: entered at `time` + span.
   */
  operator: 'withinLast' | 'withinNext' | 'olderThan'
  /** `30 days`, or for withinLast also a calendar window: `this month`. */
  span: string
}

type Definitions = ReadonlyMap<string, Definition>

/**
 * Every comparison of a definition with the clock, also in the audiences that it names. Time moves nobody else, fixed
 * dates excepted that lie in the future. A statistic over everybody is listed too, but there one person's edge moves others: see `whole`.
 * @param audiences definitions of those named, by id; those missing are left out
 */
export const windowEdges = (definition: Definition, audiences: Definitions = new Map()): WindowEdge[] => {
  const edges: WindowEdge[] = []
  const through = (definition: Definition, at: string | undefined, seen: readonly string[]): void =>
    eachCondition(definition, (node, own) => {
      const path = at ?? own
      if ('sample' in node) return
      for (const edge of edgesOf(node)) edges.push({ path, ...edge })
      if (!('audience' in node)) return
      const id = node.audience.toLowerCase()
      const named = audiences.get(id)
      if (named && !seen.includes(id)) through(named, path, [...seen, id])
    })
  through(definition, undefined, [])
  return edges
}

type Edge = Omit<WindowEdge, 'path'>

const compared = (of: Edge['of'], { withinLast, withinNext, olderThan }: Comparison | OccurrenceTime): Edge[] =>
  (
    [
      ['withinLast', withinLast],
      ['withinNext', withinNext],
      ['olderThan', olderThan],
    ] as const
  ).flatMap(([operator, span]) => (span === undefined ? [] : [{ of, operator, span }]))

const windowed = (event: string, { within }: WindowCondition): Edge[] =>
  within === undefined ? [] : [{ of: { event }, operator: 'withinLast', span: within }]

const filtered = (event: string, where: readonly PropertyComparison[] = []): Edge[] =>
  where.flatMap(({ property, ...comparison }) => compared({ event, property }, comparison))

const edgesOf = (node: Leaf): Edge[] => {
  if ('trait' in node) return compared({ trait: node.trait }, node)
  if ('tag' in node) return compared({ tag: node.tag }, node)
  if ('event' in node) {
    const { event } = node
    const ends = [node.first, node.last].flatMap((end) => {
      if (!end) return []
      return 'property' in end ? filtered(event, [end]) : compared({ event }, end)
    })
    return [...windowed(event, node), ...filtered(event, node.where), ...ends]
  }
  if ('sequence' in node)
    return node.sequence.flatMap((step, i) => [
      ...windowed(step.event, node),
      ...filtered(step.event, step.where),
      ...(step.without ?? []).flatMap(({ event, where }) => [...windowed(event, node), ...filtered(event, where)]),
      // What did not happen is certain only when the wait after the step before is over.
      ...(step.did === false && step.within !== undefined
        ? [{ of: { event: node.sequence[i - 1]?.event ?? '' }, operator: 'olderThan' as const, span: step.within }]
        : []),
    ])
  if ('of' in node && 'event' in node.of)
    return [...windowed(node.of.event, node.of), ...filtered(node.of.event, node.of.where)]
  return []
}

/**
 * Whether who belongs depends on more than each customer's own facts: a rank among everybody, a sample of a fixed size, or
 * the stored members of another audience. Facts of one customer then may move others, so only the full answer is right.
 * @param audiences definitions of those named, by id; those missing count as not whole
 */
export const whole = (definition: Definition, audiences: Definitions = new Map()): boolean => {
  const seen = new Set<string>()
  const depends = (definition: Definition): boolean => {
    let found = false
    eachCondition(definition, (node) => {
      if ('of' in node) found = true
      else if ('sample' in node) found ||= node.sample.size !== undefined
      else if ('audience' in node) {
        const id = node.audience.toLowerCase()
        const named = audiences.get(id)
        if (node.member || node.entered || node.left) found = true
        else if (named && !seen.has(id)) {
          seen.add(id)
          found ||= depends(named)
        }
      }
    })
    return found
  }
  return depends(definition)
}
