import assert from 'node:assert/strict'
import test from 'node:test'
import { cedLines } from '#test'
import { influenceOf, type SpreadPost, spreadOf } from './spread.ts'

const t0 = Date.UTC(2026, 2, 10)
const aPost = (id: string, parentId: string, minutes: number, more: Partial<SpreadPost> = {}): SpreadPost => ({
  id,
  parentId,
  rootId: id === '1' ? '0' : '1',
  author: `u${id}`,
  authorName: 'x***',
  authorClass: 'person',
  followers: 10,
  platform: 'weibo',
  at: new Date(t0 + minutes * 60_000),
  spam: 0,
  ...more,
})

test('layers, subtrees and what is only known by its root', () => {
  const spread = spreadOf([
    aPost('1', '0', 0, { followers: 1_000 }),
    aPost('2', '1', 5),
    aPost('3', '2', 10, { followers: 50_000, authorClass: 'media' }),
    aPost('4', '3', 70),
    aPost('5', '3', 80, { spam: 0.9, author: 'u4' }),
    // It says from whom, but that one was not collected; and one that says only the origin.
    aPost('6', '99', 90),
    aPost('7', '0', 95),
    // A source that tells a copy before its original.
    aPost('8', '5', 20),
    aPost('9', '0', 200, { rootId: '0' }),
  ])
  assert.equal(spread.posts, 8, 'who copies nobody and is not copied is no part of it')
  assert.equal(spread.depth, 3)
  assert.deepEqual(
    spread.layers.map(({ posts, authors }) => [posts, authors]),
    [
      [1, 1],
      [4, 4],
      [1, 1],
      [2, 1],
    ],
  )
  assert.deepEqual(
    spread.spreaders.map(({ id, below }) => [id, below]),
    [
      ['2', 3],
      ['3', 2],
    ],
  )
  assert.equal(spread.attachedToRoot, 2 / 7)
  assert.deepEqual(
    spread.hourly.map(({ layers }) => layers),
    [
      [1, 2, 1, 0, 0, 0],
      [0, 2, 0, 2, 0, 0],
    ],
  )
  assert.equal(spread.audience, 1_000 + 50_000 + 10 * 6)
  assert.equal(spread.spam, 1 / 9)
})

test('of CED events every repost has its place, and how many stand under the root by guess is said', () => {
  const [line = ''] = cedLines({ first: 1 })
  const { post, reposts } = JSON.parse(line) as {
    post: { mid: string; at: number; followers: number }
    reposts: { mid: string; parent: string | null; uid: string; at: number }[]
  }
  const spread = spreadOf([
    aPost(post.mid, '0', 0, { rootId: '0', at: new Date(post.at * 1_000), followers: post.followers }),
    ...reposts.map(({ mid, parent, uid, at }) =>
      aPost(mid, parent ?? '0', 0, { rootId: post.mid, author: uid, at: new Date(at * 1_000) }),
    ),
  ])
  assert.equal(spread.posts, reposts.length + 1)
  assert.equal(
    spread.layers.reduce((sum, { posts }) => sum + posts, 0),
    spread.posts,
  )
  const named = reposts.filter(({ parent }) => parent !== null).length
  assert.ok(Math.abs(spread.attachedToRoot - (reposts.length - named) / reposts.length) < 0.05)
  assert.ok(spread.depth >= 2 && spread.nodes.length <= 260)
})

test('influence grows with followers and standing', () => {
  assert.ok(influenceOf('person', 100) < influenceOf('person', 100_000))
  assert.ok(influenceOf('media', 100_000) > influenceOf('verified', 100_000))
  assert.equal(influenceOf('central-media', 100_000_000), 100)
})
