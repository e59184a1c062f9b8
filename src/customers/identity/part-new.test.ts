import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx } from '#test'
import { applySightings, keyIdentifiers } from './apply.ts'
import { partNew } from './part-new.ts'
import { loadSeenBefore, seenBefore } from './seen-before.ts'
import type { Sighting } from './sighting.ts'

const of = (...values: string[]): Sighting => ({
  identifiers: values.map((value) => ({ kind: 'accountId', value })),
  mayMerge: true,
  traits: [],
  atMs: 1_795_302_813_513,
  sourceId: 0,
  importId: 1,
})

test('whoever shares an identifier with another row or with somebody seen before is looked up; the others are new', async () => {
  const ctx = await aCtx()
  await ctx.tx((tx) => applySightings(tx, [of('known')]))
  const seen = await loadSeenBefore(ctx, 100)
  assert.ok(seen)
  const piece = [of('a'), of('b', 'shared'), of('known', 'c'), of('shared'), of('d', 'd'), of()]
  const keyed = piece.map(({ identifiers }) => keyIdentifiers(ctx, identifiers))
  assert.deepEqual(partNew(piece, keyed, seen), { fresh: [0, 4, 5], rest: [1, 2, 3] })
  assert.deepEqual(partNew(piece.slice(0, 1), keyed.slice(0, 1), seen), { fresh: [], rest: [0] })
})

test('a row that clears a trait is not written down unseen', async () => {
  const ctx = await aCtx()
  const clearing = { ...of('z'), traits: [{ name: 'city', type: 'string' as const, value: null, personal: false }] }
  assert.deepEqual(partNew([clearing], [keyIdentifiers(ctx, clearing.identifiers)], seenBefore(10)), {
    fresh: [],
    rest: [0],
  })
})

test('the filter never forgets what was added and seldom mistakes a stranger', async () => {
  const { vault } = await aCtx()
  const filter = seenBefore(20_000)
  const hashes = Array.from({ length: 20_000 }, (_, n) => vault.blindIndex('accountId', `p${n}`))
  for (const hash of hashes) filter.add(hash)
  assert.ok(hashes.every((hash) => filter.has(hash)))
  const mistaken = Array.from({ length: 20_000 }, (_, n) => vault.blindIndex('accountId', `q${n}`)).filter((hash) =>
    filter.has(hash),
  )
  assert.ok(mistaken.length < 60, `${mistaken.length} of 20,000`)
})
