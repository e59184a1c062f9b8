import assert from 'node:assert/strict'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { openPostgres } from '#platform'
import { anApiKey, type ServerProcess, someCustomers, spawnServer, startTestApp } from '#test'
import { startSmsSandbox } from '../../src/campaigns/channels/sms/sandbox.ts'
import { enter } from '../../src/campaigns/journeys/enter.ts'
import type { Live } from '../../src/campaigns/journeys/live-contract.ts'
import { anAccount, phoneOf, secret } from './delivery-world.ts'
import { setLimit } from './gate-support.ts'
import { aRunningCampaign, comers } from './journey-support.ts'

/** The full form: ZHIYIN_KILL_PEOPLE=50000 ZHIYIN_KILLS=20. */
const count = Number(process.env.ZHIYIN_KILL_PEOPLE ?? 240)
const kills = Number(process.env.ZHIYIN_KILLS ?? 3)
const perCall = 200
const longestMs = 60_000 + count * 20

const sms = (text: string) => ({
  hash: 'x',
  version: 1,
  channel: 'sms',
  content: { channel: 'sms', signature: '明月消费金融', text, optOut: '' },
})
const message = (creativeId: number, next: string | null) => ({
  kind: 'message',
  channels: [{ channel: 'sms', creativeId }],
  next,
})

test(`kill -9 of the whole program ${kills} times with ${count} people in a journey: each message once, no step lost`, async () => {
  const sandbox = await startSmsSandbox({ secret, dropsRepeated: false })
  after(() => sandbox.stop())
  const { ctx, dir, stop } = await startTestApp()
  const nos: number[] = []
  for (let from = 0; from < count; from += 2_000) {
    const made = await someCustomers(
      ctx,
      Array.from({ length: Math.min(2_000, count - from) }, (_, i) => ({
        traits: { phone: phoneOf(from + i), age: 20 + (i % 40) },
      })),
    )
    nos.push(...made.map(({ no }) => no))
  }
  await setLimit(ctx, 'hours', { rules: [] })
  await anAccount(ctx, 'sms.http', sandbox.url, { settings: { absentAfterSeconds: 2 } })
  const campaign = await aRunningCampaign(
    ctx,
    {
      journey: {
        start: 'first',
        steps: {
          first: message(1, 'older'),
          older: {
            kind: 'branch',
            arms: [{ name: 'yes', when: { trait: 'age', gte: 40 }, next: 'short' }],
            otherwise: 'none',
          },
          // A second, which no schema lets through: a day would be long for a test.
          short: { kind: 'wait', for: { amount: 1 / 60, unit: 'minutes' }, next: 'second' },
          none: { kind: 'waitWindow', from: '00:00', to: '23:59', onlyOn: 'any', next: 'second' },
          second: message(2, null),
        },
      },
    },
    { loose: true, creatives: { 1: sms('第一条：您的账单已生成'), 2: sms('第二条：到期提醒') } },
  )
  const half = Math.floor(count / 2)
  await ctx.tx((ctx) => enter(ctx, { ...campaign, people: comers(nos.slice(0, half)) }))
  const key = await anApiKey(ctx, 'admin')
  await stop()
  // Requests take a while and some answers never come, so that kills meet sends in every state.
  sandbox.fault({ kind: 'slow', share: 0.5, ms: 50 })
  sandbox.fault({ kind: 'resetAfterAccept', share: 0.05 })
  sandbox.fault({ kind: 'resetBefore', share: 0.05 })

  // The other half comes by API meanwhile; a call without an answer is made again under the same key.
  const calls = Array.from({ length: Math.ceil((count - half) / perCall) }, (_, i) =>
    nos.slice(half + i * perCall, half + (i + 1) * perCall),
  )
  const open = new Set(calls.keys())
  const env = {
    ZHIYIN_PORT: '0',
    ZHIYIN_WEBHOOKS_PRIVATE: 'true',
    ZHIYIN_LOG_LEVEL: 'info',
    ZHIYIN_MIN_FREE_DISK_BYTES: '0',
  }
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const letIn = async (url: string, most: number) => {
    for (const call of [...open].slice(0, most)) {
      const answer = await fetch(`${url}/api/campaigns/${campaign.campaignId}/entries`, {
        method: 'POST',
        headers: { ...headers, 'idempotency-key': `call-${call}` },
        body: JSON.stringify({ people: calls[call]?.map((no) => ({ customerId: String(no) })) }),
      }).catch(() => undefined)
      if (!answer) return
      assert.ok(answer.status < 300, await answer.text())
      open.delete(call)
    }
  }
  const progress: number[] = []
  for (let kill = 0; kill < kills; kill++) {
    const server: ServerProcess = await spawnServer({ dir, env })
    const entering = letIn(server.url, Math.ceil(calls.length / kills))
    // Every other kill strikes at any moment from the start on, the others when messages leave.
    const before = sandbox.counts().messages
    for (let wait = 0; kill % 2 === 0 && wait < 2_400 && sandbox.counts().messages === before; wait++) await sleep(25)
    await sleep(Math.random() * (kill % 2 === 0 ? 300 + count / 20 : 1_500))
    assert.equal(await server.kill('SIGKILL'), 'SIGKILL')
    await entering
    progress.push(sandbox.counts().messages)
  }
  sandbox.clearFaults()
  let last = await spawnServer({ dir, env })
  await letIn(last.url, calls.length)
  assert.equal(open.size, 0)
  const live = async () => {
    const answer = await fetch(`${last.url}/api/campaigns/${campaign.campaignId}/live`, { headers })
    return (await answer.json()) as Live
  }
  const until = Date.now() + longestMs
  while (Date.now() < until && ((await live()).inside > 0 || sandbox.counts().messages < 2 * count)) await sleep(250)
  const end = await live()
  // What was on its way at a kill is asked about at the provider: some rounds of that.
  let states: Record<string, number> = {}
  for (let round = 0; round < 12; round++) {
    await sleep(3_000)
    await last.kill('SIGTERM')
    const store = await openPostgres({ dir: join(dir, 'postgres') })
    const { rows } = await sql<{ state: string; n: number }>`
      select state, count(*)::int as n from campaigns.send group by state`.execute(store.db)
    states = Object.fromEntries(rows.map(({ state, n }) => [state, n]))
    await store.close()
    if (!states.planned && !states.queued && !states.unknown) break
    last = await spawnServer({ dir, env })
  }

  assert.ok(new Set(progress).size > 1, `kills met the program at work: ${progress}`)
  const { messages, numbers, repeatedKeys, repeatedTexts } = sandbox.counts()
  assert.deepEqual(
    { messages, numbers, repeatedKeys, repeatedTexts },
    { messages: 2 * count, numbers: count, repeatedKeys: 0, repeatedTexts: 0 },
    JSON.stringify(sandbox.ledger.repeated()),
  )
  assert.deepEqual(states, { sent: 2 * count }, 'every send is settled')
  assert.deepEqual([end.entered, end.inside, end.ended.finished], [count, 0, count], 'everybody went to the end')
  for (const [step, { in: came, out }] of Object.entries(end.steps))
    assert.equal(
      came,
      Object.values(out).reduce((sum, n) => sum + n, 0),
      step,
    )
  assert.equal(end.steps.second?.in, count)
})
