import { useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type {
  CreativePage as CreativePageSchema,
  CreativeRow,
} from '../../../src/campaigns/creatives/creative-contract.ts'
import type { OfferPage } from '../../../src/campaigns/offers/offer-contract.ts'
import { get, queryText } from '../api.ts'

export type { CreativeRow } from '../../../src/campaigns/creatives/creative-contract.ts'

type CreativePage = z.infer<typeof CreativePageSchema>

/** Creatives and offers that a step can name. */

const all = 200

export const useCreatives = () =>
  useQuery({
    queryKey: ['creatives', 'choices'],
    queryFn: async ({ signal }): Promise<CreativeRow[]> =>
      (await get<CreativePage>(`/creatives${queryText({ limit: all })}`, signal)).items,
    staleTime: 20_000,
  })

export const useOffers = () =>
  useQuery({
    queryKey: ['offers', 'choices'],
    queryFn: async ({ signal }) => (await get<OfferPage>(`/offers${queryText({ limit: all })}`, signal)).items,
    staleTime: 20_000,
  })
