import assert from 'node:assert/strict'
import test from 'node:test'
import { startTestApp } from '#test'
import { disclosureOf } from '../../src/campaigns/offers/disclosure.ts'
import { OfferContent } from '../../src/campaigns/offers/offer-contract.ts'
import { exampleCost } from '../../src/campaigns/offers/quote.ts'

let clock = new Date('2026-11-22T04:00:00Z')
const later = (seconds: number) => (clock = new Date(clock.getTime() + seconds * 1_000))
const app = await startTestApp({ now: () => clock })

const lender = '明月消费金融有限公司'
const content = {
  lender: {
    name: lender,
    type: 'consumerFinance',
    licence: 'X0001H299990001',
    address: '上海市明月路 1 号',
    contact: '400-000-1234',
  },
  amount: { minFen: 100_000, maxFen: 20_000_000 },
  terms: [12],
  repayment: 'equalInstalment',
  annualRate: 0.12,
  fees: [
    { kind: 'guarantee', name: '担保费', payee: '某某担保有限公司', timing: 'monthly', basis: 'original', rate: 0.002 },
  ],
  example: { amountFen: 1_200_000, instalments: 12 },
  stated: { simple: 0.1631 },
  overdue: { text: '罚息上浮 50%', collector: lender },
  misuse: { text: '罚息上浮 100%', collector: lender },
  prepayment: { text: '不收费', collector: lender },
  risk: '理性借贷 <b>',
  afterSales: '投诉 400-000-1234',
} as const

test('a sheet without a collector is no sheet', () => {
  const whole = OfferContent.parse(content)
  const made = disclosureOf('x', whole, exampleCost(whole), true)
  assert.ok('sheet' in made && made.sheet.guaranteeFee?.amountFen === 28_800)
  const lacking = disclosureOf('x', { ...whole, overdue: { text: '罚息', collector: '' } }, exampleCost(whole), true)
  assert.deepEqual(lacking, { gaps: ['overduePenaltyCollector'] })
  const nobody = { ...whole, fees: whole.fees.map((fee) => ({ ...fee, payee: '' })) }
  assert.deepEqual(disclosureOf('x', nobody, exampleCost(nobody), true), { gaps: ['guaranteeFee.collector'] })
})

test('disclosure-popup-min-seconds: the server refuses an early word, and one without the end in sight', async () => {
  const { cost } = await app.ok<{ cost: { example: { simple: number } } }>('POST', '/api/offers/check', {
    name: 'x',
    content,
  })
  const stated = { simple: Math.round(cost.example.simple * 10_000) / 10_000 }
  const { id } = await app.ok<{ id: number }>('POST', '/api/offers', {
    name: '明月e贷',
    content: { ...content, stated },
  })
  await app.ok('POST', `/api/offers/${id}/publish`, {})
  const { path } = await app.ok<{ path: string }>('POST', `/api/offers/${id}/disclosure-links`, { customerNo: 7 })

  const page = await app.call<string>('GET', path, undefined, { anonymous: true })
  assert.equal(page.status, 200)
  for (const said of [
    '综合融资成本明示表',
    '单利',
    '复利',
    '担保费',
    '收取方：某某担保有限公司',
    '罚息上浮 50%',
    '理性借贷 &lt;b&gt;',
  ])
    assert.ok(page.body.includes(said), said)
  assert.ok(!page.body.includes('<b>'))

  interface Said {
    code?: string
    reading?: string
    neededSeconds?: number
  }
  const ask = (what: string, body: object = {}) => app.call<Said>('POST', `${path}/${what}`, body, { anonymous: true })
  const opened = await ask('open')
  const { reading, neededSeconds } = opened.body
  assert.equal(neededSeconds, 10)
  const confirm = async () => (await ask('confirm', { reading })).body.code ?? 'fine'
  assert.equal(await confirm(), 'campaigns.disclosureTooEarly')
  // The page was away for a minute: three seconds of it count.
  later(60)
  assert.equal(await confirm(), 'campaigns.disclosureTooEarly')
  for (let i = 0; i < 6; i++) {
    later(1)
    await ask('beat', { reading, scrolled: false })
  }
  assert.equal(await confirm(), 'campaigns.disclosureTooEarly')
  later(2)
  assert.equal(await confirm(), 'campaigns.disclosureNotRead')
  await ask('beat', { reading, scrolled: true })
  assert.equal(await confirm(), 'fine')
  assert.equal(await confirm(), 'fine')

  const { items, confirmed } = await app.ok<{
    confirmed: number
    items: { customerNo: number; disclosureHash: string; device: string; confirmedAt: string; version: number }[]
  }>('GET', `/api/offers/${id}/disclosure-readings`)
  assert.equal(confirmed, 1)
  const read = (customerNo: number) =>
    app.ok('GET', `/api/offers/${id}/disclosure-read?version=1&customerNo=${customerNo}`)
  assert.deepEqual([await read(7), await read(8)], [{ read: true }, { read: false }])
  const facts = await app.ok<{ licence: string; aprSimple: number }>('GET', `/api/offers/${id}/facts`)
  assert.deepEqual([facts.licence, facts.aprSimple.toFixed(4)], ['X0001H299990001', stated.simple.toFixed(4)])
  const [one] = items
  assert.deepEqual([one?.customerNo, one?.version, one?.disclosureHash.length], [7, 1, 64])
  assert.ok(one?.confirmedAt.startsWith('2026-11-22'))
})

test('only the signed address opens the sheet, and only until its last day', async () => {
  const { items } = await app.ok<{ items: { id: number }[] }>('GET', '/api/offers')
  const { path } = await app.ok<{ path: string }>('POST', `/api/offers/${items[0]?.id}/disclosure-links`, {
    validDays: 1,
  })
  const status = async (at: string) => (await app.call('GET', at, undefined, { anonymous: true })).status
  const forged = `${path.slice(0, -1)}${path.endsWith('0') ? '1' : '0'}`
  assert.deepEqual([await status(path), await status(forged), await status('/disclosure/x')], [200, 404, 404])
  later(86_400)
  assert.equal(await status(path), 404)
  const post = await app.call('POST', `${path}/open`, {}, { anonymous: true })
  assert.equal(post.status, 404)
})

test('whoever tries addresses of sheets is slowed down', async () => {
  const tries = Array.from({ length: 610 }, () => app.call('GET', '/disclosure/guess', undefined, { anonymous: true }))
  const statuses = (await Promise.all(tries)).map(({ status }) => status)
  assert.equal(statuses.at(-1), 429)
  assert.ok(statuses.every((status) => status === 404 || status === 429))
})
