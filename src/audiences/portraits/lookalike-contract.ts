import { z } from 'zod'
import { FieldKey, PortraitField, PortraitSet, SetRef } from './contract.ts'

/** Schemas of look-alikes, shared with the console. No I/O. */

const Instant = z.iso.datetime()
const Words = z.object({ zh: z.string(), en: z.string() })

export const NewLookalike = z.strictObject({
  name: z.string().trim().min(1).max(100),
  seed: SetRef,
  /** Where similar people are looked for; everybody unless given. The seed itself is left out. */
  base: SetRef.nullable().default(null),
  /** Traits and tags to compare people by; all that may be used unless given. */
  features: z.array(FieldKey).min(1).max(40).optional(),
  /** Events whose number in 90 days counts too. */
  events: z.array(z.string().min(1).max(256)).max(10).default([]),
})
export type NewLookalike = z.output<typeof NewLookalike>

/** One feature: what it is cut into, and how much each class speaks for the seed. */
export const Driver = PortraitField.extend({
  /** Nats a person of the seed gains by it on average: what it adds to telling him. */
  information: z.number(),
  classes: z.array(
    z.object({
      label: Words,
      /** ln(share in the seed / share in the rest), smoothed. */
      weight: z.number(),
      seedShare: z.number(),
      baseShare: z.number(),
    }),
  ),
})
export type Driver = z.infer<typeof Driver>

export const LeftOut = z.object({
  key: FieldKey,
  title: z.string(),
  why: z.enum(['sensitive', 'byDesign', 'empty', 'useless']),
})

export const CurvePoint = z.object({
  /** The most similar so many. */
  size: z.int(),
  /** 0 to 100: their similarity on average, and that of the last of them. */
  similarity: z.number(),
  lowest: z.number(),
  /** Share of seed members held out of the learning who are at least as similar as the last of them. */
  recall: z.number().nullable(),
})
export type CurvePoint = z.infer<typeof CurvePoint>

export const Lookalike = z.object({
  id: z.uuid(),
  name: z.string(),
  seed: PortraitSet,
  base: PortraitSet,
  state: z.enum(['queued', 'running', 'done', 'failed', 'cancelled']),
  progress: z.number(),
  error: z.string().nullable(),
  result: z
    .object({
      asOf: Instant,
      seedSize: z.int(),
      /** People who can be chosen from: the base without the seed. */
      candidates: z.int(),
      /** Chance that a held-out seed member is more similar than somebody else: .5 is a guess, 1 is certain. */
      auc: z.number().nullable(),
      heldOut: z.int(),
      drivers: z.array(Driver),
      leftOut: z.array(LeftOut),
      curve: z.array(CurvePoint),
    })
    .nullable(),
  createdAt: Instant,
  createdBy: z.string(),
  finishedAt: Instant.nullable(),
})
export type Lookalike = z.infer<typeof Lookalike>
export const LookalikePage = z.object({ items: z.array(Lookalike) })

export const NewLookalikeList = z.strictObject({
  name: z.string().trim().min(1).max(100),
  why: z.string().trim().max(1000).default(''),
  size: z.int().min(1).max(10_000_000),
})
export type NewLookalikeList = z.output<typeof NewLookalikeList>
