import { z } from 'zod'
import { AuthorClass, Level, Platform, PostKind } from '../contract.ts'

/** Shapes of drills, shared with the console. No I/O. */

export const paces = ['explosive', 'hot', 'steady', 'slow'] as const
/** How fast a story spreads: shapes read off real spreads, see paces-contract.ts. */
export const Pace = z.enum(paces)
export type Pace = z.infer<typeof Pace>

/** `{名称}` stands for the subject's name. */
const Text = z.string().trim().min(4).max(600)

/** Something that happens at a minute of the story. */
export const Beat = z.strictObject({
  minute: z.number().min(0).max(1_440),
  platform: Platform,
  kind: PostKind.default('post'),
  text: Text,
  author: z.strictObject({
    name: z.string().trim().min(1).max(40),
    class: AuthorClass,
    followers: z.int().min(0).max(100_000_000),
  }),
  engagement: z.int().min(0).max(10_000_000).default(0),
  /** Of a hot list. */
  rank: z.int().min(1).max(100).optional(),
})
export type Beat = z.output<typeof Beat>

export const Scenario = z.strictObject({
  name: z.string().trim().min(2).max(80),
  story: z.string().trim().min(10).max(2_000),
  /** What a good team has done when it is over. */
  aims: z.string().trim().max(2_000).default(''),
  pace: Pace,
  /** Voices of the crowd, besides the beats. */
  crowd: z.int().min(0).max(5_000),
  /** How many of the crowd pass on what they read instead of saying something of their own. */
  repostShare: z.number().min(0).max(1).default(0.6),
  platforms: z.array(Platform).min(1).max(8),
  voices: z.array(Text).min(1).max(60),
  beats: z.array(Beat).min(1).max(60),
  minutes: z.int().min(5).max(1_440),
  /** The level a team should see. */
  level: Level,
})
export type Scenario = z.output<typeof Scenario>

/** A story as it is given to the library: nothing in it may come after its end, a hot list has its rank. */
export const ScenarioInput = Scenario.check(({ value: { beats, minutes }, issues }) => {
  for (const [index, { minute, kind, rank }] of beats.entries()) {
    if (minute > minutes)
      issues.push({
        code: 'custom',
        input: minute,
        path: ['beats', index, 'minute'],
        message: 'comes after the end of the story',
      })
    if (kind === 'hot-list' && rank === undefined)
      issues.push({ code: 'custom', input: rank, path: ['beats', index, 'rank'], message: 'a hot list has a rank' })
  }
})

/** What a draft would bring about: how many posts, and the first of them. */
export const ScenarioPreview = z.object({
  posts: z.int(),
  reposts: z.int(),
  items: z.array(
    z.object({
      minute: z.number(),
      beat: z.boolean(),
      platform: Platform,
      kind: PostKind,
      author: z.string(),
      class: AuthorClass,
      text: z.string(),
    }),
  ),
})
export type ScenarioPreview = z.infer<typeof ScenarioPreview>

export const ScenarioRow = Scenario.extend({
  id: z.int(),
  version: z.int(),
  changedAt: z.iso.datetime(),
  changedBy: z.string(),
})
export type ScenarioRow = z.infer<typeof ScenarioRow>

export const NewDrill = z.strictObject({
  scenarioId: z.int(),
  name: z.string().trim().min(2).max(80),
  subjectId: z.int(),
  speed: z.number().min(0.5).max(60).default(1),
  /** Left out: begins when somebody starts it. */
  plannedAt: z.iso.datetime().optional(),
})
export type NewDrill = z.output<typeof NewDrill>

export const Criterion = z.object({
  key: z.enum([
    'graded',
    'level',
    'acknowledged',
    'acted',
    'statement',
    'closed',
    'deadlines',
    'tasks',
    'signed',
    'facts',
  ]),
  /** Minutes on the clock, a share, or a word; as `unit` says. */
  measured: z.union([z.number(), z.string()]).nullable(),
  target: z.union([z.number(), z.string()]).nullable(),
  unit: z.enum(['minutes', 'share', 'level', 'count']),
  points: z.number(),
  of: z.number(),
})
export type Criterion = z.infer<typeof Criterion>

export const Score = z.object({ points: z.number(), of: z.number(), criteria: z.array(Criterion) })
export type Score = z.infer<typeof Score>

export const drillStates = ['planned', 'running', 'paused', 'ended', 'cancelled'] as const

export const Drill = z.object({
  id: z.int(),
  name: z.string(),
  scenario: z.string(),
  subjectId: z.int(),
  subject: z.string(),
  state: z.enum(drillStates),
  speed: z.number(),
  plannedAt: z.iso.datetime().nullable(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  /** Minutes of the story that passed, of those it has. */
  minute: z.number(),
  minutes: z.int(),
  told: z.int(),
  posts: z.int(),
  score: Score.nullable(),
  madeBy: z.string(),
})
export type Drill = z.infer<typeof Drill>

export const DrillDetail = Drill.extend({
  story: z.string(),
  aims: z.string(),
  level: Level,
  note: z.string(),
  beats: z.array(Beat.extend({ out: z.boolean() })),
  /** Posts per minute of the story: planned, and come out. */
  curve: z.array(z.object({ minute: z.int(), planned: z.int(), out: z.int() })),
  events: z.array(z.object({ id: z.int(), title: z.string(), posts: z.int(), level: Level.nullable() })),
  incidents: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      level: Level,
      state: z.enum(['open', 'acknowledged', 'acting', 'closing', 'closed']),
    }),
  ),
  alerts: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      level: Level,
      state: z.enum(['firing', 'acknowledged', 'resolved']),
      firedAt: z.iso.datetime(),
    }),
  ),
})
export type DrillDetail = z.infer<typeof DrillDetail>
