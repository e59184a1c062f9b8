import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { after } from 'node:test'
import { aSource, startTestApp } from '#test'
import type { Delivery, Feed, Health, Webhook } from '../../src/audiences/live/contract.ts'
import { isInside } from '../../src/platform/outbound/inside.ts'

/** A receiver as its owner would write it: remembers what it was sent, answers as told. */
const received: { headers: Record<string, string | string[] | undefined>; body: string }[] = []
let answers = 200
const receiver = createServer((request, reply) => {
  let body = ''
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString()
  })
  request.on('end', () => {
    received.push({ headers: request.headers, body })
    reply.writeHead(answers).end()
  })
})
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
after(() => receiver.close())
const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`

const app = await startTestApp({ work: true, env: { ZHIYIN_WEBHOOKS_PRIVATE: 'true' } })
const source = await aSource(app.ctx)
const track = (userId: string, event: string) =>
  app.send(source.writeKey, '/v1/track', { userId, event, properties: {} })
const until = async <T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  for (let i = 0; i < 600; i++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return assert.fail(`${what} did not happen`)
}
const isSigned = (secret: string, { headers, body }: (typeof received)[number]) => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signature = createHmac('sha256', key)
    .update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`)
    .digest('base64')
  return String(headers['webhook-signature']).split(' ').includes(`v1,${signature}`)
}
const changesIn = (body: string) =>
  (JSON.parse(body) as { data: { changes: { change: string; customerId: string }[] } }).data.changes

const { id } = await app.ok<{ id: string }>('POST', '/api/audiences', {
  name: 'orders',
  definition: { event: 'order', within: '1 day' },
})

test('an order moves a person out of and into living audiences, and a receiver hears of it', async () => {
  await app.ok('POST', `/api/audiences/${id}/live`, { on: true })
  await until('following', async () => {
    const health = await app.ok<Health>('GET', `/api/audiences/${id}/health`)
    return health.live?.state === 'following' ? health : undefined
  })
  const webhook = await app.ok<Webhook & { secret: string }>('POST', `/api/audiences/${id}/webhooks`, { url: address })
  assert.match(webhook.secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const tested = await app.ok<Delivery>('POST', `/api/audiences/webhooks/${webhook.id}/test`)
  assert.deepEqual([tested.status, tested.error, tested.test], [200, null, true])
  const { next } = await app.ok<Feed>('GET', `/api/audiences/${id}/feed?after=end`)

  assert.equal((await track('buyer', 'order')).status, 200)
  const feed = await until('the move', async () => {
    const feed = await app.ok<Feed>('GET', `/api/audiences/${id}/feed?after=${next}`)
    return feed.items.length > 0 ? feed : undefined
  })
  assert.deepEqual(
    feed.items.map(({ change, version }) => [change, version]),
    [['entered', 1]],
  )
  const message = await until('the delivery', () => received.find(({ body }) => body.includes('audience.moved')))
  assert.ok(isSigned(webhook.secret, message))
  assert.ok(Math.abs(Number(message.headers['webhook-timestamp']) - Date.now() / 1_000) < 60)
  assert.deepEqual(
    changesIn(message.body).map(({ change, customerId }) => [change, customerId]),
    [['entered', feed.items[0]?.customerId]],
  )
  // No name, no identifier: numbers only.
  assert.ok(!message.body.includes('buyer'))

  // The secret is nowhere to be read again.
  const listed = await app.call('GET', `/api/audiences/${id}/webhooks`)
  assert.ok(!JSON.stringify(listed.body).includes('whsec_'))

  // After a change both secrets sign for a day.
  const renewed = await app.ok<{ secret: string }>('PATCH', `/api/audiences/webhooks/${webhook.id}`, {
    newSecret: true,
  })
  received.length = 0
  await app.ok('POST', `/api/audiences/webhooks/${webhook.id}/test`)
  assert.ok(received[0] && isSigned(webhook.secret, received[0]) && isSigned(renewed.secret, received[0]))

  // A receiver that fails gets the same message again, and then what happened meanwhile.
  answers = 500
  received.length = 0
  await track('second', 'order')
  const failed = await until('a failure', () => received[0])
  await until('the failure to be known', async () => {
    const { items } = await app.ok<{ items: Webhook[] }>('GET', `/api/audiences/${id}/webhooks`)
    return items[0]?.failures === 1 ? items : undefined
  })
  await track('third', 'order')
  answers = 200
  const again = await until('another attempt', () => received[1])
  assert.equal(again.headers['webhook-id'], failed.headers['webhook-id'])
  assert.deepEqual(changesIn(again.body), changesIn(failed.body))
  const rest = await until('the rest', () => received[2])
  assert.equal(changesIn(rest.body).length, 1)
  const { items } = await app.ok<{ items: Delivery[] }>('GET', `/api/audiences/webhooks/${webhook.id}/deliveries`)
  assert.deepEqual(
    items.filter(({ test }) => !test).map(({ status }) => status),
    [200, 200, 500, 200],
  )

  // After a restore nothing leaves before an administrator says so.
  await app.ctx.pg
    .insertInto('platform.setting')
    .values({ name: 'sendsArmed', value: 'false', changed_at: new Date(), changed_by: 'test' })
    .execute()
  received.length = 0
  const refused = await app.call<{ code: string }>('POST', `/api/audiences/webhooks/${webhook.id}/test`)
  assert.equal(refused.body.code, 'audiences.sendsDisarmed')
  await app.ok('DELETE', `/api/audiences/webhooks/${webhook.id}`)
})

test('addresses of this machine and of private networks are known as such', () => {
  for (const one of [
    '127.0.0.1',
    '10.1.2.3',
    '192.168.1.1',
    '172.20.0.1',
    '169.254.169.254',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '0.0.0.0',
    '100.64.0.1',
  ])
    assert.ok(isInside(one), one)
  for (const one of ['1.1.1.1', '114.114.114.114', '2400:3200::1', '172.32.0.1']) assert.ok(!isInside(one), one)
})

test('who may not change audiences may not switch them, freeze them or send them anywhere', async () => {
  const as = { roles: ['service'] as const }
  for (const [verb, path, body] of [
    ['POST', `/api/audiences/${id}/live`, { on: false }],
    ['POST', `/api/audiences/${id}/snapshots`, { why: 'curious' }],
    ['POST', `/api/audiences/${id}/webhooks`, { url: address }],
  ] as const)
    assert.equal((await app.call(verb, path, body, as)).status, 403, path)
})
