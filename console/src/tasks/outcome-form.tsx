import { Button, Input } from 'antd'
import { localInput } from '../campaigns/local-moment.ts'
import { useText } from '../i18n/text.ts'
import { MomentInput } from '../ui/day-input.tsx'
import { Icon } from '../ui/icon.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { isAgain, outcomesOf, type TaskDetail, type TaskOutcome } from './task-shapes.ts'

export interface Written {
  outcome: TaskOutcome | undefined
  note: string
  /** As the field of the browser holds it. */
  againAt: string
}

const grave: readonly TaskOutcome[] = ['doNotCall', 'complaint']
const hourMs = 3_600_000

/** Ten o'clock of the next day in Shanghai. */
const tomorrow = (): string =>
  `${localInput(new Date(Date.now() + 24 * hourMs).toISOString()).slice(0, 'yyyy-mm-dd'.length)}T10:00`
const inMs = (ms: number) => localInput(new Date(Date.now() + ms).toISOString())

/** How it went. */
export const OutcomeForm = ({
  task,
  written,
  answered,
  busy,
  onChange,
  onSave,
}: {
  task: TaskDetail
  written: Written
  /** Answers that go into the note. */
  answered: string
  busy: boolean
  onChange: (written: Written) => void
  onSave: () => void
}) => {
  const t = useText()
  const words = t.tasks
  const { outcome, note, againAt } = written
  return (
    <form
      className="stack-16"
      onSubmit={(event) => {
        event.preventDefault()
        onSave()
      }}
    >
      <fieldset className="task-outcomes" aria-label={words.outcome}>
        {outcomesOf(task.channel).map((one, i) => (
          <button
            key={one}
            type="button"
            className={`task-outcome ${grave.includes(one) ? 'grave' : ''}`}
            aria-pressed={outcome === one}
            onClick={() => onChange({ ...written, outcome: one })}
          >
            <kbd>{(i + 1) % 10}</kbd>
            {words.outcomes[one]}
            {task.leads.includes(one) && (
              <span className="task-leads" title={words.leads}>
                <Icon name="right" size={14} />
              </span>
            )}
          </button>
        ))}
      </fieldset>
      {outcome === 'doNotCall' && <Notice tone="warn">{words.confirmWish}</Notice>}
      {outcome === 'complaint' && <Notice tone="warn">{words.confirmComplaint}</Notice>}
      {outcome !== undefined && isAgain(outcome) && (
        <Field label={words.again} hint={words.againHint}>
          <MomentInput value={againAt} onChange={(moment) => onChange({ ...written, againAt: moment })} />
        </Field>
      )}
      {outcome !== undefined && isAgain(outcome) && (
        <div className="row">
          {(
            [
              ['half', () => inMs(hourMs / 2)],
              ['two', () => inMs(2 * hourMs)],
              ['tomorrow', tomorrow],
            ] as const
          ).map(([name, at]) => (
            <Button key={name} size="small" onClick={() => onChange({ ...written, againAt: at() })}>
              {words.soon[name]}
            </Button>
          ))}
        </div>
      )}
      <Field label={words.note} hint={words.noteHint}>
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 8 }}
          maxLength={1500}
          value={note}
          onChange={(event) => onChange({ ...written, note: event.target.value })}
        />
      </Field>
      {answered !== '' && (
        <p className="small muted">
          {words.answers}：{answered}
        </p>
      )}
      <Button
        block
        size="large"
        type="primary"
        htmlType="submit"
        loading={busy}
        disabled={outcome === undefined}
        title={words.saveKeys}
      >
        {words.save}
      </Button>
    </form>
  )
}
