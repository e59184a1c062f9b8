/*
 * Living audiences: fifty of them follow 1,000 events a second over customers with history, all through the API. How long
 * after an event is accepted its customer stands in the change feed, and what an increment of all fifty costs beside
 * computing them in full.
 *
 *   npm run bench -- living [--json] [--customers 100000] [--events 2000000] [--audiences 50] [--rate 1000] [--seconds 30]
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { openLog, readConfig } from '#platform'
import { openApp } from '../src/app.ts'
import type { Definition } from '../src/audiences/contract.ts'
import type { Feed, HealthList } from '../src/audiences/live/contract.ts'
import { kindNumber } from '../src/customers/identity/kinds.ts'
import { median, openReport, percentile, processorSeconds } from './support/figures.ts'
import { makeFacts, settle, traits } from './support/made-up-facts.ts'
import { readOptions } from './support/options.ts'
import { scratchDir } from './support/scratch.ts'

const { customers, events, audiences, rate, seconds, json } = readOptions('living', {
  customers: [100_000, 'customers'],
  events: [2_000_000, 'events'],
  audiences: [50, 'living audiences'],
  rate: [1_000, 'events per second'],
  seconds: [30, 'seconds of events'],
})
const report = openReport('living', { json })
const config = readConfig({ ZHIYIN_DATA_DIR: join(scratchDir(), 'data'), ZHIYIN_PORT: '0', ZHIYIN_LOG_LEVEL: 'warn' })
const app = await openApp(config, {
  work: true,
  log: openLog(config, { write: (line) => process.stderr.write(line) }),
})
const { ctx } = app

const call = async <T>(method: 'GET' | 'POST' | 'PUT', url: string, payload?: object): Promise<T> => {
  const answer = await app.http.app.inject({
    method,
    url,
    headers: app.http.localHeaders,
    ...(payload && { payload }),
  })
  if (answer.statusCode >= 400) throw new Error(`${method} ${url}: ${answer.body}`)
  return (answer.body === '' ? undefined : JSON.parse(answer.body)) as T
}

for (const { trait, type } of traits) await call('PUT', `/api/traits/${trait}`, { type })
await makeFacts(ctx.ch, { customers, events, at: new Date(), say: report.say })

// Those whose events come in are known by an account each, so that their history is theirs.
const active = Math.min(customers, 50_000)
const apart = Math.floor(customers / active)
await sql`
  insert into customers.customer (no, created_at, root_no) select n, now(), n from generate_series(1, ${customers}::int) n`.execute(
  ctx.pg,
)
await sql`select setval('customers.customer_no', ${customers}::bigint)`.execute(ctx.pg)
for (let from = 0; from < active; from += 5_000) {
  const some = Array.from({ length: Math.min(5_000, active - from) }, (_, i) => from + i)
  await sql`
    insert into customers.identifier (kind, hash, no, value, seen_at)
    select ${kindNumber('accountId')}, hash, no, value, now()
    from unnest(${some.map((i) => ctx.vault.blindIndex('accountId', `account-${i}`))}::uuid[], ${some.map((i) => 1 + i * apart)}::int[], ${some.map((i) => `account-${i}`)}::text[]) as known (hash, no, value)`.execute(
    ctx.pg,
  )
}
report.say('waiting for merges')
await settle(ctx.ch, 120)

const names = ['$page', 'loan_viewed', 'coupon_clicked', 'app_opened', 'loan_applied', 'repaid'] as const
const nth = <T>(list: readonly T[], i: number): T => list[i % list.length] as T
/** What companies ask: traits with behaviour in a window, counts, sums, absences, sequences. */
const asked = (i: number): Definition => {
  const within = nth(['1 hour', '1 day', '7 days', '30 days', '90 days'], i)
  const event = nth(names, Math.floor(i / 2))
  const ofAge: Definition = { trait: 'age', between: [20 + (i % 20), 45 + (i % 15)] }
  switch (i % 5) {
    case 0:
      return { all: [ofAge, { event, within }] }
    case 1:
      return {
        all: [
          { trait: 'marital', is: 'married' },
          { event, count: { gte: 2 + (i % 4) }, within },
        ],
      }
    case 2:
      return { all: [ofAge, { event: 'loan_viewed', within }, { not: { event: 'loan_applied', within: '90 days' } }] }
    case 3:
      return {
        event,
        sum: { property: 'amount', gte: 10_000 + 500 * i },
        where: [{ property: 'channel', is: 'app' }],
        within,
      }
    default:
      return { sequence: [{ event: 'loan_viewed' }, { event: 'loan_applied', within: '7 days' }], within: '90 days' }
  }
}
const made: string[] = []
for (let i = 0; i < audiences; i++) {
  const definition = i === 0 ? { event: 'probe' } : asked(i)
  const { id } = await call<{ id: string }>('POST', '/api/audiences', { name: `living ${i}`, definition })
  await call('POST', `/api/audiences/${id}/live`, { on: true })
  made.push(id)
}
const [probe = ''] = made
const health = async () => (await call<HealthList>('GET', '/api/audiences/health')).items
report.say('computing all in full')
for (;;) {
  const all = await health()
  const failing = all.find(({ error }) => error !== null)
  if (failing) throw new Error(`an audience fails: ${failing.error}`)
  if (all.every(({ live, builtAt }) => live?.state === 'following' && builtAt !== null)) break
  await sleep(500)
}
const took = (await health()).map(({ tookMs }) => tookMs ?? 0)
report.add({ figure: 'one audience in full, median', value: median(took) / 1_000, unit: 's' })
const allInFull = took.reduce((sum, ms) => sum + ms, 0) / 1_000
report.add({ figure: `${audiences} audiences in full`, value: allInFull, unit: 's' })

const { writeKey } = await call<{ writeKey: string }>('POST', '/api/sources', { name: 'bench', kind: 'server' })
const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
const acceptedAt = new Map<string, number>()
const latencies: number[] = []
const perBatch = Math.max(1, Math.round(rate / 10))
const probesPerBatch = Math.max(1, Math.round(perBatch / 20))
let probed = 0
let sent = 0

const ticks = async () => {
  const metric = await ctx.metrics.registry.getSingleMetric('zhiyin_audience_tick_seconds')?.get()
  const value = (name: string) =>
    metric?.values.find((one) => 'metricName' in one && one.metricName === `zhiyin_audience_tick_seconds_${name}`)
      ?.value ?? 0
  return { count: value('count'), sum: value('sum') }
}

let following = true
const follow = async () => {
  let { next } = await call<Feed>('GET', `/api/audiences/${probe}/feed?after=end`)
  while (following || acceptedAt.size > 0) {
    const feed = await call<Feed>('GET', `/api/audiences/${probe}/feed?after=${next}&limit=1000`)
    next = feed.next
    for (const { customerId, change } of feed.items) {
      const at = acceptedAt.get(customerId ?? '')
      if (change !== 'entered' || at === undefined) continue
      latencies.push(performance.now() - at)
      acceptedAt.delete(customerId ?? '')
    }
    if (!following && performance.now() > stopBy) break
    await sleep(50)
  }
}
const send = async () => {
  const batch = Array.from({ length: perBatch }, (_, i) => {
    const isProbe = i < probesPerBatch && probed < active
    const who = isProbe ? probed++ : Math.floor(Math.random() * active)
    sent++
    return {
      type: 'track',
      messageId: `bench-${sent}`,
      userId: `account-${who}`,
      event: isProbe ? 'probe' : nth(names, sent),
      properties: { amount: 500 * (1 + (sent % 40)), channel: nth(['app', 'wechat', 'web'], sent), term: 12 },
      timestamp: new Date().toISOString(),
      who,
    }
  })
  const answer = await app.http.app.inject({
    method: 'POST',
    url: '/v1/batch',
    headers: { authorization, 'content-type': 'application/json' },
    payload: JSON.stringify({ batch: batch.map(({ who: _, ...message }) => message) }),
  })
  if (answer.statusCode !== 200) throw new Error(`events were refused: ${answer.body}`)
  const now = performance.now()
  for (const { event, who } of batch) if (event === 'probe') acceptedAt.set(String(1 + who * apart), now)
}

report.say(`${rate} events a second for ${seconds} s`)
const before = { ticks: await ticks(), processor: processorSeconds(process.pid) }
const startedAt = performance.now()
let stopBy = Number.POSITIVE_INFINITY
const reading = follow()
const sending: Promise<void>[] = []
for (let n = 0; n < seconds * 10; n++) {
  await sleep(Math.max(0, startedAt + n * 100 - performance.now()))
  sending.push(send())
}
await Promise.all(sending)
const sentSeconds = (performance.now() - startedAt) / 1_000
const after = { ticks: await ticks(), processor: processorSeconds(process.pid) }
following = false
stopBy = performance.now() + 60_000
await reading

const lost = acceptedAt.size
if (lost > 0) throw new Error(`${lost} people did not appear in the feed within a minute`)
report.add({
  figure: 'events sent',
  value: sent / sentSeconds,
  unit: 'events/s',
  target: { of: 'value', least: rate * 0.95 },
})
report.add({
  figure: 'accepted to change feed, median',
  value: median(latencies) / 1_000,
  unit: 's',
})
report.add({
  figure: 'accepted to change feed, p95',
  value: percentile(latencies, 95) / 1_000,
  unit: 's',
  target: { of: 'value', most: 5 },
})
report.add({ figure: 'accepted to change feed, slowest', value: percentile(latencies, 100) / 1_000, unit: 's' })
const tickSeconds = (after.ticks.sum - before.ticks.sum) / (after.ticks.count - before.ticks.count)
report.add({
  figure: `increment of ${audiences} audiences, mean`,
  value: tickSeconds,
  unit: 's',
  against: 'all of them in full',
  ratio: tickSeconds / allInFull,
})
report.add({
  figure: 'processors busy meanwhile, tracking and load included',
  value: (after.processor - before.processor) / sentSeconds,
  unit: 'processors',
})

// What was reached by increments is what computing everything gives.
report.say('comparing with full answers')
await sleep(3_000)
let differing = 0
for (const id of made.slice(0, 10)) {
  const { entered, left } = await call<{ entered: number; left: number }>('POST', `/api/audiences/${id}/refresh`, {})
  differing += entered + left
}
report.add({
  figure: 'people that computing ten of them in full moved',
  value: differing,
  unit: 'people',
})
await app.stop()
report.end()
process.exit()
