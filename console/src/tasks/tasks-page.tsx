import './tasks.css'
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { CampaignSelect } from '../refusals/campaign-select.tsx'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Tabs, Tile } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { type Column, Table } from '../ui/table.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { ResultsDialog } from './results-dialog.tsx'
import { listTasks, type TaskFilter, takeNext } from './task-calls.ts'
import { Due, Person, StateMark } from './task-marks.tsx'
import type { Task, TaskPage } from './task-shapes.ts'
import { useKeys } from './use-keys.ts'

const lists = ['waiting', 'mine', 'done', 'expired', 'cancelled'] as const
type List = (typeof lists)[number]

/** Calls and words at the branch that wait for somebody. */
export const TasksPage = () => {
  const t = useText()
  const can = useCan()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const words = t.tasks
  const [list, setList] = useState<List>('waiting')
  const [channel, setChannel] = useState<Task['channel']>()
  const [team, setTeam] = useState<string>()
  const [campaignId, setCampaign] = useState<number>()
  const [dialog, setDialog] = useState<'export' | 'results'>()
  const filter: TaskFilter = {
    state: list === 'mine' ? 'waiting' : list,
    mine: list === 'mine' || undefined,
    channel,
    team,
    campaignId,
  }
  const filtered = channel !== undefined || team !== undefined || campaignId !== undefined
  const tasks = useInfiniteQuery({
    queryKey: ['tasks', 'list', filter],
    queryFn: ({ pageParam, signal }) => listTasks({ ...filter, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })
  const works = can('tasks.work')
  const next = useMutation({
    mutationFn: () => takeNext({ ...(channel && { channel }), ...(team && { team }) }),
    onSuccess: async (task) => {
      client.setQueryData(['tasks', 'one', task.id], task)
      await navigate({ to: '/tasks/$id', params: { id: String(task.id) } })
    },
    onError: fail,
  })
  const takeOne = () => {
    if (works && !next.isPending) next.mutate()
  }
  useKeys({ n: takeOne })
  const take = works && (
    <Button
      type="primary"
      className="task-next"
      icon={<Icon name="play" size={16} />}
      loading={next.isPending}
      title={words.nextHint}
      onClick={takeOne}
    >
      {words.next}
    </Button>
  )
  const blank =
    list === 'done' ? (
      <Blank icon="done" title={filtered ? words.noneFit : words.noneDone} />
    ) : filtered ? (
      <Blank icon="search" title={words.noneFit} />
    ) : (
      <Blank icon="phone" title={words.none} {...(list === 'waiting' && { hint: words.noneHint })} />
    )
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      actions={
        <>
          <Button icon={<Icon name="download" size={16} />} onClick={() => setDialog('export')}>
            {words.toCentre}
          </Button>
          {works && (
            <Button icon={<Icon name="upload" size={16} />} onClick={() => setDialog('results')}>
              {words.importTitle}
            </Button>
          )}
          {take}
        </>
      }
    >
      <Loaded query={tasks} lines={8}>
        {({ pages }) => (
          <>
            <Counts counts={pages[0]?.counts} />
            <Panel flush>
              <div className="panel-body task-bar">
                <Tabs
                  label={words.state}
                  value={list}
                  onChange={setList}
                  items={lists.map((key) => ({ key, label: words.lists[key] }))}
                />
                <Select
                  allowClear
                  aria-label={words.channel}
                  placeholder={words.allChannels}
                  style={{ minWidth: 120 }}
                  {...(channel !== undefined && { value: channel })}
                  onChange={(value: Task['channel'] | undefined) => setChannel(value)}
                  options={(['call', 'branch'] as const).map((value) => ({ value, label: words.channels[value] }))}
                />
                <Select
                  allowClear
                  showSearch
                  aria-label={words.team}
                  placeholder={words.allTeams}
                  style={{ minWidth: 140 }}
                  {...(team !== undefined && { value: team })}
                  onChange={(value: string | undefined) => setTeam(value)}
                  options={(pages[0]?.teams ?? []).map((value) => ({ value, label: value }))}
                />
                {can('campaigns.read') && (
                  <span className="task-campaign">
                    <CampaignSelect value={campaignId} onChange={setCampaign} />
                    {campaignId !== undefined && (
                      <Button type="link" size="small" onClick={() => setCampaign(undefined)}>
                        {words.allCampaigns}
                      </Button>
                    )}
                  </span>
                )}
              </div>
              <Table
                label={words.title}
                rows={pages.flatMap(({ items }) => items)}
                rowKey={({ id }) => id}
                more={tasks}
                blank={blank}
                columns={columnsOf(list)}
              />
            </Panel>
          </>
        )}
      </Loaded>
      {dialog === 'export' && (
        <ExportDialog filter={{ channel, team, campaignId }} onClose={() => setDialog(undefined)} />
      )}
      {dialog === 'results' && <ResultsDialog onClose={() => setDialog(undefined)} />}
    </Page>
  )

  function columnsOf(list: List): Column<Task>[] {
    const over = list !== 'waiting' && list !== 'mine'
    return [
      {
        key: 'task',
        title: words.task,
        card: 'lead',
        cell: (row) => (
          <>
            {works ? (
              <Link className="strong" to="/tasks/$id" params={{ id: String(row.id) }}>
                {row.title}
              </Link>
            ) : (
              <span className="strong">{row.title}</span>
            )}
            <div className="muted small">{row.campaign}</div>
          </>
        ),
      },
      { key: 'customer', title: words.customer, cell: (row) => <Person task={row} /> },
      {
        key: 'channel',
        title: words.channel,
        cell: (row) => (
          <span>
            {words.channels[row.channel]}
            {row.team !== null && <span className="muted"> · {row.team}</span>}
          </span>
        ),
      },
      ...(over
        ? [
            {
              key: 'outcome',
              title: words.outcome,
              cell: (row: Task) =>
                row.outcome === null ? <StateMark task={row} /> : <Badge>{words.outcomes[row.outcome]}</Badge>,
            },
            { key: 'done', title: words.doneAt, cell: (row: Task) => <Ago at={row.doneAt} /> },
            { key: 'by', title: words.by, cell: (row: Task) => row.doneBy ?? '—' },
          ]
        : [
            { key: 'state', title: words.state, cell: (row: Task) => <StateMark task={row} /> },
            { key: 'due', title: words.due, cell: (row: Task) => <Due task={row} /> },
            { key: 'by', title: words.by, cell: (row: Task) => row.claimedBy ?? '—' },
          ]),
    ]
  }
}

const Counts = ({ counts }: { counts: TaskPage['counts'] | undefined }) => {
  const t = useText()
  const format = useFormats()
  if (!counts) return null
  const names = ['open', 'claimed', 'late', 'doneToday'] as const
  return (
    <div className="task-counts">
      {names.map((name) =>
        name === 'late' && counts.late > 0 ? (
          <div key={name} className="tile tile-late">
            <div className="tile-label">{t.tasks.counts[name]}</div>
            <div className="tile-value">{format.count(counts[name])}</div>
          </div>
        ) : (
          <Tile key={name} label={t.tasks.counts[name]} value={format.count(counts[name])} />
        ),
      )}
    </div>
  )
}
