import type { Account, World } from './accounts.ts'
import { civilOf, dayMs, dayOf, dayOfDate, hourMs, minuteMs, momentBetween, startOfDay } from './calendar.ts'
import { allows, consentsOf } from './consents.ts'
import { applicationOf } from './loans.ts'
import type { Random } from './random.ts'
import type { Happening } from './sessions.ts'

/** A month's campaign: some of those who may be asked are drawn, seven in ten of them get the message, the others are the holdout. */
export interface Campaign {
  name: string
  number: number
  launchMs: number
  withCoupon: boolean
}

/** What a campaign did to one account, with both roads: the one taken and the one not taken. */
export interface CampaignOutcome {
  campaign: string
  treated: boolean
  /** Applies within five days if the message is sent. */
  respondsIfSent: boolean
  /** Applies within five days if it is not. */
  respondsIfNot: boolean
}

/** Share of a campaign's draw that gets the message. */
export const treatedShare = 0.7
const responseMs = 5 * dayMs

const launchDates = [10, 18, 15, 6, 25, 11] as const

/** One campaign a month, at ten in the morning, half of them with a coupon. */
export const campaignsOf = ({ period: { startMs, endMs } }: World): Campaign[] => {
  const campaigns: Campaign[] = []
  const first = civilOf(dayOf(startMs))
  for (let number = 0; ; number++) {
    const date = launchDates[number % launchDates.length] ?? 10
    const day = dayOfDate(first.year, first.month + number, date)
    const launchMs = startOfDay(day) + 10 * hourMs
    if (launchMs + 2 * hourMs >= endMs) return campaigns
    if (launchMs < startMs) continue
    const { year, month } = civilOf(day)
    campaigns.push({
      name: `autumn_moon_${year}_${String(month).padStart(2, '0')}`,
      number,
      launchMs,
      withCoupon: number % 2 === 0,
    })
  }
}

/** The road the account took through a campaign, and what it left behind. */
export const campaignOf = (
  random: Random,
  world: World,
  account: Account,
  campaign: Campaign,
): { happenings: Happening[]; outcome: CampaignOutcome } | undefined => {
  const consents = consentsOf(world, account)
  const channel = allows(consents, 'wechat') ? 'wechat' : allows(consents, 'sms') ? 'sms' : undefined
  if (!channel) return undefined
  const { latent } = account.person
  const treated = random.chance(treatedShare)
  // One draw for both roads: nobody who comes unasked stays away only because the dice were thrown again.
  const draw = random.float()
  const outcome: CampaignOutcome = {
    campaign: campaign.name,
    treated,
    respondsIfSent: draw < latent.treatedResponseProbability,
    respondsIfNot: draw < latent.baseResponseProbability,
  }
  const responds = treated ? outcome.respondsIfSent : outcome.respondsIfNot
  const happenings: Happening[] = []
  const put = (atMs: number, event: string, properties: Happening['properties']): void => {
    happenings.push({
      atMs: Math.floor(atMs),
      event,
      properties: { channel, ...properties },
      by: undefined,
      known: true,
    })
  }
  const about = { campaign: campaign.name }
  let respondedMs = 0
  if (responds) {
    const from = campaign.launchMs + 20 * minuteMs
    const until = Math.min(campaign.launchMs + responseMs, world.period.endMs)
    respondedMs = momentBetween(random, world.period, from, until)
  }
  const coupon = treated && campaign.withCoupon ? `CP-${account.index.toString(36)}-${campaign.number}` : undefined
  if (treated) {
    const sentMs = campaign.launchMs + random.float() * 15 * minuteMs
    const message = { ...about, message_id: `MS-${account.index.toString(36)}-${campaign.number}` }
    put(sentMs, 'Message Sent', message)
    if (random.chance(0.97)) {
      put(sentMs + random.between(800, 40_000), 'Message Delivered', message)
      if (coupon) put(sentMs + 500, 'Coupon Issued', { ...about, coupon_id: coupon, amount_fen: 3_000 })
      if (responds ? random.chance(0.75) : random.chance(0.06)) {
        const clickMs = responds
          ? respondedMs - random.between(20_000, 90_000)
          : sentMs + random.exponential(5 * hourMs)
        put(clickMs, 'Message Clicked', message)
      }
    }
    if (latent.upliftClass === 'sleepingDog' && random.chance(0.1)) {
      put(sentMs + random.between(hourMs, 30 * hourMs), 'Complaint Filed', { ...about, topic: 'marketing_disturbance' })
    }
  } else {
    put(campaign.launchMs, 'Holdout Assigned', about)
  }
  if (responds) {
    happenings.push(
      ...applicationOf(random, world, account, { atMs: respondedMs, number: 100 + campaign.number, coupon }),
    )
  }
  return { happenings: happenings.filter(({ atMs }) => atMs < world.period.endMs), outcome }
}
