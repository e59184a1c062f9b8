import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test, { after } from 'node:test'
import type { Ctx } from '#platform'
import { aCtx, aCustomer, someCustomers, startCluster, startPostgresServer } from '#test'
import type { Definition } from '../../src/audiences/contract.ts'
import { readFeed } from '../../src/audiences/live/feed.ts'
import { openFollower } from '../../src/audiences/live/follow.ts'
import { switchLive } from '../../src/audiences/live/switch.ts'
import { memberNos } from '../../src/audiences/members.ts'
import { createAudience } from '../../src/audiences/store.ts'
import { setValues } from '../../src/audiences/tags/manual.ts'
import { changeState, createTag } from '../../src/audiences/tags/store.ts'
import { copyConsents } from '../../src/customers/consent-copy.ts'
import { mergeCustomers, unmergeCustomers } from '../../src/customers/identity/merge.ts'

const make = async (ctx: Ctx, definition: Definition) => {
  const { id } = await createAudience(ctx, { name: randomUUID(), description: '', definition, schedule: null })
  await switchLive(ctx, { id, on: true })
  return id
}
const members = async (ctx: Ctx, id: string) => {
  const nos: number[] = []
  for await (const block of memberNos(ctx, id)) nos.push(...block)
  return nos
}
const settle = async (follower: ReturnType<typeof openFollower>) => {
  for (let i = 0; i < 12; i++) {
    await follower.tick()
    await follower.rebuilt()
  }
}

test('tags, words of consent and new identifiers move people too, and a value that is true from tomorrow moves them then', async () => {
  let clock = Date.now()
  const ctx = await aCtx({ now: () => new Date(clock) })
  const { id: customer, no, userId } = await aCustomer(ctx)
  await createTag(ctx, {
    key: 'vip',
    title: 'VIP',
    purpose: 'test',
    meaning: 'test',
    definition: { kind: 'manual', values: [], type: 'string', multi: false },
    base: 'startOfDay',
    schedule: null,
    emptyPolicy: 'empty',
    keepVersions: 20,
    expiresOn: null,
  })
  await changeState(ctx, { key: 'vip', state: 'active' }).catch(() => undefined)
  const tagged = await make(ctx, { tag: 'vip', is: 'gold' })
  const agreed = await make(ctx, { consent: { purpose: 'marketing', channel: 'sms' }, is: 'granted' })
  const reached = await make(ctx, { reachable: 'sms' })
  const follower = openFollower(ctx, { restAfterLook: 0 })
  await settle(follower)
  assert.deepEqual(await Promise.all([tagged, agreed, reached].map((id) => members(ctx, id))), [[], [], []])

  await setValues(ctx, { id: Number(customer), key: 'vip', values: ['gold'], action: 'set' })
  await someCustomers(ctx, [{ userId, traits: { phone: '13912345677' } }])
  const at = new Date(clock + 86_400_000)
  await copyConsents(ctx, [{ id: '1', customer_no: no, purpose: 'marketing', channel: '', status: 'granted', at }])
  await follower.tick()
  assert.deepEqual(await Promise.all([tagged, agreed, reached].map((id) => members(ctx, id))), [[no], [], [no]])
  clock += 86_400_001
  await follower.tick()
  assert.deepEqual(await members(ctx, agreed), [no])
  await follower.stop()
})

test('on servers, a PostgreSQL and two ClickHouse shards, another process than the writer follows', async () => {
  const [cluster, server] = await Promise.all([startCluster({ shards: 2 }), startPostgresServer()])
  after(() => cluster.stop())
  const postgresUrl = await server.database('living')
  const writer = await aCtx({ postgresUrl, cluster })
  const [a, b] = await someCustomers(writer, [
    { userId: 'server-a', events: [{ event: 'order' }] },
    { userId: 'server-b', traits: { city: '上海' } },
  ])
  const once = await make(writer, { event: 'order', within: '30 days' })
  const twice = await make(writer, { event: 'order', count: { gte: 2 } })
  const ctx = await aCtx({ postgresUrl, cluster, sharing: writer })
  const follower = openFollower(ctx)
  await settle(follower)
  assert.deepEqual(await members(writer, once), [a?.no])
  const { next } = await readFeed(writer, { id: twice, after: 'end', limit: 1 })
  await someCustomers(writer, [{ userId: 'server-b', events: [{ event: 'order' }] }])
  await follower.tick()
  assert.deepEqual(await members(writer, once), [a?.no, b?.no])
  await mergeCustomers(writer, { into: String(a?.no), from: String(b?.no), reason: 'one person' })
  await settle(follower)
  assert.deepEqual(await members(writer, once), [a?.no])
  assert.deepEqual(await members(writer, twice), [a?.no])
  await unmergeCustomers(writer, { id: String(a?.no), from: String(b?.no), reason: 'two after all' })
  await settle(follower)
  assert.deepEqual(await members(writer, twice), [])
  const { items } = await readFeed(writer, { id: twice, after: next, limit: 10 })
  assert.deepEqual(
    items.map(({ change, customerId }) => [change, Number(customerId)]),
    [
      ['entered', a?.no],
      ['left', a?.no],
    ],
  )
  await follower.stop()
})
