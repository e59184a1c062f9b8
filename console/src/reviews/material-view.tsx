import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { z } from 'zod'
import { Category } from '../../../src/campaigns/channels-contract.ts'
import { CreativeContent } from '../../../src/campaigns/creatives/content-contract.ts'
import { Rendered } from '../../../src/campaigns/creatives/rendered-contract.ts'
import { previewCreative } from '../creatives/creative-calls.ts'
import type { Mark } from '../creatives/marked-text.tsx'
import { Phone } from '../creatives/phone.tsx'
import { useText } from '../i18n/text.ts'
import { Tabs } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { CampaignMaterial, CampaignSummary } from './campaign-summary.tsx'
import { Facts } from './facts.tsx'
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

/** The material as the recipient sees it, then in a reviewer's words, then all of it. */
export const MaterialView = ({ review: { material, findings } }: { review: Review }) => {
  const t = useText()
  const words = t.reviews
  const own = WithPreviews.safeParse(material)
  const many = WithCreatives.safeParse(material)
  const campaign = CampaignMaterial.safeParse(material)
  const marksOf = (path: string): Mark[] =>
    findings.flatMap(({ finding: { where, start, end, action, reason, rule } }) =>
      where !== '' && path === `content.${where}` && typeof start === 'number' && typeof end === 'number'
        ? [
            {
              start,
              end,
              tone: action === 'block' ? ('bad' as const) : ('warn' as const),
              title: t.creatives.reasons[reason ?? ''] ?? rule,
            },
          ]
        : [],
    )
  const all = (
    <Panel title={campaign.success ? words.raw : words.material}>
      <Facts value={shownFacts(material)} marksOf={marksOf} />
    </Panel>
  )
  return (
    <div className="stack-16">
      {campaign.success && <CampaignSummary material={campaign.data} />}
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
      {campaign.success ? (
        <details className="raw-material">
          <summary>{words.raw}</summary>
          {all}
        </details>
      ) : (
        all
      )}
    </div>
  )
}

/** Without what says only which kind of thing it is. */
const shownFacts = (material: Material): Material => {
  const shown = withoutPreviews(material)
  if (typeof shown !== 'object' || shown === null || Array.isArray(shown)) return shown
  const { kind: _, ...rest } = shown
  return rest
}

/** Previews are shown as pictures; their text is not read twice. */
export const withoutPreviews = (value: Material): Material => {
  if (Array.isArray(value)) return value.map(withoutPreviews)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, below]) => (key === 'previews' ? [] : [[key, withoutPreviews(below)]])),
  )
}
