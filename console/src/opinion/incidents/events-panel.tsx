import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { useSettled } from '../../ui/settled.ts'
import { Blank } from '../../ui/states.tsx'
import { findEvents } from '../events/event-calls.ts'
import { linkEvent, unlinkEvent } from './incident-calls.ts'
import type { Incident } from './incident-shapes.ts'

/** Opinion events that this incident handles. */
export const EventsPanel = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const fail = useFailureToast()
  const client = useQueryClient()
  const [typed, setTyped] = useState('')
  const [eventId, setEvent] = useState<number>()
  const search = useSettled(typed.trim(), 250)
  const [unlinking, setUnlinking] = useState<number>()
  const change = useMutation({
    mutationFn: (run: () => Promise<Incident>) => run(),
    onSuccess: (data) => {
      setTyped('')
      setEvent(undefined)
      setUnlinking(undefined)
      client.setQueryData(['incidents', 'one', incident.id], data)
      void client.invalidateQueries({ queryKey: ['incidents', 'entries', incident.id] })
    },
    onError: fail,
  })
  const may = incident.may.handle && incident.state !== 'closed'
  const found = useQuery({
    queryKey: ['events', 'pick', search, incident.drillId],
    queryFn: ({ signal }) => findEvents(search, incident.drillId, signal),
    enabled: may,
    placeholderData: (before) => before,
  })
  return (
    <Panel
      title={words.events}
      extra={
        may && (
          <form
            className="row"
            onSubmit={(event) => {
              event.preventDefault()
              if (eventId !== undefined) change.mutate(() => linkEvent(incident.id, eventId))
            }}
          >
            <Select
              size="small"
              style={{ width: 220 }}
              showSearch={{ filterOption: false, onSearch: setTyped }}
              aria-label={words.linkEvent}
              placeholder={words.linkEvent}
              {...(eventId !== undefined && { value: eventId })}
              loading={found.isFetching}
              notFoundContent={words.noneFit}
              onChange={(id: number) => setEvent(id)}
              options={(found.data?.items ?? [])
                .filter(({ id }) => incident.events.every((one) => one.id !== id))
                .map(({ id, title }) => ({ value: id, label: `#${id} ${title}` }))}
            />
            <Button size="small" htmlType="submit" disabled={eventId === undefined} loading={change.isPending}>
              {words.link}
            </Button>
          </form>
        )
      }
    >
      {incident.events.length === 0 && <Blank title={words.noEvents} compact />}
      {incident.events.map((event) => (
        <div key={event.id} className="event-row">
          <div className="row row-between">
            <Link className="strong" to="/opinion/events/$id" params={{ id: String(event.id) }}>
              #{event.id} {event.title}
            </Link>
            {may && (
              <Button size="small" type="text" onClick={() => setUnlinking(event.id)}>
                {words.unlink}
              </Button>
            )}
          </div>
          {event.gist && <p className="small">{event.gist}</p>}
          <div className="row small muted">
            <span>{words.posts(format.count(event.posts))}</span>
            <span>{words.authors(format.count(event.authors))}</span>
            <span>{words.platforms(format.count(event.platforms))}</span>
            <span>
              {format.dayHour(event.firstAt)} – {format.dayHour(event.lastAt)}
            </span>
            {event.bursting && (
              <Badge tone="bad" live>
                {words.bursting}
              </Badge>
            )}
          </div>
        </div>
      ))}
      {unlinking !== undefined && (
        <ReasonDialog
          title={words.unlink}
          warning={words.unlinkWarning}
          label={words.reasonLabel}
          placeholder={words.reasonHint}
          confirm={words.unlink}
          busy={change.isPending}
          onConfirm={(reason) => change.mutate(() => unlinkEvent(incident.id, unlinking, reason))}
          onClose={() => setUnlinking(undefined)}
        />
      )}
    </Panel>
  )
}
