import { normaliseText } from './normalise.ts'
import { keywords } from './segment.ts'
import { positiveProbability } from './sentiment.ts'

export type Sentiment = 'positive' | 'neutral' | 'negative'

/** A topic is talked about where one of its words stands. */
export interface Topic {
  name: string
  words: readonly string[]
}

export interface TextReading {
  sentiment: Sentiment
  /** Probability of positive, 0 to 1. */
  score: number
  /** The weightiest first, five at most. */
  keywords: string[]
  /** Names, in the order of the topics given. */
  topics: string[]
}

/** Between these the text leans neither way; a complaint missed costs more than a neutral text read again. */
const negativeUntil = 0.42
const positiveFrom = 0.6

/**
 * What a text says: sentiment, keywords and topics. Pure; personal values are masked before text is stored.
 * @param topics in order of importance; words are looked for in normalised, lower-case text
 */
export const analyseText = (text: string, topics: readonly Topic[] = []): TextReading => {
  const normal = normaliseText(text).toLowerCase()
  const said = /\p{L}/u.test(normal)
  const score = said ? positiveProbability(text) : 0.5
  return {
    sentiment: score <= negativeUntil ? 'negative' : score >= positiveFrom ? 'positive' : 'neutral',
    score,
    keywords: said ? keywords(text) : [],
    topics: topics
      .filter(({ words }) => words.some((word) => normal.includes(normaliseText(word).toLowerCase())))
      .map(({ name }) => name),
  }
}
