import assert from 'node:assert/strict'
import test from 'node:test'
import { inspect } from 'node:util'
import { type Prepared, type Refused, readMessage } from './message.ts'

const receivedAtMs = Date.parse('2026-11-21T08:00:00.000Z')
const read = (message: unknown, options: Partial<Parameters<typeof readMessage>[1]> = {}): Prepared | Refused =>
  readMessage(message, {
    receivedAtMs,
    source: { id: 1, personalRule: 'mask' },
    pseudonym: (text) => `hidden-${text.length}`,
    ...options,
  })
const stored = (message: unknown, options?: Partial<Parameters<typeof readMessage>[1]>): Prepared => {
  const result = read(message, options)
  if ('code' in result) assert.fail(`${result.code}: ${result.reason}`)
  return result
}
const refusal = (message: unknown): string => {
  const result = read(message)
  return 'code' in result ? result.code : 'stored'
}
const track = { type: 'track', event: 'Loan Viewed', userId: 'u1' }
const at = (message: Record<string, unknown>, options?: Partial<Parameters<typeof readMessage>[1]>) =>
  new Date(stored({ ...track, ...message }, options).atMs).toISOString()

test('the sender’s clock is corrected: receivedAt − (sentAt − originalTimestamp)', () => {
  // Segment's documentation, HTTP API, "Clock skew": timestamp = receivedAt − (sentAt − originalTimestamp).
  const vectors: [message: Record<string, unknown>, expected: string][] = [
    [{}, '2026-11-21T08:00:00.000Z'],
    [{ timestamp: '2026-11-20T00:00:00.000Z' }, '2026-11-20T00:00:00.000Z'],
    [{ timestamp: '2026-11-21T07:59:50.000Z', sentAt: '2026-11-21T08:00:00.000Z' }, '2026-11-21T07:59:50.000Z'],
    // an hour slow, sent ten seconds after it happened
    [{ timestamp: '2026-11-21T06:59:50.000Z', sentAt: '2026-11-21T07:00:00.000Z' }, '2026-11-21T07:59:50.000Z'],
    // a day fast
    [{ originalTimestamp: '2026-11-22T07:59:00.000Z', sentAt: '2026-11-22T08:00:00.000Z' }, '2026-11-21T07:59:00.000Z'],
    // originalTimestamp is the sender's own, whatever timestamp says
    [
      {
        originalTimestamp: '2026-11-21T07:00:00.000Z',
        timestamp: '2020-01-01T00:00:00.000Z',
        sentAt: '2026-11-21T08:00:00.000Z',
      },
      '2026-11-21T07:00:00.000Z',
    ],
    // a device whose clock fell back to 1970 and sent at once
    [{ timestamp: '1970-01-01T00:00:05.000Z', sentAt: '1970-01-01T00:00:06.000Z' }, '2026-11-21T07:59:59.000Z'],
    // a sentAt that is no time changes nothing
    [{ timestamp: '2026-11-20T00:00:00.000Z', sentAt: 'yesterday' }, '2026-11-20T00:00:00.000Z'],
    [{ timestamp: '2026-11-20T00:00:00.000Z', sentAt: '+200000-01-01T00:00:00.000Z' }, '2026-11-20T00:00:00.000Z'],
    // zones, seconds, months of one digit, no zone: UTC
    [{ timestamp: '2026-11-20T08:00:00+08:00' }, '2026-11-20T00:00:00.000Z'],
    [{ timestamp: '2026-11-20T00:00:00' }, '2026-11-20T00:00:00.000Z'],
    [{ timestamp: '2026-2-03T04:05:06.789Z' }, '2026-02-03T04:05:06.789Z'],
    [{ timestamp: 1_800_000_000 }, '2027-01-15T08:00:00.000Z'],
    [{ timestamp: 1_800_000_000_123 }, '2027-01-15T08:00:00.123Z'],
  ]
  for (const [message, expected] of vectors) assert.equal(at(message), expected, JSON.stringify(message))
  assert.equal(
    at({ timestamp: '2026-11-21T06:00:00.000Z' }, { sentAt: '2026-11-21T07:00:00.000Z' }),
    '2026-11-21T07:00:00.000Z',
  )
  // Historical messages keep their time.
  assert.equal(
    at({ timestamp: '2015-01-01T00:00:00.000Z', sentAt: '2015-01-01T00:00:00.000Z' }, { historical: true }),
    '2015-01-01T00:00:00.000Z',
  )
})

test('what cannot be stored is refused with its reason', () => {
  let deep: unknown = 1
  for (let i = 0; i < 10_000; i++) deep = [deep]
  const cases: [unknown, string][] = [
    [null, 'message.notAnObject'],
    [[], 'message.notAnObject'],
    ['track', 'message.notAnObject'],
    [{ ...track, type: 'purchase' }, 'message.type'],
    [{ ...track, type: undefined }, 'message.type'],
    [{ ...track, event: undefined }, 'message.event'],
    [{ ...track, event: '  ' }, 'message.event'],
    [{ ...track, event: 'e'.repeat(257) }, 'message.event'],
    [{ ...track, userId: undefined }, 'message.noIdentifier'],
    [{ ...track, userId: '' }, 'message.noIdentifier'],
    [{ ...track, userId: { id: 1 } }, 'message.userId'],
    [{ ...track, userId: 'u\u0000' }, 'message.userId'],
    [{ ...track, userId: 'u'.repeat(513) }, 'message.userId'],
    [{ ...track, anonymousId: true }, 'message.anonymousId'],
    [{ ...track, messageId: 7 }, 'message.messageId'],
    [{ ...track, messageId: 'm'.repeat(257) }, 'message.messageId'],
    [{ ...track, timestamp: 'offer 7' }, 'message.timestamp'],
    [{ ...track, timestamp: '2026-13-01' }, 'message.timestamp'],
    [{ ...track, timestamp: '9999-01-01T00:00:00Z' }, 'message.timestamp'],
    [{ ...track, timestamp: -5 }, 'message.timestamp'],
    [{ type: 'alias', userId: 'a' }, 'message.alias'],
    [{ type: 'alias', previousId: 'a' }, 'message.alias'],
    [{ type: 'group', userId: 'a' }, 'message.groupId'],
    [{ ...track, properties: { deep } }, 'message.tooDeep'],
    [{ ...track, properties: { text: 'x'.repeat(32_768) } }, 'message.tooLarge'],
    // 32 KB are bytes of the whole message: three per Chinese character, and fields nobody knows count
    [{ ...track, properties: { text: '贷'.repeat(11_000) } }, 'message.tooLarge'],
    [{ ...track, extra: 'x'.repeat(32_768) }, 'message.tooLarge'],
    [{ ...track, properties: { text: '贷'.repeat(10_500) } }, 'stored'],
    [{ ...track, userId: 42 }, 'stored'],
    [{ ...track, event: 'e'.repeat(256), properties: 'none', context: 7 }, 'stored'],
    [{ ...track, type: undefined, action: 'track' }, 'stored'],
  ]
  for (const [message, expected] of cases)
    assert.equal(refusal(message), expected, inspect(message, { depth: 2 }).slice(0, 200))
})

test('fields that nobody knows are kept', () => {
  const { properties, context } = stored({
    ...track,
    properties: { a: { b: [1, null, 'x'] }, __proto__x: 1 },
    context: { app: { name: 'loan' }, anything: [1] },
    integrations: { All: true, CRM: false },
    channel: 'server',
    version: 2,
  })
  assert.deepEqual(JSON.parse(properties), { a: { b: [1, null, 'x'] }, __proto__x: 1 })
  assert.deepEqual(JSON.parse(context), {
    app: { name: 'loan' },
    anything: [1],
    integrations: { All: true, CRM: false },
    channel: 'server',
    version: 2,
  })
})

test('a batch’s context is that of every message, the message’s own fields win', () => {
  const { context } = stored(
    { ...track, context: { ip: '10.0.0.2' } },
    { batchContext: { ip: '10.0.0.1', locale: 'zh-CN' } },
  )
  assert.deepEqual(JSON.parse(context), { ip: '10.0.0.2', locale: 'zh-CN' })
})

test('personal values leave the texts: by what they are, and by the key they stand under', () => {
  const message = stored({
    ...track,
    event: 'Called 13911112222',
    messageId: 'order-13911112222-7',
    properties: {
      note: '客户电话 139 1111 2222，邮箱 li.si@example.com',
      ref: 13_911_112_222,
      realName: '张三丰',
      customerAddress: '广东省深圳市南山区科技园路1号',
      contacts: [{ name: '李四光', phone: '13911113333', relation: 'spouse' }],
      products: [{ name: 'Monopoly', price: 19 }],
      page: { name: '首页' },
      '13911114444': 'as a key',
    },
    context: {
      traits: { name: '张三丰', email: 'z@example.com', plan: 'a' },
      device: { name: 'Mate 60' },
      ip: '10.0.0.1',
    },
    note: '身份证 110101199003077774',
  })
  const text = JSON.stringify({ ...message, identifiers: [] })
  for (const secret of [
    '13911112222',
    '1111 2222',
    'li.si@',
    '张三丰',
    '科技园路',
    '李四光',
    '13911113333',
    '13911114444',
    'z@example.com',
    '110101199003077774',
  ])
    assert.ok(!text.includes(secret), `${secret} in ${text}`)
  const properties = JSON.parse(message.properties) as Record<string, unknown>
  assert.deepEqual(properties.products, [{ name: 'Monopoly', price: 19 }])
  assert.deepEqual(properties.page, { name: '首页' })
  assert.equal(properties.realName, '张**')
  assert.equal(message.event, 'Called 139****2222')
  assert.equal(message.messageId, 'order-[phone]-7-hidden-19')
  assert.ok(message.problems.length > 0)
})

test('a source that identifies attaches what it finds in events, one that masks does not', () => {
  const message = { ...track, properties: { mobile: '13911112222', card: '6222021234567890128' } }
  assert.deepEqual(stored(message).identifiers, [{ kind: 'accountId', value: 'u1' }])
  const identified = stored(message, { source: { id: 1, personalRule: 'identify' } })
  assert.deepEqual(identified.identifiers, [
    { kind: 'accountId', value: 'u1' },
    { kind: 'phone', value: '13911112222' },
  ])
  assert.ok(!identified.properties.includes('13911112222'))
})

test('traits become identifiers, personal and other traits; nested ones keep their path', () => {
  const { identifiers, traits, properties, problems } = stored({
    type: 'identify',
    userId: 'u1',
    traits: {
      phone: '+86 139-1111-2222',
      email: 'Li.Si@Example.com',
      idCard: 'not one',
      name: '李四',
      address: { city: '上海', street: '南京路1号' },
      plan: 'gold',
      reference: 13_911_113_333,
      work: { company: 'ACME', contact: { realName: '王五', floor: 7 } },
      tags: ['a', 'b'],
      text: 'nul \u0000 and half \ud83d',
    },
  })
  assert.deepEqual(identifiers, [
    { kind: 'accountId', value: 'u1' },
    { kind: 'phone', value: '13911112222' },
    { kind: 'email', value: 'li.si@example.com' },
  ])
  assert.deepEqual(traits, [
    { name: 'name', value: '李四', personal: true },
    { name: 'address', value: '{"city":"上海","street":"南京路1号"}', personal: true },
    { name: 'plan', value: 'gold', personal: false },
    { name: 'reference', value: '139****3333', personal: false },
    { name: 'work.company', value: 'ACME', personal: false },
    { name: 'work.contact.realName', value: '王五', personal: true },
    { name: 'work.contact.floor', value: 7, personal: false },
    { name: 'tags', value: '["a","b"]', personal: false },
    { name: 'text', value: 'nul  and half \ufffd', personal: false },
  ])
  assert.ok(!properties.includes('王五') && !properties.includes('13911113333'))
  assert.deepEqual(
    problems.map(({ field, code }) => [field, code]),
    [
      ['idCard', 'identifier.idCard'],
      ['traits.reference', 'masked.phone'],
    ],
  )
})

test('a user id that is a phone or an e-mail is that, whichever field it stands in', () => {
  const kinds = (message: Record<string, unknown>) => stored({ ...track, ...message }).identifiers
  assert.deepEqual(kinds({ userId: '13911112222' }), [{ kind: 'phone', value: '13911112222' }])
  assert.deepEqual(kinds({ userId: 'Li.Si@Example.com' }), [{ kind: 'email', value: 'li.si@example.com' }])
  const alias = stored({ type: 'alias', userId: 'u1', previousId: 'jen@email.com' })
  assert.deepEqual(alias.identifiers, [
    { kind: 'accountId', value: 'u1' },
    { kind: 'email', value: 'jen@email.com' },
  ])
  assert.equal(alias.previousId, undefined)
})

test('more traits than allowed are left out and reported, not dropped in silence', () => {
  const traits = Object.fromEntries(Array.from({ length: 305 }, (_, i) => [`t${i}`, i]))
  const message = stored({ type: 'identify', userId: 'u1', traits })
  assert.equal(message.traits.length, 300)
  assert.deepEqual(
    message.problems.map(({ code }) => code),
    ['trait.tooMany'],
  )
})
