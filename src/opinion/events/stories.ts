import { faded, joined, recentHalfLifeMs, type Story, type Told } from './story.ts'
import { unit } from './story-vector.ts'

/**
 * Which posts tell one story, found online: each story is the decayed sum of the TF-IDF vectors of its clusters; a new
 * cluster joins the story of the same subject that it is most like, or founds one. Single pass in the manner of topic
 * detection and tracking (Allan, Papka, Lavrenko 1998); what most is said about now takes more of what comes, as in a
 * recurrent Chinese restaurant process (Ahmed, Xing 2008): people who join a crisis say it in few words of their own.
 */

/** What decides whether a cluster joins a story; see docs/opinion-events.md for how they were chosen. */
interface Tuning {
  /** A cluster joins a story from this cosine on. */
  joinFrom: number
  /** Never below: something in common there must be. */
  atLeast: number
  /** By how much of `joinFrom` less is asked by a story that all talk of the subject is about, with the same aspect. */
  ease: number
  /** What a post that has no aspect counts as agreeing with the story's. */
  noAspect: number
  /** By how much more is asked where the aspects are others. */
  otherAspect: number
  /** Texts that the story so far weighs at most beside the next. */
  mostWeight: number
  /** Posts heard lately that make a story one that others turn out to be part of. */
  surge: number
  /** By how much less such a story asks of another that surges with it. */
  together: number
}

const usual: Tuning = {
  joinFrom: 0.15,
  atLeast: 0.04,
  ease: 0.5,
  noAspect: 0.9,
  otherAspect: 0.6,
  mostWeight: 10,
  surge: 5,
  together: 0.7,
}

/** A story that slept must be hit harder, or the first voices of a new one wake it: likeness halves in a day and a half. */
const halfLifeMs = 36 * 3_600_000
/** Whether it is part of another is asked of a story in its first two days. */
const youngMs = 48 * 3_600_000
/** Nothing joins a story this old by likeness; a copy of its posts still does. */
export const staleMs = 14 * 86_400_000
/** Words told in this share of a subject's stories and more lead to no story: looking at all of them would find nothing. */
const leastTelling = 0.15

export interface Stories {
  /** Holds a story as it was stored. */
  put: (story: Story) => void
  /** A story that was held below zero has its number. */
  rename: (id: number, to: number) => void
  clear: () => void
  get: (id: number) => Story | undefined
  /** The story this is most like, when it is like enough. */
  find: (told: Told) => { id: number; likeness: number } | undefined
  /** A story of which this is the first text. */
  begin: (id: number, told: Told) => void
  /** Adds what was told to a story. */
  grow: (id: number, told: Told) => void
  /** A story is about further subjects. */
  concern: (id: number, subjects: readonly number[]) => void
  /**
   * The larger story that a young one turns out to be part of: what its first post alone did not tell, how people go on
   * about both does. Looked at when a story has grown by half since.
   */
  partOf: (id: number) => { id: number; likeness: number } | undefined
  /** One story becomes part of another. */
  merge: (id: number, into: number) => void
  /** Two stories that a person said are two. */
  keepApart: (id: number, other: number) => void
  /** Notes that a post of a story was heard. */
  hear: (id: number, at: number) => void
}

/** What is told of a subject. */
interface Subject {
  stories: number
  /** Stories by word: words that all of them share weigh little. */
  with: Map<string, number>
  /** Posts heard lately, as of `at`. */
  recent: number
  at: number
}

/** A story with what is computed from it. */
interface Kept {
  /** Likeness added up in the search of this number: fields, because a map of them took most of a search. */
  dot: number
  search: number
  story: Story
  /** Length of its vector as it is compared, taken when the subject had so many stories. */
  length: number
  lengthOf: number
  /** What was heard of it when it was last looked at whether it is part of another. */
  looked: number
}

/** Of counts and a half: taken for each word of each text. */
const logs = Float64Array.from({ length: 4_096 }, (_, count) => Math.log(count + 0.5))

export const openStories = (tuning: Tuning = usual): Stories => {
  const stories = new Map<number, Kept>()
  /** Stories by word, with its weight there: only those that share one are compared. */
  const byTerm = new Map<string, Map<Kept, number>>()
  let searches = 0
  const subjects = new Map<number, Subject>()
  const apart = new Map<number, Set<number>>()
  const isApart = (id: number, other: number) => apart.get(id)?.has(other) === true

  const subjectOf = (id: number): Subject => {
    const known = subjects.get(id)
    if (known) return known
    const made = { stories: 0, with: new Map<string, number>(), recent: 0, at: 0 }
    subjects.set(id, made)
    return made
  }
  const weighIn = (kept: Kept, term: string, weight: number) => {
    const those = byTerm.get(term)
    if (those) those.set(kept, weight)
    else byTerm.set(term, new Map([[kept, weight]]))
  }
  const link = (kept: Kept, term: string, weight: number) => {
    weighIn(kept, term, weight)
    for (const id of kept.story.subjects) {
      const { with: counts } = subjectOf(id)
      counts.set(term, (counts.get(term) ?? 0) + 1)
    }
  }
  const unlink = (kept: Kept, term: string) => {
    const those = byTerm.get(term)
    those?.delete(kept)
    if (those?.size === 0) byTerm.delete(term)
    for (const id of kept.story.subjects) {
      const { with: counts } = subjectOf(id)
      const left = (counts.get(term) ?? 0) - 1
      if (left > 0) counts.set(term, left)
      else counts.delete(term)
    }
  }
  const remove = (id: number) => {
    const kept = stories.get(id)
    if (!kept) return
    for (const term of kept.story.vector.keys()) unlink(kept, term)
    for (const subject of kept.story.subjects) subjectOf(subject).stories--
    stories.delete(id)
  }
  const place = (story: Story) => {
    remove(story.id)
    const kept = { dot: 0, search: 0, story, length: 0, lengthOf: -1, looked: 0 }
    stories.set(story.id, kept)
    for (const subject of story.subjects) subjectOf(subject).stories++
    for (const [term, weight] of story.vector) link(kept, term, weight)
  }
  /** So many posts about a subject were heard, as of a time. */
  const hearOf = (id: number, posts: number, at: number) => {
    const subject = subjectOf(id)
    subject.recent =
      faded(subject.recent, at - subject.at, recentHalfLifeMs) + faded(posts, subject.at - at, recentHalfLifeMs)
    subject.at = Math.max(subject.at, at)
  }
  /** The same story in other words: only what changed is linked anew. */
  const reword = (kept: Kept, story: Story) => {
    const before = kept.story
    if (story.subjects.length !== before.subjects.length) {
      for (const id of story.subjects) if (!before.subjects.includes(id)) hearOf(id, story.recent, story.lastAt)
      return place(story)
    }
    for (const term of before.vector.keys()) if (!story.vector.has(term)) unlink(kept, term)
    for (const [term, weight] of story.vector)
      if (before.vector.has(term)) weighIn(kept, term, weight)
      else link(kept, term, weight)
    kept.story = story
    kept.lengthOf = -1
  }
  /** How telling words are among the stories of subjects, 0 to 1 each: 1 for a word hardly used. */
  const tellingIn = (of: readonly Subject[]): ((term: string) => number) => {
    const all = of.map(({ stories }) => Math.log(stories + 10))
    const most = all.map((log) => log + Math.LN2)
    return (term) => {
      let least = 1
      for (let n = 0; n < of.length; n++) {
        const count = of[n]?.with.get(term) ?? 0
        const log = logs[count] ?? Math.log(count + 0.5)
        least = Math.min(least, ((all[n] ?? 0) - log) / (most[n] ?? 1))
      }
      return Math.max(0, least)
    }
  }
  /** Length of a story's vector as it is compared. What is usual changes slowly: taken anew when a tenth more is known. */
  const lengthOf = (kept: Kept): number => {
    const of = kept.story.subjects.map(subjectOf)
    const count = of.reduce((sum, subject) => sum + subject.stories, 0)
    if (kept.lengthOf >= 0 && Math.abs(count - kept.lengthOf) <= kept.lengthOf * 0.1) return kept.length
    const telling = tellingIn(of)
    let sum = 0
    for (const [term, weight] of kept.story.vector) sum += (weight * telling(term)) ** 2
    kept.length = Math.sqrt(sum)
    kept.lengthOf = count
    return kept.length
  }
  /** Which share of what is said of the subject lately this story is, 0 to 1. */
  const heldBy = ({ recent, lastAt, subjects: about }: Story, of: readonly number[], at: number): number => {
    let most = 0
    for (const id of about) {
      if (!of.includes(id)) continue
      const subject = subjectOf(id)
      // A handful of posts is no talk yet.
      const all = faded(subject.recent, at - subject.at, recentHalfLifeMs) + 10
      most = Math.max(most, faded(recent, at - lastAt, recentHalfLifeMs) / all)
    }
    return Math.min(1, most)
  }
  /** How far the aspects are those of the story, 0 to 1. */
  const agreeing = ({ texts, aspects }: Story, told: readonly string[]): number => {
    let most = 0
    for (const aspect of told) most = Math.max(most, (aspects.get(aspect) ?? 0) / Math.max(1, texts))
    return Math.min(1, most)
  }
  /**
   * The cosine that a story asks of what is told.
   * @param surging 0 to 1: how far what is told surges itself. Two surges about one subject and one problem in the same hours
   * are hardly ever two matters
   */
  const asked = (story: Story, { subjects: of, aspects, at }: Told, surging: number): number => {
    const agree = aspects.length === 0 ? tuning.noAspect : agreeing(story, aspects)
    const more = aspects.length > 0 && story.aspects.size > 0 ? tuning.otherAspect * (1 - agree) : 0
    const less = tuning.ease * heldBy(story, of, at) * agree
    const both = tuning.together * surging * agree
    return Math.max(tuning.atLeast, tuning.joinFrom * (1 + more - less) * (1 - both))
  }

  /** The story that is over what it asks by most. */
  const search = (
    told: Told,
    may: (story: Story) => boolean = () => true,
    surging = 0,
  ): { story: Story; likeness: number } | undefined => {
    const telling = tellingIn(told.subjects.map(subjectOf))
    const found: Kept[] = []
    searches++
    let square = 0
    for (const [term, weight] of told.vector) {
      const tells = telling(term)
      square += (weight * tells) ** 2
      if (tells < leastTelling) continue
      const weighed = weight * tells * tells
      for (const [kept, there] of byTerm.get(term) ?? []) {
        if (kept.search !== searches) {
          kept.search = searches
          kept.dot = 0
          found.push(kept)
        }
        kept.dot += weighed * there
      }
    }
    const length = Math.sqrt(square) || 1
    let best: { story: Story; likeness: number; over: number } | undefined
    for (const kept of found) {
      const { dot } = kept
      const { story } = kept
      if (dot < length * tuning.atLeast * 0.2 || !story.subjects.some((subject) => told.subjects.includes(subject)))
        continue
      const apart = Math.abs(told.at - story.lastAt)
      if (apart > staleMs || !may(story)) continue
      const likeness = (dot / length / (lengthOf(kept) || 1)) * 0.5 ** (apart / halfLifeMs)
      if (likeness < tuning.atLeast) continue
      const over = likeness / asked(story, told, surging)
      if (over >= 1 && (!best || over > best.over)) best = { story, likeness, over }
    }
    return best
  }

  return {
    put: (story) => {
      place(story)
      for (const id of story.subjects) hearOf(id, story.recent, story.lastAt)
    },
    rename: (id, to) => {
      const kept = stories.get(id)
      if (!kept) return
      stories.delete(id)
      kept.story = { ...kept.story, id: to }
      stories.set(to, kept)
    },
    get: (id) => stories.get(id)?.story,
    clear: () => {
      stories.clear()
      byTerm.clear()
      subjects.clear()
      apart.clear()
    },
    find: (told) => {
      const best = search(told)
      return best && { id: best.story.id, likeness: best.likeness }
    },
    begin: (id, { vector, subjects: of, aspects, at }) =>
      place({
        id,
        subjects: of,
        vector,
        beganAt: at,
        lastAt: at,
        texts: 1,
        aspects: new Map(aspects.map((name) => [name, 1])),
        heard: 0,
        recent: 0,
        fixed: false,
      }),
    grow: (id, { vector, subjects: of, aspects, at }) => {
      const kept = stories.get(id)
      if (!kept) return
      const { story } = kept
      const fade = 0.5 ** (Math.max(0, at - story.lastAt) / halfLifeMs)
      // The story so far weighs as many texts as it has, up to some: a late copy moves it little, a turn of the story does.
      const before = Math.min(Math.max(1, story.texts), tuning.mostWeight) * fade
      const sum = new Map<string, number>()
      for (const [term, weight] of story.vector) sum.set(term, weight * before)
      for (const [term, weight] of vector) sum.set(term, (sum.get(term) ?? 0) + weight)
      const counts = new Map(story.aspects)
      for (const name of aspects) counts.set(name, (counts.get(name) ?? 0) + 1)
      reword(kept, {
        id,
        subjects: [...new Set([...story.subjects, ...of])],
        vector: unit(sum),
        beganAt: Math.min(story.beganAt, at),
        lastAt: Math.max(story.lastAt, at),
        texts: story.texts + 1,
        aspects: counts,
        heard: story.heard,
        fixed: story.fixed,
        recent: faded(story.recent, at - story.lastAt, recentHalfLifeMs),
      })
    },
    concern: (id, of) => {
      const kept = stories.get(id)
      if (!kept || of.every((subject) => kept.story.subjects.includes(subject))) return
      reword(kept, { ...kept.story, subjects: [...new Set([...kept.story.subjects, ...of])] })
    },
    partOf: (id) => {
      const kept = stories.get(id)
      if (!kept) return undefined
      const { story } = kept
      // One that slept for days would give the larger a first post that it does not have.
      const young = story.lastAt - story.beganAt <= youngMs
      if (story.fixed || !young || story.recent < kept.looked * 1.5 + 1) return undefined
      kept.looked = story.recent
      const { vector, subjects: of, texts, lastAt: at } = story
      const aspects = [...story.aspects].flatMap(([name, count]) => (count * 3 >= texts ? [name] : []))
      const best = search(
        { vector, subjects: of, aspects, at },
        (other) =>
          other.id !== id &&
          faded(other.recent, at - other.lastAt, recentHalfLifeMs) > Math.max(story.recent, tuning.surge) &&
          !isApart(id, other.id),
        Math.min(1, story.recent / tuning.surge),
      )
      return best && { id: best.story.id, likeness: best.likeness }
    },
    merge: (id, into) => {
      const from = stories.get(id)?.story
      const kept = stories.get(into)
      if (!from || !kept) return
      remove(id)
      reword(kept, joined(kept.story, from))
    },
    keepApart: (id, other) => {
      for (const [one, two] of [
        [id, other],
        [other, id],
      ] as const)
        apart.set(one, (apart.get(one) ?? new Set()).add(two))
    },
    hear: (id, at) => {
      const kept = stories.get(id)
      if (!kept) return
      const { story } = kept
      const late = faded(1, story.lastAt - at, recentHalfLifeMs)
      kept.story = {
        ...story,
        heard: story.heard + 1,
        recent: faded(story.recent, at - story.lastAt, recentHalfLifeMs) + late,
        lastAt: Math.max(story.lastAt, at),
      }
      for (const subject of story.subjects) hearOf(subject, 1, at)
    },
  }
}
