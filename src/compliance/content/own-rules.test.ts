import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { Problem } from '#platform'
import { aCtx } from '#test'
import { capFor, readCapPage } from '../cost/caps.ts'
import { packsAt } from './check.ts'
import { followLink } from './landing.ts'
import { addOwnWord, judgeContent, ownWords, readRules, retireOwnWord } from './own-rules.ts'
import { parametersOn, setParameter } from './parameters.ts'
import { addPartner, partnersOf, removePartner } from './partners.ts'

const ctx = await aCtx({ now: () => new Date('2026-11-22T04:00:00Z') })
const rules = async (text: string) =>
  (await judgeContent(ctx, { text })).findings.map(({ rule, action }) => `${action} ${rule}`)
const code = (expected: string) => (error: unknown) => error instanceof Problem && error.code === expected

test('own words and exceptions count at once, disguised too, and no longer once they are retired', async () => {
  const before = (await judgeContent(ctx, { text: '' })).rules
  const [added] = await addOwnWord(ctx, {
    kind: 'word',
    text: '星辰计划',
    category: 'B3',
    action: 'block',
    reason: '停售产品',
  })
  assert.deepEqual(await rules('加入星-辰 計劃'), ['block B3.星辰计划'])
  assert.notEqual((await judgeContent(ctx, { text: '' })).rules, before)
  await assert.rejects(
    addOwnWord(ctx, { kind: 'word', text: '星辰计划', category: 'B3', action: 'flag', reason: '重复' }),
    code('compliance.wordTaken'),
  )
  // An own word judges what a pack judges too.
  await addOwnWord(ctx, { kind: 'word', text: '首选', category: 'B1', action: 'block', reason: '法务意见' })
  assert.deepEqual(await rules('您的首选'), ['block B1.首选'])
  await addOwnWord(ctx, { kind: 'exception', text: '明月第一坊', word: '第一', reason: '地名' })
  assert.deepEqual(await rules('地址：明月第一坊'), [])
  await assert.rejects(
    addOwnWord(ctx, { kind: 'exception', text: '明月', word: '第一', reason: '地名' }),
    code('compliance.exceptionWithoutWord'),
  )
  assert.ok(added)
  await retireOwnWord(ctx, { id: added.id })
  assert.deepEqual(await rules('加入星辰计划'), [])
  await assert.rejects(retireOwnWord(ctx, { id: added.id }), code('compliance.wordUnknown'))
  assert.equal((await ownWords(ctx)).length, 2)
})

test('rule packs hold from their day; parameters keep every value', async () => {
  assert.equal(packsAt('2020-01-01').length, 0)
  assert.equal(packsAt('2021-04-29').length, 1)
  assert.ok((await readRules(ctx)).packs.every(({ inForce }) => inForce))
  await setParameter(ctx, { name: 'disclosureSeconds', validFrom: '2027-01-01', value: 15, source: '内部决定' })
  assert.equal((await parametersOn(ctx, '2026-12-31')).disclosureSeconds, 10)
  assert.equal((await parametersOn(ctx, '2027-01-01')).disclosureSeconds, 15)
  const again = { name: 'disclosureSeconds', validFrom: '2027-01-01', value: 20, source: '内部决定' } as const
  await assert.rejects(setParameter(ctx, again), code('compliance.parameterTaken'))
  await assert.rejects(setParameter(ctx, { ...again, value: 0 }), code('compliance.parameterWrong'))
})

test('links lead to own hosts, with one redirect at most; nobody else is ever asked', async () => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const to = { '/once': '/page', '/twice': '/once', '/away': 'https://evil.example/x' }[request.url ?? '']
    if (to) response.writeHead(302, { location: to }).end()
    else response.writeHead(request.url === '/page' ? 200 : 404).end('ok')
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  after(() => server.close())
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const world = { own: ['127.0.0.1'], maxRedirects: 1 }
  const reason = async (url: string) => (await followLink(url, world)).finding?.reason ?? 'fine'
  assert.equal(await reason(`${base}/page`), 'fine')
  assert.equal(await reason(`${base}/once`), 'fine')
  assert.equal(await reason(`${base}/twice`), 'tooManyJumps')
  assert.equal(await reason(`${base}/away`), 'foreignHost')
  assert.equal(await reason(`${base}/gone`), 'unreachableLanding')
  assert.equal(await reason('http://127.0.0.1:1/'), 'unreachableLanding')
  const before = asked.length
  assert.equal(await reason('https://t.cn/abc'), 'foreignHost')
  assert.equal(asked.length, before)

  const judged = async (text: string, links: string[] = []) =>
    (await judgeContent(ctx, { text, links })).findings.map(({ reason, action }) => `${action} ${reason}`)
  // As long as nobody has said which hosts are ours, a link is only pointed out.
  assert.deepEqual(await judged('详见 https://t.cn/abc'), ['flag foreignHost'])
  await setParameter(ctx, {
    name: 'ownHosts',
    validFrom: '2026-11-01',
    value: ['*.mingyue.example'],
    source: '域名备案',
  })
  assert.deepEqual(await judged('详见 https://t.cn/abc'), ['block foreignHost'])
  assert.deepEqual(await judged('详见 https://m.mingyue.example/a，谢谢'), [])
  assert.deepEqual(await judged('详见', ['https://mingyue.example.evil.example/', 'tel:4000001234']), [
    'block foreignHost',
  ])
})

test('partners count while their contract runs', async () => {
  const [partner] = await addPartner(ctx, {
    name: '某某数科',
    licence: '',
    contract: 'HT-1',
    validFrom: '2026-01-01',
    validUntil: '2026-11-21',
  })
  assert.equal(partner?.inForce, false)
  const offer = {
    name: 'x',
    lender: '明月',
    licence: '1',
    lenderType: 'bank',
    partner: '某某数科',
    aprSimple: 0.1,
    aprCompound: 0.1,
    interestFree: [],
  }
  const found = async () => (await judgeContent(ctx, { text: '公告', offer })).findings.map(({ reason }) => reason)
  assert.deepEqual(await found(), ['partnerUnknown'])
  await removePartner(ctx, { id: partner?.id ?? 0 })
  await addPartner(ctx, { name: '某某数科', licence: '', contract: 'HT-2', validFrom: '2026-01-01', validUntil: null })
  assert.deepEqual(await found(), [])
  assert.equal((await partnersOf(ctx)).length, 1)
})

test('caps of the day come with their LPR; with a partner the lower one holds', async () => {
  assert.equal((await capFor(ctx, 'private', '2026-11-22'))?.limit, 0.12)
  assert.equal((await capFor(ctx, 'consumerFinance', '2026-11-22', true))?.limit, 0.24)
  assert.equal((await capFor(ctx, 'microLender', '2028-06-01', true))?.limit, 0.12)
  assert.equal(await capFor(ctx, 'bank', '2010-01-01'), undefined)
  assert.equal((await readCapPage(ctx)).lprs[0]?.oneYear, 0.03)
})
