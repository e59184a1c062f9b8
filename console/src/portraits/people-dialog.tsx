import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { createAudience } from '../audiences/audience-calls.ts'
import type { Definition } from '../audiences/audience-shapes.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import { savePeople } from './portrait-calls.ts'
import type { SetRef } from './portrait-shapes.ts'

/** From a bar to its people: frozen as a list, or as an audience that follows the data. */
export const PeopleDialog = ({
  title,
  of,
  condition,
  onClose,
}: {
  title: string
  /** Null: everybody. */
  of: SetRef | null
  condition: Definition
  onClose: () => void
}) => {
  const t = useText()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [name, setName] = useState(title.slice(0, 100))
  const [why, setWhy] = useState('')
  const freeze = useMutation({
    mutationFn: () => savePeople({ name: name.trim(), why: why.trim(), of, condition }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['lists'] })
      await navigate({ to: '/lists/$id', params: { id } })
    },
    onError: fail,
  })
  const follow = useMutation({
    mutationFn: () =>
      createAudience({
        name: name.trim(),
        description: why.trim(),
        definition: { all: [...(of ? [of] : []), condition] },
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['audiences'] })
      await navigate({ to: '/audiences/$id', params: { id } })
    },
    onError: fail,
  })
  const ready = name.trim() !== ''
  return (
    <Modal
      open
      title={t.portraits.seePeopleTitle(title)}
      onCancel={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t.ui.cancel}</Button>
          <Button disabled={!ready} loading={follow.isPending} onClick={() => follow.mutate()}>
            {t.portraits.saveAsAudience}
          </Button>
          <Button type="primary" disabled={!ready} loading={freeze.isPending} onClick={() => freeze.mutate()}>
            {t.portraits.saveAsList}
          </Button>
        </>
      }
    >
      <div className="stack-16">
        <p className="muted">{t.portraits.seePeopleHint}</p>
        <Field label={t.portraits.name}>
          <Input value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t.portraits.why} hint={t.portraits.whyHint}>
          <Input value={why} maxLength={500} onChange={(event) => setWhy(event.target.value)} />
        </Field>
      </div>
    </Modal>
  )
}
