import { useQuery } from '@tanstack/react-query'
import { usePreferences } from '../../preferences.ts'
import { listReasons } from './ticket-calls.ts'

/** Reasons as a tree for choosing, and the name of each. */
export const useReasons = () => {
  const { language } = usePreferences()
  const reasons = useQuery({
    queryKey: ['tickets', 'reasons'],
    queryFn: ({ signal }) => listReasons(signal),
    staleTime: 60_000,
  })
  const items = reasons.data?.items ?? []
  const nameOf = (key: string | null): string | undefined => {
    const one = items.find((reason) => reason.key === key)
    return one && (language === 'zh' ? one.name : one.nameEn)
  }
  const options = items
    .filter(({ parent }) => parent === null)
    .map((top) => ({
      value: top.key,
      title: nameOf(top.key) ?? top.key,
      children: items
        .filter(({ parent }) => parent === top.key)
        .map((one) => ({ value: one.key, title: nameOf(one.key) ?? one.key })),
    }))
  return { items, nameOf, options }
}
