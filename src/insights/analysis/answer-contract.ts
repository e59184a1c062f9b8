import { z } from 'zod'
import { models } from './question-contract.ts'

/** What comes back. Instants are UTC ISO text, lengths milliseconds, shares 0 to 1. */

const Instant = z.iso.datetime()
const Value = z.number().nullable()
/** The value of a breakdown; null: not broken down. `others`: all values not shown together. The empty text is "none". */
const group = { group: z.string().nullable(), others: z.boolean() }
const from = Instant
const to = Instant

export const TrendAnswer = z.object({
  kind: z.literal('trend'),
  period: z.object({ from, to }),
  /** First instant of each bucket; the last may not be over yet. */
  buckets: z.array(z.object({ at: Instant, open: z.boolean() })),
  lines: z.array(
    z.object({
      /** Place in `series` of the question; null: the formula. */
      series: z.int().nullable(),
      ...group,
      /** The period before, or the other people. */
      compared: z.boolean(),
      values: z.array(Value),
      /** Over the whole period: people of several days are not added up. */
      total: Value,
    }),
  ),
})
export type TrendAnswer = z.infer<typeof TrendAnswer>

const Quartiles = z.object({ p25: Value, median: Value, p75: Value })
export const FunnelAnswer = z.object({
  kind: z.literal('funnel'),
  period: z.object({ from, to }),
  groups: z.array(
    z.object({
      ...group,
      steps: z.array(
        z.object({
          people: z.int(),
          /** Of those who took the first step; null when nobody did. */
          ofFirst: Value,
          /** Of those who took the required step before. */
          ofBefore: Value,
          /** Who took the required step before and not this one. */
          dropped: z.int(),
          /** Milliseconds from the first step, and from the step before; null unless asked for. */
          fromFirst: Quartiles.nullable(),
          fromBefore: Quartiles.nullable(),
        }),
      ),
      /** From the first step to the last required one: people with `fromMs` < length ≤ `toMs`. */
      histogram: z.array(z.object({ fromMs: z.number(), toMs: z.number(), people: z.int() })).nullable(),
    }),
  ),
})
export type FunnelAnswer = z.infer<typeof FunnelAnswer>

export const RetentionAnswer = z.object({
  kind: z.literal('retention'),
  period: z.object({ from, to }),
  groups: z.array(
    z.object({
      ...group,
      cohorts: z.array(
        z.object({
          at: Instant,
          people: z.int(),
          /** Per unit from 0; null: not begun. `open`: not over for everybody, so the number still grows. */
          units: z.array(z.object({ people: z.int(), open: z.boolean() }).nullable()),
        }),
      ),
      /** Share back per unit over the cohorts for which the unit is over; null when there is none. */
      shares: z.array(Value),
    }),
  ),
})
export type RetentionAnswer = z.infer<typeof RetentionAnswer>

const Ranked = z.array(z.object({ event: z.string(), sessions: z.int() }))
export const SessionsAnswer = z.object({
  kind: z.literal('sessions'),
  period: z.object({ from, to }),
  sessions: z.int(),
  people: z.int(),
  events: z.int(),
  /** Sessions of one event. */
  single: z.int(),
  lengthMs: z.object({ avg: Value, median: Value, p90: Value }),
  perSession: z.object({ avg: Value, median: Value }),
  buckets: z.array(z.object({ at: Instant, open: z.boolean(), sessions: z.int(), people: z.int(), medianMs: Value })),
  histogram: z.array(z.object({ fromMs: z.number(), toMs: z.number().nullable(), sessions: z.int() })),
  entries: Ranked,
  exits: Ranked,
})
export type SessionsAnswer = z.infer<typeof SessionsAnswer>

export const PathsAnswer = z.object({
  kind: z.literal('paths'),
  period: z.object({ from, to }),
  /** Paths begun (or ended) by the anchor: one per session. */
  paths: z.int(),
  people: z.int(),
  /** `event` null: others. Steps from 1 in the order of time; of paths that end with the anchor the anchor has the highest. */
  nodes: z.array(z.object({ step: z.int(), event: z.string().nullable(), paths: z.int() })),
  /** From a node at `step` to one at `step` + 1. What does not go on has no link. */
  links: z.array(z.object({ step: z.int(), from: z.string().nullable(), to: z.string().nullable(), paths: z.int() })),
  /** Rarer sequences were left out beyond this many. */
  cut: z.boolean(),
})
export type PathsAnswer = z.infer<typeof PathsAnswer>

export const IntervalAnswer = z.object({
  kind: z.literal('interval'),
  period: z.object({ from, to }),
  groups: z.array(
    z.object({
      ...group,
      pairs: z.int(),
      people: z.int(),
      ms: z.object({ min: Value, p25: Value, median: Value, p75: Value, p90: Value, max: Value, avg: Value }),
      histogram: z.array(z.object({ fromMs: z.number(), toMs: z.number(), pairs: z.int() })),
    }),
  ),
})
export type IntervalAnswer = z.infer<typeof IntervalAnswer>

const perModel = z.object(
  Object.fromEntries(models.map((model) => [model, z.number()])) as Record<(typeof models)[number], z.ZodNumber>,
)
export const AttributionAnswer = z.object({
  kind: z.literal('attribution'),
  period: z.object({ from, to }),
  conversions: z.int(),
  value: z.number(),
  /** Conversions without any touch in the window; every model leaves them with the channel ''. */
  direct: z.int(),
  channels: z.array(
    z.object({
      channel: z.string(),
      touches: z.int(),
      /** Share of conversions in sequences that would be lost without the channel (Markov chain of first order). */
      removal: Value,
      conversions: perModel,
      value: perModel,
    }),
  ),
})
export type AttributionAnswer = z.infer<typeof AttributionAnswer>

export const Answer = z.discriminatedUnion('kind', [
  TrendAnswer,
  FunnelAnswer,
  RetentionAnswer,
  SessionsAnswer,
  PathsAnswer,
  IntervalAnswer,
  AttributionAnswer,
])
export type Answer = z.infer<typeof Answer>
export type AnswerOf<K extends Answer['kind']> = Extract<Answer, { kind: K }>
