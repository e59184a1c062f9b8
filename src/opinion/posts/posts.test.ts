import assert from 'node:assert/strict'
import test from 'node:test'
import { type Ctx, ch } from '#platform'
import { aCtx } from '#test'
import { takeIn } from '../intake/take-in.ts'
import { createRule, createSubject } from '../subjects/store.ts'
import { NewSubject, RuleDefinition } from '../subjects/subject-contract.ts'
import { readPost } from './detail.ts'
import { facetsOf } from './facets.ts'
import { subjectFigures } from './figures.ts'
import { FiguresQuery, PostFilter, PostsQuery } from './post-contract.ts'
import { countSearch, deleteSearch, listSearches, writeSearch } from './saved-searches.ts'
import { everyPost, searchPosts } from './search.ts'
import { readSearchText } from './search-text.ts'
import { readWall } from './wall.ts'

test('the search box: all words, either, phrases, without', () => {
  assert.deepEqual(readSearchText('利息 “提前 还款” 捷信|招联 -招聘 !"足球 赛"'), {
    all: [['利息'], ['提前 还款'], ['捷信', '招联']],
    none: ['招聘', '足球 赛'],
  })
  assert.deepEqual(readSearchText(' | a || b - '), { all: [['a', 'b']], none: [] })
})

const ids: Record<string, number> = {}
const now = new Date('2026-11-20T04:00:00Z')
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000).toISOString()

const ctx = await aCtx({ now: () => now })

for (const [name, kind, parent] of [
  ['捷信', 'brand', null],
  ['捷信商城', 'product', '捷信'],
  ['招联', 'competitor', null],
] as const) {
  const { id } = await createSubject(
    ctx,
    NewSubject.parse({ kind, name, own: kind !== 'competitor', parentId: parent === null ? null : ids[parent] }),
  )
  ids[name] = id
  await createRule(ctx, { id, name, on: true, reason: '', definition: RuleDefinition.parse({ expression: name }) })
}
const author = (id: string, followers = 10, is = 'person') => ({ id, name: `张${id}`, class: is, followers })
const items = [
  {
    guid: '1',
    platform: 'weibo',
    text: '捷信利息太高，坑人，垃圾客服',
    publishedAt: ago(1),
    author: author('a'),
    engagement: { likes: 5 },
  },
  {
    guid: '2',
    platform: 'weibo',
    text: '转发：捷*信利息太高',
    publishedAt: ago(2),
    parentGuid: '1',
    kind: 'repost',
    author: author('b', 90_000),
  },
  {
    guid: '3',
    platform: 'news',
    text: '监管通报：招联被罚',
    title: '招联被罚',
    publishedAt: ago(3),
    kind: 'article',
    author: author('c', 50, 'regulator'),
  },
  {
    guid: '4',
    platform: 'zhihu',
    text: '捷信商城很好，非常满意，推荐',
    publishedAt: ago(30),
    author: author('a'),
    engagement: { likes: 900, comments: 100 },
  },
  { guid: '5', platform: 'zhihu', text: '今天天气不错 ABC', publishedAt: ago(5), author: author('d') },
]
await takeIn(ctx, { sourceId: 1, items })
await takeIn(ctx, { sourceId: 2, drillId: 9, items: [{ ...items[0], guid: 'drill', publishedAt: ago(0.5) }] })

const found = async (query: Record<string, unknown>) =>
  (await searchPosts(ctx, PostsQuery.parse(query))).items.map(({ title, text }) => title || text)

test('posts are found by words, subject, platform, time and engagement; a drill is another world', async () => {
  assert.equal((await found({})).length, 5)
  assert.deepEqual(await found({ q: '利息 捷信' }), ['捷信利息太高，坑人，垃圾客服'])
  assert.deepEqual(await found({ q: 'abc' }), ['今天天气不错 ABC'], 'letters are letters')
  assert.deepEqual(await found({ q: '利息|天气 -转发' }), ['捷信利息太高，坑人，垃圾客服', '今天天气不错 ABC'])
  assert.equal((await found({ subjects: String(ids['捷信']) })).length, 3)
  assert.deepEqual(await found({ disguised: 'true' }), ['转发：捷*信利息太高'])
  assert.deepEqual(await found({ subjects: `${ids['捷信']}`, toward: '1' }), ['捷信商城很好，非常满意，推荐'])
  assert.deepEqual(await found({ platforms: 'news,heimao' }), ['招联被罚'])
  assert.equal((await found({ from: ago(2.5), to: ago(0.5) })).length, 2)
  assert.deepEqual(await found({ engagementFrom: '1000' }), ['捷信商城很好，非常满意，推荐'])
  assert.equal((await found({ mentioned: 'true', noSpam: 'true' })).length, 4)
  assert.equal((await found({ drill: '9' })).length, 1)
  assert.deepEqual(await found({ sort: 'engagement', limit: '2' }), [
    '捷信商城很好，非常满意，推荐',
    '捷信利息太高，坑人，垃圾客服',
  ])
  assert.deepEqual(await found({ sort: 'influence', limit: '2' }), ['招联被罚', '转发：捷*信利息太高'])
  await assert.rejects(searchPosts(ctx, PostsQuery.parse({ from: ago(1), to: ago(2) })), { code: 'posts.timesWrong' })
})

test('pages follow each other without a gap in every order; near-duplicates collapse', async () => {
  for (const sort of ['newest', 'oldest', 'engagement', 'influence'] as const) {
    const whole = await found({ sort })
    const paged: string[] = []
    let after: string | undefined
    do {
      const page = await searchPosts(ctx, PostsQuery.parse({ sort, limit: '2', after }))
      paged.push(...page.items.map(({ title, text }) => title || text))
      after = page.next ?? undefined
    } while (after !== undefined)
    assert.deepEqual(paged, whole, sort)
  }
  const { items } = await searchPosts(ctx, PostsQuery.parse({ collapse: 'true', sort: 'oldest' }))
  assert.equal(items.length, 4, 'a repost stands with what it repeats')
  assert.equal(
    items.find(({ clusterId, id, text }) => clusterId === id || text.includes('转发'))?.copies !== undefined,
    true,
  )
  assert.equal(Math.max(...items.map(({ copies }) => copies)), 2)
  const all = []
  for await (const post of everyPost(ctx, PostsQuery.parse({}), 3)) all.push(post.id)
  assert.equal(all.length, 3)
})

test('counts agree with the list, and the picture with the counts', async () => {
  const facets = await facetsOf(ctx, PostFilter.parse({}))
  assert.deepEqual([facets.total, facets.clusters, facets.authors], [5, 4, 5])
  assert.deepEqual(
    facets.facets.platforms.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ key, posts }) => [key, posts]),
    [
      ['news', 1],
      ['weibo', 2],
      ['zhihu', 2],
    ],
  )
  assert.deepEqual(facets.facets.subjects[0], { key: String(ids['捷信']), posts: 3 })
  assert.equal(
    facets.histogram.bars.reduce((sum, { posts }) => sum + posts, 0),
    5,
  )
  // Every condition at once: none may stumble over a name of an answer.
  const narrow = await facetsOf(
    ctx,
    PostFilter.parse({
      q: '捷信',
      subjects: String(ids['捷信']),
      sources: '1',
      kinds: 'post,repost',
      platforms: 'weibo',
      sentiment: '-1,0,1',
      toward: '-1,0,1',
      aspects: 'rate-dispute,poor-service',
      speakers: 'consumer',
      authorClasses: 'person',
      urgency: 'lawsuit',
      unsure: 'true',
      event: '1',
      from: ago(24),
      followersFrom: '1',
      engagementFrom: '1',
    }),
  )
  assert.equal(narrow.total, 0)
  const weibo = await facetsOf(ctx, PostFilter.parse({ platforms: 'weibo', from: ago(24), to: ago(0) }))
  assert.deepEqual([weibo.total, weibo.histogram.stepMs], [2, 15 * 60_000])
})

test('a post is shown with its highlights, thread, near-duplicates and counts over time', async () => {
  const [repost] = (await searchPosts(ctx, PostsQuery.parse({ q: '转发' }))).items
  assert.ok(repost)
  const detail = await readPost(ctx, { id: repost.id, drill: 0 })
  assert.equal(detail.parent?.text, '捷信利息太高，坑人，垃圾客服')
  assert.equal(detail.similar.total, 1)
  assert.deepEqual(
    detail.post.mentions.map(({ subjectId, disguised }) => [subjectId, disguised]),
    [[ids['捷信'], true]],
  )
  assert.deepEqual(
    detail.post.spans.map(({ start, end }) => detail.post.text.slice(start, end)),
    ['捷*信'],
  )
  const original = await readPost(ctx, { id: repost.parentId, drill: 0 })
  assert.deepEqual([original.answers.total, original.engagement[0]?.likes], [1, 5])
  await assert.rejects(readPost(ctx, { id: '1', drill: 0 }), { code: 'posts.unknown' })
  await assert.rejects(readPost(ctx, { id: repost.id, drill: 9 }), { code: 'posts.unknown' })
})

test('a subject is measured with its parts, beside the time before and a competitor', async () => {
  const query = { from: ago(24), to: now.toISOString(), parts: 'true', with: String(ids['招联']) }
  const figures = await subjectFigures(ctx, { id: ids['捷信'] ?? 0, ...FiguresQuery.parse(query) })
  assert.deepEqual([figures.now.posts, figures.before.posts], [2, 1])
  assert.equal(figures.now.negative, 2)
  assert.deepEqual(
    figures.shares.map(({ subjectId, posts }) => [subjectId, posts]),
    [
      [ids['捷信'], 2],
      [ids['招联'], 1],
    ],
  )
  assert.equal(
    figures.trend.reduce((sum, { posts }) => sum + posts, 0),
    2,
  )
  assert.deepEqual(
    figures.voices.map(({ name, followers }) => [name, followers]),
    [
      ['张***', 90_000],
      ['张***', 10],
    ],
  )
})

test('the wall tells what came since; a post counted again is not new', async () => {
  const first = await readWall(ctx, { drill: 0 })
  assert.equal(first.posts.length, 4)
  assert.equal(first.hours.length, 25)
  assert.deepEqual([first.today.posts, first.today.mentions], [4, 3])
  assert.equal((await readWall(ctx, { drill: 0, after: first.next })).posts.length, 0)
  await takeIn(ctx, {
    sourceId: 1,
    items: [
      {
        guid: '1',
        platform: 'weibo',
        text: '捷信利息太高，坑人，垃圾客服',
        publishedAt: ago(1),
        engagement: { likes: 50 },
      },
    ],
  })
  assert.equal((await readWall(ctx, { drill: 0, after: first.next })).posts.length, 0)
  const later: Ctx = { ...ctx, now: () => new Date(now.getTime() + 5_000) }
  await takeIn(later, { sourceId: 1, items: [{ guid: 'n', platform: 'weibo', text: '捷信新帖', publishedAt: ago(0) }] })
  const second = await readWall(later, { drill: 0, after: first.next })
  assert.deepEqual(
    second.posts.map(({ text }) => text),
    ['捷信新帖'],
  )
})

test('a saved search is seen by its owner, and by others when shared; only its owner changes it', async () => {
  const as = (id: string): Ctx => ({ ...ctx, actor: { ...ctx.actor, kind: 'user', id, name: id } })
  const mine = await writeSearch(as('a'), { name: '利息', query: { q: '利息', days: '30' }, shared: false })
  const [one] = mine.items
  assert.ok(one)
  assert.equal((await countSearch(as('a'), { id: one.id })).total, 2)
  assert.equal((await listSearches(as('b'))).items.length, 0)
  await writeSearch(as('a'), { id: one.id, name: '利息', query: { q: '利息' }, shared: true })
  assert.equal((await listSearches(as('b'))).items[0]?.mine, false)
  await assert.rejects(deleteSearch(as('b'), { id: one.id }), { code: 'posts.searchNotYours' })
  await deleteSearch(as('a'), { id: one.id })
  assert.equal((await listSearches(as('a'))).items.length, 0)
})

test('a post that a person put right is found by what it is now, and the page is filled up behind it', async () => {
  const of = async (sentiment: string) => found({ sentiment, limit: '2' })
  const before = await of('-1,0,1')
  assert.equal(before.length, 2)
  await ctx.ch.command(
    ch.sql`insert into posts select * replace (toInt8(7) as sentiment, number + 1 as number)
      from posts final where drill_id = 0 order by published_at desc, post_id desc limit 1`,
  )
  const after = await of('-1,0,1')
  assert.equal(after.length, 2)
  assert.equal(after[0], before[1], 'the newest has another value now')
  // Whoever had many followers has few now: his post comes where it weighs, on one page or over several.
  await ctx.ch.command(
    ch.sql`insert into posts select * replace (toUInt32(3) as followers, number + 1 as number)
      from posts final where drill_id = 0 and guid = '2'`,
  )
  const whole = await found({ sort: 'influence' })
  assert.notEqual(whole[1], '转发：捷*信利息太高')
  const paged: string[] = []
  let from: string | undefined
  do {
    const page = await searchPosts(ctx, PostsQuery.parse({ sort: 'influence', limit: '1', after: from }))
    paged.push(...page.items.map(({ title, text }) => title || text))
    from = page.next ?? undefined
  } while (from !== undefined)
  assert.deepEqual(paged, whole)
})

test('a question that nobody waits for any more is ended', async () => {
  const left = new AbortController()
  left.abort(new Error('left'))
  await assert.rejects(searchPosts(ctx, PostsQuery.parse({ q: '利息' }), left.signal), { message: 'left' })
  await assert.rejects(facetsOf(ctx, PostFilter.parse({}), left.signal), { message: 'left' })
})
