import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useText } from '../../i18n/text.ts'
import { Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { listTickets } from './ticket-calls.ts'
import { TicketState } from './ticket-marks.tsx'

/** Tickets that belong to an incident. */
export const TicketsOfIncident = ({ incidentId }: { incidentId: number }) => {
  const t = useText()
  const tickets = useQuery({
    queryKey: ['tickets', 'of', incidentId],
    queryFn: ({ signal }) => listTickets({ incidentId, state: 'all', limit: 50 }, signal),
  })
  return (
    <Panel title={t.incidents.tickets}>
      <Loaded query={tickets} lines={2} compact>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted small">{t.incidents.noTickets}</p>
          ) : (
            <div className="stack">
              {items.map((row) => (
                <div key={row.id} className="row row-between">
                  <Link to="/opinion/tickets/$id" params={{ id: String(row.id) }}>
                    #{row.id} {row.title}
                  </Link>
                  <span className="row">
                    {row.late && <Badge tone="bad">{t.tickets.standings.late}</Badge>}
                    <TicketState state={row.state} />
                  </span>
                </div>
              ))}
            </div>
          )
        }
      </Loaded>
    </Panel>
  )
}
