import './insights.css'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { Button, Dropdown, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Failure, Loaded, Waiting } from '../ui/states.tsx'
import { AnswerPicture } from './answer-parts.tsx'
import { ask, changeDashboard, deleteDashboard, getDashboard, listReports } from './insight-calls.ts'
import type { DashboardView, Report, Tile } from './insight-shapes.ts'
import { OpenAlarms } from './open-alarms.tsx'
import { isEmpty } from './pictures.ts'
import { RolesField } from './report-dialog.tsx'

const refreshes = [null, 60, 300, 900, 3_600] as const

/** Reports side by side, asked again by themselves. */
export const DashboardPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/insights/dashboards/$id' })
  const dashboard = useQuery({
    queryKey: ['insights', 'dashboards', id],
    queryFn: ({ signal }) => getDashboard(id, signal),
  })
  if (!dashboard.data) {
    return (
      <Page title={t.insights.dashboards} back={{ to: '/insights', label: t.insights.title }}>
        <Panel>
          <Loaded query={dashboard}>{() => null}</Loaded>
        </Panel>
      </Page>
    )
  }
  return <Shown dashboard={dashboard.data} />
}

const Shown = ({ dashboard }: { dashboard: DashboardView }) => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const fail = useFailureToast()
  const [editing, setEditing] = useState(false)
  const mayEdit = dashboard.mine && can('insights.write')
  const reports = useQuery({
    queryKey: ['insights', 'reports'],
    queryFn: ({ signal }) => listReports(signal),
    enabled: mayEdit,
  })
  const key = ['insights', 'dashboards', dashboard.id]
  const change = useMutation({
    mutationFn: (next: Parameters<typeof changeDashboard>[1]) => changeDashboard(dashboard.id, next),
    // What was moved stays where it was put while the server is told.
    onMutate: (next) => client.setQueryData<DashboardView>(key, (old) => old && ({ ...old, ...next } as DashboardView)),
    onSettled: () => client.invalidateQueries({ queryKey: ['insights', 'dashboards'] }),
    onError: fail,
  })
  const drop = useMutation({
    mutationFn: () => deleteDashboard(dashboard.id),
    onSuccess: async () => {
      await navigate({ to: '/insights' })
      await client.invalidateQueries({ queryKey: ['insights', 'dashboards'] })
    },
    onError: fail,
  })
  const { tiles } = dashboard
  const setTiles = (next: readonly Tile[]) => change.mutate({ tiles: next })
  const move = (from: number, to: number) => {
    const [tile] = tiles.slice(from, from + 1)
    if (tile && to >= 0 && to < tiles.length) setTiles(tiles.filter((_, i) => i !== from).toSpliced(to, 0, tile))
  }
  const [dragged, setDragged] = useState<number>()
  return (
    <Page
      title={dashboard.name}
      subtitle={dashboard.description}
      back={{ to: '/insights', label: t.insights.title }}
      actions={
        <>
          <Button
            icon={<Icon name="refresh" size={16} />}
            onClick={() => client.invalidateQueries({ queryKey: ['insights', 'answer'] })}
          >
            {t.ui.refresh}
          </Button>
          {mayEdit && (
            <Button
              type={editing ? 'primary' : 'default'}
              icon={<Icon name="edit" size={16} />}
              onClick={() => setEditing(!editing)}
            >
              {editing ? t.insights.doneEditing : t.insights.editing}
            </Button>
          )}
          {mayEdit && (
            <Dropdown
              trigger={['click']}
              menu={{
                items: [{ key: 'delete', label: t.ui.remove, danger: true, icon: <Icon name="trash" size={16} /> }],
                onClick: () =>
                  confirm({
                    title: t.insights.deleteDashboard(dashboard.name),
                    content: t.insights.deleteDashboardHint,
                    okText: t.ui.remove,
                    danger: true,
                    run: () => drop.mutateAsync(),
                  }),
              }}
            >
              <Button aria-label={t.ui.moreActions} icon={<Icon name="more" size={16} />} />
            </Dropdown>
          )}
        </>
      }
    >
      <OpenAlarms reports={dashboard.reports.map(({ id }) => id)} />
      {editing && (
        <Panel>
          <div className="q-bar">
            <Select
              className="q-wide"
              showSearch={{ optionFilterProp: 'label' }}
              aria-label={t.insights.addTile}
              placeholder={t.insights.addTile}
              value={null}
              onChange={(report: string) => setTiles([...tiles, { report, width: 2, height: 1 }])}
              options={(reports.data?.items ?? []).map(({ id, name, question }) => ({
                value: id,
                label: `${name} · ${t.insights.kinds[question.kind]}`,
              }))}
            />
            <Select
              className="q-choice"
              aria-label={t.insights.autoRefresh}
              value={dashboard.refreshSeconds}
              onChange={(refreshSeconds) => change.mutate({ refreshSeconds })}
              options={refreshes.map((seconds) => ({
                value: seconds,
                label: `${t.insights.autoRefresh}: ${seconds === null ? t.insights.noRefresh : t.insights.everySeconds(seconds)}`,
              }))}
            />
            <div className="q-wide">
              <RolesField value={dashboard.roles} onChange={(roles) => change.mutate({ roles })} />
            </div>
          </div>
        </Panel>
      )}
      {tiles.length === 0 ? (
        <Panel>
          <Blank icon="group" title={t.insights.emptyDashboard} hint={t.insights.emptyDashboardHint}>
            {mayEdit && !editing && <Button onClick={() => setEditing(true)}>{t.insights.addTile}</Button>}
          </Blank>
        </Panel>
      ) : (
        <div className="board">
          {tiles.map((tile, i) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: dragging is for the mouse; the buttons move by keyboard
            <section
              // biome-ignore lint/suspicious/noArrayIndexKey: one report may stand here twice
              key={`${tile.report} ${i}`}
              className={`panel board-tile board-w${tile.width} board-h${tile.height} ${dragged === i ? 'board-dragged' : ''}`}
              draggable={editing}
              onDragStart={() => setDragged(i)}
              onDragEnd={() => setDragged(undefined)}
              onDragOver={(event) => editing && event.preventDefault()}
              onDrop={(event) => {
                event.preventDefault()
                if (dragged !== undefined) move(dragged, i)
                setDragged(undefined)
              }}
            >
              <TileBody
                tile={tile}
                report={dashboard.reports.find(({ id }) => id === tile.report)}
                refreshSeconds={dashboard.refreshSeconds}
              />
              {editing && (
                <TileTools
                  name={dashboard.reports.find(({ id }) => id === tile.report)?.name ?? ''}
                  tile={tile}
                  first={i === 0}
                  last={i === tiles.length - 1}
                  onMove={(by) => move(i, i + by)}
                  onChange={(next) => setTiles(tiles.map((one, at) => (at === i ? next : one)))}
                  onRemove={() => setTiles(tiles.filter((_, at) => at !== i))}
                />
              )}
            </section>
          ))}
        </div>
      )}
    </Page>
  )
}

const TileBody = ({
  tile,
  report,
  refreshSeconds,
}: {
  tile: Tile
  report: Report | undefined
  refreshSeconds: number | null
}) => {
  const t = useText()
  const format = useFormats()
  const answer = useQuery({
    queryKey: ['insights', 'answer', report?.question],
    queryFn: ({ signal }) => ask(report?.question ?? { kind: 'sessions', period: { within: '1 day' } }, signal),
    enabled: report !== undefined,
    refetchInterval: refreshSeconds === null ? false : refreshSeconds * 1_000,
    retry: false,
  })
  if (!report) return <Blank icon="lock" title={t.insights.tileGone} compact />
  const height = tile.height === 2 ? 460 : 220
  return (
    <>
      <div className="board-head">
        <h2>
          <Link to="/insights/explore/$kind" params={{ kind: report.question.kind }} search={{ report: report.id }}>
            {report.name}
          </Link>
        </h2>
        <small className="muted">{answer.data ? format.clock(answer.data.asOf) : ''}</small>
      </div>
      {answer.isError ? (
        <Failure error={answer.error} onRetry={() => answer.refetch()} compact />
      ) : !answer.data ? (
        <Waiting lines={4} />
      ) : isEmpty(answer.data.answer) ? (
        <Blank title={t.insights.nothing} compact />
      ) : (
        <AnswerPicture question={report.question} answer={answer.data.answer} height={height} />
      )}
    </>
  )
}

const TileTools = ({
  name,
  tile,
  first,
  last,
  onMove,
  onChange,
  onRemove,
}: {
  name: string
  tile: Tile
  first: boolean
  last: boolean
  onMove: (by: 1 | -1) => void
  onChange: (tile: Tile) => void
  onRemove: () => void
}) => {
  const t = useText()
  const acts: [label: string, disabled: boolean, act: () => void][] = [
    [t.insights.earlier, first, () => onMove(-1)],
    [t.insights.later, last, () => onMove(1)],
    [t.insights.wider, tile.width >= 4, () => onChange({ ...tile, width: tile.width + 1 })],
    [t.insights.narrower, tile.width <= 1, () => onChange({ ...tile, width: tile.width - 1 })],
    [t.insights.taller, tile.height >= 2, () => onChange({ ...tile, height: 2 })],
    [t.insights.lower, tile.height <= 1, () => onChange({ ...tile, height: 1 })],
    [t.insights.removeTile, false, onRemove],
  ]
  return (
    <div className="board-tools" role="toolbar" aria-label={name}>
      {acts.map(([label, disabled, act]) => (
        <Button key={label} size="small" type="text" disabled={disabled} aria-label={`${name}: ${label}`} onClick={act}>
          {label}
        </Button>
      ))}
    </div>
  )
}
