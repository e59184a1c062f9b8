import { useQuery } from '@tanstack/react-query'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { getFields, listAudiences } from './audience-calls.ts'
import type { Reader } from './reading.ts'

/** What a definition needs to be read in words: names of traits, tags, audiences and lists. */
export const useReader = (): Reader => {
  const t = useText()
  const format = useFormats()
  const traitTitle = useTraitTitles()
  const audiences = useQuery({ queryKey: ['audiences'], queryFn: ({ signal }) => listAudiences(signal) })
  const fields = useQuery({
    queryKey: ['audiences', 'fields'],
    queryFn: ({ signal }) => getFields(signal),
    staleTime: 30_000,
  })
  return {
    t,
    format,
    traitTitle,
    audienceName: (id) => audiences.data?.items.find((one) => one.id === id)?.name ?? id,
    tagTitle: (key) => fields.data?.tags.find((one) => one.key === key)?.title ?? key,
    listName: (id) => fields.data?.lists.find((one) => one.id === id)?.name ?? id,
  }
}
