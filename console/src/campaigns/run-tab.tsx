import './journey.css'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { lazy, Suspense, useMemo, useState } from 'react'
import { CampaignUndecided } from '../channels/undecided-panel.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { Icon } from '../ui/icon.tsx'
import { Tile } from '../ui/marks.tsx'
import { Failure, Loaded, Waiting } from '../ui/states.tsx'
import { getVersion, getVersions } from './campaign-calls.ts'
import type { Campaign, CampaignDefinition, Step } from './campaign-shapes.ts'
import type { StepFigures } from './canvas-parts.tsx'
import { type EntriesAsked, EntriesDrawer } from './entries-drawer.tsx'
import { drawnExits } from './journey-exits.ts'
import { KindMark } from './kind-mark.tsx'
import { getLive } from './live-calls.ts'
import type { Live } from './live-shapes.ts'
import { edgeOf, outcomesAt, wayCounts } from './live-ways.ts'
import { StepList } from './step-list.tsx'
import { exitText, type StepReader, stepTitle } from './step-reading.ts'
import { useJourneyEditor } from './use-journey-editor.ts'
import { useNarrow } from './use-narrow.ts'

const JourneyCanvas = lazy(async () => ({ default: (await import('./journey-canvas.tsx')).JourneyCanvas }))

const lookEveryMs = 5_000
const noIssues: ReadonlyMap<string, number> = new Map()
const ignore = () => undefined

/** People in the journey as they are now: how many stand at each step, and which ways they took. */
export const RunTab = ({ campaign, reader }: { campaign: Campaign; reader: StepReader }) => {
  const [chosen, setChosen] = useState<number>()
  const version = chosen ?? campaign.liveVersion ?? 1
  const versions = useQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'versions'],
    queryFn: ({ signal }) => getVersions(campaign.id, signal),
  })
  const detail = useQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'versions', version],
    queryFn: ({ signal }) => getVersion(campaign.id, version, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const live = useQuery({
    queryKey: ['campaigns', 'one', campaign.id, 'live', version],
    queryFn: ({ signal }) => getLive(campaign.id, version, signal),
    refetchInterval: lookEveryMs,
  })
  if (live.isError && !live.data) return <Failure error={live.error} onRetry={() => void live.refetch()} />
  return (
    <Loaded query={detail} lines={8}>
      {({ frozen }) =>
        live.data ? (
          <LiveView
            key={version}
            campaign={campaign}
            definition={frozen.definition}
            live={live.data}
            reader={reader}
            versions={(versions.data?.versions ?? []).map((one) => one.version)}
            onVersion={setChosen}
          />
        ) : (
          <Waiting lines={8} />
        )
      }
    </Loaded>
  )
}

const LiveView = ({
  campaign,
  definition,
  live,
  reader,
  versions,
  onVersion,
}: {
  campaign: Campaign
  definition: CampaignDefinition
  live: Live
  reader: StepReader
  versions: readonly number[]
  onVersion: (version: number) => void
}) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const narrow = useNarrow()
  const words = t.campaigns
  const { journey } = definition
  const editor = useJourneyEditor(journey, false, ignore)
  const [people, setPeople] = useState<EntriesAsked>()
  const figures = useMemo(() => figuresOf(live, Object.keys(journey.steps)), [live, journey.steps])
  const ways = useMemo(() => wayCounts(journey.steps, live, journey.start), [live, journey])
  const overlay = useMemo(() => ({ figures, ways }), [figures, ways])
  const [only] = editor.chosen.steps
  const step = only === undefined ? undefined : journey.steps[only]
  const tile = (label: string, count: number, asked: EntriesAsked) => (
    <Tile
      label={label}
      value={
        count > 0 && can('customers.read') ? (
          <button type="button" className="j-link j-figure" onClick={() => setPeople(asked)}>
            {format.count(count)}
          </button>
        ) : (
          format.count(count)
        )
      }
    />
  )
  return (
    <>
      <CampaignUndecided campaignId={campaign.id} />
      <div className="tiles c-tiles">
        {tile(words.entered, live.entered, {})}
        {tile(words.inside, live.inside, { state: 'active' })}
        {tile(words.entryStates.converted, live.ended.converted, { state: 'converted' })}
        {tile(words.entryStates.finished, live.ended.finished, { state: 'finished' })}
        {tile(words.entryStates.exited, live.ended.exited, { state: 'exited' })}
        {tile(words.entryStates.failed, live.ended.failed, { state: 'failed' })}
      </div>
      <div className="j-design">
        <div className="j-bar">
          {versions.length > 1 && (
            <Select
              aria-label={words.tabs.versions}
              value={live.version}
              onChange={onVersion}
              options={versions.map((one) => ({ value: one, label: words.version(one) }))}
            />
          )}
          <span className="b-spring" />
          <Link className="small" to="/refusals" search={{ campaign: campaign.id }}>
            {t.refusals.report} <Icon name="right" size={12} />
          </Link>
          <span className="muted small">{words.liveAsOf(format.clock(live.asOf))}</span>
        </div>
        <div className={`j-frame ${narrow ? 'j-frame-list' : ''}`}>
          {narrow ? (
            <StepList
              editor={editor}
              reader={reader}
              trigger={definition.trigger}
              issues={noIssues}
              figures={figures}
            />
          ) : (
            <Suspense fallback={<Waiting lines={8} />}>
              <JourneyCanvas
                editor={editor}
                reader={reader}
                trigger={definition.trigger}
                issues={noIssues}
                overlay={overlay}
              />
            </Suspense>
          )}
          <aside className="j-side">
            {only !== undefined && step ? (
              <StepNow id={only} step={step} live={live} reader={reader} onPeople={setPeople} />
            ) : (
              <p className="muted j-form">{words.liveHint}</p>
            )}
          </aside>
        </div>
      </div>
      {people && (
        <EntriesDrawer
          campaign={campaign}
          version={live.version}
          journey={journey}
          reader={reader}
          asked={people}
          onClose={() => setPeople(undefined)}
        />
      )}
    </>
  )
}

const figuresOf = (live: Live, ids: readonly string[]): Map<string, StepFigures> =>
  new Map(
    ids.map((id) => {
      const step = live.steps[id]
      const inside = step?.waiting ?? 0
      return [id, { inside, passed: (step?.in ?? 0) - inside, failed: step?.out.failed ?? 0 }]
    }),
  )

/** One step: who is here, and what became of those who were. */
const StepNow = ({
  id,
  step,
  live,
  reader,
  onPeople,
}: {
  id: string
  step: Step
  live: Live
  reader: StepReader
  onPeople: (asked: EntriesAsked) => void
}) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const words = t.campaigns
  const now = live.steps[id] ?? { in: 0, waiting: 0, out: {} }
  const gone = now.in - now.waiting
  const named = new Map(drawnExits(step).map(({ key }) => [edgeOf(step, key), exitText(reader, step, key)]))
  const nameOf = (edge: string) => named.get(edge) ?? words.edges[edge] ?? edge.replace(/^(arm|outcome):/, '')
  return (
    <div className="j-form">
      <div className="j-form-head">
        <KindMark kind={step.kind} />
        <span className="strong">{stepTitle(reader, step)}</span>
      </div>
      <dl className="facts">
        <dt>{words.liveCame}</dt>
        <dd className="num">{format.count(now.in)}</dd>
        <dt>{words.liveNow}</dt>
        <dd className="num">{format.count(now.waiting)}</dd>
      </dl>
      {gone > 0 && (
        <ul className="j-outcomes" aria-label={words.liveOut}>
          {outcomesAt(live, id).map(({ edge, people }) => (
            <li key={edge}>
              <span className="row row-between">
                <span>{nameOf(edge)}</span>
                <span className="num">
                  {format.count(people)} <span className="muted small">{format.share(people / gone)}</span>
                </span>
              </span>
              <span className="meter" aria-hidden="true">
                <span className="meter-fill" style={{ display: 'block', width: `${(people / gone) * 100}%` }} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {can('customers.read') && (
        <div className="row">
          <Button
            disabled={now.waiting === 0}
            icon={<Icon name="customers" size={15} />}
            onClick={() => onPeople({ step: id, state: 'active' })}
          >
            {words.whoIsHere}
          </Button>
          {(now.out.failed ?? 0) > 0 && (
            <Button danger onClick={() => onPeople({ step: id, state: 'failed' })}>
              {words.whoFailed}
            </Button>
          )}
        </div>
      )}
    </div>
  )
}
