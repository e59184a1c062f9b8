import type { Aspect, AuthorClass, Emotion, Head, Polarity, Speaker, Urgency } from '../contract.ts'

/** What of a post is read. */
export interface ReadablePost {
  title: string
  /** Masked. */
  text: string
  authorClass: AuthorClass
  /** Per subject: where its name stands; none when only a rule without a place told it. */
  subjects: readonly (readonly { in: 'title' | 'text'; start: number; end: number }[])[]
}

/** What was read. Probabilities are 0 to 1. */
export interface Reading {
  sentiment: Polarity
  /** Of the text being negative. */
  sentimentP: number
  /** Per subject, in the order given. */
  toward: { toward: Polarity; negativeP: number }[]
  aspects: Aspect[]
  speaker: Speaker
  emotion: Emotion
  urgency: Urgency[]
  rumour: number
  spam: number
  /** Heads whose answer a person should look at. */
  unsure: Head[]
}
