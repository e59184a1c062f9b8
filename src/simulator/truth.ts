import type { Account } from './accounts.ts'
import type { CampaignOutcome } from './campaigns.ts'
import { accountIdOf } from './identifiers.ts'
import type { Latent } from './persons.ts'
import type { AccountKind } from './relations.ts'

/** What is true of one person and written to no file that is imported. A line of `truth.jsonl`. */
export interface Truth extends Latent {
  /** The first account's id stands for the person. */
  person: string
  accounts: { accountId: string; kind: AccountKind }[]
  phones: string[]
  idCards: string[]
  emails: string[]
  wechatOpenIds: string[]
  wechatUnionIds: string[]
  deviceIds: string[]
  anonymousIds: string[]
  /** Another person who gave the same phone: one number, two people. */
  sharesPhoneWith?: string
  /** Another person who uses the same handset. */
  sharesDeviceWith?: string
  campaigns: CampaignOutcome[]
}

const distinct = (values: (string | undefined)[]): string[] => [
  ...new Set(values.filter((value) => value !== undefined)),
]

/** @param accounts all of one person's, the first one first */
export const truthOf = (accounts: readonly [Account, ...Account[]], campaigns: CampaignOutcome[]): Truth => {
  const [first] = accounts
  const { phoneOwner, deviceOwner } = first.relation
  const touchpoints = accounts.flatMap((account) => account.touchpoints)
  return {
    person: first.accountId,
    accounts: accounts.map(({ accountId, relation: { kind } }) => ({ accountId, kind })),
    phones: distinct(accounts.map(({ phone }) => phone)),
    idCards: distinct(accounts.map(({ idCard }) => idCard)),
    emails: distinct(accounts.map(({ email }) => email)),
    wechatOpenIds: distinct(accounts.map(({ wechatOpenId }) => wechatOpenId)),
    wechatUnionIds: distinct(accounts.map(({ wechatUnionId }) => wechatUnionId)),
    deviceIds: distinct(touchpoints.map(({ deviceId }) => deviceId)),
    anonymousIds: distinct(touchpoints.map(({ anonymousId }) => anonymousId)),
    ...(phoneOwner === undefined ? {} : { sharesPhoneWith: accountIdOf(phoneOwner) }),
    ...(deviceOwner === undefined ? {} : { sharesDeviceWith: accountIdOf(deviceOwner) }),
    ...first.person.latent,
    campaigns,
  }
}
