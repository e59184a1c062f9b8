import assert from 'node:assert/strict'
import test from 'node:test'
import { ch } from '#platform'
import { startTestApp } from '#test'

interface Found {
  items: { id: string }[]
}
interface Profile {
  traits: { name: string; value: unknown }[]
}

const { ctx, ok, call, send } = await startTestApp()
const { writeKey } = await ok<{ writeKey: string }>('POST', '/api/sources', { name: 'web' })
const identify = async (body: Record<string, unknown>) => {
  const answer = await send(writeKey, '/v1/identify', body)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
}
const find = async (value: string, kind = 'accountId') => {
  const { items } = await ok<Found>('POST', '/api/customers/search', { identifier: { kind, value } })
  return items[0]?.id ?? ''
}
const shown = async (id: string, name: string) => {
  const { traits } = await ok<Profile>('GET', `/api/customers/${id}`)
  return traits.find((trait) => trait.name === name)?.value
}

test('the last word counts whichever device it came from, also when a device repeats itself', async () => {
  await identify({ userId: 'two-devices', anonymousId: 'browser', traits: { plan: 'basic' } })
  await identify({ userId: 'two-devices', anonymousId: 'telephone', traits: { plan: 'pro' } })
  await identify({ userId: 'two-devices', anonymousId: 'browser', traits: { plan: 'basic' } })
  assert.equal(await shown(await find('two-devices'), 'plan'), 'basic')
})

test('the last word counts whichever of a merged person’s numbers it was said under', async () => {
  await identify({ userId: 'merged-a', traits: { plan: 'basic' } })
  await identify({ anonymousId: 'merged-b', traits: { plan: 'pro' } })
  const [a, b] = [await find('merged-a'), await find('merged-b', 'anonymousId')]
  await ok('POST', '/api/customers/merge', { into: a, from: b, reason: 'one person' })
  assert.equal(await shown(a, 'plan'), 'pro')
  await identify({ userId: 'merged-a', traits: { plan: 'basic' } })
  assert.equal(await shown(a, 'plan'), 'basic')
  await identify({ anonymousId: 'merged-b', traits: { plan: 'pro' } })
  assert.equal(await shown(a, 'plan'), 'pro')
  await identify({ userId: 'merged-a', traits: { plan: 'basic' } })
  assert.equal(await shown(a, 'plan'), 'basic')
})

test('a trait that the dictionary calls personal stands in no event row, and its change is stored', async () => {
  await ok('PUT', '/api/traits/motherMaiden', { personal: true, title: '母亲姓' })
  await ok('PUT', '/api/traits/family.pet', { personal: true, title: '宠物' })
  for (const value of ['Zzyzx-one', 'Zzyzx-two'])
    await identify({
      userId: 'declared',
      traits: { motherMaiden: value, family: { pet: `${value}-pet` }, city: '上海' },
      context: { traits: { motherMaiden: value } },
    })
  const rows = await ctx.ch.rows<{ properties: string; context: string }>(
    ch.sql`select properties, context from events where event = '$identify' and position(properties, '上海') > 0`,
  )
  assert.equal(rows.length, 2)
  assert.doesNotMatch(JSON.stringify(rows), /Zzyzx/)
  const id = await find('declared')
  const { body } = await call<{ traits: Record<string, unknown> }>(
    'POST',
    `/api/customers/${id}/unmask`,
    { purpose: 'answering his question' },
    { roles: ['service'] },
  )
  assert.deepEqual(body.traits, { motherMaiden: 'Zzyzx-two', 'family.pet': 'Zzyzx-two-pet' })
})
