import { z } from 'zod'

/** Schemas shared with the console. No I/O. */

const Name = z.string().trim().min(1).max(100)
/** Name of a trait or property as data carry it. */
const FieldName = z.string().min(1).max(200)
const Scalar = z.union([z.string().max(500), z.number(), z.boolean()])
const Instant = z.iso.datetime()
const Bound = z.union([z.number(), z.iso.date()])
export const RuleId = z.string().regex(/^\d{1,9}$/)

/** What a built-in format holds of a text. */
export const FORMATS = ['phone', 'idCard', 'bankCard', 'email', 'region', 'name', 'date', 'amount'] as const
export type FormatName = (typeof FORMATS)[number]

export const OPERATORS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte'] as const

/** What a rule asks of a value. Whoever has no value passes all but `required`. */
export const Check = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('required') }),
  z
    .strictObject({ kind: z.literal('range'), min: Bound.optional(), max: Bound.optional() })
    .refine(({ min, max }) => min !== undefined || max !== undefined, 'Give min, max or both')
    .refine(
      ({ min, max }) => min === undefined || max === undefined || (typeof min === typeof max && min <= max),
      'min and max are both numbers or both dates, and min is not above max',
    ),
  z
    .strictObject({
      kind: z.literal('length'),
      min: z.int().min(0).max(10_000).optional(),
      max: z.int().min(0).max(10_000).optional(),
    })
    .refine(({ min, max }) => min !== undefined || max !== undefined, 'Give min, max or both'),
  /** RE2 syntax; holds when it is found anywhere, so ^ and $ are written where they are meant. */
  z.strictObject({ kind: z.literal('pattern'), pattern: z.string().min(1).max(500) }),
  z.strictObject({ kind: z.literal('oneOf'), values: z.array(Scalar).min(1).max(500) }),
  z.strictObject({ kind: z.literal('format'), format: z.enum(FORMATS) }),
  /** Against another trait of the customer, or another property of the event. */
  z.strictObject({ kind: z.literal('compare'), operator: z.enum(OPERATORS), other: FieldName }),
  /** Of a trait: said within so many days. Of an event: received within so many days after it happened. */
  z.strictObject({ kind: z.literal('fresh'), days: z.number().positive().max(36_500) }),
  /** No two customers have the same value. */
  z.strictObject({ kind: z.literal('unique') }),
])
export type Check = z.infer<typeof Check>

export const Target = z.union([
  z.strictObject({ trait: FieldName }),
  z.strictObject({ event: FieldName, property: FieldName }),
])
export type Target = z.infer<typeof Target>

/** `reject`: the value is left out and kept among the rejects. `warn`: it is only noted. */
export const SEVERITIES = ['warn', 'reject'] as const

export const NewRule = z.strictObject({
  name: Name,
  target: Target,
  check: Check,
  severity: z.enum(SEVERITIES).default('warn'),
  owner: z.string().trim().max(100).default(''),
  description: z.string().trim().max(1_000).default(''),
  enabled: z.boolean().default(true),
})
export type NewRule = z.output<typeof NewRule>
export const RuleChange = z.strictObject({
  name: Name.optional(),
  target: Target.optional(),
  check: Check.optional(),
  severity: z.enum(SEVERITIES).optional(),
  owner: z.string().trim().max(100).optional(),
  description: z.string().trim().max(1_000).optional(),
  enabled: z.boolean().optional(),
})
export type RuleChange = z.output<typeof RuleChange>

export const RULE_RUN_STATES = ['queued', 'running', 'done', 'failed'] as const
export const RuleRun = z.object({
  run: z.int(),
  state: z.enum(RULE_RUN_STATES),
  at: Instant,
  checked: z.number(),
  failed: z.number(),
  tookMs: z.number().nullable(),
  error: z.string().nullable(),
})
export const Rule = z.object({
  id: RuleId,
  name: z.string(),
  target: Target,
  check: Check,
  severity: z.enum(SEVERITIES),
  owner: z.string(),
  description: z.string(),
  enabled: z.boolean(),
  version: z.int(),
  createdAt: Instant,
  createdBy: z.string(),
  changedAt: Instant,
  changedBy: z.string(),
  /** On imports and on the stream, the last 7 days. */
  arrived: z.object({ checked: z.number(), failed: z.number() }),
  /** Over the whole base, the last time. */
  base: RuleRun.nullable(),
})
export type Rule = z.infer<typeof Rule>
export const RuleList = z.object({ items: z.array(Rule) })

export const TestRequest = z.strictObject({
  target: Target,
  check: Check,
  /** Values to try, one a line as a person would paste them; without them, values of the base. */
  values: z.array(z.string().max(500)).max(200).optional(),
  /** The value of the other field, for a comparison of given values. */
  other: Scalar.optional(),
})
export type TestRequest = z.output<typeof TestRequest>
export const TestResult = z.object({
  checked: z.int(),
  failed: z.int(),
  items: z.array(z.object({ value: z.string(), ok: z.boolean(), reason: z.string().nullable() })),
})
export type TestResult = z.infer<typeof TestResult>

export const FindingsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(50),
  after: z.coerce.number().int().min(0).default(0),
  /** `base`: of the last run over the base. `arrival`: of imports and messages. */
  where: z.enum(['base', 'arrival']).default('base'),
  source: z.string().max(30).optional(),
})
export type FindingsQuery = z.output<typeof FindingsQuery>
export const Finding = z.object({
  at: Instant,
  /** Null when the row or message belongs to no customer. */
  customer: z.string().nullable(),
  source: z.string().nullable(),
  importId: z.string().nullable(),
  line: z.number().nullable(),
  messageId: z.string().nullable(),
  field: z.string(),
  /** Masked. */
  value: z.string(),
  reason: z.string(),
  rejected: z.boolean(),
})
export type Finding = z.infer<typeof Finding>
export const FindingPage = z.object({ items: z.array(Finding), total: z.number(), next: z.string().nullable() })

/** Rows and messages a rule looked at, by hour and where they came from. */
export const HoursQuery = z.object({ hours: z.coerce.number().int().min(1).max(744).default(168) })
export const RuleHours = z.object({
  items: z.array(
    z.object({
      hour: Instant,
      source: z.string().nullable(),
      importId: z.string().nullable(),
      checked: z.number(),
      failed: z.number(),
    }),
  ),
})
export type RuleHours = z.infer<typeof RuleHours>
