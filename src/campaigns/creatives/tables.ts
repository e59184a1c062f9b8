import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { Category, Channel, Product } from '../channels-contract.ts'
import type { CreativeContent } from './content-contract.ts'

/** Written as JSON text, read as the value. */
type Jsonb<T> = ColumnType<T, string, string>

declare module '#platform' {
  interface Tables {
    'campaigns.creative': {
      id: GeneratedAlways<number>
      name: string
      description: string
      channel: Channel
      category: Category
      product: Product
      purpose: string
      offer_id: number | null
      version: number
      content: Jsonb<CreativeContent>
      content_hash: string
      variant_of: number | null
      archived_at: Generated<Date | null>
      archived_by: Generated<string | null>
      created_at: Date
      created_by: string
      changed_at: Date
      changed_by: string
      author: string
    }
    'campaigns.creative_version': {
      creative_id: number
      version: number
      category: Category
      product: Product
      purpose: string
      offer_id: number | null
      content: Jsonb<CreativeContent>
      content_hash: string
      note: string
      created_at: Date
      created_by: string
      author: string
    }
    'campaigns.creative_price': {
      channel: Channel
      valid_from: string
      price_millifen: number
      changed_at: Date
      changed_by: string
    }
  }
}
