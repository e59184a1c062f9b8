import { z } from 'zod'
import { roles } from '../../platform/permissions.ts'
import { Answer } from './answer-contract.ts'
import { Place, Question } from './question-contract.ts'

/** Asking, and what is kept: reports, dashboards, alarms. Shared with the console. No I/O. */

const Instant = z.iso.datetime()
const Name = z.string().trim().min(1).max(100)
const Description = z.string().trim().max(1_000)
const Roles = z.array(z.enum(roles)).max(roles.length)

export const AskRequest = z.strictObject({ question: Question })
export const Asked = z.object({
  answer: Answer,
  /** The instant it is true of; up to a minute ago when nothing has arrived since. */
  asOf: Instant,
  tookMs: z.number(),
})
export type Asked = z.infer<typeof Asked>

export const PeopleRequest = z.strictObject({
  question: Question,
  place: Place,
  limit: z.int().min(1).max(200).default(20),
  after: z.int().min(0).optional(),
})
export type PeopleRequest = z.output<typeof PeopleRequest>
export const PeoplePage = z.object({
  total: z.int(),
  items: z.array(
    z.object({
      id: z.string(),
      createdAt: Instant,
      display: z.record(z.string(), z.string()),
      traits: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
  next: z.int().nullable(),
})
export type PeoplePage = z.infer<typeof PeoplePage>

export const NewInsightList = z.strictObject({
  question: Question,
  place: Place,
  name: Name,
  why: z.string().trim().max(1_000).default(''),
})
export type NewInsightList = z.output<typeof NewInsightList>
export const SavedInsightList = z.object({ id: z.uuid(), size: z.int() })

export const TableRequest = z.strictObject({
  question: Question,
  format: z.enum(['csv', 'xlsx']),
  language: z.enum(['zh', 'en']).default('zh'),
})
export type TableRequest = z.output<typeof TableRequest>

export const Watch = z.strictObject({ sensitivity: z.enum(['low', 'normal', 'high']) })
export type Watch = z.infer<typeof Watch>

export const NewReport = z.strictObject({
  name: Name,
  description: Description.default(''),
  question: Question,
  roles: Roles.default([]),
})
export type NewReport = z.output<typeof NewReport>
export const ReportChange = z.strictObject({
  name: Name.optional(),
  description: Description.optional(),
  question: Question.optional(),
  roles: Roles.optional(),
  watch: Watch.nullable().optional(),
})
export type ReportChange = z.output<typeof ReportChange>
export const Report = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  question: Question,
  owner: z.string(),
  /** Whether the asker may change it. */
  mine: z.boolean(),
  roles: Roles,
  watch: Watch.nullable(),
  createdAt: Instant,
  changedAt: Instant,
})
export type Report = z.infer<typeof Report>
export const Reports = z.object({ items: z.array(Report) })

export const Tile = z.strictObject({
  report: z.uuid(),
  /** Quarters of the row. */
  width: z.int().min(1).max(4),
  height: z.int().min(1).max(2),
})
export type Tile = z.infer<typeof Tile>
const Tiles = z.array(Tile).max(40)
const RefreshSeconds = z.int().min(30).max(86_400).nullable()

export const NewDashboard = z.strictObject({
  name: Name,
  description: Description.default(''),
  roles: Roles.default([]),
  refreshSeconds: RefreshSeconds.default(null),
  tiles: Tiles.default([]),
})
export type NewDashboard = z.output<typeof NewDashboard>
export const DashboardChange = z.strictObject({
  name: Name.optional(),
  description: Description.optional(),
  roles: Roles.optional(),
  refreshSeconds: RefreshSeconds.optional(),
  tiles: Tiles.optional(),
})
export type DashboardChange = z.output<typeof DashboardChange>
export const Dashboard = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  owner: z.string(),
  mine: z.boolean(),
  roles: Roles,
  refreshSeconds: RefreshSeconds,
  tiles: Tiles,
  createdAt: Instant,
  changedAt: Instant,
})
export type Dashboard = z.infer<typeof Dashboard>
export const Dashboards = z.object({ items: z.array(Dashboard) })
/** With the reports of its tiles; one that the asker may not see, or that is gone, is missing. */
export const DashboardView = Dashboard.extend({ reports: z.array(Report) })
export type DashboardView = z.infer<typeof DashboardView>

export const Alarm = z.object({
  id: z.uuid(),
  report: z.uuid(),
  reportName: z.string(),
  hour: Instant,
  step: z.int(),
  stepName: z.string(),
  observed: z.int(),
  of: z.int().nullable(),
  expected: z.number(),
  probability: z.number(),
  raisedAt: Instant,
  acknowledgedAt: Instant.nullable(),
  acknowledgedBy: z.string().nullable(),
})
export type Alarm = z.infer<typeof Alarm>
export const Alarms = z.object({ items: z.array(Alarm) })
