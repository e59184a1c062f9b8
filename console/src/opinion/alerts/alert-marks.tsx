import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Badge } from '../../ui/marks.tsx'
import type { Alert } from './alert-calls.ts'

/** Whether somebody took it on, or why nobody hears of it. */
export const AlertState = ({ alert }: { alert: Alert }) => {
  const t = useText()
  const words = t.alerts
  const tone = alert.state === 'firing' ? 'bad' : alert.state === 'acknowledged' ? 'good' : 'plain'
  return (
    <span className="row">
      <Badge tone={tone} live={alert.state === 'firing' && alert.muted === null}>
        {words.states[alert.state]}
      </Badge>
      {alert.muted && <Badge tone="warn">{words.mutedOf[alert.muted]}</Badge>}
    </span>
  )
}

/** By when it has to be acknowledged, or who did. */
export const AlertDue = ({ alert }: { alert: Alert }) => {
  const t = useText()
  const words = t.alerts
  const format = useFormats()
  if (alert.acknowledgedBy)
    return (
      <span className="small">
        {words.acknowledgedBy(alert.acknowledgedBy)}
        <span className="muted">
          {' '}
          {alert.acknowledgedAt && format.dayHour(alert.acknowledgedAt)}
          {alert.late && ` · ${t.grading.late}`}
        </span>
      </span>
    )
  if (!alert.dueAt) return <span className="muted">—</span>
  return (
    <span className={alert.late ? 'alert-late' : ''}>
      {format.dayHour(alert.dueAt)}
      {alert.late && ` · ${t.grading.late}`}
    </span>
  )
}
