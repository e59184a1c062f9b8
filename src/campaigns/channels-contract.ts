import { z } from 'zod'

/** Ways to reach a customer. `call` and `branch` are tasks for people; `inApp` answers when the app asks. */
export const channels = ['sms', 'email', 'wechat', 'wecom', 'push', 'call', 'branch', 'inApp', 'webhook'] as const
export type Channel = (typeof channels)[number]
export const Channel = z.enum(channels)

/**
 * What a message is in law. `service` tells a customer about his own contract (a due date, a receipt) and needs no consent,
 * but may hold no promotion; everything else is `marketing`.
 */
export const categories = ['marketing', 'service'] as const
export type Category = (typeof categories)[number]
export const Category = z.enum(categories)

/** What is promoted, as far as exclusions and required elements differ. */
export const products = ['loan', 'insurance', 'wealth', 'card', 'other'] as const
export type Product = (typeof products)[number]
export const Product = z.enum(products)

export const sendStates = ['planned', 'refused', 'queued', 'sent', 'delivered', 'failed', 'unknown'] as const
export type SendState = (typeof sendStates)[number]

/**
 * Why a send did not happen, in the order the gate asks. The groups are the steps of the gate; the first reason found is
 * the one that counts, so the order is part of the meaning.
 */
export const refusals = {
  campaign: ['CAMPAIGN_STOPPED', 'NOT_APPROVED', 'ALREADY_SENT', 'CUSTOMER_ERASED'],
  consent: ['NO_CONSENT', 'CONSENT_WITHDRAWN', 'CONSENT_EXPIRED', 'NOTICE_CHANGED', 'DO_NOT_CONTACT'],
  exclusion: [
    'MINOR',
    'AGE_UNKNOWN',
    'STUDENT',
    'DECEASED',
    'IN_COLLECTION',
    'HARDSHIP',
    'OPEN_COMPLAINT',
    'SELF_EXCLUDED',
    'RISK_WARNING',
  ],
  personalisation: ['NON_PERSONALISED'],
  holdout: ['HOLDOUT_GLOBAL', 'HOLDOUT_CAMPAIGN'],
  suitability: ['NOT_ELIGIBLE', 'LIMIT_EXCEEDED', 'DEBT_BURDEN', 'EXPOSURE', 'TOO_MANY_LENDERS', 'FACTS_MISSING'],
  conflict: ['OTHER_CAMPAIGN'],
  frequency: ['FREQUENCY_GLOBAL', 'FREQUENCY_CHANNEL', 'FREQUENCY_CATEGORY'],
  hours: ['TOO_LATE'],
  budget: ['BUDGET_MONEY', 'BUDGET_SENDS'],
  delivery: ['NO_ADDRESS', 'VALUE_MISSING', 'CHANNEL_OFF'],
} as const
export type RefusalGroup = keyof typeof refusals
export type Refusal = (typeof refusals)[RefusalGroup][number]
export const refusalCodes = Object.values(refusals).flat() as readonly Refusal[]
export const Refusal = z.enum(refusalCodes as readonly [Refusal, ...Refusal[]])

/** The step of the gate that says a refusal. */
export const refusalGroupOf = (code: Refusal): RefusalGroup =>
  (Object.keys(refusals) as RefusalGroup[]).find((group) => (refusals[group] as readonly string[]).includes(code)) ??
  'campaign'
