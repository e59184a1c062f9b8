import { get, patch, post, queryText } from '../api.ts'
import type {
  CapPage,
  CostAnswer,
  DisclosureLink,
  DisclosureReadings,
  Offer,
  OfferCheck,
  OfferContent,
  OfferPage,
  OfferVersions,
  Quote,
} from './offer-shapes.ts'

export interface OfferFilter {
  search?: string | undefined
  state?: string | undefined
  after?: number | undefined
}
export const listOffers = (filter: OfferFilter, signal?: AbortSignal) =>
  get<OfferPage>(`/offers${queryText({ ...filter, limit: 50 })}`, signal)
export const getOffer = (id: number, signal?: AbortSignal) => get<Offer>(`/offers/${id}`, signal)
export const createOffer = (body: { name: string; content: OfferContent }) => post<Offer>('/offers', body)
export const changeOffer = (id: number, body: { name: string; content: OfferContent; basedOn: number }) =>
  patch<Offer>(`/offers/${id}`, body)
export const checkOffer = (
  body: { id?: number | undefined; name: string; content: OfferContent },
  signal?: AbortSignal,
) => post<OfferCheck>('/offers/check', body, signal)
export const checkSaved = (id: number, signal?: AbortSignal) => get<OfferCheck>(`/offers/${id}/check`, signal)
export const publishOffer = (id: number, basedOn: number) => post<Offer>(`/offers/${id}/publish`, { basedOn })
export const retireOffer = (id: number) => post<Offer>(`/offers/${id}/retire`, {})
export const getVersions = (id: number, signal?: AbortSignal) => get<OfferVersions>(`/offers/${id}/versions`, signal)
export const getReadings = (id: number, signal?: AbortSignal) =>
  get<DisclosureReadings>(`/offers/${id}/disclosure-readings`, signal)
export const makeLink = (id: number) => post<DisclosureLink>(`/offers/${id}/disclosure-links`, {})
export const quote = (id: number, body: object) => post<Quote>(`/offers/${id}/quote`, body)
export const getPartners = (signal?: AbortSignal) =>
  get<{ items: { id: number; name: string; inForce: boolean }[] }>('/content/partners', signal)
export const getCaps = (signal?: AbortSignal) => get<CapPage>('/cost/caps', signal)
export const costOf = (body: object, signal?: AbortSignal) => post<CostAnswer>('/cost', body, signal)
