import type { z } from 'zod'
import type { List as ListSchema } from '../../../src/audiences/lists/contract.ts'
import type {
  Health as HealthType,
  RecentMoves as RecentMovesSchema,
  WebhookList as WebhookListSchema,
  WebhookWithSecret as WebhookWithSecretSchema,
} from '../../../src/audiences/live/contract.ts'

export type { Delivery, HealthList, Webhook } from '../../../src/audiences/live/contract.ts'
export type Health = HealthType
export type RecentMoves = z.infer<typeof RecentMovesSchema>
export type WebhookList = z.infer<typeof WebhookListSchema>
export type WebhookWithSecret = z.infer<typeof WebhookWithSecretSchema>
export type Snapshot = z.infer<typeof ListSchema>
