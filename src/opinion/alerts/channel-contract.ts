import { z } from 'zod'

/** Bots, mailboxes and gateways by which alerts leave, shared with the console. No I/O. */

export const channelKinds = ['dingtalk', 'wecom', 'feishu', 'email', 'sms', 'webhook'] as const
export const ChannelKind = z.enum(channelKinds)
export type ChannelKind = z.infer<typeof ChannelKind>

export const serves = ['real', 'drill', 'both'] as const

const bot = z.strictObject({})
const Host = z.string().trim().min(1).max(253)

/** Settings by kind; the address of a bot or gateway is a secret, since it lets in whoever has it. */
export const channelSettings = {
  dingtalk: bot,
  wecom: bot,
  feishu: bot,
  email: z.strictObject({
    host: Host,
    port: z.int().min(1).max(65_535).default(465),
    security: z.enum(['tls', 'starttls', 'none']).default('tls'),
    user: z.string().trim().max(200).default(''),
    fromAddress: z.email(),
    fromName: z.string().trim().max(60).default('知音舆情'),
  }),
  sms: z.strictObject({ signature: z.string().trim().min(1).max(20) }),
  webhook: bot,
} as const

/** Secrets by kind; a question mark says it may lack. */
export const channelSecrets: Record<ChannelKind, readonly { name: string; optional: boolean }[]> = {
  dingtalk: [
    { name: 'url', optional: false },
    { name: 'secret', optional: true },
  ],
  wecom: [{ name: 'url', optional: false }],
  feishu: [
    { name: 'url', optional: false },
    { name: 'secret', optional: true },
  ],
  email: [{ name: 'password', optional: true }],
  sms: [
    { name: 'url', optional: false },
    { name: 'secret', optional: false },
  ],
  webhook: [
    { name: 'url', optional: false },
    { name: 'secret', optional: false },
  ],
}

/** What the makers say a bot takes; both may be set otherwise for an account. */
export const channelLimits: Record<ChannelKind, { perMinute: number; mostBytes: number }> = {
  dingtalk: { perMinute: 20, mostBytes: 20_000 },
  wecom: { perMinute: 20, mostBytes: 4_096 },
  feishu: { perMinute: 20, mostBytes: 30_000 },
  email: { perMinute: 60, mostBytes: 200_000 },
  sms: { perMinute: 30, mostBytes: 402 },
  webhook: { perMinute: 120, mostBytes: 200_000 },
}

const Settings = z.record(z.string(), z.union([z.string().max(2_000), z.number(), z.boolean()]))
const Secrets = z.record(z.string(), z.string().max(4_000))
const Name = z.string().trim().min(1).max(60)
const common = {
  name: Name,
  serves: z.enum(serves),
  person: z.uuid().nullable(),
  perMinute: z.int().min(1).max(10_000),
  mostBytes: z.int().min(200).max(1_000_000),
}

export const NewChannel = z.strictObject({
  kind: ChannelKind,
  ...common,
  serves: common.serves.default('real'),
  person: common.person.default(null),
  perMinute: common.perMinute.optional(),
  mostBytes: common.mostBytes.optional(),
  settings: Settings.default({}),
  secrets: Secrets.default({}),
})
export type NewChannel = z.output<typeof NewChannel>

/** What is left out stays as it is. */
export const ChannelChange = z.strictObject({
  name: common.name.optional(),
  serves: common.serves.optional(),
  person: common.person.optional(),
  perMinute: common.perMinute.optional(),
  mostBytes: common.mostBytes.optional(),
  settings: Settings.optional(),
  secrets: Secrets.optional(),
  state: z.enum(['on', 'off']).optional(),
  basedOn: z.int(),
})
export type ChannelChange = z.output<typeof ChannelChange>

const Instant = z.iso.datetime()
export const AlertChannel = z.object({
  id: z.int(),
  name: z.string(),
  kind: ChannelKind,
  serves: z.enum(serves),
  settings: Settings,
  secrets: z.array(z.string()),
  person: z.string().nullable(),
  personName: z.string().nullable(),
  perMinute: z.int(),
  mostBytes: z.int(),
  state: z.enum(['on', 'off']),
  okAt: Instant.nullable(),
  errorAt: Instant.nullable(),
  error: z.string().nullable(),
  restsUntil: Instant.nullable(),
  waiting: z.int(),
  version: z.int(),
})
export type AlertChannel = z.infer<typeof AlertChannel>
export const AlertChannels = z.object({ channels: z.array(AlertChannel) })

/** To whom a test goes where the channel needs somebody: a mail address or a number; kept masked. */
export const TestMessage = z.strictObject({ to: z.string().trim().max(200).default('') })
export const TestAnswer = z.object({
  outcome: z.enum(['accepted', 'rejected', 'unclear']),
  code: z.string(),
  answer: z.string(),
  tookMs: z.int(),
})
export type TestAnswer = z.infer<typeof TestAnswer>

/** How a person is reached and called by name. */
export const Contact = z.strictObject({
  mobile: z
    .string()
    .regex(/^(1[3-9]\d{9})?$/, { error: 'a mobile number' })
    .default(''),
  dingtalk: z.string().trim().max(100).default(''),
  wecom: z.string().trim().max(100).default(''),
  feishu: z.string().trim().max(100).default(''),
})
export type Contact = z.output<typeof Contact>
export const Person = z.object({
  id: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  /** Whether there is a mail address, and what else is known; the number only masked. */
  hasEmail: z.boolean(),
  mobile: z.string().nullable(),
  dingtalk: z.boolean(),
  wecom: z.boolean(),
  feishu: z.boolean(),
})
export type Person = z.infer<typeof Person>
export const People = z.object({ people: z.array(Person) })
