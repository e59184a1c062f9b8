import '../offers/offers.css'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { z } from 'zod'
import { getAudience } from '../audiences/audience-calls.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { getVersions } from '../offers/offer-calls.ts'
import { SheetView } from '../offers/sheet-view.tsx'
import { useCan } from '../session.ts'
import { Badge } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'

const Step = z.looseObject({
  kind: z.string(),
  name: z.string().default(''),
  channel: z.string().optional(),
  channels: z.array(z.looseObject({ channel: z.string(), creativeId: z.int() })).optional(),
})

/** What of a campaign's frozen material is told in a reviewer's words; the rest is listed below it. */
export const CampaignMaterial = z.looseObject({
  priority: z.number(),
  definition: z.looseObject({
    trigger: z.looseObject({ kind: z.string() }),
    journey: z.looseObject({ start: z.string().nullish(), steps: z.record(z.string(), Step) }),
    holdout: z.number().default(0),
    budget: z.looseObject({ costFen: z.number().optional(), sends: z.number().optional() }).default({}),
  }),
  audiences: z.record(z.string(), z.looseObject({ name: z.string(), version: z.int() })),
  offers: z.record(z.string(), z.looseObject({ hash: z.string(), version: z.int() })),
})
type CampaignMaterial = z.output<typeof CampaignMaterial>

/** Who is reached, what it may cost, which offers at which cost, and the steps of the journey. */
export const CampaignSummary = ({ material }: { material: CampaignMaterial }) => (
  <>
    <People material={material} />
    <Offers offers={material.offers} />
    <Steps {...material.definition.journey} />
  </>
)

const People = ({ material: { audiences, definition } }: { material: CampaignMaterial }) => {
  const t = useText()
  const words = t.reviews
  const format = useFormats()
  const can = useCan()
  const ids = Object.keys(audiences)
  const sizes = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['audiences', 'one', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => getAudience(id, signal),
      enabled: can('audiences.read'),
    })),
  })
  const { costFen, sends } = definition.budget
  return (
    <Panel title={words.audience}>
      <dl className="facts">
        {ids.map((id, i) => {
          const size = sizes[i]?.data?.size
          return (
            <div className="fact-pair" key={id}>
              <dt>
                <Link to="/audiences/$id" params={{ id }}>
                  {audiences[id]?.name}
                </Link>
              </dt>
              <dd className="strong">{size === undefined || size === null ? '—' : words.people(format.count(size))}</dd>
            </div>
          )
        })}
        {ids.length === 0 && (
          <div className="fact-pair">
            <dt>{words.trigger}</dt>
            <dd>{words.triggerKinds[definition.trigger.kind] ?? definition.trigger.kind}</dd>
          </div>
        )}
        <div className="fact-pair">
          <dt>{words.budget}</dt>
          <dd>
            {costFen === undefined && sends === undefined && words.noBudget}
            {costFen !== undefined && format.amount('costFen', costFen)}{' '}
            {sends !== undefined && words.sends(format.count(sends))}
          </dd>
        </div>
        <div className="fact-pair">
          <dt>{words.holdout}</dt>
          <dd>{format.share(definition.holdout)}</dd>
        </div>
      </dl>
    </Panel>
  )
}

const Offers = ({ offers }: { offers: CampaignMaterial['offers'] }) => {
  const t = useText()
  const words = t.reviews
  const can = useCan()
  const ids = Object.keys(offers)
  const versions = useQueries({
    queries: ids.map((id) => ({
      queryKey: ['offers', 'versions', id],
      queryFn: ({ signal }: { signal: AbortSignal }) => getVersions(Number(id), signal),
      enabled: can('offers.read'),
    })),
  })
  if (ids.length === 0) return null
  return (
    <Panel title={words.costSheet}>
      {ids.map((id, i) => {
        const held = offers[id]
        // The version that was frozen, not whatever is published by now.
        const version = versions[i]?.data?.items.find(({ version }) => version === held?.version)
        return (
          <div className="offer-sheet stack" key={id}>
            <p className="strong">{words.offerOf(id, String(held?.version ?? ''))}</p>
            {version && <SheetView sheet={version.disclosure} />}
          </div>
        )
      })}
    </Panel>
  )
}

type StepsById = Readonly<Record<string, z.output<typeof Step>>>

/** Ids of steps as one comes to them from the first; those that nothing leads to last. */
const inOrder = (start: string | null | undefined, steps: StepsById): string[] => {
  const met = new Set<string>()
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      if (met.has(value) || !Object.hasOwn(steps, value)) return
      met.add(value)
      visit(steps[value])
    } else if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) visit(part)
  }
  visit(start)
  return [...new Set([...met, ...Object.keys(steps)])]
}

const Steps = ({ start, steps }: { start?: string | null | undefined; steps: StepsById }) => {
  const t = useText()
  const kinds: Readonly<Record<string, string>> = t.campaigns.kinds
  const channels: Readonly<Record<string, string>> = t.creatives.channels
  return (
    <Panel title={t.reviews.journey}>
      <ol className="fact-list">
        {inOrder(start, steps).map((id) => {
          const { kind = '', name, channel, channels: tried } = steps[id] ?? {}
          return (
            <li key={id} className="row">
              <Badge>{kinds[kind] ?? kind}</Badge>
              <span>{name}</span>
              {[...(channel ? [channel] : []), ...(tried ?? []).map((one) => one.channel)].map((one) => (
                <Badge key={one} tone="teal">
                  {channels[one] ?? one}
                </Badge>
              ))}
            </li>
          )
        })}
      </ol>
    </Panel>
  )
}
