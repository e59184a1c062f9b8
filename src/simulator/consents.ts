import type { Account, World } from './accounts.ts'
import { dayMs } from './calendar.ts'
import { clamp, Random, stream } from './random.ts'

export type ConsentChannel = 'sms' | 'email' | 'wechat' | 'call'

/** One line of the consent history: what the customer said, when, to which text, and what shows it. */
export interface Consent {
  purpose: 'marketing'
  channel: ConsentChannel
  status: 'granted' | 'refused' | 'withdrawn'
  atMs: number
  noticeVersion: string
  evidence: string
}

const random = new Random()
const grantedShare: Record<ConsentChannel, number> = { sms: 0.68, wechat: 0.74, email: 0.55, call: 0.32 }
const withdrawnShare = 0.07

/**
 * What the account's owner said about marketing, channel by channel, oldest word first: granted or refused on
 * registration, sometimes withdrawn later. Who never had an address for a channel was never asked.
 */
export const consentsOf = (world: World, account: Account): Consent[] => {
  random.start(world.seed, stream.consent, account.index)
  const consents: Consent[] = []
  // Those who like to be left alone say no more often, everywhere.
  const mood = account.person.latent.upliftClass === 'sleepingDog' ? 0.8 : 1
  const { registeredAtMs, accountId, channel: source } = account
  const { startMs, endMs } = world.period
  const noticeVersion = registeredAtMs < startMs ? 'v1' : 'v2'
  const evidence = `${source === 'branch' ? 'paper-form' : `${source}-registration`}/${accountId}`
  const ask = (channel: ConsentChannel): void => {
    const granted = random.chance(grantedShare[channel] * mood)
    const about = { purpose: 'marketing', channel, noticeVersion } as const
    consents.push({ ...about, status: granted ? 'granted' : 'refused', atMs: registeredAtMs, evidence })
    if (!granted || !random.chance(withdrawnShare)) return
    const atMs = Math.floor(clamp(registeredAtMs + random.float() * 400 * dayMs, registeredAtMs + 60_000, endMs - 1))
    consents.push({ ...about, status: 'withdrawn', atMs, evidence: `settings-page/${accountId}` })
  }
  ask('sms')
  if (account.wechatOpenId) ask('wechat')
  if (account.email) ask('email')
  ask('call')
  return consents
}

/** Whether the last word for a channel is yes. */
export const allows = (consents: readonly Consent[], channel: ConsentChannel): boolean =>
  consents.findLast((consent) => consent.channel === channel)?.status === 'granted'
