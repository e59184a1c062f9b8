import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Input, Modal, Segmented } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Field } from '../../ui/page.tsx'
import { openIncident } from './incident-calls.ts'
import { type Level, levels } from './incident-shapes.ts'

/** Opens an incident by hand, for events or without any. */
export const NewIncidentDialog = ({
  eventIds = [],
  title: given = '',
  onClose,
  onMade,
}: {
  eventIds?: readonly number[]
  title?: string
  onClose: () => void
  onMade: (id: number) => void
}) => {
  const t = useText()
  const words = t.incidents
  const form = useId()
  const fail = useFailureToast()
  const client = useQueryClient()
  const [title, setTitle] = useState(given)
  const [summary, setSummary] = useState('')
  const [level, setLevel] = useState<Level>('moderate')
  const [reason, setReason] = useState('')
  const [events, setEvents] = useState(eventIds.join(', '))
  const make = useMutation({
    mutationFn: () =>
      openIncident({
        title: title.trim(),
        summary: summary.trim(),
        level,
        reason: reason.trim(),
        eventIds: events
          .split(/[,，\s]+/)
          .map((one) => Number(one.replace('#', '')))
          .filter((one) => Number.isInteger(one) && one > 0),
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['incidents'] })
      onMade(id)
    },
    onError: fail,
  })
  const enough = title.trim().length >= 2 && reason.trim().length >= 2
  return (
    <Modal
      open
      title={words.new}
      onCancel={onClose}
      okText={words.form.create}
      okButtonProps={{ htmlType: 'submit', form, disabled: !enough, loading: make.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (enough) make.mutate()
        }}
      >
        <Field label={words.form.title} hint={words.form.titleHint}>
          <Input autoFocus maxLength={200} value={title} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <Field label={words.form.level}>
          <Segmented
            value={level}
            onChange={setLevel}
            options={levels.map((value) => ({ value, label: words.levels[value] }))}
          />
        </Field>
        <Field label={words.form.reason}>
          <Input maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <Field label={words.form.summary}>
          <Input.TextArea
            rows={3}
            maxLength={4000}
            value={summary}
            onChange={(event) => setSummary(event.target.value)}
          />
        </Field>
        <Field label={words.form.events}>
          <Input value={events} onChange={(event) => setEvents(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
