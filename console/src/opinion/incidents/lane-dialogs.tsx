import { DatePicker, Input, Modal } from 'antd'
import type { Dayjs } from 'dayjs'
import { useId, useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { Field } from '../../ui/page.tsx'
import type { Lane } from './incident-shapes.ts'
import { PersonSelect } from './person-select.tsx'

/** What came of a task. */
export const ResultDialog = ({
  title,
  busy,
  onClose,
  onConfirm,
}: {
  title: string
  busy: boolean
  onClose: () => void
  onConfirm: (result: string) => void
}) => {
  const t = useText()
  const form = useId()
  const [result, setResult] = useState('')
  return (
    <Modal
      open
      title={title}
      onCancel={onClose}
      okText={t.incidents.finish}
      okButtonProps={{ htmlType: 'submit', form, loading: busy }}
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault()
          onConfirm(result.trim())
        }}
      >
        <Field label={t.incidents.result}>
          <Input.TextArea
            autoFocus
            rows={3}
            maxLength={2000}
            value={result}
            onChange={(event) => setResult(event.target.value)}
          />
        </Field>
      </form>
    </Modal>
  )
}

/** A task for a lane. */
export const TaskDialog = ({
  lane,
  busy,
  onClose,
  onConfirm,
}: {
  lane: Lane
  busy: boolean
  onClose: () => void
  onConfirm: (given: { title: string; detail: string; ownerId: string | null; dueAt: string | null }) => void
}) => {
  const t = useText()
  const words = t.incidents
  const form = useId()
  const [title, setTitle] = useState('')
  const [detail, setDetail] = useState('')
  const [ownerId, setOwner] = useState<string | null>(null)
  const [due, setDue] = useState<Dayjs | null>(null)
  return (
    <Modal
      open
      title={`${words.addTask} · ${words.lanes[lane]}`}
      onCancel={onClose}
      okText={words.addTask}
      okButtonProps={{ htmlType: 'submit', form, loading: busy, disabled: title.trim().length < 2 }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          onConfirm({ title: title.trim(), detail: detail.trim(), ownerId, dueAt: due?.toISOString() ?? null })
        }}
      >
        <Field label={words.taskTitle}>
          <Input autoFocus maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <Field label={words.taskDetail}>
          <Input.TextArea
            rows={2}
            maxLength={2000}
            value={detail}
            onChange={(event) => setDetail(event.target.value)}
          />
        </Field>
        <Field label={words.taskOwner}>
          <PersonSelect label={words.taskOwner} lane={lane} value={ownerId} onChange={setOwner} />
        </Field>
        <Field label={words.taskDue}>
          <DatePicker
            showTime={{ format: 'HH:mm' }}
            format="YYYY-MM-DD HH:mm"
            value={due}
            onChange={setDue}
            style={{ width: '100%' }}
          />
        </Field>
      </form>
    </Modal>
  )
}

/** A lane in other hands. */
export const HandoverDialog = ({
  lane,
  ownerId: owner,
  deputyId: deputy,
  busy,
  onClose,
  onConfirm,
}: {
  lane: Lane
  ownerId: string | null
  deputyId: string | null
  busy: boolean
  onClose: () => void
  onConfirm: (given: { ownerId: string | null; deputyId: string | null; note: string }) => void
}) => {
  const t = useText()
  const words = t.incidents
  const form = useId()
  const [ownerId, setOwner] = useState(owner)
  const [deputyId, setDeputy] = useState(deputy)
  const [note, setNote] = useState('')
  return (
    <Modal
      open
      title={words.handoverTitle(words.lanes[lane])}
      onCancel={onClose}
      okText={words.handover}
      okButtonProps={{ htmlType: 'submit', form, loading: busy }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          onConfirm({ ownerId, deputyId, note: note.trim() })
        }}
      >
        <Field label={words.owner}>
          <PersonSelect label={words.owner} lane={lane} value={ownerId} onChange={setOwner} />
        </Field>
        <Field label={words.deputy}>
          <PersonSelect label={words.deputy} lane={lane} value={deputyId} onChange={setDeputy} />
        </Field>
        <Field label={words.handoverNote} hint={words.handoverHint}>
          <Input.TextArea rows={3} maxLength={2000} value={note} onChange={(event) => setNote(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
