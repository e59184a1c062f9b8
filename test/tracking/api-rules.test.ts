import assert from 'node:assert/strict'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { ch } from '#platform'
import { aSource, startTestApp } from '#test'

// The tracking API as a client without an SDK sees it.
const program = await startTestApp({ listen: true })
const { ctx, url, ok, send } = program

interface Failure {
  code: string
  title: string
  detail?: { index?: number; accepted?: number; rejected?: { index: number; code: string }[] }
}

let serial = 0
const track = (more: Record<string, unknown> = {}) => ({
  type: 'track',
  event: 'Loan Viewed',
  userId: `user-${++serial}`,
  messageId: `message-${serial}`,
  ...more,
})
const storedIds = async (sourceId: string): Promise<string[]> =>
  (
    await ctx.ch.rows<{ message_id: string }>(
      ch.sql`select message_id from events where source_id = ${ch.u16(Number(sourceId))}`,
    )
  )
    .map(({ message_id }) => message_id)
    .sort()
const post = (path: string, body: RequestInit['body'], headers: Record<string, string> = {}) =>
  fetch(`${url}${path}`, { method: 'POST', body: body ?? null, headers })
const basic = (user: string, password = '') => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

test('the write key counts as Basic user name or in the body; without a known one the answer is 401', async () => {
  const { writeKey, id } = await aSource(ctx)
  const body = (more = {}) => JSON.stringify(track(more))
  const forms: [headers: Record<string, string>, body: string, status: number][] = [
    [basic(writeKey), body(), 200],
    [basic(writeKey, 'anything'), body(), 200],
    [{ authorization: `basic ${Buffer.from(`${writeKey}:`).toString('base64')}` }, body(), 200],
    [{}, body({ writeKey }), 200],
    [{ authorization: 'Bearer token-of-another-system' }, body({ writeKey }), 200],
    [{}, body(), 401],
    [basic('unknown'), body(), 401],
    [basic(''), body(), 401],
    [{ authorization: 'Basic ???' }, body(), 401],
    [{}, body({ writeKey: 'unknown' }), 401],
    [{}, body({ writeKey: { $ne: null } }), 401],
  ]
  for (const [headers, payload, status] of forms)
    assert.equal((await post('/v1/track', payload, headers)).status, status, `${JSON.stringify(headers)} ${payload}`)
  assert.equal((await storedIds(id)).length, 5)
})

test('an API key of the console does not send events, and a write key does not read', async () => {
  const { writeKey } = await aSource(ctx)
  assert.equal((await fetch(`${url}/api/stats`, { headers: { authorization: `Bearer ${writeKey}` } })).status, 401)
  assert.equal((await fetch(`${url}/api/stats`, { headers: basic(writeKey) })).status, 401)
})

test('any content type and encoding that holds the JSON will do', async () => {
  const { writeKey, id } = await aSource(ctx)
  const types = [
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/octet-stream',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'nonsense',
    undefined,
  ]
  for (const type of types)
    for (const packed of [false, true]) {
      const json = JSON.stringify(track({ properties: { 产品: '现金贷' } }))
      const body = packed ? gzipSync(json) : Buffer.from(json)
      const answer = await post('/v1/track', new Uint8Array(body), {
        ...basic(writeKey),
        ...(type !== undefined && { 'content-type': type }),
      })
      assert.equal(answer.status, 200, `${type} ${packed}: ${await answer.text()}`)
    }
  // gzip said and not said
  const answer = await post('/v1/track', new Uint8Array(gzipSync(JSON.stringify(track()))), {
    ...basic(writeKey),
    'content-type': 'application/json',
    'content-encoding': 'gzip',
  })
  assert.equal(answer.status, 200)
  assert.equal((await storedIds(id)).length, types.length * 2 + 1)
})

test('what is no JSON is answered 400, and nothing of it is stored', async () => {
  const { writeKey, id } = await aSource(ctx)
  const bodies = [
    '',
    ' ',
    '{',
    '{"type":',
    'type=track&userId=1',
    '\u0000',
    Buffer.from([0x1f, 0x8b, 1, 2, 3]),
    Buffer.from([0xff, 0xfe, 0]),
  ]
  for (const body of bodies) {
    const answer = await post('/v1/track', typeof body === 'string' ? body : new Uint8Array(body), {
      ...basic(writeKey),
      'content-type': 'application/json',
    })
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.match(answer.headers.get('content-type') ?? '', /problem\+json/)
    assert.equal(((await answer.json()) as Failure).code, 'customers.notJson')
  }
  for (const body of ['null', '7', '"text"', '[]', '{}'])
    assert.equal((await post('/v1/track', body, basic(writeKey))).status, 400, body)
  for (const body of ['null', '7', '"text"', '[]', '{}', '{"batch":[]}', '{"batch":{}}', '{"batch":"x"}'])
    assert.equal((await post('/v1/batch', body, basic(writeKey))).status, 400, body)
  assert.deepEqual(await storedIds(id), [])
})

test('a batch with bad messages stores the good ones and names the bad by index and reason', async () => {
  const { writeKey, id } = await aSource(ctx)
  const batch = [
    track({ messageId: 'good-0' }),
    7,
    track({ messageId: 'bad-2', event: '' }),
    track({ messageId: 'good-3' }),
    track({ userId: undefined }),
    { type: 'sell', userId: 'u' },
  ]
  const { status, body } = await send<{
    accepted: number
    rejected: { index: number; code: string; reason: string; messageId?: string }[]
  }>(writeKey, '/v1/batch', { batch })
  assert.equal(status, 200)
  assert.equal(body.accepted, 2)
  assert.deepEqual(
    body.rejected.map(({ index, code }) => [index, code]),
    [
      [1, 'message.notAnObject'],
      [2, 'message.event'],
      [4, 'message.noIdentifier'],
      [5, 'message.type'],
    ],
  )
  assert.ok(body.rejected.every(({ reason }) => reason.length > 10))
  assert.equal(body.rejected[1]?.messageId, 'bad-2')
  assert.deepEqual(await storedIds(id), ['good-0', 'good-3'])
})

test('a batch of nothing but bad messages is answered 400 with the first index', async () => {
  const { writeKey } = await aSource(ctx)
  const { status, body } = await send<Failure>(writeKey, '/v1/batch', { batch: [{ type: 'track' }, 7] })
  assert.equal(status, 400)
  assert.equal(body.code, 'customers.messagesRefused')
  assert.equal(body.detail?.index, 0)
  assert.equal(body.detail?.rejected?.length, 2)
})

test('a message of more than 32 KB is answered 400 with its index; the others of its batch are stored', async () => {
  const { writeKey, id } = await aSource(ctx)
  const large = track({ properties: { text: '贷'.repeat(11_000) } })
  const { status, body } = await send<Failure>(writeKey, '/v1/batch', {
    batch: [track({ messageId: 'small-0' }), large, track({ messageId: 'small-2' })],
  })
  assert.equal(status, 400)
  assert.equal(body.detail?.index, 1)
  assert.equal(body.detail?.accepted, 2)
  assert.deepEqual(
    body.detail?.rejected?.map(({ index, code }) => [index, code]),
    [[1, 'message.tooLarge']],
  )
  assert.deepEqual(await storedIds(id), ['small-0', 'small-2'])
  const alone = await send<Failure>(writeKey, '/v1/track', large)
  assert.deepEqual([alone.status, alone.body.code, alone.body.detail?.index], [400, 'message.tooLarge', 0])
})

test('500 KB a batch: a byte more is answered 413, packed or not, and a small file that unpacks to gigabytes too', async () => {
  const { writeKey, id } = await aSource(ctx)
  const limit = 500 * 1_024
  const frame = JSON.stringify({ batch: [track({ messageId: 'fits' })], pad: '' }).length
  const body = (bytes: number, messageId: string) =>
    JSON.stringify({ batch: [track({ userId: 'user-0', messageId })], pad: 'x'.repeat(bytes) })
  const exact = body(limit - body(0, 'fits').length, 'fits')
  assert.ok(frame > 0)
  assert.equal(exact.length, limit)
  assert.equal((await send(writeKey, '/v1/batch', exact)).status, 200)
  const over = body(limit - body(0, 'over').length + 1, 'over')
  for (const payload of [over, gzipSync(over), gzipSync(Buffer.alloc(50_000_000, 'x'))]) {
    const answer = await send<Failure>(writeKey, '/v1/batch', payload)
    assert.deepEqual([answer.status, answer.body.code], [413, 'customers.batchTooLarge'])
  }
  assert.equal((await send(writeKey, '/v1/batch', Buffer.alloc(6_000_000, ' '))).status, 413)
  assert.equal((await send(writeKey, '/batch/', gzipSync(over))).status, 413)
  assert.deepEqual(await storedIds(id), ['fits'])
})

test('2,500 messages a batch; one more is answered 400 and none is stored', async () => {
  const { writeKey, id } = await aSource(ctx)
  const batch = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      type: 'track',
      event: 'E',
      userId: 'many',
      messageId: `many-${count}-${i}`,
    }))
  const over = await send<Failure>(writeKey, '/v1/batch', { batch: batch(2_501) })
  assert.deepEqual([over.status, over.body.code], [400, 'customers.batchTooMany'])
  assert.equal((await storedIds(id)).length, 0)
  const { status, body } = await send<{ accepted: number }>(writeKey, '/v1/batch', { batch: batch(2_500) })
  assert.deepEqual([status, body.accepted], [200, 2_500])
  assert.equal((await storedIds(id)).length, 2_500)
})

test('over its quota a source is answered 429 with Retry-After, others are not; afterwards it may send again', async () => {
  const { writeKey, id } = await aSource(ctx, { quotaPerSecond: 10 })
  const other = await aSource(ctx)
  const answers = await Promise.all(
    Array.from({ length: 40 }, () => post('/v1/track', JSON.stringify(track()), basic(writeKey))),
  )
  const refused = answers.filter(({ status }) => status === 429)
  const passed = answers.filter(({ status }) => status === 200)
  assert.equal(refused.length + passed.length, 40)
  // Two seconds may have been touched.
  assert.ok(passed.length >= 10 && passed.length <= 20, `${passed.length} passed`)
  for (const { headers } of refused) assert.equal(headers.get('retry-after'), '1')
  assert.equal((await send(other.writeKey, '/v1/track', track())).status, 200)
  await new Promise((resolve) => setTimeout(resolve, 1_050))
  assert.equal((await send(writeKey, '/v1/track', track())).status, 200)
  assert.equal((await storedIds(id)).length, passed.length + 1)
})

test('pages of any site may send: CORS answers for every tracking path, and the preflight lets the headers through', async () => {
  const { writeKey } = await aSource(ctx)
  for (const path of ['/v1/track', '/v1/batch', '/v1/i', '/batch/', '/api/s/track']) {
    const preflight = await fetch(`${url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://shop.example.com',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-write-key',
      },
    })
    assert.equal(preflight.status, 204, path)
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*')
    for (const header of ['authorization', 'content-type', 'x-write-key'])
      assert.ok(preflight.headers.get('access-control-allow-headers')?.includes(header))
  }
  const answer = await post('/v1/track', JSON.stringify(track()), {
    ...basic(writeKey),
    origin: 'https://shop.example.com',
  })
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  const refusedAnswer = await post('/v1/track', JSON.stringify(track()), {
    ...basic('unknown'),
    origin: 'https://shop.example.com',
  })
  assert.deepEqual([refusedAnswer.status, refusedAnswer.headers.get('access-control-allow-origin')], [401, '*'])
  // The rest of the API is not for other sites.
  assert.equal(
    (await fetch(`${url}/api/stats`, { headers: { origin: 'https://shop.example.com' } })).headers.get(
      'access-control-allow-origin',
    ),
    null,
  )
})

test('a source that is switched off, and a key that was changed, are refused at once', async () => {
  const { writeKey, id } = await aSource(ctx)
  assert.equal((await send(writeKey, '/v1/track', track())).status, 200)
  await ok('PATCH', `/api/sources/${id}`, { enabled: false })
  assert.equal((await send(writeKey, '/v1/track', track())).status, 401)
  await ok('PATCH', `/api/sources/${id}`, { enabled: true })
  assert.equal((await send(writeKey, '/v1/track', track())).status, 200)
  const { writeKey: next } = await ok<{ writeKey: string }>('POST', `/api/sources/${id}/rotate-key`)
  assert.equal((await send(writeKey, '/v1/track', track())).status, 401)
  assert.equal((await send(next, '/v1/track', track())).status, 200)
  assert.equal((await storedIds(id)).length, 3)
})

test('a source’s debugger shows stored, repeated and refused messages, personal values masked; its minutes count them', async () => {
  const { writeKey, id } = await aSource(ctx)
  await send(writeKey, '/v1/track', track({ event: 'Seen', properties: { note: 'call 13911112222' } }))
  const twice = track({ event: 'Twice' })
  await send(writeKey, '/v1/track', twice)
  await send(writeKey, '/v1/track', twice)
  await send(writeKey, '/v1/track', { type: 'track', userId: 'nobody 13911112222', properties: { realName: '王小明' } })
  const { items } = await ok<{ items: { fate: string; event: string; message: string; code?: string }[] }>(
    'GET',
    `/api/sources/${id}/debugger`,
  )
  const text = JSON.stringify(items)
  for (const secret of ['13911112222', '王小明']) assert.ok(!text.includes(secret), `${secret} in ${text}`)
  assert.equal(items.filter(({ fate }) => fate === 'stored').length, 2)
  assert.deepEqual(
    items.filter(({ fate }) => fate === 'duplicate').map(({ event }) => event),
    ['Twice'],
  )
  assert.deepEqual(
    items.filter(({ fate }) => fate === 'rejected').map(({ code }) => code),
    ['message.event'],
  )
  const { items: minutes } = await ok<{ items: { accepted: number; duplicates: number; rejected: number }[] }>(
    'GET',
    `/api/sources/${id}/minutes?minutes=5`,
  )
  const sum = (name: 'accepted' | 'duplicates' | 'rejected') => minutes.reduce((total, row) => total + row[name], 0)
  assert.deepEqual([sum('accepted'), sum('duplicates'), sum('rejected')], [2, 1, 1])
})

test('posthog’s and jitsu’s shapes are refused with 401 for a wrong key and 413 for too much', async () => {
  const { writeKey } = await aSource(ctx)
  const hog = (api_key: string) => ({
    api_key,
    batch: [{ event: 'Hog', distinct_id: 'hog', uuid: '0190d5a2-7b6a-7c3e-9f00-000000000001', properties: {} }],
  })
  const raw = (path: string, body: unknown, headers = {}) => post(path, JSON.stringify(body), headers)
  assert.equal((await raw('/batch/', hog(writeKey))).status, 200)
  assert.equal((await raw('/batch/', hog('unknown'))).status, 401)
  assert.equal((await raw('/batch/', { batch: [] })).status, 400)
  assert.equal((await raw('/batch/', { ...hog(writeKey), pad: 'x'.repeat(512_000) })).status, 413)
  assert.equal((await raw('/api/s/track', track(), { 'x-write-key': writeKey })).status, 200)
  assert.equal((await raw('/api/s/track', track(), { 'x-write-key': `${writeKey}:secret` })).status, 200)
  assert.equal((await raw('/api/s/track', track(), { 'x-write-key': 'unknown:secret' })).status, 401)
})

test('historical messages keep their time, live ones are corrected by the sender’s clock', async () => {
  const { writeKey } = await aSource(ctx)
  const message = (messageId: string) =>
    track({ userId: 'historian', messageId, timestamp: '2020-05-05T05:05:05.005Z' })
  const sentAt = '2020-05-05T05:05:05.005Z'
  await send(writeKey, '/v1/import', { batch: [message('historical')], sentAt })
  const before = Date.now()
  await send(writeKey, '/v1/batch', { batch: [message('live')], sentAt })
  const rows = await ctx.ch.rows<{ message_id: string; ts: string }>(
    ch.sql`select message_id, ts from events where message_id in ('historical', 'live')`,
  )
  const at = new Map(rows.map(({ message_id, ts }) => [message_id, Date.parse(ts)]))
  assert.equal(at.get('historical'), Date.parse('2020-05-05T05:05:05.005Z'))
  const live = at.get('live') ?? 0
  assert.ok(live >= before - 5 && live <= Date.now(), new Date(live).toISOString())
})

test('nobody waits in vain: one message that a store refuses does not hold up the others sent with it', async () => {
  const { writeKey, id } = await aSource(ctx)
  const odd: Record<string, unknown>[] = [
    { birthday: '2026-02-30', founded: '0000-01-01', until: '9999-12-31T23:59:59-12:00' },
    { nul: 'a\u0000b', half: '\ud83d', 'nul\u0000': 1, 'half\ud83d': 1 },
    { huge: 1e308, tiny: 5e-324, list: [Number.MIN_VALUE, '\u0000'], empty: '', nothing: null },
    { ['t'.repeat(200)]: 1, '': 2, 'tab\tnewline\n\\': 'tab\tnewline\n\\' },
  ]
  const answers = await Promise.all([
    ...odd.map((traits, i) =>
      send(writeKey, '/v1/identify', {
        userId: `odd-${i}`,
        traits,
        messageId: `odd-${i}`,
        context: { device: { id: 'd\u0000' } },
      }),
    ),
    send(
      writeKey,
      '/v1/track',
      track({ messageId: 'odd-tabs', event: 'tab\tnewline\n\\N', properties: { 'a\tb': '\\N\r\n', half: '\udc00' } }),
    ),
    ...Array.from({ length: 20 }, (_, i) => send(writeKey, '/v1/track', track({ messageId: `plain-${i}` }))),
  ])
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  assert.equal((await storedIds(id)).length, odd.length + 21)
})
