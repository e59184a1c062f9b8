import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'
import { listNotices, mapVersion } from './consent-calls.ts'
import type { Purpose } from './consent-shapes.ts'

/** Says which published version a name in imported consents means. */
export const MapDialog = ({ purpose, said, onClose }: { purpose: Purpose; said: string; onClose: () => void }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const form = useId()
  const [number, setNumber] = useState<number>()
  const [reason, setReason] = useState('')
  const notices = useQuery({
    queryKey: ['consents', 'notices', purpose.key],
    queryFn: ({ signal }) => listNotices(purpose.key, signal),
  })
  const published = (notices.data?.items ?? []).filter(({ state }) => state === 'published')
  const map = useMutation({
    mutationFn: (to: number) => mapVersion(purpose.key, { said, number: to, reason: reason.trim() }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['consents'] })
      onClose()
    },
    onError: fail,
  })
  const ready = number !== undefined && reason.trim().length >= 2
  return (
    <Modal
      open
      title={t.consents.mapTitle(said)}
      onCancel={onClose}
      okText={t.consents.map}
      okButtonProps={{ htmlType: 'submit', form, disabled: !ready, loading: map.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) map.mutate(number)
        }}
      >
        <Notice tone="warn">{t.consents.mapWarning}</Notice>
        <Field label={t.consents.version}>
          <Select
            style={{ width: '100%' }}
            aria-label={t.consents.version}
            loading={notices.isPending}
            {...(number !== undefined && { value: number })}
            onChange={(next: number) => setNumber(next)}
            options={published.map((one) => ({ value: one.number, label: one.label }))}
          />
        </Field>
        <Field label={t.consents.mapReason}>
          <Input
            value={reason}
            maxLength={300}
            placeholder={t.consents.mapReasonHint}
            onChange={(event) => setReason(event.target.value)}
          />
        </Field>
      </form>
    </Modal>
  )
}
