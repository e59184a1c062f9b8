import { z } from 'zod'

/** What followed a deed, shared with the console. No I/O. */

const Instant = z.iso.datetime()

/** A figure with the interval it lies in, 95 %. */
const Estimate = z.object({ value: z.number(), low: z.number(), high: z.number() })
export const Effect = z.object({
  at: Instant,
  /** Hours looked at before and after. */
  hours: z.number(),
  subjectId: z.int().nullable(),
  before: z.object({ posts: z.int(), negative: z.int(), hours: z.number() }),
  after: z.object({ posts: z.int(), negative: z.int(), hours: z.number() }),
  /** Posts per hour after ÷ before; null where it cannot be said. */
  rateRatio: Estimate.nullable(),
  rateMethod: z.enum(['poisson', 'negative-binomial']).nullable(),
  /** Share of negative ones, after − before. */
  negativeShift: Estimate.nullable(),
  verdict: z.enum(['fewer', 'more', 'unclear', 'insufficient']),
  moodVerdict: z.enum(['better', 'worse', 'unclear', 'insufficient']),
  /** Posts of each hour. */
  series: z.array(z.object({ at: Instant, posts: z.int(), negative: z.int() })),
  marks: z.array(z.object({ at: Instant, kind: z.enum(['action', 'statement']), text: z.string() })),
})
export type Effect = z.infer<typeof Effect>
export const EffectQuery = z.object({
  at: Instant.optional(),
  hours: z.coerce.number().int().min(1).max(336).default(24),
  subjectId: z.coerce.number().int().min(1).optional(),
})
