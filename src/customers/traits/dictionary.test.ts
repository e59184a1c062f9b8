import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx } from '#test'
import { openDictionary, typeTraits } from './dictionary.ts'

test('a sender who invents names fills the dictionary up to its bound; what goes beyond is reported, the rest is stored', async () => {
  const ctx = await aCtx()
  const dictionary = openDictionary()
  await dictionary.learn(ctx, [{ name: 'city', type: 'string', personal: false }])
  const invented = Array.from({ length: 12_000 }, (_, i) => ({
    name: `visited-${i}`,
    type: 'boolean' as const,
    personal: false,
  }))
  await dictionary.learn(ctx, invented)
  const entries = await dictionary.entries(ctx)
  assert.equal(entries.size, 10_000)
  const { writes, problems } = typeTraits(entries, [
    { name: 'city', value: '上海', personal: false },
    { name: 'one-more', value: 1, personal: false },
  ])
  assert.deepEqual(
    writes.map(({ name }) => name),
    ['city'],
  )
  assert.deepEqual(
    problems.map(({ field, code }) => [field, code]),
    [['one-more', 'trait.tooMany']],
  )
})
