import { z } from 'zod'
import { Card } from './card-contract.ts'

/** Candidate: made, not used. Shadow: reads live posts beside the one in force. Active: in force. Retired: was in force. */
export const VersionState = z.enum(['candidate', 'shadow', 'active', 'retired'])
export type VersionState = z.infer<typeof VersionState>

/** How a version in the shadow reads live posts beside the one in force. */
export const Comparison = z.object({
  head: z.string(),
  posts: z.int(),
  agreed: z.int(),
  judged: z.int(),
  activeRight: z.int(),
  shadowRight: z.int(),
})
export type Comparison = z.infer<typeof Comparison>

export const ModelVersion = z.object({
  /** 0 is the one that comes with the product. */
  id: z.int(),
  name: z.string(),
  state: VersionState,
  card: Card,
  madeBy: z.string(),
  madeAt: z.string(),
  changedBy: z.string(),
  changedAt: z.string(),
  why: z.string(),
  /** The reader put it where it is: another person puts it in force. */
  mine: z.boolean(),
  /** It was made for texts turned into features as this program does; else it has to be trained again. */
  usable: z.boolean(),
  comparison: z.array(Comparison),
})
export type ModelVersion = z.infer<typeof ModelVersion>

export const Training = z.object({
  id: z.int(),
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  step: z.string(),
  corrections: z.int(),
  version: z.int().nullable(),
  problem: z.string().nullable(),
  askedBy: z.string(),
  askedAt: z.string(),
  endedAt: z.string().nullable(),
})
export type Training = z.infer<typeof Training>

export const VersionChange = z.strictObject({
  to: z.enum(['shadow', 'active', 'candidate']),
  why: z.string().trim().min(1).max(500),
})
export type VersionChange = z.infer<typeof VersionChange>
