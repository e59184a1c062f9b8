import { z } from 'zod'
import { Channel } from '../channels-contract.ts'

/** Accounts with providers and how they do, as the console shows them. No I/O. */

const Instant = z.iso.datetime()
const Words = z.object({ zh: z.string(), en: z.string() })

/** A field of an adapter's form. */
export const AdapterInput = z.object({
  name: z.string(),
  title: Words,
  help: Words.nullable(),
  type: z.enum(['text', 'number', 'boolean', 'choice', 'secret']),
  required: z.boolean(),
  choices: z.array(z.string()),
  initial: z.union([z.string(), z.number(), z.boolean(), z.null()]),
})
export type AdapterInput = z.infer<typeof AdapterInput>

export const AdapterInfo = z.object({
  kind: z.string(),
  channel: Channel,
  title: Words,
  fields: z.array(AdapterInput),
  /** Where an outcome is not known: can the provider be asked, does it drop repeated keys? */
  asks: z.boolean(),
})
export type AdapterInfo = z.infer<typeof AdapterInfo>

const Settings = z.record(z.string(), z.union([z.string().max(4_000), z.number(), z.boolean()]))
const Secrets = z.record(z.string(), z.string().max(8_000))
const Limit = z.int().min(1).max(1_000_000_000)
export const carries = ['all', 'marketing', 'service'] as const

export const NewProvider = z.strictObject({
  name: z.string().trim().min(1).max(60),
  kind: z.string().max(60),
  settings: Settings,
  secrets: Secrets.default({}),
  carries: z.enum(carries).default('all'),
  /** A thousandth of a fen per message (per part of a short message). */
  unitCostMillifen: z.int().min(0).max(100_000_000).default(0),
  perSecond: Limit.nullable().default(null),
  perMinute: Limit.nullable().default(null),
  perDay: Limit.nullable().default(null),
})
export type NewProvider = z.output<typeof NewProvider>

/** What is left out stays as it is; `null` takes a limit away. A secret that is left out stays. */
export const ProviderChange = z.strictObject({
  name: z.string().trim().min(1).max(60).optional(),
  settings: Settings.optional(),
  secrets: Secrets.optional(),
  carries: z.enum(carries).optional(),
  unitCostMillifen: z.int().min(0).max(100_000_000).optional(),
  perSecond: Limit.nullable().optional(),
  perMinute: Limit.nullable().optional(),
  perDay: Limit.nullable().optional(),
  state: z.enum(['on', 'off']).optional(),
  /** The version that was read. */
  basedOn: z.int().optional(),
})
export type ProviderChange = z.output<typeof ProviderChange>

/** Fail-over order of the accounts of one channel: the first is tried first. */
export const ProviderOrder = z.strictObject({ channel: Channel, ids: z.array(z.int()).min(1).max(100) })

/** `resting`: taken out of use for a while after failures in a row; it is tried again by itself. */
export const healthStates = ['off', 'idle', 'good', 'poor', 'resting'] as const
export type HealthState = (typeof healthStates)[number]

/** Of the last hour. */
export const ProviderFigures = z.object({
  requests: z.int(),
  accepted: z.int(),
  rejected: z.int(),
  unknown: z.int(),
  /** Accepted of all, 0 to 1; null without any. */
  successShare: z.number().nullable(),
  meanMs: z.number().nullable(),
  slowestMs: z.number().nullable(),
  delivered: z.int(),
  undelivered: z.int(),
  /** From sending to the receipt, mean. */
  receiptLagMs: z.number().nullable(),
})
export type ProviderFigures = z.infer<typeof ProviderFigures>

export const Provider = z.object({
  id: z.int(),
  name: z.string(),
  channel: Channel,
  kind: z.string(),
  settings: Settings,
  /** Fields that have a secret. */
  secrets: z.array(z.string()),
  carries: z.enum(carries),
  state: z.enum(['on', 'off']),
  priority: z.int(),
  unitCostMillifen: z.int(),
  perSecond: z.int().nullable(),
  perMinute: z.int().nullable(),
  perDay: z.int().nullable(),
  health: z.enum(healthStates),
  failures: z.int(),
  restsUntil: Instant.nullable(),
  okAt: Instant.nullable(),
  errorAt: Instant.nullable(),
  error: z.string().nullable(),
  hour: ProviderFigures,
  /** Left today, where there is a limit per day. */
  leftToday: z.int().nullable(),
  /** Sends that went this way whose outcome is not known. */
  unknown: z.int(),
  version: z.int(),
  changedAt: Instant,
  changedBy: z.string(),
})
export type Provider = z.infer<typeof Provider>

/** A channel with what waits for it. */
export const ChannelWaiting = z.object({
  channel: Channel,
  /** Planned and due. */
  due: z.int(),
  oldestDueAt: Instant.nullable(),
  queued: z.int(),
  unknown: z.int(),
})
export type ChannelWaiting = z.infer<typeof ChannelWaiting>

export const Channels = z.object({
  armed: z.boolean(),
  providers: z.array(Provider),
  adapters: z.array(AdapterInfo),
  waiting: z.array(ChannelWaiting),
})
export type Channels = z.infer<typeof Channels>

export const ProviderFault = z.object({
  code: z.string(),
  outcome: z.enum(['rejected', 'unknown', 'undelivered']),
  times: z.int(),
  lastAt: Instant,
  /** As the provider said it, without personal data. */
  detail: z.string(),
})
export type ProviderFault = z.infer<typeof ProviderFault>

export const TestSend = z.object({
  id: z.int(),
  address: z.string(),
  at: Instant,
  by: z.string(),
  outcome: z.enum(['accepted', 'rejected', 'unknown']),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  deliveredAt: Instant.nullable(),
})
export type TestSend = z.infer<typeof TestSend>

/** Sends of unknown outcome that nobody can be asked about: a person says what became of them. */
export const Undecided = z.object({
  providerId: z.int(),
  provider: z.string(),
  channel: Channel,
  campaignId: z.int(),
  campaign: z.string(),
  version: z.int(),
  step: z.string(),
  stepName: z.string(),
  sends: z.int(),
  oldestAt: Instant,
  /** What the attempt ended in, of most of them. */
  code: z.string().nullable(),
})
export type Undecided = z.infer<typeof Undecided>

/** Of all undecided sends of an account in one step of a version. */
export const Decision = z.strictObject({
  campaignId: z.int().min(1),
  version: z.int().min(1),
  step: z.string().min(1).max(100),
  outcome: z.enum(['sent', 'failed']),
  /** How it was found out; kept in the audit trail. */
  reason: z.string().trim().min(2).max(300),
})
export type Decision = z.output<typeof Decision>

export const ProviderDetail = Provider.extend({
  /** Where the provider pushes receipts and replies; null for who may not change accounts, or where it pushes none. */
  receiptsPath: z.string().nullable(),
  /** By the hour, of the last day, oldest first. */
  hours: z.array(
    z.object({
      at: Instant,
      accepted: z.int(),
      rejected: z.int(),
      unknown: z.int(),
      delivered: z.int(),
      undelivered: z.int(),
    }),
  ),
  faults: z.array(ProviderFault),
  tests: z.array(TestSend),
  undecided: z.array(Undecided),
})
export type ProviderDetail = z.infer<typeof ProviderDetail>

export const ProviderCheck = z.object({ detail: z.string(), tookMs: z.int() })

/** A message to oneself. Which fields are needed is the channel's matter. */
export const NewTestSend = z.strictObject({
  address: z.string().trim().max(300).default(''),
  text: z.string().trim().min(1).max(500),
  /** SMS. */
  signature: z.string().trim().max(20).optional(),
  template: z.string().trim().max(40).optional(),
  /** SMS: by name for Alibaba Cloud, in order for Tencent Cloud. */
  variables: z
    .array(z.strictObject({ name: z.string().max(40), value: z.string().max(200) }))
    .max(20)
    .default([]),
  /** E-mail, push. */
  subject: z.string().trim().max(200).optional(),
})
export type NewTestSend = z.output<typeof NewTestSend>
