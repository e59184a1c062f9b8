import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { DayInput } from '../ui/day-input.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import { addExclusion } from './consent-calls.ts'
import type { ExclusionKind } from './consent-shapes.ts'

/** The end of a day in the calendar of the business, as an instant; null: no end. */
export const endOfDay = (day: string): string | null =>
  day === '' ? null : new Date(new Date(`${day}T00:00:00+08:00`).getTime() + 86_400_000).toISOString()

/** Excludes one customer: whom, why, until when, by what document. */
export const ExclusionDialog = ({ customerId, onClose }: { customerId?: string; onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const form = useId()
  const [id, setId] = useState(customerId ?? '')
  const [kind, setKind] = useState<ExclusionKind>('complaint')
  const [until, setUntil] = useState('')
  const [reason, setReason] = useState('')
  const [evidence, setEvidence] = useState('')
  const add = useMutation({
    mutationFn: () =>
      addExclusion({
        customerId: Number(id.trim().replace(/^#/, '')),
        kind,
        until: endOfDay(until),
        reason: reason.trim(),
        evidence: evidence.trim(),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents'] })
      onClose()
    },
    onError: fail,
  })
  const ready = /^#?\d{1,9}$/.test(id.trim()) && reason.trim().length >= 2
  return (
    <Modal
      open
      title={t.consents.excludeTitle}
      onCancel={onClose}
      okText={t.consents.exclude}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: add.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) add.mutate()
        }}
      >
        {customerId === undefined && (
          <Field label={t.consents.customerId}>
            <Input autoFocus value={id} onChange={(event) => setId(event.target.value)} />
          </Field>
        )}
        <KindField value={kind} onChange={setKind} />
        <Field label={t.consents.untilLabel} hint={until === '' ? t.consents.noEnd : undefined}>
          <DayInput value={until} onChange={setUntil} />
        </Field>
        <Field label={t.consents.reason}>
          <Input
            value={reason}
            maxLength={500}
            placeholder={t.consents.reasonHint}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
        <Field label={t.consents.document}>
          <Input value={evidence} maxLength={300} onChange={(event) => setEvidence(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}

export const KindField = ({ value, onChange }: { value: ExclusionKind; onChange: (kind: ExclusionKind) => void }) => {
  const t = useText()
  return (
    <Field label={t.consents.kind}>
      <Select
        style={{ width: '100%' }}
        aria-label={t.consents.kind}
        value={value}
        onChange={onChange}
        options={(Object.keys(t.consents.kinds) as ExclusionKind[]).map((one) => ({
          value: one,
          label: t.consents.kinds[one],
        }))}
      />
    </Field>
  )
}
