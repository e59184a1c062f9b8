import assert from 'node:assert/strict'
import test from 'node:test'
import { deflateSync, gzipSync } from 'node:zlib'
import { aSource, startTestApp } from '#test'

/** Change it to look elsewhere; a failure prints it with the request. */
const seed = Number(process.env.FUZZ_SEED ?? 20_261_121)
const bodies = 10_000

/** mulberry32: the same bodies for the same seed on every machine. */
let state = seed
const random = (): number => {
  state = (state + 0x6d2b79f5) | 0
  let t = Math.imul(state ^ (state >>> 15), 1 | state)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
}
const below = (n: number) => Math.floor(random() * n)
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T
const maybe = (chance: number) => random() < chance

const texts = [
  '',
  ' ',
  '0',
  'null',
  'a',
  '上海',
  '🙂',
  '\u0000',
  '\ud83d',
  '\udc00x',
  "'; drop table events; --",
  '{}',
  '$1 $& $$',
  '../../etc/passwd',
  '%s%n',
  '<script>',
  'x'.repeat(300),
  'y'.repeat(5_000),
  '\\N',
  '\t\n\r',
  '13911112222',
  'a@b.cc',
  '110101199003077774',
  '1e999',
  'true',
  '2026-02-30',
  '2026-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999Z',
  '+275760-09-13T00:00:00Z',
  '__proto__',
  'constructor',
  'toString',
  '﷽',
  'İ',
  '\u2028',
]
const numbers = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e21,
  1e308,
  -1e308,
  5e-324,
  2 ** 31,
  2 ** 53,
  2 ** 64,
  -(2 ** 63),
  13_911_112_222,
  65_536,
  4_294_967_296,
]
const keys = [
  'type',
  'event',
  'userId',
  'anonymousId',
  'messageId',
  'timestamp',
  'originalTimestamp',
  'sentAt',
  'context',
  'traits',
  'properties',
  'groupId',
  'previousId',
  'batch',
  'writeKey',
  'integrations',
  'name',
  'category',
  'api_key',
  'uuid',
  'distinct_id',
  '$set',
  '$set_once',
  '$group_set',
  'device',
  'id',
  'externalIds',
  'phone',
  'email',
  'idCard',
  'address',
  '__proto__',
  'constructor',
  'identifier',
  'kind',
  'value',
  'text',
  'limit',
  'after',
  'definition',
  'all',
  'any',
  'not',
  'trait',
  'is',
  'in',
  'between',
  'count',
  'gte',
  'within',
  'where',
  'property',
  'audience',
  'into',
  'from',
  'reason',
  'title',
  'allowed',
  'unit',
  'roles',
  'scope',
  'enabled',
  'quotaPerSecond',
  'purpose',
  'decision',
  'schedule',
  'everyMinutes',
]
const types = ['track', 'page', 'screen', 'identify', 'group', 'alias', 'delete', '']

const text = (): string =>
  maybe(0.3) ? String.fromCharCode(...Array.from({ length: below(20) }, () => below(0x10000))) : pick(texts)
const value = (depth: number): unknown => {
  const kind = below(depth > 5 ? 4 : 8)
  if (kind <= 1) return text()
  if (kind === 2) return maybe(0.5) ? pick(numbers) : (random() - 0.5) * 10 ** below(25)
  if (kind === 3) return pick([null, true, false])
  if (kind === 4) return Array.from({ length: below(6) }, () => value(depth + 1))
  return object(depth + 1)
}
const object = (depth: number): Record<string, unknown> => {
  const entries = Array.from({ length: below(7) }, (): [string, unknown] => [
    maybe(0.8) ? pick(keys) : text(),
    value(depth),
  ])
  return Object.fromEntries(entries)
}
/** A message that is right but for what chance put into it. */
const message = (): unknown => {
  if (maybe(0.05)) return value(0)
  const right: Record<string, unknown> = {
    type: pick(types),
    event: 'Fuzzed',
    userId: `fuzz-${below(50)}`,
    messageId: `fuzz-${below(3_000)}`,
    properties: {},
    traits: {},
  }
  for (let i = below(5); i > 0; i--)
    right[
      pick([
        'type',
        'event',
        'userId',
        'anonymousId',
        'messageId',
        'timestamp',
        'originalTimestamp',
        'sentAt',
        'context',
        'traits',
        'properties',
        'groupId',
        'previousId',
        'extra',
      ])
    ] = value(0)
  return right
}
const nested = (depth: number, open: string, close: string) => `${open.repeat(depth)}1${close.repeat(depth)}`
const damaged = (json: string): string => {
  const at = below(json.length + 1)
  switch (below(4)) {
    case 0:
      return json.slice(0, at)
    case 1:
      return json.slice(0, at) + text() + json.slice(at)
    case 2:
      return json.slice(0, at) + json.slice(at + 1 + below(5))
    default:
      return json.replace(/\d/, '1e5000')
  }
}

interface Shot {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  url: string
  payload: string | Buffer
  headers: Record<string, string>
}

const trackingPaths = [
  '/v1/identify',
  '/v1/track',
  '/v1/page',
  '/v1/screen',
  '/v1/group',
  '/v1/alias',
  '/v1/batch',
  '/v1/import',
  '/v1/t',
  '/batch/',
  '/capture/',
  '/api/s/track',
  '/api/s/identify',
  '/api/s/page',
  '/api/s/s2s/group',
]
const id = () =>
  pick([
    '1',
    '2',
    '999999999',
    '0',
    '-1',
    '4294967296',
    'x',
    '%00',
    '%ff',
    "1'--",
    '00000000-0000-0000-0000-000000000000',
  ])
const apiRoutes: (() => [Shot['method'], string])[] = [
  () => ['POST', '/api/customers/search'],
  () => ['POST', `/api/customers/${id()}/unmask`],
  () => ['POST', '/api/customers/merge'],
  () => ['POST', `/api/customers/${id()}/unmerge`],
  () => ['GET', `/api/customers/${id()}`],
  () => [
    'GET',
    `/api/customers/${id()}/timeline?limit=${encodeURIComponent(String(pick(numbers)))}&before=${encodeURIComponent(text().toWellFormed())}&event=${encodeURIComponent(text().toWellFormed())}`,
  ],
  () => [
    'GET',
    `/api/events/count?event=${encodeURIComponent(text().toWellFormed())}&since=${encodeURIComponent(pick(texts).toWellFormed())}`,
  ],
  () => ['POST', '/api/audiences/estimate'],
  () => ['POST', '/api/audiences'],
  () => ['POST', '/api/identifiers/check'],
  () => ['PUT', `/api/traits/${encodeURIComponent(text().toWellFormed() || 'x')}`],
  () => ['POST', '/api/sources'],
  () => ['PATCH', `/api/sources/${below(5) + 40}`],
  () => ['GET', `/api/sources/${id()}/debugger?limit=${below(200)}`],
  () => ['POST', '/api/keys'],
  () => ['POST', '/api/users'],
  () => ['POST', '/api/session'],
  () => [
    'GET',
    `/api/audit?before=${encodeURIComponent(text().toWellFormed())}&actor=${encodeURIComponent(text().toWellFormed())}`,
  ],
  () => ['POST', `/api/conflicts/${id()}/decide`],
]

test(`${bodies} odd requests to the tracking paths and the API: no answer is a fault of ours, memory stays bounded, and the server goes on`, async () => {
  const { ctx, app, logged, ok, send } = await startTestApp({
    env: { ZHIYIN_REQUESTS_PER_MINUTE: '10000000', ZHIYIN_LOG_LEVEL: 'error' },
  })
  const { writeKey } = await aSource(ctx)
  const basic = { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` }

  const tracking = (): Shot => {
    const url = pick(trackingPaths)
    const many = url === '/v1/batch' || url === '/v1/import' || url === '/batch/'
    const whole = many ? { batch: Array.from({ length: below(8) }, message), ...(maybe(0.3) && object(0)) } : message()
    const keyed = whole !== null && typeof whole === 'object' ? { ...whole, writeKey, api_key: writeKey } : whole
    let json = JSON.stringify(keyed) ?? ''
    if (maybe(0.02))
      json = json.replace(
        '"properties":{}',
        () =>
          `"properties":{"deep":${maybe(0.5) ? nested(below(20_000), '[', ']') : nested(below(20_000), '{"a":', '}')}}`,
      )
    if (maybe(0.01))
      json = json.replace('"properties":{}', () => `"properties":{"long":"${'贷'.repeat(below(200_000))}"}`)
    if (maybe(0.15)) json = damaged(json)
    const packing = random()
    let payload: string | Buffer = json
    if (packing < 0.1) payload = Buffer.from(Array.from({ length: below(300) }, () => below(256)))
    else if (packing < 0.2) payload = gzipSync(json)
    else if (packing < 0.23) payload = gzipSync(json).subarray(0, below(60))
    else if (packing < 0.26) payload = deflateSync(json)
    return {
      method: 'POST',
      url,
      payload,
      headers: {
        ...(maybe(0.9) && basic),
        'x-write-key': writeKey,
        'content-type': pick([
          'application/json',
          'text/plain',
          'application/x-www-form-urlencoded',
          'image/png',
          '',
          ';;;',
        ]),
        ...(maybe(0.1) && { 'content-encoding': pick(['gzip', 'br', 'x']) }),
      },
    }
  }
  const api = (): Shot => {
    const [method, url] = pick(apiRoutes)()
    const json =
      method === 'GET'
        ? ''
        : maybe(0.1)
          ? damaged(JSON.stringify(value(0)) ?? '')
          : (JSON.stringify(maybe(0.9) ? object(0) : value(0)) ?? '')
    return {
      method,
      url,
      payload: json,
      headers: {
        ...app.http.localHeaders,
        'content-type': pick(['application/json', 'application/json', 'application/json', 'text/plain']),
      },
    }
  }

  const statuses = new Map<number, number>()
  let heapAtTenth = 0
  const shoot = async (shot: Shot): Promise<void> => {
    const { statusCode, body } = await app.http.app.inject({
      ...shot,
      ...(shot.method === 'GET' ? { payload: '' } : {}),
    })
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
    if (statusCode >= 500)
      assert.fail(
        `seed ${seed}: ${shot.method} ${shot.url} answered ${statusCode} ${body}\n${JSON.stringify(shot.headers)}\n${shot.payload.toString().slice(0, 3_000)}\n${logged.slice(-3).join('')}`,
      )
  }
  for (let done = 0; done < bodies; done += 100) {
    // Together, so that the odd ones share their groups with others.
    await Promise.all(Array.from({ length: 100 }, (_, i) => shoot(i < 70 ? tracking() : api())))
    if (done === bodies / 10) {
      globalThis.gc?.()
      heapAtTenth = process.memoryUsage().heapUsed
    }
  }
  // Both sides of the border were met.
  assert.ok((statuses.get(200) ?? 0) > bodies / 10, JSON.stringify([...statuses]))
  assert.ok((statuses.get(400) ?? 0) > bodies / 10, JSON.stringify([...statuses]))
  globalThis.gc?.()
  const grownBytes = process.memoryUsage().heapUsed - heapAtTenth
  assert.ok(grownBytes < 200_000_000, `the heap grew by ${grownBytes} bytes`)
  assert.deepEqual(
    logged.filter((line) => line.includes('request failed')),
    [],
  )

  assert.equal((await send(writeKey, '/v1/track', { event: 'After All', userId: 'plain' })).status, 200)
  assert.equal((await ok<{ count: number }>('GET', '/api/events/count?event=After%20All')).count, 1)
})
