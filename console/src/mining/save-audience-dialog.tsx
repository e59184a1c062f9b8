import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { createAudience, refreshAudience } from '../audiences/audience-calls.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import type { Picked } from './mining-shapes.ts'

/** People of an answer as an audience that follows what they do from now on. */
export const SaveAudienceDialog = ({
  name: suggested,
  live,
  onClose,
}: {
  name: string
  live: NonNullable<Picked['live']>
  onClose: () => void
}) => {
  const t = useText()
  const form = useId()
  const fail = useFailureToast()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState(suggested)
  const save = useMutation({
    mutationFn: async () => {
      const audience = await createAudience({
        name: name.trim(),
        description: t.mining.saveAudienceHint,
        definition: await live(),
      })
      await refreshAudience(audience.id)
      return audience
    },
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['audiences'] })
      await navigate({ to: '/audiences/$id', params: { id } })
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.mining.saveAudience}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: name.trim() === '', loading: save.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <p className="muted">{t.mining.saveAudienceHint}</p>
        <Field label={t.mining.name}>
          <Input value={name} maxLength={100} onChange={({ target }) => setName(target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
