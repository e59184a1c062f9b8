import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cast, type Said } from '#simulator'
import { library } from '../../src/opinion/drills/library.ts'
import { planOf as planDrill } from '../../src/opinion/drills/plan.ts'
import { comparable, gramsOf } from '../../src/opinion/events/grams.ts'
import { openNearIndex } from '../../src/opinion/events/near-index.ts'
import type { Place, planOf } from '../../src/opinion/events/plan.ts'
import type { StoredPost } from '../../src/opinion/events/stored.ts'
import type { Stories } from '../../src/opinion/events/stories.ts'
import { postIdOf } from '../../src/opinion/intake/keys.ts'
import { readInThreads } from '../../src/opinion/reading/workers.ts'
import { compileRules } from '../../src/opinion/subjects/compile.ts'
import { matchSubjects } from '../../src/opinion/subjects/match.ts'
import { RuleDefinition } from '../../src/opinion/subjects/subject-contract.ts'

/** A made-up week as the way in of posts sees it, and how well its events tell it. */

export interface Telling {
  item: Pick<Said['item'], 'guid' | 'rootGuid' | 'platform' | 'title' | 'text' | 'publishedAt'> & {
    author: { class: Said['item']['author']['class']; followers: number }
  }
  /** `background`, or the name of the one story that it belongs to. */
  story: string
  /** Of usual talk: whom it is about, with which aspects and feeling. */
  kind: string
}

export const tellingsOf = (said: readonly Said[]): Telling[] =>
  said.map(({ item, truth: { story, subjects, aspects, sentiment } }) => ({
    item,
    story,
    kind: story === 'background' ? JSON.stringify([subjects, aspects, sentiment]) : story,
  }))

export const drillNames = library.map(({ name }) => name)

const gold = (): (readonly [story: string, text: string])[] =>
  readFileSync(join(import.meta.dirname, '../../src/opinion/events/stories.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string])

export const goldNames = [...new Set(gold().map(([story]) => story))]

/** The made-up stories of one brand, side by side, one of them passed on ninety times. */
export const goldWith = (loud: string, end: Date): Telling[] => {
  const rows = gold()
  const telling = (guid: string, story: string, text: string, at: number, rootGuid?: string): Telling => ({
    item: {
      guid,
      platform: 'weibo',
      title: '',
      text,
      publishedAt: new Date(at).toISOString(),
      author: { class: 'person', followers: 10 },
      ...(rootGuid !== undefined && { rootGuid }),
    },
    story,
    kind: story,
  })
  const told = rows.map((_, n) => {
    const [story = '', text = ''] = rows[(n * 17) % rows.length] ?? []
    // The brand of the week, so that its rules find them.
    const named = text.replaceAll(/凌云(消费金融|消金)?/g, '明月消费金融')
    return telling(`gold${n}`, story, named, end.getTime() - (rows.length - n) * 25 * 60_000)
  })
  const root = told.find(({ story }) => story === loud)
  if (!root) throw new Error(`${loud} is no story`)
  const copies = Array.from({ length: 90 }, (_, n) => {
    const at = Date.parse(root.item.publishedAt) + (20 + n * 3) * 60_000
    return telling(`copy${n}`, loud, '转发微博', at, root.item.guid)
  })
  return [...told, ...copies].sort((a, b) => (a.item.publishedAt < b.item.publishedAt ? -1 : 1))
}

/** Of pairs of posts that are no copies: made one event, truly one story, and both. */
export const pairsOf = (
  said: readonly Telling[],
  posts: readonly StoredPost[],
  events: ReadonlyMap<string, number>,
): { made: number; real: number; right: number } => {
  const told = said.flatMap(({ story, item }, n) => {
    const event = events.get(posts[n]?.cluster ?? '')
    return event === undefined || item.rootGuid !== undefined ? [] : [{ story, event }]
  })
  const pairs = told.flatMap((a, n) =>
    told.slice(0, n).map((b) => ({ made: a.event === b.event, real: a.story === b.story })),
  )
  return {
    made: pairs.filter(({ made }) => made).length,
    real: pairs.filter(({ real }) => real).length,
    right: pairs.filter(({ made, real }) => made && real).length,
  }
}

/** A story of the library of drills about the brand, told as if it were real from a moment on, beside other posts. */
export const withDrill = (tellings: readonly Telling[], name: string, start: Date): Telling[] => {
  const scenario = library.find((one) => one.name === name)
  if (!scenario) throw new Error(`${name} is no drill of the library`)
  const posts = planDrill(scenario, { drillId: 1, name: '明月消费金融', seed: 7 }).map(({ minute, item }): Telling => {
    const { guid, rootGuid, platform, title, text, author } = item
    return {
      item: {
        guid,
        platform,
        title,
        text: text.replaceAll('【演练】', ''),
        publishedAt: new Date(start.getTime() + minute * 60_000).toISOString(),
        author: { class: author?.class ?? 'person', followers: author?.followers ?? 0 },
        ...(rootGuid !== undefined && { rootGuid }),
      },
      story: name,
      kind: name,
    }
  })
  return [...tellings, ...posts].sort((a, b) =>
    a.item.publishedAt < b.item.publishedAt ? -1 : a.item.publishedAt > b.item.publishedAt ? 1 : 0,
  )
}

/** Each post matched, read and put to its cluster of near-duplicates, in the order of time. */
export const heardPosts = async (said: readonly Telling[]): Promise<StoredPost[]> => {
  const matcher = compileRules({
    version: 1,
    rules: cast.map(({ expression }, n) => ({ id: n + 1, subjectId: n + 1, ...RuleDefinition.parse({ expression }) })),
    filters: [],
  })
  const matches = said.map(({ item: { title, text, platform } }) =>
    matchSubjects(matcher, { title, text, platform, sourceId: 1 }),
  )
  const readings = await readInThreads(
    said.map(({ item: { title, text, publishedAt, author } }, n) => ({
      title,
      text,
      authorClass: author.class,
      followers: author.followers,
      publishedAt: Date.parse(publishedAt) / 1_000,
      subjects: (matches[n] ?? []).map(({ spans }) => spans),
    })),
    { version: 0 },
  )
  const index = openNearIndex(32_768)
  const clusters = new Map<string, string>()
  return said.map(({ item: { platform, guid, rootGuid, title, text, publishedAt } }, n) => {
    const id = postIdOf(platform, guid)
    const at = new Date(publishedAt)
    const plain = comparable(`${title} ${text}`)
    const root = rootGuid === undefined ? undefined : postIdOf(platform, rootGuid)
    const cluster =
      root === undefined ? index.place(gramsOf(plain), plain, id, at.getTime()).cluster : (clusters.get(root) ?? root)
    clusters.set(id, cluster)
    return {
      id,
      cluster,
      title,
      text,
      at,
      subjects: (matches[n] ?? []).map(({ subjectId }) => subjectId),
      aspects: readings[n]?.aspects ?? [],
    }
  })
}

const turnMs = 15 * 60_000

/** Puts posts to events in turns of a quarter of an hour. @returns the event of each cluster */
export const putInTurns = (
  posts: readonly StoredPost[],
  stories: Stories,
  plan: typeof planOf,
): { events: Map<string, number>; clusters: number } => {
  const known = new Map<string, Place>()
  let number = 0
  for (const turn of Map.groupBy(posts, ({ at }) => Math.floor(at.getTime() / turnMs)).values()) {
    const { made, clusters, merged } = plan(turn, known, stories)
    const ids = new Map(made.map(({ id }) => [id, ++number]))
    for (const [from, to] of ids) stories.rename(from, to)
    for (const { cluster, event } of clusters) {
      const id = ids.get(event) ?? event
      known.set(cluster, { event: id, subjects: stories.get(id)?.subjects ?? [] })
    }
    for (const { from, into } of merged ?? []) {
      const place = { event: ids.get(into) ?? into, subjects: stories.get(ids.get(into) ?? into)?.subjects ?? [] }
      for (const [cluster, { event }] of known) if (event === from) known.set(cluster, place)
    }
  }
  return { events: new Map([...known].map(([cluster, { event }]) => [cluster, event])), clusters: known.size }
}

const smallest = 3

const tally = <T>(of: readonly T[]): Map<T, number> => {
  const counts = new Map<T, number>()
  for (const one of of) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

/** How well events tell one story among what else is said. */
export const judgeStory = (
  said: readonly Telling[],
  posts: readonly StoredPost[],
  events: ReadonlyMap<string, number>,
  story: string,
): { events: number; share: number; strangers: number } => {
  const told = said.flatMap((one, n) => {
    const event = events.get(posts[n]?.cluster ?? '')
    return event === undefined ? [] : [{ event, ours: one.story === story }]
  })
  const all = told.filter(({ ours }) => ours).length
  const byEvent = [...Map.groupBy(told, ({ event }) => event).values()]
    .map((those) => ({ posts: those.length, ours: those.filter(({ ours }) => ours).length }))
    .filter(({ posts }) => posts >= smallest)
    .sort((a, b) => b.ours - a.ours)
  const main = byEvent[0] ?? { posts: 0, ours: 0 }
  return {
    events: byEvent.filter(({ posts, ours }) => ours * 2 > posts).length,
    share: (100 * main.ours) / Math.max(1, all),
    strangers: (100 * (main.posts - main.ours)) / Math.max(1, main.posts),
  }
}

/** Share of the posts in events of three and more that are of the kind that most of their event are, in percent. */
export const purityOf = (
  said: readonly Telling[],
  posts: readonly StoredPost[],
  events: ReadonlyMap<string, number>,
): { events: number; purity: number } => {
  const told = said.flatMap(({ kind }, n) => {
    const event = events.get(posts[n]?.cluster ?? '')
    return event === undefined ? [] : [{ event, kind }]
  })
  const byEvent = [...Map.groupBy(told, ({ event }) => event).values()].filter((those) => those.length >= smallest)
  const usual = byEvent.map((those) => tally(those.map(({ kind }) => kind)))
  const pure = usual.reduce((sum, kinds) => sum + Math.max(...kinds.values()), 0)
  const all = byEvent.reduce((sum, those) => sum + those.length, 0)
  return { events: byEvent.length, purity: (100 * pure) / Math.max(1, all) }
}
