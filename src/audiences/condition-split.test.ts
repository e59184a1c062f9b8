import assert from 'node:assert/strict'
import test from 'node:test'
import { ch } from '#platform'
import { aCtx } from '#test'
import { compile, type World } from './condition.ts'
import { shareOf } from './condition-split.ts'

test('the hash is the one of GrowthBook, version 2', () => {
  // Source: growthbook packages/sdk-js/src/util.ts, run on these values.
  assert.equal(shareOf('exp1', 'a'), 0.8193)
  assert.equal(shareOf('exp1', 'user_1'), 0.7137)
  assert.equal(shareOf('exp1', '13800000000'), 0.8999)
})

test('10,000 numbers fall on the side that the hash says, and parts of a split share nobody', async () => {
  const ctx = await aCtx()
  const most = 2 ** 32 - 1
  const nos = Array.from({ length: 10_000 }, (_, i) => (i < 2_000 ? i + 1 : Math.round(((i - 2_000) / 7_999) * most)))
  await ctx.ch.insert('customers', [...new Set(nos)].map((no) => `${no}\t2026-01-01 00:00:00.000\t1\t1\n`).join(''))
  const world: World = {
    at: new Date(),
    zone: 'Asia/Shanghai',
    merges: false,
    traits: new Map(),
    audiences: new Map(),
  }
  for (const seed of ['exp1', '国庆 活动']) {
    const parts = [0, 0.1, 0.25, 0.5, 0.5001, 1]
    let found = 0
    for (const [i, to] of parts.entries()) {
      const from = parts[i - 1]
      if (from === undefined) continue
      const { customerNos } = compile({ split: { seed, from, to } }, world)
      const rows = await ctx.ch.rows<{ customer_no: number }>(customerNos)
      found += rows.length
      for (const { customer_no } of rows) {
        const share = shareOf(seed, String(customer_no))
        assert.ok(share >= from && share < to, `${customer_no} stands at ${share}`)
      }
    }
    assert.equal(found, new Set(nos).size)
  }
  const { size } = compile({ sample: { of: { all: [] }, size: 137, seed: 'x' } }, world)
  assert.equal((await ctx.ch.one<{ size: number }>(size))?.size, 137)
  assert.ok(ch.render(size).text.length < 10_000)
})
