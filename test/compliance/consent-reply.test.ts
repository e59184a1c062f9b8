import assert from 'node:assert/strict'
import test from 'node:test'
import {
  consentsOf,
  consentVerdict,
  doNotContact,
  doNotContactOf,
  purposeRules,
  recordConsents,
  smsReplied,
  type Word,
} from '#compliance'
import { type Ctx, Problem } from '#platform'
import { aCtx, aCustomer, someCustomers } from '#test'
import {
  addEntry,
  allEntries,
  askRemoval,
  decideRemoval,
  readEntries,
} from '../../src/compliance/consent/do-not-contact.ts'
import { aNotice } from './notices.ts'

let clock = Date.parse('2026-03-01T02:00:00Z')
const stores = await aCtx({ now: () => new Date(clock) })
const ctx: Ctx = { ...stores, jobs: { ...stores.jobs, send: async () => undefined } }
const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected
const as = (id: string, kind: Ctx['actor']['kind'] = 'user'): Ctx => ({
  ...ctx,
  actor: { ...ctx.actor, kind, id, name: id },
})
const consent = (customerNo: number, given: Partial<Word> = {}): Word => ({
  customerNo,
  purpose: 'marketing',
  channel: 'sms',
  status: 'granted',
  at: new Date(clock - 86_400_000),
  noticeVersion: 'v1',
  source: 'api',
  evidence: {},
  ...given,
})
const why = async (no: number, channel = 'sms') =>
  consentVerdict(
    (await purposeRules(ctx)).get('marketing'),
    (await consentsOf(ctx, [no])).get(no) ?? [],
    channel,
    ctx.now(),
  ).why

await aNotice(ctx)

test('reply-R-suppresses-60s: the next question after the reply sees the number barred and the consent withdrawn', async () => {
  const { no } = await aCustomer(ctx, { traits: { phone: '13912340001' } })
  await recordConsents(ctx, [consent(no), consent(no, { channel: 'email' })])
  assert.equal(await why(no), 'granted')
  const at = new Date(clock)
  const outcome = await smsReplied(ctx, { phone: '+86 139 1234 0001', text: ' ｒ 。', at, provider: 'aliyun' })
  assert.deepEqual(outcome, { stopped: true, word: 'R', customers: [no] })
  clock += 59_000
  assert.equal(await why(no), 'withdrawn')
  assert.equal(await why(no, 'email'), 'granted', 'he refused messages to his number')
  const hash = ctx.vault.blindIndex('phone', '13912340001')
  assert.equal((await doNotContact(ctx, [hash])).get(hash)?.origin, 'reply')
  assert.deepEqual(
    (await doNotContactOf(ctx, [no])).get(no)?.map(({ masked, origin }) => [masked, origin]),
    [['139****0001', 'reply']],
  )
  const again = await smsReplied(ctx, { phone: '13912340001', text: 'R', at, provider: 'aliyun' })
  assert.deepEqual(again.customers, [no])
  const { rows } = {
    rows: await ctx.pg.selectFrom('compliance.consent').select('id').where('customer_no', '=', no).execute(),
  }
  assert.equal(rows.length, 3, 'the same reply twice is one word')
})

test('a number that nobody has is barred before its owner is known; other answers bar nothing', async () => {
  await smsReplied(ctx, { phone: '13912340002', text: '退订', at: ctx.now(), provider: 'aliyun' })
  const { no } = await aCustomer(ctx, { traits: { phone: '13912340002' } })
  assert.equal((await doNotContactOf(ctx, [no])).get(no)?.length, 1)
  const other = await smsReplied(ctx, { phone: '13912340003', text: '什么时候还款', at: ctx.now(), provider: 'aliyun' })
  assert.deepEqual(other, { stopped: false, word: null, customers: [] })
  const hash = ctx.vault.blindIndex('phone', '13912340003')
  assert.equal((await doNotContact(ctx, [hash])).size, 0)
})

test('an import cannot subscribe a number that replied STOP; a no and other channels it can bring', async () => {
  const { no } = await aCustomer(ctx, { traits: { phone: '13912340004' } })
  await smsReplied(ctx, { phone: '13912340004', text: 'TD', at: ctx.now(), provider: 'tencent' })
  clock += 1_000
  const said = await recordConsents(ctx, [
    consent(no, { source: 'import', at: new Date(clock) }),
    consent(no, { source: 'import', at: new Date(clock), channel: null }),
    consent(no, { source: 'import', at: new Date(clock), channel: 'email' }),
    consent(no, { source: 'import', at: new Date(clock), status: 'refused', channel: 'call' }),
  ])
  assert.deepEqual(
    [...said.refused],
    [
      [0, 'stopped'],
      [1, 'stopped'],
    ],
  )
  assert.equal(said.stored.length, 2)
  assert.notEqual(await why(no), 'granted')
})

test('an address is added, found in any writing, shown masked, and taken off by two persons', async () => {
  const entry = await addEntry(as('anna'), { address: '139 1234 0005', origin: 'complaint', note: '来电 13912340005' })
  assert.deepEqual([entry.masked, entry.origin, entry.kind], ['139****0005', 'complaint', 'phone'])
  assert.ok(!entry.note.includes('13912340005'))
  assert.equal((await addEntry(as('anna'), { address: '+8613912340005', origin: 'manual', note: '' })).id, entry.id)
  const found = await readEntries(ctx, { address: '１３９１２３４０００５', limit: 10 })
  assert.deepEqual([found.total, found.items[0]?.id], [1, entry.id])
  await assert.rejects(readEntries(ctx, { address: 'hello', limit: 10 }), code('compliance.addressInvalid'))

  await assert.rejects(
    decideRemoval(as('bob'), { id: entry.id, decision: 'approve', note: '' }),
    code('compliance.removalNotAsked'),
  )
  await askRemoval(as('anna'), { id: entry.id, reason: '号码已换主人' })
  const decide = (who: Ctx, decision: 'approve' | 'refuse') => decideRemoval(who, { id: entry.id, decision, note: '' })
  await assert.rejects(decide(as('anna'), 'approve'), code('compliance.secondPersonNeeded'))
  await assert.rejects(decide(as('k1', 'key'), 'approve'), code('compliance.secondPersonNeeded'))
  await decide(as('bob'), 'refuse')
  await askRemoval(as('anna'), { id: entry.id, reason: '号码已换主人，附证明' })
  await decide(as('bob'), 'approve')
  const hash = ctx.vault.blindIndex('phone', '13912340005')
  assert.equal((await doNotContact(ctx, [hash])).size, 0)
  await assert.rejects(askRemoval(as('anna'), { id: entry.id, reason: 'again' }), code('compliance.entryRemoved'))
  const rows = await Array.fromAsync(allEntries(ctx))
  assert.ok(rows.length > 0 && rows.every(({ address }) => address.includes('*')))
})

test('a thousand people are asked about in one statement', async () => {
  const people = await someCustomers(
    ctx,
    Array.from({ length: 1_000 }, (_, i) => ({ traits: { phone: `138${String(10_000_000 + i)}` } })),
  )
  await smsReplied(ctx, { phone: '13810000007', text: 'N', at: ctx.now(), provider: 'aliyun' })
  const nos = people.map(({ no }) => no)
  const barred = await doNotContactOf(ctx, nos)
  assert.equal(barred.size, 1_000)
  assert.deepEqual(
    [...barred].filter(([, list]) => list.length > 0).map(([no]) => no),
    [nos[7]],
  )
})
