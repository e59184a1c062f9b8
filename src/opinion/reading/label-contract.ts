import { z } from 'zod'
import { ModelVersion, Training, VersionChange } from '../../models/models-contract.ts'
import { Aspect, Emotion, Head, Polarity, PostId, Speaker, Urgency } from '../contract.ts'
import { PostRow } from '../posts/post-contract.ts'

/** What a person says is right, for one head. */
export const Answer = z.discriminatedUnion('head', [
  z.strictObject({ head: z.literal('sentiment'), right: Polarity }),
  z.strictObject({ head: z.literal('toward'), subjectId: z.int().min(1), right: Polarity }),
  z.strictObject({ head: z.literal('aspects'), right: z.array(Aspect).max(11) }),
  z.strictObject({ head: z.literal('speaker'), right: Speaker }),
  z.strictObject({ head: z.literal('emotion'), right: Emotion }),
  z.strictObject({ head: z.literal('urgency'), right: z.array(Urgency).max(5) }),
  z.strictObject({ head: z.literal('rumour'), right: z.boolean() }),
  z.strictObject({ head: z.literal('spam'), right: z.boolean() }),
])
export type Answer = z.infer<typeof Answer>

export const NewCorrection = z.strictObject({
  drill: z.int().min(0).default(0),
  answer: Answer,
  why: z.string().trim().max(500).default(''),
})
export type NewCorrection = z.infer<typeof NewCorrection>

export const PostParams = z.object({ id: PostId })
export const NumberId = z.object({ id: z.coerce.number().int().min(0) })

export const Correction = z.object({
  id: z.int(),
  postId: PostId,
  subjectId: z.int().nullable(),
  head: Head,
  given: z.json(),
  right: z.json(),
  confirmed: z.boolean(),
  why: z.string(),
  by: z.string(),
  at: z.string(),
  undone: z.boolean(),
})
export type Correction = z.infer<typeof Correction>

export const CorrectionsQuery = z.object({ before: z.coerce.number().int().min(1).optional() })
export const Corrections = z.object({ items: z.array(Correction), next: z.int().nullable() })
export type Corrections = z.infer<typeof Corrections>

export const QueueQuery = z.object({ head: Head.optional() })
export const Queue = z.object({
  items: z.array(PostRow),
  /** Posts that wait for a person, per head. */
  waiting: z.partialRecord(Head, z.int()),
  total: z.int(),
})
export type Queue = z.infer<typeof Queue>

/** Pieces of the text that decided, the strongest first. */
export const Explanation = z.object({
  items: z.array(
    z.object({
      head: Head,
      label: z.string(),
      /** Of the line, without calibration by other signs. */
      spans: z.array(z.object({ in: z.enum(['title', 'text']), start: z.int(), end: z.int(), weight: z.number() })),
    }),
  ),
})
export type Explanation = z.infer<typeof Explanation>

export const ModelBoard = z.object({
  versions: z.array(ModelVersion),
  /** Posts that a version has to read in the shadow before it may take over. */
  comparedPosts: z.int(),
  trainings: z.array(Training),
  /** Corrections that no version has learnt from yet count among these. */
  corrections: z.int(),
  others: z.array(ModelVersion.shape.card),
})
export type ModelBoard = z.infer<typeof ModelBoard>

export { Training, VersionChange }
