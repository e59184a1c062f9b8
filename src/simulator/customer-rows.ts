import type { Account } from './accounts.ts'

/** A line of `customers.csv`; empty text where the company does not know. */
export interface CustomerRow {
  account_id: string
  name: string
  gender: '男' | '女'
  birthday: string
  id_card: string
  phone: string
  email: string
  wechat_open_id: string
  wechat_union_id: string
  device_id: string
  province: string
  city: string
  address: string
  education: string
  occupation: string
  marital_status: string
  monthly_income_fen: number
  credit_limit_fen: number
  /** Joined by `|`. */
  risk_tags: string
  channel: string
  /** ISO 8601 with milliseconds, UTC. */
  registered_at: string
}

export const customerRowOf = (account: Account): CustomerRow => {
  const { person } = account
  return {
    account_id: account.accountId,
    name: person.name,
    gender: person.male ? '男' : '女',
    birthday: person.birthday,
    id_card: account.idCard ?? '',
    phone: account.phone,
    email: account.email ?? '',
    wechat_open_id: account.wechatOpenId ?? '',
    wechat_union_id: account.wechatUnionId ?? '',
    device_id: account.touchpoints[0].deviceId ?? '',
    province: person.city.province,
    city: person.city.name,
    address: person.address,
    education: person.education,
    occupation: person.occupation,
    marital_status: person.maritalStatus,
    monthly_income_fen: person.monthlyIncomeFen,
    credit_limit_fen: account.creditLimitFen,
    risk_tags: account.riskTags.join('|'),
    channel: account.channel,
    registered_at: new Date(account.registeredAtMs).toISOString(),
  }
}
