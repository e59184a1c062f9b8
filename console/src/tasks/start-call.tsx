import { Button } from 'antd'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import type { ReasonWords } from '../refusals/words.ts'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import type { TaskDetail, TaskStart } from './task-shapes.ts'

/** May he be called now? Then the number, in clear for this call. */
export const StartCall = ({
  task,
  start,
  busy,
  onStart,
}: {
  task: TaskDetail
  start: TaskStart | undefined
  busy: boolean
  onStart: () => void
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.tasks
  const codes: Readonly<Record<string, ReasonWords>> = t.refusals.codes
  const button = (
    <Button
      block
      size="large"
      type="primary"
      icon={<Icon name="phone" size={18} />}
      loading={busy}
      disabled={task.scriptFault !== null}
      onClick={onStart}
    >
      {task.channel === 'call' ? words.call : words.contact}
    </Button>
  )
  if (!start) return button
  if (start.allowed)
    return start.phone === null ? (
      <Notice tone="warn">{words.noPhone}</Notice>
    ) : (
      <div className="stack" aria-live="polite">
        <a className="task-phone" href={`tel:${start.phone}`} title={words.dial}>
          {start.phone.replace(/^(1\d{2})(\d{4})(\d{4})$/, '$1 $2 $3')}
        </a>
        <p className="muted small">{words.calling}</p>
      </div>
    )
  if (start.refusal !== null) {
    const reason = codes[start.refusal]
    return (
      <Notice tone="bad">
        <strong>
          {words.refused}：{reason?.name ?? start.refusal}
        </strong>
        {reason && <p>{reason.why}</p>}
        <p className="muted">{words.refusedHint}</p>
      </Notice>
    )
  }
  return (
    <div className="stack-16">
      <Notice tone="warn">
        <strong>{start.until === null ? words.held : words.wait(format.dayHour(start.until))}</strong>
        {start.until !== null && <p className="muted">{words.waitHint}</p>}
      </Notice>
      {button}
    </div>
  )
}
