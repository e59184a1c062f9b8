import assert from 'node:assert/strict'
import test from 'node:test'
import { clusterPairs } from './clusters.ts'

const edgesOf = (pairs: readonly (readonly [number, number, number])[]) => ({
  length: pairs.length,
  a: Int32Array.from(pairs, ([a]) => a),
  b: Int32Array.from(pairs, ([, b]) => b),
  weight: Float32Array.from(pairs, ([, , weight]) => weight),
})
const cluster = (
  pairs: readonly (readonly [number, number, number])[],
  { strong = [] as number[], others = -20, apart = [] as [number, number][] } = {},
) => {
  const between = new Map(pairs.map(([a, b, weight]) => [`${a} ${b}`, weight]))
  const { of, ...rest } = clusterPairs(edgesOf(pairs), {
    records: 6,
    from: 0,
    apart,
    strong: strong.length > 0 ? [Int32Array.from(strong)] : [],
    weightOf: (a, b) => between.get(`${Math.min(a, b)} ${Math.max(a, b)}`) ?? others,
  })
  return { ...rest, of: [...of] }
}

test('two different ID cards are never in one cluster, whatever links them', () => {
  const { of, refused } = cluster(
    [
      [0, 1, 30],
      [1, 2, 25],
    ],
    { strong: [7, 0, 8, 0, 0, 0] },
  )
  assert.deepEqual(of, [0, 0, 2, 3, 4, 5])
  assert.equal(refused, 1)
})

test('a chain of near-misses comes apart at its weakest link', () => {
  const { of, split } = cluster([
    [0, 1, 20],
    [2, 3, 20],
    [1, 2, 2],
  ])
  assert.deepEqual(of, [0, 0, 2, 2, 4, 5])
  assert.equal(split, 1)
})

test('pairs that no key brought together are weighed before a cluster is taken apart', () => {
  const { of } = cluster(
    [
      [0, 1, 20],
      [1, 2, 20],
    ],
    { others: 15 },
  )
  assert.deepEqual(of, [0, 0, 0, 3, 4, 5])
})

test('links below the threshold join nobody', () => {
  assert.deepEqual(cluster([[0, 1, -0.5]]).of, [0, 1, 2, 3, 4, 5])
})

test('two whom somebody has told apart do not meet through a third', () => {
  const { of } = cluster(
    [
      [0, 1, 30],
      [1, 2, 25],
    ],
    { apart: [[0, 2]], others: 15 },
  )
  assert.deepEqual(of, [0, 0, 2, 3, 4, 5])
})
