import { useQuery } from '@tanstack/react-query'
import type { Subject } from '../../../../src/opinion/subjects/subject-contract.ts'
import {
  aspectNames,
  authorClassNames,
  kindNames,
  type Named,
  platformNames,
  speakerNames,
  urgencyNames,
} from '../../../../src/opinion/terms-contract.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { listSubjects } from './post-calls.ts'

/** Subjects by id, for their names and colours. */
export const useSubjects = (): ReadonlyMap<number, Subject> => {
  const subjects = useQuery({
    queryKey: ['opinion', 'subjects', 'list'],
    queryFn: ({ signal }) => listSubjects(signal),
    staleTime: 60_000,
  })
  return new Map(subjects.data?.items.map((one) => [one.id, one]))
}

export type FacetName =
  | 'subjects'
  | 'platforms'
  | 'sources'
  | 'kinds'
  | 'sentiment'
  | 'toward'
  | 'aspects'
  | 'speakers'
  | 'urgency'
  | 'authorClasses'

/** What a value of a facet is called. */
export const useFacetNames = (sources: ReadonlyMap<string, string>): ((facet: FacetName, key: string) => string) => {
  const t = useText()
  const { language } = usePreferences()
  const subjects = useSubjects()
  const at = language === 'zh' ? 0 : 1
  const tables: Partial<Record<FacetName, Named<string>>> = {
    platforms: platformNames,
    kinds: kindNames,
    aspects: aspectNames,
    speakers: speakerNames,
    urgency: urgencyNames,
    authorClasses: authorClassNames,
  }
  return (facet, key) => {
    if (facet === 'subjects') return subjects.get(Number(key))?.name ?? key
    if (facet === 'sources') return sources.get(key) ?? key
    if (facet === 'sentiment' || facet === 'toward') return t.posts.signs[key as '-1' | '0' | '1'] ?? key
    return tables[facet]?.[key]?.[at] ?? key
  }
}
