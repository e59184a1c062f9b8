import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { anApiKey, aSource, someCustomers, startTestApp, type TestApp } from '#test'
import { createAudience } from '../../src/audiences/store.ts'
import { published } from './published.ts'

/* The whole program: tracking calls on one side, people in a journey on the other. */

const abandoned = {
  kind: 'event',
  event: 'page_view',
  where: [{ property: 'path', startsWith: '/loan' }],
  count: 3,
  within: { amount: 30, unit: 'minutes' },
  without: [{ event: 'loan_applied' }],
} as const

let app = await startTestApp({ work: true })
const source = await aSource(app.ctx)
const waitDay = {
  start: 'hold',
  steps: { hold: { kind: 'wait', for: { amount: 1, unit: 'days' }, next: null } },
} as const

const track = async (on: TestApp, userId: string, event: string, properties = {}) => {
  const { status } = await on.send(source.writeKey, '/v1/track', {
    userId,
    event,
    properties,
    messageId: randomUUID(),
    timestamp: new Date().toISOString(),
  })
  assert.equal(status, 200)
}
const view = (on: TestApp, userId: string) => track(on, userId, 'page_view', { path: '/loan/quick' })

/** Accounts that are in, once as many are as expected, or after a while. */
const inside = async (ctx: Ctx, campaignId: number, expected: number): Promise<number> => {
  for (let looks = 0; looks < 400; looks++) {
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from campaigns.entry where campaign_id = ${campaignId}`.execute(ctx.pg)
    if ((rows[0]?.n ?? 0) >= expected) return rows[0]?.n ?? 0
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return 0
}
const accountsIn = async (ctx: Ctx, campaignId: number): Promise<number[]> =>
  (
    await sql<{
      no: number
    }>`select customer_no as no from campaigns.entry where campaign_id = ${campaignId} order by 1`.execute(ctx.pg)
  ).rows.map(({ no }) => no)
const noOf = async (ctx: Ctx, userId: string): Promise<number> => {
  const [row] = await someCustomers(ctx, [{ userId }])
  return row?.no ?? 0
}

test('programs let people in: each named row is answered, and a repeated request lets nobody in twice', async () => {
  const id = await published(app.ctx, {
    trigger: { kind: 'api' },
    journey: waitDay,
    only: { trait: 'level', is: 'gold' },
  })
  const phone = '13912345678'
  const [gold, iron] = await someCustomers(app.ctx, [
    { traits: { level: 'gold', phone } },
    { traits: { level: 'iron' } },
  ])
  const body = {
    people: [
      { identifier: { kind: 'phone', value: phone }, properties: { plan: 'A', amount: 12 } },
      { customerId: iron?.id },
      { customerId: '999999' },
      { customerId: gold?.id, properties: { note: 'call 13800138000' } },
    ],
  }
  const apiKey = await anApiKey(app.ctx, 'marketer')
  const ask = (given: unknown, key?: string) =>
    app.app.http.app.inject({
      method: 'POST',
      url: `/api/campaigns/${id}/entries`,
      payload: given as object,
      headers: { authorization: `Bearer ${apiKey}`, ...(key && { 'idempotency-key': key }) },
    })
  const first = await ask(body, 'order-17')
  assert.equal(first.statusCode, 200, first.body)
  const answer: unknown = first.json()
  assert.deepEqual(answer, {
    people: [
      { outcome: 'taken' },
      { outcome: 'notAllowed' },
      { outcome: 'unknown' },
      { outcome: 'personal', properties: ['note'] },
    ],
    taken: 1,
    entered: 1,
  })
  assert.deepEqual((await ask(body, 'order-17')).json(), answer)
  assert.equal((await ask({ people: [{ customerId: gold?.id }] }, 'order-17')).statusCode, 422)
  assert.deepEqual(await accountsIn(app.ctx, id), [gold?.no])
  const { rows } = await sql<{
    trigger: unknown
  }>`select trigger from campaigns.entry where campaign_id = ${id}`.execute(app.ctx.pg)
  assert.deepEqual(rows[0]?.trigger, { plan: 'A', amount: 12 })
  const analyst = await anApiKey(app.ctx, 'analyst')
  const refused = await app.call('POST', `/api/campaigns/${id}/entries`, body, { key: analyst })
  assert.equal(refused.status, 403)
})

test('whoever enters a living audience enters the journey', async () => {
  const definition = { trait: 'vip', is: 'yes' } as const
  const audience = await createAudience(app.ctx, { name: 'vip', description: '', definition, schedule: null })
  await app.ok('POST', `/api/audiences/${audience.id}/live`, { on: true })
  for (let looks = 0; looks < 200; looks++) {
    const { size } = await app.ok<{ size: number | null }>('GET', `/api/audiences/${audience.id}`)
    if (size !== null) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const id = await published(
    app.ctx,
    { trigger: { kind: 'audience', audienceId: audience.id, on: 'entered' }, journey: waitDay },
    { audiences: { [audience.id]: { name: 'vip', version: 1, definition } } },
  )
  const [vip] = await someCustomers(app.ctx, [{ traits: { vip: 'yes' } }, { traits: { vip: 'no' } }])
  assert.equal(await inside(app.ctx, id, 1), 1)
  assert.deepEqual(await accountsIn(app.ctx, id), [vip?.no])
})

test('an audience runs once when it is published, and its run is told', async () => {
  const definition = { trait: 'level', is: 'gold' } as const
  const audienceId = randomUUID()
  const id = await published(
    app.ctx,
    { trigger: { kind: 'once', audienceId }, journey: waitDay },
    { audiences: { [audienceId]: { name: 'gold', version: 1, definition } } },
  )
  assert.equal(await inside(app.ctx, id, 1), 1)
  for (let looks = 0; looks < 100; looks++) {
    const { runs } = await app.ok<{ runs: { state: string }[] }>('GET', `/api/campaigns/${id}/runs`)
    if (runs[0]?.state === 'done') return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail('the run was not done')
})

test('health tells how triggers stand', async () => {
  const checks = await app.ctx.health()
  const found = checks.filter(({ name }) => ['triggers', 'campaign runs', 'campaign conditions'].includes(name))
  assert.deepEqual(
    found.map(({ ok, code }) => [ok, code]),
    [
      [true, 'triggers.waiting'],
      [true, 'runs.fine'],
      [true, 'conditions.fine'],
    ],
  )
})

test('three looks at the loan page in thirty minutes without an application let in, also over a restart', async () => {
  const id = await published(app.ctx, { trigger: abandoned, journey: waitDay })
  for (const user of ['third', 'applies', 'restarts']) await view(app, user)
  for (const user of ['third', 'applies', 'restarts']) await view(app, user)
  await track(app, 'applies', 'loan_applied')
  await view(app, 'applies')
  await view(app, 'third')
  assert.equal(await inside(app.ctx, id, 1), 1)
  const third = await noOf(app.ctx, 'third')
  assert.deepEqual(await accountsIn(app.ctx, id), [third])
  await app.stop()
  app = await startTestApp({ work: true, dir: app.dir })
  await view(app, 'restarts')
  await view(app, 'applies')
  assert.equal(await inside(app.ctx, id, 2), 2)
  assert.deepEqual(
    await accountsIn(app.ctx, id),
    [third, await noOf(app.ctx, 'restarts')].sort((a, b) => a - b),
  )
  const activity = await app.ok<{ days: { matched: number }[] }>('GET', `/api/campaigns/${id}/trigger`)
  assert.equal(activity.days[0]?.matched, 2)
})
