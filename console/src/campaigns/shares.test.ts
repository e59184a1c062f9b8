import assert from 'node:assert/strict'
import test from 'node:test'
import { evenShares, withShare } from './shares.ts'

const arms = (...shares: number[]) => shares.map((share) => ({ share }))
const sharesOf = (list: readonly { share: number }[]) => list.map(({ share }) => share)

test('three equal arms sum to exactly one', () => {
  assert.deepEqual(sharesOf(evenShares(arms(0, 0, 0))), [0.3334, 0.3333, 0.3333])
})

test('moving one share leaves the others in their proportion', () => {
  assert.deepEqual(sharesOf(withShare(arms(0.5, 0.3, 0.2), 0, 0.75)), [0.75, 0.15, 0.1])
})

test('whatever is asked, each arm keeps a share and all come to one', () => {
  for (const count of [2, 3, 7, 10]) {
    let list = evenShares(arms(...Array.from({ length: count }, () => 0)))
    for (const [at, share] of [
      [0, 1],
      [1, 0],
      [count - 1, 0.3333],
      [0, 0.999_99],
      [1, 0.5],
    ] as const) {
      list = withShare(list, at, share)
      const sum = list.reduce((sum, { share }) => sum + Math.round(share * 10_000), 0)
      assert.equal(sum, 10_000)
      assert.ok(list.every(({ share }) => share >= 0.0001))
    }
  }
})
