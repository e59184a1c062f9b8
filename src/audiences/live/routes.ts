import { z } from 'zod'
import { type Job, job, type Route, route } from '#platform'
import { AudienceId } from '../contract.ts'
import { List } from '../lists/contract.ts'
import {
  Delivery,
  DeliveryList,
  Feed,
  FeedQuery,
  Health,
  HealthList,
  LiveChange,
  NewSnapshot,
  NewWebhook,
  RecentMoves,
  RecentQuery,
  WebhookChange,
  WebhookList,
  WebhookWithSecret,
} from './contract.ts'
import { deliver, deliverDue, testWebhook } from './deliver.ts'
import { readFeed, readRecent } from './feed.ts'
import { listHealth, readHealth, watchAudiences } from './health.ts'
import { listSnapshots, takeSnapshot } from './snapshots.ts'
import { switchLive } from './switch.ts'
import { changeWebhook, createWebhook, deleteWebhook, listDeliveries, listWebhooks } from './webhooks.ts'

const Id = z.object({ id: AudienceId })
const WebhookId = z.object({ id: z.uuid() })

export const liveRoutes: readonly Route[] = [
  route('GET /audiences/health', {
    can: 'audiences.read',
    summary: 'How far behind each audience is, whether it is stuck',
    reply: HealthList,
    run: listHealth,
  }),
  route('GET /audiences/{id}/health', {
    can: 'audiences.read',
    summary: 'How far behind the audience is, when it was computed, how long that took, what fails',
    params: Id,
    reply: Health,
    run: readHealth,
  }),
  route('POST /audiences/{id}/live', {
    can: 'audiences.write',
    summary: 'Have the audience follow events within seconds, or no more',
    params: Id,
    body: LiveChange,
    reply: Health,
    run: async (ctx, input) => {
      await switchLive(ctx, input)
      return readHealth(ctx, input)
    },
  }),
  route('GET /audiences/{id}/feed', {
    can: 'customers.read',
    summary: 'Who entered and left, in order, from a cursor on; each change at least once',
    params: Id,
    query: FeedQuery,
    reply: Feed,
    run: readFeed,
  }),
  route('GET /audiences/{id}/recent-moves', {
    can: 'customers.read',
    summary: 'The newest changes, newest first; masked',
    params: Id,
    query: RecentQuery,
    reply: RecentMoves,
    run: readRecent,
  }),
  route('GET /audiences/{id}/snapshots', {
    can: 'audiences.read',
    summary: 'Members as they were frozen, newest first',
    params: Id,
    reply: z.object({ items: z.array(List) }),
    run: listSnapshots,
  }),
  route('POST /audiences/{id}/snapshots', {
    can: 'audiences.write',
    summary: 'Freeze who belongs now, with why and a hash over members and definition',
    params: Id,
    body: NewSnapshot,
    reply: List,
    status: 201,
    run: takeSnapshot,
  }),
  route('GET /audiences/{id}/webhooks', {
    can: 'audiences.read',
    summary: 'Where changes of the audience are sent',
    params: Id,
    reply: WebhookList,
    run: listWebhooks,
  }),
  route('POST /audiences/{id}/webhooks', {
    can: 'audiences.export',
    summary: 'Send changes from now on to an address, signed as Standard Webhooks; the secret is shown once',
    params: Id,
    body: NewWebhook,
    reply: WebhookWithSecret,
    status: 201,
    run: createWebhook,
  }),
  route('PATCH /audiences/webhooks/{id}', {
    can: 'audiences.export',
    summary: 'Switch a webhook on or off, or give it a new secret',
    params: WebhookId,
    body: WebhookChange,
    reply: WebhookWithSecret,
    run: changeWebhook,
  }),
  route('DELETE /audiences/webhooks/{id}', {
    can: 'audiences.write',
    summary: 'Send no more, and forget the deliveries',
    params: WebhookId,
    status: 204,
    run: deleteWebhook,
  }),
  route('POST /audiences/webhooks/{id}/test', {
    can: 'audiences.export',
    summary: 'Send a message without changes now',
    params: WebhookId,
    reply: Delivery,
    run: testWebhook,
  }),
  route('GET /audiences/webhooks/{id}/deliveries', {
    can: 'audiences.read',
    summary: 'The newest deliveries of a webhook',
    params: WebhookId,
    reply: DeliveryList,
    run: listDeliveries,
  }),
]

export const liveJobs: readonly Job[] = [
  // Retries are its own: a wait grows with each failure, for days.
  job({ name: 'audiences.deliver', attempts: 2, timeoutSeconds: 300, input: WebhookId, run: deliver }),
  job({ name: 'audiences.deliverDue', cron: '* * * * *', attempts: 1, input: z.object({}), run: deliverDue }),
  job({ name: 'audiences.watch', cron: '* * * * *', attempts: 1, input: z.object({}), run: watchAudiences }),
]
