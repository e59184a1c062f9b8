/*
 * Triggers: fifty journeys that begin with a message listen to 1,000 events a second, half of them by a count within half an
 * hour. How long after an event is sent its customer has a planned send, through tracking, triggers, journey and gate.
 *
 *   npm run bench -- triggers [--json] [--customers 5000] [--journeys 50] [--rate 1000] [--seconds 20]
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { openLog, readConfig } from '#platform'
import { openApp } from '../src/app.ts'
import { CampaignDefinition } from '../src/campaigns/contract.ts'
import { createSource } from '../src/customers/tracking/sources.ts'
import { median, openReport, percentile, processorSeconds } from './support/figures.ts'
import { readOptions } from './support/options.ts'
import { scratchDir } from './support/scratch.ts'

const { customers, journeys, rate, seconds, json } = readOptions('triggers', {
  customers: [5_000, 'customers'],
  journeys: [50, 'live journeys'],
  rate: [1_000, 'events per second'],
  seconds: [20, 'seconds of events'],
})
const report = openReport('triggers', { json })
const config = readConfig({ ZHIYIN_DATA_DIR: join(scratchDir(), 'data'), ZHIYIN_PORT: '0', ZHIYIN_LOG_LEVEL: 'warn' })
const app = await openApp(config, {
  work: true,
  log: openLog(config, { write: (line) => process.stderr.write(line) }),
})
const { ctx } = app
const { writeKey } = await createSource(ctx, {
  name: 'bench',
  kind: 'server',
  quotaPerSecond: 1_000_000,
  personalRule: 'mask',
  basis: 'contract',
})
const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
const batch = async (messages: readonly object[]) => {
  const answer = await app.http.app.inject({
    method: 'POST',
    url: '/v1/batch',
    headers: { authorization, 'content-type': 'application/json' },
    payload: JSON.stringify({ batch: messages }),
  })
  if (answer.statusCode !== 200) throw new Error(`events were refused: ${answer.body}`)
}

report.say('people')
for (let from = 0; from < customers; from += 500)
  await batch(
    Array.from({ length: Math.min(500, customers - from) }, (_, i) => ({
      type: 'identify',
      messageId: `person-${from + i}`,
      userId: `account-${from + i}`,
      traits: { phone: `139${String(10_000_000 + from + i)}` },
    })),
  )

const now = new Date()
for (let i = 0; i < journeys; i++) {
  const where = [{ property: 'path', is: `/page/${i}` }]
  const counting = { count: 2, within: { amount: 30, unit: 'minutes' }, without: [{ event: 'applied' }] }
  const definition = CampaignDefinition.parse({
    trigger: { kind: 'event', event: 'page_view', where, ...(i % 2 === 1 && counting) },
    reEntry: { times: null },
    journey: {
      start: 'tell',
      steps: { tell: { kind: 'message', channels: [{ channel: 'sms', creativeId: 1 }], next: null } },
    },
  })
  const frozen = { category: 'service', priority: 50, definition, audiences: {}, creatives: {}, offers: {} }
  const { rows } = await sql<{ id: number }>`
    insert into campaigns.campaign (name, category, priority, state, definition, live_version, published_at, run_no, created_at,
      created_by, changed_at, changed_by, edited_by)
    values (${`journey ${i}`}, 'service', 50, 'running', ${JSON.stringify(definition)}, 1, ${now}, 1, ${now}, 'b', ${now}, 'b', 'b')
    returning id`.execute(ctx.pg)
  await sql`insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${rows[0]?.id}, 1, ${JSON.stringify(frozen)}, 'bench', ${now}, 'b')`.execute(ctx.pg)
}
await sleep(3_000)

/** One event in forty is of a page that a journey listens to. */
const pages = journeys * 40
let sent = 0
const send = () =>
  batch(
    Array.from({ length: rate / 10 }, () => {
      sent++
      return {
        type: 'track',
        messageId: `event-${sent}`,
        userId: `account-${Math.floor(Math.random() * customers)}`,
        event: 'page_view',
        properties: { path: `/page/${Math.floor(Math.random() * pages)}`, sentAt: Date.now() },
        timestamp: new Date().toISOString(),
      }
    }),
  )

report.say(`${rate} events a second for ${seconds} s`)
const before = processorSeconds(process.pid)
const startedAt = performance.now()
const sending: Promise<void>[] = []
for (let n = 0; n < seconds * 10; n++) {
  await sleep(Math.max(0, startedAt + n * 100 - performance.now()))
  sending.push(send())
}
await Promise.all(sending)
const sentSeconds = (performance.now() - startedAt) / 1_000
const busy = (processorSeconds(process.pid) - before) / sentSeconds
await sleep(5_000)

const { rows } = await sql<{ ms: number; entered: number }>`
  select extract(epoch from s.decided_at) * 1000 - (e.trigger ->> 'sentAt')::float8 as ms,
    extract(epoch from e.entered_at) * 1000 - (e.trigger ->> 'sentAt')::float8 as entered
  from campaigns.send s join campaigns.entry e on e.id = s.entry_id`.execute(ctx.pg)
const latencies = rows.map(({ ms }) => ms)
const entering = rows.map(({ entered }) => entered)
const { rows: inside } = await sql<{ n: number }>`select count(*)::int as n from campaigns.entry`.execute(ctx.pg)
if (rows.length === 0 || rows.length !== inside[0]?.n)
  throw new Error(`${rows.length} sends of ${inside[0]?.n} entries`)
report.add({
  figure: 'events sent',
  value: sent / sentSeconds,
  unit: 'events/s',
  target: { of: 'value', least: rate * 0.95 },
})
report.add({ figure: 'people who entered', value: rows.length, unit: 'people' })
report.add({ figure: 'event to entry, median', value: median(entering) / 1_000, unit: 's' })
report.add({ figure: 'event to entry, p95', value: percentile(entering, 95) / 1_000, unit: 's' })
report.add({ figure: 'event to planned send, median', value: median(latencies) / 1_000, unit: 's' })
report.add({
  figure: 'event to planned send, p95',
  value: percentile(latencies, 95) / 1_000,
  unit: 's',
  target: { of: 'value', most: 1 },
})
report.add({ figure: 'event to planned send, slowest', value: percentile(latencies, 100) / 1_000, unit: 's' })
report.add({ figure: 'processors busy meanwhile, tracking and load included', value: busy, unit: 'processors' })
report.end()
await app.stop()
