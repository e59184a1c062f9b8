import { z } from 'zod'
import { Definition } from '../audiences/definition-contract.ts'
import { Category, Product } from './channels-contract.ts'
import { EventMatch, Journey, Span, TimeOfDay } from './journeys/journey-contract.ts'

export * from './channels-contract.ts'
export * from './journeys/journey-contract.ts'

/** Schemas of the HTTP interface of campaigns, shared with the console. No I/O. */

const Instant = z.iso.datetime()
const AudienceId = z.uuid()

/** At set times of the workspace's calendar (Asia/Shanghai). `days`: 1 Monday … 7 Sunday; `dates`: of the month, -1 the last. */
const Timetable = z
  .strictObject({
    at: TimeOfDay,
    days: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
    dates: z
      .array(
        z
          .int()
          .min(-1)
          .max(31)
          .refine((date) => date !== 0),
      )
      .min(1)
      .max(31)
      .optional(),
  })
  .refine(({ days, dates }) => !(days && dates), { error: 'either days of the week or dates of the month' })

/** What lets people in. Each occurrence has a key, and one key never lets the same person in twice. */
export const Trigger = z.discriminatedUnion('kind', [
  /** Everybody in the audience, once. `at` left out: when it is published. */
  z.strictObject({ kind: z.literal('once'), audienceId: AudienceId, at: Instant.optional() }),
  z.strictObject({ kind: z.literal('recurring'), audienceId: AudienceId, timetable: Timetable }),
  /**
   * When an event comes in: `count` times within `within`, and without any of `without` in that span. With `count` 1 and no
   * `within`, every match.
   */
  z
    .strictObject({
      kind: z.literal('event'),
      ...EventMatch.shape,
      count: z.int().min(1).max(100).default(1),
      within: Span.optional(),
      without: z.array(EventMatch).max(5).default([]),
    })
    .refine(({ count, without, within }) => within !== undefined || (count === 1 && without.length === 0), {
      path: ['within'],
      error: 'counting, and looking for what did not happen, need a span',
    }),
  z.strictObject({ kind: z.literal('audience'), audienceId: AudienceId, on: z.enum(['entered', 'left']) }),
  /** A day that a date trait names: each year (`yearly`, a birthday) or that one day (a due date). */
  z.strictObject({
    kind: z.literal('date'),
    trait: z.string().min(1).max(100),
    offsetDays: z.int().min(-365).max(365),
    at: TimeOfDay,
    yearly: z.boolean(),
  }),
  /** A program says who (`POST /campaigns/{id}/entries`), with properties for the text. */
  z.strictObject({ kind: z.literal('api') }),
  /** A list that was made or uploaded. */
  z.strictObject({ kind: z.literal('list'), listId: z.uuid() }),
])
export type Trigger = z.infer<typeof Trigger>

/** May the same person come again? `afterDays` counts from the last entry. Never twice at the same time unless `overlap`. */
export const ReEntry = z.strictObject({
  times: z.int().min(1).max(1000).nullable().default(1),
  afterDays: z.int().min(0).max(365).default(0),
})
export type ReEntry = z.output<typeof ReEntry>

export const Goal = z.strictObject({ ...EventMatch.shape, withinDays: z.int().min(1).max(180) })

export const Budget = z.strictObject({
  /** Upper bound of what the sends may cost together, fen. */
  costFen: z.int().min(0).optional(),
  sends: z.int().min(0).optional(),
})

/** Everything a campaign does. Frozen with its audience, creatives and offers when it is published. */
export const CampaignDefinition = z.strictObject({
  trigger: Trigger,
  /** Only these may enter, asked at the door. */
  only: Definition.optional(),
  reEntry: ReEntry.prefault({}),
  journey: Journey,
  goal: Goal.nullable().default(null),
  /** Any of these ends the journey of a person who is in it; so does the goal where `exitOnGoal`. */
  exits: z.array(EventMatch).max(10).default([]),
  exitOnGoal: z.boolean().default(true),
  /** Share left alone to measure the effect, besides the global holdout. */
  holdout: z.number().min(0).max(0.5).default(0),
  product: Product.default('other'),
  /** The purpose of consent that opens the gate. */
  purpose: z.string().min(1).max(60).default('marketing'),
  /** Whether people were chosen or content varies by their profile: then PIPL 24 lets them decline it. */
  personalised: z.boolean().default(true),
  budget: Budget.prefault({}),
  /** What counts as a complaint that the campaign caused, within a week of a send. */
  complaint: EventMatch.default({ event: 'Complaint Filed' }),
  /** What one conversion brings, fen: for the comparison with the cost. */
  conversionValueFen: z.int().min(0).optional(),
  startsAt: Instant.optional(),
  endsAt: Instant.optional(),
})
export type CampaignDefinition = z.output<typeof CampaignDefinition>

const Name = z.string().trim().min(1).max(100)
const Description = z.string().trim().max(1000)
/** 1 gives way to all, 100 to none. */
const Priority = z.int().min(1).max(100)

export const campaignStates = ['draft', 'running', 'paused', 'stopping', 'ended'] as const
export type CampaignState = (typeof campaignStates)[number]

export const NewCampaign = z.strictObject({
  name: Name,
  description: Description.default(''),
  category: Category.default('marketing'),
  priority: Priority.default(50),
  definition: CampaignDefinition,
})
export type NewCampaign = z.output<typeof NewCampaign>

/** What is left out stays. Edits change the draft; what runs stays as it was published. */
export const CampaignChange = z.strictObject({
  name: Name.optional(),
  description: Description.optional(),
  category: Category.optional(),
  priority: Priority.optional(),
  definition: CampaignDefinition.optional(),
  /** The `draftVersion` that was read: another's edit meanwhile is told, not overwritten. */
  basedOn: z.int().optional(),
})
export type CampaignChange = z.output<typeof CampaignChange>

const ReviewMark = z.object({ id: z.int(), state: z.string() })

export const Campaign = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string(),
  category: Category,
  priority: z.int(),
  state: z.enum(campaignStates),
  definition: CampaignDefinition,
  draftVersion: z.int(),
  /** What runs; null before the first publication. */
  liveVersion: z.int().nullable(),
  /** Whether the draft differs from what runs. */
  edited: z.boolean(),
  /** The newest review of exactly this draft. */
  review: ReviewMark.nullable(),
  publishedAt: Instant.nullable(),
  /** When people next come in by the calendar; null where they come by what happens, or it does not run. */
  nextRunAt: Instant.nullable(),
  /** People in the journey now, and ever. */
  inside: z.int(),
  entered: z.int(),
  createdAt: Instant,
  createdBy: z.string(),
  changedAt: Instant,
  changedBy: z.string(),
})
export type Campaign = z.infer<typeof Campaign>

export const CampaignQuery = z.object({
  search: z.string().max(100).optional(),
  state: z.enum(campaignStates).optional(),
  category: Category.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})
export const CampaignPage = z.object({ campaigns: z.array(Campaign), next: z.int().nullable() })

/** Something that keeps a campaign from being published (`block`) or that a reviewer should look at (`flag`). */
export const PlanFinding = z.object({
  action: z.enum(['block', 'flag']),
  /** `journey.unreachable`, `content.B3`, `offer.aboveCap` … */
  code: z.string(),
  /** The step it is about, where it is about one. */
  step: z.string().nullable(),
  values: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
})
export type PlanFinding = z.infer<typeof PlanFinding>
export const PlanCheck = z.object({ contentHash: z.string(), findings: z.array(PlanFinding) })

export const Version = z.object({
  version: z.int(),
  contentHash: z.string(),
  reviewId: z.int().nullable(),
  publishedAt: Instant,
  publishedBy: z.string(),
  inside: z.int(),
})
const Part = z.object({ hash: z.string(), version: z.int(), content: z.unknown() })
/** A version with all that it is made of, by value. */
export const VersionDetail = Version.omit({ inside: true }).extend({
  frozen: z.object({
    category: Category,
    priority: z.int(),
    definition: CampaignDefinition,
    tags: z.record(z.string(), z.int()).optional(),
    audiences: z.record(z.string(), z.object({ name: z.string(), version: z.int(), definition: z.unknown() })),
    creatives: z.record(z.string(), Part.extend({ channel: z.string(), offerId: z.int().optional() })),
    offers: z.record(z.string(), Part),
  }),
})
export const Versions = z.object({ versions: z.array(Version) })
