import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { moveEntry } from './live-calls.ts'
import type { Entry } from './live-shapes.ts'

/** Puts one person at another step of his version, for a reason that the audit trail keeps. */
export const MoveDialog = ({
  campaignId,
  entry,
  steps,
  onClose,
}: {
  campaignId: number
  entry: Entry
  steps: readonly { id: string; title: string }[]
  onClose: () => void
}) => {
  const t = useText()
  const words = t.campaigns
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [step, setStep] = useState<string>()
  const [reason, setReason] = useState('')
  const move = useMutation({
    mutationFn: (to: string) => moveEntry(campaignId, entry.id, to, reason.trim()),
    onSuccess: async () => {
      void message.success(words.moved)
      onClose()
      await client.invalidateQueries({ queryKey: ['campaigns', 'one', campaignId] })
    },
    onError: fail,
  })
  const titles = steps.map(({ title }) => title)
  return (
    <Modal
      open
      title={words.move}
      okText={words.move}
      okButtonProps={{ disabled: step === undefined || reason.trim().length < 2, loading: move.isPending }}
      onOk={() => step !== undefined && move.mutate(step)}
      onCancel={onClose}
    >
      <div className="stack-16">
        <Notice tone="warn">{words.moveWarning}</Notice>
        <Field label={words.moveTo}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            style={{ width: '100%' }}
            aria-label={words.moveTo}
            placeholder={words.moveTo}
            {...(step !== undefined && { value: step })}
            onChange={setStep}
            options={steps.map(({ id, title }) => ({
              value: id,
              // Two steps of one kind without names of their own are told apart by their ids.
              label: titles.filter((other) => other === title).length > 1 ? `${title} · ${id}` : title,
              disabled: id === entry.step && entry.state === 'active',
            }))}
          />
        </Field>
        <Field label={words.reasonLabel}>
          <Input.TextArea
            rows={3}
            maxLength={300}
            showCount
            placeholder={words.reasonHint}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
      </div>
    </Modal>
  )
}
