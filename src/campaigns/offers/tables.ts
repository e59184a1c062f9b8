import type { ColumnType, Generated } from 'kysely'
import type { DisclosureSheet } from './disclosure-contract.ts'
import type { OfferContent, OfferCost, OfferFinding, OfferState } from './offer-contract.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>

declare module '#platform' {
  interface Tables {
    'campaigns.offer': {
      id: Generated<number>
      name: string
      state: Generated<OfferState>
      content: Jsonb<OfferContent>
      draft_version: Generated<number>
      live_version: Generated<number | null>
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
      edited_by: string
    }
    'campaigns.offer_version': {
      offer_id: number
      version: number
      content: Jsonb<OfferContent>
      content_hash: string
      cost: Jsonb<OfferCost>
      disclosure: Jsonb<DisclosureSheet>
      disclosure_hash: string
      findings: Jsonb<OfferFinding[]>
      published_at: Date
      published_by: string
      retired_at: Date | null
    }
    'campaigns.price_record': {
      offer_id: number
      version: number
      lowest_rate: number
      since: Date
      until: Date | null
    }
    'campaigns.disclosure_link': {
      id: string
      offer_id: number
      version: number
      customer_no: number | null
      created_at: Date
      created_by: string
      expires_at: Date
    }
    'campaigns.disclosure_reading': {
      id: string
      link_id: string
      disclosure_hash: string
      needed_seconds: number
      opened_at: Date
      seen_at: Date
      shown_ms: Generated<number>
      scrolled: Generated<boolean>
      confirmed_at: Date | null
      device: string
    }
  }
}
