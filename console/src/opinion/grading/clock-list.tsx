import { useEffect, useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Badge } from '../../ui/marks.tsx'
import type { EventGrade } from './grading-calls.ts'

type Deadline = EventGrade['deadlines'][number]

/** The time, each half minute. */
const useNow = (): number => {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000)
    return () => clearInterval(timer)
  }, [])
  return now
}

/** Clocks of an event: what is left, or how late. */
export const ClockList = ({ deadlines, all }: { deadlines: readonly Deadline[]; all: boolean }) => {
  const t = useText()
  const words = t.grading
  const format = useFormats()
  const now = useNow()
  const shown = all ? deadlines : deadlines.filter(({ state }) => state === 'running' || state === 'met')
  return (
    <ul className="clock-list">
      {shown.map((one) => {
        const due = one.dueAt === null ? null : Date.parse(one.dueAt)
        const start = Date.parse(one.startedAt)
        const share = due === null ? 0 : Math.min(1, Math.max(0, (now - start) / Math.max(1, due - start)))
        const running = one.state === 'running'
        const late = running && due !== null && now > due
        return (
          <li key={one.id} className={late ? 'clock-late' : ''}>
            <div className="row row-between">
              <span className="strong">{words.clocks[one.kind]}</span>
              {running ? (
                due === null ? (
                  <Badge tone="warn">{words.stands}</Badge>
                ) : (
                  <Badge tone={late ? 'bad' : share > 0.75 ? 'warn' : 'plain'}>
                    {late
                      ? words.over(format.duration((now - due) / 1_000))
                      : words.left(format.duration((due - now) / 1_000))}
                  </Badge>
                )
              ) : (
                <Badge tone={one.state === 'met' ? (one.late ? 'warn' : 'good') : 'plain'}>
                  {words.deadlineStates[one.state]}
                  {one.state === 'met' && ` · ${one.late ? words.late : words.onTime}`}
                </Badge>
              )}
            </div>
            {running && (
              <div className="clock-bar" aria-hidden="true">
                <div style={{ width: `${share * 100}%` }} />
              </div>
            )}
            <div className="muted small">
              {words.levels[one.level]} · {words.minutes(one.dueMinutes)}（{words.runsOf[one.runs]}）
              {one.dueAt && ` · ${words.due} ${format.dayHour(one.dueAt)}`}
              {running && one.escalateAt && ` · ${words.escalate} ${format.dayHour(one.escalateAt)}`}
              {one.endedBy && ` · ${one.endedBy}`}
            </div>
          </li>
        )
      })}
    </ul>
  )
}
