import { z } from 'zod'
import { Level, PostId } from '../contract.ts'

/** Shapes of reports, shared with the console. No I/O. */

export const reportKinds = ['daily', 'weekly', 'monthly', 'period', 'event'] as const
export const ReportKind = z.enum(reportKinds)
export type ReportKind = z.infer<typeof ReportKind>

export const reportLanguages = ['zh', 'en'] as const
export const ReportLanguage = z.enum(reportLanguages)
export type ReportLanguage = z.infer<typeof ReportLanguage>

export const reportFormats = ['html', 'docx', 'pdf', 'xlsx'] as const
export const ReportFormat = z.enum(reportFormats)
export type ReportFormat = z.infer<typeof ReportFormat>

export const ReportRequest = z
  .strictObject({
    kind: ReportKind,
    /** Of the period; for an event report its whole life when left out. */
    from: z.iso.datetime().optional(),
    to: z.iso.datetime().optional(),
    /** Whom it is about; our own subjects when left out. */
    subjects: z.array(z.int()).max(50).optional(),
    eventId: z.int().optional(),
    drillId: z.int().min(0).default(0),
    language: ReportLanguage.default('zh'),
  })
  .refine(({ kind, eventId }) => (kind === 'event') === (eventId !== undefined), {
    path: ['eventId'],
    error: 'an event report names its event, the others none',
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined) && (!from || !to || from < to), {
    path: ['to'],
    error: 'the end comes after the beginning',
  })
export type ReportRequest = z.output<typeof ReportRequest>

/** What a statement rests on: how many posts, and some of them by id (the widest heard first). */
export const Evidence = z.object({
  posts: z.int(),
  ids: z.array(PostId).max(20),
})
export type Evidence = z.infer<typeof Evidence>

export const Sentence = z.object({ text: z.string(), from: Evidence })
export type Sentence = z.infer<typeof Sentence>

export const ReportTable = z.object({
  columns: z.array(z.string()),
  /** Cells as they are shown; `from` of the row. */
  rows: z.array(z.object({ cells: z.array(z.string()), from: Evidence })),
})
export type ReportTable = z.infer<typeof ReportTable>

export const ReportChart = z.object({
  kind: z.enum(['lines', 'bars']),
  /** Of the horizontal axis, or the bars' names. */
  labels: z.array(z.string()),
  series: z.array(
    z.object({ name: z.string(), tone: z.enum(['bad', 'plain', 'good', 'main']), values: z.array(z.number()) }),
  ),
})
export type ReportChart = z.infer<typeof ReportChart>

export const ReportSection = z.object({
  key: z.string(),
  title: z.string(),
  sentences: z.array(Sentence),
  chart: ReportChart.optional(),
  table: ReportTable.optional(),
})
export type ReportSection = z.infer<typeof ReportSection>

/** A report as it is shown and printed: everything in it was stored when it was made. */
export const ReportBody = z.object({
  title: z.string(),
  subtitle: z.string(),
  drillMark: z.string().nullable(),
  sections: z.array(ReportSection),
})
export type ReportBody = z.infer<typeof ReportBody>

export const ReportSummary = z.object({
  id: z.int(),
  kind: ReportKind,
  title: z.string(),
  language: ReportLanguage,
  drillId: z.int(),
  eventId: z.int().nullable(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  madeAt: z.iso.datetime(),
  madeBy: z.string(),
  tookMs: z.int(),
  posts: z.int(),
  /** SHA-256 of the stored facts. */
  hash: z.string(),
  /** The highest level among its events. */
  level: Level.nullable(),
})
export type ReportSummary = z.infer<typeof ReportSummary>

export const Rephrased = z.object({
  at: z.iso.datetime(),
  model: z.string(),
  paragraphs: z.array(z.object({ section: z.string(), text: z.string() })),
  /** Sections whose new wording was thrown away, and why. */
  dropped: z.array(z.object({ section: z.string(), why: z.string() })),
})
export type Rephrased = z.infer<typeof Rephrased>

export const Report = ReportSummary.extend({ body: ReportBody, rephrased: Rephrased.nullable() })
export type Report = z.infer<typeof Report>

export const TimeText = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'a time like 08:30' })

export const ScheduleInput = z.strictObject({
  name: z.string().trim().min(1).max(80),
  kind: z.enum(['daily', 'weekly', 'monthly']),
  at: TimeText.default('08:30'),
  /** 1 Monday … 7 Sunday, of a weekly one. */
  weekday: z.int().min(1).max(7).default(1),
  /** Of a monthly one. */
  day: z.int().min(1).max(28).default(1),
  subjects: z.array(z.int()).max(50).default([]),
  language: ReportLanguage.default('zh'),
  /** By the workspace's own mail channel. */
  recipients: z.array(z.email()).max(50).default([]),
  /** Alert channels that need no address: group bots, web hooks. */
  channels: z.array(z.int()).max(20).default([]),
  on: z.boolean().default(true),
})
export type ScheduleInput = z.output<typeof ScheduleInput>

export const Schedule = ScheduleInput.extend({
  id: z.int(),
  nextAt: z.iso.datetime(),
  lastReportId: z.int().nullable(),
  lastError: z.string().nullable(),
})
export type Schedule = z.infer<typeof Schedule>

/** What a fresh look at the same stored posts says differently: corrections and late posts. */
export const Recomputed = z.object({
  same: z.boolean(),
  hash: z.string(),
  differences: z.array(z.object({ section: z.string(), before: z.string(), now: z.string() })).max(200),
})
export type Recomputed = z.infer<typeof Recomputed>

export const RephraseSettings = z.strictObject({
  on: z.boolean(),
  /** Base address of an OpenAI-compatible interface, up to `/v1`. */
  url: z.url().or(z.literal('')),
  model: z.string().max(100),
})
export type RephraseSettings = z.infer<typeof RephraseSettings>
