import type { Account, World } from './accounts.ts'
import { dayMs, hourMs, minuteMs, momentBetween, shareAfter } from './calendar.ts'
import { type Campaign, type CampaignOutcome, campaignOf } from './campaigns.ts'
import { contactOf } from './contacts.ts'
import { applicationOf, type Loan, runningLoanOf } from './loans.ts'
import { Random, stream } from './random.ts'
import { type Happening, longestSession, longestSessionMs, sessionOf, touchpointOf } from './sessions.ts'

/** Happenings that only make sense together; a history stays true when one whole strand is taken out. */
export interface Strand {
  happenings: Happening[]
  outcome?: CampaignOutcome
  /** A loan that was drawn before the period began. */
  loan?: Loan
}

/** How busy the company's business is beside an ordinary one, 0 to 1; less than 1 when few events were asked for. */
export type Intensity = number

const runningLoanShare = 0.34
const drawnIntoCampaign = 0.32
const applicationsAMonth = 0.07

const random = new Random()

const registrationOf = (world: World, account: Account): Strand => {
  const { registeredAtMs, channel } = account
  const happenings: Happening[] = []
  const put = (atMs: number, event: string, by: Happening['by'], known: boolean): void => {
    happenings.push({ atMs, event, properties: { channel }, by, known })
  }
  if (channel === 'branch') {
    // The counter notes the visit once the account exists, with the time at which it began.
    put(registeredAtMs - 15 * minuteMs, 'Branch Visited', undefined, true)
    put(registeredAtMs, 'Account Registered', undefined, true)
  } else {
    const by = account.touchpoints.find((point) => point.channel === channel) ?? account.touchpoints[0]
    const looks = random.int(3)
    for (let i = 0; i <= looks; i++) {
      // The last look leads to the registration, the earlier ones lie up to ten days back.
      const atMs =
        i === looks
          ? registeredAtMs - longestSessionMs
          : registeredAtMs - hourMs - Math.floor(random.float() * 10 * dayMs)
      happenings.push(...sessionOf(random, account, { atMs, length: 2 + random.int(3), known: false, by }))
    }
    put(registeredAtMs, 'Account Registered', by, true)
  }
  if (account.idCard) {
    put(registeredAtMs + 2 * minuteMs + random.int(6 * minuteMs), 'Identity Verified', happenings.at(-1)?.by, true)
  }
  const { startMs, endMs } = world.period
  return { happenings: happenings.filter(({ atMs }) => atMs >= startMs && atMs < endMs) }
}

/** The strands of a life with the company: registration, a loan that runs, campaigns, applications. Empty ones are left out. */
export const strandsOf = (
  world: World,
  account: Account,
  { intensity, campaigns, months }: { intensity: Intensity; campaigns: readonly Campaign[]; months: number },
): Strand[] => {
  random.start(world.seed, stream.history, account.index)
  const { startMs, endMs } = world.period
  const strands: Strand[] = []
  const inPeriod = account.registeredAtMs >= startMs
  if (inPeriod) strands.push(registrationOf(world, account))
  const borrows = account.idCard !== undefined && account.creditLimitFen > 0
  if (!inPeriod && borrows && random.chance(runningLoanShare * intensity)) {
    strands.push(runningLoanOf(random, world, account))
  }
  const knownFromMs = Math.max(startMs, account.registeredAtMs + 10 * minuteMs)
  if (borrows && account.relation.kind === 'own') {
    for (const campaign of campaigns) {
      if (campaign.launchMs < knownFromMs || !random.chance(drawnIntoCampaign * intensity)) continue
      const strand = campaignOf(random, world, account, campaign)
      if (strand) strands.push(strand)
    }
  }
  const applications = applicationsAMonth * intensity * months * shareAfter(world.period, knownFromMs)
  let number = 0
  if (borrows && inPeriod && random.chance(0.45 * intensity)) {
    number++
    const atMs = Math.min(knownFromMs + random.float() * hourMs, endMs - minuteMs)
    strands.push({ happenings: applicationOf(random, world, account, { atMs, number }) })
  }
  for (let expected = borrows ? applications * account.person.latent.activity : 0; expected > 0; expected--) {
    if (!random.chance(Math.min(1, expected))) continue
    number++
    const atMs = momentBetween(random, world.period, knownFromMs, endMs - minuteMs)
    strands.push({ happenings: applicationOf(random, world, account, { atMs, number }) })
  }
  return strands.filter(({ happenings }) => happenings.length > 0)
}

/** How much of the ordinary coming and going falls to an account beside others. */
export const shareOfVisits = (world: World, account: Account): number =>
  account.person.latent.activity * Math.max(1e-6, shareAfter(world.period, account.registeredAtMs))

/** Exactly so many happenings of ordinary coming and going: visits, now and then a call or a counter. */
export const visitsOf = (world: World, account: Account, count: number): Happening[] => {
  random.start(world.seed, stream.sessions, account.index)
  const { period } = world
  const fromMs = Math.max(period.startMs, account.registeredAtMs + 10 * minuteMs)
  const untilMs = period.endMs - longestSessionMs
  const happenings: Happening[] = []
  while (happenings.length < count) {
    if (random.chance(0.07)) {
      happenings.push(contactOf(random, world, account, fromMs))
      continue
    }
    const length = Math.min(
      count - happenings.length,
      2 + Math.floor(Math.min(random.exponential(3.4), longestSession - 2)),
    )
    const atMs = momentBetween(random, period, fromMs, untilMs)
    const by = touchpointOf(random, account)
    // Not everyone signs in to look around: the visit then carries the installation's id alone.
    const known = !random.chance(0.12)
    happenings.push(...sessionOf(random, account, { atMs, length, known, by }))
  }
  return happenings
}
