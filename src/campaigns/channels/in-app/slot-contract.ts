import { z } from 'zod'
import { InAppContent } from '../../creatives/content-contract.ts'

/** What an app asks when it has a place to fill, and tells afterwards. Shared with who writes apps. */

export const SlotName = z.string().regex(/^[a-zA-Z][\w.-]{0,59}$/)

export const SlotRequest = z.strictObject({
  /** Who looks at the app: by an identifier that the company's server vouches for. */
  kind: z.enum(['accountId', 'phone', 'deviceId', 'anonymousId']).default('accountId'),
  value: z.string().min(1).max(200),
})
export type SlotRequest = z.output<typeof SlotRequest>

export const SlotAnswer = z.object({
  /** null: there is nothing for him here, and the app shows what it shows to everybody. */
  message: z.object({ key: z.string(), content: InAppContent, until: z.iso.datetime().nullable() }).nullable(),
})
export type SlotAnswer = z.infer<typeof SlotAnswer>

export const slotHappenings = ['shown', 'clicked', 'closed'] as const
export const SlotTold = z.strictObject({ key: z.string().min(1).max(64), what: z.enum(slotHappenings) })
