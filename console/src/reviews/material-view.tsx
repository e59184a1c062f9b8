import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { z } from 'zod'
import { Category } from '../../../src/campaigns/channels-contract.ts'
import { CreativeContent } from '../../../src/campaigns/creatives/content-contract.ts'
import { Rendered } from '../../../src/campaigns/creatives/rendered-contract.ts'
import { previewCreative } from '../creatives/creative-calls.ts'
import { Phone } from '../creatives/phone.tsx'
import { isFen, useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { keyed } from '../ui/keyed.ts'
import { Tabs } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import type { Review } from './review-shapes.ts'

type Material = Review['material']

const PreviewOf = z.object({ rendered: Rendered })
const Previews = z.object({ full: PreviewOf, bare: PreviewOf, long: PreviewOf })
const WithPreviews = z.looseObject({ previews: Previews })
/** A campaign's creatives by id, by value. */
const WithCreatives = z.looseObject({
  category: Category,
  creatives: z.record(
    z.string(),
    z.looseObject({ name: z.string().optional(), offerId: z.int().nullable().default(null), content: CreativeContent }),
  ),
})

const persons = ['full', 'bare', 'long'] as const

/** What three people would get: one of whom all is known, one of whom nothing is, and the longest case. */
const AsSeen = ({ previews, title }: { previews: z.output<typeof Previews>; title: string }) => {
  const t = useText()
  const words = t.reviews
  const [person, setPerson] = useState<(typeof persons)[number]>('full')
  return (
    <Panel title={title}>
      <div className="stack-16">
        <Tabs
          label={words.asSeen}
          value={person}
          onChange={setPerson}
          items={persons.map((key) => ({ key, label: words.variants[key] }))}
        />
        <Phone rendered={previews[person].rendered} />
      </div>
    </Panel>
  )
}

/** What a campaign's creative says to three people, filled now from the words that were submitted. */
const LivePreview = ({
  creative: { content, offerId },
  category,
  title,
}: {
  creative: { content: z.output<typeof CreativeContent>; offerId: number | null }
  category: z.output<typeof Category>
  title: string
}) => {
  const previews = useQuery({
    queryKey: ['creatives', 'previews', content, offerId, category],
    queryFn: async ({ signal }) => {
      const words = { category, product: 'other' as const, purpose: '', offerId, content }
      const [full, bare, long] = await Promise.all(
        persons.map((person) => previewCreative({ ...words, person }, signal)),
      )
      return full && bare && long ? { full, bare, long } : undefined
    },
    retry: false,
  })
  return (
    <Loaded query={previews} compact>
      {(data) => data && <AsSeen previews={data} title={title} />}
    </Loaded>
  )
}

/** The material as the recipient sees it, then its facts; whatever has no picture is listed word for word. */
export const MaterialView = ({ material }: { material: Material }) => {
  const t = useText()
  const words = t.reviews
  const own = WithPreviews.safeParse(material)
  const many = WithCreatives.safeParse(material)
  return (
    <div className="stack-16">
      {own.success && <AsSeen previews={own.data.previews} title={words.asSeen} />}
      {many.success &&
        Object.entries(many.data.creatives).map(([id, creative]) => (
          <LivePreview
            key={id}
            creative={creative}
            category={many.data.category}
            title={`${words.asSeen}：${creative.name ?? `#${id}`}`}
          />
        ))}
      <Panel title={words.material}>
        <Facts value={withoutPreviews(material)} />
      </Panel>
    </div>
  )
}

/** Previews are shown as pictures; their text is not read twice. */
export const withoutPreviews = (value: Material): Material => {
  if (Array.isArray(value)) return value.map(withoutPreviews)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, below]) => (key === 'previews' ? [] : [[key, withoutPreviews(below)]])),
  )
}

const Facts = ({ value, name = '' }: { value: Material; name?: string }): ReactNode => {
  const format = useFormats()
  const t = useText()
  if (value === null || value === '') return <span className="muted">—</span>
  if (typeof value === 'number') return isFen(name) ? format.amount(name, value) : String(value)
  if (typeof value === 'boolean') return t.ui.yesNo(value)
  if (typeof value === 'string') return <span className="pre">{value}</span>
  if (Array.isArray(value))
    return value.length === 0 ? (
      <span className="muted">—</span>
    ) : (
      <ol className="fact-list">
        {keyed(value).map(({ item: one, key }) => (
          <li key={key}>
            <Facts value={one} name={name} />
          </li>
        ))}
      </ol>
    )
  return (
    <dl className="facts">
      {Object.entries(value).map(([key, below]) => (
        <div className="facts-row" key={key}>
          <dt>{factTitle(t.reviews.factTitles, key)}</dt>
          <dd>
            <Facts value={below} name={key} />
          </dd>
        </div>
      ))}
    </dl>
  )
}

const factTitle = (titles: Readonly<Record<string, string>>, key: string) => titles[key] ?? key
