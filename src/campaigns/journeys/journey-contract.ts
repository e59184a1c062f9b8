import { z } from 'zod'
import { Definition } from '../../audiences/definition-contract.ts'
import { propertyComparison } from '../../audiences/values-contract.ts'
import { Channel } from '../channels-contract.ts'

/** The graph of a journey: steps by name, each saying what comes next. `null` leaves the journey. Shared with the console. */

export const StepId = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9]{0,31}$/, { error: 'a letter, then up to 31 letters and digits' })
export type StepId = z.infer<typeof StepId>
const Next = StepId.nullable()
const Label = z.string().trim().max(60).optional()

/** Event and property names as tracking takes them. */
const EventName = z.string().min(1).max(200)
export const EventMatch = z.strictObject({ event: EventName, where: z.array(propertyComparison).max(20).optional() })
export type EventMatch = z.infer<typeof EventMatch>

export const spanUnits = ['minutes', 'hours', 'days'] as const
/** Days are calendar days at the same local time; hours and minutes are exact. At most a year. */
export const Span = z
  .strictObject({ amount: z.int().min(1).max(525_600), unit: z.enum(spanUnits) })
  .refine(({ amount, unit }) => amount <= { minutes: 525_600, hours: 8_760, days: 365 }[unit], {
    path: ['amount'],
    error: 'at most a year',
  })
export type Span = z.infer<typeof Span>

/** `09:30`, local time of the recipient. */
export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/)

/**
 * A send. `channels` in the order they are tried: the first one that the person agreed to and has an address for.
 * Refused on all of them, the person goes to `onRefused`, or to `next` where it is left out.
 */
const MessageStep = z.strictObject({
  kind: z.literal('message'),
  name: Label,
  channels: z
    .array(z.strictObject({ channel: Channel, creativeId: z.int().min(1) }))
    .min(1)
    .max(5)
    .refine((list) => new Set(list.map(({ channel }) => channel)).size === list.length, {
      error: 'each channel once',
    }),
  offerId: z.int().min(1).optional(),
  /** Held back longer than this by quiet hours, it is refused as TOO_LATE. Left out: seven days. */
  goodFor: Span.optional(),
  next: Next,
  onRefused: Next.optional(),
})

/** A task for a person: a call or a visit at the branch. It passes the same gate as a message. */
const TaskStep = z.strictObject({
  kind: z.literal('task'),
  name: Label,
  channel: z.enum(['call', 'branch']),
  creativeId: z.int().min(1),
  offerId: z.int().min(1).optional(),
  /** To be done within; afterwards it expires. */
  dueIn: Span,
  /** Who works on it; any text that teams know themselves by. */
  team: z.string().trim().min(1).max(60).optional(),
  /** Where the outcome that was written back leads; without outcomes nobody waits for the task. */
  outcomes: z.record(z.string().min(1).max(40), Next).optional(),
  next: Next,
  onRefused: Next.optional(),
})

const WaitStep = z.strictObject({ kind: z.literal('wait'), name: Label, for: Span, next: Next })
/** Until a day that a date trait (or a date property of the trigger) names, `offsetDays` before (< 0) or after, at a local time. */
const WaitDateStep = z.strictObject({
  kind: z.literal('waitDate'),
  name: Label,
  trait: z.string().min(1).max(100),
  offsetDays: z.int().min(-365).max(365).default(0),
  at: TimeOfDay,
  next: Next,
  /** Where the date is missing or past. */
  onMissing: Next,
})
const WaitEventStep = z.strictObject({
  kind: z.literal('waitEvent'),
  name: Label,
  ...EventMatch.shape,
  within: Span,
  next: Next,
  onTimeout: Next,
})
/** Until the local clock stands in the window; a window over midnight has `from` > `to`. Days: 1 Monday … 7 Sunday. */
const WaitWindowStep = z.strictObject({
  kind: z.literal('waitWindow'),
  name: Label,
  from: TimeOfDay,
  to: TimeOfDay,
  days: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
  /** `workdays` follows the Chinese calendar with its make-up workdays. */
  onlyOn: z.enum(['any', 'workdays', 'holidays']).default('any'),
  next: Next,
})

/** The first arm whose condition holds now. Arms by audience are conditions `{ audience: id }`. */
const BranchStep = z.strictObject({
  kind: z.literal('branch'),
  name: Label,
  arms: z
    .array(z.strictObject({ name: z.string().trim().min(1).max(60), when: Definition, next: Next }))
    .min(1)
    .max(10),
  otherwise: Next,
})

const shared = z
  .array(z.strictObject({ name: z.string().trim().min(1).max(60), share: z.number().gt(0).max(1), next: Next }))
  .min(2)
  .max(10)
  .refine((arms) => Math.abs(arms.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-9, {
    error: 'the shares must come to 1',
  })
  .refine((arms) => new Set(arms.map(({ name }) => name)).size === arms.length, { error: 'each name once' })
/** By chance, drawn anew at each passage. */
const SplitStep = z.strictObject({
  kind: z.literal('split'),
  name: Label,
  arms: shared,
  next: z.undefined().optional(),
})
/** By the hash of the customer, the same arm for ever (`experiments/`); arms are compared in the effects. */
const ExperimentStep = z.strictObject({
  kind: z.literal('experiment'),
  name: Label,
  /** Two steps with one key put a customer into the same arm. */
  key: z.string().regex(/^[a-zA-Z0-9_-]{1,40}$/),
  arms: shared,
})
/** The arm whose score is the highest: number traits or tags (of a model, say). Who has none, or declined personalisation, goes `otherwise`. */
const BestStep = z.strictObject({
  kind: z.literal('best'),
  name: Label,
  arms: z
    .array(
      z.strictObject({
        name: z.string().trim().min(1).max(60),
        score: z.union([z.strictObject({ trait: z.string().min(1) }), z.strictObject({ tag: z.string().min(1) })]),
        next: Next,
      }),
    )
    .min(2)
    .max(10),
  otherwise: Next,
})

/** Sets a trait, or a value of a manual tag (`null` takes it away). */
const UpdateStep = z.strictObject({
  kind: z.literal('update'),
  name: Label,
  set: z.union([
    z.strictObject({
      trait: z.string().min(1).max(100),
      value: z.union([z.string().max(500), z.number(), z.boolean(), z.null()]),
    }),
    z.strictObject({ tag: z.string().min(1).max(100), value: z.string().max(200).nullable() }),
  ]),
  next: Next,
})
/** The person did what the campaign is for; the time is kept. */
const GoalStep = z.strictObject({ kind: z.literal('goal'), name: Label, next: Next })
const ExitStep = z.strictObject({ kind: z.literal('exit'), name: Label, reason: z.string().trim().max(60).optional() })

export const Step = z.discriminatedUnion('kind', [
  MessageStep,
  TaskStep,
  WaitStep,
  WaitDateStep,
  WaitEventStep,
  WaitWindowStep,
  BranchStep,
  SplitStep,
  ExperimentStep,
  BestStep,
  UpdateStep,
  GoalStep,
  ExitStep,
])
export type Step = z.infer<typeof Step>
export type StepKind = Step['kind']

export const journeyLimits = { steps: 200 } as const

/** A graph with one start. Whether it holds together is asked in `journey-faults-contract.ts`, not here: drafts may be unfinished. */
export const Journey = z.strictObject({
  start: StepId.nullable(),
  steps: z.record(StepId, Step).refine((steps) => Object.keys(steps).length <= journeyLimits.steps, {
    error: `at most ${journeyLimits.steps} steps`,
  }),
  /** Where the canvas draws each step; no meaning for the run. */
  layout: z.record(StepId, z.strictObject({ x: z.number(), y: z.number() })).optional(),
})
export type Journey = z.infer<typeof Journey>
