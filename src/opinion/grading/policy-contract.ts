import { z } from 'zod'
import { WorkTime } from '../clocks/clock-contract.ts'
import { Aspect, AuthorClass, Level, Platform, Speaker, Urgency } from '../contract.ts'

/** What people decide about grades: rules, contracts of the levels, work time, plans, ways of alerts. Versioned. No I/O. */

/** Facts of an event that are numbers; a condition says at least or at most. */
export const numberFacts = [
  'score',
  'hotListRank',
  'platforms',
  'z',
  'posts',
  'authors',
  'reach',
  'verifiedFollowers',
  'negative',
  'rumour',
] as const
export const NumberFact = z.enum(numberFacts)
export type NumberFact = z.infer<typeof NumberFact>

const Reason = z.string().trim().min(2).max(500)
const Title = z.string().trim().min(1).max(60)
const Key = z.string().regex(/^[a-z][a-zA-Z0-9-]{0,39}$/, { error: 'letters, digits and hyphens' })

const anyOf = <T extends z.ZodType>(one: T) => z.array(one).min(1).max(20)

/** One condition on the facts of an event. */
export const Condition = z.discriminatedUnion('fact', [
  z.strictObject({ fact: NumberFact, atLeast: z.number().optional(), atMost: z.number().optional() }),
  z.strictObject({ fact: z.literal('authorClass'), anyOf: anyOf(AuthorClass) }),
  z.strictObject({ fact: z.literal('urgency'), anyOf: anyOf(Urgency) }),
  z.strictObject({ fact: z.literal('aspect'), anyOf: anyOf(Aspect) }),
  z.strictObject({ fact: z.literal('speaker'), anyOf: anyOf(Speaker) }),
  z.strictObject({ fact: z.literal('platform'), anyOf: anyOf(Platform) }),
  z.strictObject({ fact: z.literal('subjectKind'), anyOf: anyOf(z.string().min(1).max(30)) }),
  z.strictObject({ fact: z.literal('bursting'), is: z.boolean() }),
])
export type Condition = z.infer<typeof Condition>

/** A row of the table: when all its conditions hold, the event is at least of this level. */
export const LevelRule = z.strictObject({ id: Key, name: Title, level: Level, all: z.array(Condition).min(1).max(8) })
export type LevelRule = z.infer<typeof LevelRule>

/** Parts of the risk score; each is brought to 0 … 1 before it is weighed. */
export const scoreParts = [
  'negative',
  'aspect',
  'author',
  'reach',
  'velocity',
  'authors',
  'platforms',
  'hotList',
  'rumour',
  'trigger',
] as const
export const ScorePart = z.enum(scoreParts)
export type ScorePart = z.infer<typeof ScorePart>

const Weight = z.number().min(-10).max(10)
const Unit = z.number().min(0).max(1)
const ids = (rules: readonly { id: string }[]) => new Set(rules.map(({ id }) => id)).size === rules.length

/** How events are graded. */
export const GradingRules = z.strictObject({
  /** Added to the weighed parts before the logistic function. */
  bias: z.number().min(-20).max(20),
  weights: z.record(ScorePart, Weight),
  aspectWeights: z.record(Aspect, Unit),
  authorWeights: z.record(AuthorClass, Unit),
  triggerWeights: z.record(Urgency, Unit),
  /** An aspect counts from this share of the posts on. */
  aspectShare: Unit,
  rules: z.array(LevelRule).max(60).refine(ids, { error: 'each id once' }),
  /** Kinds of subjects about which nothing is above this level: a rival's crisis is not ours. */
  caps: z.array(z.strictObject({ subjectKind: z.string().min(1).max(30), level: Level })).max(10),
})
export type GradingRules = z.output<typeof GradingRules>

/** Who is meant: one person, all of a role, or whoever is on call. */
export const Target = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('user'), id: z.uuid() }),
  z.strictObject({ kind: z.literal('role'), role: z.enum(['admin', 'pr', 'legal', 'service', 'compliance', 'risk']) }),
  z.strictObject({ kind: z.literal('rota'), id: z.int().min(1) }),
])
export type Target = z.infer<typeof Target>

export const clockKinds = ['acknowledge', 'act', 'statement', 'close', 'regulator'] as const
export const ClockKind = z.enum(clockKinds)
export type ClockKind = z.infer<typeof ClockKind>

const Minutes = z.int().min(1).max(200_000)
/** Two thresholds: when it is due, and when it goes up a step. */
export const LevelClock = z
  .strictObject({
    kind: ClockKind,
    dueMinutes: Minutes,
    escalateMinutes: Minutes,
    /** `work`: only in work time; `always`: around the clock. */
    runs: z.enum(['work', 'always']),
    /** Where the number comes from. */
    source: z.string().trim().min(2).max(500),
  })
  .refine(({ dueMinutes, escalateMinutes }) => escalateMinutes >= dueMinutes, {
    path: ['escalateMinutes'],
    error: 'not before it is due',
  })
export type LevelClock = z.infer<typeof LevelClock>

/** What a level binds. */
export const LevelContract = z.strictObject({
  level: Level,
  owner: Target,
  deputy: Target,
  manager: Target,
  clocks: z
    .array(LevelClock)
    .min(1)
    .max(5)
    .refine((clocks) => new Set(clocks.map(({ kind }) => kind)).size === clocks.length, { error: 'each clock once' })
    .refine((clocks) => clocks.some(({ kind }) => kind === 'acknowledge'), { error: 'a clock for acknowledging' }),
  /** Key of a contingency plan; its version in force at the time is kept with the grade. */
  plan: Key.nullable(),
  signOffs: z.array(z.enum(['pr', 'legal', 'compliance', 'admin'])).max(4),
  /** Who is to be told by the regulator clock, and by which rule. */
  regulator: z.strictObject({ authority: Title, rule: Reason }).nullable(),
})
export type LevelContract = z.output<typeof LevelContract>

export const LevelContracts = z.strictObject({
  contracts: z
    .array(LevelContract)
    .length(3)
    .refine((all) => new Set(all.map(({ level }) => level)).size === 3, { error: 'one contract for each level' }),
})
export type LevelContracts = z.output<typeof LevelContracts>

export const Plan = z.strictObject({
  title: Title,
  summary: z.string().trim().max(2_000).default(''),
  steps: z
    .array(
      z.strictObject({
        title: Title,
        text: z.string().trim().max(2_000).default(''),
        lane: z.enum(['pr', 'legal', 'service']),
        /** After the event got its level, by the clock of that level. */
        withinMinutes: Minutes.nullable().default(null),
      }),
    )
    .min(1)
    .max(40),
})
export type Plan = z.output<typeof Plan>

/** `plan` has many documents, told apart by key; the others have one each, with the key ''. */
export const documentForms = {
  grading: GradingRules,
  contracts: LevelContracts,
  workTime: WorkTime,
  plan: Plan,
} as const
export const DocumentKind = z.enum(['grading', 'contracts', 'workTime', 'plan'])
export type DocumentKind = z.infer<typeof DocumentKind>
export type Documents = { [Kind in DocumentKind]: z.output<(typeof documentForms)[Kind]> }

export const versionStates = ['draft', 'submitted', 'inForce', 'refused', 'withdrawn', 'past'] as const
const Instant = z.iso.datetime()

export const PolicyVersion = z.object({
  id: z.int(),
  kind: DocumentKind,
  key: z.string(),
  version: z.int(),
  document: z.record(z.string(), z.unknown()),
  state: z.enum(versionStates),
  reason: z.string(),
  madeBy: z.string(),
  madeAt: Instant,
  /** Whether the one who asks may approve it: not his own. */
  mine: z.boolean(),
  decidedBy: z.string().nullable(),
  decidedAt: Instant.nullable(),
  note: z.string().nullable(),
})
export type PolicyVersion = z.infer<typeof PolicyVersion>
export const PolicyVersions = z.object({ versions: z.array(PolicyVersion) })

export const PolicyKey = z.object({ kind: DocumentKind, key: z.union([z.literal(''), Key]).default('') })
export const PolicyDraft = z.strictObject({
  document: z.record(z.string(), z.unknown()),
  reason: Reason,
  /** Version in force that was read. */
  basedOn: z.int().nullable(),
})
export type PolicyDraft = z.output<typeof PolicyDraft>
export const PolicyDecision = z.strictObject({ approve: z.boolean(), note: z.string().trim().max(500).default('') })
export type PolicyDecision = z.output<typeof PolicyDecision>

/** What a draft would have done to the events of the last days. */
export const HistoryQuery = z.strictObject({
  document: z.record(z.string(), z.unknown()),
  days: z.int().min(1).max(365).default(90),
})
const LevelCounts = z.object({ minor: z.int(), moderate: z.int(), severe: z.int() })
export const HistoryAnswer = z.object({
  days: z.int(),
  events: z.int(),
  /** By the rules in force and by the draft, each event by the highest level it would have reached. */
  before: LevelCounts,
  after: LevelCounts,
  changed: z.array(
    z.object({
      eventId: z.int(),
      title: z.string(),
      at: Instant,
      before: Level,
      after: Level,
      beforeScore: z.number(),
      afterScore: z.number(),
      /** Rows of the table that decided, by the draft. */
      rules: z.array(z.string()),
    }),
  ),
  /** How often each row of the draft held, and when last. */
  hits: z.array(z.object({ id: z.string(), name: z.string(), hits: z.int(), lastAt: Instant.nullable() })),
})
export type HistoryAnswer = z.infer<typeof HistoryAnswer>
