import { audiences } from '#audiences'
import { customers } from '#customers'
import { insights } from '#insights'
import { type Feature, system } from '#platform'

/** Every feature, in order: calls go down this list, events go up. */
export const features: readonly Feature[] = [system, customers, audiences, insights]
