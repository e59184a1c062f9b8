import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Card } from '../card-contract.ts'
import { decodeModels, type ModelFile } from '../text/linear-model.ts'

/** Names of the weights that come with the product. */
export const shippedNames = ['posts-1', 'reviews-1', 'rumour-1'] as const
export type ShippedName = (typeof shippedNames)[number]

const shippedPath = (name: string, ending: 'zym' | 'json'): string => join(import.meta.dirname, `${name}.${ending}`)

/** Weights that come with the product. */
export const readShipped = <Extra>(name: ShippedName): ModelFile<Extra> =>
  decodeModels<Extra>(readFileSync(shippedPath(name, 'zym')))

/** The card of weights that come with the product. */
export const shippedCard = (name: ShippedName): Card =>
  Card.parse(JSON.parse(readFileSync(shippedPath(name, 'json'), 'utf8')))

/** Path of the weights, for threads that read them themselves. */
export const shippedFile = (name: ShippedName): string => shippedPath(name, 'zym')
