import type { CampaignDefinition, Category, Channel, Product, Refusal } from '../contract.ts'

/** A wish to reach one customer at one step. The gate answers each with a verdict; the send row is written by it. */
export interface SendRequest {
  campaignId: number
  version: number
  step: string
  customerNo: number
  /** Which run of the customer through the campaign, and which passage through the step in it: together the visit. */
  entryNo: number
  pass: number
  /** Row of campaigns.entry. */
  entryId: string
  category: Category
  purpose: string
  product: Product
  personalised: boolean
  /** 1 gives way to all, 100 to none. */
  priority: number
  /** In the order they are tried: the first that passes consent, address and frequency is taken. */
  channels: readonly { channel: Channel; creativeId: number }[]
  offerId?: number
  /** `key:arm` of the experiment he came through. */
  arm?: string
  budget: CampaignDefinition['budget']
  /** Share of the campaign's own holdout, for the deterministic split. */
  holdout: number
  /** Refused as TOO_LATE when the hours do not open before. */
  notAfter: Date
}

/** What the gate says. `again`: the same visit was decided before, this is that verdict. */
export type SendVerdict =
  | { decision: 'planned'; sendId: string; channel: Channel; creativeId: number; notBefore: Date; again: boolean }
  | { decision: 'refused'; sendId: string; refusal: Refusal; again: boolean }
