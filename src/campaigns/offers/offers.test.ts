import assert from 'node:assert/strict'
import test from 'node:test'
import { Problem } from '#platform'
import { aCtx } from '#test'
import { addPartner } from '../../compliance/content/partners.ts'
import { examineOffer, offerRules } from './examine.ts'
import { OfferContent, type OfferContentInput } from './offer-contract.ts'
import { burdenOf, debtServiceFen, pricedByOthers, quoteFor, rateFor, suitable } from './quote.ts'
import {
  changeOffer,
  checkOffer,
  createOffer,
  listOffers,
  offerContents,
  publishOffer,
  readOffer,
  readVersions,
  retireOffer,
} from './store.ts'

const ctx = await aCtx({ now: () => new Date('2026-11-22T04:00:00Z') })

/** 明月e贷: 12 % a year in equal instalments, nothing else: 12.00 % simple, 12.68 % compound. */
const content = (more: Partial<OfferContentInput> = {}): OfferContent =>
  OfferContent.parse({
    lender: {
      name: '明月消费金融有限公司',
      type: 'consumerFinance',
      licence: 'X0001H299990001',
      address: '上海市浦东新区明月路 1 号',
      contact: '400-000-1234',
    },
    amount: { minFen: 100_000, maxFen: 20_000_000 },
    terms: [6, 12],
    repayment: 'equalInstalment',
    annualRate: 0.12,
    example: { amountFen: 1_200_000, instalments: 12 },
    stated: { simple: 0.12, compound: 0.1268 },
    overdue: { text: '逾期按借款利率上浮 50% 计收罚息', collector: '明月消费金融有限公司' },
    misuse: { text: '挪用按借款利率上浮 100% 计收罚息', collector: '明月消费金融有限公司' },
    prepayment: { text: '可随时提前还款，不收取费用', collector: '明月消费金融有限公司' },
    risk: '请根据自身还款能力理性借贷，逾期将影响征信记录。',
    afterSales: '投诉请致电 400-000-1234，15 日内答复。',
    ...more,
  })
const check = async (more: Partial<OfferContentInput>, id?: number) => {
  const { findings } = await checkOffer(ctx, { id, name: '明月e贷', content: content(more) })
  return findings.filter(({ action }) => action === 'block').map(({ rule, where }) => `${rule} ${where}`)
}
const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected
const fee = (more: object) =>
  ({
    kind: 'service',
    name: '服务费',
    payee: '明月消费金融有限公司',
    timing: 'monthly',
    basis: 'original',
    ...more,
  }) as const

test('an offer that says everything is published under its hash, with its cost and its sheet', async () => {
  const { id } = await createOffer(ctx, { name: '明月e贷', content: content() })
  assert.equal((await offerContents(ctx, [id])).size, 0)
  const offer = await publishOffer(ctx, { id })
  assert.deepEqual([offer.state, offer.liveVersion, offer.edited], ['published', 1, false])
  assert.equal(offer.simple?.toFixed(4), '0.1200')
  const live = (await offerContents(ctx, [id, 999])).get(id)
  assert.equal(live?.hash, offer.liveHash)
  const [version] = (await readVersions(ctx, { id })).items
  assert.equal(version?.disclosure.capped, true)
  assert.equal(version?.disclosure.loanInterestCollector, '明月消费金融有限公司')

  // A draft changes nothing of what runs; the next version has another hash.
  await changeOffer(ctx, { id, content: content({ description: '按日计息的现金借款' }) })
  assert.equal((await readOffer(ctx, { id })).edited, true)
  assert.equal((await offerContents(ctx, [id])).get(id)?.hash, live?.hash)
  const second = await publishOffer(ctx, { id })
  assert.equal(second.liveVersion, 2)
  assert.notEqual(second.liveHash, live?.hash)
  await assert.rejects(changeOffer(ctx, { id, name: 'x', basedOn: 1 }), code('campaigns.offerChanged'))
  await assert.rejects(createOffer(ctx, { name: '明月E贷', content: content() }), code('campaigns.offerNameTaken'))
  assert.equal((await listOffers(ctx, { search: '消费金融', limit: 50 })).total, 1)
  await retireOffer(ctx, { id })
  assert.equal((await offerContents(ctx, [id])).size, 0)
})

test('publishing is refused above the cap, though the fee is advertised as 12 %', async () => {
  const guarantee = [
    { ...fee({ rate: 0.03, timing: 'upfront' }), name: '手续费' },
    { ...fee({ rate: 0.005 }), kind: 'guarantee', name: '担保费', payee: '某某融资担保有限公司' } as const,
  ]
  const stated = { simple: 0.285, compound: 0.3254 }
  assert.ok((await check({ fees: guarantee, stated })).includes('aboveCap annualRate'))
  const { id } = await createOffer(ctx, { name: '超限产品', content: content({ fees: guarantee, stated }) })
  await assert.rejects(publishOffer(ctx, { id }), code('campaigns.offerNotPublishable'))
  // A fixed fee is dear on the smallest loan: the cap is held against every corner, not only the example.
  const fixed = [fee({ basis: 'fixed', rate: 0, amountFen: 2_000 })]
  const { cost } = await checkOffer(ctx, { name: 'x', content: content({ fees: fixed }) })
  assert.ok((cost.example?.simple ?? 1) < 0.24)
  assert.ok((await check({ fees: fixed })).includes('aboveCap annualRate'))
})

test('publishing is refused with a wrong rate, missing fields or collectors', async () => {
  assert.deepEqual(await check({}), [])
  assert.deepEqual(await check({ stated: { simple: 0.072 } }), ['statedWrong stated.simple'])
  assert.deepEqual(await check({ stated: { simple: 0.1201, compound: 0.1268 } }), [])
  assert.deepEqual(await check({ stated: {} }), ['statedMissing stated'])
  const lender = { ...content().lender, name: '', licence: '', address: '' }
  const missing = await check({ lender, risk: '' })
  for (const rule of ['lenderMissing', 'licenceMissing', 'addressMissing', 'riskMissing'])
    assert.ok(
      missing.some((one) => one.startsWith(rule)),
      rule,
    )
  assert.deepEqual(await check({ overdue: { text: '罚息', collector: '' } }), [
    'collectorMissing overduePenaltyCollector',
  ])
  assert.ok((await check({ fees: [fee({ rate: 0.001, payee: '' })] })).includes('feePayeeMissing fees.0.payee'))
  assert.deepEqual(
    await check({ repayment: 'bullet', terms: [12, 24], stated: { simple: 0.1138655, compound: 0.12 } }),
    ['bulletTooLong terms'],
  )
})

test('limit-200k: consumer credit above 200,000 yuan is refused, for a person and for an offer', async () => {
  assert.deepEqual(await check({ amount: { minFen: 100_000, maxFen: 20_000_001 } }), ['limitExceeded amount.maxFen'])
  const asked = { amountFen: 5_000_001, instalments: 12 }
  const facts = { age: 30, grantedFen: 15_000_000, declaredIncomeFen: 10_000_000 }
  const over = quoteFor(content(), asked, facts, { maxCreditFen: 20_000_000 })
  assert.ok(!over.created && over.reasons[0]?.code === 'LIMIT_EXCEEDED')
  assert.ok(quoteFor(content(), { ...asked, amountFen: 5_000_000 }, facts, { maxCreditFen: 20_000_000 }).created)
})

test('a facilitated loan needs a partner on the list and stays below 24 %', async () => {
  const partner = { name: '某某数科', role: '引流' }
  assert.deepEqual(await check({ partner }), ['partnerUnknown partner.name'])
  await addPartner(ctx, {
    name: '某某数科',
    licence: '',
    contract: 'HT-2026-1',
    validFrom: '2026-01-01',
    validUntil: null,
  })
  assert.deepEqual(await check({ partner }), [])
})

test('promotions say for how long and for whom, and a struck-through price was a real one', async () => {
  const promotion = { name: '首期免息', kind: 'interestFree', endsOn: '2026-12-31' } as const
  const bare = await check({ promotions: [{ ...promotion, condition: '' }] })
  assert.ok(
    bare.includes('promotionWithoutTerm promotions.0') && bare.includes('promotionWithoutCondition promotions.0'),
  )
  const told = { ...promotion, instalments: 1, condition: '仅限首次借款的新客户' }
  assert.deepEqual(await check({ promotions: [told] }), [])
  const { id } = await createOffer(ctx, { name: '有原价', content: content() })
  const reduced = {
    name: '新客利率',
    kind: 'reducedRate',
    annualRate: 0.1,
    condition: '新客户首次借款',
    startsOn: '2026-11-23',
    endsOn: '2026-12-31',
  } as const
  const rate = (referenceRate: number) => check({ promotions: [{ ...reduced, referenceRate }] }, id)
  assert.deepEqual(await rate(0.12), ['referenceUnknown promotions.0'])
  await publishOffer(ctx, { id })
  assert.deepEqual(await rate(0.18), ['referenceUntrue promotions.0'])
  assert.deepEqual(await rate(0.12), [])
})

test('words of an offer obey the rules of content', async () => {
  assert.deepEqual(await check({ description: '低门槛，秒到账' }), [
    'forbiddenWord description',
    'forbiddenWord description',
  ])
})

test('price-counterfactual-byte-equal: nothing but documented attributes changes a price', async () => {
  const tiered = content({ prices: [{ attribute: 'tier', value: '优质', annualRate: 0.09 }] })
  const allowed = ['tier', 'amountFen', 'instalments']
  assert.deepEqual(pricedByOthers(tiered, allowed), [])
  const asked = { amountFen: 1_200_000, instalments: 12 }
  const base = { age: 30, tier: '优质', declaredIncomeFen: 2_000_000 }
  const bytes = (other: Record<string, string | number>) => JSON.stringify(quoteFor(tiered, asked, { ...base, other }))
  const others = [
    { deviceBrand: 'Apple' },
    { deviceBrand: 'Xiaomi' },
    { appVersion: '9.9' },
    { channel: 'branch' },
    { tenureDays: 4_000 },
    { purchases: 99 },
    { couponSensitivity: 'high' },
    { cityTier: 5 },
    { gender: '女' },
  ]
  for (const other of others)
    assert.equal(bytes(other as Record<string, string | number>), bytes({}), JSON.stringify(other))
  assert.equal(rateFor(tiered, asked, { tier: '优质' }), 0.09)
  assert.equal(rateFor(tiered, asked, { tier: '潜力' }), 0.12)

  const byDevice = [{ attribute: 'deviceBrand', value: 'Apple', annualRate: 0.15 }]
  assert.deepEqual(pricedByOthers(content({ prices: byDevice }), allowed), ['deviceBrand'])
  assert.deepEqual(await check({ prices: byDevice }), ['priceByAttribute prices'])
  assert.deepEqual(await check({ prices: [{ attribute: 'city', value: '上海', annualRate: 0.12 }] }), [
    'priceByAttribute prices',
  ])
})

test('DTI-blocks-offer-creation: above the burden no offer is made, so there is none to send', () => {
  // Vector of 3.9: (1500 + 1072) / 8000 = 0.3215.
  const priced = content({ repayment: 'feeOnOriginal', annualRate: 0.072 })
  const asked = { amountFen: 1_200_000, instalments: 12 }
  const facts = { age: 35, declaredIncomeFen: 800_000, instalmentsFen: 150_000 }
  const made = quoteFor(priced, asked, facts, { maxDebtBurden: 0.55 })
  assert.ok(made.created)
  assert.equal(made.debtBurden, 0.3215)
  const strict = quoteFor(priced, asked, facts, { maxDebtBurden: 0.3214 })
  assert.deepEqual(strict, {
    created: false,
    reasons: [{ code: 'DEBT_BURDEN', fact: 'debtBurden', value: 0.3215, limit: 0.3214 }],
  })
  // The least of three incomes counts, revolving debt at 5 % of its balance.
  assert.equal(
    debtServiceFen({ instalmentsFen: 100_000, revolvingBalanceFen: 2_000_000, revolvingMinimumFen: 50_000 }),
    200_000,
  )
  const poorer = quoteFor(priced, asked, { ...facts, socialBaseFen: 300_000 }, { maxDebtBurden: 0.55 })
  assert.ok(!poorer.created && poorer.reasons[0]?.value === 0.6595)
})

test('多头-blocks: too many lenders or enquiries, too much exposure, the wrong age or tier', () => {
  const strict = content({
    eligibility: { maxAge: 55, tiers: ['优质', '潜力'], maxLenders: 3, maxEnquiries: 6, maxExposure: 12 },
  })
  const facts = { age: 40, tier: '优质', declaredIncomeFen: 1_000_000, lenders: 3, enquiries6m: 6 }
  const codes = (more: object) => suitable(strict, { ...facts, ...more }).map(({ code, fact }) => `${code} ${fact}`)
  assert.deepEqual(codes({}), [])
  assert.deepEqual(codes({ lenders: 4 }), ['TOO_MANY_LENDERS lenders'])
  assert.deepEqual(codes({ enquiries6m: 7 }), ['TOO_MANY_LENDERS enquiries6m'])
  assert.deepEqual(codes({ unsecuredLimitsFen: 12_000_000 }), ['EXPOSURE exposure'])
  assert.deepEqual(codes({ age: 17, tier: '风险预警' }), ['NOT_ELIGIBLE age', 'NOT_ELIGIBLE tier'])
  assert.deepEqual(codes({ age: undefined }), ['FACTS_MISSING age'])
  assert.deepEqual(codes({ declaredIncomeFen: undefined }), ['FACTS_MISSING income'])
  assert.deepEqual(burdenOf(strict), { amountFen: 100_000, instalmentFen: 8_885, unsecured: true })
})

test('rules of a day: an offer is examined by the cap in force then', async () => {
  const rules = await offerRules(ctx, content(), undefined)
  assert.equal(rules.cap?.limit, 0.24)
  const cap = rules.cap && { ...rules.cap, limit: 0.1 }
  const { findings } = examineOffer('x', content(), { ...rules, cap })
  assert.ok(findings.some(({ rule }) => rule === 'aboveCap'))
})
