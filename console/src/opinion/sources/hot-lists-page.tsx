import './sources.css'
import { useQuery } from '@tanstack/react-query'
import { Input } from 'antd'
import { useState } from 'react'
import type { HotEntry } from '../../../../src/opinion/sources/hot-list-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Badge, Tabs } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { listHotEntries, listHotLists } from './source-calls.ts'

/** What stands on the hot lists and how it moved. */
export const HotListsPage = () => {
  const words = useText().opinionSources
  const lists = useQuery({
    queryKey: ['opinionSources', 'hotLists'],
    queryFn: ({ signal }) => listHotLists(signal),
    refetchInterval: 30_000,
  })
  const [chosen, setChosen] = useState<string>()
  return (
    <Page title={words.hotLists} subtitle={words.hotSubtitle}>
      <Loaded query={lists}>
        {({ lists }) => {
          const key = (one: { sourceId: number; list: string }) => `${one.sourceId} ${one.list}`
          const list = lists.find((one) => key(one) === chosen) ?? lists[0]
          if (!list) return <Blank icon="event" title={words.hotNone} hint={words.hotNoneHint} />
          return (
            <>
              {lists.length > 1 && (
                <Tabs
                  label={words.hotLists}
                  value={key(list)}
                  onChange={setChosen}
                  items={lists.map((one) => ({ key: key(one), label: one.list }))}
                />
              )}
              <Entries key={key(list)} sourceId={list.sourceId} list={list.list} />
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}

const Entries = ({ sourceId, list }: { sourceId: number; list: string }) => {
  const words = useText().opinionSources
  const format = useFormats()
  const [hours, setHours] = useState<'6' | '24' | '168'>('24')
  const [find, setFind] = useState('')
  const entries = useQuery({
    queryKey: ['opinionSources', 'hotEntries', sourceId, list, hours, find],
    queryFn: ({ signal }) => listHotEntries({ sourceId, list, hours: Number(hours), find }, signal),
    refetchInterval: 30_000,
    placeholderData: (before) => before,
  })
  return (
    <Panel
      title={list}
      flush
      extra={
        <>
          <Input
            className="hot-find"
            allowClear
            aria-label={words.find}
            placeholder={words.find}
            onChange={(event) => setFind(event.target.value.trim())}
          />
          <Tabs
            label={words.curve}
            value={hours}
            onChange={setHours}
            items={(['6', '24', '168'] as const).map((key) => ({ key, label: words.spans[key] }))}
          />
        </>
      }
    >
      <Loaded query={entries}>
        {({ items }) => (
          <Table
            label={list}
            rows={items}
            rowKey={(row) => row.id}
            blank={<Blank compact title={words.hotNoEntries} />}
            columns={[
              {
                key: 'rank',
                title: words.rank,
                fit: true,
                align: 'right',
                cell: (row) =>
                  row.rank === null ? (
                    <Badge tone="plain">{words.leftList}</Badge>
                  ) : (
                    <strong className="num">{row.rank}</strong>
                  ),
              },
              {
                key: 'title',
                title: words.name,
                card: 'lead',
                cell: (row) =>
                  row.url === '' ? (
                    <span className="wrap">{row.title}</span>
                  ) : (
                    <a className="wrap" href={row.url} target="_blank" rel="noreferrer noopener">
                      {row.title}
                    </a>
                  ),
              },
              {
                key: 'curve',
                title: words.curve,
                fit: true,
                cell: (row) => <RankCurve entry={row} hours={Number(hours)} />,
              },
              { key: 'best', title: words.best, fit: true, align: 'right', cell: (row) => row.bestRank },
              {
                key: 'heat',
                title: words.heat,
                fit: true,
                align: 'right',
                cell: (row) => (row.heat === null ? '—' : format.short(row.heat)),
              },
              { key: 'since', title: words.onSince, fit: true, cell: (row) => format.dayHour(row.firstAt) },
              {
                key: 'for',
                title: words.onFor,
                fit: true,
                align: 'right',
                card: 'wide',
                cell: (row) => format.duration(Math.round((Date.parse(row.lastAt) - Date.parse(row.firstAt)) / 1_000)),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const width = 140
const height = 32

/** Places over time, the first on top. A place holds until the next one is known. */
const RankCurve = ({ entry, hours }: { entry: HotEntry; hours: number }) => {
  const words = useText().opinionSources
  const { points } = entry
  const [now] = useState(() => Date.now())
  const start = Math.max(now - hours * 3_600_000, Math.min(now, Date.parse(points[0]?.at ?? entry.firstAt)))
  const end = Math.max(start + 1_000, Date.parse(entry.lastAt))
  const worst = Math.max(10, ...points.map(({ rank }) => rank))
  const x = (at: string) => 3 + ((Math.max(start, Date.parse(at)) - start) / (end - start)) * (width - 6)
  const y = (rank: number) => 3 + ((rank - 1) / (worst - 1)) * (height - 6)
  const steps = points.map(({ at, rank }, index) => (index === 0 ? `M${x(at)} ${y(rank)}` : `H${x(at)}V${y(rank)}`))
  const last = points.at(-1)
  return (
    <svg
      className="rank-curve"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${words.curveOf(entry.title)}: ${points.map(({ rank }) => rank).join(', ')}`}
    >
      <line x1={0} x2={width} y1={y(1)} y2={y(1)} />
      {last && (
        <>
          <path d={`${steps.join('')}H${x(entry.lastAt)}`} />
          <circle cx={x(entry.lastAt)} cy={y(last.rank)} r={2.4} />
        </>
      )}
    </svg>
  )
}
