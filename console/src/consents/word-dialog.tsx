import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { recordWord } from './consent-calls.ts'
import type { ConsentChannel, CustomerConsents, StaffWord } from './consent-shapes.ts'
import { purposeName } from './purpose-name.ts'

type Status = StaffWord['status']
type Method = StaffWord['method']

/** Records what a customer said to staff, with where the proof lies. */
export const WordDialog = ({
  id,
  purposes,
  withdrawing,
  onClose,
}: {
  id: string
  purposes: CustomerConsents['purposes']
  withdrawing?: { purpose: string; channel: string }
  onClose: () => void
}) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const form = useId()
  const asked = purposes.filter(({ basis }) => basis === 'consent')
  const [purpose, setPurpose] = useState(withdrawing?.purpose ?? asked[0]?.key ?? '')
  const [channel, setChannel] = useState(withdrawing?.channel ?? '')
  const [status, setStatus] = useState<Status>(withdrawing ? 'withdrawn' : 'granted')
  const [method, setMethod] = useState<Method>('call')
  const [evidence, setEvidence] = useState('')
  const [place, setPlace] = useState('')
  const record = useMutation({
    mutationFn: () =>
      recordWord(id, {
        purpose,
        channel: channel === '' ? null : (channel as ConsentChannel),
        status,
        method,
        evidence: evidence.trim(),
        ...(place.trim() !== '' && { place: place.trim() }),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents'] })
      onClose()
    },
    onError: fail,
  })
  const channelsOf = asked.find(({ key }) => key === purpose)?.channels.map((one) => one.channel) ?? []
  const ready = purpose !== '' && evidence.trim().length >= 2 && (status !== 'granted' || channel !== '')
  return (
    <Modal
      open
      title={t.consents.recordTitle}
      onCancel={onClose}
      okText={t.consents.record}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: record.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) record.mutate()
        }}
      >
        <Notice>{t.consents.recordHint}</Notice>
        <Field label={t.consents.purpose}>
          <Select
            style={{ width: '100%' }}
            aria-label={t.consents.purpose}
            value={purpose}
            onChange={(next: string) => {
              setPurpose(next)
              setChannel('')
            }}
            options={asked.map((one) => ({ value: one.key, label: purposeName(t, one) }))}
          />
        </Field>
        <Field label={t.consents.said}>
          <Select
            style={{ width: '100%' }}
            aria-label={t.consents.said}
            value={status}
            onChange={setStatus}
            options={(['granted', 'refused', 'withdrawn'] as const).map((value) => ({
              value,
              label: t.consents.status[value],
            }))}
          />
        </Field>
        <Field label={t.consents.channel}>
          <Select
            style={{ width: '100%' }}
            aria-label={t.consents.channel}
            value={channel}
            onChange={setChannel}
            options={[
              ...(status === 'granted' ? [] : [{ value: '', label: t.consents.everyChannel }]),
              ...channelsOf.map((one) => ({ value: one, label: t.consents.channelNames[one] ?? one })),
            ]}
          />
        </Field>
        <Field label={t.consents.method}>
          <Select
            style={{ width: '100%' }}
            aria-label={t.consents.method}
            value={method}
            onChange={setMethod}
            options={(Object.keys(t.consents.methods) as Method[]).map((value) => ({
              value,
              label: t.consents.methods[value],
            }))}
          />
        </Field>
        <Field label={t.consents.evidence} hint={t.consents.evidenceHint}>
          <Input value={evidence} maxLength={300} onChange={(event) => setEvidence(event.target.value)} />
        </Field>
        <Field label={t.consents.place}>
          <Input value={place} maxLength={100} onChange={(event) => setPlace(event.target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
