import './builder.css'
import {
  keepPreviousData,
  type UseQueryResult,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button, Dropdown, Segmented, Select } from 'antd'
import { useMemo, useState } from 'react'
import { CustomerTable } from '../customers/customers-page.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { HealthPanel, useHealth } from '../living/health-panel.tsx'
import { Moves } from '../living/moves.tsx'
import { Snapshots } from '../living/snapshots.tsx'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Ago, Code, Notice, Tabs, Tile } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import {
  changeAudience,
  deleteAudience,
  getAudience,
  getChanges,
  getHistory,
  getMembers,
  refreshAudience,
} from './audience-calls.ts'
import type { Audience, History, Schedule } from './audience-shapes.ts'
import { ExportDialog } from './export-dialog.tsx'
import { readDefinition } from './reading.ts'
import { useReader } from './use-reader.ts'

type View = 'members' | 'moves' | 'history' | 'changes' | 'snapshots' | 'definition'

export const AudiencePage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/audiences/$id' })
  const audience = useQuery({
    queryKey: ['audiences', id],
    queryFn: ({ signal }) => getAudience(id, signal),
    refetchInterval: ({ state }) => (state.data?.refreshing ? 1_000 : false),
  })
  if (!audience.data) {
    return (
      <Page title={t.nav.audiences} back={{ to: '/audiences', label: t.nav.audiences }}>
        <Panel>
          <Loaded query={audience}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  }
  return <Shown audience={audience.data} />
}

const Shown = ({ audience }: { audience: Audience }) => {
  const t = useText()
  const can = useCan()
  const navigate = useNavigate()
  const client = useQueryClient()
  const confirm = useConfirm()
  const fail = useFailureToast()
  const format = useFormats()
  const reader = useReader()
  const [view, setView] = useState<View>('members')
  const [exporting, setExporting] = useState(false)
  const health = useHealth(audience.id)
  const live = health.data?.live ? health.data : undefined
  const history = useQuery({
    queryKey: ['audiences', audience.id, 'history'],
    queryFn: ({ signal }) => getHistory(audience.id, signal),
  })
  const refresh = useMutation({
    mutationFn: () => refreshAudience(audience.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['audiences'] }),
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => deleteAudience(audience.id),
    onSuccess: async () => {
      await navigate({ to: '/audiences' })
      await client.invalidateQueries({ queryKey: ['audiences'] })
    },
    onError: fail,
  })
  const signed = (sign: string, count: number) => (count === 0 ? '0' : `${sign}${format.count(count)}`)
  const [latest] = history.data?.items ?? []
  // A living audience counts along.
  const { size, asOf } = live ?? audience
  const lately = live ? live.moved : latest
  const stale = audience.refreshedVersion !== null && audience.refreshedVersion < audience.version

  return (
    <Page
      title={audience.name}
      back={{ to: '/audiences', label: t.nav.audiences }}
      subtitle={<span className="reading">{readDefinition(reader, audience.definition)}</span>}
      actions={
        <>
          {can('audiences.write') && (
            <Button
              type="primary"
              icon={<Icon name="refresh" size={16} />}
              loading={refresh.isPending || audience.refreshing}
              onClick={() => refresh.mutate()}
            >
              {t.ui.refresh}
            </Button>
          )}
          {audience.asOf && (
            <Button
              icon={<Icon name="portraits" size={16} />}
              onClick={() => navigate({ to: '/portraits', search: { of: `audience:${audience.id}` } })}
            >
              {t.portraits.title}
            </Button>
          )}
          {can('audiences.export') && (
            <Button icon={<Icon name="download" size={16} />} onClick={() => setExporting(true)}>
              {t.exports.action}
            </Button>
          )}
          {can('audiences.write') && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: [
                  { key: 'edit', label: t.ui.edit, icon: <Icon name="edit" size={16} /> },
                  { key: 'delete', label: t.ui.remove, danger: true, icon: <Icon name="trash" size={16} /> },
                ],
                onClick: ({ key }) => {
                  if (key === 'edit') return navigate({ to: '/audiences/$id/edit', params: { id: audience.id } })
                  return confirm({
                    title: t.audiences.deleteTitle(audience.name),
                    content: t.audiences.deleteHint,
                    okText: t.ui.remove,
                    danger: true,
                    run: () => drop.mutateAsync(),
                  })
                },
              }}
            >
              <Button aria-label={t.ui.moreActions} icon={<Icon name="more" size={16} />} />
            </Dropdown>
          )}
        </>
      }
    >
      {audience.error && <Notice tone="bad">{t.audiences.refreshFailedWith(audience.error)}</Notice>}
      {stale && <Notice tone="warn">{t.audiences.stale}</Notice>}
      <div className="tiles">
        <Tile
          label={t.audiences.size}
          value={<span aria-live="polite">{size === null ? '—' : format.count(size)}</span>}
          unit={t.audiences.people}
          note={
            live?.live?.state === 'following' && asOf ? (
              <>
                {t.living.asOf} {format.clock(asOf)}
              </>
            ) : audience.asOf ? (
              <>
                {t.audiences.refreshed} <Ago at={audience.asOf} />
              </>
            ) : (
              t.audiences.neverRefreshed
            )
          }
        />
        <Tile
          label={t.audiences.entered}
          value={signed('+', lately?.entered ?? 0)}
          note={live ? t.living.lately : t.audiences.sinceLast}
        />
        <Tile
          label={t.audiences.left}
          value={signed('−', lately?.left ?? 0)}
          note={live ? t.living.lately : t.audiences.sinceLast}
        />
        <div className="tile">
          <div className="tile-label">{t.audiences.schedule}</div>
          <div className="tile-value">
            <ScheduleField audience={audience} />
          </div>
        </div>
      </div>
      {health.data && (
        <div className="panel-space">
          <HealthPanel id={audience.id} name={audience.name} health={health.data} />
        </div>
      )}
      <div className="panel-space">
        <Tabs
          label={audience.name}
          value={view}
          onChange={setView}
          items={[
            { key: 'members', label: t.audiences.members },
            ...(can('customers.read') ? [{ key: 'moves' as const, label: t.living.moves }] : []),
            { key: 'history', label: t.audiences.history },
            { key: 'changes', label: t.audiences.changes },
            { key: 'snapshots', label: t.living.snapshots },
            { key: 'definition', label: t.audiences.definition },
          ]}
        />
      </div>
      {view === 'members' && <Members audience={audience} />}
      {view === 'moves' && <Moves id={audience.id} live={live !== undefined} />}
      {view === 'snapshots' && <Snapshots id={audience.id} ready={audience.asOf !== null} />}
      {view === 'history' && <SizeHistory name={audience.name} history={history} />}
      {view === 'changes' && <Changes audience={audience} />}
      {view === 'definition' && (
        <Panel
          title="JSON"
          extra={
            can('audiences.write') && (
              <Link to="/audiences/$id/edit" params={{ id: audience.id }}>
                {t.ui.edit}
              </Link>
            )
          }
        >
          <Code text={JSON.stringify(audience.definition, null, 2)} />
        </Panel>
      )}
      {exporting && <ExportDialog what={audience.id} name={audience.name} onClose={() => setExporting(false)} />}
    </Page>
  )
}

const SizeHistory = ({ name, history }: { name: string; history: UseQueryResult<History> }) => {
  const t = useText()
  const format = useFormats()
  const series = useMemo(
    () => [
      {
        name: t.audiences.size,
        kind: 'line' as const,
        color: 'teal' as const,
        points: (history.data?.items ?? []).toReversed().map(({ asOf, size }) => ({ at: asOf, value: size })),
      },
    ],
    [history.data, t],
  )
  return (
    <Panel title={t.audiences.history} flush>
      <Loaded query={history}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank icon="clock" title={t.audiences.noHistory} hint={t.audiences.noMembersHint} />
          ) : (
            <>
              <div className="panel-body">
                <Chart label={t.audiences.historyLabel(name)} height={280} series={series} />
              </div>
              <Table
                label={t.audiences.history}
                rows={items.slice(0, 50)}
                rowKey={(row) => row.refresh}
                blank={null}
                columns={[
                  { key: 'at', title: t.ui.when, card: 'lead', cell: (row) => format.dateTime(row.asOf) },
                  { key: 'size', title: t.audiences.size, align: 'right', cell: (row) => format.count(row.size) },
                  { key: 'in', title: t.audiences.entered, align: 'right', cell: (row) => format.count(row.entered) },
                  { key: 'out', title: t.audiences.left, align: 'right', cell: (row) => format.count(row.left) },
                  {
                    key: 'took',
                    title: t.jobs.took,
                    align: 'right',
                    cell: (row) => format.duration(row.tookMs / 1000),
                  },
                ]}
              />
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}

const schedules: readonly (Schedule | null)[] = [
  null,
  { everyMinutes: 15 },
  { everyMinutes: 60 },
  { dailyAt: '06:00' },
  { dailyAt: '22:00' },
]

const ScheduleField = ({ audience }: { audience: Audience }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const fail = useFailureToast()
  const nameOf = (schedule: Schedule | null) => {
    if (!schedule) return t.audiences.byHand
    return 'dailyAt' in schedule ? t.audiences.daily(schedule.dailyAt) : t.audiences.every(schedule.everyMinutes)
  }
  const change = useMutation({
    mutationFn: (schedule: Schedule | null) => changeAudience(audience.id, { schedule }),
    onSettled: () => client.invalidateQueries({ queryKey: ['audiences'] }),
    onError: fail,
  })
  const key = (schedule: Schedule | null) => JSON.stringify(schedule)
  const current = key(audience.schedule)
  const offered = schedules.some((one) => key(one) === current) ? schedules : [...schedules, audience.schedule]
  return (
    <Select
      aria-label={t.audiences.schedule}
      style={{ width: '100%' }}
      disabled={!can('audiences.write')}
      loading={change.isPending}
      value={current}
      onChange={(chosen) => change.mutate(offered.find((one) => key(one) === chosen) ?? null)}
      options={offered.map((one) => ({ value: key(one), label: nameOf(one) }))}
    />
  )
}

const Members = ({ audience }: { audience: Audience }) => {
  const t = useText()
  const members = useInfiniteQuery({
    queryKey: ['audiences', audience.id, 'members', audience.asOf],
    queryFn: ({ pageParam, signal }) => getMembers(audience.id, { limit: 25, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  return (
    <Panel title={t.audiences.members} flush>
      <Loaded query={members} lines={8}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items)
          if (rows.length === 0) {
            return audience.asOf ? (
              <Blank icon="audiences" title={t.audiences.noMembers} />
            ) : (
              <Blank icon="audiences" title={t.audiences.neverRefreshed} hint={t.audiences.noMembersHint} />
            )
          }
          return <CustomerTable rows={rows} searching={false} more={members} />
        }}
      </Loaded>
    </Panel>
  )
}

const Changes = ({ audience }: { audience: Audience }) => {
  const t = useText()
  const format = useFormats()
  const [change, setChange] = useState<'entered' | 'left'>('entered')
  const changes = useInfiniteQuery({
    queryKey: ['audiences', audience.id, 'changes', change, audience.asOf],
    queryFn: ({ pageParam, signal }) => getChanges(audience.id, { change, limit: 25, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const [counts] = changes.data?.pages ?? []
  const label = (name: string, count: number | undefined) =>
    count === undefined ? name : `${name} ${format.count(count)}`
  return (
    <Panel
      title={t.audiences.changes}
      note={t.audiences.sinceLast}
      extra={
        <Segmented
          size="small"
          value={change}
          onChange={setChange}
          options={[
            { value: 'entered' as const, label: label(t.audiences.entered, counts?.entered) },
            { value: 'left' as const, label: label(t.audiences.left, counts?.left) },
          ]}
        />
      }
      flush
    >
      <Loaded query={changes}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items)
          return rows.length === 0 ? (
            <Blank icon="audiences" title={t.audiences.noChanges} hint={t.audiences.noChangesHint} />
          ) : (
            <CustomerTable rows={rows} searching={false} more={changes} />
          )
        }}
      </Loaded>
    </Panel>
  )
}
