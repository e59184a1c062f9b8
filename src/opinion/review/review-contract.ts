import { z } from 'zod'
import { Level, levels } from '../contract.ts'

/** Shapes of the monthly review, shared with the console. No I/O. */

/** First day of a month: 2026-11-01. */
export const Month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-01$/, { error: 'the first day of a month' })

export const stretches = ['detect', 'acknowledge', 'act', 'close', 'whole'] as const
/**
 * detect: first post to incident; acknowledge, act, close: incident opened to that; whole: first post to closed.
 */
export const Stretch = z.enum(stretches)
export type Stretch = z.infer<typeof Stretch>

/** Hours; null where nothing of the kind ended in the month. */
export const Times = z.object({
  count: z.int(),
  median: z.number().nullable(),
  p90: z.number().nullable(),
  mean: z.number().nullable(),
})
export type Times = z.infer<typeof Times>

export const MonthFigures = z.object({
  month: Month,
  incidents: z.int(),
  closed: z.int(),
  /** Closed as false alarms or duplicates: in no time, no share within the target, no missed deadline. */
  notCounted: z.int().default(0),
  /** Incidents with at least one missed deadline. */
  late: z.int(),
  byLevel: z.record(
    z.enum([...levels, 'all']),
    z.object({ incidents: z.int(), times: z.record(Stretch, Times), targetHours: z.number(), within: z.int() }),
  ),
  /** Tasks of each lane that were done in the month. */
  byLane: z.array(
    z.object({
      lane: z.enum(['pr', 'legal', 'service']),
      done: z.int(),
      late: z.int(),
      open: z.int(),
      medianHours: z.number().nullable(),
    }),
  ),
})
export type MonthFigures = z.infer<typeof MonthFigures>

/** Areas of the self-assessment and what the best look like, in the words of the page. */
export const areas = [
  'listening',
  'grading',
  'speed',
  'cooperation',
  'statements',
  'evidence',
  'customers',
  'learning',
] as const
export const Area = z.enum(areas)
export type Area = z.infer<typeof Area>
export const Assessment = z.partialRecord(
  Area,
  z.object({ score: z.int().min(1).max(5), why: z.string().trim().max(500) }),
)
export type Assessment = z.infer<typeof Assessment>

export const ReviewAction = z.object({
  id: z.int(),
  month: Month,
  what: z.string(),
  owner: z.string(),
  due: z.iso.date(),
  state: z.enum(['open', 'done', 'dropped']),
  result: z.string(),
  late: z.boolean(),
})
export type ReviewAction = z.infer<typeof ReviewAction>

export const NewAction = z.strictObject({
  what: z.string().trim().min(2).max(500),
  owner: z.string().trim().min(1).max(80),
  due: z.iso.date(),
})
export const ActionChange = z.strictObject({
  state: z.enum(['open', 'done', 'dropped']),
  result: z.string().trim().max(1_000).default(''),
})

export const Review = z.object({
  month: Month,
  state: z.enum(['none', 'draft', 'final']),
  worked: z.string(),
  failed: z.string(),
  assessment: Assessment,
  before: Assessment,
  figures: MonthFigures,
  cases: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      level: Level,
      wholeHours: z.number().nullable(),
      missed: z.array(z.string()),
      outcome: z.string().nullable(),
    }),
  ),
  actions: z.array(ReviewAction),
  /** Open ones of earlier months. */
  carried: z.array(ReviewAction),
  hash: z.string().nullable(),
  editedBy: z.string().nullable(),
  finalBy: z.string().nullable(),
  finalAt: z.iso.datetime().nullable(),
})
export type Review = z.infer<typeof Review>

export const ReviewDraft = z.strictObject({
  worked: z.string().max(5_000),
  failed: z.string().max(5_000),
  assessment: Assessment,
})

export const NewTarget = z.strictObject({
  validFrom: z.iso.date(),
  level: z.enum([...levels, 'all']),
  hours: z.number().min(0.25).max(720),
  reason: z.string().trim().min(2).max(300),
})
export const Target = NewTarget.extend({ id: z.int(), setBy: z.string() })
export type Target = z.infer<typeof Target>

export const Trend = z.object({
  months: z.array(MonthFigures),
  drills: z.array(
    z.object({ drillId: z.int(), name: z.string(), at: z.iso.datetime(), wholeHours: z.number().nullable() }),
  ),
  targets: z.array(Target),
})
export type Trend = z.infer<typeof Trend>
