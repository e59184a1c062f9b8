import './quality.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button } from 'antd'
import { useMemo } from 'react'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Ago, Tile } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { getOverview, scoreNow } from './quality-calls.ts'
import { components, type QualityOverview } from './quality-shapes.ts'
import { QualityTabs } from './quality-tabs.tsx'
import { Share, scoreText } from './share.tsx'

export const QualityPage = () => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const overview = useQuery({
    queryKey: ['quality', 'overview'],
    queryFn: ({ signal }) => getOverview(signal),
    refetchInterval: 20_000,
  })
  const score = useMutation({
    mutationFn: scoreNow,
    onSuccess: () => {
      message.success(t.quality.scoreAsked)
      for (const afterMs of [2_000, 5_000, 10_000])
        setTimeout(() => void client.invalidateQueries({ queryKey: ['quality'] }), afterMs)
    },
    onError: fail,
  })
  const ask = can('quality.write') && (
    <Button icon={<Icon name="refresh" size={16} />} loading={score.isPending} onClick={() => score.mutate()}>
      {t.quality.scoreNow}
    </Button>
  )
  return (
    <Page title={t.quality.title} subtitle={t.quality.subtitle} actions={ask}>
      <QualityTabs />
      <Loaded query={overview} lines={8}>
        {(data) =>
          data.at === null ? (
            <Panel>
              <Blank icon="quality" title={t.quality.never} hint={t.quality.neverHint}>
                {ask}
              </Blank>
            </Panel>
          ) : (
            <Scores overview={data} />
          )
        }
      </Loaded>
    </Page>
  )
}

const Scores = ({ overview }: { overview: QualityOverview }) => {
  const t = useText()
  const format = useFormats()
  const series = useMemo(
    () => [
      {
        name: t.quality.score,
        kind: 'line' as const,
        color: 'teal' as const,
        points: overview.history.map(({ day, score }) => ({
          at: `${day}T00:00:00+08:00`,
          value: Math.round(score * 10) / 10,
        })),
      },
    ],
    [overview.history, t],
  )
  return (
    <div className="stack-16">
      <div className="tiles">
        <Tile
          label={t.quality.score}
          value={scoreText(overview.score)}
          note={
            <>
              {t.quality.scoredAt} <Ago at={overview.at} />
            </>
          }
        />
        {components.map((name) => (
          <Tile
            key={name}
            label={t.quality.components[name]}
            value={format.share(overview[name])}
            note={t.quality.componentHints[name]}
          />
        ))}
      </div>
      <div className="grid grid-halves">
        <Panel title={t.quality.trend} note={t.quality.scoreHint}>
          <Chart series={series} height={200} tick="date" label={t.quality.trend} />
        </Panel>
        <Panel
          title={t.quality.bands}
          note={`${t.quality.scored(format.count(overview.customers))}${overview.unscored > 0 ? ` · ${t.quality.unscored(format.count(overview.unscored))}` : ''}`}
        >
          <Bands bands={overview.bands} />
        </Panel>
      </div>
      <Traits overview={overview} />
      <Sources overview={overview} />
    </div>
  )
}

/** Customers by tens of their score; each bar leads to them. */
const Bands = ({ bands }: { bands: readonly number[] }) => {
  const t = useText()
  const format = useFormats()
  const can = useCan()
  const most = Math.max(1, ...bands)
  return (
    <div className="bands" role="group" aria-label={t.quality.bands}>
      {bands.map((count, band) => {
        const label = `${t.quality.band(band * 10)}: ${t.quality.people(format.count(count))}`
        const bar = (
          <>
            <span>{count > 0 ? format.short(count) : ''}</span>
            <span className="band-bar" style={{ height: `${(count / most) * 110}px` }} />
            <span>{band * 10}</span>
          </>
        )
        return count > 0 && can('customers.read') ? (
          <Link
            // biome-ignore lint/suspicious/noArrayIndexKey: the place is what the band is
            key={band}
            className="band"
            to="/quality/people"
            search={{ what: 'band', band }}
            aria-label={label}
            title={label}
          >
            {bar}
          </Link>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place is what the band is
          <span key={band} className="band" title={label}>
            {bar}
          </span>
        )
      })}
    </div>
  )
}

const Traits = ({ overview }: { overview: QualityOverview }) => {
  const t = useText()
  const can = useCan()
  const titles = useTraitTitles()
  type Row = QualityOverview['traits'][number]
  const lead = (row: Row, what: 'missing' | 'invalid' | 'stale' | 'conflict', value: number, label: string) => {
    const share = <Share value={value} label={label} />
    return value < 1 && can('customers.read') ? (
      <Link
        to="/quality/people"
        search={{ what, trait: row.trait }}
        aria-label={t.quality.whats[what](titles(row.trait))}
      >
        {share}
      </Link>
    ) : (
      share
    )
  }
  const columns: readonly Column<Row>[] = [
    {
      key: 'trait',
      title: t.quality.trait,
      card: 'lead',
      cell: (row) => (
        <>
          <span className="strong" title={row.trait}>
            {titles(row.trait)}
          </span>
          {row.expected && <div className="muted small">{t.quality.expected}</div>}
        </>
      ),
    },
    { key: 'score', title: t.quality.score, align: 'right', fit: true, cell: (row) => scoreText(row.score) },
    {
      key: 'coverage',
      title: t.quality.coverage,
      cell: (row) => lead(row, 'missing', row.completeness, t.quality.coverage),
    },
    { key: 'valid', title: t.quality.valid, cell: (row) => lead(row, 'invalid', row.validity, t.quality.valid) },
    { key: 'fresh', title: t.quality.fresh, cell: (row) => lead(row, 'stale', row.freshness, t.quality.fresh) },
    {
      key: 'consistent',
      title: t.quality.consistent,
      cell: (row) => lead(row, 'conflict', row.consistency, t.quality.consistent),
    },
  ]
  return (
    <Panel title={t.quality.traits} flush>
      <Table
        label={t.quality.traits}
        rows={overview.traits}
        rowKey={(row) => row.trait}
        columns={columns}
        blank={<Blank compact title={t.quality.none} />}
      />
    </Panel>
  )
}

const Sources = ({ overview }: { overview: QualityOverview }) => {
  const t = useText()
  const format = useFormats()
  type Row = QualityOverview['sources'][number]
  const columns: readonly Column<Row>[] = [
    {
      key: 'source',
      title: t.quality.source,
      card: 'lead',
      cell: (row) => {
        const [kind, id = ''] = row.key.split(':')
        const name = row.name ?? t.quality.unknownSource
        if (id === '0' || row.name === null) return <span className="strong">{name}</span>
        return kind === 'import' ? (
          <Link className="strong" to="/imports/$id" params={{ id }}>
            {name}
          </Link>
        ) : (
          <Link className="strong" to="/sources/$id" params={{ id }}>
            {name}
          </Link>
        )
      },
    },
    { key: 'score', title: t.quality.score, align: 'right', fit: true, cell: (row) => scoreText(row.score) },
    {
      key: 'customers',
      title: t.quality.customers,
      align: 'right',
      fit: true,
      cell: (row) => format.count(row.customers),
    },
    ...components.map(
      (name): Column<Row> => ({
        key: name,
        title: t.quality.components[name],
        cell: (row) => <Share value={row[name]} label={t.quality.components[name]} />,
      }),
    ),
  ]
  return (
    <Panel title={t.quality.sources} flush>
      <Table
        label={t.quality.sources}
        rows={overview.sources}
        rowKey={(row) => row.key}
        columns={columns}
        blank={<Blank compact title={t.quality.noSources} />}
      />
    </Panel>
  )
}
