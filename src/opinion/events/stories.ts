/**
 * Which posts tell one story, found online: each story is the decayed sum of the TF-IDF vectors of its clusters; a new
 * cluster joins the story of the same subject that it is most like, or founds one. Single pass in the manner of topic
 * detection and tracking (Allan, Papka, Lavrenko 1998).
 */

/** Words with weights; length 1. */
export type TermVector = ReadonlyMap<string, number>

/**
 * A cluster joins a story from this cosine on. On made-up posts of one brand .10–.14 join all and mix none (pairwise F1
 * .96); of 1,200 unrelated CED texts one in eight joins another story then, some of them rightly.
 */
const joinFrom = 0.13
/** A story left alone for three days must be hit harder: likeness halves. */
const halfLifeMs = 72 * 3_600_000
/** Nothing joins a story this old by likeness; a copy of its posts still does. */
export const staleMs = 14 * 86_400_000
const mostTerms = 200

const unit = (terms: Iterable<readonly [string, number]>, most = mostTerms): TermVector => {
  const best = [...terms].sort((a, b) => b[1] - a[1]).slice(0, most)
  const length = Math.sqrt(best.reduce((sum, [, weight]) => sum + weight ** 2, 0))
  return new Map(length > 0 ? best.map(([term, weight]) => [term, weight / length]) : [])
}

/**
 * A text as words and pairs of characters: words carry meaning, pairs bridge what is cut or worded otherwise (民警, 警察).
 * @param words with their weights
 */
export const storyVector = (text: string, words: readonly { word: string; weight: number }[]): TermVector => {
  const grams = new Map<string, number>()
  for (const run of text.toLowerCase().match(/\p{Script=Han}+|[a-z]+|\d+/gu) ?? []) {
    if (/^[a-z\d]/.test(run)) grams.set(`2${run}`, 1)
    else for (let at = 0; at + 1 < run.length; at++) grams.set(`2${run.slice(at, at + 2)}`, 1)
  }
  const byWord = unit(words.map(({ word, weight }) => [word, weight] as const))
  return unit([...byWord, ...unit(grams)])
}

export interface Story {
  id: number
  subjects: readonly number[]
  vector: TermVector
  lastAt: number
}

export interface Told {
  vector: TermVector
  subjects: readonly number[]
  at: number
}

export interface Stories {
  put: (story: Story) => void
  remove: (id: number) => void
  /** Forgets all stories, but not which words are usual. */
  clear: () => void
  get: (id: number) => Story | undefined
  /** The story this is most like, when it is like enough. */
  find: (told: Told) => { id: number; likeness: number } | undefined
  /** Adds what was told to a story. */
  grow: (id: number, told: Told) => void
  /** Tells that a text about the subjects has these words, so that words all of them share weigh little. */
  learn: (told: Pick<Told, 'subjects' | 'vector'>) => void
  /** The vector as it is compared: words usual for the subject weigh less. */
  weigh: (vector: TermVector, subjects: readonly number[]) => TermVector
}

interface Usual {
  texts: number
  with: Map<string, number>
}

/** Texts of a subject counted at most; then all counts are halved, so that the old fades. */
const mostLearnt = 4_000

export const openStories = (): Stories => {
  const stories = new Map<number, Story>()
  /** Stories by word: only those that share one are compared. */
  const byTerm = new Map<string, Set<number>>()
  const usual = new Map<number, Usual>()
  const lengths = new WeakMap<TermVector, { length: number; texts: number }>()

  const unlink = (story: Story) => {
    for (const term of story.vector.keys()) {
      const with_ = byTerm.get(term)
      with_?.delete(story.id)
      if (with_?.size === 0) byTerm.delete(term)
    }
  }
  const put = (story: Story) => {
    const before = stories.get(story.id)
    if (before) unlink(before)
    stories.set(story.id, story)
    for (const term of story.vector.keys()) {
      const with_ = byTerm.get(term)
      if (with_) with_.add(story.id)
      else byTerm.set(term, new Set([story.id]))
    }
  }
  /** How telling a word is among the posts of a subject, 0 to 1: 1 for a word hardly used. */
  const telling = (term: string, subjects: readonly number[]): number => {
    let least = 1
    for (const subject of subjects) {
      const known = usual.get(subject)
      if (!known) continue
      const share = ((known.with.get(term) ?? 0) + 0.5) / (known.texts + 10)
      least = Math.min(least, Math.log(1 / share) / Math.log((known.texts + 10) / 0.5))
    }
    return Math.max(0, least)
  }
  /** Length of a story's vector as it is compared. What is usual changes slowly: taken anew when a tenth more is known. */
  const lengthOf = (story: Story): number => {
    const known = lengths.get(story.vector)
    const texts = story.subjects.reduce((sum, subject) => sum + (usual.get(subject)?.texts ?? 0), 0)
    if (known && Math.abs(texts - known.texts) <= known.texts * 0.1) return known.length
    let sum = 0
    for (const [term, weight] of story.vector) sum += (weight * telling(term, story.subjects)) ** 2
    lengths.set(story.vector, { length: Math.sqrt(sum), texts })
    return Math.sqrt(sum)
  }
  const weigh: Stories['weigh'] = (vector, subjects) =>
    unit([...vector].map(([term, weight]) => [term, weight * telling(term, subjects)] as const))

  return {
    put,
    weigh,
    get: (id) => stories.get(id),
    clear: () => {
      stories.clear()
      byTerm.clear()
    },
    remove: (id) => {
      const story = stories.get(id)
      if (story) unlink(story)
      stories.delete(id)
    },
    find: ({ vector, subjects, at }) => {
      const weighed = weigh(vector, subjects)
      const dots = new Map<number, number>()
      for (const [term, weight] of weighed)
        for (const id of byTerm.get(term) ?? []) {
          const story = stories.get(id)
          if (story)
            dots.set(id, (dots.get(id) ?? 0) + weight * (story.vector.get(term) ?? 0) * telling(term, subjects))
        }
      let best: { id: number; likeness: number } | undefined
      for (const [id, dot] of dots) {
        const story = stories.get(id)
        if (!story || dot < joinFrom * 0.2 || !story.subjects.some((subject) => subjects.includes(subject))) continue
        const apart = Math.abs(at - story.lastAt)
        if (apart > staleMs) continue
        const likeness = (dot / (lengthOf(story) || 1)) * 0.5 ** (apart / halfLifeMs)
        if (likeness >= joinFrom && (!best || likeness > best.likeness)) best = { id, likeness }
      }
      return best
    },
    grow: (id, { vector, subjects, at }) => {
      const story = stories.get(id)
      if (!story) return
      const fade = 0.5 ** (Math.max(0, at - story.lastAt) / halfLifeMs)
      const sum = new Map<string, number>()
      // The story so far weighs four of its posts: a late copy moves it little, a turn of the story does.
      for (const [term, weight] of story.vector) sum.set(term, weight * 4 * fade)
      for (const [term, weight] of vector) sum.set(term, (sum.get(term) ?? 0) + weight)
      put({
        id,
        subjects: [...new Set([...story.subjects, ...subjects])],
        vector: unit(sum),
        lastAt: Math.max(story.lastAt, at),
      })
    },
    learn: ({ subjects, vector }) => {
      for (const subject of subjects) {
        const known = usual.get(subject) ?? { texts: 0, with: new Map() }
        usual.set(subject, known)
        known.texts++
        for (const term of vector.keys()) known.with.set(term, (known.with.get(term) ?? 0) + 1)
        if (known.texts < mostLearnt) continue
        known.texts /= 2
        for (const [term, count] of known.with) {
          if (count <= 1) known.with.delete(term)
          else known.with.set(term, count / 2)
        }
      }
    },
  }
}
