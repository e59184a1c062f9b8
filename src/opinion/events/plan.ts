import { weighedWords } from '#platform'
import type { StoredPost } from './stored.ts'
import type { Stories } from './stories.ts'
import { storyVector } from './story-vector.ts'

/** An event that posts found. */
interface NewEvent {
  /** Below zero until it has a number. */
  id: number
  first: StoredPost
  subjects: readonly number[]
}

interface Touched {
  firstAt: Date
  lastAt: Date
  firstPost: string
}

/** Where posts belong, before anything of it is written. */
export interface Plan {
  made: NewEvent[]
  clusters: { cluster: string; event: number; first: StoredPost }[]
  touched: Map<number, Touched>
  /** Posts per subject and hour: `subject start` → posts, the start of the hour in milliseconds. */
  hours: Map<string, number>
  /** Events whose words changed. */
  grown: Set<number>
  /** Events that turned out to be part of larger ones. */
  merged: { from: number; into: number; likeness: number }[]
}

/** Where a cluster belongs already. */
export interface Place {
  event: number
  subjects: readonly number[]
}

const hourMs = 3_600_000

/**
 * Decides where each post belongs. Changes `stories` only.
 * @param posts the earliest first
 * @param known where clusters of theirs belong already
 */
export const planOf = (posts: readonly StoredPost[], known: ReadonlyMap<string, Place>, stories: Stories): Plan => {
  const plan: Plan = { made: [], clusters: [], touched: new Map(), hours: new Map(), grown: new Set(), merged: [] }
  const here = new Map<string, Place>(known)
  for (const post of posts) {
    const at = post.at.getTime()
    let place = here.get(post.cluster)
    if (!place && post.subjects.length > 0) {
      const text = `${post.title} ${post.text}`
      const told = {
        vector: storyVector(text, weighedWords(text, 40)),
        subjects: post.subjects,
        aspects: post.aspects,
        at,
      }
      const found = stories.find(told)
      const event = found?.id ?? -(plan.made.length + 1)
      if (found) stories.grow(event, told)
      else {
        plan.made.push({ id: event, first: post, subjects: post.subjects })
        stories.begin(event, told)
      }
      plan.grown.add(event)
      place = { event, subjects: stories.get(event)?.subjects ?? post.subjects }
      here.set(post.cluster, place)
      plan.clusters.push({ cluster: post.cluster, event, first: post })
    }
    if (place) {
      if (post.gained) stories.concern(place.event, post.gained)
      stories.hear(place.event, at)
      const touched = plan.touched.get(place.event)
      if (!touched) plan.touched.set(place.event, { firstAt: post.at, lastAt: post.at, firstPost: post.id })
      else {
        if (post.at < touched.firstAt) Object.assign(touched, { firstAt: post.at, firstPost: post.id })
        if (post.at > touched.lastAt) touched.lastAt = post.at
      }
    }
    // A copy that does not name the subject is still said about it: it counts for the event's first subject.
    const named = post.subjects.length > 0 ? post.subjects : (place?.subjects.slice(0, 1) ?? [])
    // One that was stored before was counted for the others then.
    const about = post.gained ?? named
    for (const subject of about) {
      const key = `${subject} ${Math.floor(at / hourMs) * hourMs}`
      plan.hours.set(key, (plan.hours.get(key) ?? 0) + 1)
    }
  }
  // Those of now: a merge takes some away.
  const touched = Array.from(plan.touched.keys())
  for (const event of touched) mergeIfPart(plan, event, stories)
  return plan
}

/** An event that turns out to be part of a larger one: one that is not written yet was never there, another is merged. */
const mergeIfPart = (plan: Plan, event: number, stories: Stories): void => {
  const part = stories.partOf(event)
  if (!part) return
  // What has a number keeps it.
  const [from, into] = part.id < 0 && event > 0 ? [part.id, event] : [event, part.id]
  stories.merge(from, into)
  plan.grown.add(into)
  plan.grown.delete(from)
  const mine = plan.touched.get(from)
  const theirs = plan.touched.get(into)
  if (mine) {
    plan.touched.delete(from)
    const first = theirs && theirs.firstAt <= mine.firstAt ? theirs : mine
    plan.touched.set(into, {
      firstAt: first.firstAt,
      firstPost: first.firstPost,
      lastAt: new Date(Math.max(mine.lastAt.getTime(), theirs?.lastAt.getTime() ?? 0)),
    })
  }
  for (const placed of plan.clusters) if (placed.event === from) placed.event = into
  if (from < 0) plan.made = plan.made.filter(({ id }) => id !== from)
  else plan.merged.push({ from, into, likeness: part.likeness })
}
