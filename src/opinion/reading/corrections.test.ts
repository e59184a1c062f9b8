import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { changeVersion, keepVersion, listVersions, shippedCard, shippedFile } from '#models'
import { ch } from '#platform'
import { aCtx } from '#test'
import { takeIn } from '../intake/take-in.ts'
import { forgetActiveModel } from './active.ts'
import { correct, listCorrections, undoCorrection } from './corrections.ts'
import { explainPost } from './explain.ts'
import { labelQueue } from './queue.ts'
import { modelBoard } from './retrain.ts'

const ctx = await aCtx()

const anItem = (guid: string, text: string) => ({
  guid,
  platform: 'weibo',
  text,
  publishedAt: ctx.now().toISOString(),
})

const rowOf = async (id: string) => {
  const [row] = await ctx.ch.rows<{ aspects: string[]; corrected: string[]; unsure: string[]; sentiment: number }>(
    ch.sql`select aspects, corrected, unsure, sentiment from posts final where drill_id = 0 and post_id = ${ch.u64(BigInt(id))}`,
  )
  assert.ok(row)
  return row
}

test('a post put right says so, leaves the queue, is learnt from, and comes back when that is undone', async () => {
  const { stored } = await takeIn(ctx, {
    sourceId: 1,
    items: [
      anItem('a', '催收爆通讯录，给我妈和同事打电话辱骂，太过分了'),
      anItem('b', '今天也是努力搬砖的一天呢，谢谢你们的关心，感恩'),
      anItem('c', '这下好了，朋友圈都知道我是谁了，真会办事'),
    ],
  })
  const [harsh = ''] = stored
  assert.ok((await rowOf(harsh)).aspects.includes('harsh-collection'))
  const queue = await labelQueue(ctx, {})
  const [waiting] = queue.items
  assert.ok(waiting, 'of three posts the least clear is left to a person')
  const [head] = waiting.unsure
  assert.ok(head)
  assert.ok((queue.waiting[head] ?? 0) > 0)
  const before = await rowOf(waiting.id)
  const made = await correct(ctx, {
    id: waiting.id,
    drill: 0,
    why: '反话',
    answer: { head: 'aspects', right: ['privacy-leak', 'refund'] },
  })
  assert.deepEqual((await rowOf(waiting.id)).aspects, ['privacy-leak', 'refund'])
  assert.deepEqual((await rowOf(waiting.id)).corrected, ['aspects'])
  assert.equal((await modelBoard(ctx)).corrections, 1)
  assert.ok(!(await labelQueue(ctx, { head: 'aspects' })).items.some(({ id }) => id === waiting.id))
  const undone = await undoCorrection(ctx, { id: made.id })
  assert.equal(undone.undone, true)
  const after = await rowOf(waiting.id)
  assert.deepEqual([after.aspects, after.corrected], [before.aspects, []])
  await assert.rejects(undoCorrection(ctx, { id: made.id }), /undone/)
  assert.equal((await listCorrections(ctx, {})).items.length, 1)
  await assert.rejects(
    correct(ctx, { id: harsh, drill: 0, why: '', answer: { head: 'toward', subjectId: 99, right: 1 } }),
    /not about/,
  )
})

test('the pieces that decided are pieces of the text', async () => {
  const text = '客服态度很好，可是催收每天给我家人打电话威胁，我要投诉'
  const { stored } = await takeIn(ctx, { sourceId: 1, items: [anItem('explained', text)] })
  const { items } = await explainPost(ctx, { id: stored[0] ?? '', drill: 0 })
  const harsh = items.find(({ label }) => label === 'harsh-collection')
  assert.ok(harsh && harsh.spans.length > 0)
  const marked = harsh.spans.map(({ start, end }) => text.slice(start, end)).join('|')
  assert.match(marked, /催收|家人|打电话|威胁/)
  assert.doesNotMatch(marked, /很好/)
})

test('a version comes into force from the shadow, where live posts and persons compared it', async () => {
  const card = { ...shippedCard('posts-1'), name: 'posts-of-a-test' }
  const id = await keepVersion(ctx, 'posts', { bytes: readFileSync(shippedFile('posts-1')), card })
  await assert.rejects(
    changeVersion(ctx, 'posts', { id, to: 'active', why: 'at once' }, { comparedPosts: 0 }),
    /cannot be put/,
  )
  await changeVersion(ctx, 'posts', { id, to: 'shadow', why: 'watch it' }, { comparedPosts: 2 })
  forgetActiveModel()
  const { stored } = await takeIn(ctx, {
    sourceId: 1,
    items: [anItem('s1', '利息太高了，提前还款还要收违约金'), anItem('s2', '审批很快，服务特别好')],
  })
  await correct(ctx, { id: stored[1] ?? '', drill: 0, why: '', answer: { head: 'sentiment', right: 1 } })
  const [own] = await listVersions(ctx, 'posts')
  const sentiment = own?.comparison.find(({ head }) => head === 'sentiment')
  // The same weights agree always, and are right as often.
  assert.deepEqual([sentiment?.posts, sentiment?.agreed, sentiment?.judged], [2, 2, 1])
  assert.equal(sentiment?.activeRight, sentiment?.shadowRight)
  const takeOver = (by: typeof ctx, comparedPosts: number) =>
    changeVersion(by, 'posts', { id, to: 'active', why: 'better' }, { comparedPosts })
  const second: typeof ctx = { ...ctx, actor: { ...ctx.actor, id: 'second', name: 'second' } }
  await assert.rejects(takeOver(second, 3), { code: 'models.tooFewCompared' })
  await assert.rejects(takeOver(ctx, 2), { code: 'models.secondPersonNeeded' })
  await assert.rejects(takeOver({ ...second, actor: { ...second.actor, kind: 'key' } }, 2), /secondPersonNeeded/)
  await takeOver(second, 2)
  forgetActiveModel()
  const third = await takeIn(ctx, { sourceId: 1, items: [anItem('s3', '客服没人接')] })
  const [row] = await ctx.ch.rows<{ reading: number }>(
    ch.sql`select reading from posts final where post_id = ${ch.u64(BigInt(third.stored[0] ?? '0'))}`,
  )
  assert.equal(row?.reading, id)
  await changeVersion(ctx, 'posts', { id: 0, to: 'active', why: 'back' }, { comparedPosts: 1_000 })
  forgetActiveModel()
  assert.deepEqual(
    (await listVersions(ctx, 'posts')).map(({ state }) => state),
    ['retired', 'active'],
  )
})

test('a version made for the features of another program is out of use, and says so', async () => {
  const shipped = shippedCard('posts-1')
  const card = { ...shipped, name: 'posts-of-before', features: shipped.features - 1 }
  const id = await keepVersion(ctx, 'posts', { bytes: readFileSync(shippedFile('posts-1')), card })
  await assert.rejects(changeVersion(ctx, 'posts', { id, to: 'shadow', why: 'watch it' }, { comparedPosts: 0 }), {
    code: 'models.madeForOthers',
  })
  // As one stays in force when the program is replaced by a newer one.
  await ctx.pg.updateTable('models.version').set({ state: 'active' }).where('id', '=', id).execute()
  forgetActiveModel()
  const { stored } = await takeIn(ctx, { sourceId: 1, items: [anItem('o1', '客服一直没人接')] })
  const [row] = await ctx.ch.rows<{ reading: number }>(
    ch.sql`select reading from posts final where post_id = ${ch.u64(BigInt(stored[0] ?? '0'))}`,
  )
  assert.equal(row?.reading, 0)
  const versions = await listVersions(ctx, 'posts')
  assert.deepEqual(
    versions.filter(({ id: one }) => one === id || one === 0).map(({ state, usable }) => [state, usable]),
    [
      ['active', false],
      ['active', true],
    ],
  )
})
