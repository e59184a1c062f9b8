import { type TermVector, unit } from './story-vector.ts'

/** A story and what is told of it. Pure. */

export interface Story {
  id: number
  subjects: readonly number[]
  vector: TermVector
  beganAt: number
  lastAt: number
  /** Clusters it was grown by. */
  texts: number
  /** Of these, by aspect. */
  aspects: ReadonlyMap<string, number>
  /** Posts heard, copies too. */
  heard: number
  /** Of these, as of `lastAt`, those of late: half is forgotten in six hours. */
  recent: number
  /** A person gave it its shape, or an incident handles it: it does not become part of another by itself. */
  fixed: boolean
}

export interface Told {
  vector: TermVector
  subjects: readonly number[]
  aspects: readonly string[]
  at: number
}

/** Of what is said lately half is forgotten in so long. */
export const recentHalfLifeMs = 6 * 3_600_000

/** What is left of a count after so long. */
export const faded = (count: number, ms: number, half: number): number => (ms <= 0 ? count : count * 0.5 ** (ms / half))

/** Texts that either of two stories weighs at most when they become one. */
const mostWeight = 20

/** Two stories that are one, under the first's number. */
export const joined = (story: Story, from: Story): Story => {
  const sum = new Map<string, number>()
  for (const { vector, texts } of [story, from])
    for (const [term, weight] of vector)
      sum.set(term, (sum.get(term) ?? 0) + weight * Math.min(Math.max(1, texts), mostWeight))
  const aspects = new Map(story.aspects)
  for (const [name, count] of from.aspects) aspects.set(name, (aspects.get(name) ?? 0) + count)
  const lastAt = Math.max(story.lastAt, from.lastAt)
  return {
    id: story.id,
    subjects: [...new Set([...story.subjects, ...from.subjects])],
    vector: unit(sum),
    beganAt: Math.min(story.beganAt, from.beganAt),
    lastAt,
    texts: story.texts + from.texts,
    aspects,
    heard: story.heard + from.heard,
    recent:
      faded(story.recent, lastAt - story.lastAt, recentHalfLifeMs) +
      faded(from.recent, lastAt - from.lastAt, recentHalfLifeMs),
    fixed: story.fixed,
  }
}
