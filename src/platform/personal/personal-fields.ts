import { normaliseBankCard } from './bank-card.ts'
import { parseChineseId } from './chinese-id.ts'
import { narrow } from './digits.ts'
import { normaliseEmail } from './email.ts'
import { normaliseMobile } from './mobile.ts'

/** Kinds of identifiers the product knows by name; others are allowed and compared as plain text. */
export const IDENTIFIER_KINDS = [
  'phone',
  'idCard',
  'email',
  'bankCard',
  'wechatUnionId',
  'wechatOpenId',
  'userId',
  'accountId',
  'deviceId',
  'anonymousId',
] as const
export type IdentifierKind = (typeof IDENTIFIER_KINDS)[number]

/** Kinds of values that are encrypted at rest and masked on the way out. */
export const PERSONAL_KINDS = [
  'phone',
  'idCard',
  'email',
  'bankCard',
  'wechatUnionId',
  'wechatOpenId',
  'wechatId',
  'name',
  'address',
] as const
export type PersonalKind = (typeof PERSONAL_KINDS)[number]

export interface FieldMeaning {
  /** What the value is, when it is personal: decides encryption and mask. */
  personal?: PersonalKind
  /** Set when the value identifies the customer it stands at; a contact's or an office's phone is personal but does not. */
  identifier?: IdentifierKind
}

/** Names compared without case, spaces, `_`, `-`, `.` and brackets: `id_card`, `idCard`, `ID Card` are one. */
const compact = (name: string) =>
  narrow(name)
    .toLowerCase()
    .replace(/[\s_\-.·()[\]（）【】:：*#]/g, '')

const list = (names: string, meaning: FieldMeaning) =>
  names
    .trim()
    .split(/\s+/)
    .map((name): [string, FieldMeaning] => [compact(name), meaning])

const MEANINGS: ReadonlyMap<string, FieldMeaning> = new Map([
  ...list(
    `phone phoneNumber phoneNo phoneNum mobile mobileNumber mobileNo mobilePhone mobilePhoneNumber cellphone cellPhoneNumber cell tel
     telephone telephoneNumber telNo msisdn custPhone customerPhone customerMobile userPhone userMobile
     手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 移动电话 本人手机 本人手机号 客户手机号 客户手机 客户电话 注册手机号 绑定手机号 用户手机号`,
    { personal: 'phone', identifier: 'phone' },
  ),
  ...list(
    `idCard idCardNo idCardNumber idNo idNumber identityCard identityNo identityNumber identityCardNo citizenId nationalId certNo
     certificateNo 身份证 身份证号 身份证号码 居民身份证 居民身份证号 居民身份证号码 公民身份号码 证件号 证件号码 客户身份证号 sfzh sfz`,
    { personal: 'idCard', identifier: 'idCard' },
  ),
  ...list(
    `email eMail emailAddress mail mailAddress userEmail customerEmail 邮箱 邮箱地址 电子邮箱 电子邮件 电子邮箱地址 邮件地址 邮件`,
    { personal: 'email', identifier: 'email' },
  ),
  ...list(
    `bankCard bankCardNo bankCardNumber cardNo cardNumber bankAccount bankAccountNo debitCard debitCardNo creditCard creditCardNo
     银行卡 银行卡号 卡号 银行账号 银行帐号 储蓄卡号 信用卡号 还款卡号 收款卡号`,
    { personal: 'bankCard', identifier: 'bankCard' },
  ),
  ...list(`unionId wechatUnionId wxUnionId weixinUnionId 微信unionid`, {
    personal: 'wechatUnionId',
    identifier: 'wechatUnionId',
  }),
  ...list(`openId wechatOpenId wxOpenId weixinOpenId 微信openid`, {
    personal: 'wechatOpenId',
    identifier: 'wechatOpenId',
  }),
  ...list(`wechat wechatId wechatNo weixin weixinId wxId wx 微信 微信号`, { personal: 'wechatId' }),
  ...list(
    `name fullName realName trueName firstName lastName middleName givenName familyName surname customerName custName clientName
     userName username nickName nickname displayName 姓名 名字 姓 名 真实姓名 客户姓名 客户名称 用户姓名 用户名 昵称 微信昵称`,
    { personal: 'name' },
  ),
  ...list(
    `address addr homeAddress street streetAddress detailAddress addressLine1 addressLine2 residence residentialAddress mailingAddress
     deliveryAddress shippingAddress billingAddress 地址 住址 家庭地址 家庭住址 居住地址 详细地址 通讯地址 通信地址 户籍地址 联系地址 收货地址 现居住地址`,
    { personal: 'address' },
  ),
  ...list(`userId uid user_id memberId memberNo 用户id 用户编号 会员号 会员编号`, { identifier: 'userId' }),
  ...list(
    `accountId accountNo account customerId customerNo custId custNo clientId clientNum clientNo 客户号 客户编号 客户id 账号 帐号 账户 账户号`,
    { identifier: 'accountId' },
  ),
  ...list(`deviceId imei oaid idfa idfv androidId 设备号 设备id 设备编号`, { identifier: 'deviceId' }),
  ...list(`anonymousId distinctId clientUuid cookieId visitorId 匿名id 访客id`, { identifier: 'anonymousId' }),
])

/** Somebody else's or another of the customer's: 紧急联系人电话, spousePhone, mobile2. Personal, but identifies nobody. */
const ENDINGS: readonly [RegExp, PersonalKind][] = [
  [/(?:手机号?码?|电话号?码?)\d?$/, 'phone'],
  [/^(?!is(?!suer)|has|auto).*(?:mobile|phone|(?<!ho|mo)tel)(?:no|num|number)?\d{0,2}$/, 'phone'],
  [/身份证号?码?\d?$/, 'idCard'],
  [/(?:idcard|identitycard)(?:no|num|number)?\d{0,2}$/, 'idCard'],
  [/(?:邮箱|电子邮件)(?:地址)?\d?$/, 'email'],
  [/^(?!is(?!suer)|has).*email(?:address)?\d{0,2}$/, 'email'],
  [/(?:银行卡|信用卡|储蓄卡)号?\d?$/, 'bankCard'],
  [/(?:bankcard|creditcard|debitcard)(?:no|num|number)?\d{0,2}$/, 'bankCard'],
  [/(?<!ip|mac|网络|网|链接)(?:地址|住址)\d?$/, 'address'],
  [
    /(?:home|work|office|company|contact|street|mail|mailing|delivery|shipping|billing|residential|customer|user|client|member|applicant|borrower|current|permanent|household|living)addr(?:ess)?\d{0,2}$/,
    'address',
  ],
  [
    /(?:联系人|配偶|父亲|母亲|担保人|亲属|本人|申请人|借款人|收款人|付款人|收件人|收货人|持卡人|被保险人|受益人)(?:的?姓名)?\d?$|姓名\d?$/,
    'name',
  ],
  [
    /(?:real|full|true|contact|spouse|father|mother|guarantor|relative|applicant|borrower|payee|payer|holder|owner|buyer|receiver|recipient|consignee|insured|beneficiary)name\d{0,2}$/,
    'name',
  ],
  [/(?:unionid)$/, 'wechatUnionId'],
  [/(?:openid)$/, 'wechatOpenId'],
]

/**
 * What a trait, property or column name says about its values.
 * @param name English in any spelling (`id_card`, `IDCard`) or a Chinese header (身份证号)
 * @returns undefined when the name stands for nothing personal and no identifier
 */
export const fieldMeaning = (name: string): FieldMeaning | undefined => {
  const key = compact(name)
  const exact = MEANINGS.get(key)
  if (exact) return exact
  const ending = ENDINGS.find(([pattern]) => pattern.test(key))
  return ending ? { personal: ending[1] } : undefined
}

const BY_SPELLING: ReadonlyMap<string, IdentifierKind> = new Map(IDENTIFIER_KINDS.map((kind) => [compact(kind), kind]))

/**
 * How other spellings of a known identifier kind are written here: `id_card` → `idCard`, `mobile` → `phone`, `unionid` →
 * `wechatUnionId`. Ids whose words differ (`customerId`, `accountId`) may be different ids and stay apart, as do unknown kinds.
 */
export const canonicalIdentifierKind = (kind: string): string => {
  const meaning = MEANINGS.get(compact(kind))
  return BY_SPELLING.get(compact(kind)) ?? (meaning?.personal && meaning.identifier) ?? kind
}

/**
 * The one form in which values of an identifier kind are compared and stored.
 * @returns undefined when the value cannot be of that kind; kinds without rules of their own are only trimmed (1–512 characters)
 */
export const normaliseIdentifier = (kind: string, value: string): string | undefined => {
  switch (kind) {
    case 'phone':
      return normaliseMobile(value)
    case 'idCard':
      return parseChineseId(value)?.number
    case 'bankCard':
      return normaliseBankCard(value)
    case 'email':
      return normaliseEmail(value)
    default: {
      const text = value.trim()
      return text.length >= 1 && text.length <= 512 && !text.includes('\u0000') ? text : undefined
    }
  }
}
