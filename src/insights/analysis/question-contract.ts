import { z } from 'zod'
import { AudienceId, Definition, definitionIssues, type PropertyComparison } from '../../audiences/contract.ts'

/** What can be asked of events. Shared with the console and kept with saved reports. No I/O. */

const Name = z.string().min(1).max(256)
const instantReach = z.iso.date().refine((date) => date >= '1970-01-02' && date < '2299', { error: 'out of reach' })

const checkedAs = (probe: (value: unknown) => unknown, skip: number) => (value: unknown, ctx: z.RefinementCtx) => {
  for (const { path, message } of definitionIssues(probe(value)))
    ctx.addIssue({ code: 'custom', path: path.slice(skip), message })
}

/** The filters of an event condition of audiences: same operators, same meaning. */
const Where = z
  .custom<PropertyComparison[]>()
  .superRefine(checkedAs((where) => ({ event: 'any', where }), 1))
  .meta({ type: 'array', description: 'Comparisons of properties, as `where` of an event condition of an audience.' })

/** Events of one name whose properties satisfy all filters. */
export const EventSelection = z.strictObject({ event: Name, where: Where.optional() })
export type EventSelection = z.output<typeof EventSelection>

/** Whole days in Shanghai, both included, or a window that ends now. */
export const Period = z.union([
  z.strictObject({ from: instantReach, to: instantReach }).refine(({ from, to }) => from <= to, {
    error: 'the first day must not be after the last',
  }),
  z.strictObject({
    within: z.string().superRefine(checkedAs((within) => ({ event: 'any', within }), 1)),
  }),
])
export type Period = z.output<typeof Period>

/** Whose events count: an audience as defined now, a frozen list, or a definition. */
export const People = z.union([
  z.strictObject({ audience: AudienceId }),
  z.strictObject({ list: z.uuid() }),
  z.strictObject({ definition: Definition }),
])
export type People = z.output<typeof People>

const most = z.int().min(1).max(20).default(6)
/** Counts apart by a value: of a property of the event, or of a trait or tag of the customer as it is now. */
export const Breakdown = z.union([
  z.strictObject({ property: Name, most }),
  z.strictObject({ trait: Name, most }),
  z.strictObject({ tag: Name, most }),
])
export type Breakdown = z.output<typeof Breakdown>

const Span = z.string().regex(/^[1-9]\d{0,3} (minute|hour|day|week)s?$/, {
  error: 'expected a span such as "30 minutes", "12 hours" or "7 days"',
})
const longest = 366 * 86_400_000
const spanMs = { minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const
/** Milliseconds of a span such as "7 days". */
export const msOf = (span: string): number => {
  const [count = '0', unit = 'day'] = span.split(' ')
  return Number(count) * spanMs[unit.replace(/s$/, '') as keyof typeof spanMs]
}
const Window = Span.refine((span) => msOf(span) <= longest, { error: 'longer than 366 days' })

const common = { period: Period, people: People.optional() }
export const granularities = ['hour', 'day', 'week', 'month'] as const
export const Granularity = z.enum(granularities)
export type Granularity = z.output<typeof Granularity>

export const measures = [
  'count',
  'people',
  'perPerson',
  'sum',
  'avg',
  'min',
  'p25',
  'median',
  'p75',
  'p90',
  'p95',
  'p99',
  'max',
  'distinct',
  'sumPerPerson',
] as const
export type Measure = (typeof measures)[number]
/** Measures of events themselves; all others are of a property. */
export const needsProperty = (measure: Measure): boolean => !['count', 'people', 'perPerson'].includes(measure)

const TrendSeries = EventSelection.extend({
  measure: z.enum(measures).default('count'),
  property: Name.optional(),
}).refine(({ measure, property }) => needsProperty(measure) === (property !== undefined), {
  error: 'this measure and the property do not go together',
  path: ['property'],
})

export const TrendQuestion = z
  .strictObject({
    kind: z.literal('trend'),
    ...common,
    granularity: Granularity.default('day'),
    series: z.array(TrendSeries).min(1).max(6),
    breakdown: Breakdown.optional(),
    /** One more line: two series put together, by their places. Of nothing divided by nothing there is no value. */
    formula: z
      .strictObject({ left: z.int().min(0), operator: z.enum(['+', '-', '*', '/']), right: z.int().min(0) })
      .optional(),
    /** The same of the period just before, of the same length, or of other people. */
    compare: z.union([z.literal('previous'), People]).optional(),
  })
  .refine(({ formula, series }) => !formula || Math.max(formula.left, formula.right) < series.length, {
    error: 'names a series that is not there',
    path: ['formula'],
  })

const FunnelStep = EventSelection.extend({
  /** Counted by itself from the nearest step before it that is not optional; the steps after it do not wait for it. */
  optional: z.boolean().default(false),
})
export const FunnelQuestion = z
  .strictObject({
    kind: z.literal('funnel'),
    ...common,
    steps: z
      .array(FunnelStep)
      .min(2)
      .max(10)
      .refine(([first]) => first?.optional !== true, { error: 'the first step cannot be optional' }),
    /** From the first step to the last. */
    window: Window,
    /**
     * `loose`: anything may happen between two steps. `strict`: no step is repeated or gone back to. `strictOrder`: no other
     * step at all happens between two steps.
     */
    order: z.enum(['loose', 'strict', 'strictOrder']).default('loose'),
    /** Must not happen between the step numbered `after` (from 1, not an optional one) and the next. */
    exclusions: z
      .array(EventSelection.extend({ after: z.int().min(1).max(9) }))
      .max(5)
      .default([]),
    /** All steps of one passage have the same value of this property. Events without it do not count. */
    hold: Name.optional(),
    breakdown: Breakdown.optional(),
    /** How long people took: a second, slower look at the same people. */
    timing: z.boolean().default(false),
  })
  .superRefine(({ steps, exclusions }, ctx) => {
    for (const [i, { after }] of exclusions.entries())
      if (after >= steps.length || steps[after - 1]?.optional)
        ctx.addIssue({ code: 'custom', path: ['exclusions', i, 'after'], message: 'no required step to come after' })
  })

export const RetentionQuestion = z
  .strictObject({
    kind: z.literal('retention'),
    ...common,
    start: EventSelection,
    back: EventSelection,
    unit: z.enum(['day', 'week', 'month']).default('week'),
    /** Units after the first that are looked at. */
    units: z.int().min(1).max(60).default(8),
    /** `first`: a person belongs to the unit of his first start ever; `each`: to every unit he started in. */
    entry: z.enum(['first', 'each']).default('first'),
    /** `on`: came back in that very unit; `orLater`: in it or any later one. */
    returned: z.enum(['on', 'orLater']).default('on'),
    /**
     * `calendar`: days, weeks from Monday and months of Shanghai; unit 0 is the one he started in. `rolling`: lengths of 24
     * hours, 7 or 30 days from each one's own start; needs `entry: first`.
     */
    align: z.enum(['calendar', 'rolling']).default('calendar'),
    breakdown: Breakdown.optional(),
  })
  .refine(({ align, entry }) => align === 'calendar' || entry === 'first', {
    error: 'rolling units need one start per person',
    path: ['align'],
  })

const gap = { gapMinutes: z.int().min(1).max(1_440).default(30) }
export const SessionsQuestion = z.strictObject({
  kind: z.literal('sessions'),
  ...common,
  ...gap,
  granularity: Granularity.default('day'),
  /** Only these events make sessions; all unless given. */
  events: z.array(Name).min(1).max(100).optional(),
})

export const PathsQuestion = z.strictObject({
  kind: z.literal('paths'),
  ...common,
  ...gap,
  /** Paths begin or end with this event; without it they begin with their session. */
  anchor: EventSelection.extend({ at: z.enum(['start', 'end']) }).optional(),
  steps: z.int().min(2).max(6).default(4),
  /** Events shown at each step; the rest together are "others". */
  most: z.int().min(1).max(20).default(6),
  /** Links with a smaller share of the paths at their step join the others. */
  minShare: z.number().min(0).max(0.5).default(0),
  events: z.array(Name).min(1).max(100).optional(),
  /** The same event several times in a row counts once. */
  collapse: z.boolean().default(true),
})

export const IntervalQuestion = z.strictObject({
  kind: z.literal('interval'),
  ...common,
  from: EventSelection,
  to: EventSelection,
  /** Longer ones do not count. */
  window: Window.default('30 days'),
  breakdown: Breakdown.optional(),
})

export const models = ['first', 'last', 'linear', 'timeDecay', 'position', 'markov'] as const
export const AttributionQuestion = z.strictObject({
  kind: z.literal('attribution'),
  ...common,
  conversion: EventSelection,
  /** A number of the conversion, such as an amount; without it each is worth 1. */
  value: Name.optional(),
  touches: z.array(EventSelection).min(1).max(8),
  /** The property of the touches that names the channel. */
  channel: Name,
  lookback: Window.default('30 days'),
  /** After so many days a touch counts half. */
  halfLifeDays: z.number().min(0.01).max(365).default(7),
})

export const Question = z.discriminatedUnion('kind', [
  TrendQuestion,
  FunnelQuestion,
  RetentionQuestion,
  SessionsQuestion,
  PathsQuestion,
  IntervalQuestion,
  AttributionQuestion,
])
export type Question = z.output<typeof Question>
/** As it is written, with what has a default left out. */
export type AskedQuestion = z.input<typeof Question>
export type Kind = Question['kind']
export type QuestionOf<K extends Kind> = Extract<Question, { kind: K }>

/** A group of a breakdown: one value, or all that are not among those shown. The empty value is "none". */
const Group = z.union([z.strictObject({ is: z.string() }), z.strictObject({ notIn: z.array(z.string()).max(20) })])
export type Group = z.output<typeof Group>

/** Which number of an answer, for the people behind it. */
export const Place = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('trend'),
    series: z.int().min(0),
    at: z.iso.datetime().optional(),
    group: Group.optional(),
  }),
  z.strictObject({
    kind: z.literal('funnel'),
    step: z.int().min(1),
    outcome: z.enum(['reached', 'dropped']),
    group: Group.optional(),
  }),
  z.strictObject({
    kind: z.literal('retention'),
    /** First instant of the unit; without it all. */
    cohort: z.iso.datetime().optional(),
    /** Without it everybody in the cohort. */
    unit: z.int().min(0).optional(),
    outcome: z.enum(['returned', 'lost']).default('returned'),
    group: Group.optional(),
  }),
  z.strictObject({ kind: z.literal('sessions'), entry: Name.optional(), exit: Name.optional() }),
  z.strictObject({
    kind: z.literal('paths'),
    step: z.int().min(1).max(6),
    event: Name.nullable(),
    /** The next step of the path; null: none. */
    next: Name.nullable().optional(),
  }),
  z.strictObject({
    kind: z.literal('interval'),
    fromMs: z.number().min(0).optional(),
    toMs: z.number().min(0).optional(),
    group: Group.optional(),
  }),
  z.strictObject({ kind: z.literal('attribution'), channel: z.string() }),
])
export type Place = z.output<typeof Place>
export type PlaceOf<K extends Kind> = Extract<Place, { kind: K }>
