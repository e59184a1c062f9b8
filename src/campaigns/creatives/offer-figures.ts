import type { OfferFacts } from '#compliance'
import type { Ctx } from '#platform'
import { offerFacts } from '../offers/facts.ts'
import type { OfferContent } from '../offers/offer-contract.ts'
import { offerContents } from '../offers/store.ts'
import type { Scope } from './liquid.ts'

export interface OfferFigures {
  /** What the checks of content hold the text against. */
  facts: OfferFacts
  /** What `{{ offer.… }}` says. */
  scope: Scope
}

/**
 * What a text may say of an offer. The rates come from the cost engine, never from the creative.
 * @param name and content as published
 */
export const offerScope = (name: string, content: OfferContent, facts: OfferFacts): Scope => ({
  name,
  lender: facts.lender,
  licence: facts.licence,
  contact: content.lender.contact,
  aprSimple: facts.aprSimple,
  aprCompound: facts.aprCompound,
  minAmountFen: content.amount.minFen,
  maxAmountFen: content.amount.maxFen,
  minMonths: Math.min(...content.terms),
  maxMonths: Math.max(...content.terms),
})

/** Figures of a published offer as its engine works them out; undefined when nothing of that number is published. */
export const figuresOf = async (ctx: Ctx, offerId: number): Promise<OfferFigures | undefined> => {
  const published = (await offerContents(ctx, [offerId])).get(offerId)
  if (!published) return undefined
  const facts = offerFacts(published.name, published.content)
  return { facts, scope: offerScope(published.name, published.content, facts) }
}
