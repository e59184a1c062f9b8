import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Checkbox, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import { changePurpose } from './consent-calls.ts'
import { type ConsentChannel, channels, type Purpose } from './consent-shapes.ts'

/** How a purpose is called and on which channels it is asked for. What it rests on never changes. */
export const EditPurposeDialog = ({ purpose, onClose }: { purpose: Purpose; onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const form = useId()
  const [title, setTitle] = useState(purpose.title)
  const [description, setDescription] = useState(purpose.description)
  const [chosen, setChosen] = useState<ConsentChannel[]>(channels.filter((one) => purpose.channels.includes(one)))
  const change = useMutation({
    mutationFn: () =>
      changePurpose(purpose.key, { title: title.trim(), description: description.trim(), channels: chosen }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents'] })
      onClose()
    },
    onError: fail,
  })
  const ready = title.trim() !== ''
  return (
    <Modal
      open
      title={t.consents.editPurpose}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: change.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) change.mutate()
        }}
      >
        <Field label={t.consents.purposeTitle}>
          <Input autoFocus value={title} maxLength={100} onChange={(event) => setTitle(event.target.value)} />
        </Field>
        <Field label={t.consents.description} hint={t.consents.descriptionHint}>
          <Input value={description} maxLength={300} onChange={(event) => setDescription(event.target.value)} />
        </Field>
        <div className="field">
          <span className="field-label">{t.consents.channels}</span>
          <Checkbox.Group
            value={chosen}
            onChange={(values) => setChosen(values)}
            options={channels.map((value) => ({ value, label: t.consents.channelNames[value] ?? value }))}
          />
        </div>
      </form>
    </Modal>
  )
}
