import { z } from 'zod'

/** Schemas of purposes, notices and consents, shared with the console. No I/O. */

/** Items 1 to 7 of PIPL 13(1). */
export const legalBases = [
  'consent',
  'contract',
  'legalDuty',
  'emergency',
  'publicInterest',
  'selfDisclosed',
  'other',
] as const
export const LegalBasis = z.enum(legalBases)
export type LegalBasis = z.infer<typeof LegalBasis>

/** Channels that consents are asked for: WeCom goes by that to WeChat, a visit by that to calls, a system of the company's own by push. */
export const consentChannels = ['sms', 'email', 'wechat', 'call', 'push', 'inApp', 'ads'] as const
export const ConsentChannel = z.enum(consentChannels)
export type ConsentChannel = z.infer<typeof ConsentChannel>

export const PurposeKey = z.string().regex(/^[a-z][A-Za-z0-9_-]{0,63}$/, 'letters, digits, _ and -, at most 64')
const Text = z.string().trim().max(4_000)
const Short = z.string().trim().max(300)
const Instant = z.iso.datetime()

/** Who else gets the data (PIPL 23). */
export const Recipient = z.strictObject({
  name: Short,
  contact: Short,
  purpose: Text,
  manner: Text,
  kinds: z.array(Short).max(50),
})

/** What PIPL 17 wants told, with 23 for recipients and 30 for sensitive data. Drafts may be incomplete. */
export const NoticeContent = z.strictObject({
  /** 个人信息处理者的名称 */
  processor: Short.default(''),
  /** 联系方式 */
  contact: Short.default(''),
  /** 处理目的 */
  purpose: Text.default(''),
  /** 处理方式 */
  manner: Text.default(''),
  /** 个人信息种类 */
  kinds: z.array(Short).max(50).default([]),
  /** 其中的敏感个人信息 */
  sensitiveKinds: z.array(Short).max(50).default([]),
  /** 必要性及对个人权益的影响 (PIPL 30); needed when there are sensitive kinds. */
  necessity: Text.default(''),
  /** 保存期限 */
  retention: Text.default(''),
  /** 行使权利的方式和程序 */
  rights: Text.default(''),
  recipients: z.array(Recipient).max(30).default([]),
  /** The sentence beside the button. */
  ask: Short.default(''),
  /** A yes ends by itself after so many days; null: when it is withdrawn. */
  validDays: z.int().min(1).max(3_650).nullable().default(null),
})
export type NoticeContent = z.infer<typeof NoticeContent>

export const Purpose = z.object({
  key: PurposeKey,
  title: z.string(),
  description: z.string(),
  basis: LegalBasis,
  separate: z.enum(['sensitive', 'recipient']).nullable(),
  recipient: z.string().nullable(),
  channels: z.array(z.string()),
  retired: z.boolean(),
  /** The version in force. */
  current: z.object({ number: z.int(), label: z.string(), publishedAt: Instant }).nullable(),
  draft: z.object({ number: z.int(), label: z.string() }).nullable(),
  /** Names of versions that consents carry and nobody knows; they open nothing until they are mapped. */
  unknownVersions: z.array(z.object({ said: z.string(), words: z.int() })),
})
export type Purpose = z.infer<typeof Purpose>

export const PurposeList = z.object({
  items: z.array(Purpose),
  /** Purposes that imported consents name and nobody declared; they open nothing. */
  unknown: z.array(z.object({ said: z.string(), words: z.int() })),
})
export type PurposeList = z.infer<typeof PurposeList>

export const NewPurpose = z
  .strictObject({
    key: PurposeKey,
    title: Short.min(1),
    description: Text.default(''),
    basis: LegalBasis,
    separate: z.enum(['sensitive', 'recipient']).nullable().default(null),
    recipient: Short.min(1).nullable().default(null),
    channels: z.array(ConsentChannel).max(consentChannels.length).default([]),
  })
  .refine(({ separate, recipient }) => (separate === 'recipient') === (recipient !== null), {
    error: 'a purpose of giving data away names its one recipient, and only that does',
  })
  .refine(({ basis, separate }) => separate === null || basis === 'consent', {
    error: 'a separate consent rests on consent',
  })
export type NewPurpose = z.output<typeof NewPurpose>
export const PurposeChange = z.strictObject({
  title: Short.min(1).optional(),
  description: Text.optional(),
  channels: z.array(ConsentChannel).max(consentChannels.length).optional(),
  retired: z.boolean().optional(),
})
export type PurposeChange = z.output<typeof PurposeChange>

export const noticeFields = [
  'processor',
  'contact',
  'purpose',
  'manner',
  'kinds',
  'retention',
  'rights',
  'ask',
  'necessity',
  'recipients',
] as const
export type NoticeField = (typeof noticeFields)[number]

export const Notice = z.object({
  purpose: PurposeKey,
  number: z.int(),
  label: z.string(),
  state: z.enum(['draft', 'published']),
  content: NoticeContent,
  textHash: z.string().nullable(),
  asksAnew: z.boolean(),
  /** Why it has to be asked anew whatever the author says: fields that changed. */
  mustAskAnew: z.array(z.enum(['purpose', 'manner', 'kinds', 'sensitiveKinds', 'recipients', 'processor'])),
  /** What it lacks to be published. */
  missing: z.array(z.enum(noticeFields)),
  createdAt: Instant,
  createdBy: z.string(),
  changedAt: Instant,
  changedBy: z.string(),
  publishedAt: Instant.nullable(),
  publishedBy: z.string().nullable(),
  /** Words that name it. */
  consents: z.int(),
})
export type Notice = z.infer<typeof Notice>

export const NoticeDraft = z.strictObject({
  label: z.string().trim().min(1).max(40).optional(),
  content: NoticeContent,
})
export type NoticeDraft = z.output<typeof NoticeDraft>

/** One word as it is shown, with its proof. */
export const ShownWord = z.object({
  id: z.string(),
  purpose: z.string(),
  channel: z.string().nullable(),
  status: z.enum(['granted', 'refused', 'withdrawn']),
  at: Instant,
  noticeVersion: z.string().nullable(),
  noticeNumber: z.int().nullable(),
  textHash: z.string().nullable(),
  expiresAt: Instant.nullable(),
  source: z.string(),
  recordedBy: z.string().nullable(),
  evidence: z.record(z.string(), z.unknown()),
})
export type ShownWord = z.infer<typeof ShownWord>

export const CustomerConsents = z.object({
  purposes: z.array(
    z.object({
      key: z.string(),
      title: z.string(),
      basis: LegalBasis,
      separate: z.enum(['sensitive', 'recipient']).nullable(),
      recipient: z.string().nullable(),
      current: z.string().nullable(),
      channels: z.array(
        z.object({
          channel: z.string(),
          open: z.boolean(),
          why: z.string(),
          at: Instant.nullable(),
          noticeVersion: z.string().nullable(),
          expiresAt: Instant.nullable(),
          evidenceId: z.string().nullable(),
          /** After a no: not to be asked before this instant. */
          mayAskFrom: Instant.nullable(),
        }),
      ),
    }),
  ),
  history: z.array(ShownWord),
  /** Addresses of this person that nobody may contact. */
  doNotContact: z.array(z.object({ kind: z.string(), masked: z.string(), origin: z.string(), at: Instant })),
  personalised: z.boolean(),
})
export type CustomerConsents = z.infer<typeof CustomerConsents>

/** How staff heard it. */
export const staffMethods = ['paper', 'call', 'counter', 'message', 'letter'] as const
export const StaffWord = z.strictObject({
  purpose: PurposeKey,
  /** null: every channel; only to say no. */
  channel: ConsentChannel.nullable(),
  status: z.enum(['granted', 'refused', 'withdrawn']),
  /** When it was said; now unless given. */
  at: Instant.optional(),
  method: z.enum(staffMethods),
  /** Where the proof lies: number of the recording, form or case. No personal data. */
  evidence: z.string().trim().min(2).max(300),
  place: z.string().trim().max(100).optional(),
})
export type StaffWord = z.output<typeof StaffWord>

/** What a program of the company calls a person by. */
export const PersonIdentifier = z.strictObject({
  kind: z.enum(['accountId', 'phone', 'email', 'wechatOpenId', 'wechatUnionId', 'deviceId', 'customerId']),
  value: z.string().trim().min(1).max(254),
})

/** Whether a person may be asked, by the program that would show the question. */
export const AskQuestion = z.strictObject({
  identifier: PersonIdentifier,
  purpose: PurposeKey,
  channel: ConsentChannel,
})
export type AskQuestion = z.output<typeof AskQuestion>
export const AskAnswer = z.object({
  may: z.boolean(),
  /** After a no: not before this instant. */
  from: Instant.nullable(),
  /** What has to be shown; null while nothing is published. */
  notice: z.object({ label: z.string(), textHash: z.string(), content: NoticeContent }).nullable(),
})
export type AskAnswer = z.infer<typeof AskAnswer>

/** A word that was said to a program of the company. */
export const ProgramWord = z.strictObject({
  identifier: PersonIdentifier,
  purpose: PurposeKey,
  channel: ConsentChannel.nullable(),
  status: z.enum(['granted', 'refused', 'withdrawn']),
  at: Instant.optional(),
  /** The version that was shown; a yes to another than the one in force is refused. */
  noticeVersion: z.string().trim().min(1).max(40).optional(),
  /** Of the click: the same for everything one click said. */
  act: z.string().trim().min(1).max(100),
  method: z.enum(['app', 'web', 'wechat', 'miniProgram', 'branch', 'call']),
  evidence: z.string().trim().max(300).default(''),
})
export type ProgramWord = z.output<typeof ProgramWord>
