import { Link } from '@tanstack/react-router'
import { useText } from '../../i18n/text.ts'
import { Badge } from '../../ui/marks.tsx'
import { ClockBar, IncidentState, LevelMark, TimeLeft } from './incident-marks.tsx'
import { type IncidentRow, lanes } from './incident-shapes.ts'

const Card = ({ row, withState }: { row: IncidentRow; withState?: boolean }) => {
  const t = useText()
  const words = t.incidents
  return (
    <Link className={`board-card board-card-${row.level}`} to="/opinion/incidents/$id" params={{ id: String(row.id) }}>
      <span className="row row-between">
        <span className="row">
          <LevelMark level={row.level} />
          {withState && <IncidentState state={row.state} />}
          {row.drillId > 0 && <Badge>{words.drill}</Badge>}
        </span>
        <span className="muted small">#{row.id}</span>
      </span>
      <div className="board-title">{row.title}</div>
      {row.clock && (
        <>
          <span className="row row-between small">
            <span className="muted">{words.clocks[row.clock.kind]}</span>
            <TimeLeft clock={row.clock} />
          </span>
          <ClockBar clock={row.clock} />
        </>
      )}
      <div className="board-lanes">
        {row.lanes.map(({ lane, owner, open }) => (
          <span key={lane}>
            {words.lanes[lane]} {owner ?? words.nobody}
            {open > 0 && ` · ${open}`}
          </span>
        ))}
        {row.posts > 0 && <span>{words.posts(String(row.posts))}</span>}
      </div>
    </Link>
  )
}

const Column = ({ title, rows, withState }: { title: string; rows: readonly IncidentRow[]; withState?: boolean }) => (
  <section className="board-column" aria-label={title}>
    <h2>
      {title}
      <Badge>{rows.length}</Badge>
    </h2>
    {rows.map((row) => (
      <Card key={row.id} row={row} {...(withState && { withState })} />
    ))}
  </section>
)

/** Incidents by their state. */
export const Board = ({ items }: { items: readonly IncidentRow[] }) => {
  const t = useText()
  return (
    <div className="board">
      {(['open', 'acknowledged', 'acting', 'closing'] as const).map((state) => (
        <Column key={state} title={t.incidents.states[state]} rows={items.filter((row) => row.state === state)} />
      ))}
    </div>
  )
}

/** Incidents by the lane that still has something to do; one may stand in several. */
export const LaneBoard = ({ items }: { items: readonly IncidentRow[] }) => {
  const t = useText()
  return (
    <div className="board">
      {lanes.map((lane) => (
        <Column
          key={lane}
          title={t.incidents.lanes[lane]}
          rows={items.filter((row) => row.lanes.some((one) => one.lane === lane && one.open > 0))}
          withState
        />
      ))}
    </div>
  )
}
