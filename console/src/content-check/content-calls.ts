import { get, post, remove } from '../api.ts'
import type { CapPage } from '../offers/offer-shapes.ts'
import type { ContentVerdict, OfferFacts, OwnWord, ParameterVersion, Partner, RulePage } from './content-shapes.ts'

export const checkText = (body: object, signal?: AbortSignal) => post<ContentVerdict>('/content/check', body, signal)
export const getOfferFacts = (id: number, signal?: AbortSignal) => get<OfferFacts>(`/offers/${id}/facts`, signal)
export const getRules = (signal?: AbortSignal) => get<RulePage>('/content/rules', signal)
export const addWord = (body: object) => post<{ items: OwnWord[] }>('/content/words', body)
export const retireWord = (id: number) => remove<{ items: OwnWord[] }>(`/content/words/${id}`)
export const setParameter = (body: object) => post<{ items: ParameterVersion[] }>('/content/parameters', body)
export const addPartner = (body: object) => post<{ items: Partner[] }>('/content/partners', body)
export const removePartner = (id: number) => remove<{ items: Partner[] }>(`/content/partners/${id}`)
export const addCap = (body: object) => post<CapPage>('/cost/caps', body)
export const addLpr = (body: object) => post<CapPage>('/cost/lprs', body)
