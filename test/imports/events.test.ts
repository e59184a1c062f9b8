import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { aSource, startTestApp } from '#test'
import { aFile, counts, imported } from './support.ts'

const app = await startTestApp({ work: true })
const { ok, ctx } = app

const lines = (rows: readonly object[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`
const withIds = {
  format: { type: 'jsonl' },
  columns: {
    messageId: { event: 'messageId' },
    event: { event: 'name' },
    timestamp: { event: 'timestamp' },
    userId: { identifier: 'accountId' },
    properties: { properties: true },
  },
}
const withoutIds = {
  format: { type: 'csv', separator: ',' },
  columns: {
    account: { identifier: 'accountId' },
    at: { event: 'timestamp' },
    amount: { property: 'amount', type: 'number' },
  },
  defaults: { event: 'Card Paid' },
}
const countOf = async (event: string) =>
  (await ok<{ count: number }>('GET', `/api/events/count?event=${encodeURIComponent(event)}`)).count

test('events with message ids count once, whoever brought them: the file, the file again, or the tracking API', async () => {
  const rows = Array.from({ length: 12_000 }, (_, n) => ({
    messageId: `m-${n}`,
    event: 'Loan Viewed',
    timestamp: new Date(Date.UTC(2026, 5, 1) + n * 60_000).toISOString(),
    userId: `events-${n % 50}`,
    properties: { amount: n, note: '打电话 13900001234' },
  }))
  const source = await aSource(ctx)
  await app.send(source.writeKey, '/v1/track', { messageId: 'm-7', event: 'Loan Viewed', userId: 'events-7' })
  const path = aFile(lines([...rows, rows[0] ?? {}]), 'events.jsonl')
  const first = await imported(app, 'events', path, withIds)
  assert.deepEqual(counts(first), { read: 12_001, accepted: 11_999, merged: 2, rejected: 0 })
  assert.equal(await countOf('Loan Viewed'), 12_000)
  const again = await imported(app, 'events', path, withIds)
  assert.deepEqual(counts(again), { read: 12_001, accepted: 0, merged: 12_001, rejected: 0 })
  const sent = await app.send<{ duplicates?: number }>(source.writeKey, '/v1/track', {
    messageId: 'm-9',
    event: 'Loan Viewed',
    userId: 'events-9',
  })
  assert.equal(sent.status, 200)
  assert.equal(await countOf('Loan Viewed'), 12_000)
  const { customers } = await ok<{ customers: number }>('GET', '/api/stats')
  assert.equal(customers, 50)

  const { items } = await ok<{ items: { id: string }[] }>('POST', '/api/customers/search', {
    identifier: { kind: 'accountId', value: 'events-3' },
  })
  const timeline = await ok<{
    items: { event: string; timestamp: string; messageId: string; properties: { amount: number; note: string } }[]
  }>('GET', `/api/customers/${items[0]?.id}/timeline?limit=1`)
  assert.equal(timeline.items[0]?.messageId, 'm-11953')
  assert.equal(timeline.items[0]?.properties.amount, 11_953)
  assert.ok(!JSON.stringify(timeline).includes('13900001234'), 'a phone in a property is masked')
})

test('events without message ids: equal rows are several events, the same file again or a longer one counts nothing twice', async () => {
  const head = 'account,at,amount\n'
  const body =
    'events-1,2026-06-01T08:00:00Z,100\nevents-1,2026-06-01T08:00:00Z,100\nevents-2,2026-06-01T08:00:01Z,7.5\n'
  assert.deepEqual(counts(await imported(app, 'events', aFile(head + body), withoutIds)), {
    read: 3,
    accepted: 3,
    merged: 0,
    rejected: 0,
  })
  assert.deepEqual(counts(await imported(app, 'events', aFile(head + body), withoutIds)), {
    read: 3,
    accepted: 0,
    merged: 3,
    rejected: 0,
  })
  const longer = await imported(app, 'events', aFile(`${head}${body}events-2,2026-06-02T08:00:01Z,8\n`), withoutIds)
  assert.deepEqual(counts(longer), { read: 4, accepted: 1, merged: 3, rejected: 0 })
  assert.equal(await countOf('Card Paid'), 4)
})

test('a row without time or account is rejected and told', async () => {
  const run = await imported(
    app,
    'events',
    aFile('account,at,amount\nevents-1,yesterday,1\n,2026-06-01T08:00:00Z,2\nevents-1,2026-06-01T09:00:00Z,many\n'),
    withoutIds,
  )
  assert.deepEqual(counts(run), { read: 3, accepted: 1, merged: 0, rejected: 2 })
  assert.match(
    readFileSync(run.rejectsFile ?? '', 'utf8'),
    /2,,,noTimestamp[\s\S]*3,,,noIdentifier[\s\S]*4,amount,many,wrongType/,
  )
})

test('traits in event rows reach the customer', async () => {
  const mapping = {
    format: { type: 'csv', separator: ',' },
    columns: {
      account: { identifier: 'accountId' },
      at: { event: 'timestamp' },
      level: { trait: 'level', type: 'string' },
    },
    defaults: { event: 'Level Reached' },
  }
  // The second row's account is known by then: its trait counts all the same.
  await imported(app, 'events', aFile('account,at,level\nevents-1,2026-06-01T08:00:00Z,silver\n'), mapping)
  await imported(app, 'events', aFile('account,at,level\nevents-1,2026-06-03T08:00:00Z,gold\n'), mapping)
  const { items } = await ok<{ items: { traits: Record<string, unknown> }[] }>('POST', '/api/customers/search', {
    identifier: { kind: 'accountId', value: 'events-1' },
  })
  assert.equal(items[0]?.traits.level, 'gold')
})

test('consents are kept with every word that was said; the newest counts and stands in the profile', async () => {
  const mapping = {
    format: { type: 'csv', separator: ',' },
    columns: {
      account: { identifier: 'accountId' },
      channel: { consent: 'channel' },
      status: { consent: 'status' },
      at: { consent: 'at' },
      version: { consent: 'noticeVersion' },
      how: { consent: 'method' },
    },
    defaults: { purpose: 'marketing' },
  }
  const path = aFile(
    'account,channel,status,at,version,how\nconsent-1,sms,同意,2026-01-01 10:00:00,v1,app\nconsent-1,sms,撤回,2026-03-01 10:00:00,v1,call\nconsent-1,email,同意,2026-01-01 10:00:00,v1,app\nconsent-1,email,也许,2026-02-01 10:00:00,v1,app\n',
  )
  const run = await imported(app, 'consents', path, mapping)
  assert.deepEqual(counts(run), { read: 4, accepted: 3, merged: 0, rejected: 1 })
  assert.deepEqual(counts(await imported(app, 'consents', path, mapping)), {
    read: 4,
    accepted: 0,
    merged: 3,
    rejected: 1,
  })
  const { items } = await ok<{ items: { id: string }[] }>('POST', '/api/customers/search', {
    identifier: { kind: 'accountId', value: 'consent-1' },
  })
  const { consents } = await ok<{ consents: unknown[] }>('GET', `/api/customers/${items[0]?.id}`)
  assert.deepEqual(consents, [
    { purpose: 'marketing', channel: 'email', status: 'granted', at: '2026-01-01T02:00:00.000Z', noticeVersion: 'v1' },
    { purpose: 'marketing', channel: 'sms', status: 'withdrawn', at: '2026-03-01T02:00:00.000Z', noticeVersion: 'v1' },
  ])
  const stored = await ctx.pg.selectFrom('compliance.consent').select('evidence').orderBy('at').execute()
  assert.deepEqual(stored[0]?.evidence, { method: 'app' })
})

test('equal rows without message ids all count, however far apart, and again nothing when the file comes again, longer', async () => {
  const row = (n: number) => `far-${n % 7},2026-03-0${1 + (n % 7)}T08:00:00Z,12.5\n`
  // 14,000 rows of seven kinds: several blocks, each of which holds every kind.
  const text = `account,at,amount\n${Array.from({ length: 14_000 }, (_, n) => row(n)).join('')}`
  const mapping = { ...withoutIds, defaults: { event: 'Far Apart' } }
  const first = await imported(app, 'events', aFile(text, 'far.csv'), mapping)
  assert.deepEqual(counts(first), { read: 14_000, accepted: 14_000, merged: 0, rejected: 0 })
  const longer = await imported(app, 'events', aFile(`${text}${row(0)}${row(0)}`, 'far.csv'), mapping)
  assert.deepEqual(counts(longer), { read: 14_002, accepted: 2, merged: 14_000, rejected: 0 })
  assert.equal(await countOf('Far Apart'), 14_002)
})
