import type { Channel, Refusal, RefusalGroup } from '../channels-contract.ts'
import type { CampaignState } from '../contract.ts'
import { inCampaignHoldout, inGlobalHoldout } from '../experiments/assign.ts'
import type { Limits } from '../limits/limits-contract.ts'
import type { OfferContent } from '../offers/offer-contract.ts'
import type { DayCalendar } from './calendar.ts'
import { type Contact, fullRule } from './frequency.ts'
import { firstOpen, type Scoped } from './hours.ts'
import type { SendRequest } from './send-request.ts'
import { type Credit, unsuitable } from './suitability.ts'

/** Whether one person may be reached at one step: the one place that decides it, without I/O. `docs/send-gate.md` says why. */

export interface GateRules {
  limits: Limits
  calendar: DayCalendar
  now: Date
}

/** What is known of the person, under all his numbers. */
export interface PersonFacts {
  /** The number that stands for him; arms and holdouts go by it. */
  no: number
  erased: boolean
  /** IANA zone of his clock. */
  zone: string
  /** Why a purpose is closed to a channel, undefined when it is open. */
  consent: (purpose: string, channel: Channel) => Refusal | undefined
  /** `barred`: an address of it is on the do-not-contact list. */
  address: (channel: Channel) => 'there' | 'none' | 'barred'
  /** The first exclusion that keeps him from a message of this category and product. */
  exclusion: { code: Refusal; ground: string } | undefined
  /** False: he declined to be chosen by his profile (PIPL 24). */
  personalised: boolean
  /** Counted sends around now. */
  contacts: readonly Contact[]
  credit: Credit
}

export interface GateFacts {
  /** undefined: there is no such version. */
  campaign: { state: CampaignState } | undefined
  person: PersonFacts
  /** Of the offer of the request, where it has one. */
  offer: OfferContent | undefined
  /** What the campaign has used of its budget. */
  used: { sends: number; costMillifen: number }
}

type Values = Readonly<Record<string, string | number>>
export interface Reason {
  refusal: Refusal
  values?: Values
}

/** One step of the gate as it went. Where several channels were tried, each with its own reason. */
export interface Passage {
  step: RefusalGroup
  passed: boolean
  /** undefined when it passed on some channel. */
  reason?: Reason | undefined
  channels?: readonly { channel: Channel; reason: Reason | undefined }[]
  /** When it may go out, where it is held back. */
  notBefore?: Date
}

export type GateVerdict =
  | {
      decision: 'planned'
      channel: Channel
      creativeId: number
      notBefore: Date
      /** Planned sends of campaigns with a lower priority that give way. */
      displaces: readonly Contact[]
      costMillifen: number
    }
  | { decision: 'refused'; reason: Reason; channels: readonly { channel: Channel; reason: Reason }[] }

interface Attempt {
  channel: Channel
  creativeId: number
  send: Scoped
  /** First instant at which all hours are open; undefined: not within 60 days. */
  opens: ReturnType<typeof firstOpen> | undefined
  displaces: readonly Contact[]
}

interface Walk {
  request: SendRequest
  facts: GateFacts
  rules: GateRules
  attempts: readonly Attempt[]
}

type PersonCheck = (walk: Walk) => Reason | undefined
type ChannelCheck = (walk: Walk, attempt: Attempt) => Reason | undefined

const refused = (refusal: Refusal, values?: Values): Reason => (values ? { refusal, values } : { refusal })

const campaignStep: PersonCheck = ({ facts: { campaign, person } }) => {
  if (!campaign || campaign.state === 'draft') return refused('NOT_APPROVED')
  if (campaign.state === 'ended') return refused('CAMPAIGN_STOPPED')
  return person.erased ? refused('CUSTOMER_ERASED') : undefined
}

/** A service message rests on the contract, not on consent; nobody who is on the do-not-contact list gets either (M1). */
const consentStep: ChannelCheck = ({ request, facts: { person } }, { channel }) => {
  const closed = request.category === 'marketing' ? person.consent(request.purpose, channel) : undefined
  if (closed) return refused(closed, { purpose: request.purpose })
  return person.address(channel) === 'barred' ? refused('DO_NOT_CONTACT') : undefined
}

const addressStep: ChannelCheck = ({ facts: { person } }, { channel }) =>
  person.address(channel) === 'none' ? refused('NO_ADDRESS') : undefined

const exclusionStep: PersonCheck = ({ facts: { person } }) =>
  person.exclusion && refused(person.exclusion.code, { ground: person.exclusion.ground })

const personalisationStep: PersonCheck = ({ request, facts: { person } }) =>
  request.category === 'marketing' && request.personalised && !person.personalised
    ? refused('NON_PERSONALISED')
    : undefined

/** What a person must be told by contract is never held back to measure something. */
const holdoutStep: PersonCheck = ({ request, facts: { person }, rules: { limits } }) => {
  if (request.category !== 'marketing') return undefined
  if (inGlobalHoldout(limits.holdout, person.no)) return refused('HOLDOUT_GLOBAL')
  return inCampaignHoldout(request.campaignId, request.holdout, person.no) ? refused('HOLDOUT_CAMPAIGN') : undefined
}

const suitabilityStep: PersonCheck = ({ request, facts: { offer, person }, rules: { limits } }) => {
  if (request.category !== 'marketing') return undefined
  const broken = unsuitable(limits.suitability, { product: request.product, offer, credit: person.credit })
  return broken && refused(broken.refusal, broken.values)
}

const hourMs = 3_600_000

/**
 * Two campaigns do not talk to one person at a time. A planned send of lower priority gives way; one that has left, or
 * counts as much or more, keeps the place.
 */
const conflictStep: ChannelCheck = ({ request, facts: { person }, rules: { limits, now } }, attempt) => {
  const { conflict } = limits
  const bound = (channel: Channel) =>
    conflict.channels.length === 0 ? channel !== 'inApp' : conflict.channels.includes(channel)
  if (!conflict.on || request.category !== 'marketing' || !bound(attempt.channel)) return undefined
  const at = (attempt.opens?.at ?? now).getTime()
  const displaces: Contact[] = []
  for (const other of person.contacts) {
    if (other.campaignId === request.campaignId || other.category !== 'marketing' || !bound(other.channel)) continue
    if (Math.abs(other.at - at) >= conflict.hours * hourMs) continue
    if (!other.planned || other.priority >= request.priority)
      return refused('OTHER_CAMPAIGN', { campaign: other.campaignId, hours: conflict.hours })
    displaces.push(other)
  }
  attempt.displaces = displaces
  return undefined
}

const frequencyStep: ChannelCheck = ({ facts: { person }, rules: { limits, now } }, attempt) => {
  const gone = attempt.displaces
  const full = fullRule(limits.frequency.rules, {
    send: attempt.send,
    contacts: gone.length === 0 ? person.contacts : person.contacts.filter((contact) => !gone.includes(contact)),
    at: attempt.opens?.at ?? now,
    zone: person.zone,
  })
  return full && refused(full.code, { rule: full.rule.name, max: full.rule.max, ...windowValues(full.rule.window) })
}

const windowValues = (window: Limits['frequency']['rules'][number]['window']): Values =>
  'calendarDays' in window
    ? { amount: window.calendarDays, unit: 'calendarDays' }
    : { amount: window.amount, unit: window.unit }

const hoursStep: ChannelCheck = ({ request }, { opens }) => {
  if (!opens?.at || opens.at > request.notAfter)
    return refused('TOO_LATE', {
      ...(opens?.rule !== undefined && { rule: opens.rule }),
      notAfter: request.notAfter.toISOString(),
    })
  return undefined
}

const budgetStep: ChannelCheck = ({ request: { budget }, facts: { used }, rules }, { channel }) => {
  if (budget.costFen !== undefined && used.costMillifen + costOf(rules, channel) > budget.costFen * 1_000)
    return refused('BUDGET_MONEY', { limit: budget.costFen })
  if (budget.sends !== undefined && used.sends + 1 > budget.sends)
    return refused('BUDGET_SENDS', { limit: budget.sends })
  return undefined
}

const costOf = ({ limits }: GateRules, channel: Channel): number => limits.costs.millifen[channel] ?? 0

type Step = { step: RefusalGroup; person: PersonCheck } | { step: RefusalGroup; channel: ChannelCheck }

/** The order is part of the meaning: the first reason counts. */
const steps: readonly Step[] = [
  { step: 'campaign', person: campaignStep },
  { step: 'consent', channel: consentStep },
  { step: 'delivery', channel: addressStep },
  { step: 'exclusion', person: exclusionStep },
  { step: 'personalisation', person: personalisationStep },
  { step: 'holdout', person: holdoutStep },
  { step: 'suitability', person: suitabilityStep },
  { step: 'conflict', channel: conflictStep },
  { step: 'frequency', channel: frequencyStep },
  { step: 'hours', channel: hoursStep },
  { step: 'budget', channel: budgetStep },
]

const attemptsOf = (request: SendRequest): Attempt[] =>
  request.channels.map(({ channel, creativeId }) => ({
    channel,
    creativeId,
    send: { category: request.category, channel, product: request.product, purpose: request.purpose },
    opens: undefined,
    displaces: [],
  }))

/** Hours are asked for before conflict and frequency, which look at the moment of the send. */
const withHours = ({ facts: { person }, rules }: Pick<Walk, 'facts' | 'rules'>, attempt: Attempt): void => {
  attempt.opens ??= firstOpen(rules.limits.hours.rules, {
    send: attempt.send,
    zone: person.zone,
    calendar: rules.calendar,
    at: rules.now,
  })
}

/**
 * The verdict over one request. Channels are tried in their order and the first that passes everything is taken; when none
 * does, the reason of the first channel counts and the others stand beside it.
 */
export const gate = (request: SendRequest, facts: GateFacts, rules: GateRules): GateVerdict => {
  const attempts = attemptsOf(request)
  const walk: Walk = { request, facts, rules, attempts }
  let left: readonly Attempt[] = attempts
  const failed: { channel: Channel; reason: Reason }[] = []
  for (const step of steps) {
    if ('person' in step) {
      const reason = step.person(walk)
      if (reason) return { decision: 'refused', reason, channels: failed }
      continue
    }
    if (step.step === 'conflict') for (const attempt of left) withHours(walk, attempt)
    const passed: Attempt[] = []
    for (const attempt of left) {
      const reason = step.channel(walk, attempt)
      if (reason) failed.push({ channel: attempt.channel, reason })
      else passed.push(attempt)
    }
    left = passed
    if (left.length === 0) break
  }
  const [taken] = left
  if (!taken) {
    const first = attempts[0]?.channel
    const reason = failed.find(({ channel }) => channel === first)?.reason ?? refused('CHANNEL_OFF')
    return { decision: 'refused', reason, channels: failed }
  }
  return {
    decision: 'planned',
    channel: taken.channel,
    creativeId: taken.creativeId,
    notBefore: taken.opens?.at ?? rules.now,
    displaces: taken.displaces,
    costMillifen: costOf(rules, taken.channel),
  }
}

/** Every step as it would go, also those behind the first that refuses: to show a person why. */
export const walkGate = (request: SendRequest, facts: GateFacts, rules: GateRules): Passage[] => {
  const attempts = attemptsOf(request)
  const walk: Walk = { request, facts, rules, attempts }
  for (const attempt of attempts) withHours(walk, attempt)
  return steps.map((step): Passage => {
    if ('person' in step) {
      const reason = step.person(walk)
      return { step: step.step, passed: reason === undefined, reason }
    }
    const channels = attempts.map((attempt) => ({ channel: attempt.channel, reason: step.channel(walk, attempt) }))
    const open = channels.findIndex(({ reason }) => reason === undefined)
    const opens = step.step === 'hours' ? attempts[Math.max(open, 0)]?.opens?.at : undefined
    return {
      step: step.step,
      passed: open >= 0,
      reason: open >= 0 ? undefined : channels[0]?.reason,
      channels,
      ...(opens && opens > rules.now && { notBefore: opens }),
    }
  })
}
