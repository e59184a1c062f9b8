import type {
  Aspect,
  AuthorClass,
  Emotion,
  Head,
  Mention,
  Platform,
  Polarity,
  PostKind,
  Speaker,
  Urgency,
} from '../contract.ts'

/** What of a post is read: masked text and what is known of its author. */
export interface Readable {
  title: string
  /** Masked. */
  text: string
  platform: Platform
  kind: PostKind
  sourceId: number
  authorClass: AuthorClass
  followers: number
}

/** What was read in a post; see contract.ts for the terms. */
export interface Understood {
  mentions: Mention[]
  sentiment: Polarity
  /** Probability of the text being negative, 0 to 1. */
  sentimentP: number
  aspects: Aspect[]
  speaker: Speaker
  emotion: Emotion
  urgency: Urgency[]
  /** Probabilities, 0 to 1. */
  rumour: number
  spam: number
  unsure: Head[]
  /** Number of the set of models that read it. */
  reading: number
}
