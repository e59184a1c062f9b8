import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { jitsuAnalytics } from '@jitsu/js'
import RudderAnalytics from '@rudderstack/rudder-sdk-node'
import { Analytics } from '@segment/analytics-node'
import OldAnalytics from 'analytics-node'
import { PostHog } from 'posthog-node'
import { ch } from '#platform'
import { aSource, startTestApp } from '#test'

// Unmodified published clients against a listening server; what arrived is asked through the API.
const program = await startTestApp({ listen: true })
const { ctx, url, ok } = program

interface Page {
  items: { event: string; timestamp: string; messageId: string; type: string; properties: Record<string, unknown> }[]
  next: string | null
}
interface Profile {
  id: string
  identifiers: { kind: string; value: string }[]
  traits: { name: string; value: unknown }[]
}

const find = async (kind: string, value: string): Promise<string | undefined> => {
  const { items, total } = await ok<{ items: { id: string }[]; total: number }>('POST', '/api/customers/search', {
    identifier: { kind, value },
  })
  assert.equal(items.length, total)
  return items[0]?.id
}
const customerOf = async (
  kind: string,
  value: string,
): Promise<{ id: string; profile: Profile; events: Page['items'] }> => {
  const id = await find(kind, value)
  assert.ok(id, `nobody has ${kind} ${value}`)
  const profile = await ok<Profile>('GET', `/api/customers/${id}`)
  const { items } = await ok<Page>('GET', `/api/customers/${id}/timeline?limit=500`)
  return { id, profile, events: items }
}
const namesOf = (events: Page['items']): string[] => events.map(({ event }) => event).sort()
const kindsOf = ({ identifiers }: Profile): string[] => identifiers.map(({ kind }) => kind).sort()
const traitsOf = ({ traits }: Profile) => Object.fromEntries(traits.map(({ name, value }) => [name, value]))
const countOf = async (event: string): Promise<number> =>
  (await ok<{ count: number }>('GET', `/api/events/count?event=${encodeURIComponent(event)}`)).count

test('@segment/analytics-node: every call arrives once, for one person', async () => {
  const { writeKey, id: sourceId } = await aSource(ctx)
  const analytics = new Analytics({ writeKey, host: url, flushAt: 15, flushInterval: 500, maxRetries: 0 })
  const failures: unknown[] = []
  analytics.on('error', (error) => failures.push(error))
  analytics.track({ anonymousId: 'seg-anon', event: 'Segment Visited', properties: { page: 1 } })
  analytics.identify({
    userId: 'seg-1',
    anonymousId: 'seg-anon',
    traits: { email: 'seg@example.com', plan: 'gold', age: 31 },
  })
  analytics.track({ userId: 'seg-1', event: 'Segment Bought', properties: { amount: 12.5, items: [{ sku: 'a' }] } })
  analytics.page({ userId: 'seg-1', name: 'Home', category: 'Shop', properties: { url: 'https://example.com/' } })
  analytics.screen({ userId: 'seg-1', name: 'Main' })
  analytics.group({ userId: 'seg-1', groupId: 'company-1', traits: { industry: 'finance' } })
  analytics.alias({ userId: 'seg-1', previousId: 'seg-old' })
  for (let i = 0; i < 100; i++) analytics.track({ userId: 'seg-1', event: 'Segment Many', properties: { i } })
  await analytics.closeAndFlush({ timeout: 20_000 })
  assert.deepEqual(failures, [])

  const { profile, events, id } = await customerOf('accountId', 'seg-1')
  assert.equal(await find('anonymousId', 'seg-anon'), id)
  assert.equal(await find('anonymousId', 'seg-old'), id)
  assert.equal(await find('email', 'SEG@example.com'), id)
  assert.deepEqual(kindsOf(profile), ['accountId', 'anonymousId', 'anonymousId', 'email'])
  assert.deepEqual(traitsOf(profile), { plan: 'gold', age: 31 })
  assert.deepEqual(namesOf(events.filter(({ event }) => event !== 'Segment Many')), [
    '$alias',
    '$group',
    '$identify',
    '$page',
    '$screen',
    'Segment Bought',
    'Segment Visited',
  ])
  assert.deepEqual(events.find(({ event }) => event === 'Segment Bought')?.properties, {
    amount: 12.5,
    items: [{ sku: 'a' }],
  })
  assert.deepEqual(events.find(({ event }) => event === '$page')?.properties, {
    name: 'Home',
    category: 'Shop',
    url: 'https://example.com/',
  })
  assert.equal(await countOf('Segment Many'), 100)
  const { items } = await ok<{ items: { accepted: number; rejected: number; duplicates: number }[] }>(
    'GET',
    `/api/sources/${sourceId}/minutes`,
  )
  assert.equal(
    items.reduce((sum, { accepted }) => sum + accepted, 0),
    107,
  )
  assert.equal(
    items.reduce((sum, { rejected, duplicates }) => sum + rejected + duplicates, 0),
    0,
  )
})

test('@rudderstack/rudder-sdk-node: every call arrives once, gzip or not', async () => {
  for (const gzip of [true, false]) {
    const { writeKey } = await aSource(ctx)
    const user = `rudder-${gzip}`
    const client = new RudderAnalytics(writeKey, {
      dataPlaneUrl: url,
      gzip,
      flushAt: 20,
      flushInterval: 300,
      logLevel: 'error',
    })
    client.identify({ userId: user, traits: { city: '上海', phone: gzip ? '13911110001' : '13911110002' } })
    client.track({ userId: user, event: `Rudder Bought ${gzip}`, properties: { price: 9.9, text: '中文，emoji 🙂' } })
    client.page({ userId: user, name: 'Home' })
    client.screen({ userId: user, name: 'Main' })
    client.group({ userId: user, groupId: 'company-1' })
    client.alias({ userId: user, previousId: `${user}-before` })
    for (let i = 0; i < 50; i++) client.track({ userId: user, event: `Rudder Many ${gzip}`, properties: { i } })
    await client.flush()
    while ((await countOf(`Rudder Many ${gzip}`)) < 50) await client.flush()
    const { id, events, profile } = await customerOf('accountId', user)
    assert.equal(await find('phone', gzip ? '13911110001' : '13911110002'), id)
    assert.equal(traitsOf(profile).city, '上海')
    assert.deepEqual(namesOf(events.filter(({ event }) => !event.startsWith('Rudder Many'))), [
      '$alias',
      '$group',
      '$identify',
      '$page',
      '$screen',
      `Rudder Bought ${gzip}`,
    ])
    assert.deepEqual(events.find(({ event }) => event.startsWith('Rudder Bought'))?.properties, {
      price: 9.9,
      text: '中文，emoji 🙂',
    })
    assert.equal(await countOf(`Rudder Many ${gzip}`), 50)
  }
})

test('analytics-node: every call arrives once', async () => {
  const { writeKey } = await aSource(ctx)
  const client = new OldAnalytics(writeKey, { host: url, flushAt: 20, flushInterval: 300 })
  client.identify({ userId: 'old-1', traits: { email: 'old@example.com', vip: true } })
  client.track({
    userId: 'old-1',
    event: 'Old Bought',
    properties: { amount: 3 },
    timestamp: new Date('2026-01-02T03:04:05.678Z'),
  })
  client.page({ userId: 'old-1', name: 'Home' })
  client.screen({ userId: 'old-1', name: 'Main' })
  client.group({ userId: 'old-1', groupId: 'company-1' })
  client.alias({ userId: 'old-1', previousId: 'old-before' })
  for (let i = 0; i < 50; i++) client.track({ anonymousId: 'old-anonymous', event: 'Old Many' })
  await client.flush()
  while ((await countOf('Old Many')) < 50) await client.flush()
  const { events, profile } = await customerOf('accountId', 'old-1')
  assert.deepEqual(namesOf(events), ['$alias', '$group', '$identify', '$page', '$screen', 'Old Bought'])
  // This client stamps sentAt with its own clock, which is ours: the event keeps its time within that difference.
  const bought = events.find(({ event }) => event === 'Old Bought')
  assert.ok(Math.abs(Date.parse(bought?.timestamp ?? '') - Date.parse('2026-01-02T03:04:05.678Z')) < 5_000)
  assert.deepEqual(traitsOf(profile), { vip: true })
  assert.equal(await countOf('Old Many'), 50)
})

test('posthog-node: captures, identifies, aliases and groups arrive once, by uuid', async () => {
  const { writeKey } = await aSource(ctx)
  const client = new PostHog(writeKey, {
    host: url,
    flushAt: 10,
    flushInterval: 200,
    disableGeoip: true,
    preloadFeatureFlags: false,
  })
  const failures: unknown[] = []
  client.on('error', (error) => failures.push(error))
  const uuid = '0190d5a2-7b6a-7c3e-9f00-0123456789ab'
  client.identify({ distinctId: 'hog-1', properties: { email: 'hog@example.com', plan: 'free' } })
  client.capture({ distinctId: 'hog-1', event: 'Hog Bought', uuid, properties: { amount: 7 } })
  client.capture({ distinctId: 'hog-1', event: 'Hog Bought', uuid, properties: { amount: 7 } })
  client.capture({ distinctId: 'hog-1', event: 'Hog Moved', properties: { via: 'app', $set: { city: '成都' } } })
  client.alias({ distinctId: 'hog-1', alias: 'hog-alias' })
  client.groupIdentify({ groupType: 'company', groupKey: 'company-1', properties: { size: 5 }, distinctId: 'hog-1' })
  for (let i = 0; i < 60; i++) client.capture({ distinctId: 'hog-1', event: 'Hog Many', properties: { i } })
  await client.shutdown(20_000)
  assert.deepEqual(failures, [])
  assert.equal(await countOf('Hog Many'), 60)
  assert.equal(await countOf('Hog Bought'), 1)
  const { id, events, profile } = await customerOf('accountId', 'hog-1')
  assert.equal(await find('email', 'hog@example.com'), id)
  assert.equal(await find('accountId', 'hog-alias'), id)
  assert.equal(events.find(({ event }) => event === 'Hog Bought')?.messageId, uuid)
  assert.ok(events.some(({ event }) => event === '$group'))
  assert.equal(traitsOf(profile).plan, 'free')
  assert.equal(traitsOf(profile).city, '成都')
  assert.deepEqual(events.find(({ event }) => event === 'Hog Moved')?.properties, {
    via: 'app',
    $set: { city: '成都' },
  })
})

test('@jitsu/js: identify, track and page arrive once', async () => {
  const { writeKey } = await aSource(ctx)
  const client = jitsuAnalytics({ host: url, writeKey, fetch, runtime: undefined as never })
  await client.page({ title: 'Home' })
  await client.identify('jitsu-1', { email: 'jitsu@example.com', plan: 'basic' })
  await client.track('Jitsu Bought', { amount: 5 })
  await client.group('company-1', { industry: 'finance' })
  await client.page({ title: 'Thanks' })
  const { id, events, profile } = await customerOf('accountId', 'jitsu-1')
  assert.equal(await find('email', 'jitsu@example.com'), id)
  assert.equal(await countOf('Jitsu Bought'), 1)
  assert.deepEqual(namesOf(events), ['$group', '$identify', '$page', '$page', 'Jitsu Bought'])
  assert.equal(traitsOf(profile).plan, 'basic')
})

// --- the calls of Segment's own documentation -------------------------------------------------------------------------

type Fields = Record<string, unknown>
interface Payload {
  kind: 'payload'
  source: string
  value: Fields
}
interface Written {
  kind: 'call'
  source: string
  method: string
  args: unknown[]
}

const documented = (): (Payload | Written)[] => {
  const folder = process.env.ZHIYIN_EVAL_DATA
  assert.ok(folder, 'ZHIYIN_EVAL_DATA must name the folder of public data sets')
  return JSON.parse(readFileSync(join(folder, 'segment-spec/calls.json'), 'utf8')) as (Payload | Written)[]
}

/** The path a documented body belongs to: its own word for it, or what only that call has. */
const pathOf = ({ type, action, batch, previousId, groupId, event, traits }: Fields): string => {
  if (Array.isArray(batch)) return '/v1/batch'
  if (typeof type === 'string') return `/v1/${type}`
  if (typeof action === 'string') return `/v1/${action}`
  if (previousId !== undefined) return '/v1/alias'
  if (groupId !== undefined) return '/v1/group'
  if (event !== undefined) return '/v1/track'
  return traits !== undefined ? '/v1/identify' : '/v1/page'
}

test('the 83 payloads in Segment’s documentation are accepted, but for the ten that name nobody', async () => {
  const { writeKey, id: sourceId } = await aSource(ctx)
  const payloads = documented().filter((one) => one.kind === 'payload')
  assert.equal(payloads.length, 83)
  const before = (await ok<{ events: number }>('GET', '/api/stats')).events
  const refused: string[] = []
  for (const { value } of payloads) {
    const { writeKey: _example, ...body } = value
    const answer = await program.send<{ code?: string; success?: boolean }>(writeKey, pathOf(value), body)
    if (answer.status === 200) assert.equal(answer.body.success, true)
    else refused.push(`${answer.status} ${answer.body.code} ${String(value.event ?? value.type)}`)
  }
  // The documents leave userId and anonymousId out there, or write user_id; the specification asks for one of the two.
  assert.deepEqual(refused, [
    '400 message.noIdentifier Email Bounced',
    '400 message.noIdentifier Email Delivered',
    '400 message.noIdentifier Email Link Clicked',
    '400 message.noIdentifier Email Marked as Spam',
    '400 message.noIdentifier Email Opened',
    '400 message.noIdentifier Unsubscribed',
    '400 message.noIdentifier group',
    '400 message.noIdentifier page',
    '400 message.noIdentifier screen',
    '400 message.noIdentifier User Registered',
  ])
  // Two of the examples share one messageId with others: those count once.
  const ids = payloads.flatMap(({ value }) =>
    typeof value.messageId === 'string' && (value.userId ?? value.anonymousId) !== undefined ? [value.messageId] : [],
  )
  const duplicates = ids.length - new Set(ids).size
  const { items } = await ok<{ items: { accepted: number; rejected: number; duplicates: number }[] }>(
    'GET',
    `/api/sources/${sourceId}/minutes`,
  )
  const sum = (name: 'accepted' | 'rejected' | 'duplicates') => items.reduce((total, row) => total + row[name], 0)
  assert.deepEqual(
    { accepted: sum('accepted'), rejected: sum('rejected'), duplicates: sum('duplicates') },
    { accepted: 72 - duplicates + 4, rejected: 10, duplicates },
  )
  assert.equal((await ok<{ events: number }>('GET', '/api/stats')).events - before, 72 - duplicates + 4)
})

test('the same payloads as one batch are stored but for the ten, which the answer names by their index', async () => {
  const { writeKey } = await aSource(ctx)
  const payloads = documented()
    .filter((one) => one.kind === 'payload')
    .filter(({ value }) => !Array.isArray(value.batch))
  const batch = payloads.map((one, index) => {
    const { value } = one
    return { ...value, type: pathOf(value).slice('/v1/'.length), messageId: `spec-batch-${index}` }
  })
  const { status, body } = await program.send<{ accepted: number; rejected: { index: number; code: string }[] }>(
    writeKey,
    '/v1/batch',
    { batch },
  )
  assert.equal(status, 200)
  assert.equal(body.accepted, 72)
  assert.deepEqual(
    body.rejected.map(({ index, code }) => [payloads[index]?.value.userId ?? payloads[index]?.value.anonymousId, code]),
    Array.from({ length: 10 }, () => [undefined, 'message.noIdentifier']),
  )
})

test('the 57 calls in Segment’s documentation, made through its Node client, arrive once each', async () => {
  const { writeKey, id: sourceId } = await aSource(ctx)
  const calls = documented().filter((one) => one.kind === 'call')
  assert.equal(calls.length, 57)
  const analytics = new Analytics({ writeKey, host: url, flushAt: 10, flushInterval: 200, maxRetries: 0 })
  const failures: unknown[] = []
  analytics.on('error', (error) => failures.push(error))
  // The documents show the browser's form, whose library remembers who is there.
  const anonymousId = 'spec-browser'
  let userId: string | undefined
  const who = () => (userId === undefined ? { anonymousId } : { anonymousId, userId })
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
  const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})
  const sent: string[] = []
  for (const { method, args } of calls) {
    const [first, second, third] = args
    if (method === 'identify') {
      userId = text(first) ?? userId
      analytics.identify({ ...who(), traits: fields(typeof first === 'string' ? second : first) })
    } else if (method === 'track' && typeof first === 'string')
      analytics.track({ ...who(), event: first, properties: fields(second), context: fields(fields(third).context) })
    else if (method === 'track') analytics.track(fields(first) as unknown as Parameters<Analytics['track']>[0])
    else if (method === 'page' && typeof second === 'string')
      analytics.page({ ...who(), category: text(first) ?? '', name: second })
    else if (method === 'page') analytics.page({ ...who(), properties: fields(first) })
    else if (method === 'group') analytics.group({ ...who(), groupId: text(first) ?? '', traits: fields(second) })
    else if (method === 'alias') analytics.alias({ userId: text(first) ?? '', previousId: anonymousId })
    else {
      // `object` stands in the documents' list but is no call of the tracking API.
      assert.equal(method, 'object')
      assert.equal((await program.send(writeKey, '/v1/object', { id: '1' })).status, 404)
      continue
    }
    sent.push(method === 'track' ? (text(first) ?? text(fields(first).event) ?? '') : `$${method}`)
  }
  await analytics.closeAndFlush({ timeout: 20_000 })
  assert.deepEqual(failures, [])
  assert.equal(sent.length, 55)
  const rows = await ctx.ch.rows<{ event: string }>(
    ch.sql`select event from events where source_id = ${ch.u16(Number(sourceId))}`,
  )
  assert.deepEqual(rows.map(({ event }) => event).sort(), sent.sort())
})
