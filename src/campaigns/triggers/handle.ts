import type { StoredEvent } from '#customers'
import { type Ctx, isStoreAway } from '#platform'
import { among } from './among.ts'
import type { Arrival, Calls, Person } from './calls.ts'
import { type Completed, candidatesOf, completed, isOvertaken, keepFired } from './counted.ts'
import { type Families, familiesOf } from './families.ts'
import { matches } from './match.ts'
import { type Hit, letsIn, type Published, type Rules } from './rules.ts'
import { type Tallied, tally } from './tally.ts'

/** Somebody whom a trigger found, before the door. */
export interface Found extends Completed {
  of: Published
}

export interface Handled {
  entered: number
  arrivals: number
  found: number
}

/** Flat values only, and not many: what templates and conditions name is small. */
const mostProperties = 40
const longestText = 300
const triggerProperties = (properties: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value))
      .filter(([, value]) => typeof value !== 'string' || value.length <= longestText)
      .slice(0, mostProperties),
  )

const parsed = ({ properties }: StoredEvent): Readonly<Record<string, unknown>> =>
  JSON.parse(properties) as Readonly<Record<string, unknown>>

/** The rules that each event satisfies. Whoever was erased meanwhile satisfies none. */
const hitsOf = (rules: Rules, events: readonly StoredEvent[], families: Families): Hit[] => {
  const hits: Hit[] = []
  for (const event of events) {
    const no = families.rootOf(event.no)
    if (no === undefined) continue
    const properties = parsed(event)
    const at = new Date(event.atMs)
    for (const rule of rules.byEvent.get(event.event) ?? [])
      if (event.receivedAtMs >= rule.of.since.getTime() && matches(rule.match.where, properties, at))
        hits.push({ rule, event, no, properties })
  }
  return hits
}

const arrivalOf = ({ rule, event, no }: Hit): Arrival[] => {
  if (rule.role === 'trigger') return []
  const { campaignId, version } = rule.of
  return [
    {
      campaignId,
      version,
      customerNo: no,
      role: rule.role,
      step: rule.role === 'wait' ? rule.step : undefined,
      event: event.event,
      hash: String(event.hash),
      at: new Date(event.atMs),
      receivedAt: new Date(event.receivedAtMs),
    },
  ]
}

const isCounting = ({ rule }: Hit): boolean =>
  rule.role === 'trigger' && (rule.trigger.count > 1 || rule.trigger.without.length > 0)

/** Those it found, by version. */
const byVersion = (found: readonly Found[]): Map<Published, Found[]> => {
  const groups = new Map<Published, Found[]>()
  for (const one of found) groups.set(one.of, [...(groups.get(one.of) ?? []), one])
  return groups
}

const personOf = ({ no, event, properties }: Found): Person => ({
  customerNo: no,
  triggerKey: `event:${event.hash}`,
  trigger: triggerProperties(properties),
})

/** What a campaign's own question met, for the tally; a store that is away is everybody's, and thrown. */
const failureOf = (error: unknown): string => {
  if (isStoreAway(error) || !(error instanceof Error)) throw error
  return error.message.slice(0, 300)
}

/**
 * Lets people in whom these events let in, and tells those inside what arrived. Handled again the same events change
 * nothing: a key lets in once, a count is kept with the event that completed it.
 * @param lateMs how long after it happened an event may still let people in
 * @returns what came of it
 */
export const handleEvents = async (ctx: Ctx, work: Work): Promise<Handled> => {
  for (;;) {
    const handled = await handleOnce(ctx, work)
    if (handled !== 'overtaken') return handled
  }
}

interface Work {
  rules: Rules
  events: readonly StoredEvent[]
  calls: Calls
  lateMs: number
}

const handleOnce = async (ctx: Ctx, { rules, events, calls, lateMs }: Work): Promise<Handled | 'overtaken'> => {
  const now = ctx.now()
  const families = await familiesOf(
    ctx,
    events.map(({ no }) => no),
  )
  const hits = hitsOf(rules, events, families)
  const tallied: Tallied[] = []
  const say = (of: Published, outcome: Tallied['outcome'], count: number, detail?: string) => {
    if (count > 0) tallied.push({ campaignId: of.campaignId, outcome, count, ...(detail !== undefined && { detail }) })
  }

  const triggering = hits.filter(({ rule }) => rule.role === 'trigger' && letsIn(rule.of, now))
  const plain = triggering.filter((hit) => !isCounting(hit)).map((hit): Found => ({ ...hit, of: hit.rule.of }))
  const counting = await completed(ctx, candidatesOf(triggering.filter(isCounting)), families)
  const entering: { of: Published; people: Person[]; fired: Found[] }[] = []
  for (const [of, found] of byVersion([...plain, ...counting])) {
    const stale = found.filter(({ event }) => now.getTime() - event.atMs > lateMs)
    const late = stale.filter(({ event }) => event.receivedAtMs - event.atMs > lateMs)
    say(of, 'late', late.length)
    say(of, 'missed', stale.length - late.length)
    const good = found.filter((one) => !stale.includes(one))
    say(of, 'matched', good.length)
    try {
      const { only } = of.definition
      const nos = [...new Set(good.map(({ no }) => no))]
      const may = only ? await among(ctx, only, nos, of.audiences) : new Set(nos)
      entering.push({ of, people: good.filter(({ no }) => may.has(no)).map(personOf), fired: good })
    } catch (error) {
      say(of, 'failed', good.length, failureOf(error))
    }
  }

  const arrivals = hits.flatMap(arrivalOf)
  if (entering.length === 0 && arrivals.length === 0 && tallied.length === 0)
    return { entered: 0, arrivals: 0, found: 0 }
  // One order for all, so that two processes never wait for each other.
  entering.sort((a, b) => a.of.campaignId - b.of.campaignId)
  return ctx.tx(async (ctx): Promise<Handled | 'overtaken'> => {
    if (
      await isOvertaken(
        ctx,
        entering.flatMap(({ fired }) => fired.filter(({ counted }) => counted)),
      )
    )
      return 'overtaken'
    let entered = 0
    // What ends a journey comes before what begins one: the application that ends the last run does not end the next.
    if (arrivals.length > 0) await calls.arrived(ctx, arrivals)
    for (const { of, people, fired } of entering) {
      const { campaignId, version } = of
      if (people.length > 0) entered += await calls.enter(ctx, { campaignId, version, people })
      await keepFired(
        ctx,
        campaignId,
        fired.filter(({ counted }) => counted),
      )
    }
    await tally(ctx, tallied, now)
    return { entered, arrivals: arrivals.length, found: plain.length + counting.length }
  })
}
