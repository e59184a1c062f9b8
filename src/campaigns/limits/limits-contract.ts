import { z } from 'zod'
import { Category, Channel, Product } from '../channels-contract.ts'

/** Rules of the send gate that people set, shared with the console. Every one is dated and says where it comes from. No I/O. */

/** `09:00`; `24:00` is the end of the day. */
export const ClockTime = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'a time like 09:00' })
/** Open from `from` (included) to `to` (excluded). Over midnight where `to` is earlier: it belongs to the day it begins on. */
export const OpenSpan = z
  .strictObject({ from: ClockTime, to: ClockTime })
  .refine(({ from, to }) => from !== to && from !== '24:00', { error: 'begin and end must differ' })
export type OpenSpan = z.infer<typeof OpenSpan>
const Spans = z.array(OpenSpan).max(6)

const RuleId = z.string().regex(/^[a-z][a-zA-Z0-9]{0,39}$/, { error: 'letters and digits' })
const Title = z.string().trim().min(1).max(60)
const Scope = {
  /** Left out: both. */
  category: Category.optional(),
  /** Empty: all but `inApp`, which the customer opens himself. */
  channels: z.array(Channel).max(9).default([]),
  /** Empty: all. */
  products: z.array(Product).max(5).default([]),
  /** Purposes of consent, `collection` say. Empty: all. */
  purposes: z.array(z.string().min(1).max(60)).max(10).default([]),
}

/** When sends of a scope may go out, in the recipient's own time. All rules that fit a send must be open. */
export const HoursRule = z.strictObject({
  id: RuleId,
  name: Title,
  ...Scope,
  /** Monday … Sunday. A day without spans is closed. */
  week: z.array(Spans).length(7),
  /** On statutory holidays; null: as on any day of the week. */
  holiday: Spans.nullable().default(null),
  /** On a Saturday or Sunday that is worked to make up for a holiday; null: as on any day of the week. */
  makeUpWorkday: Spans.nullable().default(null),
})
export type HoursRule = z.output<typeof HoursRule>

/** A rolling span, at most 30 days, or days of the recipient's calendar. */
export const LimitWindow = z.union([
  z
    .strictObject({ amount: z.int().min(1).max(43_200), unit: z.enum(['minutes', 'hours', 'days']) })
    .refine(({ amount, unit }) => amount * { minutes: 1, hours: 60, days: 1_440 }[unit] <= 43_200, {
      path: ['amount'],
      error: 'at most 30 days',
    }),
  z.strictObject({ calendarDays: z.int().min(1).max(30) }),
])
export type LimitWindow = z.infer<typeof LimitWindow>

/** At most `max` sends of the scope to one person in any window. All rules that fit a send must have room. */
export const FrequencyRule = z.strictObject({
  id: RuleId,
  name: Title,
  ...Scope,
  max: z.int().min(1).max(1_000),
  window: LimitWindow,
})
export type FrequencyRule = z.output<typeof FrequencyRule>

const ids = <R extends { id: string }>(rules: readonly R[]) => new Set(rules.map(({ id }) => id)).size === rules.length
const Day = z.iso.date()

/** Facts of suitability are traits; this says which. */
const TraitName = z.string().trim().max(100)

/** Each kind of limit with its form. One value of each is in force at any time. */
export const limitForms = {
  hours: z.strictObject({ rules: z.array(HoursRule).max(20).refine(ids, { error: 'each id once' }) }),
  frequency: z.strictObject({ rules: z.array(FrequencyRule).max(50).refine(ids, { error: 'each id once' }) }),
  /** One campaign at a time talks to a person: within `hours` of a message of another one, the higher priority wins. */
  conflict: z.strictObject({ on: z.boolean(), hours: z.int().min(1).max(720), channels: z.array(Channel).default([]) }),
  /** Left alone by every marketing campaign, online and offline. */
  holdout: z.strictObject({ share: z.number().min(0).max(0.3), seed: z.string().trim().min(1).max(60) }),
  /** Days besides the published calendar of the State Council. */
  calendar: z.strictObject({
    holidays: z.array(z.strictObject({ date: Day, name: Title })).max(200),
    workdays: z.array(z.strictObject({ date: Day, name: Title })).max(200),
  }),
  /** Where a recipient's clock stands. */
  zone: z.strictObject({
    /** IANA name. */
    standard: z.string().min(1).max(60),
    /** Trait with an IANA name; empty: nobody has one of his own. */
    trait: TraitName,
  }),
  suitability: z.strictObject({
    /** Products it binds. */
    products: z.array(Product).max(5),
    /** (service of existing debts + new instalment) / income, at most. */
    maxDebtBurden: z.number().min(0).max(5),
    /** Unsecured limits, own and others', / monthly income, at most. */
    maxExposure: z.number().min(0).max(100),
    /** Lenders with a balance, at most. */
    maxLenders: z.int().min(0).max(100),
    /** Enquiries of lenders in six months, at most. */
    maxEnquiries: z.int().min(0).max(1_000),
    /** Granted and offered together per person, fen. */
    maxCreditFen: z.int().min(0).max(10_000_000_000),
    /** What to do when a fact is not known. */
    missing: z.enum(['refuse', 'pass']),
    /** Names of the traits that hold the facts; empty: the fact is not asked. */
    traits: z.strictObject({
      declaredIncomeFen: TraitName,
      estimatedIncomeFen: TraitName,
      socialBaseFen: TraitName,
      instalmentsFen: TraitName,
      revolvingBalanceFen: TraitName,
      revolvingMinimumFen: TraitName,
      unsecuredLimitsFen: TraitName,
      lenders: TraitName,
      enquiries6m: TraitName,
      grantedFen: TraitName,
      tier: TraitName,
    }),
  }),
  /** What a send is taken to cost while it is on its way; the true cost replaces it. Thousandths of a fen. */
  costs: z.strictObject({ millifen: z.partialRecord(Channel, z.int().min(0).max(100_000_000)) }),
  /** How long records of an erased customer are held, days: that something was sent, that a cost sheet was read and confirmed. */
  records: z.strictObject({ sendDays: z.int().min(1).max(3_650), disclosureDays: z.int().min(1).max(3_650) }),
} as const
export const limitNames = [
  'hours',
  'frequency',
  'conflict',
  'holdout',
  'calendar',
  'zone',
  'suitability',
  'costs',
  'records',
] as const satisfies readonly (keyof typeof limitForms)[]
export type LimitName = (typeof limitNames)[number]
export const LimitName = z.enum(limitNames)
/** All limits in force at one time. */
export type Limits = { [Name in LimitName]: z.output<(typeof limitForms)[Name]> }

const Source = z.string().trim().min(2).max(500)
const Instant = z.iso.datetime()

/** A value of a limit from a time on. */
export const LimitVersion = z.object({
  id: z.int(),
  name: LimitName,
  value: z.record(z.string(), z.unknown()),
  validFrom: Instant,
  source: z.string(),
  reason: z.string(),
  setAt: Instant,
  setBy: z.string(),
  /** Taken back before it came into force. */
  withdrawnAt: Instant.nullable(),
})
export type LimitVersion = z.infer<typeof LimitVersion>

export const LimitsView = z.object({
  limits: z.array(LimitVersion),
  /** Those that come into force later, soonest first. */
  coming: z.array(LimitVersion),
})
export type LimitsView = z.infer<typeof LimitsView>
export const LimitHistory = z.object({ versions: z.array(LimitVersion) })

/** A new value. It holds from now, or from the given day on (00:00 in Shanghai). */
export const LimitChange = z.strictObject({
  value: z.record(z.string(), z.unknown()),
  from: Day.optional(),
  source: Source,
  reason: z.string().trim().min(2).max(500),
  /** The `id` that was read: another's change meanwhile is told, not overwritten. */
  basedOn: z.int(),
})
export type LimitChange = z.output<typeof LimitChange>

/** What a day is: for pictures of the calendar. */
export const dayKinds = ['workday', 'weekend', 'holiday', 'makeUpWorkday'] as const
export type DayKind = (typeof dayKinds)[number]
export const CalendarQuery = z.object({ year: z.coerce.number().int().min(2004).max(2100) })
export const CalendarYear = z.object({
  year: z.int(),
  /** Whether the State Council's arrangement of this year is known to the program. */
  published: z.boolean(),
  /** Holidays and make-up workdays only. */
  days: z.array(
    z.object({ date: Day, kind: z.enum(dayKinds), name: z.string(), nameEn: z.string(), own: z.boolean() }),
  ),
})
export type CalendarYear = z.infer<typeof CalendarYear>
