import './drills.css'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useActorName } from '../../i18n/actor-name.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { Icon } from '../../ui/icon.tsx'
import { Meter, Tabs } from '../../ui/marks.tsx'
import { Page, Panel } from '../../ui/page.tsx'
import { Blank, Loaded } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import { type Drill, getDrills } from './drill-calls.ts'
import { DrillState } from './drill-marks.tsx'
import { PlanDialog } from './plan-dialog.tsx'
import { ScenariosPanel } from './scenarios-panel.tsx'

/** Drills that were, are and will be; and the library of stories. */
export const DrillsPage = () => {
  const words = useText().drills
  const can = useCan()
  const navigate = useNavigate({ from: '/opinion/drills' })
  const { view = 'drills' } = useSearch({ from: '/inside/opinion/drills' })
  const [planning, setPlanning] = useState<{ scenarioId?: number }>()
  const plan = can('opinion.drill') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setPlanning({})}>
      {words.plan}
    </Button>
  )
  return (
    <Page title={words.title} subtitle={words.subtitle} actions={plan}>
      <div className="stack-16">
        <Tabs
          label={words.views}
          value={view}
          onChange={(view) => void navigate({ search: view === 'drills' ? {} : { view }, replace: true })}
          items={[
            { key: 'drills', label: words.list },
            { key: 'scenarios', label: words.library },
          ]}
        />
        {view === 'drills' ? (
          <DrillList onPlan={() => setPlanning({})} />
        ) : (
          <ScenariosPanel onUse={(scenarioId) => setPlanning({ scenarioId })} />
        )}
      </div>
      {planning && <PlanDialog {...planning} onClose={() => setPlanning(undefined)} />}
    </Page>
  )
}

const DrillList = ({ onPlan }: { onPlan: () => void }) => {
  const words = useText().drills
  const actorName = useActorName()
  const can = useCan()
  const format = useFormats()
  const drills = useQuery({
    queryKey: ['opinion', 'drills'],
    queryFn: ({ signal }) => getDrills(signal),
    refetchInterval: ({ state: { data } }) =>
      data?.items.some(({ state }) => state === 'running' || state === 'planned') ? 5_000 : false,
  })
  return (
    <Panel flush>
      <Loaded query={drills}>
        {({ items }) => (
          <Table<Drill>
            label={words.list}
            rows={items}
            rowKey={({ id }) => id}
            blank={
              <Blank icon="flask" title={words.none} hint={words.noneHint}>
                {can('opinion.drill') && (
                  <Button type="primary" onClick={onPlan}>
                    {words.plan}
                  </Button>
                )}
              </Blank>
            }
            columns={[
              {
                key: 'name',
                title: words.name,
                card: 'lead',
                cell: ({ id, name }) => (
                  <Link className="strong" to="/opinion/drills/$id" params={{ id: String(id) }}>
                    {name}
                  </Link>
                ),
              },
              { key: 'state', title: words.state, fit: true, cell: ({ state }) => <DrillState state={state} /> },
              { key: 'scenario', title: words.scenario, cell: ({ scenario }) => scenario },
              { key: 'subject', title: words.subject, cell: ({ subject }) => subject },
              {
                key: 'progress',
                title: words.progress,
                cell: ({ state, minute, minutes, plannedAt, speed }) =>
                  state === 'planned' ? (
                    <span className="muted small">
                      {plannedAt ? words.startsAt(format.dayHour(plannedAt)) : words.byHand}
                    </span>
                  ) : (
                    <span className="drill-row-progress">
                      <Meter share={minute / minutes} label={words.progress} />
                      <span className="muted small">
                        {words.minuteOf(format.count(Math.floor(minute)), format.count(minutes))} ·{' '}
                        {words.speedOf(format.decimal(speed))}
                      </span>
                    </span>
                  ),
              },
              {
                key: 'posts',
                title: words.curveOut,
                align: 'right',
                cell: ({ told, posts }) => `${format.count(told)} / ${format.count(posts)}`,
              },
              {
                key: 'score',
                title: words.score,
                align: 'right',
                cell: ({ score }) =>
                  score ? <strong>{words.points(format.decimal(score.points), format.decimal(score.of))}</strong> : '—',
              },
              { key: 'by', title: words.madeBy, card: 'wide', cell: ({ madeBy }) => actorName(madeBy) },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
