import type { Item } from '../contract.ts'
import type { Scenario } from './drill-contract.ts'
import { minuteOf } from './paces-contract.ts'

/** A post that comes out at a minute of the story. */
export interface PlannedPost {
  minute: number
  item: Omit<Item, 'publishedAt'>
}

/** mulberry32: the same seed, the same story. Returns 0 ≤ x < 1. */
const seeded = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const endings = [
  '',
  '！',
  '……',
  '，有没有一样的？',
  '，求扩散',
  '，真的吗',
  '，太离谱了',
  '，蹲一个结果',
  '，已截图',
  '，等官方回应',
]
const forwards = ['转发微博', '转', '关注', '扩散', '求证', '太可怕了', '有瓜', '等一个说法']

/**
 * All posts of a drill in order of time: the beats, and a crowd that speaks by the pace of the story and partly passes on what
 * was said. Every text is marked as a drill. Deterministic.
 * @param name of the subject, put for {名称}
 */
export const planOf = (
  scenario: Scenario,
  { drillId, name, seed }: { drillId: number; name: string; seed: number },
): PlannedPost[] => {
  const random = seeded(seed)
  const pick = <T>(from: readonly T[], otherwise: T): T => from[Math.floor(random() * from.length)] ?? otherwise
  const said = (text: string) => `【演练】${text.replaceAll('{名称}', name)}`
  const posts: PlannedPost[] = scenario.beats.map((beat, index) => ({
    minute: beat.minute,
    item: {
      guid: `drill-${drillId}-beat-${index}`,
      platform: beat.platform,
      kind: beat.kind,
      url: '',
      title: '',
      text: said(beat.text),
      author: {
        id: `drill-author-${index}`,
        name: beat.author.name,
        class: beat.author.class,
        followers: beat.author.followers,
      },
      engagement: {
        likes: beat.engagement,
        comments: Math.round(beat.engagement / 8),
        reposts: Math.round(beat.engagement / 5),
      },
      ...(beat.rank !== undefined && { hotList: { list: '演练热榜', rank: beat.rank } }),
    },
  }))
  const first = scenario.beats.toSorted((a, b) => a.minute - b.minute)[0]
  const start = first?.minute ?? 0
  // What can be passed on at a minute: the beats that are out by then and the crowd's own words, the last 400 of them.
  const coming = posts
    .filter(({ item }) => item.kind !== 'hot-list')
    .map((post) => ({ minute: post.minute, guid: post.item.guid, platform: post.item.platform, text: post.item.text }))
    .toSorted((a, b) => a.minute - b.minute)
  const heard: typeof coming = []
  let waiting = 0
  for (let n = 0; n < scenario.crowd; n += 1) {
    const minute = start + minuteOf(scenario.pace, (n + random()) / scenario.crowd)
    if (minute > scenario.minutes) break
    const guid = `drill-${drillId}-crowd-${n}`
    const author = {
      id: `drill-person-${Math.floor(random() * scenario.crowd * 0.85)}`,
      name: '网友',
      class: 'person' as const,
      followers: Math.floor(10 ** (1 + random() * 3)),
    }
    for (let next = coming[waiting]; next && next.minute < minute; next = coming[waiting]) {
      heard.push(next)
      waiting += 1
    }
    const recent = Math.max(0, heard.length - 400)
    const copied =
      random() < scenario.repostShare ? heard[recent + Math.floor(random() * (heard.length - recent))] : undefined
    const engagement = {
      likes: Math.floor(random() ** 3 * 60),
      comments: Math.floor(random() ** 3 * 12),
      reposts: Math.floor(random() ** 4 * 20),
    }
    if (copied) {
      const root = copied.guid
      posts.push({
        minute,
        item: {
          guid,
          platform: copied.platform,
          kind: 'repost',
          url: '',
          title: '',
          text: `【演练】${pick(forwards, '转')}//${copied.text.replace('【演练】', '')}`.slice(0, 600),
          author,
          engagement,
          parentGuid: root,
          rootGuid: root,
        },
      })
    } else {
      const text = `${said(pick(scenario.voices, scenario.story))}${pick(endings, '')}`
      const platform = pick(scenario.platforms, 'weibo')
      posts.push({ minute, item: { guid, platform, kind: 'post', url: '', title: '', text, author, engagement } })
      heard.push({ minute, guid, platform, text })
    }
  }
  return posts.toSorted((a, b) => a.minute - b.minute || (a.item.guid < b.item.guid ? -1 : 1))
}
