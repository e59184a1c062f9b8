import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx, someCustomers } from '#test'
import type { Definition } from '../../src/audiences/contract.ts'
import { openFollower } from '../../src/audiences/live/follow.ts'
import { switchLive } from '../../src/audiences/live/switch.ts'
import { memberNos } from '../../src/audiences/members.ts'
import { createAudience } from '../../src/audiences/store.ts'

test('an event moves a person into a living audience at the next tick', async () => {
  const ctx = await aCtx()
  const [one, two] = await someCustomers(ctx, [
    { userId: 'a', events: [{ event: 'order' }] },
    { userId: 'b', traits: { city: '上海' } },
  ])
  const make = async (name: string, definition: Definition) => {
    const { id } = await createAudience(ctx, { name, description: '', definition, schedule: null })
    await switchLive(ctx, { id, on: true })
    return id
  }
  const ordered = await make('ordered', { event: 'order', within: '30 days' })
  const twice = await make('twice', { event: 'order', count: { gte: 2 } })
  const members = async (id: string) => {
    const nos: number[] = []
    for await (const block of memberNos(ctx, id)) nos.push(...block)
    return nos
  }
  const follower = openFollower(ctx)
  for (let i = 0; i < 3; i++) {
    console.log(await follower.tick())
    await follower.rebuilt()
  }
  assert.deepEqual(await members(ordered), [one?.no])
  assert.deepEqual(await members(twice), [])
  await someCustomers(ctx, [{ userId: 'a', events: [{ event: 'order' }] }, { userId: 'b', events: [{ event: 'order' }] }])
  console.log(await follower.tick())
  assert.deepEqual(await members(ordered), [one?.no, two?.no])
  assert.deepEqual(await members(twice), [one?.no])
  await follower.stop()
  assert.deepEqual(await members(ordered), [one?.no, two?.no])
})
