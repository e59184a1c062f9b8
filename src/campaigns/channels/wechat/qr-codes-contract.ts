import { z } from 'zod'
import { Member } from '../../../audiences/contract.ts'

/** QR codes with a scene, shared with the console. */

const Instant = z.iso.datetime()

export const NewQrCode = z.strictObject({
  providerId: z.int().min(1),
  name: z.string().trim().min(1).max(100),
  /** Given back at each scan; made up unless given. */
  scene: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  place: z.string().trim().max(100).default(''),
  campaignId: z.int().min(1).optional(),
  /** Left out: for ever, of which an account has 100,000. */
  days: z.int().min(1).max(30).optional(),
})
export type NewQrCode = z.output<typeof NewQrCode>

export const QrCode = z.object({
  id: z.int(),
  providerId: z.int(),
  account: z.string(),
  name: z.string(),
  scene: z.string(),
  place: z.string(),
  campaignId: z.int().nullable(),
  /** The picture of the code, from the platform. */
  pictureUrl: z.string(),
  /** What the picture encodes. */
  url: z.string(),
  expiresAt: Instant.nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  /** People who scanned it, and of these who began to follow by it. */
  scanned: z.int(),
  followed: z.int(),
})
export type QrCode = z.infer<typeof QrCode>
export const QrPeopleQuery = z.object({
  /** Only those who began to follow by it. */
  followed: z.stringbool().default(false),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.coerce.number().int().optional(),
})
export type QrPeopleQuery = z.output<typeof QrPeopleQuery>
export const QrPeople = z.object({ items: z.array(Member), next: z.string().nullable() })
export type QrPeople = z.infer<typeof QrPeople>

export const QrCodes = z.object({ items: z.array(QrCode) })
