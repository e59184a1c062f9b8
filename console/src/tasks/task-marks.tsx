import { Link } from '@tanstack/react-router'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Badge, type Tone } from '../ui/marks.tsx'
import type { Task } from './task-shapes.ts'

const tones: Record<Task['state'], Tone> = {
  open: 'blue',
  claimed: 'teal',
  done: 'good',
  expired: 'bad',
  cancelled: 'plain',
}

export const StateMark = ({ task }: { task: Pick<Task, 'state' | 'late'> }) => {
  const t = useText()
  return (
    <span className="row">
      <Badge tone={tones[task.state]}>{t.tasks.states[task.state]}</Badge>
      {task.late && <Badge tone="bad">{t.tasks.late}</Badge>}
    </span>
  )
}

/** Name and number as others may see them. */
export const personOf = ({ display, customerNo }: Pick<Task, 'display' | 'customerNo'>): string =>
  [display?.['name'], display?.['phone']].filter(Boolean).join(' ') || `#${customerNo}`

export const Person = ({ task }: { task: Pick<Task, 'display' | 'customerNo'> }) => (
  <Link to="/customers/$id" params={{ id: String(task.customerNo) }}>
    {personOf(task)}
  </Link>
)

/** When it has to be done; while a second try waits, from when. */
export const Due = ({ task }: { task: Task }) => {
  const t = useText()
  const format = useFormats()
  const waits = task.state === 'open' && Date.parse(task.fromAt) > Date.now()
  return (
    <>
      <time dateTime={task.dueAt} title={format.dateTime(task.dueAt)}>
        {format.dayHour(task.dueAt)}
      </time>
      {waits && <div className="muted small">{t.tasks.notBefore(format.dayHour(task.fromAt))}</div>}
    </>
  )
}
