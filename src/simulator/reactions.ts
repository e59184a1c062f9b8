import { type Account, accountOf, startOf, type World, worldOf } from './accounts.ts'
import { applicationOf } from './loans.ts'
import { type Message, messageOf } from './messages.ts'
import { Random, seedOf, shareAt, stream } from './random.ts'

/** Somebody who may get messages, and what is true of how he takes them. */
export interface Resident {
  accountId: string
  phone: string
  email: string | undefined
  wechatOpenId: string | undefined
  /**
   * Whether he applies.
   * @param message what he got: `clear` names the price before anything else; undefined when he got nothing
   */
  applies: (message: { clear: boolean } | undefined) => boolean
  /** Writes back that he wants no more of it. */
  optsOut: boolean
  complains: boolean
  /** Pays when he is reminded, rather than later. */
  paysWhenReminded: boolean
}

/** People of the made-up company beside their phones. */
export interface Crowd {
  /** One for each account that a person opened for himself; with a credit line, so that he can apply. */
  residents: readonly Resident[]
  /** What the tracking API hears of an application: from the first look to the decision, all of it now. */
  application: (resident: Resident) => Message[]
  payment: (resident: Resident) => Message[]
  complaint: (resident: Resident) => Message[]
}

/** Of those whom a message moves, some read on only when the price comes first. */
const movedByAnyWords = 0.65
const optOutShare = { sleepingDog: 0.2, other: 0.012 } as const
const complaintShare = { sleepingDog: 0.03, other: 0.0004 } as const
const payShare = 0.55

const draws = { applies: 0, optsOut: 1, complains: 2, pays: 3 } as const

const residentOf = (world: World, account: Account): Resident => {
  const { latent } = account.person
  // Per person: who has two accounts is one pair of eyes.
  const draw = (salt: number) => shareAt(world.seed, stream.reaction, account.relation.person, salt)
  const { baseResponseProbability: base, treatedResponseProbability: treated } = latent
  const dog = latent.upliftClass === 'sleepingDog' ? 'sleepingDog' : 'other'
  return {
    accountId: account.accountId,
    phone: account.phone,
    email: account.email,
    wechatOpenId: account.wechatOpenId,
    // One draw for all roads, as in the campaigns of the past.
    applies: (message) =>
      draw(draws.applies) < (message ? base + (treated - base) * (message.clear ? 1 : movedByAnyWords) : base),
    optsOut: draw(draws.optsOut) < optOutShare[dog],
    complains: draw(draws.complains) < complaintShare[dog],
    paysWhenReminded: draw(draws.pays) < payShare,
  }
}

/**
 * How the company's customers take what they are sent, by the truth that `truth.jsonl` tells.
 * @param customers accounts of the company whose files were made with the same seed
 */
export const crowdOf = ({ seed, customers, at }: { seed: string; customers: number; at: Date }): Crowd => {
  const nowMs = at.getTime()
  // The end lies ahead, so that an application is told to its decision.
  const world = worldOf(seedOf(seed), {
    customers,
    startMs: startOf(nowMs, 1),
    endMs: nowMs + 3_600_000,
    tag: `reply-${nowMs.toString(36)}`,
  })
  const random = new Random().start(world.seed, stream.reaction, nowMs % 4_294_967_296)
  const residents: Resident[] = []
  const indexes = new Map<string, number>()
  for (let index = 0; index < customers; index++) {
    const account = accountOf(world, index)
    if (account.relation.kind !== 'own' || account.creditLimitFen === 0) continue
    residents.push(residentOf(world, account))
    indexes.set(account.accountId, index)
  }
  let number = 0
  const told = (resident: Resident, happenings: (account: Account) => ReturnType<typeof applicationOf>): Message[] => {
    const account = accountOf(world, indexes.get(resident.accountId) ?? 0)
    return happenings(account).map((happening) => messageOf(world, account, happening, number++))
  }
  const system = (event: string, properties: Record<string, string | number>) => [
    { atMs: nowMs, event, properties, by: undefined, known: true },
  ]
  return {
    residents,
    application: (resident) =>
      told(resident, (account) =>
        applicationOf(random, world, account, { atMs: nowMs, number: 800_000 + random.int(100_000) }).filter(
          ({ event }) => !event.startsWith('Installment'),
        ),
      ),
    payment: (resident) => told(resident, () => system('Installment Paid', { channel: 'app', days_late: 0 })),
    complaint: (resident) =>
      told(resident, () => system('Complaint Filed', { channel: 'call', topic: 'marketing_disturbance' })),
  }
}
