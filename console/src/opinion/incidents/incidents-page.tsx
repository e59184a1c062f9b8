import './incidents.css'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button, Checkbox, Input, Select } from 'antd'
import { useRef, useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { useKeys } from '../../tasks/use-keys.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge, Tabs } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { useSettled } from '../../ui/settled.ts'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { Board, LaneBoard } from './board.tsx'
import { EntryLine } from './entry-line.tsx'
import { type IncidentFilter, listIncidents, myTasks, readFeed } from './incident-calls.ts'
import { IncidentState, LevelMark, TimeLeft } from './incident-marks.tsx'
import { type IncidentPage, type Level, levels } from './incident-shapes.ts'
import { NewIncidentDialog } from './new-incident.tsx'
import { SettingsDialog } from './settings-dialog.tsx'

const views = ['board', 'lanes', 'list', 'tasks', 'feed'] as const
type View = (typeof views)[number]

/** The board of incidents: what is late first, by state or lane; my tasks; what happened. */
export const IncidentsPage = () => {
  const t = useText()
  const words = t.incidents
  const can = useCan()
  const navigate = useNavigate()
  const [view, setView] = useState<View>('board')
  const [typed, setTyped] = useState('')
  const [level, setLevel] = useState<Level>()
  const [state, setState] = useState<string>('active')
  const [mine, setMine] = useState(false)
  const [late, setLate] = useState(false)
  const [making, setMaking] = useState(false)
  const [setting, setSetting] = useState(false)
  const board = useRef<HTMLDivElement>(null)
  const search = useSettled(typed.trim(), 250)
  const filtered = search !== '' || level !== undefined || mine || late
  const filter: IncidentFilter = {
    search,
    level,
    mine: mine || undefined,
    late: late || undefined,
    state: view === 'list' ? state : 'active',
  }
  const incidents = useInfiniteQuery({
    queryKey: ['incidents', 'list', filter],
    queryFn: ({ pageParam, signal }) => listIncidents({ ...filter, after: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
    enabled: view !== 'tasks' && view !== 'feed',
  })
  const handles = can('opinion.handle')
  const step = (by: number) => {
    const cards = [...(board.current?.querySelectorAll<HTMLElement>('a.board-card, a.incident-link') ?? [])]
    const at = cards.indexOf(document.activeElement as HTMLElement)
    cards[Math.min(cards.length - 1, Math.max(0, at + by))]?.focus()
  }
  useKeys({
    n: () => handles && setMaking(true),
    j: () => step(1),
    k: () => step(-1),
  })
  const blank = filtered ? (
    <Blank icon="search" title={words.noneFit} />
  ) : (
    <Blank icon="done" title={words.none} hint={words.noneHint} />
  )
  return (
    <Page
      title={words.title}
      subtitle={words.subtitle}
      actions={
        <>
          {can('opinion.policy') && <Button onClick={() => setSetting(true)}>{words.settings}</Button>}
          {handles && (
            <Button
              type="primary"
              icon={<Icon name="plus" size={16} />}
              title={words.keys}
              onClick={() => setMaking(true)}
            >
              {words.new}
            </Button>
          )}
        </>
      }
    >
      <Counts counts={incidents.data?.pages[0]?.counts} />
      <div className="incident-bar" data-page-search>
        <Tabs
          label={words.view}
          value={view}
          onChange={setView}
          items={views.map((key) => ({ key, label: words.views[key] }))}
        />
        {view !== 'tasks' && view !== 'feed' && (
          <>
            <Input
              allowClear
              type="search"
              aria-label={words.search}
              placeholder={words.search}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <Select
              allowClear
              aria-label={words.level}
              placeholder={words.allLevels}
              style={{ minWidth: 120 }}
              {...(level !== undefined && { value: level })}
              onChange={(value: Level | undefined) => setLevel(value)}
              options={levels.map((value) => ({ value, label: words.levels[value] }))}
            />
            {view === 'list' && (
              <Select
                aria-label={words.state}
                style={{ minWidth: 120 }}
                value={state}
                onChange={setState}
                options={[
                  { value: 'active', label: words.active },
                  ...(['open', 'acknowledged', 'acting', 'closing', 'closed'] as const).map((value) => ({
                    value,
                    label: words.states[value],
                  })),
                ]}
              />
            )}
            <Checkbox checked={mine} onChange={(event) => setMine(event.target.checked)}>
              {words.onlyMine}
            </Checkbox>
            <Checkbox checked={late} onChange={(event) => setLate(event.target.checked)}>
              {words.onlyLate}
            </Checkbox>
          </>
        )}
      </div>
      <div ref={board}>
        {view === 'tasks' ? (
          <MyTasks />
        ) : view === 'feed' ? (
          <Feed />
        ) : (
          <Loaded query={incidents} lines={8}>
            {({ pages }) => {
              const items = pages.flatMap((page) => page.items)
              if (view === 'list')
                return (
                  <Panel flush>
                    <Table
                      label={words.title}
                      rows={items}
                      rowKey={({ id }) => id}
                      more={incidents}
                      blank={blank}
                      columns={[
                        {
                          key: 'title',
                          title: words.form.title,
                          card: 'lead',
                          cell: (row) => (
                            <>
                              <Link
                                className="strong incident-link"
                                to="/opinion/incidents/$id"
                                params={{ id: String(row.id) }}
                              >
                                {row.title}
                              </Link>
                              <div className="muted small">
                                #{row.id} · {words.posts(String(row.posts))}
                              </div>
                            </>
                          ),
                        },
                        { key: 'level', title: words.level, cell: (row) => <LevelMark level={row.level} /> },
                        { key: 'state', title: words.state, cell: (row) => <IncidentState state={row.state} /> },
                        {
                          key: 'clock',
                          title: words.clocksTitle,
                          cell: (row) =>
                            row.clock ? (
                              <>
                                <span className="small muted">{words.clocks[row.clock.kind]}</span>{' '}
                                <TimeLeft clock={row.clock} />
                              </>
                            ) : (
                              '—'
                            ),
                        },
                        { key: 'opened', title: words.entryKinds.opened, cell: (row) => <Ago at={row.openedAt} /> },
                      ]}
                    />
                  </Panel>
                )
              if (items.length === 0) return <Panel>{blank}</Panel>
              return view === 'lanes' ? <LaneBoard items={items} /> : <Board items={items} />
            }}
          </Loaded>
        )}
      </div>
      {making && (
        <NewIncidentDialog
          onClose={() => setMaking(false)}
          onMade={(id) => navigate({ to: '/opinion/incidents/$id', params: { id: String(id) } })}
        />
      )}
      {setting && <SettingsDialog onClose={() => setSetting(false)} />}
    </Page>
  )
}

const Counts = ({ counts }: { counts: IncidentPage['counts'] | undefined }) => {
  const t = useText()
  const format = useFormats()
  if (!counts) return null
  return (
    <div className="incident-counts">
      {(['open', 'acting', 'late', 'mine'] as const).map((name) => (
        <div key={name} className={name === 'late' && counts.late > 0 ? 'tile tile-late' : 'tile'}>
          <div className="tile-label">{t.incidents.counts[name]}</div>
          <div className="tile-value">{format.count(counts[name])}</div>
        </div>
      ))}
    </div>
  )
}

const MyTasks = () => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const tasks = useQuery({
    queryKey: ['incidents', 'my-tasks'],
    queryFn: ({ signal }) => myTasks(signal),
    refetchInterval: 30_000,
  })
  return (
    <Panel flush>
      <Loaded query={tasks} lines={6}>
        {({ items }) => (
          <Table
            label={words.views.tasks}
            rows={items}
            rowKey={({ id }) => id}
            blank={<Blank icon="done" title={words.noneTasks} />}
            columns={[
              {
                key: 'task',
                title: words.taskTitle,
                card: 'lead',
                cell: (row) => (
                  <>
                    <Link
                      className="strong incident-link"
                      to="/opinion/incidents/$id"
                      params={{ id: String(row.incidentId) }}
                    >
                      {row.title}
                    </Link>
                    <div className="muted small">{row.incident}</div>
                  </>
                ),
              },
              { key: 'lane', title: words.views.lanes, cell: (row) => words.lanes[row.lane] },
              { key: 'state', title: words.state, cell: (row) => <Badge>{words.taskStates[row.state]}</Badge> },
              {
                key: 'due',
                title: words.taskDue,
                cell: (row) => (
                  <span className="row">
                    {row.dueAt ? format.dayHour(row.dueAt) : '—'}
                    {row.late && <Badge tone="bad">{words.late}</Badge>}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const Feed = () => {
  const t = useText()
  const words = t.incidents
  const [mentionsMe, setMentionsMe] = useState(false)
  const feed = useInfiniteQuery({
    queryKey: ['incidents', 'feed', mentionsMe],
    queryFn: ({ pageParam, signal }) => readFeed({ mentionsMe, before: pageParam }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: 15_000,
  })
  return (
    <Panel
      extra={
        <Checkbox checked={mentionsMe} onChange={(event) => setMentionsMe(event.target.checked)}>
          {words.mentionsMe}
        </Checkbox>
      }
      title={words.views.feed}
    >
      <Loaded query={feed} lines={8}>
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items)
          if (items.length === 0) return <Blank icon="clock" title={words.noneFeed} compact />
          return (
            <>
              <ul>
                {items.map((entry) => (
                  <EntryLine key={entry.id} entry={entry} withIncident />
                ))}
              </ul>
              {feed.hasNextPage && (
                <Button loading={feed.isFetchingNextPage} onClick={() => feed.fetchNextPage()}>
                  {words.earlier}
                </Button>
              )}
            </>
          )
        }}
      </Loaded>
    </Panel>
  )
}
