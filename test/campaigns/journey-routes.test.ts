import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { z } from 'zod'
import { someCustomers, startTestApp } from '#test'
import { enter } from '../../src/campaigns/journeys/enter.ts'
import type { EntryPage, EntryStory, Live } from '../../src/campaigns/journeys/live-contract.ts'
import { mergeCustomers } from '../../src/customers/identity/merge.ts'
import { aRunningCampaign, comers } from './journey-support.ts'

const { ctx, ok, call } = await startTestApp({ work: true })
const people = await someCustomers(
  ctx,
  Array.from({ length: 8 }, (_, i) => ({ traits: { name: '张三', phone: `1390000000${i}` } })),
)
const nos = people.map(({ no }) => no)
const [a = 0, b = 0, c = 0, d = 0, e = 0] = nos
const letIn = (campaign: { campaignId: number; version: number }, who: readonly number[], key?: string) =>
  ctx.tx((ctx) => enter(ctx, { ...campaign, people: comers(who, key) }))

/** Asks until it is so; the program works in the background. */
const until = async <T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> => {
  for (let left = 200; ; left--) {
    const answer = await ask()
    if (isSo(answer)) return answer
    if (left === 0) throw new Error(`it never came to it: ${JSON.stringify(answer)}`)
    await pause(50)
  }
}
const wait = (next: string | null) => ({ kind: 'wait', for: { amount: 1, unit: 'days' }, next })
const exit = { kind: 'exit', reason: 'done' }
const steps = { w: wait('end'), x: wait('end'), end: exit }
const live = (id: number) => ok<Live>('GET', `/api/campaigns/${id}/live`)
const entries = (id: number, query = '') => ok<z.infer<typeof EntryPage>>('GET', `/api/campaigns/${id}/entries${query}`)

test('people are moved and removed by hand, retried where they failed, and the numbers add up', async () => {
  const campaign = await aRunningCampaign(ctx, { journey: { start: 'w', steps } })
  const id = campaign.campaignId
  await letIn(campaign, nos.slice(0, 5))
  await until(
    () => entries(id),
    ({ entries }) => entries.every(({ dueAt }) => dueAt !== null && new Date(dueAt) > new Date(Date.now() + 3_600_000)),
  )
  const { entries: all } = await entries(id, '?state=active&step=w')
  assert.equal(all.length, 5)
  assert.match(all[0]?.display?.name ?? '', /^张\*/)
  const of = (no: number) => all.find(({ customerId }) => customerId === String(no))?.id ?? ''

  assert.equal(
    (await call('POST', `/api/campaigns/${id}/entries/${of(a)}/move`, { step: 'gone', reason: 'r' })).status,
    404,
  )
  await ok('POST', `/api/campaigns/${id}/entries/${of(a)}/move`, { step: 'end', reason: 'asked for it' })
  await ok('POST', `/api/campaigns/${id}/entries/${of(b)}/remove`, { reason: 'complained' })
  assert.equal((await call('POST', `/api/campaigns/${id}/entries/${of(b)}/remove`, { reason: 'again' })).status, 409)
  const now = await until(
    () => live(id),
    ({ ended }) => ended.exited === 1,
  )
  assert.deepEqual([now.entered, now.inside, now.ended.stopped], [5, 3, 1])
  assert.deepEqual(now.steps.w, { in: 5, waiting: 3, out: { moved: 1, removed: 1 } })
  assert.deepEqual(now.steps.end, { in: 1, waiting: 0, out: { exited: 1 } })

  const story = await ok<z.infer<typeof EntryStory>>('GET', `/api/campaigns/${id}/entries/${of(a)}`)
  assert.deepEqual(
    story.passages.map(({ step, edge, to, reason }) => [step, edge, to, reason]),
    [
      ['w', 'moved', 'end', null],
      ['end', 'exited', null, 'done'],
    ],
  )
  assert.equal((await call('GET', `/api/campaigns/${id + 1000}/entries/${of(a)}`)).status, 404)
  const found = await entries(id, `?search=${c}`)
  assert.deepEqual(
    found.entries.map(({ customerId }) => customerId),
    [String(c)],
  )
  const first = await entries(id, '?limit=2')
  const rest = await entries(id, `?limit=10&after=${first.next}`)
  assert.equal(first.entries.length + rest.entries.length, 5)

  await ctx.pg.updateTable('campaigns.entry').set({ state: 'failed', reason: 'test' }).where('id', '=', of(c)).execute()
  await ctx.pg
    .insertInto('campaigns.step_count')
    .values([
      { campaign_id: id, version: 1, step: 'w', edge: 'failed', n: '1' },
      { campaign_id: id, version: 1, step: '', edge: 'failed', n: '1' },
    ])
    .execute()
  assert.deepEqual(await ok('POST', `/api/campaigns/${id}/entries/retry`, { step: 'w' }), { retried: 1 })
  const again = await live(id)
  assert.deepEqual([again.inside, again.ended.failed, again.steps.w?.waiting], [3, 0, 3])
  const flow = await ok<{ ways: { step: string; edge: string; passages: number }[] }>(
    'GET',
    `/api/campaigns/${id}/flow`,
  )
  assert.deepEqual(
    flow.ways.map(({ step, edge, passages }) => `${step}/${edge} ${passages}`),
    ['end/exited 1', 'w/moved 1', 'w/removed 1'],
  )
})

test('who may not read customers sees counts and no people; who may not run campaigns changes nothing', async () => {
  const campaign = await aRunningCampaign(ctx, { journey: { start: 'w', steps } })
  const caller = { roles: ['pr'] as const }
  assert.equal((await call('GET', `/api/campaigns/${campaign.campaignId}/live`, undefined, caller)).status, 200)
  assert.equal((await call('GET', `/api/campaigns/${campaign.campaignId}/entries`, undefined, caller)).status, 403)
  const move = await call(
    'POST',
    `/api/campaigns/${campaign.campaignId}/entries/1/move`,
    { step: 'w', reason: 'r' },
    { roles: ['analyst'] },
  )
  assert.equal(move.status, 403)
})

test('two who turn out to be one: one run goes on, the earlier; where one was inside, his run is that of who he is', async () => {
  const both = await aRunningCampaign(ctx, { journey: { start: 'w', steps } })
  const one = await aRunningCampaign(ctx, { journey: { start: 'w', steps } })
  await letIn(both, [d], '1')
  await pause(5)
  await letIn(both, [e], '2')
  await letIn(one, [d], '1')
  await mergeCustomers(ctx, { into: String(e), from: String(d), reason: 'test' })
  const joined = await until(
    () => entries(both.campaignId),
    ({ entries }) => entries.some(({ state }) => state === 'stopped'),
  )
  assert.deepEqual(
    joined.entries.map(({ customerId, state, reason }) => [customerId, state, reason]),
    [
      [String(e), 'stopped', 'merged'],
      [String(e), 'active', null],
    ],
  )
  assert.deepEqual(
    (await entries(one.campaignId)).entries.map(({ customerId }) => customerId),
    [String(e)],
  )
  assert.equal((await letIn(one, [d, e], '1')).again, 2)
})
