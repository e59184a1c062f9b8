import assert from 'node:assert/strict'
import test from 'node:test'
import { Converter } from 'opencc-js/cn2t'
import { checkContent, isPublishable, type OfferFacts, textOfHtml } from '#compliance'
import { type Clean, cleanCreatives } from './content-clean.ts'
import { disguises, listedWords } from './content-disguises.ts'

const lender = '明月消费金融有限公司'
const offer: OfferFacts = {
  name: '明月e贷',
  lender,
  licence: 'X0001H299990001',
  lenderType: 'consumerFinance',
  partner: null,
  aprSimple: 0.12,
  aprCompound: 0.12683,
  interestFree: [{ days: null, instalments: 1, condition: '首次借款' }],
  cap: 0.24,
}
const channelOf = {
  serviceSms: 'sms',
  marketingSms: 'sms',
  careSms: 'sms',
  email: 'email',
  wechat: 'wechat',
  push: 'push',
  wealth: 'wechat',
  ad: 'ad',
} as const
const withOffer = new Set(['marketingSms', 'email', 'wechat', 'push', 'ad'])
const check = ({ kind, category, text }: Clean) =>
  checkContent({
    text,
    category,
    channel: channelOf[kind],
    product: kind === 'wealth' ? 'wealth' : kind === 'careSms' ? 'other' : 'loan',
    sender: { name: '明月消费金融', contact: '400-000-1234' },
    ...(category === 'marketing' && withOffer.has(kind) && { offer }),
  })

test('fewer than 2 % of 200 clean creatives are blocked', () => {
  assert.ok(cleanCreatives.length >= 200, `${cleanCreatives.length}`)
  assert.equal(new Set(cleanCreatives.map(({ text }) => text)).size, cleanCreatives.length)
  const blocked = cleanCreatives.flatMap((one) => {
    const findings = check(one)
    return isPublishable(findings)
      ? []
      : [{ text: one.text, findings: findings.map(({ rule, matched }) => `${rule} ${matched}`) }]
  })
  const flagged = cleanCreatives.filter((one) => check(one).length > 0).length
  console.log(`clean creatives: ${blocked.length} of ${cleanCreatives.length} blocked, ${flagged} with a finding`)
  assert.ok(blocked.length / cleanCreatives.length < 0.02, JSON.stringify(blocked, null, 1))
})

const traditional = Converter({ from: 'cn', to: 't' })
const judged = (category: string, text: string) =>
  checkContent({
    text,
    ...(category === 'B11' && { place: 'accountName', licensed: false }),
  })

test('creative-banned-6-disguises: at least 98 % of every listed word in six disguises, and nothing missed as written', () => {
  const missed: string[] = []
  const byDisguise: Record<string, string> = {}
  let all = 0
  for (const [name, disguise] of Object.entries(disguises)) {
    let [tried, caught] = [0, 0]
    for (const [category, { words, carriers }] of Object.entries(listedWords))
      for (const [i, word] of words.split(' ').entries()) {
        const text = (carriers[i % carriers.length] ?? '{}').replace('{}', disguise(word, traditional))
        const found = judged(category, text).some((finding) => finding.category === category)
        tried++
        if (found) caught++
        else missed.push(`${name} ${word}: ${text}`)
      }
    all += tried
    byDisguise[name] = `${caught} of ${tried}`
  }
  console.log(`disguised violations: ${all - missed.length} of ${all}`, byDisguise)
  assert.ok(missed.length / all <= 0.02, missed.join('\n'))
  const plain = Object.entries(listedWords).flatMap(([category, { words, carriers }]) =>
    words.split(' ').flatMap((word) =>
      carriers.flatMap((carrier) => {
        const text = carrier.replace('{}', word)
        return judged(category, text).some((finding) => finding.category === category) ? [] : [text]
      }),
    ),
  )
  assert.deepEqual(plain, [])
})

test('findings point into the original text, whatever stands between its characters', () => {
  const text = '【明月】本期 秒\u200bdao 账，第🔥一！'
  const found = checkContent({ text })
  assert.deepEqual(
    found.map(({ rule, matched, start, end }) => [rule, matched, text.slice(start ?? 0, end ?? 0) === matched]),
    [
      ['B3.秒到账', '秒\u200bdao 账', true],
      ['B1.第一', '第🔥一', true],
    ],
  )
  const [first] = found
  assert.deepEqual([first?.article, first?.action, first?.manner], ['fin.10.7', 'block', 'sound'])
})

test('words in another sense, denied or forbidden pass; a warning is flagged, a promise behind a warning is not excused', () => {
  const rules = (text: string, more: object = {}) =>
    checkContent({ text, ...more }).map(({ rule, action }) => `${action} ${rule}`)
  const fine = [
    '第一步打开 App，第一期 12 月 15 日还款',
    '您的唯一识别码',
    '最后还款日为 25 日',
    '退保本金已到账',
    '上门服务网点',
    '我司不承诺免息',
    '请完成100%实名认证',
    '确保本人办理',
    '降低利率后月供减少',
    '务必下载官方 App',
    '贷款资金不得用于购房、炒股、炒币',
    '严禁以贷养贷',
    '非保本浮动收益',
    '本公司杜绝校园贷',
    '前3期免息，仅限首次借款',
    '参会者来自浙江第一医院',
    '快递一份资料给您',
    '兄弟一起办理',
  ]
  for (const text of fine) assert.deepEqual(rules(text), [], text)
  assert.deepEqual(rules('谨防以“秒到账”为诱饵的诈骗'), ['flag B3.秒到账'])
  assert.deepEqual(rules('谨防诈骗！我们低门槛'), ['block B3.低门槛'])
  assert.deepEqual(rules('不要错过低门槛借款'), ['block B3.低门槛'])
  assert.deepEqual(rules('保本金'), ['block B2.保本'])
  assert.deepEqual(rules('前3期免息'), ['flag B4.免息'])
  assert.deepEqual(rules('点击查看征信'), [])
  assert.deepEqual(rules('好运金融', { place: 'accountName', licensed: true }), [])
})

test('a service message may not promote (M1)', () => {
  const rules = (text: string) => checkContent({ text, category: 'service' }).map(({ rule }) => rule)
  assert.deepEqual(rules('您的账单已出，另有优惠券待领取'), ['M1.优惠券'])
  assert.deepEqual(rules('还款成功，您的专属额度可再借一笔'), ['M1.专属额度', 'M1.再借一笔'])
  assert.deepEqual(rules('还款成功，剩余 9 期'), [])
  assert.deepEqual(rules('谨防虚假中奖短信'), [])
})

const sms = (text: string, more: object = {}) =>
  checkContent({ text, channel: 'sms', offer, sender: { name: '明月消费金融' }, ...more }).map(
    ({ reason, action }) => `${action} ${reason}`,
  )

test('creative-needs-APR: before, not smaller than, and equal to the engine; by a named method', () => {
  const told = (rate: string) => sms(`【明月消费金融】借款${rate}。拒收请回复R`)
  assert.deepEqual(told('年化利率（单利）12.00%'), [])
  assert.deepEqual(told('年化利率12.01%（单利）'), [])
  assert.deepEqual(told('年化利率（单利）12.02%'), ['block annualRateWrong'])
  assert.deepEqual(told('年化（复利IRR）12.68%'), [])
  assert.deepEqual(told('年化利率（单利）7.2%起'), ['block annualRateWrong'])
  assert.deepEqual(told('年化利率12%'), ['block annualRateMethodMissing'])
  assert.deepEqual(told('日利率0.033%'), ['block rateWithoutAnnual'])
  assert.deepEqual(told('日息万分之三'), ['block rateWithoutAnnual'])
  assert.deepEqual(told('借1000元每天0.33元'), ['block rateWithoutAnnual'])
  assert.deepEqual(told('日利率0.033%，年化利率（单利）12.00%'), ['block annualRateLate'])
  assert.deepEqual(told('年化利率（单利）12.00%，日利率0.033%'), [])
  assert.deepEqual(told('最高 20 万元'), ['block annualRateMissing'])
  // Larger letters for the daily rate are the same trick.
  const { text, sizes } = textOfHtml(
    '<style>p{}</style><p style="font-size:12px">年化利率（单利）12.00%</p><h2>日利率0.033%</h2><small style="font-size:10px">服务费见合同&nbsp;</small><b style="display:none">秒批</b>',
  )
  assert.equal(text.trim(), '年化利率（单利）12.00%\n日利率0.033%\n服务费见合同')
  const mail = checkContent({
    text,
    channel: 'email',
    offer,
    sizes,
    unsubscribe: true,
    sender: { name: lender, contact: '明月路' },
  })
  assert.deepEqual(
    mail.map(({ reason }) => reason).filter((reason) => /Smaller/.test(reason)),
    ['annualRateSmaller', 'feeSmallerThanRate'],
  )
})

test('required elements: signature, opt-out, unsubscribe, lender and licence, mark, risk, gift, source', () => {
  assert.deepEqual(sms('借款年化利率（单利）12.00%'), ['block senderMissing', 'block optOutMissing'])
  assert.deepEqual(sms('【别人金融】年化利率（单利）12.00%，拒收请回复R', { sender: { name: lender } }), [
    'block senderFalse',
  ])
  for (const out of ['拒收请回复R', '回T退订', '退订回N', '回复TD退订', '拒收请回复Ｒ'])
    assert.deepEqual(sms(`【明月消费金融】年化利率（单利）12.00%，${out}`), [], out)
  const email = checkContent({ text: '年化利率（单利）12.00%', channel: 'email', offer }).map(({ reason }) => reason)
  assert.deepEqual(email.toSorted(), [
    'contactMissing',
    'lenderMissing',
    'licenceMissing',
    'senderMissing',
    'unsubscribeMissing',
  ])
  const other = (text: string, more: object) =>
    checkContent({ text, product: 'other', channel: 'wechat', ...more }).map(
      ({ reason, action }) => `${action} ${reason}`,
    )
  assert.deepEqual(other('明月公告', { placement: 'paid' }), ['block markMissing'])
  assert.deepEqual(other('【广告】明月公告', { placement: 'paid' }), [])
  assert.deepEqual(other('本基金净值披露', { product: 'wealth' }), ['block riskNoticeMissing'])
  assert.deepEqual(other('参与答题赠送保温杯', {}), ['block giftUnclear'])
  assert.deepEqual(other('参与答题赠送保温杯，限量 100 份，截至 12 月 31 日', {}), [])
  assert.deepEqual(other('参与答题赠送保温杯', { gift: { quantity: 100, endsOn: '2026-12-31' } }), [])
  assert.deepEqual(other('已服务 800 万用户', {}), ['flag sourceMissing'])
  assert.deepEqual(other('已服务 800 万用户（数据截至 2026 年 9 月）', {}), [])
})
