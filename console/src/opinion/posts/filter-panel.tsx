import { useQuery } from '@tanstack/react-query'
import { Button, Checkbox, InputNumber } from 'antd'
import { useState } from 'react'
import type { Facets } from '../../../../src/opinion/posts/post-contract.ts'
import { get } from '../../api.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { type ExplorerName, type ExplorerSearch, toggled, valuesOf, withValue } from './explorer-search.ts'
import { type FacetName, useFacetNames } from './use-names.ts'

const shortList = 6

/** Names of sources, where the reader may see them. */
export const useSourceNames = (): ReadonlyMap<string, string> => {
  const can = useCan()
  const sources = useQuery({
    queryKey: ['opinion', 'sources', 'names'],
    queryFn: ({ signal }) => get<{ items: { id: number; name: string }[] }>('/opinion/sources', signal),
    enabled: can('opinion.read'),
    staleTime: 60_000,
    retry: false,
  })
  return new Map(sources.data?.items.map(({ id, name }) => [String(id), name]))
}

/** What narrows the list: each value with how many posts have it. */
export const FilterPanel = ({
  search,
  facets,
  onChange,
}: {
  search: ExplorerSearch
  facets: Facets | undefined
  onChange: (search: ExplorerSearch) => void
}) => {
  const t = useText()
  const words = t.posts
  const sources = useSourceNames()
  const flag = (name: ExplorerName, label: string) => (
    <Checkbox
      checked={search[name] === 'true'}
      onChange={({ target }) => onChange(withValue(search, { [name]: target.checked ? 'true' : undefined }))}
    >
      {label}
    </Checkbox>
  )
  const number = (name: ExplorerName, label: string) => (
    <div className="facet-number">
      <span>{label}</span>
      <InputNumber
        aria-label={label}
        min={0}
        size="small"
        value={search[name] === undefined ? null : Number(search[name])}
        onChange={(value) => onChange(withValue(search, { [name]: value === null ? undefined : String(value) }))}
      />
    </div>
  )
  const facet = (name: FacetName, label: string) => (
    <Facet
      key={name}
      name={name}
      label={label}
      search={search}
      counts={name === 'toward' ? ['-1', '0', '1'].map((key) => ({ key, posts: -1 })) : (facets?.facets[name] ?? [])}
      sources={sources}
      onChange={onChange}
    />
  )
  return (
    <div className="facets">
      {facet('subjects', words.subject)}
      {facet('toward', words.toward)}
      {facet('sentiment', words.sentiment)}
      {facet('platforms', words.platform)}
      {facet('aspects', words.aspect)}
      {facet('urgency', words.urgency)}
      {facet('speakers', words.speaker)}
      {facet('authorClasses', words.authorClass)}
      {facet('kinds', words.kind)}
      {facet('sources', words.source)}
      <div className="facet facet-flags">
        {flag('mentioned', words.mentioned)}
        {flag('disguised', words.disguised)}
        {flag('unsure', words.unsure)}
        {flag('noSpam', words.noSpam)}
        {number('engagementFrom', words.engagementFrom)}
        {number('followersFrom', words.followersFrom)}
      </div>
    </div>
  )
}

const Facet = ({
  name,
  label,
  search,
  counts,
  sources,
  onChange,
}: {
  name: FacetName
  label: string
  search: ExplorerSearch
  counts: readonly { key: string; posts: number }[]
  sources: ReadonlyMap<string, string>
  onChange: (search: ExplorerSearch) => void
}) => {
  const t = useText()
  const format = useFormats()
  const nameOf = useFacetNames(sources)
  const [whole, setWhole] = useState(false)
  const chosen = valuesOf(search, name)
  // What was chosen stays in sight, also where nothing is left of it.
  const all = [
    ...counts,
    ...chosen.filter((key) => !counts.some((one) => one.key === key)).map((key) => ({ key, posts: 0 })),
  ]
  if (all.length === 0) return null
  const shown = whole ? all : all.filter(({ key }, index) => index < shortList || chosen.includes(key))
  const most = Math.max(1, ...all.map(({ posts }) => posts))
  return (
    <fieldset className="facet">
      <legend>{label}</legend>
      {shown.map(({ key, posts }) => (
        <Checkbox
          key={key}
          className={`facet-value ${chosen.includes(key) ? 'facet-chosen' : ''}`}
          checked={chosen.includes(key)}
          onChange={() => onChange(toggled(search, name, key))}
        >
          <span className="facet-name">{nameOf(name, key)}</span>
          {posts >= 0 && (
            <>
              <span className="facet-bar" aria-hidden="true">
                <span style={{ width: `${(posts / most) * 100}%` }} />
              </span>
              <span className="facet-count">{format.short(posts)}</span>
            </>
          )}
        </Checkbox>
      ))}
      {all.length > shortList && (
        <Button type="link" size="small" onClick={() => setWhole(!whole)}>
          {whole ? t.posts.less : `${t.ui.more} (${format.count(all.length)})`}
        </Button>
      )}
    </fieldset>
  )
}
