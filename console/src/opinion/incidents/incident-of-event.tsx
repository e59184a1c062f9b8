import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useCan } from '../../session.ts'
import { Icon } from '../../ui/icon.tsx'
import { listIncidents } from './incident-calls.ts'
import { NewIncidentDialog } from './new-incident.tsx'

/** On the page of an event: the way to the incident that handles it, or a new one. */
export const IncidentOfEvent = ({
  event,
}: {
  event: { id: number; drillId: number; title: string; mergedInto: number | null }
}) => {
  const t = useText()
  const words = t.incidents
  const can = useCan()
  const navigate = useNavigate()
  const [making, setMaking] = useState(false)
  const found = useQuery({
    queryKey: ['incidents', 'of-event', event.id],
    queryFn: async ({ signal }) => {
      const filter = { eventId: event.id, drillId: event.drillId, limit: 1 }
      const [open] = (await listIncidents({ ...filter, state: 'active' }, signal)).items
      return open ?? (await listIncidents({ ...filter, state: 'closed' }, signal)).items[0] ?? null
    },
  })
  if (found.data)
    return (
      <Link to="/opinion/incidents/$id" params={{ id: String(found.data.id) }}>
        <Button icon={<Icon name="jobs" size={16} />}>
          {words.title} #{found.data.id} · {words.states[found.data.state]}
        </Button>
      </Link>
    )
  if (found.data === undefined || event.mergedInto !== null || event.drillId > 0 || !can('opinion.handle')) return null
  return (
    <>
      <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
        {words.new}
      </Button>
      {making && (
        <NewIncidentDialog
          eventIds={[event.id]}
          title={event.title}
          onClose={() => setMaking(false)}
          onMade={(id) => navigate({ to: '/opinion/incidents/$id', params: { id: String(id) } })}
        />
      )}
    </>
  )
}
