import { useQuery } from '@tanstack/react-query'
import { Select } from 'antd'
import type { z } from 'zod'
import type { Subjects } from '../../../../src/opinion/subjects/subject-contract.ts'
import { aspectNames, nameIn, platformNames } from '../../../../src/opinion/terms-contract.ts'
import { get } from '../../api.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import type { Match } from './alert-calls.ts'

/** What an alert is matched by: each field left empty fits all. */

const useSubjectOptions = () => {
  const subjects = useQuery({
    queryKey: ['opinion', 'subjects', 'list'],
    queryFn: ({ signal }) => get<z.infer<typeof Subjects>>('/opinion/subjects', signal),
    staleTime: 60_000,
  })
  return (subjects.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))
}

const keysOf = <K extends string>(names: Readonly<Record<K, unknown>>): K[] => Object.keys(names) as K[]

/** The match in words, or that it takes everything. */
export const useMatchText = (): ((match: Match) => string) => {
  const t = useText()
  const words = t.alerts
  const { language } = usePreferences()
  const subjects = useSubjectOptions()
  return (match) => {
    const parts = [
      match.subjects?.map((id) => subjects.find(({ value }) => value === id)?.label ?? `#${id}`).join('、'),
      match.subjectKinds?.map((kind) => (t.grading.subjectKinds as Record<string, string>)[kind] ?? kind).join('、'),
      match.aspects
        ?.map((code) => (code in aspectNames ? nameIn(aspectNames, code as never, language) : code))
        .join('、'),
      match.platforms
        ?.map((code) => (code in platformNames ? nameIn(platformNames, code as never, language) : code))
        .join('、'),
      match.levels?.map((level) => t.grading.levels[level]).join('、'),
      match.drill === undefined ? undefined : match.drill ? words.onlyDrills : words.onlyReal,
      match.event === undefined ? undefined : `${words.matchKeys.event} #${match.event}`,
    ].filter(Boolean)
    return parts.length === 0 ? words.matchAll : parts.join(' · ')
  }
}

const without = <K extends keyof Match>(match: Match, key: K): Match =>
  Object.fromEntries(Object.entries(match).filter(([name]) => name !== key))

export const MatchFields = ({
  value,
  onChange,
  withoutLevels = false,
}: {
  value: Match
  onChange: (match: Match) => void
  /** The level is asked elsewhere. */
  withoutLevels?: boolean
}) => {
  const t = useText()
  const words = t.alerts
  const { language } = usePreferences()
  const subjects = useSubjectOptions()
  const set = (key: 'subjects' | 'subjectKinds' | 'aspects' | 'platforms' | 'levels', chosen: (string | number)[]) =>
    onChange(chosen.length === 0 ? without(value, key) : { ...value, [key]: chosen })
  const lists = [
    {
      key: 'levels',
      options: (['minor', 'moderate', 'severe'] as const).map((one) => ({ value: one, label: t.grading.levels[one] })),
    },
    { key: 'subjects', options: subjects },
    {
      key: 'subjectKinds',
      options: Object.entries(t.grading.subjectKinds).map(([one, label]) => ({ value: one, label })),
    },
    {
      key: 'aspects',
      options: keysOf(aspectNames).map((one) => ({ value: one, label: nameIn(aspectNames, one, language) })),
    },
    {
      key: 'platforms',
      options: keysOf(platformNames).map((one) => ({ value: one, label: nameIn(platformNames, one, language) })),
    },
  ] as const
  return (
    <div className="match-grid">
      {lists
        .filter(({ key }) => !(withoutLevels && key === 'levels'))
        .map(({ key, options }) => (
          <Select<(string | number)[]>
            key={key}
            mode="multiple"
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            aria-label={words.matchKeys[key]}
            placeholder={words.matchKeys[key]}
            value={[...(value[key] ?? [])]}
            onChange={(chosen) => set(key, chosen)}
            options={[...options]}
          />
        ))}
      <Select
        allowClear
        aria-label={words.matchKeys.drill}
        placeholder={words.matchKeys.drill}
        {...(value.drill !== undefined && { value: value.drill ? 'drill' : 'real' })}
        onChange={(chosen?: 'drill' | 'real') =>
          onChange(chosen === undefined ? without(value, 'drill') : { ...value, drill: chosen === 'drill' })
        }
        options={[
          { value: 'real', label: words.onlyReal },
          { value: 'drill', label: words.onlyDrills },
        ]}
      />
    </div>
  )
}
