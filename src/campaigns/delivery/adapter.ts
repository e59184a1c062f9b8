import type { z } from 'zod'
import type { Logger } from '#platform'
import type { Category, Channel } from '../channels-contract.ts'
import type { TaskOutcome } from '../tasks/task-contract.ts'

/**
 * What a way to reach people has to be able to do. An adapter speaks one provider's protocol; accounts with it
 * (`campaigns.provider`) are made by administrators. Adapters hold no state of their own and touch no database.
 * How to add one: README.md beside this file.
 */
export interface ChannelAdapter<Settings = unknown, Content = unknown> {
  /** `sms.aliyun`: the channel, a dot, the provider. Stored with the account, so never renamed. */
  kind: string
  channel: Channel
  title: { zh: string; en: string }
  /** What an administrator fills in, no secrets. An object; each field with its words in `fields`. */
  settings: z.ZodType<Settings>
  /** Words for every setting and secret. Order is the order of the form. */
  fields: readonly AdapterField[]
  /** Rendered content that this channel sends, as `render` gives it; checked before the first message leaves. */
  content: z.ZodType<Content>
  /** Which identifier of a customer is the address, or `none` where the message goes to a system and not to a person. */
  address: 'phone' | 'email' | 'wechatOpenId' | 'wechatUnionId' | 'deviceId' | 'accountId' | 'none'
  /** Most messages in one request. */
  batch: number
  /** Messages go into one request only where this text is the same; undefined: any may. An address is never twice in a request. */
  together?(message: OutMessage<Content>): string
  /** Requests at once, over all of a process. */
  concurrency: number
  /** How far an account with these settings can be relied on after an outcome that is not known. */
  certainty(settings: Settings): Certainty
  /** E-mail: whether links of marketing become short ones that are counted, and whether opening is. Undefined: neither. */
  tracking?(settings: Settings): Tracking
  /** Parts a text is charged as; 1 where it is left out. */
  parts?(content: Content): number
  /** Whether the account works, without sending anything. @throws an Error whose message can be shown */
  check(world: ProviderWorld<Settings>): Promise<{ detail: string }>
  /**
   * One request. Gives an outcome for every message, in their order. Throws only for our own bugs: what happens on the network is
   * an outcome. Says `unknown` unless it is certain that the provider did not take the message (`unsent` in call-provider.ts tells).
   */
  send(
    world: ProviderWorld<Settings>,
    messages: readonly OutMessage<Content>[],
    request: OutRequest,
  ): Promise<readonly Outcome[]>
  /** What became of messages, by the key they were sent with. In their order. @throws when the provider does not answer */
  query?(world: ProviderWorld<Settings>, asked: readonly Asked[]): Promise<readonly Answer[]>
  /** Receipts and replies that wait at the provider. Called each minute; taken from there, so whoever calls stores them. */
  pull?(world: ProviderWorld<Settings>): Promise<Reported>
  /**
   * Something the provider pushed to `/receipts/{id of the account}/{token}`. The token is checked before; what else proves its
   * origin (signature, verification) is checked here.
   */
  receive?(world: ProviderWorld<Settings>, pushed: Pushed): Promise<Reported & { answer: PushAnswer }>
}

export interface Tracking {
  clicks: boolean
  opens: boolean
}

export interface Certainty {
  /** The provider drops a repeated key itself. Only then is a message whose outcome is unknown sent again without asking. */
  idempotent: boolean
  /**
   * Seconds after a request before `query` is believed when it says that a message never arrived: longer than a request can be on
   * its way and than the provider takes to show it. Null: its silence proves nothing.
   */
  absentAfterSeconds: number | null
}

/** A field of the form of an account. Type, range and default come from the settings' schema; secrets are texts. */
export interface AdapterField {
  name: string
  title: { zh: string; en: string }
  help?: { zh: string; en: string }
  /** Sealed in the vault, never shown again. */
  secret?: true
  /** A secret that may stay empty. */
  optional?: true
}

/** The account and the world a request is made in. */
export interface ProviderWorld<Settings> {
  providerId: number
  settings: Settings
  /** By field name; an optional one may be missing. */
  secrets: Readonly<Record<string, string>>
  /** Never pass it an address, a text or a secret. */
  log: Logger
  now: () => Date
  signal: AbortSignal
  /** Whether requests may go to this machine and private networks (`ZHIYIN_WEBHOOKS_PRIVATE`, sandboxes). */
  allowInside: boolean
  /** A place of the account for what lives between calls and can be had again: an access token, a cursor. Shared by all processes. */
  memo: Memo
}

export interface Memo {
  read(name: string): Promise<string | undefined>
  /** Sealed at rest. `until`: afterwards it is as if there were none. */
  write(name: string, value: string, until?: Date): Promise<void>
}

export interface OutRequest {
  /**
   * For providers that take one mark per request instead of one per message: stored with every message before the call. An address
   * goes out once under it, so it and the address name one message in receipts. At most 32 letters, digits and dashes.
   */
  batch: string
}

export interface OutMessage<Content = unknown> {
  /** The send's own key, the same at every attempt: letters, digits and dashes, at most 32. The provider gets it where it can take one. */
  key: string
  sendId: number
  /** Personal: the number, mailbox, openid. Empty where the adapter needs none. Never logged, never stored. */
  address: string
  category: Category
  content: Content
  /** One-click page of this person and channel, for headers and links. */
  optOutUrl?: string
}

/**
 * What one attempt came to.
 * - `accepted`: the provider has it. `ref` is what it calls the message, `parts` what it charges.
 * - `rejected`: it certainly does not have it. `next` says what is worth trying: `none` (nobody would take this one), `other`
 *   (another account may), `later` (this account will, after `retryAfterMs`; another may at once).
 * - `unknown`: it may have it. Never sent again before `query` says that it does not.
 */
export type Outcome =
  | { is: 'accepted'; ref?: string; parts?: number; delivered?: boolean }
  | {
      is: 'rejected'
      code: string
      detail: string
      next: 'none' | 'other' | 'later'
      retryAfterMs?: number
      /** The account is at fault, not the message: it counts towards taking the account out of use for a while. */
      fault?: true
      /** The address will never work: it is taken off the list. */
      hardBounce?: true
    }
  | { is: 'unknown'; code: string; detail: string }

/** A message asked about. */
export interface Asked {
  key: string
  /** What the provider called it, where an answer ever came. */
  ref?: string
  /** The mark of its request. */
  batch: string
  address: string
  sentAt: Date
}

export type Answer =
  | { is: 'absent' }
  | { is: 'accepted'; ref?: string }
  | { is: 'delivered'; ref?: string; at: Date }
  | { is: 'failed'; ref?: string; at: Date; code: string; detail: string }
  /** The provider cannot tell yet, or at all. */
  | { is: 'unclear' }

export const receiptStates = ['sent', 'delivered', 'failed', 'read', 'clicked'] as const
export type ReceiptState = (typeof receiptStates)[number]

/** News of one message. Found by key, or by what the provider called it, or by the request's name and the address. */
export interface Receipt {
  key?: string
  ref?: string
  batch?: string
  /** Personal; turned into the customer it belongs to before anything is stored. */
  address?: string
  state: ReceiptState
  at: Date
  code?: string
  detail?: string
  parts?: number
  /** An address that will never work: it is taken off the list. */
  hardBounce?: boolean
  /** The recipient called it spam: counts as his withdrawal. */
  complaint?: boolean
  /** A machine looked at it, not a person. */
  machine?: boolean
}

/** Something a person wrote back. */
export interface Reply {
  address: string
  text: string
  at: Date
  /** The provider's number of it, by which a repeated one is known. */
  id?: string
}

/** Something that the person at an address did, to be kept as an event of the customer. No personal data in `properties`. */
export interface Happening {
  address: string
  /** `WeChat Followed`. */
  event: string
  properties: Readonly<Record<string, string>>
  at: Date
  /** The same happening has the same id, however often it is told. */
  id: string
}

/** How a call went. Found by key, or by what the provider called it. */
export interface CallOutcome {
  key?: string
  ref?: string
  outcome: TaskOutcome
  at: Date
  seconds?: number
  /** Masked before it is kept. */
  note?: string
}

export interface Reported {
  receipts: readonly Receipt[]
  replies: readonly Reply[]
  happenings?: readonly Happening[]
  outcomes?: readonly CallOutcome[]
  /** Of what was pulled and stays at the provider: called when all of it is stored, so that it is not told again. */
  taken?: () => Promise<void>
}

export interface Pushed {
  method: 'GET' | 'POST'
  query: Readonly<Record<string, string>>
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
}

export interface PushAnswer {
  status: number
  body: string
  type?: string
}

/** Checks an adapter's types and infers them from its schemas. */
export const adapter = <Settings, Content>(
  declared: ChannelAdapter<Settings, Content>,
): ChannelAdapter<Settings, Content> => declared
