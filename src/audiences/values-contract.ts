import { z } from 'zod'

/** What conditions are written with: texts, numbers, moments, spans, operators. */

// Postgres keeps definitions as jsonb, which refuses NUL and unpaired surrogates.
const storable = (text: string) => !text.includes('\u0000') && text.isWellFormed()
export const shortText = (min: number, max: number) =>
  z.string().min(min).max(max).refine(storable, { error: 'holds a character that cannot be stored' })

export const name = shortText(1, 256)
const text = shortText(0, 1024)
const scalar = z.union([text, z.number(), z.boolean()], { error: 'expected text, a number, true or false' })
const scalars = z.array(scalar).min(1).max(2000)

const year = (value: string) => Number(value.slice(0, 4))
// ClickHouse's DateTime64 reaches from 1900 to 2299.
const inReach = (value: string) => year(value) > 1900 && year(value) < 2299
const dateText = z.iso.date().refine(inReach, { error: 'out of reach: 1901 to 2298' })
const instantText = z.iso.datetime({ offset: true }).refine(inReach, { error: 'out of reach: 1901 to 2298' })
export const momentText = z.union([dateText, instantText], {
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

export const span = z
  .string()
  .regex(/^[1-9]\d{0,4} (minute|hour|day|week|month|year)s?$/, {
    error: 'expected a span such as "30 days", "12 hours" or "3 months"',
  })
  .refine((span) => !/^\d{4,} (week|month|year)|^\d{3,} year|^[4-9]\d{4} day/.test(span), {
    error: 'longer than a hundred years',
  })
export const window = z.union([span, z.enum(calendarWindows)], {
  error: `expected a span such as "30 days", or one of: ${calendarWindows.join(', ')}`,
})

const isDate = (end: unknown) => typeof end === 'string' && end.length === 10
// A date against an instant is left alone: which comes first depends on the zone.
const swapped = (low: string | number | undefined, high: string | number | undefined) =>
  typeof low === 'string' && typeof high === 'string'
    ? isDate(low) === isDate(high) && Date.parse(low) > Date.parse(high)
    : Number(low) > Number(high)
export const bothEnds = <S extends z.ZodType<string | number>>(end: S) =>
  z
    .tuple([end, end])
    .refine(([low, high]) => typeof low === typeof high, { error: 'both ends must be of one kind' })
    .refine(([low, high]) => !swapped(low, high), { error: 'the first end must not be greater than the second' })

export const momentOperators = {
  before: momentText.optional(),
  after: momentText.optional(),
  withinLast: window.optional(),
  withinNext: span.optional(),
  olderThan: span.optional(),
}

/** What a value may be compared with; several operators on one leaf must all hold. */
export const operators = {
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

export const numberOperators = <S extends z.ZodType<number>>(number: S) => ({
  is: number.optional(),
  isNot: number.optional(),
  gt: number.optional(),
  gte: number.optional(),
  lt: number.optional(),
  lte: number.optional(),
  between: bothEnds(number).optional(),
})

export const comparing = <S extends z.ZodObject>(schema: S, subject: string[]) => {
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
export const property = z.union([name, z.array(name).min(1).max(8)], {
  error: 'expected a property name or a path of names',
})

export const propertyComparison = comparing(z.strictObject({ property, ...operators }), ['property'])
export const aggregate = comparing(z.strictObject({ property, ...numberOperators(z.number()) }), ['property'])
export const count = comparing(z.strictObject(numberOperators(z.int().min(0))), [])
export const occurrenceTime = comparing(
  z.strictObject({ ...momentOperators, between: bothEnds(momentText).optional() }),
  [],
)

/** The schema that fits what was written, so that a fault is named by its path and not as "no branch matched". */
export const chosenBy = (choose: (value: unknown) => z.ZodType) =>
  z.unknown().superRefine((value, ctx) => {
    for (const issue of choose(value).safeParse(value).error?.issues ?? []) ctx.addIssue({ ...issue, path: issue.path })
  })

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** When the first or last occurrence was, or what one of its properties held. */
export const occurrence = chosenBy((value) =>
  isRecord(value) && 'property' in value ? propertyComparison : occurrenceTime,
)

const gapMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const

/** A length of time between two events: exact, so months and years are not among them. */
export const gap = span.refine((span) => /(minute|hour|day|week)s?$/.test(span), {
  error: 'expected minutes, hours, days or weeks: the length of a month differs',
})

/** Milliseconds of a gap such as `7 days`. */
export const gapLength = (gap: string): number => {
  const [count = '0', unit = ''] = gap.split(' ')
  return Number(count) * (gapMs[unit.replace(/s$/, '') as keyof typeof gapMs] ?? 0)
}

/** One window at most, relative or absolute. */
export const windowKeys = {
  within: window.optional(),
  between: bothEnds(momentText).optional(),
  since: momentText.optional(),
  until: momentText.optional(),
}
interface WindowKeys {
  within?: string | undefined
  between?: readonly [string, string] | undefined
  since?: string | undefined
  until?: string | undefined
}
const windowsOf = ({ within, between, since, until }: WindowKeys) =>
  [within, between, since ?? until].filter((window) => window !== undefined)
export const oneWindow = (leaf: WindowKeys) => windowsOf(leaf).length <= 1
export const oneWindowFault = { error: 'choose one window: within, between, or since and until' }
export const hasWindow = (leaf: WindowKeys) => windowsOf(leaf).length === 1
