import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { barAddresses, recordConsents } from '#compliance'
import { sayTraits } from '#customers'
import type { Ctx } from '#platform'
import { aCtx, aCustomer } from '#test'
import { startSmsSandbox } from '../../src/campaigns/channels/sms/sandbox.ts'
import { NewCreative } from '../../src/campaigns/creatives/creative-contract.ts'
import { createCreative, creativeContents } from '../../src/campaigns/creatives/store.ts'
import { composeFrozen } from '../../src/campaigns/delivery/compose.ts'
import { openCourier } from '../../src/campaigns/delivery/courier.ts'
import { followLink } from '../../src/campaigns/delivery/visits.ts'
import { decideSends } from '../../src/campaigns/gate/decide.ts'
import { type PlannedSend, recheckSends } from '../../src/campaigns/gate/recheck.ts'
import { recheckStale } from '../../src/campaigns/gate/recheck-stale.ts'
import { aNotice } from '../compliance/notices.ts'
import { anAccount, secret } from './delivery-world.ts'
import { aCampaign, people, setLimit } from './gate-support.ts'

/** The gate, creatives and delivery as they run together, from the decision to the words on a phone. */

let clock = Date.parse('2026-03-04T02:00:00Z')
const stores = await aCtx({ now: () => new Date(clock) })
const ctx: Ctx = {
  ...stores,
  jobs: { ...stores.jobs, send: async () => undefined },
  config: { ...stores.config, publicUrl: 'https://m.mingyue.example.cn' },
}
await aNotice(ctx)
await setLimit(ctx, 'holdout', { share: 0 })
await sql`insert into platform.setting (name, value, changed_at, changed_by) values ('companyName', '"明月消费金融"', now(), 'test')`.execute(
  ctx.pg,
)
await sql`insert into compliance.parameter (name, valid_from, value, source, added_at, added_by)
  values ('ownHosts', '2020-01-01', '["www.mingyue.example.cn"]', 'test', now(), 'test')`.execute(ctx.pg)
const sandbox = await startSmsSandbox({ secret, now: () => clock })
after(() => sandbox.stop())
await anAccount(ctx, 'sms.http', sandbox.url)
const courier = openCourier(ctx, { recheck: recheckSends, compose: composeFrozen })

const creative = (text: string) =>
  createCreative(
    ctx,
    NewCreative.parse({
      name: `creative ${Math.random()}`,
      category: 'marketing',
      product: 'other',
      purpose: 'marketing',
      offerId: null,
      content: { channel: 'sms', signature: '明月', text, optOut: '拒收请回复R' },
    }),
  )

/** A campaign that runs with this creative frozen as it stands. */
const running = async (text: string, budget: { sends?: number } = {}) => {
  const { id: creativeId } = await creative(text)
  const campaign = await aCampaign(ctx, { budget })
  const held = (await creativeContents(ctx, [creativeId])).get(creativeId)
  await sql`update campaigns.version set frozen = jsonb_set(frozen, '{creatives}', ${JSON.stringify({ [creativeId]: held })}::jsonb)
    where campaign_id = ${campaign.id}`.execute(ctx.pg)
  const request = (no: number) => campaign.request(no, { channels: [{ channel: 'sms', creativeId }] })
  return { id: campaign.id, request, budget }
}
const outcomes = async (campaign: number) => {
  const { rows } = await sql<{ state: string; refusal: string | null; error: string | null; n: number }>`
    select state, refusal, error, count(*)::int as n from campaigns.send where campaign_id = ${campaign} group by 1, 2, 3 order by 1, 2`.execute(
    ctx.pg,
  )
  return rows.map(({ state, refusal, error, n }) => `${state} ${refusal ?? error ?? ''} ${n}`.replace('  ', ' '))
}
const phoneOf = async (no: number) => {
  const { recipientsOf } = await import('../../src/customers/addresses.ts')
  return (await recipientsOf(ctx, [no], ['phone'])).get(no)?.addresses.phone ?? ''
}

test('what a marketer wrote arrives as he expects it: 【签名】, name, short links, 拒收请回复R', async () => {
  const nos = await people(ctx, 3, { traits: { name: '张三', creditLimitFen: 2_000_000 } })
  const campaign = await running(
    '{{ customer.name | courtesy: "男" }}您好，您的专属额度{{ customer.creditLimitFen | yuan }}元，查看 {{ "https://www.mingyue.example.cn/loan?from=sms" | short }} 设置 {{ links.preference | short }} ',
  )
  const verdicts = await decideSends(
    ctx,
    nos.map((no) => campaign.request(no)),
  )
  assert.ok(verdicts.every(({ decision }) => decision === 'planned'))
  assert.equal(await courier.round(), 3)
  assert.deepEqual(await outcomes(campaign.id), ['sent 3'])
  const texts = await Promise.all(nos.map(async (no) => sandbox.ledger.ofNumber(await phoneOf(no))))
  assert.ok(texts.every(({ length }) => length === 1))
  const [text = ''] = texts.flat().map(({ content }) => content)
  assert.match(
    text,
    /^【明月】张先生您好，您的专属额度20,000元，查看 https:\/\/m\.mingyue\.example\.cn\/s\/[\w-]{22} 设置 https:\/\/m\.mingyue\.example\.cn\/s\/[\w-]{22} ?，?拒收请回复R$/,
  )
  const [loan = '', preference = ''] = [...text.matchAll(/\/s\/([\w-]{22})/g)].map(([, token = '']) => token)
  const visit = { method: 'GET', headers: { 'user-agent': 'Mozilla/5.0 (Linux; Android 15) Chrome/131 Mobile' } }
  assert.equal((await followLink(ctx, loan, visit))?.target, 'https://www.mingyue.example.cn/loan?from=sms')
  assert.match((await followLink(ctx, preference, visit))?.target ?? '', /^https:\/\/m\.mingyue\.example\.cn\/p\//)
})

test('what never left gives its place back, in frequency and budget: no address, a value missing, refused by the provider', async () => {
  const text = '{{ customer.city }}有新网点 '
  for (const [why, spoil, expected] of [
    [
      'NO_ADDRESS',
      (no: number) =>
        sql`delete from customers.identifier where no = ${no} and kind = 3`.execute(ctx.pg).then(() => undefined),
      'refused NO_ADDRESS 1',
    ],
    ['VALUE_MISSING', async () => undefined, 'refused VALUE_MISSING 1'],
    [
      'provider',
      async () => {
        sandbox.fault({ kind: 'refuse', times: 1 })
      },
      'failed',
    ],
  ] as const) {
    const [no = 0] = await people(ctx, 1, { traits: why === 'VALUE_MISSING' ? {} : { city: '上海' } })
    const campaign = await running(text, { sends: 1 })
    const [first] = await decideSends(ctx, [campaign.request(no)])
    assert.equal(first?.decision, 'planned', why)
    const used = async () =>
      (
        await sql<{ sends: number }>`select sends from campaigns.budget_use where campaign_id = ${campaign.id}`.execute(
          ctx.pg,
        )
      ).rows[0]?.sends
    assert.equal(await used(), 1)
    await spoil(no)
    await courier.round()
    assert.ok((await outcomes(campaign.id))[0]?.startsWith(expected), `${why}: ${String(await outcomes(campaign.id))}`)
    assert.equal(await used(), 0, `${why}: the budget has it back`)
    if (why === 'NO_ADDRESS') continue
    const other = await running('新网点 ')
    const [second] = await decideSends(ctx, [other.request(no)])
    assert.equal(second?.decision, 'planned', `${why}: one SMS a day is still free`)
    clock += 3_600_000
  }
})

test('a mailbox that bounced or a stranger’s number closes that one address, not the person', async () => {
  for (const [n, origin] of (['bounce', 'wrongPerson'] as const).entries()) {
    const [first, second] = [`1370000000${n}`, `1370000001${n}`]
    const one = await aCustomer(ctx, { traits: { phone: first, birthday: '1990-05-05' } })
    await aCustomer(ctx, { userId: one.userId, traits: { phone: second } })
    await sql`insert into compliance.consent (customer_no, purpose, channel, status, at, notice_version, evidence, source)
      select ${one.no}, 'marketing', 'sms', 'granted', ${ctx.now()}, notice_version, '{}', 'import' from compliance.consent
      where channel = 'sms' and status = 'granted' limit 1`.execute(ctx.pg)
    await barAddresses(ctx, [{ kind: 'phone', value: second }], { origin })
    const campaign = await running('新网点 ')
    const [verdict] = await decideSends(ctx, [campaign.request(one.no)])
    assert.equal(verdict?.decision, 'planned', JSON.stringify(verdict))
    await courier.round()
    assert.equal(sandbox.ledger.ofNumber(first).length, 1)
    assert.equal(sandbox.ledger.ofNumber(second).length, 0)
    await barAddresses(ctx, [{ kind: 'phone', value: first }], { origin })
    const later = await running('新网点 ')
    clock += 25 * 3_600_000
    const [none] = await decideSends(ctx, [later.request(one.no)])
    assert.equal(none?.decision === 'refused' && none.refusal, 'DO_NOT_CONTACT')
  }
})

test('a word of the gate that is a moment old holds, once, until anybody says anything or the campaign stops', async (t) => {
  // However slow the machine, no time goes by between the word and its use.
  t.mock.method(performance, 'now', () => 1_000_000)
  const campaign = await running('新网点 ')
  const asked = async (no: number): Promise<string | undefined> => {
    const { rows } = await sql<PlannedSend>`
      select id::text as id, campaign_id, version, step, customer_no, entry_no, pass, entry_id::text as entry_id, category, channel,
        creative_id, offer_id, not_after from campaigns.send where campaign_id = ${campaign.id} and customer_no = ${no}`.execute(
      ctx.pg,
    )
    const verdict = (await recheckStale(ctx, rows)).get(rows[0]?.id ?? '')
    return verdict?.is === 'refused' ? verdict.refusal : verdict?.is
  }
  const planned = async () => {
    const [no = 0] = await people(ctx, 1)
    const [verdict] = await decideSends(ctx, [campaign.request(no)])
    assert.equal(verdict?.decision, 'planned')
    return no
  }
  const isChild = (no: number) => sayTraits(ctx, [{ no, name: 'birthday', value: '2015-05-05', at: new Date(clock) }])
  const young = await planned()
  await isChild(young)
  assert.equal(await asked(young), undefined, 'what no mark shows is seen by the next look')
  assert.equal(await asked(young), 'MINOR')

  const withdraws = await planned()
  const word = { purpose: 'marketing', channel: 'sms', at: new Date(clock), source: 'staff' as const, evidence: {} }
  await recordConsents(ctx, [{ ...word, customerNo: withdraws, status: 'withdrawn', noticeVersion: null }])
  assert.equal(await asked(withdraws), 'CONSENT_WITHDRAWN')

  const barred = await planned()
  await barAddresses(ctx, [{ kind: 'phone', value: await phoneOf(barred) }], { origin: 'complaint' })
  assert.equal(await asked(barred), 'DO_NOT_CONTACT')

  const erased = await planned()
  await sql`update customers.customer set erased_at = ${ctx.now()} where no = ${erased}`.execute(ctx.pg)
  assert.equal(await asked(erased), 'CUSTOMER_ERASED')

  const old = await planned()
  clock += 1_000
  await isChild(old)
  assert.equal(await asked(old), 'MINOR', 'a second is over')

  const stopped = await planned()
  await sql`update campaigns.campaign set state = 'ended' where id = ${campaign.id}`.execute(ctx.pg)
  assert.equal(await asked(stopped), 'CAMPAIGN_STOPPED')
})
