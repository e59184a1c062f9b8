import { z } from 'zod'

/** Calls and words at the branch, shared with the console and with call centres. */

const Instant = z.iso.datetime()
export const TaskId = z.coerce.number().int().min(1)

export const taskChannels = ['call', 'branch'] as const
export const taskStates = ['open', 'claimed', 'done', 'expired', 'cancelled'] as const

/**
 * How a task ended. `reached`: he was spoken to. `again`: it is tried once more, up to three times.
 * `doNotCall` withdraws consent to calls; `complaint` opens a complaint, which stops marketing to him.
 */
export const taskOutcomes = {
  interested: { reached: true, again: false },
  applied: { reached: true, again: false },
  callBack: { reached: true, again: true },
  notInterested: { reached: true, again: false },
  noAnswer: { reached: false, again: true },
  busy: { reached: false, again: true },
  wrongNumber: { reached: false, again: false },
  doNotCall: { reached: true, again: false },
  complaint: { reached: true, again: false },
  other: { reached: true, again: false },
} as const satisfies Record<string, { reached: boolean; again: boolean }>
export type TaskOutcome = keyof typeof taskOutcomes
export const outcomeCodes = Object.keys(taskOutcomes) as [TaskOutcome, ...TaskOutcome[]]
export const TaskOutcome = z.enum(outcomeCodes)

export const TaskQuery = z.object({
  state: z.enum([...taskStates, 'waiting']).default('waiting'),
  channel: z.enum(taskChannels).optional(),
  team: z.string().max(60).optional(),
  campaignId: z.coerce.number().int().optional(),
  customerNo: z.coerce.number().int().optional(),
  /** Only those that the reader took. */
  mine: z.stringbool().default(false),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})
export type TaskQuery = z.output<typeof TaskQuery>

export const Task = z.object({
  id: z.int(),
  channel: z.enum(taskChannels),
  title: z.string(),
  campaignId: z.int(),
  campaign: z.string(),
  customerNo: z.int(),
  /** Name and number, masked; null where it is not read along. */
  display: z.record(z.string(), z.string()).nullable(),
  team: z.string().nullable(),
  priority: z.int(),
  state: z.enum(taskStates),
  createdAt: Instant,
  /** Not before: a second try waits. */
  fromAt: Instant,
  dueAt: Instant,
  late: z.boolean(),
  claimedBy: z.string().nullable(),
  mine: z.boolean(),
  tries: z.int(),
  outcome: TaskOutcome.nullable(),
  note: z.string().nullable(),
  doneAt: Instant.nullable(),
  doneBy: z.string().nullable(),
})
export type Task = z.infer<typeof Task>

export const TaskPage = z.object({
  items: z.array(Task),
  next: z.int().nullable(),
  counts: z.object({ open: z.int(), claimed: z.int(), late: z.int(), doneToday: z.int() }),
  teams: z.array(z.string()),
})
export type TaskPage = z.infer<typeof TaskPage>

/** A task with what to say. */
export const TaskDetail = Task.extend({
  /** The creative, filled for this person; its shape is that of its channel. Null when it cannot be made any more, and why. */
  script: z.unknown(),
  scriptFault: z.string().nullable(),
  /** Outcomes that the journey goes on by. */
  leads: z.array(z.string()),
})
export type TaskDetail = z.infer<typeof TaskDetail>

/** The gate is asked once more before somebody is called. */
export const TaskStart = z.object({
  allowed: z.boolean(),
  refusal: z.string().nullable(),
  until: Instant.nullable(),
  /** In clear, for this call; the read is in the audit trail. */
  phone: z.string().nullable(),
})
export type TaskStart = z.infer<typeof TaskStart>

export const TaskResult = z.strictObject({
  outcome: TaskOutcome,
  /** Numbers and addresses in it are masked before it is kept. */
  note: z.string().trim().max(2000).default(''),
  /** When to try again; by itself two hours later. */
  againAt: Instant.optional(),
})
export type TaskResult = z.output<typeof TaskResult>

/** Results from a call centre: by the task, or by the key of the send that it was given. */
export const TaskResults = z.strictObject({
  results: z
    .array(
      TaskResult.extend({
        taskId: z.int().min(1),
        at: Instant.optional(),
        seconds: z.int().min(0).max(86_400).optional(),
      }),
    )
    .min(1)
    .max(1000),
})
export const TaskResultsTaken = z.object({
  items: z.array(z.object({ taskId: z.int(), taken: z.boolean(), reason: z.string().nullable() })),
})

/** Waiting tasks for a call centre, as a CSV file. */
export const TaskExport = z.strictObject({
  channel: z.enum(taskChannels).optional(),
  team: z.string().max(60).optional(),
  campaignId: z.int().min(1).optional(),
  /** Numbers in clear: only of those who may be called, and only for a stated purpose. */
  unmasked: z.boolean().default(false),
  purpose: z.string().trim().min(2).max(300).optional(),
  /** Takes them in the reader's name, so that nobody here calls the same people. */
  take: z.boolean().default(false),
})
export type TaskExport = z.output<typeof TaskExport>

export const TaskExported = z.object({
  csv: z.string(),
  tasks: z.int(),
  /** Left out: they may not be called any more. */
  refused: z.int(),
  /** More of them wait: one file holds 5,000. */
  more: z.boolean(),
})
export type TaskExported = z.infer<typeof TaskExported>

/** Asked by a call centre before it calls: by the key it was given. */
export const CallCheck = z.strictObject({ keys: z.array(z.string().min(1).max(32)).min(1).max(500) })
export const CallChecked = z.object({
  items: z.array(
    z.object({
      key: z.string(),
      allowed: z.boolean(),
      refusal: z.string().nullable(),
      /** Not before. */
      until: Instant.nullable(),
    }),
  ),
})
