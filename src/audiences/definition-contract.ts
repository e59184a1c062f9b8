import { z } from 'zod'

/** Bounds of one definition: deep enough for people, small enough for one statement. */
export const definitionLimits = { depth: 12, nodes: 200, bytes: 64 * 1024 } as const

// Postgres keeps definitions as jsonb, which refuses NUL and unpaired surrogates.
const storable = (text: string) => !text.includes('\u0000') && text.isWellFormed()
const shortText = (min: number, max: number) =>
  z.string().min(min).max(max).refine(storable, { error: 'holds a character that cannot be stored' })

const name = shortText(1, 256)
const text = shortText(0, 1024)
const scalar = z.union([text, z.number(), z.boolean()], { error: 'expected text, a number, true or false' })
const scalars = z.array(scalar).min(1).max(2000)

const year = (value: string) => Number(value.slice(0, 4))
// ClickHouse's DateTime64 reaches from 1900 to 2299.
const inReach = (value: string) => year(value) > 1900 && year(value) < 2299
const dateText = z.iso.date().refine(inReach, { error: 'out of reach: 1901 to 2298' })
const instantText = z.iso.datetime({ offset: true }).refine(inReach, { error: 'out of reach: 1901 to 2298' })
const momentText = z.union([dateText, instantText], {
  error: 'expected a date (2026-01-31) or an instant with offset (2026-01-31T08:00:00+08:00)',
})
const ordered = z.union([z.number(), momentText], {
  error: 'expected a number, a date (2026-01-31) or an instant with offset (2026-01-31T08:00:00+08:00)',
})

export const spanUnits = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const
export type SpanUnit = (typeof spanUnits)[number]
export const calendarWindows = [
  'today',
  'yesterday',
  'this week',
  'last week',
  'this month',
  'last month',
  'this year',
  'last year',
] as const
export type CalendarWindow = (typeof calendarWindows)[number]

const span = z
  .string()
  .regex(/^[1-9]\d{0,4} (minute|hour|day|week|month|year)s?$/, {
    error: 'expected a span such as "30 days", "12 hours" or "3 months"',
  })
  .refine((span) => !/^\d{4,} (week|month|year)|^\d{3,} year|^[4-9]\d{4} day/.test(span), {
    error: 'longer than a hundred years',
  })
const window = z.union([span, z.enum(calendarWindows)], {
  error: `expected a span such as "30 days", or one of: ${calendarWindows.join(', ')}`,
})

const isDate = (end: unknown) => typeof end === 'string' && end.length === 10
// A date against an instant is left alone: which comes first depends on the zone.
const swapped = (low: string | number | undefined, high: string | number | undefined) =>
  typeof low === 'string' && typeof high === 'string'
    ? isDate(low) === isDate(high) && Date.parse(low) > Date.parse(high)
    : Number(low) > Number(high)
const bothEnds = <S extends z.ZodType<string | number>>(end: S) =>
  z
    .tuple([end, end])
    .refine(([low, high]) => typeof low === typeof high, { error: 'both ends must be of one kind' })
    .refine(([low, high]) => !swapped(low, high), { error: 'the first end must not be greater than the second' })

const momentOperators = {
  before: momentText.optional(),
  after: momentText.optional(),
  withinLast: window.optional(),
  withinNext: span.optional(),
  olderThan: span.optional(),
}

/** What a value may be compared with; several operators on one leaf must all hold. */
const operators = {
  is: scalar.optional(),
  isNot: scalar.optional(),
  in: scalars.optional(),
  notIn: scalars.optional(),
  gt: ordered.optional(),
  gte: ordered.optional(),
  lt: ordered.optional(),
  lte: ordered.optional(),
  between: bothEnds(ordered).optional(),
  contains: shortText(1, 1024).optional(),
  notContains: shortText(1, 1024).optional(),
  startsWith: shortText(1, 1024).optional(),
  endsWith: shortText(1, 1024).optional(),
  exists: z.boolean().optional(),
  ...momentOperators,
}

const numberOperators = <S extends z.ZodType<number>>(number: S) => ({
  is: number.optional(),
  isNot: number.optional(),
  gt: number.optional(),
  gte: number.optional(),
  lt: number.optional(),
  lte: number.optional(),
  between: bothEnds(number).optional(),
})

const comparing = <S extends z.ZodObject>(schema: S, subject: string[]) => {
  const used = (leaf: Record<string, unknown>) =>
    Object.keys(leaf).filter((key) => !subject.includes(key) && leaf[key] !== undefined)
  const offered = Object.keys(schema.shape).filter((key) => !subject.includes(key))
  return schema
    .refine((leaf) => used(leaf).length > 0, { error: `says nothing to compare with; one of: ${offered.join(', ')}` })
    .refine((leaf) => leaf['exists'] !== false || used(leaf).length === 1, {
      error: 'exists: false stands alone: what is missing compares with nothing',
    })
}

/** A property by its exact name, or a path into nested objects. */
const property = z.union([name, z.array(name).min(1).max(8)], { error: 'expected a property name or a path of names' })

const propertyComparison = comparing(z.strictObject({ property, ...operators }), ['property'])
const aggregate = comparing(z.strictObject({ property, ...numberOperators(z.number()) }), ['property'])
const count = comparing(z.strictObject(numberOperators(z.int().min(0))), [])
const occurrenceTime = comparing(z.strictObject({ ...momentOperators, between: bothEnds(momentText).optional() }), [])

/** When the first or last occurrence was, or what one of its properties held. */
const occurrence = z.unknown().superRefine((value, ctx) => {
  const schema = isRecord(value) && 'property' in value ? propertyComparison : occurrenceTime
  for (const issue of schema.safeParse(value).error?.issues ?? []) ctx.addIssue({ ...issue, path: issue.path })
})

const traitCondition = comparing(z.strictObject({ trait: name, ...operators }), ['trait'])

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
    within: window.optional(),
    between: bothEnds(momentText).optional(),
    since: momentText.optional(),
    until: momentText.optional(),
    where: z.array(propertyComparison).max(20).optional(),
  })
  .refine(
    (leaf) =>
      [leaf.within, leaf.between, leaf.since ?? leaf.until].filter((window) => window !== undefined).length <= 1,
    { error: 'choose one window: within, between, or since and until' },
  )

const audienceCondition = z.strictObject({ audience: z.uuid() })

export type Comparison = Omit<z.output<typeof traitCondition>, 'trait'>
export type NumberComparison = z.output<typeof count>
export type Aggregate = z.output<typeof aggregate>
export type PropertyComparison = z.output<typeof propertyComparison>
export type OccurrenceTime = z.output<typeof occurrenceTime>
export type TraitCondition = z.output<typeof traitCondition>
export type EventCondition = Omit<z.output<typeof eventCondition>, 'first' | 'last'> & {
  first?: PropertyComparison | OccurrenceTime | undefined
  last?: PropertyComparison | OccurrenceTime | undefined
}
export type AudienceCondition = z.output<typeof audienceCondition>

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
  | AudienceCondition

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const leaves = { trait: traitCondition, event: eventCondition, audience: audienceCondition } as const
const kinds = ['all', 'any', 'not', 'trait', 'event', 'audience'] as const

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
    nodes += 1
    if (nodes > definitionLimits.nodes) {
      if (nodes === definitionLimits.nodes + 1) fault(`more than ${definitionLimits.nodes} conditions`)
      return
    }
    if (depth > definitionLimits.depth) return fault(`nested deeper than ${definitionLimits.depth}`)
    if (!isRecord(node)) return fault('expected a condition: an object')
    const kind = kinds.find((kind) => Object.hasOwn(node, kind))
    if (!kind) return fault(`expected a condition with one of: ${kinds.join(', ')}`)
    if (kind === 'trait' || kind === 'event' || kind === 'audience') {
      const found = leaves[kind].safeParse(node).error?.issues ?? []
      // A misspelt operator also leaves its leaf without one: the spelling is the news.
      const misspelt = found.filter((issue) => issue.code === 'unrecognized_keys')
      for (const { keys, path } of misspelt) for (const key of keys) fault(`unknown key "${key}"`, [...path, key])
      if (misspelt.length === 0) for (const { message, path } of found) fault(message, path)
      return
    }
    for (const key of Object.keys(node)) if (key !== kind) fault(`unknown key "${key}"`, [key])
    const below = node[kind]
    if (kind === 'not') return walk(below, [...path, 'not'], depth + 1)
    if (!Array.isArray(below)) return fault('expected a list of conditions', [kind])
    below.forEach((child, i) => {
      walk(child, [...path, kind, i], depth + 1)
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
      'A tree of all / any / not over trait, event and audience conditions. See docs/audience-definitions.md.',
    examples: [example],
  })

/** Ids of the audiences that a definition names, each once. */
export const audiencesNamed = (definition: Definition): string[] => {
  const ids = new Set<string>()
  const walk = (node: Definition): void => {
    if ('all' in node) node.all.forEach(walk)
    else if ('any' in node) node.any.forEach(walk)
    else if ('not' in node) walk(node.not)
    else if ('audience' in node) ids.add(node.audience.toLowerCase())
  }
  walk(definition)
  return [...ids]
}
