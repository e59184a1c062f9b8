import { z } from 'zod'
import {
  aggregate,
  bothEnds,
  chosenBy,
  comparing,
  count,
  gap,
  hasWindow,
  isRecord,
  momentText,
  name,
  occurrence,
  type occurrenceTime,
  oneWindow,
  oneWindowFault,
  operators,
  property,
  propertyComparison,
  shortText,
  windowKeys,
} from './values-contract.ts'

export { type CalendarWindow, calendarWindows, type SpanUnit } from './values-contract.ts'

/** Bounds of one definition: deep enough for people, small enough for one statement. */
export const definitionLimits = { depth: 12, nodes: 200, bytes: 64 * 1024, ranked: 10_000_000, steps: 5 } as const

const traitCondition = comparing(z.strictObject({ trait: name, ...operators }), ['trait'])

const tagKey = name.max(100)
const tagCondition = comparing(z.strictObject({ tag: tagKey, asOf: momentText.optional(), ...operators }), [
  'tag',
  'asOf',
])

const where = z.array(propertyComparison).max(20).optional()

const eventCondition = z
  .strictObject({
    event: name,
    did: z.boolean().optional(),
    count: count.optional(),
    sum: aggregate.optional(),
    avg: aggregate.optional(),
    min: aggregate.optional(),
    max: aggregate.optional(),
    first: occurrence.optional(),
    last: occurrence.optional(),
    by: property.optional(),
    keys: count.optional(),
    ...windowKeys,
    where,
  })
  .refine(oneWindow, oneWindowFault)
  .refine((leaf) => leaf.keys === undefined || leaf.by !== undefined, {
    path: ['keys'],
    error: 'counts the values of a property: name it in by',
  })

const eventMatch = z.strictObject({ event: name, where })

const sequenceStep = z.strictObject({
  event: name,
  did: z.boolean().optional(),
  where,
  within: gap.optional(),
  without: z.array(eventMatch).min(1).max(5).optional(),
})

const sequenceCondition = z
  .strictObject({
    sequence: z.array(sequenceStep).min(2).max(definitionLimits.steps),
    overall: gap.optional(),
    by: property.optional(),
    ...windowKeys,
  })
  .refine(oneWindow, oneWindowFault)
  .superRefine(({ sequence }, ctx) => {
    const fault = (path: PropertyKey[], message: string) =>
      ctx.addIssue({ code: 'custom', path: ['sequence', ...path], message })
    for (const [i, { did, within, without }] of sequence.entries()) {
      const isLast = i === sequence.length - 1
      if (i === 0 && within !== undefined) fault([i, 'within'], 'the first step has nothing before it')
      if (i === 0 && without) fault([i, 'without'], 'the first step has nothing before it')
      if (did !== false) continue
      if (!isLast) fault([i, 'did'], 'only the last step may be something that did not happen')
      else if (within === undefined) fault([i, 'within'], 'says how long to wait for what did not happen')
      if (without) fault([i, 'without'], 'a step that did not happen stands alone')
    }
  })

const eventStatistic = z
  .strictObject({
    event: name,
    count: z.literal(true).optional(),
    sum: property.optional(),
    avg: property.optional(),
    min: property.optional(),
    max: property.optional(),
    first: property.optional(),
    last: property.optional(),
    ...windowKeys,
    where,
  })
  .refine(oneWindow, oneWindowFault)
  .refine(
    ({ count, sum, avg, min, max, first, last }) =>
      [count, sum, avg, min, max, first, last].filter((measure) => measure !== undefined).length <= 1,
    { error: 'choose one measure: count, sum, avg, min, max, first or last' },
  )
const traitStatistic = z.strictObject({ trait: name })
const tagStatistic = z.strictObject({ tag: tagKey, asOf: momentText.optional() })
const noStatistic = z
  .strictObject({ event: name, trait: name, tag: name })
  .partial()
  .refine(() => false, {
    error: 'expected a statistic with one of: event, trait, tag',
  })

/** What everybody is ranked by. */
const statistic = chosenBy((value) => {
  if (!isRecord(value)) return noStatistic
  if ('event' in value) return eventStatistic
  if ('trait' in value) return traitStatistic
  return 'tag' in value ? tagStatistic : noStatistic
})

const rank = z.int().min(1).max(definitionLimits.ranked)
const percent = z.number().min(0).max(100)
const topCondition = z.strictObject({ top: rank, of: statistic })
const bottomCondition = z.strictObject({ bottom: rank, of: statistic })
const percentileCondition = z.strictObject({
  percentile: bothEnds(percent).refine(([low, high]) => low < high, { error: 'the band from low to high is empty' }),
  of: statistic,
})

export const consentStates = ['granted', 'refused', 'withdrawn', 'none'] as const
export type ConsentState = (typeof consentStates)[number]

const consentCondition = z
  .strictObject({
    consent: z.strictObject({ purpose: name, channel: name.optional() }),
    is: z.enum(consentStates).optional(),
    in: z.array(z.enum(consentStates)).min(1).optional(),
    asOf: momentText.optional(),
  })
  .refine((leaf) => (leaf.is === undefined) !== (leaf.in === undefined), {
    error: `says nothing to compare with; one of: is, in with ${consentStates.join(', ')}`,
  })

/** Channels and the kinds of identifiers by which a customer is reached there: any of them will do. */
export const reachChannels = {
  sms: ['phone'],
  call: ['phone'],
  email: ['email'],
  wechat: ['wechatOpenId'],
  push: ['deviceId'],
  ads: ['phone', 'deviceId'],
} as const
export type ReachChannel = keyof typeof reachChannels
const channelNames = Object.keys(reachChannels) as [ReachChannel, ...ReachChannel[]]

const reachCondition = z.strictObject({
  reachable: z.enum(channelNames),
  consent: z.strictObject({ purpose: name }).optional(),
})

const happened = z
  .strictObject(windowKeys)
  .refine(hasWindow, { error: 'choose one window: within, between, or since and until' })

const audienceCondition = z
  .strictObject({
    audience: z.uuid(),
    member: z.enum(['at last refresh', 'ever']).optional(),
    entered: happened.optional(),
    left: happened.optional(),
  })
  .refine(({ member, entered, left }) => [member, entered, left].filter((key) => key !== undefined).length <= 1, {
    error: 'choose one of: member, entered, left',
  })

const listCondition = z.strictObject({ list: z.uuid() })

const seed = shortText(1, 200)
const share = z.number().min(0).max(1)
const splitCondition = z.strictObject({
  split: z
    .strictObject({ seed, from: share, to: share })
    .refine(({ from, to }) => from < to, { path: ['to'], error: 'must be greater than from' }),
})

/** Without its `of`, which is a definition and read by the walk. */
const sampleRule = z
  .strictObject({
    of: z.unknown(),
    share: share.gt(0).optional(),
    size: z.int().min(1).max(definitionLimits.ranked).optional(),
    seed,
  })
  .refine((rule) => (rule.share === undefined) !== (rule.size === undefined), { error: 'choose one of: share, size' })

export type Comparison = Omit<z.output<typeof traitCondition>, 'trait'>
export type NumberComparison = z.output<typeof count>
export type Aggregate = z.output<typeof aggregate>
export type PropertyComparison = z.output<typeof propertyComparison>
export type OccurrenceTime = z.output<typeof occurrenceTime>
export type TraitCondition = z.output<typeof traitCondition>
export type TagCondition = z.output<typeof tagCondition>
export type EventCondition = Omit<z.output<typeof eventCondition>, 'first' | 'last'> & {
  first?: PropertyComparison | OccurrenceTime | undefined
  last?: PropertyComparison | OccurrenceTime | undefined
}
export type EventMatch = z.output<typeof eventMatch>
export type SequenceStep = z.output<typeof sequenceStep>
export type SequenceCondition = z.output<typeof sequenceCondition>
export type EventStatistic = z.output<typeof eventStatistic>
export type TraitStatistic = z.output<typeof traitStatistic>
export type TagStatistic = z.output<typeof tagStatistic>
export type Statistic = EventStatistic | TraitStatistic | TagStatistic
export type RankCondition =
  | { top: number; of: Statistic }
  | { bottom: number; of: Statistic }
  | { percentile: [number, number]; of: Statistic }
export type ConsentCondition = z.output<typeof consentCondition>
export type ReachCondition = z.output<typeof reachCondition>
export type AudienceCondition = z.output<typeof audienceCondition>
export type ListCondition = z.output<typeof listCondition>
export type SplitCondition = z.output<typeof splitCondition>
export interface SampleCondition {
  sample: { of: Definition; share?: number | undefined; size?: number | undefined; seed: string }
}
/** When events happen that count; none of its keys: whenever. */
export type WindowCondition = Pick<EventCondition, 'within' | 'between' | 'since' | 'until'>

/**
 * Who belongs: a tree. An empty `all` is everybody, an empty `any` nobody, `not` everybody else.
 * `isNot`, `notIn` and `notContains` hold only for people who have the value; `exists: false` asks for those who have none.
 */
export type Definition =
  | { all: Definition[] }
  | { any: Definition[] }
  | { not: Definition }
  | TraitCondition
  | EventCondition
  | SequenceCondition
  | RankCondition
  | TagCondition
  | ConsentCondition
  | ReachCondition
  | AudienceCondition
  | ListCondition
  | SplitCondition
  | SampleCondition

const leaves = {
  trait: traitCondition,
  event: eventCondition,
  sequence: sequenceCondition,
  top: topCondition,
  bottom: bottomCondition,
  percentile: percentileCondition,
  tag: tagCondition,
  // Before `consent`: reachability may ask for one.
  reachable: reachCondition,
  consent: consentCondition,
  audience: audienceCondition,
  list: listCondition,
  split: splitCondition,
} as const
const leafKinds = Object.keys(leaves) as (keyof typeof leaves)[]
const kinds = ['all', 'any', 'not', 'sample', ...leafKinds] as const

interface DefinitionIssue {
  path: PropertyKey[]
  message: string
}

/** Why a value is no definition: the path to each fault and what is wrong there; empty when it is one. */
export const definitionIssues = (value: unknown): DefinitionIssue[] => {
  const issues: DefinitionIssue[] = []
  let nodes = 0
  const walk = (node: unknown, path: PropertyKey[], depth: number): void => {
    const fault = (message: string, at: PropertyKey[] = []) => void issues.push({ path: [...path, ...at], message })
    const check = (schema: z.ZodType, written: unknown, at: PropertyKey[]) => {
      const found = schema.safeParse(written).error?.issues ?? []
      // A misspelt operator also leaves its leaf without one: the spelling is the news.
      const misspelt = found.filter((issue) => issue.code === 'unrecognized_keys')
      for (const { keys, path } of misspelt)
        for (const key of keys) fault(`unknown key "${key}"`, [...at, ...path, key])
      if (misspelt.length === 0) for (const { message, path } of found) fault(message, [...at, ...path])
    }
    nodes += 1
    if (nodes > definitionLimits.nodes) {
      if (nodes === definitionLimits.nodes + 1) fault(`more than ${definitionLimits.nodes} conditions`)
      return
    }
    if (depth > definitionLimits.depth) return fault(`nested deeper than ${definitionLimits.depth}`)
    if (!isRecord(node)) return fault('expected a condition: an object')
    const kind = kinds.find((kind) => Object.hasOwn(node, kind))
    if (!kind) return fault(`expected a condition with one of: ${kinds.join(', ')}`)
    if (kind !== 'all' && kind !== 'any' && kind !== 'not' && kind !== 'sample') return check(leaves[kind], node, [])
    for (const key of Object.keys(node)) if (key !== kind) fault(`unknown key "${key}"`, [key])
    const below = node[kind]
    if (kind === 'not') return walk(below, [...path, 'not'], depth + 1)
    if (kind === 'sample') {
      check(sampleRule, below, ['sample'])
      if (isRecord(below)) walk(below['of'], [...path, 'sample', 'of'], depth + 1)
      return
    }
    if (!Array.isArray(below)) return fault('expected a list of conditions', [kind])
    below.forEach((child, i) => {
      if (nodes <= definitionLimits.nodes) walk(child, [...path, kind, i], depth + 1)
    })
  }
  walk(value, [], 1)
  // Only a value known to be shallow is written out again: stringify recurses.
  if (issues.length === 0 && new TextEncoder().encode(JSON.stringify(value)).length > definitionLimits.bytes)
    issues.push({ path: [], message: `larger than ${definitionLimits.bytes} bytes` })
  return issues.slice(0, 20)
}

const example = {
  all: [
    { trait: 'marital', is: 'married' },
    { trait: 'age', between: [35, 50] },
    { event: 'loan_viewed', count: { gte: 2 }, within: '30 days', where: [{ property: 'amount', gte: 5000 }] },
    { not: { event: 'loan_applied', within: '90 days' } },
  ],
}

/** Checked by hand where a union of schemas would answer "no branch matched" without saying where. */
export const Definition = z
  .custom<Definition>()
  .superRefine((value, ctx) => {
    for (const { path, message } of definitionIssues(value)) ctx.addIssue({ code: 'custom', path, message })
  })
  .meta({
    type: 'object',
    description:
      'A tree of all / any / not over conditions on traits, events, tags and more. See docs/audience-definitions.md.',
    examples: [example],
  })
