import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { recordConsents } from '#compliance'
import type { Ctx } from '#platform'
import { aCtx, someCustomers } from '#test'
import { inCampaignHoldout } from '../../src/campaigns/experiments/assign.ts'
import { decideSends } from '../../src/campaigns/gate/decide.ts'
import { type PlannedSend, recheckSends } from '../../src/campaigns/gate/recheck.ts'
import { recheckStale } from '../../src/campaigns/gate/recheck-stale.ts'
import type { SendRequest, SendVerdict } from '../../src/campaigns/gate/send-request.ts'
import { changeLimit, readLimitHistory, readLimits, withdrawLimit } from '../../src/campaigns/limits/store.ts'
import { setPersonalised, stateExclusions } from '../../src/compliance/exclusions/store.ts'
import { mergeCustomers, unmergeCustomers } from '../../src/customers/identity/merge.ts'
import { aNotice } from '../compliance/notices.ts'
import { aCampaign, people, setLimit } from './gate-support.ts'

let clock = Date.parse('2026-03-02T02:00:00Z')
const stores = await aCtx({ now: () => new Date(clock) })
const ctx: Ctx = { ...stores, jobs: { ...stores.jobs, send: async () => undefined } }
await aNotice(ctx)
await setLimit(ctx, 'holdout', { share: 0 })

const at = (text: string) => {
  clock = Date.parse(text)
}
const hour = 3_600_000
const reasonOf = (verdict: SendVerdict | undefined) =>
  verdict?.decision === 'refused' ? verdict.refusal : verdict && `planned ${verdict.channel}`
const decideOne = async (request: SendRequest) => reasonOf((await decideSends(ctx, [request]))[0])
const onePerson = async (more: Parameters<typeof people>[2] = {}) => (await people(ctx, 1, more))[0] ?? 0
const say = (customerNo: number, status: 'granted' | 'withdrawn', channel: string | null = 'sms') =>
  recordConsents(
    ctx,
    [
      {
        customerNo,
        purpose: 'marketing',
        channel,
        status,
        at: ctx.now(),
        noticeVersion: 'v1',
        source: 'staff',
        evidence: {},
      },
    ],
    { tell: false },
  )
const rowOf = async (id: string) =>
  (
    await sql<{ state: string; refusal: string | null; refusal_detail: unknown }>`
    select state, refusal, refusal_detail from campaigns.send where id = ${id}`.execute(ctx.pg)
  ).rows[0]

test('consent-gate-sms: no marketing SMS without consent for SMS; the refusal is stored with its reason', async () => {
  const { request } = await aCampaign(ctx)
  const agreed = await onePerson()
  const silent = await onePerson({ channels: [] })
  const byMail = await onePerson({ channels: ['email'] })
  const verdicts = await decideSends(ctx, [request(agreed), request(silent), request(byMail)])
  assert.deepEqual(verdicts.map(reasonOf), ['planned sms', 'NO_CONSENT', 'NO_CONSENT'])
  assert.equal((await rowOf(verdicts[1]?.sendId ?? ''))?.refusal, 'NO_CONSENT')
  const service = await aCampaign(ctx, { category: 'service' })
  assert.equal(await decideOne(service.request(silent)), 'planned sms', 'a service message rests on the contract')
  const disguised = await aCampaign(ctx, { purpose: 'service' })
  assert.equal(
    await decideOne(disguised.request(silent)),
    'NO_CONSENT',
    'marketing under a purpose that needs no consent',
  )
})

test('withdraw-stops-queued: withdrawn, barred or excluded after planning, a send does not leave', async () => {
  const { request } = await aCampaign(ctx)
  const nos = await people(ctx, 4)
  const [withdrawn = 0, barred = 0, complains = 0, stays = 0] = nos
  const planned = await decideSends(
    ctx,
    nos.map((no) => request(no)),
  )
  clock += 60_000
  await say(withdrawn, 'withdrawn')
  const { rows } = await sql<{
    hash: string
  }>`select hash from customers.identifier where no = ${barred} and kind = 3`.execute(ctx.pg)
  const [identifier] = rows
  assert.ok(identifier)
  await sql`insert into compliance.do_not_contact (kind, hash, masked, origin, at, by) values ('phone', ${identifier.hash}, '139****', 'reply', ${ctx.now()}, 'test')`.execute(
    ctx.pg,
  )
  await stateExclusions(ctx, [
    {
      customerNo: complains,
      kind: 'complaint',
      since: ctx.now(),
      until: null,
      reason: 'case 1',
      evidence: {},
      source: 'staff',
    },
  ])
  const checks = await recheckSends(
    ctx,
    planned.map(({ sendId }) => ({ id: sendId })),
  )
  const told = planned.map(({ sendId }) => {
    const check = checks.get(sendId)
    return check?.is === 'refused' ? check.refusal : (check?.is ?? 'go')
  })
  assert.deepEqual(told, ['CONSENT_WITHDRAWN', 'DO_NOT_CONTACT', 'OPEN_COMPLAINT', 'go'])
  assert.ok(stays > 0)
})

test('reasons come in their order, and the first that is found counts', async () => {
  const { id, request } = await aCampaign(ctx)
  const no = await onePerson({ channels: [] })
  await stateExclusions(ctx, [
    { customerNo: no, kind: 'deceased', since: ctx.now(), until: null, reason: '', evidence: {}, source: 'staff' },
  ])
  assert.equal(await decideOne(request(no)), 'NO_CONSENT')
  await say(no, 'granted')
  assert.equal(await decideOne(request(no, { pass: 2 })), 'DECEASED')
  await sql`update campaigns.campaign set state = 'ended' where id = ${id}`.execute(ctx.pg)
  assert.equal(await decideOne(request(no, { pass: 3 })), 'CAMPAIGN_STOPPED')
  assert.equal(await decideOne(request(no, { pass: 4, version: 9 })), 'NOT_APPROVED')
  assert.equal(await decideOne(request(999_999)), 'CAMPAIGN_STOPPED')
})

test('channels are tried in order; of none, the first one’s reason counts and the others stand beside it', async () => {
  const { request } = await aCampaign(ctx)
  const channels = [
    { channel: 'sms', creativeId: 1 },
    { channel: 'email', creativeId: 2 },
  ] as const
  const byMail = await onePerson({ channels: ['email'] })
  assert.equal(await decideOne(request(byMail, { channels })), 'planned email')
  const nothing = await onePerson({ channels: [] })
  const [verdict] = await decideSends(ctx, [request(nothing, { channels })])
  assert.equal(reasonOf(verdict), 'NO_CONSENT')
  assert.deepEqual((await rowOf(verdict?.sendId ?? ''))?.refusal_detail, {
    purpose: 'marketing',
    channels: [
      { channel: 'sms', refusal: 'NO_CONSENT', purpose: 'marketing' },
      { channel: 'email', refusal: 'NO_CONSENT', purpose: 'marketing' },
    ],
  })
  const noPush = await onePerson({ channels: ['push'] })
  assert.equal(await decideOne(request(noPush, { channels: [{ channel: 'push', creativeId: 3 }] })), 'NO_ADDRESS')
})

test('personalisation-off-same-content: a personalised campaign passes him by, another gives everybody the same', async () => {
  const poor = await onePerson({ traits: { monthlyIncomeFen: 300_000, city: '铜仁' } })
  const rich = await onePerson({ traits: { monthlyIncomeFen: 9_000_000, city: '上海' } })
  for (const no of [poor, rich]) await setPersonalised(ctx, no, false, { case: 'asked' })
  const personal = await aCampaign(ctx)
  assert.equal(await decideOne(personal.request(poor)), 'NON_PERSONALISED')
  const same = await aCampaign(ctx, { personalised: false })
  const verdicts = await decideSends(ctx, [same.request(poor), same.request(rich)])
  const content = verdicts.map(
    (verdict) => verdict.decision === 'planned' && { channel: verdict.channel, creativeId: verdict.creativeId },
  )
  assert.deepEqual(content[0], content[1])
  assert.deepEqual(content[0], { channel: 'sms', creativeId: 1 })
  const service = await aCampaign(ctx, { category: 'service' })
  assert.equal(await decideOne(service.request(poor)), 'planned sms')
})

test('holdouts bind messages, calls and visits alike, and nobody’s service', async () => {
  const nos = await people(ctx, 300, { channels: ['sms', 'call'] })
  const { id, request } = await aCampaign(ctx, { holdout: 0.2 })
  const held = nos.filter((no) => inCampaignHoldout(id, 0.2, no))
  assert.ok(held.length > 30 && held.length < 90)
  const verdicts = await decideSends(
    ctx,
    nos.map((no) => request(no)),
  )
  const refused = nos.filter((_, i) => reasonOf(verdicts[i]) === 'HOLDOUT_CAMPAIGN')
  assert.deepEqual(refused, held)
  await setLimit(ctx, 'holdout', { share: 0.1, seed: 'all' })
  const calls = await aCampaign(ctx)
  const byCall = (channel: 'call' | 'branch' | 'sms', pass: number) =>
    nos.map((no) => calls.request(no, { channels: [{ channel, creativeId: 1 }], pass }))
  const heldBy = async (channel: 'call' | 'branch' | 'sms', pass: number) => {
    const told = await decideSends(ctx, byCall(channel, pass))
    return nos.filter((_, i) => reasonOf(told[i]) === 'HOLDOUT_GLOBAL')
  }
  const online = await heldBy('sms', 1)
  assert.ok(online.length > 10)
  assert.deepEqual(await heldBy('call', 2), online)
  assert.deepEqual(await heldBy('branch', 3), online)
  const service = await aCampaign(ctx, { category: 'service', holdout: 0.5 })
  const told = await decideSends(
    ctx,
    nos.map((no) => service.request(no)),
  )
  assert.ok(told.every(({ decision }) => decision === 'planned'))
  await setLimit(ctx, 'holdout', { share: 0 })
})

test('frequency-cap-cross-campaign: one SMS a day and four a month, whichever campaigns they come from', async () => {
  await setLimit(ctx, 'conflict', { on: false })
  const no = await onePerson()
  const send = async () => {
    const { request } = await aCampaign(ctx)
    return decideOne(request(no))
  }
  at('2026-04-01T02:00:00Z')
  assert.equal(await send(), 'planned sms')
  clock += 24 * hour - 1
  assert.equal(await send(), 'FREQUENCY_CHANNEL')
  clock += 1
  assert.equal(await send(), 'planned sms', '24 hours later')
  clock += 48 * hour
  assert.equal(await send(), 'planned sms')
  clock += 48 * hour
  assert.equal(await send(), 'planned sms')
  clock += 48 * hour
  assert.equal(await send(), 'FREQUENCY_CHANNEL', 'the fifth within 30 days')
  at('2026-05-01T01:59:59Z')
  assert.equal(await send(), 'FREQUENCY_CHANNEL')
  at('2026-05-01T02:00:00Z')
  assert.equal(await send(), 'planned sms', '30 days after the first')
})

test('several requests for one person in one set count against each other, and for merged people under all numbers', async () => {
  at('2026-05-10T02:00:00Z')
  const [a = 0, b = 0] = await people(ctx, 2)
  const low = await aCampaign(ctx, { priority: 10 })
  const high = await aCampaign(ctx, { priority: 90 })
  const verdicts = await decideSends(ctx, [low.request(a), high.request(a)])
  assert.deepEqual(verdicts.map(reasonOf), ['FREQUENCY_CHANNEL', 'planned sms'], 'the higher priority first')
  await mergeCustomers(ctx, { into: String(a), from: String(b), reason: 'same person' })
  assert.equal(await decideOne(low.request(b)), 'FREQUENCY_CHANNEL')
})

test('one person under two numbers, both planned before the merge: one message leaves, not two and not none', async () => {
  at('2026-05-12T02:00:00Z')
  // A service message: neither consent nor its frequency would keep the second one back.
  for (const category of ['marketing', 'service'] as const) {
    const [a = 0, b = 0] = await people(ctx, 2)
    const { request } = await aCampaign(ctx, { category })
    const verdicts = await decideSends(ctx, [request(a), request(b)])
    assert.deepEqual(verdicts.map(reasonOf), ['planned sms', 'planned sms'])
    await mergeCustomers(ctx, { into: String(a), from: String(b), reason: 'same person' })
    const ids = verdicts.map(({ sendId }) => ({ id: sendId }))
    const asked = await recheckSends(ctx, ids)
    assert.deepEqual(
      ids.map(({ id }) => asked.get(id)),
      [undefined, { is: 'refused', refusal: 'ALREADY_SENT', detail: { late: 1 } }],
    )
    // Merged only after both were claimed, and asked about once more before they leave: one of them does.
    const { rows: claimed } = await sql<PlannedSend>`
      update campaigns.send set state = 'queued', queued_at = ${ctx.now()} where id = any(${ids.map(({ id }) => id)}::bigint[])
      returning id::text as id, campaign_id, version, step, customer_no, entry_no, pass, entry_id::text as entry_id, category, channel,
        creative_id, offer_id, not_after`.execute(ctx.pg)
    assert.deepEqual([...(await recheckStale(ctx, claimed)).keys()], [ids[1]?.id])
    // The first has left meanwhile: the second stays.
    await sql`update campaigns.send set state = 'sent', sent_at = ${ctx.now()} where id = ${ids[0]?.id ?? ''}`.execute(
      ctx.pg,
    )
    assert.equal((await recheckSends(ctx, ids.slice(1))).size, 1)
  }
})

test('two people with one phone in a campaign: it rings once', async () => {
  const traits = { phone: '13711112222', birthday: '1990-05-05' }
  const made = await someCustomers(ctx, [
    { traits: { ...traits, idCard: '11010519491231002X' } },
    { traits: { ...traits, idCard: '440524188001010014' } },
  ])
  const [a = 0, b = 0] = made.map(({ no }) => no)
  assert.notEqual(a, b)
  for (const no of [a, b]) await say(no, 'granted')
  const { request } = await aCampaign(ctx)
  assert.deepEqual((await decideSends(ctx, [request(a), request(b)])).map(reasonOf), ['planned sms', 'NO_ADDRESS'])
})

test('taken apart again, what reached one while both were one counts for both, and so does a no', async () => {
  at('2026-05-13T02:00:00Z')
  const [a = 0, b = 0] = await people(ctx, 2)
  const pair = { into: String(a), from: String(b), reason: 'same person' }
  await mergeCustomers(ctx, pair)
  at('2026-05-13T03:00:00Z')
  const first = await aCampaign(ctx)
  const [told] = await decideSends(ctx, [first.request(a)])
  assert.equal(reasonOf(told), 'planned sms')
  await sql`update campaigns.send set state = 'sent', sent_at = ${ctx.now()} where id = ${told?.sendId ?? ''}`.execute(
    ctx.pg,
  )
  at('2026-05-13T04:00:00Z')
  await unmergeCustomers(ctx, { id: pair.into, from: pair.from, reason: 'two after all' })
  const second = await aCampaign(ctx)
  assert.equal(await decideOne(second.request(b)), 'FREQUENCY_CHANNEL')
  assert.equal(await decideOne(first.request(b)), 'FREQUENCY_CHANNEL')
  at('2026-05-15T04:00:00Z')
  assert.equal(await decideOne(second.request(b, { entryNo: 2 })), 'planned sms', 'a day later there is room')

  const [c = 0, d = 0] = await people(ctx, 2)
  const others = { into: String(c), from: String(d), reason: 'same person' }
  await mergeCustomers(ctx, others)
  at('2026-05-15T05:00:00Z')
  await say(c, 'withdrawn')
  const stated = { since: ctx.now(), until: null, reason: 'case', evidence: {}, source: 'staff' as const }
  await stateExclusions(ctx, [{ ...stated, customerNo: c, kind: 'selfExcluded' }])
  at('2026-05-15T06:00:00Z')
  await unmergeCustomers(ctx, { id: others.into, from: others.from, reason: 'two after all' })
  for (const no of [c, d]) assert.equal(await decideOne(second.request(no)), 'CONSENT_WITHDRAWN')
  await say(d, 'granted')
  assert.equal(await decideOne(second.request(d, { entryNo: 2 })), 'SELF_EXCLUDED', 'that too was said of either')
  await sql`update compliance.exclusion set ended_at = ${ctx.now()} where customer_no = ${c}`.execute(ctx.pg)
  assert.equal(await decideOne(second.request(d, { entryNo: 3 })), 'planned sms', 'his own yes counts again')
})

test('a send refused later or failed before it was sent gives its place back; one that was sent does not', async () => {
  at('2026-05-20T02:00:00Z')
  for (const [change, expected] of [
    [`state = 'refused', refusal = 'NO_CONSENT'`, 'planned sms'],
    [`state = 'failed'`, 'planned sms'],
    [`state = 'failed', sent_at = decided_at`, 'FREQUENCY_CHANNEL'],
    [`state = 'unknown'`, 'FREQUENCY_CHANNEL'],
  ] as const) {
    const no = await onePerson()
    const first = await aCampaign(ctx)
    const [verdict] = await decideSends(ctx, [first.request(no)])
    await sql`update campaigns.send set ${sql.raw(change)} where id = ${verdict?.sendId ?? ''}`.execute(ctx.pg)
    const second = await aCampaign(ctx)
    assert.equal(await decideOne(second.request(no)), expected, change)
  }
})

test('calendar days are the recipient’s: two calls on one of his days, the third on the next', async () => {
  await setLimit(ctx, 'frequency', {
    rules: [{ id: 'calls', name: '外呼', channels: ['call'], max: 2, window: { calendarDays: 1 } }],
  })
  const call = (no: number, pass: number, request: (no: number, more: Partial<SendRequest>) => SendRequest) =>
    decideOne(request(no, { channels: [{ channel: 'call', creativeId: 1 }], pass }))
  const { request } = await aCampaign(ctx)
  const no = await onePerson({ channels: ['call'], traits: { timezone: 'America/New_York' } })
  at('2026-06-01T22:00:00Z') // 18:00 in New York
  assert.equal(await call(no, 1, request), 'planned call')
  assert.equal(await call(no, 2, request), 'planned call')
  at('2026-06-01T23:30:00Z')
  assert.equal(await call(no, 3, request), 'FREQUENCY_CHANNEL', 'still the first of June there')
  at('2026-06-02T13:00:00Z')
  assert.equal(await call(no, 4, request), 'planned call')
})

test('what is put off to the morning counts in the windows of the morning', async () => {
  await setLimit(ctx, 'frequency', {
    rules: [{ id: 'day', name: '每日', category: 'marketing', max: 1, window: { calendarDays: 1 } }],
  })
  const no = await onePerson()
  const { request } = await aCampaign(ctx)
  at('2026-06-10T13:00:00Z') // 21:00 in Shanghai
  const [late] = await decideSends(ctx, [request(no)])
  assert.ok(late?.decision === 'planned')
  assert.equal(late.notBefore.toISOString(), '2026-06-11T01:00:00.000Z')
  at('2026-06-11T06:00:00Z')
  assert.equal(await decideOne(request(no, { pass: 2 })), 'FREQUENCY_GLOBAL')
  at('2026-06-12T12:00:00Z') // 20:00:00
  const [tooLate] = await decideSends(ctx, [request(no, { pass: 3, notAfter: new Date('2026-06-12T20:00:00Z') })])
  assert.equal(reasonOf(tooLate), 'TOO_LATE')
})

test('one campaign at a time talks to a person: the higher priority wins, and displaces what is only planned', async () => {
  await setLimit(ctx, 'frequency', { rules: [] })
  await setLimit(ctx, 'conflict', { on: true, hours: 24, channels: [] })
  at('2026-06-20T14:00:00Z') // 22:00: everything waits for the morning
  const no = await onePerson({ channels: ['sms', 'email'] })
  const low = await aCampaign(ctx, { priority: 10 })
  const high = await aCampaign(ctx, { priority: 90 })
  const [first] = await decideSends(ctx, [low.request(no)])
  assert.equal(await decideOne(low.request(no, { pass: 2 })), 'planned sms', 'steps of one campaign do not compete')
  assert.equal(await decideOne(high.request(no)), 'planned sms')
  assert.deepEqual(await rowOf(first?.sendId ?? ''), {
    state: 'refused',
    refusal: 'OTHER_CAMPAIGN',
    refusal_detail: { campaign: high.id, displaced: 1 },
  })
  assert.equal(await decideOne(low.request(no, { pass: 3 })), 'OTHER_CAMPAIGN')
  const equal = await aCampaign(ctx, { priority: 90 })
  assert.equal(await decideOne(equal.request(no)), 'OTHER_CAMPAIGN', 'who came first stays')
  const service = await aCampaign(ctx, { category: 'service' })
  assert.equal(await decideOne(service.request(no)), 'planned sms')
  await sql`update campaigns.send set state = 'sent', sent_at = ${new Date('2026-06-21T01:00:00Z')} where campaign_id = ${high.id}`.execute(
    ctx.pg,
  )
  at('2026-06-22T00:59:59Z')
  const top = await aCampaign(ctx, { priority: 100 })
  at('2026-06-22T01:00:00Z')
  assert.equal(await decideOne(top.request(no)), 'planned sms', '24 hours after it was sent')
})

test('a budget of sends and of money is never overdrawn, and refusals give it back', async () => {
  at('2026-07-01T02:00:00Z')
  await setLimit(ctx, 'conflict', { on: false })
  const nos = await people(ctx, 10)
  const { id, request } = await aCampaign(ctx, { budget: { sends: 4 } })
  const first = await decideSends(
    ctx,
    nos.slice(0, 6).map((no) => request(no)),
  )
  assert.deepEqual(first.map(reasonOf), [
    'planned sms',
    'planned sms',
    'planned sms',
    'planned sms',
    'BUDGET_SENDS',
    'BUDGET_SENDS',
  ])
  await sql`update campaigns.send set state = 'refused', refusal = 'NO_ADDRESS' where id = ${first[0]?.sendId ?? ''}`.execute(
    ctx.pg,
  )
  const second = await decideSends(
    ctx,
    nos.slice(6).map((no) => request(no)),
  )
  assert.deepEqual(second.map(reasonOf), ['planned sms', 'BUDGET_SENDS', 'BUDGET_SENDS', 'BUDGET_SENDS'])
  const { rows } = await sql<{
    sends: number
  }>`select sends from campaigns.budget_use where campaign_id = ${id}`.execute(ctx.pg)
  assert.equal(rows[0]?.sends, 4)
  // 4.5 fen a message: two fit in ten fen.
  const money = await aCampaign(ctx, { budget: { costFen: 10 } })
  const told = await decideSends(
    ctx,
    nos.slice(0, 3).map((no) => money.request(no)),
  )
  assert.deepEqual(told.map(reasonOf), ['planned sms', 'planned sms', 'BUDGET_MONEY'])
  await sql`update campaigns.send set state = 'sent', cost_millifen = 1000 where campaign_id = ${money.id} and state = 'planned'`.execute(
    ctx.pg,
  )
  assert.equal(await decideOne(money.request(nos[3] ?? 0)), 'planned sms', 'the true cost was less')
})

test('the same visit asked again gets the verdict it got, and takes nothing twice', async () => {
  const no = await onePerson()
  const { id, request } = await aCampaign(ctx, { budget: { sends: 5 } })
  const [first] = await decideSends(ctx, [request(no)])
  const [again, twice] = await decideSends(ctx, [request(no), request(no)])
  assert.deepEqual({ ...again, again: false }, first)
  assert.ok(again?.again && twice?.again)
  const { rows } = await sql<{
    sends: number
  }>`select sends from campaigns.budget_use where campaign_id = ${id}`.execute(ctx.pg)
  assert.equal(rows[0]?.sends, 1)
  const twins = await decideSends(ctx, [request(no, { pass: 2 }), request(no, { pass: 2 })])
  assert.deepEqual(
    twins.map((verdict) => verdict.again),
    [false, true],
  )
})

test('every verdict is counted by campaign, step and day; a later refusal moves its count', async () => {
  const nos = await people(ctx, 3)
  const silent = await onePerson({ channels: [] })
  const { id, request } = await aCampaign(ctx)
  const verdicts = await decideSends(
    ctx,
    [...nos, silent].map((no) => request(no)),
  )
  await sql`update campaigns.send set state = 'refused', refusal = 'CHANNEL_OFF' where id = ${verdicts[0]?.sendId ?? ''}`.execute(
    ctx.pg,
  )
  await sql`update campaigns.send set state = 'sent' where id = ${verdicts[1]?.sendId ?? ''}`.execute(ctx.pg)
  const { rows } = await sql<{ reason: string; count: number }>`
    select reason, sum(count)::int as count from campaigns.verdict_day where campaign_id = ${id} group by 1 order by 1`.execute(
    ctx.pg,
  )
  assert.deepEqual(rows, [
    { reason: '', count: 2 },
    { reason: 'CHANNEL_OFF', count: 1 },
    { reason: 'NO_CONSENT', count: 1 },
  ])
})

test('a limit changes from now or a later day, keeps what was, and tells who was overtaken', async () => {
  at('2026-08-01T02:00:00Z')
  const { limits } = await readLimits(ctx)
  const hours = limits.find(({ name }) => name === 'hours')
  assert.ok(hours)
  const change = { name: 'hours', value: { rules: [] }, source: '测试', reason: '测试', basedOn: hours.id } as const
  await assert.rejects(changeLimit(ctx, { ...change, basedOn: 0 }), { code: 'limits.changed' })
  await assert.rejects(changeLimit(ctx, { ...change, from: '2026-07-01' }), { code: 'limits.past' })
  await assert.rejects(changeLimit(ctx, { ...change, value: { rules: [{ id: 'x' }] } }), { code: 'limits.wrong' })
  const later = await changeLimit(ctx, { ...change, from: '2026-08-03' })
  assert.equal(later.validFrom, '2026-08-02T16:00:00.000Z')
  const no = await onePerson()
  const { request } = await aCampaign(ctx)
  at('2026-08-02T15:59:59Z')
  const [closed] = await decideSends(ctx, [request(no)])
  assert.ok(closed?.decision === 'planned' && closed.notBefore > ctx.now())
  at('2026-08-02T16:00:00Z')
  const [open] = await decideSends(ctx, [request(no, { pass: 2 })])
  assert.ok(open?.decision === 'planned')
  assert.equal(open.notBefore.getTime(), ctx.now().getTime())
  await assert.rejects(withdrawLimit(ctx, { name: 'hours', id: later.id }), { code: 'limits.inForce' })
  const coming = await changeLimit(ctx, { ...change, basedOn: later.id, from: '2026-09-01' })
  await withdrawLimit(ctx, { name: 'hours', id: coming.id })
  const { versions } = await readLimitHistory(ctx, { name: 'hours' })
  assert.equal(versions.length, 3)
  assert.ok(versions[0]?.withdrawnAt)
})
