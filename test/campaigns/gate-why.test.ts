import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import type { Ctx, Json } from '#platform'
import { aCtx } from '#test'
import { customerSends } from '../../src/campaigns/gate/customer-sends.ts'
import { decideSends } from '../../src/campaigns/gate/decide.ts'
import { CustomerSendPage, RefusalReport, Why } from '../../src/campaigns/gate/gate-contract.ts'
import { refusalReport, refusedPeople } from '../../src/campaigns/gate/report.ts'
import { unsuitable } from '../../src/campaigns/gate/suitability.ts'
import { whyNot } from '../../src/campaigns/gate/why.ts'
import { limitsInForce } from '../../src/campaigns/limits/store.ts'
import { OfferContent } from '../../src/campaigns/offers/offer-contract.ts'
import { stateExclusions } from '../../src/compliance/exclusions/store.ts'
import { aNotice } from '../compliance/notices.ts'
import { aCampaign, people, setLimit } from './gate-support.ts'

const now = new Date('2026-03-02T02:00:00Z')
const stores = await aCtx({ now: () => now })
const ctx: Ctx = { ...stores, jobs: { ...stores.jobs, send: async () => undefined } }
const marketer: Ctx = { ...ctx, actor: { ...ctx.actor, permissions: new Set(['campaigns.read', 'customers.read']) } }
await aNotice(ctx)
await setLimit(ctx, 'holdout', { share: 0 })

const offer = OfferContent.parse({
  amount: { minFen: 1_000_000, maxFen: 5_000_000 },
  lender: {},
  stated: {},
  terms: [12],
  repayment: 'equalInstalment',
  annualRate: 0.18,
  example: { amountFen: 1_000_000, instalments: 12 },
})

test('DTI-blocks-offer-creation, limit-200k, 多头-blocks: an offer that a person cannot carry is not sent to him', async () => {
  const { suitability } = await limitsInForce(ctx)
  const codeOf = (credit: Parameters<typeof unsuitable>[1]['credit'], rules = suitability) =>
    unsuitable(rules, { product: 'loan', offer, credit: { age: 30, declaredIncomeFen: 800_000, ...credit } })?.refusal
  assert.equal(codeOf({}), undefined)
  assert.equal(codeOf({ grantedFen: 19_000_000, declaredIncomeFen: 9_000_000 }), undefined, '200,000 exactly')
  assert.equal(codeOf({ grantedFen: 19_000_001, declaredIncomeFen: 9_000_000 }), 'LIMIT_EXCEEDED')
  assert.equal(codeOf({ instalmentsFen: 360_000 }), 'DEBT_BURDEN')
  assert.equal(codeOf({ unsecuredLimitsFen: 8_700_000 }), 'EXPOSURE')
  assert.equal(codeOf({ lenders: 4 }), 'TOO_MANY_LENDERS')
  assert.equal(codeOf({ enquiries6m: 7 }), 'TOO_MANY_LENDERS')
  assert.equal(codeOf({ age: 17 }), 'NOT_ELIGIBLE')
  const unknown = { age: 30, declaredIncomeFen: undefined }
  assert.equal(codeOf(unknown), undefined)
  assert.equal(codeOf(unknown, { ...suitability, missing: 'refuse' }), 'FACTS_MISSING')
  assert.equal(unsuitable(suitability, { product: 'insurance', offer: undefined, credit: { lenders: 9 } }), undefined)
  assert.equal(
    unsuitable(suitability, { product: 'loan', offer: undefined, credit: { lenders: 9 } })?.refusal,
    'TOO_MANY_LENDERS',
  )
  const [no = 0] = await people(ctx, 1, { traits: { monthlyIncomeFen: 800_000, monthlyInstalmentsFen: 500_000 } })
  const { request } = await aCampaign(ctx, {
    product: 'loan',
    offers: { 7: { hash: 'o', version: 1, content: JSON.parse(JSON.stringify(offer)) as Json } },
  })
  const [verdict] = await decideSends(ctx, [request(no, { offerId: 7 })])
  assert.deepEqual(verdict?.decision === 'refused' && verdict.refusal, 'DEBT_BURDEN')
})

test('the profile says what did not reach him and why, and a report counts it', async () => {
  const [no = 0, complains = 0] = await people(ctx, 2)
  const [silent = 0] = await people(ctx, 1, { channels: [] })
  const { id, request } = await aCampaign(ctx)
  await stateExclusions(ctx, [
    {
      customerNo: complains,
      kind: 'complaint',
      since: now,
      until: null,
      reason: 'case',
      evidence: {},
      source: 'staff',
    },
  ])
  await decideSends(ctx, [request(no), request(complains), request(silent)])
  const report = RefusalReport.parse(await refusalReport(ctx, { id }))
  assert.deepEqual([report.decided, report.passed, report.refused], [3, 1, 2])
  assert.deepEqual(
    report.reasons.map(({ code, count, share }) => [code, count, Math.round(share * 1000)]),
    [
      ['NO_CONSENT', 1, 333],
      ['OPEN_COMPLAINT', 1, 333],
    ],
  )
  const told = await refusalReport(marketer, { id })
  assert.deepEqual(
    [...told.reasons, ...(told.steps[0]?.reasons ?? [])].map(({ code }) => code),
    ['NO_CONSENT', 'NO_CONSENT'],
    'one complaint would tell who it is',
  )
  assert.deepEqual(told.days[0]?.reasons, { NO_CONSENT: 1 })
  assert.equal(report.days[0]?.day, '2026-03-02')
  const { items } = await refusedPeople(ctx, { id, code: 'NO_CONSENT', limit: 10 })
  assert.deepEqual(
    items.map((one) => one.id),
    [String(silent)],
  )
  await assert.rejects(refusedPeople(marketer, { id, code: 'OPEN_COMPLAINT', limit: 10 }), { code: 'gate.hidden' })

  const page = CustomerSendPage.parse(await customerSends(ctx, { id: complains, refused: true, limit: 10 }))
  assert.deepEqual(page.sends[0]?.reason, { group: 'exclusion', code: 'OPEN_COMPLAINT', values: { ground: 'stated' } })
  const seen = await customerSends(marketer, { id: complains, refused: true, limit: 10 })
  assert.deepEqual(seen.sends[0]?.reason, { group: 'exclusion', code: null, values: {} }, 'that, but not which')
})

test('why not: entries, sends, and every step of the gate as it would go now', async () => {
  const [silent = 0] = await people(ctx, 1, { channels: [] })
  const { id, request } = await aCampaign(ctx, { product: 'loan' })
  await stateExclusions(ctx, [
    { customerNo: silent, kind: 'hardship', since: now, until: null, reason: 'case', evidence: {}, source: 'staff' },
  ])
  await sql`insert into campaigns.entry (campaign_id, version, customer_no, trigger_key, entered_at, step, arrived_at)
    values (${id}, 1, ${silent}, 'k', ${now}, 'send', ${now})`.execute(ctx.pg)
  await decideSends(ctx, [request(silent)])
  const why = Why.parse(await whyNot(ctx, { id, customerId: silent }))
  assert.equal(why.entries.length, 1)
  assert.equal(why.sends[0]?.reason?.code, 'NO_CONSENT')
  const [asked] = why.now
  assert.equal(asked?.passes, false)
  assert.deepEqual(
    asked?.passages.map(({ step, passed, reason }) => [step, passed, reason?.code]),
    [
      ['campaign', true, undefined],
      ['consent', false, 'NO_CONSENT'],
      ['delivery', true, undefined],
      ['exclusion', false, 'HARDSHIP'],
      ['personalisation', true, undefined],
      ['holdout', true, undefined],
      ['suitability', true, undefined],
      ['conflict', true, undefined],
      ['frequency', true, undefined],
      ['hours', true, undefined],
      ['budget', true, undefined],
    ],
  )
  const before = await sql<{ count: number }>`select count(*)::int as count from campaigns.send`.execute(ctx.pg)
  await whyNot(ctx, { id, customerId: silent })
  const after = await sql<{ count: number }>`select count(*)::int as count from campaigns.send`.execute(ctx.pg)
  assert.deepEqual(after.rows, before.rows, 'looking writes nothing')
  await assert.rejects(whyNot(ctx, { id, customerId: 4_000_000 }), { code: 'gate.customerUnknown' })
  await assert.rejects(whyNot(ctx, { id: 999, customerId: silent }), { code: 'campaigns.unknown' })
})
