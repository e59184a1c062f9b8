import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Badge } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { ReasonDialog } from '../../ui/reason-dialog.tsx'
import { moveClock } from './incident-calls.ts'
import { ClockRing, TimeLeft } from './incident-marks.tsx'
import type { Clock, Incident } from './incident-shapes.ts'

/** All deadlines of an incident with the exact time left; running ones can be held and go on. */
export const ClockStrip = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const fail = useFailureToast()
  const client = useQueryClient()
  const [asking, setAsking] = useState<{ clock: Clock; what: 'pause' | 'done' }>()
  const move = useMutation({
    mutationFn: ({ clock, what, reason }: { clock: Clock; what: 'pause' | 'resume' | 'done'; reason?: string }) =>
      moveClock(incident.id, clock.id, what, reason),
    onSuccess: (data) => {
      setAsking(undefined)
      client.setQueryData(['incidents', 'one', incident.id], data)
      void client.invalidateQueries({ queryKey: ['incidents', 'entries', incident.id] })
    },
    onError: fail,
  })
  if (incident.clocks.length === 0) return null
  return (
    <Panel title={words.clocksTitle}>
      <div className="clock-strip">
        {incident.clocks.map((clock) => (
          <One
            key={clock.id}
            clock={clock}
            may={incident.may.handle && clock.stoppedAt === null && incident.state !== 'closed'}
            busy={move.isPending}
            onPause={() => setAsking({ clock, what: 'pause' })}
            onDone={() => setAsking({ clock, what: 'done' })}
            onResume={() => move.mutate({ clock, what: 'resume' })}
          />
        ))}
      </div>
      {asking && (
        <ReasonDialog
          title={`${words.clocks[asking.clock.kind]} · ${asking.what === 'pause' ? words.pauseTitle : words.clockDoneTitle}`}
          warning={asking.what === 'pause' ? words.pauseWarning : words.clockDoneWarning}
          label={words.reasonLabel}
          placeholder={words.reasonHint}
          {...(asking.what === 'pause' && { suggestions: words.pauseReasons })}
          confirm={asking.what === 'pause' ? words.pause : words.clockDone}
          busy={move.isPending}
          onConfirm={(reason) => move.mutate({ ...asking, reason })}
          onClose={() => setAsking(undefined)}
        />
      )}
    </Panel>
  )
}

const One = ({
  clock,
  may,
  busy,
  onPause,
  onDone,
  onResume,
}: {
  clock: Clock
  may: boolean
  busy: boolean
  onPause: () => void
  onDone: () => void
  onResume: () => void
}) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const held = clock.standing === 'held'
  const since = clock.pauses.at(-1)
  return (
    <div className="clock-one">
      <ClockRing clock={clock} />
      <div>
        <div className="row row-between">
          <span className="clock-name">{words.clocks[clock.kind]}</span>
          {clock.calendar === 'work' && <Badge>{words.workTime}</Badge>}
        </div>
        <div>
          <TimeLeft clock={clock} />
        </div>
        <div className="small muted">
          {held && since
            ? words.pausedSince(format.dayHour(since.from), since.reason)
            : words.dueBy(format.dayHour(clock.dueAt))}
        </div>
        {may && (
          <div className="clock-actions">
            {held ? (
              <Button size="small" type="text" loading={busy} onClick={onResume}>
                {words.resume}
              </Button>
            ) : (
              <Button size="small" type="text" onClick={onPause}>
                {words.pause}
              </Button>
            )}
            {clock.kind === 'regulator' && (
              <Button size="small" type="text" onClick={onDone}>
                {words.clockDone}
              </Button>
            )}
          </div>
        )}
      </div>
    </div>
  )
}
