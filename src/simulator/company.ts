import { type Account, accountOf, startOf, type World, worldOf } from './accounts.ts'
import { hourMs } from './calendar.ts'
import { type CampaignOutcome, campaignsOf } from './campaigns.ts'
import { type Consent, consentsOf } from './consents.ts'
import { type CustomerRow, customerRowOf } from './customer-rows.ts'
import { type Strand, shareOfVisits, strandsOf, visitsOf } from './histories.ts'
import { idCapacity } from './id-numbers.ts'
import { type LoanRow, loanRowOf } from './loan-rows.ts'
import { type Message, messageOf } from './messages.ts'
import { hashAt, seedOf, stream } from './random.ts'
import { reach, relationOf } from './relations.ts'
import type { Happening } from './sessions.ts'
import { type Truth, truthOf } from './truth.ts'

export interface SimulationOptions {
  /** Accounts, 1 to `idCapacity` (18,031,365); persons are about 2 % fewer. */
  customers: number
  /** Any text. The same seed and arguments give the same bytes. */
  seed: string
  /** Calendar months of events, 1 to 60. */
  months: number
  /** Exclusive end of the period, milliseconds since 1970. */
  endAt: number
  /** How many events in all; by default 25 for each customer in six months. */
  events?: number | undefined
}

/** The options with nothing left open. */
type Settled = SimulationOptions & { events: number }

/** One account with all that happened to it, in no order yet. */
export interface History {
  account: Account
  consents: Consent[]
  happenings: Happening[]
  outcomes: CampaignOutcome[]
  /** What the account owes at the end of the period; undefined when it owes nothing. */
  owed: LoanRow | undefined
}

/** Customers with what happened to them, some hundred at a time. */
export type Chunk = readonly History[]

/** A made-up company. Each generator starts anew and holds one chunk of customers at a time. */
export interface Company {
  world: World
  options: Settled
  customers: () => Generator<CustomerRow, void, undefined>
  consents: () => Generator<{ accountId: string; consent: Consent }, void, undefined>
  /** In order of time within a chunk of customers, not across chunks. */
  events: () => Generator<Message, void, undefined>
  truth: () => Generator<Truth, void, undefined>
  /** All of it in one pass, for writing files. */
  chunks: () => Generator<Chunk, void, undefined>
}

const eventsPerCustomerMonth = 25 / 6
// A chunk of 20,000 events is some 15 MB as objects; smaller ones were no faster.
const eventsInChunk = 20_000
const customersInChunk = 1024

const checked = ({ customers, seed, months, endAt, events }: SimulationOptions): Settled => {
  const whole = (name: string, value: number, low: number, high: number): number => {
    if (Number.isInteger(value) && value >= low && value <= high) return value
    throw new RangeError(`${name} is a whole number from ${low} to ${high}, not ${value}`)
  }
  const wholeMonths = whole('months', months, 1, 60)
  return {
    customers: whole('customers', customers, 1, idCapacity),
    seed,
    months: wholeMonths,
    endAt: whole('endAt', endAt, Date.UTC(2000, 0), Date.UTC(2100, 0)),
    events: whole('events', events ?? Math.round(customers * wholeMonths * eventsPerCustomerMonth), 0, 1e12),
  }
}

/**
 * Takes whole strands out until a chunk has no more happenings than were asked for. Applications go first, the
 * registration last, because everything else stands on it.
 */
const thin = (strands: Strand[][], goal: number): number => {
  let count = 0
  for (const own of strands) for (const { happenings } of own) count += happenings.length
  while (count > goal) {
    for (const own of strands) {
      if (count <= goal) break
      count -= own.pop()?.happenings.length ?? 0
    }
  }
  return count
}

function* chunksOf(world: World, { customers, months, events }: Settled) {
  const each = events / customers
  const size = Math.min(customersInChunk, Math.max(16, Math.floor(eventsInChunk / Math.max(1, each))))
  const count = Math.max(1, Math.floor(customers / size))
  const campaigns = campaignsOf(world)
  const intensity = Math.min(1, each / months / eventsPerCustomerMonth)
  for (let chunk = 0; chunk < count; chunk++) {
    const first = Math.floor((customers * chunk) / count)
    const last = Math.floor((customers * (chunk + 1)) / count)
    const goal = Math.floor((events * last) / customers) - Math.floor((events * first) / customers)
    const accounts: Account[] = []
    for (let index = first; index < last; index++) accounts.push(accountOf(world, index))
    const strands = accounts.map((account) => strandsOf(world, account, { intensity, campaigns, months }))
    const rest = goal - thin(strands, goal)

    // What is left is shared out by how active each is; running sums make the parts add up exactly.
    const weights = accounts.map((account) => shareOfVisits(world, account))
    const weight = weights.reduce((sum, own) => sum + own, 0)
    let reached = 0
    let given = 0
    const histories = accounts.map((account, place): History => {
      reached += weights[place] ?? 0
      const upTo = place === accounts.length - 1 ? rest : Math.floor((rest * reached) / weight)
      const own = strands[place] ?? []
      const happenings = visitsOf(world, account, upTo - given)
      given = upTo
      for (const strand of own) for (const happening of strand.happenings) happenings.push(happening)
      return {
        account,
        consents: consentsOf(world, account),
        happenings,
        outcomes: own.flatMap(({ outcome }) => outcome ?? []),
        owed: loanRowOf(
          account,
          own.flatMap(({ loan }) => loan ?? []),
          happenings,
          world.period.endMs,
        ),
      }
    })
    yield histories satisfies Chunk
  }
}

/** A chunk's messages in order of time; equal times keep the order of customers. */
export const messagesOf = (world: World, chunk: Chunk): Message[] => {
  const timed: { atMs: number; message: Message }[] = []
  for (const { account, happenings } of chunk) {
    happenings.sort((a, b) => a.atMs - b.atMs)
    let number = 0
    for (const happening of happenings) {
      timed.push({ atMs: happening.atMs, message: messageOf(world, account, happening, number) })
      number++
    }
  }
  timed.sort((a, b) => a.atMs - b.atMs)
  return timed.map(({ message }) => message)
}

/** What is true of the persons whose first account lies in a chunk. Their later accounts may lie in the next one. */
export function* truthsOf(world: World, chunk: Chunk): Generator<Truth, void, undefined> {
  for (const { account, outcomes } of chunk) {
    if (account.relation.kind !== 'own') continue
    const accounts: [Account, ...Account[]] = [account]
    for (let index = account.index + 1; index <= account.index + reach && index < world.customers; index++) {
      if (relationOf(world.seed, index).person === account.index) accounts.push(accountOf(world, index))
    }
    yield truthOf(accounts, outcomes)
  }
}

/**
 * A made-up company, 明月消费金融, and its truth. Nothing is made before it is asked for.
 * @throws RangeError when a number lies outside its bounds
 */
export const simulate = (asked: SimulationOptions): Company => {
  const options = checked(asked)
  const { customers, seed: text, months, endAt, events } = options
  const seed = seedOf(text)
  const run = seedOf([text, customers, months, endAt, events].join('|'))
  const tag = hashAt(run, stream.live, 0).toString(36).padStart(7, '0')
  const world = worldOf(seed, { customers, startMs: startOf(endAt, months), endMs: endAt, tag })
  if (world.period.endMs - world.period.startMs < hourMs) throw new RangeError('The period is shorter than an hour')
  return {
    world,
    options,
    *customers() {
      for (let index = 0; index < customers; index++) yield customerRowOf(accountOf(world, index))
    },
    *consents() {
      for (let index = 0; index < customers; index++) {
        const account = accountOf(world, index)
        for (const consent of consentsOf(world, account)) yield { accountId: account.accountId, consent }
      }
    },
    *events() {
      for (const chunk of chunksOf(world, options)) yield* messagesOf(world, chunk)
    },
    *truth() {
      for (const chunk of chunksOf(world, options)) yield* truthsOf(world, chunk)
    },
    chunks: () => chunksOf(world, options),
  }
}

/** The company that the demo shows: 20,000 customers and half a million events in six months. */
export const demoCompany = { customers: 20_000, events: 500_000, months: 6, seed: 'mingyue' } as const
