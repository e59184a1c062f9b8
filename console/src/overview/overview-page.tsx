import './overview.css'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Segmented } from 'antd'
import { useMemo, useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { listImports } from '../imports/import-calls.ts'
import { isActive } from '../imports/import-shapes.ts'
import { ImportProgress } from '../imports/progress.tsx'
import { useCan } from '../session.ts'
import { listSources } from '../sources/source-calls.ts'
import { healthOf } from '../sources/source-health.ts'
import { Icon, type IconName } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Ago, Badge } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { CampaignsNow } from './campaigns-now.tsx'
import { readEventsPerHour, readStats } from './stats-calls.ts'

const liveMs = 5_000

export const OverviewPage = () => {
  const t = useText()
  const can = useCan()
  const stats = useQuery({
    queryKey: ['stats'],
    queryFn: ({ signal }) => readStats(signal),
    refetchInterval: liveMs,
  })
  const empty = stats.data?.customers === 0 && stats.data.events === 0
  return (
    <Page title={t.nav.overview} subtitle={t.overview.subtitle}>
      <Figures stats={stats} />
      {empty && <FirstSteps />}
      <div className="grid grid-main">
        <EventsChart />
        <div className="stack-16">
          {can('campaigns.read') && !empty && <CampaignsNow />}
          {can('sources.read') && <SourcesHealth />}
          {can('imports.read') && <ImportsNow />}
        </div>
      </div>
    </Page>
  )
}

const Figures = ({ stats }: { stats: ReturnType<typeof useQuery<Awaited<ReturnType<typeof readStats>>>> }) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const figures = [
    { key: 'customers', icon: 'customers', to: '/customers', may: can('customers.read'), label: t.overview.customers },
    { key: 'events', icon: 'event', to: '/sources', may: can('sources.read'), label: t.overview.events },
    { key: 'sources', icon: 'sources', to: '/sources', may: can('sources.read'), label: t.overview.sources },
  ] as const satisfies { key: keyof Awaited<ReturnType<typeof readStats>>; icon: IconName; [other: string]: unknown }[]
  return (
    <Loaded
      query={stats}
      waiting={
        <div className="tiles">
          {figures.map(({ key, label, icon }) => (
            <div key={key} className="tile">
              <div className="tile-label">
                <Icon name={icon} size={15} />
                {label}
              </div>
              <div className="bone" />
            </div>
          ))}
        </div>
      }
    >
      {(now) => (
        <div className="tiles">
          {figures.map(({ key, icon, to, may, label }) => {
            const inner = (
              <>
                <div className="tile-label">
                  <Icon name={icon} size={15} />
                  {label}
                </div>
                <div className="tile-value">{format.count(now[key])}</div>
              </>
            )
            return may ? (
              <Link key={key} to={to} className="tile">
                {inner}
              </Link>
            ) : (
              <div key={key} className="tile">
                {inner}
              </div>
            )
          })}
        </div>
      )}
    </Loaded>
  )
}

const FirstSteps = () => {
  const t = useText()
  const can = useCan()
  const steps = [
    { to: '/imports/new', icon: 'imports', ...t.overview.steps.import, may: can('imports.write') },
    { to: '/sources', icon: 'sources', ...t.overview.steps.source, may: can('sources.write') },
    { to: '/audiences/new', icon: 'audiences', ...t.overview.steps.audience, may: can('audiences.write') },
  ] as const
  return (
    <section className="steps" aria-label={t.overview.begin}>
      {steps
        .filter((step) => step.may)
        .map((step, index) => (
          <Link key={step.to} to={step.to} className="step">
            <span className="step-number">{index + 1}</span>
            <span>
              <strong>{step.title}</strong>
              <span className="muted small">{step.hint}</span>
            </span>
            <Icon name={step.icon} size={20} />
          </Link>
        ))}
    </section>
  )
}

const spans = [24, 48, 168] as const

const EventsChart = () => {
  const t = useText()
  const format = useFormats()
  const [hours, setHours] = useState<(typeof spans)[number]>(48)
  const perHour = useQuery({
    queryKey: ['stats', 'events-per-hour', hours],
    queryFn: ({ signal }) => readEventsPerHour(hours, signal),
    refetchInterval: liveMs,
    placeholderData: (before) => before,
  })
  const series = useMemo(
    () => [
      {
        name: t.overview.events,
        kind: 'bar' as const,
        color: 'teal' as const,
        points: (perHour.data?.items ?? []).map(({ at, count }, index, all) => ({
          at,
          value: count,
          open: index === all.length - 1,
        })),
      },
    ],
    [perHour.data, t],
  )
  const total = perHour.data?.items.reduce((sum, { count }) => sum + count, 0) ?? 0
  return (
    <Panel
      title={t.overview.perHour}
      note={
        <Badge tone="teal" live>
          {t.overview.live}
        </Badge>
      }
      extra={
        <Segmented
          size="small"
          aria-label={t.overview.span}
          value={hours}
          onChange={setHours}
          options={spans.map((span) => ({ value: span, label: t.overview.spans[span] }))}
        />
      }
    >
      <Loaded query={perHour} lines={6}>
        {() => (
          <>
            <p className="muted small">{t.overview.inSpan(format.count(total))}</p>
            <Chart label={t.overview.perHour} height={320} series={series} />
          </>
        )}
      </Loaded>
    </Panel>
  )
}

const SourcesHealth = () => {
  const t = useText()
  const format = useFormats()
  const sources = useQuery({
    queryKey: ['sources'],
    queryFn: ({ signal }) => listSources(signal),
    refetchInterval: liveMs,
  })
  return (
    <Panel title={t.overview.health} extra={<Link to="/sources">{t.ui.all}</Link>}>
      <Loaded query={sources} compact>
        {({ items }) =>
          items.length === 0 ? (
            <Blank compact title={t.sources.none}>
              <Link to="/sources">{t.sources.create}</Link>
            </Blank>
          ) : (
            <ul className="health">
              {items.slice(0, 8).map((source) => {
                const health = healthOf(source)
                return (
                  <li key={source.id}>
                    <span className={`health-dot health-${health}`} title={t.sources.health[health]} />
                    <Link to="/sources/$id" params={{ id: source.id }} className="health-name">
                      {source.name}
                    </Link>
                    <span className="num">{format.count(source.acceptedLastHour)}</span>
                    <span className="muted small">
                      <Ago at={source.lastSeenAt} />
                    </span>
                  </li>
                )
              })}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  )
}

const ImportsNow = () => {
  const t = useText()
  const imports = useQuery({
    queryKey: ['imports'],
    queryFn: ({ signal }) => listImports(signal),
    refetchInterval: ({ state }) => (state.data?.items.some(isActive) ? 1_000 : liveMs),
  })
  return (
    <Panel title={t.overview.imports} extra={<Link to="/imports">{t.ui.all}</Link>}>
      <Loaded query={imports} compact>
        {({ items }) => {
          const active = items.filter(isActive)
          const shown = active.length > 0 ? active : items.slice(0, 3)
          return shown.length === 0 ? (
            <Blank compact title={t.imports.none} />
          ) : (
            <ul className="stack-16">
              {shown.map((run) => (
                <li key={run.id}>
                  <ImportProgress run={run} linked />
                </li>
              ))}
            </ul>
          )
        }}
      </Loaded>
    </Panel>
  )
}
