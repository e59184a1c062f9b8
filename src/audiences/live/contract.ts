import { z } from 'zod'

/** Schemas of living audiences, shared with the console. No I/O. */

const Instant = z.iso.datetime()

export const LiveChange = z.strictObject({ on: z.boolean() })

/** How an audience is doing. */
export const Health = z.object({
  id: z.uuid(),
  live: z
    .object({
      since: Instant,
      by: z.string(),
      /**
       * building: computed in full now, or about to be; following: brought up to date at every tick; failing: tried again
       * at `retryAt`; waiting: no process follows.
       */
      state: z.enum(['building', 'following', 'failing', 'waiting']),
      retryAt: Instant.nullable(),
      /** Since when it is being computed in full, and how long that took last time. */
      rebuild: z.object({ since: Instant, expectedMs: z.number().nullable() }).nullable(),
      /** It depends on everybody, so it is computed in full each minute or so instead of at every tick. */
      whole: z.boolean(),
      /** The last increment: how long, over how many customers, for all living audiences together. */
      tickMs: z.number().nullable(),
      tickTouched: z.number().nullable(),
    })
    .nullable(),
  size: z.int().nullable(),
  /** In the last 24 hours; only where one audience is asked for. */
  moved: z.object({ entered: z.int(), left: z.int() }).nullable(),
  /** The instant the members are true of, and how long ago that is. */
  asOf: Instant.nullable(),
  lagMs: z.number().nullable(),
  /** The last time it was computed in full. */
  builtAt: Instant.nullable(),
  tookMs: z.number().nullable(),
  rowsRead: z.number().nullable(),
  error: z.string().nullable(),
  failingSince: Instant.nullable(),
  /** Not up to date for three times as long as it should take. */
  stuck: z.boolean(),
})
export type Health = z.infer<typeof Health>
export const HealthList = z.object({ items: z.array(Health) })
export type HealthList = z.infer<typeof HealthList>

const cursorPattern = /^\d{1,10}\.\d{1,10}$/
export const FeedQuery = z.object({
  /** The cursor of the last item read; without it from the oldest kept. `end`: nothing but the cursor to go on from. */
  after: z.union([z.literal('end'), z.string().regex(cursorPattern)]).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
})
export type FeedQuery = z.output<typeof FeedQuery>

export const FeedItem = z.object({
  cursor: z.string(),
  /** rebuilt: more changed at once than is told one by one (a first fill, say): read the members again. */
  change: z.enum(['entered', 'left', 'rebuilt']),
  customerId: z.string().nullable(),
  /** Of the definition. */
  version: z.int(),
  refresh: z.int(),
  at: Instant,
})
export type FeedItem = z.infer<typeof FeedItem>
/** Ordered; each item at least once. `next` is where to go on: also when there is nothing yet. */
export const Feed = z.object({ items: z.array(FeedItem), next: z.string(), more: z.boolean() })
export type Feed = z.infer<typeof Feed>

export const RecentMoves = z.object({
  items: z.array(
    FeedItem.extend({
      /** Masked, as far as known; null when he was erased since. */
      display: z.record(z.string(), z.string()).nullable(),
    }),
  ),
})
export const RecentQuery = z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) })

export const NewSnapshot = z.strictObject({
  why: z.string().trim().min(2).max(1_000),
  name: z.string().trim().min(1).max(100).optional(),
})
export type NewSnapshot = z.output<typeof NewSnapshot>

export const NewWebhook = z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(2_000) })
export const WebhookChange = z.strictObject({
  on: z.boolean().optional(),
  /** A new secret; the former one signs beside it for a day. */
  newSecret: z.literal(true).optional(),
})
export type WebhookChange = z.output<typeof WebhookChange>
export const Webhook = z.object({
  id: z.uuid(),
  url: z.string(),
  state: z.enum(['on', 'off', 'failed']),
  /** Changes up to here were taken by the receiver. */
  cursor: z.string(),
  failures: z.int(),
  failingSince: Instant.nullable(),
  /** When it is tried again. */
  dueAt: Instant.nullable(),
  error: z.string().nullable(),
  createdAt: Instant,
  createdBy: z.string(),
})
export type Webhook = z.infer<typeof Webhook>
/** `secret` is shown once: `whsec_` and base64, as Standard Webhooks has it. */
export const WebhookWithSecret = Webhook.extend({ secret: z.string().nullable() })
export const WebhookList = z.object({ items: z.array(Webhook), armed: z.boolean() })

export const Delivery = z.object({
  id: z.number(),
  /** The `webhook-id` header, the same for each attempt of one message. */
  message: z.string(),
  at: Instant,
  changes: z.int(),
  status: z.int().nullable(),
  error: z.string().nullable(),
  tookMs: z.number(),
  test: z.boolean(),
})
export type Delivery = z.infer<typeof Delivery>
export const DeliveryList = z.object({ items: z.array(Delivery) })
