import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { App, Button, Input, Select, Switch } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Ago, Badge, Tabs, Tile } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { LevelMark } from '../grading/level-mark.tsx'
import { type Alert, type AlertFilter, acknowledge, listAlerts } from './alert-calls.ts'
import { AlertDue, AlertState } from './alert-marks.tsx'

const states = ['open', 'firing', 'acknowledged', 'muted', 'resolved'] as const

/** Alerts that fire, and those that did. */
export const Board = () => {
  const t = useText()
  const words = t.alerts
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [filter, setFilter] = useState<AlertFilter>({ state: 'open' })
  const alerts = useInfiniteQuery({
    queryKey: ['opinion', 'alerts', filter],
    queryFn: ({ pageParam, signal }) => listAlerts({ ...filter, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 5_000,
  })
  const take = useMutation({
    mutationFn: acknowledge,
    onSuccess: () => message.success(words.acknowledged),
    onSettled: () => client.invalidateQueries({ queryKey: ['opinion'] }),
    onError: fail,
  })
  const filtered = Boolean(filter.level || filter.q || filter.state !== 'open')
  return (
    <Loaded query={alerts} lines={8}>
      {({ pages }) => {
        const [first] = pages
        return (
          <>
            <div className="tiles">
              {(['firing', 'late', 'acknowledged', 'muted'] as const).map((name) => (
                <Tile
                  key={name}
                  label={words.counts[name]}
                  value={
                    <span className={name === 'late' && (first?.counts.late ?? 0) > 0 ? 'alert-late' : ''}>
                      {format.count(first?.counts[name] ?? 0)}
                    </span>
                  }
                />
              ))}
              {first && first.speed.p50 !== null && first.speed.p95 !== null && (
                <Tile
                  label={words.speed}
                  value={format.duration(first.speed.p50 / 1_000)}
                  note={words.speedNote(format.duration(first.speed.p95 / 1_000), format.count(first.speed.sent))}
                />
              )}
            </div>
            <Panel flush>
              <div className="panel-body alert-bar">
                <Tabs
                  label={words.filter}
                  value={filter.state}
                  onChange={(state) => setFilter({ ...filter, state })}
                  items={states.map((key) => ({ key, label: words.states[key] }))}
                />
                <Select
                  allowClear
                  aria-label={words.level}
                  placeholder={words.allLevels}
                  style={{ minWidth: 120 }}
                  onChange={(level?: Alert['level']) => setFilter({ ...filter, level })}
                  options={(['severe', 'moderate', 'minor'] as const).map((value) => ({
                    value,
                    label: t.grading.levels[value],
                  }))}
                />
                <Input.Search
                  allowClear
                  aria-label={words.search}
                  placeholder={words.search}
                  style={{ width: 200 }}
                  onSearch={(q) => setFilter({ ...filter, q: q.trim() || undefined })}
                />
                <span className="row">
                  <Switch
                    size="small"
                    aria-label={words.drills}
                    checked={filter.drills === true}
                    onChange={(drills) => setFilter({ ...filter, drills: drills || undefined })}
                  />
                  {words.drills}
                </span>
              </div>
              <Table
                label={words.title}
                rows={pages.flatMap(({ items }) => items)}
                rowKey={({ id }) => id}
                more={alerts}
                blank={
                  filtered ? (
                    <Blank icon="search" title={words.noneFit} />
                  ) : (
                    <Blank icon="done" title={words.none} hint={words.noneHint} />
                  )
                }
                columns={[
                  {
                    key: 'event',
                    title: words.event,
                    card: 'lead',
                    cell: (row) => (
                      <>
                        <Link className="strong" to="/opinion/alerts/$id" params={{ id: String(row.id) }}>
                          {row.title}
                        </Link>
                        <div className="muted small">
                          {row.drillId > 0 && <Badge tone="blue">{words.drill}</Badge>}{' '}
                          {row.labels.subjects.map(({ name }) => name).join('、')}
                        </div>
                      </>
                    ),
                  },
                  { key: 'level', title: words.level, fit: true, cell: (row) => <LevelMark level={row.level} /> },
                  { key: 'state', title: words.state, cell: (row) => <AlertState alert={row} /> },
                  { key: 'fired', title: words.fired, cell: (row) => <Ago at={row.firedAt} /> },
                  { key: 'due', title: words.due, cell: (row) => <AlertDue alert={row} /> },
                  {
                    key: 'sent',
                    title: words.sent,
                    align: 'right',
                    cell: (row) => (
                      <>
                        {format.count(row.sent)}
                        {row.failed > 0 && (
                          <div className="alert-late small">{words.failed(format.count(row.failed))}</div>
                        )}
                      </>
                    ),
                  },
                  {
                    key: 'act',
                    title: '',
                    card: 'bare',
                    fit: true,
                    cell: (row) =>
                      row.state === 'firing' &&
                      can('opinion.handle') && (
                        <Button
                          size="small"
                          type="primary"
                          aria-label={`${words.acknowledge} ${row.title}`}
                          loading={take.isPending && take.variables === row.id}
                          onClick={() => take.mutate(row.id)}
                        >
                          {words.acknowledge}
                        </Button>
                      ),
                  },
                ]}
              />
            </Panel>
          </>
        )
      }}
    </Loaded>
  )
}
