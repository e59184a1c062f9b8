import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { createAudience } from '../audiences/audience-calls.ts'
import type { Definition } from '../audiences/audience-shapes.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import { saveSet } from './portrait-calls.ts'
import type { SetExpression } from './portrait-shapes.ts'

/** Set algebra in the language of audience definitions. */
const definitionOf = (expression: SetExpression): Definition => {
  if ('union' in expression) return { any: expression.union.map(definitionOf) }
  if ('intersect' in expression) return { all: expression.intersect.map(definitionOf) }
  if ('minus' in expression) {
    const [first, ...rest] = expression.minus
    return { all: [...(first ? [definitionOf(first)] : []), ...rest.map((one) => ({ not: definitionOf(one) }))] }
  }
  return expression
}

/** Keeps a combination: frozen as a list, or as an audience that follows the data. */
export const SaveSetDialog = ({
  of,
  name: proposed,
  onClose,
}: {
  of: SetExpression
  name: string
  onClose: () => void
}) => {
  const t = useText()
  const navigate = useNavigate()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [name, setName] = useState(proposed.slice(0, 100))
  const [why, setWhy] = useState('')
  const freeze = useMutation({
    mutationFn: () => saveSet({ name: name.trim(), why: why.trim(), of }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['lists'] })
      await navigate({ to: '/lists/$id', params: { id } })
    },
    onError: fail,
  })
  const follow = useMutation({
    mutationFn: () => createAudience({ name: name.trim(), description: why.trim(), definition: definitionOf(of) }),
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
      title={t.portraits.seePeople}
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
