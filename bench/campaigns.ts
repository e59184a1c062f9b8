/*
 * Reaching people: how many verdicts of the gate a second, how long a million people take into a journey and what they weigh
 * there, how many messages leave a second from the planned send to the provider's word, and how long after an event is
 * accepted its send is planned, with fifty journeys that listen. Everything on the embedded stores, in one process, which the
 * provider's sandbox and the sender of events share the machine with.
 *
 *   npm run bench -- campaigns [--json] [--inside 1000000] [--sends 20000] [--journeys 50] [--rate 1000] [--seconds 20] [--percent 10]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { recordConsents } from '#compliance'
import { lookUp } from '#customers'
import { openLog, readConfig } from '#platform'
import { openApp } from '../src/app.ts'
import { CampaignDefinition } from '../src/campaigns/contract.ts'
import { decideSends } from '../src/campaigns/gate/decide.ts'
import type { SendRequest } from '../src/campaigns/gate/send-request.ts'
import { enter } from '../src/campaigns/journeys/enter.ts'
import { readLive } from '../src/campaigns/journeys/live.ts'
import { changeLimit, readLimits } from '../src/campaigns/limits/store.ts'
import type { Frozen } from '../src/campaigns/plans/frozen.ts'
import { NoticeContent } from '../src/compliance/consent/contract.ts'
import { publishNotice, saveDraft } from '../src/compliance/consent/notices.ts'
import { memoryOf, openReport, percentile } from './support/figures.ts'
import { readOptions } from './support/options.ts'
import { scratchDir } from './support/scratch.ts'

const { inside, sends, journeys, rate, seconds, percent, json } = readOptions('campaigns', {
  inside: [1_000_000, 'people in a journey at once'],
  sends: [20_000, 'messages to send'],
  journeys: [50, 'journeys that listen to events'],
  rate: [1_000, 'events per second'],
  seconds: [20, 'seconds of events'],
  percent: [10, 'of the events let somebody into a journey, percent'],
})
const report = openReport('campaigns', { json })
const config = readConfig({
  ZHIYIN_DATA_DIR: join(scratchDir(), 'data'),
  ZHIYIN_PORT: '0',
  ZHIYIN_LOG_LEVEL: 'warn',
  ZHIYIN_WEBHOOKS_PRIVATE: 'true',
})
const app = await openApp(config, {
  work: true,
  log: openLog(config, { write: (line) => process.stderr.write(line) }),
})
const { ctx } = app

const call = async <T>(method: 'POST' | 'PATCH', url: string, payload: object): Promise<T> => {
  const answer = await app.http.app.inject({ method, url, headers: app.http.localHeaders, payload })
  if (answer.statusCode >= 400) throw new Error(`${method} ${url}: ${answer.body}`)
  return JSON.parse(answer.body) as T
}

const creative = {
  hash: 'x',
  version: 1,
  channel: 'sms',
  content: {
    channel: 'sms',
    signature: '明月消费金融',
    text: '您关注的额度已更新',
    optOut: '拒收请回复R',
    aliyun: { code: 'SMS_1234', variables: [] },
  },
}

let made = 0
/** A campaign that runs, as publishing leaves it. */
const aCampaign = async (
  given: object,
): Promise<{ campaignId: number; version: number; definition: CampaignDefinition }> => {
  const definition = CampaignDefinition.parse({ trigger: { kind: 'api' }, ...given })
  const frozen: Frozen = {
    category: 'marketing',
    priority: 50,
    definition,
    audiences: {},
    creatives: { 1: creative },
    offers: {},
  }
  const { rows } = await sql<{ id: number }>`
    insert into campaigns.campaign (name, category, priority, state, definition, live_version, live_hash, published_at, run_no,
      created_at, created_by, changed_at, changed_by, edited_by)
    values (${`campaign ${++made}`}, 'marketing', 50, 'draft', ${JSON.stringify(definition)}::jsonb, 1, 'x', now(), 1,
      now(), 'bench', now(), 'bench', 'bench') returning id`.execute(ctx.pg)
  const id = rows[0]?.id ?? 0
  await sql`insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${id}, 1, ${JSON.stringify(frozen)}::jsonb, 'x', now(), 'bench')`.execute(ctx.pg)
  await sql`update campaigns.campaign set state = 'running', run_no = run_no + 1 where id = ${id}`.execute(ctx.pg)
  return { campaignId: id, version: 1, definition }
}
const state = (campaignId: number, to: string) =>
  sql`update campaigns.campaign set state = ${to}, run_no = run_no + 1 where id = ${campaignId}`.execute(ctx.pg)

// A provider beside it, as a process of its own.
const sandbox = spawn(process.execPath, [
  '--disable-warning=ExperimentalWarning',
  join(import.meta.dirname, '../src/campaigns/channels/sms/sandbox.ts'),
  '--port',
  '0',
])
process.once('exit', () => sandbox.kill('SIGKILL'))
const [line] = (await once(createInterface({ input: sandbox.stdout }), 'line')) as [string]
const provider = (JSON.parse(line) as { listening: string }).listening

const { writeKey } = await call<{ writeKey: string }>('POST', '/api/sources', {
  name: 'bench',
  kind: 'server',
  quotaPerSecond: 1_000_000,
  personalRule: 'mask',
  basis: 'contract',
})
const track = async (batch: object[]): Promise<void> => {
  const answer = await app.http.app.inject({
    method: 'POST',
    url: '/v1/batch',
    headers: {
      authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
      'content-type': 'application/json',
    },
    payload: { batch },
  })
  if (answer.statusCode !== 200) throw new Error(`batch: ${answer.statusCode} ${answer.body}`)
}

// People with a phone and a consent: those who are sent to, and those whose events let them in.
const matching = Math.ceil((rate * seconds * percent) / 100)
const reachable = sends + matching
report.say(`${reachable} people with phones and consents`)
for (let from = 0; from < reachable; from += 500)
  await track(
    Array.from({ length: Math.min(500, reachable - from) }, (_, i) => ({
      type: 'identify',
      messageId: `identify-${from + i}`,
      userId: `account-${from + i}`,
      traits: { phone: `139${String(10_000_000 + from + i)}`, birthday: '1990-05-05' },
    })),
  )
const { number } = await saveDraft(ctx, {
  key: 'marketing',
  label: 'v1',
  content: NoticeContent.parse({
    processor: '明月消费金融有限公司',
    contact: '客服 400-800-0000',
    purpose: '向您介绍适合您的贷款产品与优惠活动',
    manner: '通过您同意的渠道发送消息',
    kinds: ['手机号码'],
    retention: '至您撤回同意为止',
    rights: '回复 R 即可撤回',
    ask: '我同意接收产品与优惠信息',
  }),
})
await publishNotice(ctx, { key: 'marketing', number })
const nos: number[] = []
for (let from = 0; from < reachable; from += 5_000) {
  const values = Array.from({ length: Math.min(5_000, reachable - from) }, (_, i) => `account-${from + i}`)
  const found = (await lookUp(ctx, 'accountId', values)).map(({ no }) => no ?? 0)
  nos.push(...found)
  await recordConsents(
    ctx,
    found.map((customerNo) => ({
      customerNo,
      purpose: 'marketing',
      channel: 'sms',
      status: 'granted' as const,
      at: new Date('2026-01-02T00:00:00Z'),
      noticeVersion: 'v1',
      source: 'import' as const,
      evidence: {},
    })),
    { tell: false },
  )
}
const { limits } = await readLimits(ctx)
for (const [name, value] of [
  ['hours', { rules: [] }],
  ['conflict', { on: false, hours: 24, channels: [] }],
] as const)
  await changeLimit(ctx, {
    name,
    value,
    source: 'bench',
    reason: 'bench',
    basedOn: limits.find((limit) => limit.name === name)?.id ?? 0,
  })

const message = { kind: 'message', channels: [{ channel: 'sms', creativeId: 1 }], next: null }

/* The gate: sets of a thousand verdicts with everything they need read and written, undone again. */
{
  const { campaignId, definition } = await aCampaign({ journey: { start: 'm', steps: { m: message } } })
  const requests: SendRequest[] = nos.slice(0, 1_000).map((customerNo) => ({
    campaignId,
    version: 1,
    step: 'm',
    customerNo,
    entryNo: 1,
    pass: 1,
    entryId: '1',
    category: 'marketing',
    purpose: definition.purpose,
    product: definition.product,
    personalised: definition.personalised,
    priority: 50,
    channels: [{ channel: 'sms', creativeId: 1 }],
    budget: {},
    holdout: 0,
    notAfter: new Date(Date.now() + 7 * 86_400_000),
  }))
  const undo = new Error('undo')
  const times: number[] = []
  for (let i = 0; i < 6; i++) {
    const startedAt = performance.now()
    await ctx
      .tx(async (ctx) => {
        await decideSends(ctx, requests)
        throw undo
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error
      })
    times.push(performance.now() - startedAt)
  }
  const best = Math.min(...times)
  report.add({ figure: 'gate, sets of 1,000 with their writes', value: 1_000 / (best / 1_000), unit: 'verdicts/s' })
  await state(campaignId, 'ended')
}

/* Event to planned send. */
{
  const made: number[] = []
  for (let i = 0; i < journeys; i++) {
    const where = [{ property: 'product', is: `p${i}` }]
    const { campaignId } = await aCampaign({
      trigger: { kind: 'event', event: 'Product Viewed', where },
      journey: { start: 'm', steps: { m: message } },
    })
    made.push(campaignId)
  }
  await sleep(2_000)
  const sentAt = new Map<number, number>()
  const latencies: number[] = []
  let seen = 0n
  let polling = true
  const poll = async () => {
    while (polling) {
      const { rows } = await sql<{ id: string; no: number }>`
        select id::text as id, customer_no as no from campaigns.send where id > ${seen.toString()}::bigint order by id`.execute(
        ctx.pg,
      )
      const now = performance.now()
      for (const { id, no } of rows) {
        seen = BigInt(id)
        const at = sentAt.get(no)
        if (at !== undefined) latencies.push(now - at)
      }
      await sleep(10)
    }
  }
  const polled = poll()
  report.say(`${rate} events a second for ${seconds} seconds`)
  const perTick = Math.max(1, Math.round(rate / 20))
  const startedAt = performance.now()
  const open = new Set<Promise<void>>()
  let next = 0
  for (let tick = 0; tick < seconds * 20; tick++) {
    const due = startedAt + tick * 50
    await sleep(Math.max(0, due - performance.now()))
    const batch = Array.from({ length: perTick }, (_, i) => {
      const n = tick * perTick + i
      const isMatch = (n * percent) % 100 < percent && next < matching
      const who = isMatch ? next++ : n % sends
      if (isMatch) sentAt.set(nos[sends + who] ?? 0, performance.now())
      return {
        type: 'track',
        event: 'Product Viewed',
        messageId: `event-${n}`,
        userId: isMatch ? `account-${sends + who}` : `account-${who}`,
        properties: { product: isMatch ? `p${n % journeys}` : 'other', amount: n % 5_000 },
        timestamp: new Date().toISOString(),
      }
    })
    const sent = track(batch).finally(() => open.delete(sent))
    open.add(sent)
  }
  await Promise.all(open)
  const until = performance.now() + 30_000
  while (latencies.length < sentAt.size && performance.now() < until) await sleep(50)
  polling = false
  await polled
  const behindMs = performance.now() - startedAt - seconds * 1_000
  report.add({ figure: 'event to planned send, p50', value: percentile(latencies, 50), unit: 'ms' })
  report.add({
    figure: 'event to planned send, p95',
    value: percentile(latencies, 95),
    unit: 'ms',
    target: { of: 'value', most: 1_000 },
  })
  report.add({ figure: 'sends planned of those let in', value: latencies.length / sentAt.size, unit: 'share' })
  report.add({ figure: 'the last of all after the last event', value: behindMs, unit: 'ms' })
  for (const id of made) await state(id, 'ended')
}

/* From the door to the provider's word. */
{
  const account = await call<{ id: number }>('POST', '/api/channels/providers', {
    name: 'sandbox',
    kind: 'sms.aliyun',
    settings: { endpoint: provider, accessKeyId: 'sandbox' },
    secrets: { accessKeySecret: 'sandbox-secret' },
  })
  await call('PATCH', `/api/channels/providers/${account.id}`, { state: 'on' })
  const campaign = await aCampaign({ journey: { start: 'm', steps: { m: message } } })
  const sentOf = async () => {
    const { rows } = await sql<{ sent: number; open: number }>`
      select count(*) filter (where state in ('sent', 'delivered'))::int as sent,
        count(*) filter (where state in ('planned', 'queued', 'unknown'))::int as open
      from campaigns.send where campaign_id = ${campaign.campaignId}`.execute(ctx.pg)
    return rows[0] ?? { sent: 0, open: 0 }
  }
  report.say(`${sends} messages from the door to the provider`)
  const startedAt = performance.now()
  for (let from = 0; from < sends; from += 5_000)
    await ctx.tx((ctx) =>
      enter(ctx, {
        ...campaign,
        people: nos
          .slice(from, Math.min(sends, from + 5_000))
          .map((customerNo) => ({ customerNo, triggerKey: 'k', trigger: {} })),
      }),
    )
  // Nobody is inside any more, as it was before the sends were counted: the last set is planned when its people leave.
  let calm = false
  let last = await sentOf()
  for (const until = startedAt + 20_000 + sends * 5; performance.now() < until; last = await sentOf()) {
    if (calm && last.open === 0 && last.sent > 0) break
    await sleep(100)
    calm = (await readLive(ctx, { id: campaign.campaignId })).inside === 0
  }
  const tookS = (performance.now() - startedAt) / 1_000
  const { rows: outcomes } = await sql<{ state: string; why: string | null; n: number }>`
    select state, coalesce(refusal, error) as why, count(*)::int as n from campaigns.send
    where campaign_id = ${campaign.campaignId} group by 1, 2`.execute(ctx.pg)
  report.say(outcomes.map(({ state, why, n }) => `${n} ${state} ${why ?? ''}`).join(', '))
  report.add({
    figure: 'sends, door to provider',
    value: last.sent / tookS,
    unit: 'sends/s',
    target: { of: 'value', least: 2_000 },
  })
  report.add({ figure: 'sent of those entered', value: last.sent / sends, unit: 'share' })
  await state(campaign.campaignId, 'ended')
}

/* A million people in a wait. */
{
  const { rows } = await sql<{ last: number }>`select max(no) as last from customers.customer`.execute(ctx.pg)
  const first = (rows[0]?.last ?? 0) + 1
  await sql`
    insert into customers.customer (no, created_at, root_no) select n, now(), n
    from generate_series(${first}::int, ${first + inside - 1}::int) n`.execute(ctx.pg)
  const before = memoryOf(process.pid)
  const campaign = await aCampaign({
    journey: {
      start: 'w',
      steps: { w: { kind: 'wait', for: { amount: 30, unit: 'days' }, next: 'm' }, m: message },
    },
  })
  report.say(`${inside} people into a wait`)
  const startedAt = performance.now()
  for (let from = 0; from < inside; from += 5_000)
    await ctx.tx((ctx) =>
      enter(ctx, {
        ...campaign,
        people: Array.from({ length: Math.min(5_000, inside - from) }, (_, i) => ({
          customerNo: first + from + i,
          triggerKey: 'k',
          trigger: {},
        })),
      }),
    )
  const enteredS = (performance.now() - startedAt) / 1_000
  const resting = async () => {
    const { rows } = await sql`
      select 1 from campaigns.entry where campaign_id = ${campaign.campaignId} and state = 'active' and due_at <= now() limit 1`.execute(
      ctx.pg,
    )
    return rows.length === 0
  }
  while (!(await resting())) await sleep(250)
  const tookS = (performance.now() - startedAt) / 1_000
  const after = memoryOf(process.pid)
  report.add({ figure: 'people let in', value: inside / enteredS, unit: 'people/s' })
  report.add({ figure: 'people let in and at rest in a wait', value: inside / tookS, unit: 'people/s' })
  report.add({
    figure: `memory with ${inside} people inside`,
    value: after?.nowMb ?? 0,
    unit: 'MB',
    against: 'before',
    ratio: (after?.nowMb ?? 0) / (before?.nowMb ?? 1),
  })
  report.add({ figure: 'highest memory', value: after?.peakMb ?? 0, unit: 'MB' })
  const liveAt = performance.now()
  await readLive(ctx, { id: campaign.campaignId })
  report.add({ figure: 'live counts', value: performance.now() - liveAt, unit: 'ms' })
}

report.end()
await app.stop()
sandbox.kill('SIGKILL')
