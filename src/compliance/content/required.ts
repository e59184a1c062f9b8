import type { ContentInput, Finding, FindingReason } from './content-contract.ts'
import type { ArticleCode } from './law-contract.ts'
import { mentionsRate, type StatedRate, statedRates } from './rates.ts'

/** Percentage points by which a stated rate may differ from the engine's (R1). */
export const rateTolerance = 0.01

type Where = { start: number; end: number } | undefined

const finding = (
  input: ContentInput,
  reason: FindingReason,
  article: ArticleCode,
  action: Finding['action'],
  where?: Where,
  values: Finding['values'] = {},
): Finding => ({
  rule: `E.${reason}`,
  category: 'E',
  action,
  article,
  reason,
  manner: where ? 'plain' : 'missing',
  start: where?.start ?? null,
  end: where?.end ?? null,
  matched: where ? input.text.slice(where.start, where.end) : '',
  values,
})

const textChannels = new Set(['sms', 'email', 'wechat', 'wecom', 'push', 'inApp', 'ad'])
const creditProducts = new Set(['loan', 'card'])

/**
 * Everything that channel, category and product require a message to say, and that it does not. Without a channel only what
 * it says of prices is judged. Pure.
 */
export const requiredElements = (input: ContentInput): Finding[] => {
  const { channel, category } = input
  if (channel === undefined || !textChannels.has(channel)) return category === 'marketing' ? price(input) : []
  return [
    ...identity(input),
    ...(category === 'marketing'
      ? [...wayOut(input), ...lender(input), ...price(input), ...gift(input), ...sources(input)]
      : []),
    ...mark(input),
    ...risk(input),
  ]
}

/** 【…】 at the beginning or end of an SMS: carriers put the signature there. */
const signature = /^\s*(?:【([^】]{1,30})】|\[([^\]]{1,30})\])|【([^】]{1,30})】\s*$/u

/** D9: true identity and contact. */
const identity = (input: ContentInput): Finding[] => {
  const { text, channel, sender, category } = input
  const out: Finding[] = []
  if (channel === 'sms') {
    const found = signature.exec(text)
    const name = found?.[1] ?? found?.[2] ?? found?.[3]
    if (!name || !found) out.push(finding(input, 'senderMissing', 'ad.43', 'block'))
    else if (sender && !sameName(name, sender.name)) {
      const start = text.indexOf(name)
      out.push(
        finding(input, 'senderFalse', 'ad.43', 'block', { start, end: start + name.length }, { expected: sender.name }),
      )
    }
  } else if (channel === 'email' && category === 'marketing') {
    if (!sender || !mentions(text, sender.name)) out.push(finding(input, 'senderMissing', 'ad.43', 'block'))
    if (!hasContact(text, sender?.contact)) out.push(finding(input, 'contactMissing', 'ad.43', 'block'))
  } else if (channel === 'ad' && (!sender || !mentions(text, sender.name)))
    out.push(finding(input, 'senderMissing', 'ad.43', 'block'))
  return out
}

const bare = (name: string) => name.normalize('NFKC').replaceAll(/\s|有限责任公司|股份有限公司|有限公司|集团/gu, '')
const sameName = (a: string, b: string) => bare(a).includes(bare(b)) || bare(b).includes(bare(a))
const mentions = (text: string, name: string) => bare(text).includes(bare(name)) || name === ''
const hasContact = (text: string, contact = '') =>
  (contact !== '' && text.includes(contact)) ||
  /(?:客服|电话|热线|联系|致电)[^\n]{0,20}?(?:\d[\d-]{4,})|(?:400|800|95|96)\d{1}[\d-]{2,}|0\d{2,3}-\d{7,8}|[\w.+-]+@[\w-]+\.\w+|地址/u.test(
    text,
  )

const replyOut =
  /拒收?请?(?:回复|回|复)|回复?\s*[TRNＴＲＮ][DＤ]?\s*(?:退订|拒收|取消)|退订(?:请)?(?:回复|回)|回[TRN]D?退|退订回|拒收请回复/u

/** M1, D9: a way to refuse that needs no effort. */
const wayOut = (input: ContentInput): Finding[] => {
  const { text, channel, unsubscribe } = input
  if (channel === 'sms' && !replyOut.test(text)) return [finding(input, 'optOutMissing', 'sms.2015', 'block')]
  const said = /退订|取消订阅|不再接收|unsubscribe/iu.test(text)
  if (channel === 'email' && !unsubscribe && !said) return [finding(input, 'unsubscribeMissing', 'ad.43', 'block')]
  return []
}

/** D4, R9: who lends, and under which licence. */
const lender = (input: ContentInput): Finding[] => {
  const { text, product, offer, channel, sender } = input
  if (!creditProducts.has(product) || !offer) return []
  const out: Finding[] = []
  const named = mentions(text, offer.lender) || (sender !== undefined && sameName(sender.name, offer.lender))
  if (!named) out.push(finding(input, 'lenderMissing', 'fin.lender', 'block', undefined, { expected: offer.lender }))
  // A message of 70 characters has no room for the number; pages and mails do.
  const room = channel === 'email' || channel === 'wechat' || channel === 'ad' || channel === 'inApp'
  if (offer.licence === '') out.push(finding(input, 'licenceMissing', 'ad.11', 'block'))
  else if (room && !text.includes(offer.licence))
    out.push(finding(input, 'licenceMissing', 'ad.11', 'block', undefined, { expected: offer.licence }))
  return out
}

const percentText = (rate: number) => (rate * 100).toFixed(2)

/** R1: the annual rate, by a named method, before and not smaller than any daily or monthly one, and the engine's number. */
const price = (input: ContentInput): Finding[] => {
  const { text, product, offer } = input
  if (!creditProducts.has(product)) return []
  const rates = statedRates(text)
  const annual = rates.filter(({ kind }) => kind === 'annual')
  const others = rates.filter(({ kind }) => kind !== 'annual')
  const out: Finding[] = []
  const [first] = annual
  const [other] = others
  if (!first) {
    if (other) out.push(finding(input, 'rateWithoutAnnual', 'pboc.2021.3', 'block', other))
    else if (mentionsRate(text)) out.push(finding(input, 'annualRateMissing', 'pboc.2021.3', 'block'))
    else if (promotesLoan(input)) out.push(finding(input, 'annualRateMissing', 'pboc.2021.3', 'block'))
    return out
  }
  if (other && other.start < first.start) out.push(finding(input, 'annualRateLate', 'pboc.2021.3', 'block', other))
  for (const rate of annual) {
    if (rate.method === 'unsaid') out.push(finding(input, 'annualRateMethodMissing', 'pboc.2021.3', 'block', rate))
    if (offer) out.push(...againstOffer(input, rate))
  }
  const size = sizeOf(input, first)
  const larger = others.find((one) => size !== undefined && (sizeOf(input, one) ?? 0) > size)
  if (larger) out.push(finding(input, 'annualRateSmaller', 'pboc.2021.3', 'block', larger))
  const small = smallFees(input, size)
  if (small) out.push(finding(input, 'feeSmallerThanRate', 'price.16', 'block', small))
  return out
}

/** Invites to borrow on a channel, with an amount, a price or a call to apply: then the annual rate belongs to it. */
const promotesLoan = ({ text, offer, channel }: ContentInput): boolean =>
  channel !== undefined &&
  ((offer !== undefined && channel !== 'call' && channel !== 'branch') ||
    /最高可借|可借|借款额度|贷款额度|立即申请|申请借款|借款利率|贷款利率|立即借|马上借/u.test(text))

const againstOffer = (input: ContentInput, rate: StatedRate): Finding[] => {
  const { offer } = input
  if (!offer) return []
  const compound = rate.method === 'compound'
  const [low, high] = compound
    ? (offer.aprCompoundRange ?? [offer.aprCompound, offer.aprCompound])
    : (offer.aprSimpleRange ?? [offer.aprSimple, offer.aprSimple])
  const near = (percent: number, expected: number) => Math.abs(percent - expected * 100) <= rateTolerance + 1e-9
  const example = compound ? offer.aprCompound : offer.aprSimple
  const [from, to] = rate.percent
  const right =
    from === undefined ||
    (to === undefined
      ? near(from, example) || (low === high && near(from, low)) || near(from, high)
      : near(from, low) && near(to, high))
  if (right) return []
  const expected = to === undefined || low === high ? percentText(example) : `${percentText(low)}–${percentText(high)}`
  return [finding(input, 'annualRateWrong', 'pboc.2021.3', 'block', rate, { expected, stated: rate.percent.join('–') })]
}

/** The smallest letters in a range; undefined where sizes are not known. */
const sizeOf = ({ sizes }: ContentInput, { start, end }: { start: number; end: number }): number | undefined => {
  const inside = sizes.filter((one) => one.start < end && one.end > start)
  return inside.length === 0 ? undefined : Math.min(...inside.map(({ px }) => px))
}

/** G14: terms that cost the customer may not be printed smaller than the rate. */
const smallFees = (input: ContentInput, rateSize: number | undefined): Where => {
  if (rateSize === undefined) return undefined
  for (const found of input.text.matchAll(/手续费|服务费|担保费|违约金|罚息|提前还款费/gu)) {
    const where = { start: found.index, end: found.index + found[0].length }
    const size = sizeOf(input, where)
    if (size !== undefined && size < rateSize) return where
  }
  return undefined
}

/** D2: a gift needs its number and its last day. */
const gift = (input: ContentInput): Finding[] => {
  const { text, gift: given } = input
  const found =
    /赠送|附赠|好礼|礼品|赠品|抽奖|奖品|大奖|免费领|送(?!达|审|货|款|修|件|交|别|往|检|短信|通知|餐)[^，。！？\n]{0,8}(?:元|份|台|张|礼|卡|券|包|红包|积分)/u.exec(
      text,
    )
  if (!found) return []
  const quantity =
    given?.quantity != null || /限量|前\s*\d+\s*名|共\s*\d+|总计\s*\d+|\d+\s*(?:份|名|台|张|个)/u.test(text)
  const ends =
    Boolean(given?.endsOn) ||
    /(?:截至|截止|至|止|到)[^\n]{0,6}\d{1,2}\s*(?:月|日|[./-])|\d{1,4}[年./-]\d{1,2}[月./-]\d{1,2}[^\n]{0,4}(?:前|止|结束)|\d{1,2}月\d{1,2}日[^\n]{0,4}(?:前|止|结束|截止)/u.test(
      text,
    )
  if (quantity && ends) return []
  const where = { start: found.index, end: found.index + found[0].length }
  return [finding(input, 'giftUnclear', 'ad.8', 'block', where, { quantity: quantity ? 1 : 0, ends: ends ? 1 : 0 })]
}

/** D4: figures about others need their source and its date. */
const sources = (input: ContentInput): Finding[] => {
  const found =
    /(?:超过?|逾|累计|服务|已有|近)\s*\d[\d,.]*\s*(?:万|亿|千万)?\s*(?:名|位|个)?(?:用户|客户|人|家庭)|满意度[^\d\n]{0,6}\d+(?:\.\d+)?%|\d+(?:\.\d+)?%\s*的?(?:用户|客户|人)|市场(?:占有率|份额)[^\d\n]{0,6}\d+|排名(?:第|前)\s*\d+/u.exec(
      input.text,
    )
  if (!found || /来源|数据截至|据[^，。\n]{2,20}(?:统计|报告|数据|调查)|统计截至|数据出处/u.test(input.text)) return []
  return [finding(input, 'sourceMissing', 'ad.11', 'flag', { start: found.index, end: found.index + found[0].length })]
}

/** D5: an advertisement says that it is one. */
const mark = (input: ContentInput): Finding[] =>
  input.category === 'marketing' &&
  (input.placement === 'paid' || input.channel === 'ad') &&
  !/(?:^|[\s[【(（「|·])广告(?:$|[\s\]】)）」|·:：])/u.test(input.text)
    ? [finding(input, 'markMissing', 'ad.14', 'block')]
    : []

/** D6: whoever speaks of returns warns of the risk. */
const risk = (input: ContentInput): Finding[] =>
  input.category === 'marketing' &&
  input.product === 'wealth' &&
  !/(?:投资|理财)[^。\n]{0,8}(?:有|存在)风险|风险提示|非存款[^。\n]{0,10}风险|收益[^。\n]{0,6}(?:不保证|不确定)/u.test(
    input.text,
  )
    ? [finding(input, 'riskNoticeMissing', 'ad.25', 'block')]
    : []
