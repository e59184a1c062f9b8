import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { getFields, listAudiences } from '../audiences/audience-calls.ts'
import { listTraits } from '../customers/customer-calls.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { eventNameIn } from '../insights/pickers.tsx'
import { useCreatives, useOffers } from './material-calls.ts'
import type { StepReader } from './step-reading.ts'

/** Names of everything that steps and triggers mention. Stays the same object until one of them changes. */
export const useStepReader = (): StepReader => {
  const t = useText()
  const format = useFormats()
  const creatives = useCreatives().data
  const offers = useOffers().data
  const audiences = useQuery({ queryKey: ['audiences'], queryFn: ({ signal }) => listAudiences(signal) }).data
  const fields = useQuery({
    queryKey: ['audiences', 'fields'],
    queryFn: ({ signal }) => getFields(signal),
    staleTime: 60_000,
  }).data
  const traits = useQuery({ queryKey: ['traits'], queryFn: ({ signal }) => listTraits(signal), staleTime: 60_000 }).data
  return useMemo(() => {
    const common: Readonly<Record<string, string>> = t.commonTraits
    const titled = new Map(traits?.items.map(({ name, title }) => [name, title]))
    return {
      t,
      format,
      creativeName: (id) => creatives?.find((one) => one.id === id)?.name ?? `#${id}`,
      offerName: (id) => offers?.find((one) => one.id === id)?.name ?? `#${id}`,
      audienceName: (id) => audiences?.items.find((one) => one.id === id)?.name ?? id,
      listName: (id) => fields?.lists.find((one) => one.id === id)?.name ?? id,
      tagTitle: (key) => fields?.tags.find((one) => one.key === key)?.title ?? key,
      traitTitle: (name) => {
        const title = titled.get(name)
        return title !== undefined && title !== name ? title : (common[name] ?? name)
      },
      eventName: eventNameIn(t),
    }
  }, [t, format, creatives, offers, audiences, fields, traits])
}
