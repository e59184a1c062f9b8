import { z } from 'zod'

/** Quality scores, shared with the console. No I/O. The formula: docs/data-quality.md. */

const Instant = z.iso.datetime()
const FieldName = z.string().min(1).max(200)

/** Weights of the four shares in the score; they add up to 100. */
export const WEIGHTS = { completeness: 40, validity: 30, freshness: 20, consistency: 10 } as const
/** After so many days a value counts half. */
export const HALF_LIFE_DAYS = 365
/** Two sources whose last words differ within so many days contradict each other; later it is a change. */
export const CONFLICT_DAYS = 30
/** Traits that everybody is expected to have: those that at least this share has, the most frequent ones of them. */
export const EXPECTED = { share: 0.1, most: 20 } as const

const Shares = { completeness: z.number(), validity: z.number(), freshness: z.number(), consistency: z.number() }

export const CustomerScore = z.object({
  at: Instant,
  /** 0 to 100. */
  score: z.number(),
  /** Each 0 to 1. */
  ...Shares,
  missing: z.array(z.string()),
  invalid: z.array(z.object({ rule: z.string(), field: z.string(), value: z.string(), reason: z.string() })),
})
export type CustomerScore = z.infer<typeof CustomerScore>

export const QualityOverview = z.object({
  /** Null before the first scoring. */
  at: Instant.nullable(),
  customers: z.number(),
  /** Customers of whom no trait is known are not scored. */
  unscored: z.number(),
  score: z.number(),
  ...Shares,
  /** Customers by tens of their score, 0–9 first, 90–100 last. */
  bands: z.array(z.number()),
  expected: z.array(z.string()),
  history: z.array(z.object({ day: z.iso.date(), customers: z.number(), score: z.number(), ...Shares })),
  sources: z.array(
    z.object({
      key: z.string(),
      name: z.string().nullable(),
      customers: z.number(),
      held: z.number(),
      score: z.number(),
      ...Shares,
    }),
  ),
  traits: z.array(
    z.object({ trait: z.string(), expected: z.boolean(), held: z.number(), score: z.number(), ...Shares }),
  ),
})
export type QualityOverview = z.infer<typeof QualityOverview>

/** Who is behind a number. */
export const People = z.object({
  what: z.enum(['band', 'missing', 'stale', 'invalid', 'conflict', 'rule']),
  /** Of missing, stale, invalid and conflict. */
  trait: FieldName.optional(),
  /** 0 to 9. */
  band: z.coerce.number().int().min(0).max(9).optional(),
  rule: z
    .string()
    .regex(/^\d{1,9}$/)
    .optional(),
})
export type People = z.output<typeof People>
export const PeopleQuery = People.extend({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().min(0).max(4_294_967_295).default(0),
})
export const PeoplePage = z.object({
  total: z.number(),
  items: z.array(
    z.object({
      id: z.string(),
      display: z.record(z.string(), z.string()),
      score: z.number().nullable(),
      /** The value in question, masked; null when it is missing. */
      value: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
})
export type PeoplePage = z.infer<typeof PeoplePage>

export const SavePeople = z.strictObject({ people: People, name: z.string().trim().min(1).max(100) })
