import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { Blank } from '../../ui/states.tsx'
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
  const [unlinking, setUnlinking] = useState<number>()
  const eventId = Number(typed.replace('#', ''))
  const change = useMutation({
    mutationFn: (run: () => Promise<Incident>) => run(),
    onSuccess: async (data) => {
      setTyped('')
      setUnlinking(undefined)
      client.setQueryData(['incidents', 'one', incident.id], data)
      await client.invalidateQueries({ queryKey: ['incidents', 'entries', incident.id] })
    },
    onError: fail,
  })
  const may = incident.may.handle && incident.state !== 'closed'
  return (
    <Panel
      title={words.events}
      extra={
        may && (
          <form
            className="row"
            onSubmit={(event) => {
              event.preventDefault()
              if (Number.isInteger(eventId) && eventId > 0) change.mutate(() => linkEvent(incident.id, eventId))
            }}
          >
            <Input
              size="small"
              style={{ width: 110 }}
              inputMode="numeric"
              aria-label={words.eventNumber}
              placeholder={words.eventNumber}
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <Button size="small" htmlType="submit" disabled={!(eventId > 0)} loading={change.isPending}>
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
            <a className="strong" href={`/opinion/events/${event.id}`}>
              #{event.id} {event.title}
            </a>
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
