import { setTimeout as pause } from 'node:timers/promises'
import { type Account, accountOf, startOf, type World, worldOf } from './accounts.ts'
import { contactOf } from './contacts.ts'
import { applicationOf } from './loans.ts'
import { type Message, messageOf } from './messages.ts'
import { Random, seedOf, stream } from './random.ts'
import { type Happening, longestSession, sessionOf, touchpointOf } from './sessions.ts'

export interface LiveOptions {
  seed: string
  /** Accounts of the company whose files were made with the same seed. */
  customers: number
  /** Average; arrivals are as irregular as real ones. */
  eventsPerSecond: number
  now: () => Date
  /** Ends the generator. */
  signal?: AbortSignal | undefined
}

interface Visit {
  account: Account
  /** Still to come, in order. */
  happenings: Happening[]
  next: number
}

// A few dozen visits at a time look like an ordinary morning.
const visitsAtOnce = 40

const visitOf = (random: Random, world: World, index: number, visitor: boolean): Visit => {
  const account = accountOf(world, index)
  const atMs = world.period.startMs
  const draw = random.float()
  const by = touchpointOf(random, account)
  const length = 2 + random.int(longestSession - 2)
  if (visitor) {
    return { account, happenings: sessionOf(random, account, { atMs, length, known: false, by }), next: 0 }
  }
  if (draw < 0.08 && account.creditLimitFen > 0) {
    const happenings = applicationOf(random, world, account, { atMs, number: 900_000 + random.int(100_000) })
    // Months of installments lie behind an application; today only sees it begin.
    return { account, happenings: happenings.filter(({ event }) => !event.startsWith('Installment')), next: 0 }
  }
  if (draw < 0.14) return { account, happenings: [contactOf(random, world, account, atMs)], next: 0 }
  return { account, happenings: sessionOf(random, account, { atMs, length, known: draw < 0.9, by }), next: 0 }
}

/**
 * What goes on at the company right now, without end: visits of its customers and of people who are none yet. Ids are
 * those of the files made with the same seed, so the messages land on customers already there.
 * @throws RangeError when a number lies outside its bounds
 */
export async function* liveEvents(options: LiveOptions): AsyncGenerator<Message, void, undefined> {
  const { customers, eventsPerSecond, now, signal } = options
  if (!(Number.isInteger(customers) && customers > 0)) throw new RangeError('customers is a whole number from 1')
  if (!(eventsPerSecond > 0 && eventsPerSecond <= 100_000)) {
    throw new RangeError('eventsPerSecond is more than 0 and at most 100,000')
  }
  const startedMs = now().getTime()
  const seed = seedOf(options.seed)
  const tag = `live-${startedMs.toString(36)}`
  const world = worldOf(seed, { customers, startMs: startOf(startedMs, 1), endMs: startedMs, tag })
  const random = new Random().start(seed, stream.live, startedMs % 4_294_967_296)
  const visits: Visit[] = []
  let dueMs = startedMs
  for (let number = 0; !signal?.aborted; number++) {
    const place = random.int(visitsAtOnce)
    let visit = visits[place]
    if (!visit || visit.next >= visit.happenings.length) {
      // One in twelve is a passer-by: an installation that belongs to no account.
      const visitor = random.chance(1 / 12)
      visit = visitOf(random, world, visitor ? customers + random.int(customers) : random.int(customers), visitor)
      visits[place] = visit
    }
    const happening = visit.happenings[visit.next]
    visit.next++
    if (!happening) continue
    dueMs += random.exponential(1_000 / eventsPerSecond)
    const waitMs = dueMs - now().getTime()
    if (waitMs > 1) {
      const stopped = await pause(waitMs, false, signal ? { signal } : {}).catch((reason: unknown) => {
        if (signal?.aborted) return true
        throw reason
      })
      if (stopped) return
    }
    yield messageOf(world, visit.account, { ...happening, atMs: now().getTime() }, number)
  }
}
