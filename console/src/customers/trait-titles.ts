import { useQuery } from '@tanstack/react-query'
import { useText } from '../i18n/text.ts'
import { listTraits } from './customer-calls.ts'

/** A trait's name for people: from the dictionary, else a word every finance company knows, else the name itself. */
export const useTraitTitles = () => {
  const t = useText()
  const traits = useQuery({ queryKey: ['traits'], queryFn: ({ signal }) => listTraits(signal), staleTime: 60_000 })
  const byName = new Map(traits.data?.items.map((trait) => [trait.name, trait.title]))
  const common: Readonly<Record<string, string>> = t.commonTraits
  // An entry nobody has named yet carries its own name as title.
  return (name: string) => {
    const title = byName.get(name)
    return title !== undefined && title !== name ? title : (common[name] ?? name)
  }
}
