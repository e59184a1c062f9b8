import { z } from 'zod'
import { OfferFacts } from '#compliance'
import { type Route, route } from '#platform'
import { limitsInForce } from '../limits/store.ts'
import { DisclosureLink, DisclosureReadings, NewDisclosureLink } from './disclosure-contract.ts'
import { createLink, hasReadDisclosure, readReadings } from './disclosure-links.ts'
import { offerFactsOf } from './facts.ts'
import {
  NewOffer,
  Offer,
  OfferChange,
  OfferCheck,
  OfferContent,
  OfferPage,
  OfferQuery,
  OfferVersions,
  Quote,
  QuoteRequest,
} from './offer-contract.ts'
import { problem } from './problem.ts'
import { quoteFor } from './quote.ts'
import {
  changeOffer,
  checkOffer,
  checkSavedOffer,
  createOffer,
  listOffers,
  offerContents,
  publishOffer,
  readOffer,
  readVersions,
  retireOffer,
} from './store.ts'

const Id = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) })

export const offerRoutes: readonly Route[] = [
  route('POST /offers/check', {
    can: 'offers.read',
    summary: 'What keeps a draft from being published, its true cost and its disclosure sheet',
    tag: 'offers',
    body: z.strictObject({ id: z.int().optional(), name: z.string().max(100), content: OfferContent }),
    reply: OfferCheck,
    run: checkOffer,
  }),
  route('GET /offers', {
    can: 'offers.read',
    summary: 'Offers, newest first',
    tag: 'offers',
    query: OfferQuery,
    reply: OfferPage,
    run: listOffers,
  }),
  route('POST /offers', {
    can: 'offers.write',
    summary: 'Save a new offer as a draft',
    tag: 'offers',
    body: NewOffer,
    reply: Offer,
    status: 201,
    run: createOffer,
  }),
  route('GET /offers/{id}', {
    can: 'offers.read',
    summary: 'One offer: its draft and what is published',
    tag: 'offers',
    params: Id,
    reply: Offer,
    run: readOffer,
  }),
  route('PATCH /offers/{id}', {
    can: 'offers.write',
    summary: 'Change the draft',
    tag: 'offers',
    params: Id,
    body: OfferChange,
    reply: Offer,
    run: changeOffer,
  }),
  route('GET /offers/{id}/check', {
    can: 'offers.read',
    summary: 'Findings, true cost and sheet of the saved draft',
    tag: 'offers',
    params: Id,
    reply: OfferCheck,
    run: checkSavedOffer,
  }),
  route('POST /offers/{id}/publish', {
    can: 'offers.write',
    summary: 'Publish the draft; refused above the cap, with a wrong rate or without what the law asks for',
    tag: 'offers',
    params: Id,
    body: z.strictObject({ basedOn: z.int().optional() }),
    reply: Offer,
    run: publishOffer,
  }),
  route('POST /offers/{id}/retire', {
    can: 'offers.write',
    summary: 'Take an offer out of use for good',
    tag: 'offers',
    params: Id,
    reply: Offer,
    run: retireOffer,
  }),
  route('GET /offers/{id}/versions', {
    can: 'offers.read',
    summary: 'Everything that was published, with hash, cost and sheet',
    tag: 'offers',
    params: Id,
    reply: OfferVersions,
    run: readVersions,
  }),
  route('POST /offers/{id}/quote', {
    can: 'offers.read',
    summary: 'The offer for one person, or the reasons why none is created',
    tag: 'offers',
    params: Id,
    body: QuoteRequest,
    reply: Quote,
    run: async (ctx, { id, amountFen, instalments, facts }) => {
      const offer = (await offerContents(ctx, [id])).get(id)
      if (!offer) throw problem.offerNotPublished({ id })
      const { suitability } = await limitsInForce(ctx)
      return quoteFor(offer.content, { amountFen, instalments }, facts, suitability)
    },
  }),
  route('POST /offers/{id}/disclosure-links', {
    can: 'offers.read',
    summary: 'A signed address of the disclosure sheet, for one customer or for trying it',
    tag: 'offers',
    params: Id,
    body: NewDisclosureLink,
    reply: DisclosureLink,
    status: 201,
    run: createLink,
  }),
  route('GET /offers/{id}/facts', {
    can: 'offers.read',
    summary: 'What a text about the published offer is held against: lender, licence, true rates',
    tag: 'offers',
    params: Id,
    reply: OfferFacts,
    run: async (ctx, { id }) => {
      const facts = (await offerFactsOf(ctx, [id])).get(id)
      if (!facts) throw problem.offerNotPublished({ id })
      return facts
    },
  }),
  route('GET /offers/{id}/disclosure-read', {
    can: 'offers.read',
    summary: 'Whether a customer has confirmed the sheet of a version: before that nothing may be signed',
    tag: 'offers',
    params: Id,
    query: z.object({
      version: z.coerce.number().int().min(1),
      customerNo: z.coerce.number().int().min(1),
    }),
    reply: z.object({ read: z.boolean() }),
    run: async (ctx, { id, version, customerNo }) => ({
      read: await hasReadDisclosure(ctx, { offerId: id, version, customerNo }),
    }),
  }),
  route('GET /offers/{id}/disclosure-readings', {
    can: 'offers.read',
    summary: 'Who read the sheet and confirmed it, newest first; by number',
    tag: 'offers',
    params: Id,
    reply: DisclosureReadings,
    run: readReadings,
  }),
]
