import assert from 'node:assert/strict'
import test from 'node:test'
import { ch } from '#platform'
import { aCtx } from '#test'
import { holdIntake } from './hold.ts'
import { normalUrl } from './keys.ts'
import { isRefused, prepare } from './prepare.ts'
import { closeLostBatches, takeIn } from './take-in.ts'

const ctx = await aCtx()

const anItem = (guid: string, more: Record<string, unknown> = {}) => ({
  guid,
  platform: 'weibo',
  text: `这是第 ${guid} 条帖文，电话 13812345678`,
  publishedAt: '2026-11-20T08:00:00+08:00',
  ...more,
})

test('addresses that lead to one page are one', () => {
  for (const url of [
    'https://www.example.com/a/b/?b=2&a=1&utm_source=x#top',
    'http://m.example.com/a/b?a=1&b=2&spm=9',
    'https://example.com:443/a/b?a=1&b=2',
  ])
    assert.equal(normalUrl(url), 'example.com/a/b?a=1&b=2')
  assert.notEqual(normalUrl('https://example.com/a?id=1'), normalUrl('https://example.com/a?id=2'))
})

test('posts are stored once, masked, whatever comes twice; what is wrong is said with its place', async () => {
  const items = [
    anItem('1', {
      url: 'https://weibo.com/1?utm_source=a',
      author: { id: 'u1', name: '张小明' },
      engagement: { likes: 3 },
    }),
    anItem('2'),
    { ...anItem('3'), publishedAt: 'yesterday' },
    anItem('1'),
    anItem('4', { text: ' ' }),
  ]
  const first = await takeIn(ctx, { sourceId: 1, items })
  assert.deepEqual([first.stored.length, first.known.length], [2, 0])
  assert.deepEqual(
    first.refused.map(({ index, field }) => [index, field]),
    [
      [2, 'publishedAt'],
      [4, 'text'],
    ],
  )
  // The same address under another id, and the same id with more likes.
  const again = await takeIn(ctx, {
    sourceId: 2,
    items: [anItem('x', { url: 'https://m.weibo.com/1' }), anItem('2', { engagement: { likes: 1_200 } })],
  })
  assert.deepEqual([again.stored, again.known.length], [[], 2])
  const rows = await ctx.ch.rows<{ guid: string; text: string; likes: string; author_name: string }>(
    ch.sql`select guid, text, likes, author_name from posts final where drill_id = 0 order by guid`,
  )
  assert.deepEqual(
    rows.map(({ guid, likes }) => [guid, Number(likes)]),
    [
      ['1', 3],
      ['2', 1_200],
    ],
  )
  assert.ok(rows.every(({ text }) => text.includes('138****5678') && !text.includes('13812345678')))
  const drill = await takeIn(ctx, { sourceId: 1, drillId: 7, items })
  assert.equal(drill.stored.length, 2, 'a drill knows nothing of what is real')
})

test('two calls at once store a post once', async () => {
  const items = Array.from({ length: 50 }, (_, n) => anItem(`p${n}`))
  const both = await Promise.all([takeIn(ctx, { sourceId: 1, items }), takeIn(ctx, { sourceId: 1, items })])
  assert.equal(
    both.reduce((sum, { stored }) => sum + stored.length, 0),
    50,
  )
})

test('a batch whose process died after storing is told of; one that stored nothing is closed', async () => {
  const { batch } = await takeIn(ctx, { sourceId: 1, items: [anItem('lost')] })
  const old = new Date(ctx.now().getTime() - 120_000)
  const empty = await ctx.pg
    .insertInto('opinion.intake')
    .values({ drill_id: 0, source_id: 1, at: old, posts: 3 })
    .returning('id')
    .executeTakeFirstOrThrow()
  await ctx.pg.updateTable('opinion.intake').set({ state: 'open', at: old }).where('id', '=', String(batch)).execute()
  assert.equal(await closeLostBatches(ctx), 2)
  const rows = await ctx.pg
    .selectFrom('opinion.intake')
    .select(['id', 'state'])
    .where('id', 'in', [String(batch), empty.id])
    .orderBy('id')
    .execute()
  assert.deepEqual(
    rows.map(({ id, state }) => [Number(id), state]),
    [
      [batch, 'told'],
      [Number(empty.id), 'empty'],
    ],
  )
})

test('posts wait while a backup copies both stores', async () => {
  const goOn = await holdIntake(ctx)
  let done = false
  const waiting = takeIn(ctx, { sourceId: 1, items: [anItem('held')] }).then((taken) => {
    done = true
    return taken
  })
  await new Promise((after) => setTimeout(after, 50))
  assert.equal(done, false)
  goOn()
  assert.equal((await waiting).stored.length, 1)
})

test('a batch is told of once, even when two processes find it lost at once', async () => {
  const listener = { event: 'opinion.postsStored', subscriber: 'test.listener', run: async () => undefined }
  const heard = { ...ctx, subscribers: new Map([[listener.event, [listener]]]) }
  const { batch } = await takeIn(heard, { sourceId: 1, items: [anItem('told')] })
  const waiting = async () =>
    (await ctx.pg.selectFrom('platform.outbox').select('id').where('subscriber', '=', 'test.listener').execute()).length
  assert.equal(await waiting(), 1)
  const old = new Date(ctx.now().getTime() - 120_000)
  const reopen = () =>
    ctx.pg.updateTable('opinion.intake').set({ state: 'open', at: old }).where('id', '=', String(batch)).execute()
  await reopen()
  await Promise.all([closeLostBatches(heard), closeLostBatches(heard)])
  assert.equal(await waiting(), 2, 'once for the batch that was open again')
})

test('what people click on is a page; a complaint says no numbers of persons', () => {
  const made = prepare(
    anItem('1', {
      url: ' javascript:alert(1)',
      complaint: { number: 'C1', appeal: ['请致电 13812345678 退费'], summary: '电话 13812345678' },
    }),
    0,
  )
  assert.ok(!isRefused(made))
  assert.equal(made.item.url, '')
  assert.equal(made.urlKey, undefined)
  assert.doesNotMatch(JSON.stringify(made.item.complaint), /13812345678/)
  const page = prepare(anItem('2', { url: 'https://weibo.com/1' }), 0)
  assert.ok(!isRefused(page))
  assert.equal(page.item.url, 'https://weibo.com/1')
})

test('signs that a store cannot hold are left out', () => {
  const made = prepare(anItem('a\u0000b', { title: '退\u0000费\u0007', text: '半个\ud83d字\n第二行\t完' }), 0)
  assert.ok(!isRefused(made))
  assert.deepEqual([made.item.guid, made.item.title, made.item.text], ['ab', '退费', '半个\ufffd字\n第二行\t完'])
})
