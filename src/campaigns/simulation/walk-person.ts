import { placeOf } from '../experiments/assign.ts'
import { type GateFacts, type GateRules, type GateVerdict, gate, type PersonFacts } from '../gate/gate.ts'
import type { SendRequest, SendVerdict } from '../gate/send-request.ts'
import type { Step } from '../journeys/journey-contract.ts'
import { later } from '../journeys/local-time.ts'
import { type Fact, moveAt } from '../journeys/walk.ts'
import type { OfferContent } from '../offers/offer-contract.ts'
import type { Frozen } from '../plans/frozen.ts'
import type { SimulationRequest, simulationEnds } from './simulation-contract.ts'

/**
 * One person through a journey, with a clock that jumps over waits. Pure: the moves are those of the engine and the verdicts
 * those of the gate, so what is shown is what would be done; nothing is written.
 */

export interface World {
  campaignId: number
  version: number
  frozen: Pick<Frozen, 'definition' | 'category' | 'priority'>
  offers: ReadonlyMap<number, OfferContent>
  rules: GateRules
  seed: string
  startAt: Date
  until: Date
  assume: SimulationRequest['assume']
  /** Branches, scores and dates as of now. */
  factOf: (no: number, step: string) => Fact | undefined
}

export interface Visit {
  step: string
  at: Date
  leftAt: Date | null
  edge: string | null
  verdict: GateVerdict | null
}

export interface Path {
  no: number
  visits: Visit[]
  end: (typeof simulationEnds)[number]
  endedAt: Date
  reason: string | null
}

/** As the engine has it: more hops in one go mean a loop that nothing holds up. */
const mostVisits = 500
const goodForDays = { amount: 7, unit: 'days' } as const

type Sending = Extract<Step, { kind: 'message' | 'task' }>

const requestOf = (
  world: World,
  step: Sending,
  id: string,
  no: number,
  pass: number,
  now: Date,
  zone: string,
): SendRequest => {
  const { definition, category, priority } = world.frozen
  return {
    campaignId: world.campaignId,
    version: world.version,
    step: id,
    customerNo: no,
    entryNo: 1,
    pass,
    entryId: '0',
    category,
    purpose: definition.purpose,
    product: definition.product,
    personalised: definition.personalised,
    priority,
    channels: step.kind === 'message' ? step.channels : [{ channel: step.channel, creativeId: step.creativeId }],
    ...(step.offerId !== undefined && { offerId: step.offerId }),
    budget: definition.budget,
    holdout: definition.holdout,
    notAfter: later(now, (step.kind === 'message' ? step.goodFor : step.dueIn) ?? goodForDays, zone),
  }
}

/** What the engine is told; a simulated send has no row. */
const toldOf = (verdict: GateVerdict): SendVerdict =>
  verdict.decision === 'refused'
    ? { decision: 'refused', sendId: '', refusal: verdict.reason.refusal, again: false }
    : { ...verdict, sendId: '', again: false }

/** A number in [0, 1) by the seed, for one person and step. */
const drawn = ({ seed }: World, what: string, no: number, step: string): number =>
  placeOf(`${seed} ${what} ${step}`, String(no))

/** When what a step waits for comes, of those it comes to: anywhere within the wait, drawn by the seed. */
const comesAt = (
  world: World,
  no: number,
  step: string,
  arrivedAt: Date,
  until: Date,
): { what: string; at: Date } | undefined => {
  const assumed = world.assume[step]
  if (!assumed || drawn(world, 'whether', no, step) >= assumed.share) return undefined
  const at = arrivedAt.getTime() + drawn(world, 'when', no, step) * (until.getTime() - arrivedAt.getTime())
  return { what: assumed.what, at: new Date(Math.ceil(at)) }
}

/** What was used of the budget so far, by those walked before. */
export interface Used {
  sends: number
  costMillifen: number
}

/** @param person his facts; contacts of the walk are counted against it, and it is left as it was */
export const walkPerson = (world: World, person: PersonFacts, used: Used): Path => {
  const { no, zone } = person
  const { steps, start } = world.frozen.definition.journey
  const contacts = [...person.contacts]
  const visits: Visit[] = []
  const passes = new Map<string, number>()
  let now = world.startAt
  const ended = (end: Path['end'], reason: string | null = null): Path => ({ no, visits, end, endedAt: now, reason })
  for (let id: string | null = start; id !== null; ) {
    const step: Step | undefined = steps[id]
    if (!step) return ended('failed', 'unknownStep')
    if (visits.length >= mostVisits) return ended('failed', 'endlessLoop')
    const pass: number = (passes.get(id) ?? 0) + 1
    passes.set(id, pass)
    const arrivedAt: Date = now
    const visit: Visit = { step: id, at: arrivedAt, leftAt: null, edge: null, verdict: null }
    visits.push(visit)
    let heard: string | null = null
    let verdict: SendVerdict | undefined
    let next: string | null | undefined
    while (next === undefined) {
      const place = {
        campaignId: world.campaignId,
        entryId: `${world.seed} ${no}`,
        customerNo: no,
        step: id,
        pass,
        arrivedAt,
        heard,
      }
      // An update is not made: what comes after it is seen as if nothing had changed.
      const fact: Fact | undefined =
        step.kind === 'update' ? { done: true } : step.kind === 'waitEvent' ? { came: false } : world.factOf(no, id)
      const move = moveAt(step, place, { now, zone, fact, verdict })
      if (move.is === 'send' && (step.kind === 'message' || step.kind === 'task')) {
        const request = requestOf(world, step, id, no, pass, now, zone)
        const facts: GateFacts = {
          campaign: { state: 'running' },
          person: { ...person, contacts },
          offer: step.offerId === undefined ? undefined : world.offers.get(step.offerId),
          used,
        }
        visit.verdict = gate(request, facts, { ...world.rules, now })
        verdict = toldOf(visit.verdict)
        if (visit.verdict.decision === 'refused') continue
        used.sends += 1
        used.costMillifen += visit.verdict.costMillifen
        const { category, product, purpose, priority } = request
        const { channel, notBefore } = visit.verdict
        contacts.push({
          sendId: '',
          customerNo: request.customerNo,
          campaignId: world.campaignId,
          step: request.step,
          category,
          product,
          purpose,
          priority,
          channel,
          at: notBefore.getTime(),
          planned: false,
        })
        continue
      }
      if (move.is === 'go') {
        visit.edge = move.edge
        visit.leftAt = now
        next = move.to
      } else if (move.is === 'rest') {
        if (!move.until) return ended('waiting')
        const comes: { what: string; at: Date } | undefined =
          heard === null && (step.kind === 'waitEvent' || (step.kind === 'task' && step.outcomes && verdict))
            ? comesAt(world, no, id, arrivedAt, endOfWait(step, arrivedAt, zone) ?? move.until)
            : undefined
        const at: Date = comes && comes.at <= move.until ? comes.at : move.until
        if (at > world.until) return { ...ended('beyond'), endedAt: world.until }
        if (comes && comes.at <= move.until) heard = comes.what
        now = at > now ? at : now
      } else if (move.is === 'exit') {
        visit.leftAt = now
        return ended('exited', move.reason)
      } else return ended('failed', move.is === 'fail' ? move.reason : 'unknown')
    }
    id = next
  }
  return ended('finished')
}

/** A wait rests twice, for a look back and then to its end: what is assumed lies within the whole of it. */
const endOfWait = (step: Step, arrivedAt: Date, zone: string): Date | undefined =>
  step.kind === 'waitEvent' ? later(arrivedAt, step.within, zone) : undefined
