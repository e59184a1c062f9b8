import type { Ctx } from '#platform'
import type { SendRequest, SendVerdict } from '../gate/send-request.ts'
import { holdUnmoved, type Traveller } from './claim.ts'
import type { Facts } from './facts.ts'
import { later } from './local-time.ts'
import { type Going, goingFrom, type Ledger, openLedger } from './settle.ts'
import type { RunningVersion } from './versions.ts'
import { moveAt } from './walk.ts'

/** The gate: a verdict for each request in its order, the send rows written, in the transaction of `ctx`. */
export type Decide = (ctx: Ctx, requests: readonly SendRequest[]) => Promise<readonly SendVerdict[]>

/** More steps than a journey has in one go mean a loop that nothing holds up; validation keeps those from being published. */
const mostHops = 250
/** A loop of a minute's wait reaches this in a week. */
const mostPasses = 10_000
/** A message that hours hold back longer is refused. */
const goodForDays = { amount: 7, unit: 'days' } as const

export interface Group {
  version: RunningVersion
  facts: Facts
  people: readonly Traveller[]
}

/**
 * Moves a set of people on, each as far as he goes without waiting, in one transaction: places, sends, counts and passages
 * together, so that after a crash either all of a move is there or none. Whoever was moved since he was read is left alone.
 * @returns how many were held and looked at
 */
export const advance = (ctx: Ctx, groups: readonly Group[], decide: Decide): Promise<number> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const held = await holdUnmoved(
      ctx,
      groups.flatMap(({ people }) => people),
    )
    const versions = new Map(groups.map(({ version }) => [`${version.campaignId} ${version.version}`, version]))
    const looping = (one: Going) => versions.get(`${one.campaignId} ${one.version}`)?.looping ?? new Set<string>()
    const ledger = openLedger(now, looping)
    const all: Going[] = []
    let walking: Walker[] = []
    for (const { version, facts, people } of groups)
      for (const traveller of people) {
        if (!held.has(traveller.id)) continue
        const one = goingFrom(traveller)
        all.push(one)
        walking.push({ one, version, facts, hops: 0, asked: undefined })
      }
    // Everybody walks until he rests or the gate has to say; the gate is asked for all at once, and they go on.
    while (walking.length > 0) {
      const waiting: Walker[] = []
      const requests: SendRequest[] = []
      for (const walker of walking) {
        if (!walk(walker, ledger, now)) continue
        waiting.push(walker)
        requests.push(requestOf(walker, now))
      }
      if (waiting.length === 0) break
      // At the same instant: a send that the gate planned a millisecond later would keep everybody for another round.
      const verdicts = await decide({ ...ctx, now: () => now }, requests)
      if (verdicts.length !== requests.length) throw new Error('the gate did not answer every request')
      waiting.forEach((walker, i) => {
        walker.asked = verdicts[i]
      })
      walking = waiting
    }
    await ledger.write(ctx, all)
    return all.length
  })

interface Walker {
  one: Going
  version: RunningVersion
  facts: Facts
  hops: number
  /** The gate's verdict on where he stands. */
  asked: SendVerdict | undefined
}

/** As far as he goes. @returns whether the gate has to say first */
const walk = (walker: Walker, ledger: Ledger, now: Date): boolean => {
  const { one, version, facts } = walker
  const { steps } = version.definition.journey
  const fail = (reason: string) => ledger.leave(one, 'failed', null, { state: 'failed', reason })
  while (one.state === 'active') {
    const over = facts.over.get(one.id)
    const step = steps[one.step]
    if (!step) {
      fail('unknownStep')
      return false
    }
    if (over && (step.kind === 'message' || step.kind === 'task') && !walker.asked) {
      endBy(one, over, ledger)
      return false
    }
    if (walker.hops > mostHops || one.pass > mostPasses) {
      fail('endlessLoop')
      return false
    }
    const zone = facts.zoneOf(one.customerNo)
    const place = { ...one, entryId: one.id }
    const move = moveAt(step, place, { now, zone, fact: facts.of(one.id, one.step), verdict: walker.asked })
    switch (move.is) {
      case 'send':
        return true
      case 'go':
        if (move.arm !== undefined) one.arm = move.arm
        if (move.goal) one.goalAt ??= now
        walker.asked = undefined
        walker.hops += 1
        ledger.leave(one, move.edge, move.to)
        break
      case 'rest':
        ledger.rest(one, move.until)
        return false
      case 'ask':
        // Found out by the next look: it is his turn at once.
        ledger.rest(one, now)
        return false
      case 'exit':
        ledger.leave(one, 'exited', null, { state: 'exited', reason: move.reason })
        return false
      case 'fail':
        fail(move.reason)
        return false
    }
  }
  return false
}

/** Ends the journey of somebody who did what it is for, or what ends it. */
export const endBy = (one: Going, { role, at }: { role: 'goal' | 'exit'; at: Date }, ledger: Ledger): void => {
  if (role === 'goal') one.goalAt ??= at
  const end =
    role === 'goal' ? { state: 'converted' as const, reason: null } : { state: 'exited' as const, reason: 'event' }
  ledger.leave(one, end.state, null, end)
}

const requestOf = ({ one, version, facts }: Walker, now: Date): SendRequest => {
  const { definition, category, priority } = version
  const step = definition.journey.steps[one.step]
  if (step?.kind !== 'message' && step?.kind !== 'task') throw new Error(`step ${one.step} sends nothing`)
  const zone = facts.zoneOf(one.customerNo)
  return {
    campaignId: one.campaignId,
    version: one.version,
    step: one.step,
    customerNo: one.customerNo,
    entryNo: one.entryNo,
    pass: one.pass,
    entryId: one.id,
    category,
    purpose: definition.purpose,
    product: definition.product,
    personalised: definition.personalised,
    priority,
    channels: step.kind === 'message' ? step.channels : [{ channel: step.channel, creativeId: step.creativeId }],
    ...(step.offerId !== undefined && { offerId: step.offerId }),
    ...(one.arm !== null && { arm: one.arm }),
    budget: definition.budget,
    holdout: definition.holdout,
    notAfter: later(now, (step.kind === 'message' ? step.goodFor : step.dueIn) ?? goodForDays, zone),
  }
}
