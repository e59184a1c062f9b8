import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { aCtx } from '#test'
import { postIdOf } from '../intake/keys.ts'
import { rewritePosts } from '../intake/rewrite.ts'
import { takeIn } from '../intake/take-in.ts'
import { createRule, createSubject } from '../subjects/store.ts'
import { NewSubject, RuleDefinition } from '../subjects/subject-contract.ts'
import { mergeEvents, renameEvent, splitEvent, undoChange } from './changes.ts'
import { eventFacts } from './event-facts.ts'
import { EventPostQuery, EventQuery } from './events-contract.ts'
import { eventSubscriptions } from './feature.ts'
import { listEvents } from './list.ts'
import { readEvent, readEventPosts, readSpread, readTimeline } from './read.ts'
import { settleEvents } from './settle.ts'
import { keepApart, suggestTogether } from './suggest.ts'
import { turnEvents } from './turn.ts'
import { turnOf } from './turn-number.ts'
import { queueGained } from './waiting.ts'

const hour = 3_600_000
const start = new Date('2026-03-10T02:00:00Z')

/** A world whose clock the test moves. */
const aWorld = async () => {
  const clock = { now: start }
  const plain = await aCtx({ now: () => clock.now })
  const ctx: Ctx = { ...plain, jobs: { ...plain.jobs, send: async () => undefined } }
  const { id } = await createSubject(ctx, NewSubject.parse({ kind: 'brand', name: '凌云消费金融', own: true }))
  await createRule(ctx, {
    id,
    name: '主规则',
    on: true,
    reason: '',
    definition: RuleDefinition.parse({ expression: '凌云' }),
  })
  const rules = clock.now
  // Rules are looked at every second.
  clock.now = new Date(rules.getTime() + 5_000)
  return { ctx, clock, subject: id }
}

const world = await aWorld()

let made = 0
interface Said {
  at?: Date
  authorClass?: string
  text: string
  author?: string
  platform?: string
  root?: string
  guid?: string
  followers?: number
}

const hear = async (ctx: Ctx, posts: readonly Said[], drillId = 0) => {
  const items = posts.map(
    ({ text, at, author, authorClass = 'person', platform = 'weibo', root, guid, followers = 100 }, n) => {
      made++
      return {
        guid: guid ?? `g${made}`,
        platform,
        kind: root ? 'repost' : 'post',
        text,
        publishedAt: (at ?? new Date(ctx.now().getTime() - (posts.length - n) * 1_000)).toISOString(),
        author: { id: author ?? `a${made}`, name: '某人', class: authorClass, followers },
        ...(root && { rootGuid: root, parentGuid: root }),
      }
    },
  )
  const { batch, stored } = await takeIn(ctx, { sourceId: 1, drillId, items })
  await eventSubscriptions[0]?.run(ctx, { batch, drillId, posts: stored.length } as never)
  while (await turnEvents(ctx));
}

const events = (ctx: Ctx) =>
  ctx.pg.selectFrom('opinion.event').selectAll().where('merged_into', 'is', null).orderBy('id').execute()

test('posts become events: stories apart, copies counted, named from their posts, facts for a grade', async () => {
  const { ctx, clock, subject } = world
  const stories = readFileSync(join(import.meta.dirname, 'stories.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string])
  const told = stories.filter(([story]) => story === 'lingyun-leak' || story === 'lingyun-collect')
  // One of them does not name the subject.
  const posts = told.map(([, text], n) => ({ text, platform: n % 2 === 0 ? 'weibo' : 'news', guid: `s${n}` }))
  for (const from of [0, 4, 8]) {
    clock.now = new Date(clock.now.getTime() + hour)
    await hear(ctx, posts.slice(from, from + 4))
  }
  // Copies that do not name the subject, and a root that is not known.
  await hear(ctx, [
    { text: '转发微博', root: 's0' },
    { text: '太过分了', root: 's0' },
    { text: '别家的事', root: 'nobody' },
  ])
  const rows = (await events(ctx)).filter(({ state }) => state === 'open')
  assert.equal(rows.length, 2, JSON.stringify((await events(ctx)).map(({ title, state }) => [title, state])))
  const [collect] = rows
  assert.ok(collect)
  assert.equal(collect.posts, 7)
  assert.equal(collect.platforms, 2)
  assert.match(collect.title, /晕倒|催收/)
  assert.equal(collect.gist_posts.length > 0, true)
  const facts = await eventFacts(ctx, collect.id)
  assert.equal(facts?.posts, 7)
  assert.deepEqual(
    facts?.subjects.map(({ id, name }) => [id, name]),
    [[subject, '凌云消费金融']],
  )
  assert.deepEqual(facts?.platforms, ['news', 'weibo'])
  assert.ok((facts?.keyPosts.length ?? 0) > 0)
  // Read as the console reads it.
  const page = await listEvents(ctx, EventQuery.parse({ search: '晕倒' }))
  assert.deepEqual([page.total, page.items[0]?.id, page.counts.open], [1, collect.id, 2])
  assert.equal(
    page.items[0]?.trend.reduce((sum, posts) => sum + posts, 0),
    7,
  )
  const detail = await readEvent(ctx, { id: collect.id })
  assert.equal(detail.firstPost?.first, true)
  assert.equal(detail.representative[0]?.copies, 3, 'the text copied most comes first')
  assert.equal(detail.toward.negative + detail.toward.neutral + detail.toward.positive, 5)
  const timeline = await readTimeline(ctx, { id: collect.id, step: '1h' })
  assert.deepEqual(
    timeline.hops.map(({ platform }) => platform),
    ['weibo', 'news'],
  )
  assert.equal(
    timeline.points.reduce((sum, { posts }) => sum + posts, 0),
    7,
  )
  const spread = await readSpread(ctx, { id: collect.id })
  assert.deepEqual([spread.posts, spread.depth, spread.attachedToRoot], [3, 1, 0])
  await changeByHand(ctx, rows)
  // Silence closes it; a copy of its posts opens it again.
  clock.now = new Date(clock.now.getTime() + 80 * hour)
  await settleEvents(ctx)
  assert.equal((await events(ctx)).find(({ id }) => id === collect.id)?.state, 'closed')
  await hear(ctx, [{ text: '又看到这条', root: 's0' }])
  assert.equal((await events(ctx)).find(({ id }) => id === collect.id)?.state, 'open')
})

/** Merge, undo, split, undo: each puts every post where it was. */
const changeByHand = async (ctx: Ctx, rows: readonly { id: number; posts: number }[]) => {
  const [one, two] = rows
  assert.ok(one && two)
  const settled = async () => {
    while (await turnEvents(ctx));
    const now = await events(ctx)
    return rows.map(({ id }) => now.find((event) => event.id === id)?.posts ?? null)
  }
  await mergeEvents(ctx, { id: two.id, into: one.id, reason: '同一件事' })
  assert.deepEqual(await settled(), [one.posts + two.posts, null])
  await assert.rejects(renameEvent(ctx, { id: two.id, title: '另一个', reason: '' }), {
    code: 'opinionEvents.mergedAway',
  })
  const undo = async (kind: string) => {
    const change = (await readEvent(ctx, { id: one.id })).changes.find((made) => made.kind === kind && !made.undone)
    assert.equal(change?.canUndo, true)
    await undoChange(ctx, { changeId: change?.id ?? 0, reason: '弄错了' })
  }
  await undo('merged')
  assert.deepEqual(await settled(), [one.posts, two.posts])
  const { items } = await readEventPosts(ctx, { ...EventPostQuery.parse({ order: 'first' }), id: one.id })
  const copied = items.find(({ copies }) => copies > 1)
  const made = await splitEvent(ctx, { id: one.id, posts: [copied?.id ?? '0'], reason: '另一件事' })
  assert.deepEqual(await settled(), [one.posts - 3, two.posts])
  assert.equal((await eventFacts(ctx, made.id))?.posts, 3)
  await undo('split')
  assert.deepEqual(await settled(), [one.posts, two.posts])
  await renameEvent(ctx, { id: one.id, title: '催收致老人晕倒', reason: '' })
  await settled()
  assert.equal((await events(ctx)).find(({ id }) => id === one.id)?.title, '催收致老人晕倒')
}

test('a wave of people bursts, one account repeating itself does not; a drill stays among itself', async () => {
  const { ctx, clock, subject } = world
  // What was told before is long over.
  clock.now = new Date(clock.now.getTime() + 30 * 24 * hour)
  const wave = (author?: string) =>
    Array.from({ length: 12 }, (_, n) => ({
      text: `凌云 App 登录不上 还款日怎么办 ${n} ${'，等了很久'.repeat(n % 3)}`,
      ...(author && { author }),
    }))
  await hear(ctx, wave('one'))
  const bursts = () => ctx.pg.selectFrom('opinion.burst').selectAll().where('drill_id', '=', 0).execute()
  assert.deepEqual(
    (await bursts()).map(({ state }) => state),
    ['suspected'],
  )
  await hear(ctx, wave(), 9)
  assert.equal((await bursts()).length, 1)
  clock.now = new Date(clock.now.getTime() + 60_000)
  await hear(ctx, wave())
  const [burst] = await bursts()
  assert.equal(burst?.state, 'confirmed')
  assert.equal(burst?.subject_id, subject)
  const bursting = (await events(ctx)).filter(({ bursting, drill_id }) => bursting && drill_id === 0)
  assert.equal(bursting.length, 1)
  assert.equal(bursting[0]?.id, burst?.event_id)
  clock.now = new Date(clock.now.getTime() + 3 * hour)
  await settleEvents(ctx)
  assert.equal((await bursts())[0]?.state, 'over')
  assert.equal(
    (await events(ctx)).some(({ bursting, drill_id }) => bursting && drill_id === 0),
    false,
  )
  assert.equal(
    (await events(ctx)).every(({ drill_id, posts }) => (drill_id === 9 ? posts <= 12 : posts <= 24)),
    true,
  )
})

/** Posts as somebody else changed them. */
const rewritten = (ctx: Ctx, guids: readonly string[], values: Record<string, unknown>) =>
  rewritePosts(ctx, { drillId: 0, ids: guids.map((guid) => postIdOf('weibo', guid)) }, () => values)

test('one voice that calls for a group makes no event of itself; a second does, and so does a danger to life', async () => {
  const { ctx, clock } = world
  clock.now = new Date(clock.now.getTime() + 30 * 24 * hour)
  const urgencyOf = async (search: string) => {
    const event = (await events(ctx)).findLast(({ title, gist }) => `${title}${gist}`.includes(search))
    const facts = event && (await eventFacts(ctx, event.id))
    return [event?.state, facts?.urgencies]
  }
  const flagged = async (guids: readonly string[], urgency: string) => {
    await rewritten(ctx, guids, { urgency: [urgency] })
    await ctx.pg
      .updateTable('opinion.event')
      .set({ changed_at: clock.now })
      .where('last_at', '>', new Date(clock.now.getTime() - hour))
      .execute()
    while (await turnEvents(ctx));
  }
  await hear(ctx, [
    { text: '凌云的砍价群今晚集合，名额先到先得', guid: 'group1' },
    { text: '听歌听到凌云两个字，心情蓝色的一天', guid: 'blue' },
  ])
  clock.now = new Date(clock.now.getTime() + 1_000)
  await flagged(['group1'], 'group-action')
  assert.deepEqual(await urgencyOf('砍价群'), ['watching', []])
  await hear(ctx, [{ text: '转：凌云的砍价群今晚集合，名额先到先得', root: 'group1', guid: 'group2' }])
  clock.now = new Date(clock.now.getTime() + 1_000)
  await flagged(['group1', 'group2'], 'group-action')
  assert.deepEqual(await urgencyOf('砍价群'), ['open', ['group-action']])
  clock.now = new Date(clock.now.getTime() + 1_000)
  await flagged(['blue'], 'self-harm')
  assert.deepEqual(await urgencyOf('听歌听到'), ['open', ['self-harm']])
})

test('posts that are found to be about a subject later join its events, and what is old is not told of', async () => {
  const { ctx, clock } = world
  clock.now = new Date(clock.now.getTime() + 30 * 24 * hour)
  const { id: newcomer } = await createSubject(ctx, NewSubject.parse({ kind: 'brand', name: '海棠金服', own: true }))
  const at = (back: number) => new Date(clock.now.getTime() - back * hour)
  const told = [
    '海棠金服泄露客户名单，暗网叫卖',
    '海棠金服客户名单在暗网叫卖，快改密码',
    '暗网叫卖海棠金服客户名单，公司沉默',
  ]
  await hear(
    ctx,
    told.map((text, n) => ({ text, at: at(50 - n), guid: `old${n}` })),
  )
  const before = await events(ctx)
  assert.equal(
    before.some(({ subjects }) => subjects.includes(newcomer)),
    false,
  )
  const rows = await ctx.ch.rows<Record<string, unknown> & { post_id: string; published_at: string }>(
    ch.sql`select * from posts final where drill_id = 0 and post_id in ${ch.u64s(told.map((_, n) => BigInt(postIdOf('weibo', `old${n}`))))}`,
  )
  // Told before the posts say so: they wait.
  await queueGained(
    ctx,
    rows.map(({ post_id, published_at }) => ({
      postId: post_id,
      subjects: [newcomer],
      publishedAt: new Date(published_at),
    })),
  )
  await turnEvents(ctx)
  assert.equal((await events(ctx)).length, before.length)
  await rewritten(
    ctx,
    told.map((_, n) => `old${n}`),
    { subjects: [newcomer] },
  )
  const listener = {
    event: 'opinion.eventChanged',
    subscriber: 'test.events',
    run: async () => undefined,
  }
  const listening: Ctx = { ...ctx, subscribers: new Map([[listener.event, [listener]]]) }
  while (await turnEvents(listening));
  const waiting = await ctx.pg
    .selectFrom('platform.outbox')
    .select('id')
    .where('subscriber', '=', 'test.events')
    .execute()
  assert.equal(waiting.length, 0)
  const [event] = (await events(ctx)).filter(({ subjects }) => subjects.includes(newcomer))
  assert.deepEqual([event?.posts, event?.state, event?.first_at.toISOString()], [3, 'open', at(50).toISOString()])
  assert.equal((await ctx.pg.selectFrom('opinion.event_gain').selectAll().execute()).length, 0)
  const hours = await ctx.pg
    .selectFrom('opinion.subject_hour')
    .select('posts')
    .where('subject_id', '=', newcomer)
    .execute()
  assert.equal(
    hours.reduce((sum, { posts }) => sum + posts, 0),
    3,
  )
  // Who speaks of it again makes it news.
  await hear(listening, [{ text: '海棠金服回应了：名单系伪造', root: 'old0' }])
  assert.equal(
    (await ctx.pg.selectFrom('platform.outbox').select('id').where('subscriber', '=', 'test.events').execute()).length >
      0,
    true,
  )
})

test('what a watched source brings late is told of, what it brings from before it was watched is not', async () => {
  const { ctx, clock } = world
  clock.now = new Date(clock.now.getTime() + 30 * 24 * hour)
  const listener = { event: 'opinion.eventChanged', subscriber: 'test.late', run: async () => undefined }
  const listening: Ctx = { ...ctx, subscribers: new Map([[listener.event, [listener]]]) }
  const told = async (guid: string) => {
    const { rows } = await sql<{ event: number }>`
      select (payload::jsonb ->> 'eventId')::int as event from platform.outbox where subscriber = 'test.late'`.execute(
      ctx.pg,
    )
    const cluster = await ctx.ch.one<{ event: number }>(
      ch.sql`select event_id as event from posts final inner join (select * from cluster_events final) as c using cluster_id
        where post_id = ${ch.u64(BigInt(postIdOf('weibo', guid)))}`,
    )
    return rows.some(({ event }) => event === cluster?.event)
  }
  const at = (back: number) => new Date(clock.now.getTime() - back * hour)
  await sql`insert into opinion.source (id, name, kind, platform, post_kind, config, timetable, politeness, terms, has_secret, "on", created_at, created_by, changed_at)
    overriding system value values (1, '某源', 'feed', 'weibo', 'post', '{}', '{}', '{}', '{}', false, true, ${at(60)}, 't', ${at(60)})`.execute(
    ctx.pg,
  )
  const leak = ['凌云把客户通讯录卖给催收公司', '凌云卖通讯录的事我朋友也遇到了', '通讯录被凌云卖掉，天天有人打来']
  await hear(
    listening,
    leak.map((text, n) => ({ text, at: at(50 - n), guid: `late${n}` })),
  )
  assert.equal(await told('late0'), true)
  const before = ['凌云年会上高管醉酒闹事', '凌云年会高管醉酒打人视频流出', '凌云高管年会醉酒，公司道歉']
  await hear(
    listening,
    before.map((text, n) => ({ text, at: at(90 - n), guid: `history${n}` })),
  )
  assert.equal(await told('history0'), false)
})

test('events in the same words are suggested for one until a person says that they are two', async () => {
  const { ctx, clock } = world
  clock.now = new Date(clock.now.getTime() + 30 * 24 * hour)
  const fee = '凌云担保费收得离谱，合同里没有写担保费'
  await hear(ctx, [
    { text: fee, guid: 'fee1' },
    { text: `${fee}！`, guid: 'fee2' },
    { text: '凌云收的担保费合同里没有，离谱的担保费谁来管，已经投诉到消保委了大家一起来', guid: 'fee9' },
  ])
  const one = (await events(ctx)).findLast(({ title, gist }) => `${title}${gist}`.includes('担保费'))
  assert.ok(one)
  const { id: made } = await splitEvent(ctx, {
    id: one.id,
    posts: [postIdOf('weibo', 'fee9')],
    reason: '先分开看',
  })
  while (await turnEvents(ctx));
  await hear(ctx, [{ text: '转', root: 'fee9' }])
  assert.deepEqual((await suggestTogether(ctx, { id: one.id })).items, [], 'a person split it off')
  await ctx.pg.deleteFrom('opinion.event_apart').execute()
  const { items } = await suggestTogether(ctx, { id: one.id })
  assert.deepEqual(
    items.map(({ event }) => event.id),
    [made],
  )
  assert.ok(
    items[0]?.words.some((word) => word.includes('担保')),
    JSON.stringify(items[0]?.words),
  )
  const turn = await turnOf(ctx, 0)
  await keepApart(ctx, { id: made, other: one.id })
  assert.notEqual(await turnOf(ctx, 0), turn, 'whoever knows stories by heart reads that they are two')
  assert.deepEqual((await suggestTogether(ctx, { id: one.id })).items, [])
})

test('a crisis told in other words becomes one event by itself; undone, it stays two', async () => {
  const { ctx, clock } = world
  clock.now = new Date(clock.now.getTime() + 30 * 24 * hour)
  const usual = ['凌云还款日能改吗', '凌云额度怎么提', '凌云客服排队太久', '凌云利率算下来多少']
  await hear(
    ctx,
    usual.map((text) => ({ text })),
  )
  const copies = (root: string, count: number) => Array.from({ length: count }, () => ({ text: '转发微博', root }))
  await hear(ctx, [{ text: '凌云外包的催收一天给老人打三十二个电话，把老人骂到住院', guid: 'calls' }])
  clock.now = new Date(clock.now.getTime() + 60_000)
  await hear(ctx, [{ text: '凌云催收爆我通讯录，同事都来问我是不是欠钱跑了', guid: 'unlawful' }])
  const find = async (guid: string) => {
    const { rows } = await sql<{ id: number; merged_into: number | null }>`
      select e.id, e.merged_into from opinion.event e where first_post_id = ${postIdOf('weibo', guid)}`.execute(ctx.pg)
    return rows[0]
  }
  const [calls, unlawful] = [await find('calls'), await find('unlawful')]
  assert.ok(calls && unlawful && unlawful.merged_into === null)
  clock.now = new Date(clock.now.getTime() + 60_000)
  await hear(ctx, copies('calls', 40))
  await hear(ctx, copies('unlawful', 12))
  assert.equal((await find('unlawful'))?.merged_into, calls.id)
  const detail = await readEvent(ctx, { id: calls.id })
  assert.equal(detail.posts, 54)
  const [change] = detail.changes
  assert.deepEqual([change?.kind, change?.by, change?.canUndo], ['merged', null, true])
  await undoChange(ctx, { changeId: change?.id ?? 0, reason: '两件事' })
  clock.now = new Date(clock.now.getTime() + 60_000)
  await hear(ctx, copies('unlawful', 30))
  assert.equal((await find('unlawful'))?.merged_into, null)
  assert.equal((await readEvent(ctx, { id: unlawful.id })).posts, 43)
  // An hour after the first post its reposts tell how suspicious it is.
  assert.deepEqual([detail.rumourStage, detail.rumourReposts], ['text', 0])
  clock.now = new Date(clock.now.getTime() + 2 * hour)
  await hear(ctx, copies('calls', 1))
  const later = await readEvent(ctx, { id: calls.id })
  assert.deepEqual([later.rumourStage, later.rumourReposts], ['hour', 41])
  assert.equal((await eventFacts(ctx, calls.id))?.rumour, later.rumour)
})
