import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Icon } from '../../ui/icon.tsx'
import { Ago, Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { LevelMark } from '../grading/level-mark.tsx'
import { type DrillDetail, getDrillReports, makeDrillReport } from './drill-calls.ts'

/** Events, alerts, incidents and reports that came of the drill, each with its page. */
export const DrillBrought = ({ drill }: { drill: DrillDetail }) => {
  const words = useText().drills
  const format = useFormats()
  const { id, events, incidents, alerts } = drill
  return (
    <Panel
      title={words.brought}
      extra={
        <>
          <Link to="/opinion/posts" search={{ drill: String(id), days: 'all' }}>
            {words.allPosts}
          </Link>
          <Link to="/opinion/events" search={{ drillId: id }}>
            {words.allEvents}
          </Link>
        </>
      }
    >
      <div className="drill-brought">
        <List title={words.events} none={words.noEvents} empty={events.length === 0}>
          {events.map((event) => (
            <li key={event.id}>
              <Link to="/opinion/events/$id" params={{ id: String(event.id) }}>
                {event.title}
              </Link>
              <span className="row small">
                {event.level ? <LevelMark level={event.level} /> : <Badge>{words.ungraded}</Badge>}
                <span className="muted">{format.count(event.posts)}</span>
              </span>
            </li>
          ))}
        </List>
        <List title={words.alerts} none={words.noAlerts} empty={alerts.length === 0}>
          {alerts.map((alert) => (
            <li key={alert.id}>
              <Link to="/opinion/alerts/$id" params={{ id: String(alert.id) }}>
                {alert.title}
              </Link>
              <span className="row small">
                <LevelMark level={alert.level} />
                <Badge>{words.alertStates[alert.state]}</Badge>
                <span className="muted">
                  <Ago at={alert.firedAt} />
                </span>
              </span>
            </li>
          ))}
        </List>
        <List title={words.incidents} none={words.noIncidents} empty={incidents.length === 0}>
          {incidents.map((incident) => (
            <li key={incident.id}>
              <Link to="/opinion/incidents/$id" params={{ id: String(incident.id) }}>
                {incident.title}
              </Link>
              <span className="row small">
                <LevelMark level={incident.level} />
                <Badge>{words.incidentStates[incident.state]}</Badge>
              </span>
            </li>
          ))}
        </List>
        <Reports drill={drill} />
      </div>
    </Panel>
  )
}

const List = ({
  title,
  none,
  empty,
  children,
}: {
  title: ReactNode
  none: string
  empty: boolean
  children: ReactNode
}) => (
  <section>
    <h3>{title}</h3>
    {empty ? <p className="muted small">{none}</p> : <ul>{children}</ul>}
  </section>
)

const Reports = ({ drill: { id, state, events } }: { drill: DrillDetail }) => {
  const words = useText().drills
  const fail = useFailureToast()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { language } = usePreferences()
  const over = state === 'ended' || state === 'cancelled'
  const reports = useQuery({
    queryKey: ['opinion', 'reports', 'drill', id],
    queryFn: ({ signal }) => getDrillReports(id, signal),
  })
  const [largest] = events
  const make = useMutation({
    mutationFn: (eventId: number) => makeDrillReport(id, eventId, language),
    onSuccess: async ({ id: report }) => {
      await client.invalidateQueries({ queryKey: ['opinion', 'reports', 'drill', id] })
      await navigate({ to: '/opinion/reports/$id', params: { id: String(report) } })
    },
    onError: fail,
  })
  const items = reports.data?.items ?? []
  return (
    <section>
      <h3>{words.reports}</h3>
      {items.length === 0 && <p className="muted small">{words.noReports}</p>}
      {items.length > 0 && (
        <ul>
          {items.map((report) => (
            <li key={report.id}>
              <Link to="/opinion/reports/$id" params={{ id: String(report.id) }}>
                {report.title}
              </Link>
              <span className="muted small">
                <Ago at={report.madeAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {over &&
        (largest ? (
          <Button
            size="small"
            icon={<Icon name="content" size={14} />}
            loading={make.isPending}
            onClick={() => make.mutate(largest.id)}
          >
            {words.makeReport}
          </Button>
        ) : (
          <p className="muted small">{words.noReport}</p>
        ))}
    </section>
  )
}
