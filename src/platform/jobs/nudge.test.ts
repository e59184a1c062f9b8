import assert from 'node:assert/strict'
import test from 'node:test'
import type { PostgresStore } from '../postgres/store.ts'
import { nudge, openRest } from './nudge.ts'

const world = () => ({ store: {} as PostgresStore })
/** Longer than any test may take: what ends sooner was woken. */
const forEver = 3_600_000

test('a nudge ends the rest of whoever waits for it, once, and one that came before it is not lost', async () => {
  const ctx = world()
  const rest = openRest(ctx, ['posts', 'grades'])
  const other = openRest(ctx, ['letters'])
  const slept = rest.take(forEver)
  nudge(ctx, 'grades')
  await slept
  nudge(ctx, 'posts')
  nudge(ctx, 'posts')
  await rest.take(forEver)
  let woken = false
  const again = rest.take(forEver).then(() => {
    woken = true
  })
  nudge(ctx, 'letters')
  nudge(world(), 'posts')
  await other.take(forEver)
  assert.equal(woken, false)
  rest.stop()
  await again
})

test('what failed rests whatever is heard, and ends when it is stopped', async () => {
  const ctx = world()
  const rest = openRest(ctx, ['posts'])
  let ended = false
  const calm = rest.calm(forEver).then(() => {
    ended = true
  })
  nudge(ctx, 'posts')
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(ended, false)
  rest.stop()
  await calm
  await rest.take(forEver)
})
