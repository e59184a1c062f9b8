import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '#platform'
import type { CampaignDefinition, Category } from '../contract.ts'

/** Everything a version is made of, by value: what the reviewer approved is what runs, whatever is edited afterwards. */
export interface Frozen {
  category: Category
  priority: number
  definition: CampaignDefinition
  /** Audiences that the definition names, by id, with their definitions of that moment. */
  audiences: Readonly<Record<string, { name: string; version: number; definition: Json }>>
  /** Creatives by id. `content` is the shape of its channel; `offerId` the offer whose figures the text speaks of. */
  creatives: Readonly<
    Record<string, { hash: string; version: number; channel: string; offerId?: number; content: Json }>
  >
  /** Versions of the tags by whose rules people are chosen, by key; left out where none is. Lists never change, so their id says all. */
  tags?: Readonly<Record<string, number>>
  /** Offers by id. */
  offers: Readonly<Record<string, { hash: string; version: number; content: Json }>>
}

/**
 * What an approval is bound to: SHA-256 over the canonical JSON of all that reaches a customer or decides who is reached.
 * Where the canvas draws a step is not part of it.
 * @returns 64 hexadecimal digits
 */
export const contentHashOf = (frozen: Frozen): string => {
  const { layout: _, ...journey } = frozen.definition.journey
  // Through text: what is stored is text too, so what is undefined is absent in both.
  const bound = JSON.parse(JSON.stringify({ ...frozen, definition: { ...frozen.definition, journey } })) as Json
  return createHash('sha256').update(canonicalJson(bound)).digest('hex')
}
