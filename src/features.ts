import { audiences } from '#audiences'
import { campaigns } from '#campaigns'
import { compliance } from '#compliance'
import { customers } from '#customers'
import { insights } from '#insights'
import { models } from '#models'
import { opinion } from '#opinion'
import { type Feature, system } from '#platform'

/** Every feature, in order: calls go down this list, events go up. */
export const features: readonly Feature[] = [
  system,
  compliance,
  customers,
  audiences,
  insights,
  models,
  opinion,
  campaigns,
]
