import type { OfferFacts } from '#compliance'
import type { Ctx } from '#platform'
import type { OfferContent, OfferCost } from './offer-contract.ts'
import { costPoints, exampleCost } from './quote.ts'
import { offerContents } from './store.ts'

/** What the checks of content need to know of an offer. @throws compliance.noSingleRate */
export const offerFacts = (name: string, content: OfferContent, known?: OfferCost): OfferFacts => {
  const example = known?.example ?? exampleCost(content)
  const points = known?.points ?? costPoints(content)
  const range = (method: 'simple' | 'compound'): [number, number] => [
    Math.min(...points.map((point) => point[method])),
    Math.max(...points.map((point) => point[method])),
  ]
  const { lender, partner, promotions } = content
  return {
    name,
    lender: lender.name,
    licence: lender.licence,
    lenderType: lender.type,
    partner: partner?.name ?? null,
    aprSimple: example.simple,
    aprCompound: example.compound,
    aprSimpleRange: range('simple'),
    aprCompoundRange: range('compound'),
    interestFree: promotions
      .filter(({ kind }) => kind === 'interestFree')
      .map(({ days, instalments, condition }) => ({ days, instalments, condition })),
    cap: known?.cap?.limit ?? null,
  }
}

/** As `offerFacts`, of published offers by id; others are left out. */
export const offerFactsOf = async (ctx: Ctx, ids: readonly number[]): Promise<Map<number, OfferFacts>> =>
  new Map(
    [...(await offerContents(ctx, ids))].map(([id, { name, content }]) => [id, offerFacts(name, content)] as const),
  )
