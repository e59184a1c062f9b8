import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Aspect, Emotion, Platform, PostKind, Speaker, Urgency } from '../contract.ts'

const Feeling = z.enum(['negative', 'neutral', 'positive'])

/** A post that a person has read: written by us, CC BY 4.0 (gold/LICENCE.md). */
export const GoldPost = z.strictObject({
  id: z.string(),
  text: z.string(),
  /** Name of the subject, as it is meant; the text may spell it otherwise. */
  subject: z.string(),
  platform: Platform,
  kind: PostKind,
  sentiment: Feeling,
  toward: Feeling,
  aspects: z.array(Aspect),
  speaker: Speaker,
  emotion: Emotion,
  urgency: z.array(Urgency),
  spam: z.boolean(),
  note: z.string().optional(),
  split: z.enum(['train', 'test']),
})
export type GoldPost = z.infer<typeof GoldPost>

/** All gold posts, in order of their files. */
export const goldPosts = (): GoldPost[] =>
  globSync('posts-*.jsonl', { cwd: join(import.meta.dirname, 'gold') })
    .sort()
    .flatMap((name) => readFileSync(join(import.meta.dirname, 'gold', name), 'utf8').split('\n'))
    .filter(Boolean)
    .map((line) => GoldPost.parse(JSON.parse(line)))
