import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Input, Modal, Segmented, Select } from 'antd'
import { useId, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import { createModelTag } from './mining-calls.ts'

/** Something of an answer that a tag can hold. */
export interface TagOffer {
  model: string
  id: string
  title: string
  takes: readonly ('label' | 'value')[]
}

/** A tag that gives everybody, newcomers too, what the answer says of him. */
export const TagDialog = ({
  offers,
  title: suggested,
  onClose,
}: {
  offers: readonly TagOffer[]
  title: string
  onClose: () => void
}) => {
  const t = useText()
  const form = useId()
  const fail = useFailureToast()
  const client = useQueryClient()
  const { message } = App.useApp()
  const [chosen, setChosen] = useState(0)
  const [key, setKey] = useState('')
  const [title, setTitle] = useState(suggested)
  const [take, setTake] = useState<'label' | 'value'>(offers[0]?.takes[0] ?? 'label')
  const offer = offers[chosen]
  const fits = /^[a-z][a-z0-9_]{0,59}$/.test(key) && title.trim() !== ''
  const save = useMutation({
    mutationFn: async () => {
      if (!offer) return undefined
      return createModelTag({ key, title: title.trim(), meaning: offer.title, model: offer.model, id: offer.id, take })
    },
    onSuccess: async (tag) => {
      await client.invalidateQueries({ queryKey: ['tags'] })
      message.success(tag?.state === 'active' ? t.mining.tagSaved(title) : t.mining.tagWaits(title))
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.mining.saveTag}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{ htmlType: 'submit', form, disabled: !fits, loading: save.isPending }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <p className="muted">{t.mining.tagHint}</p>
        {offers.length > 1 && (
          <Field label={t.mining.choose}>
            <Select
              aria-label={t.mining.choose}
              value={chosen}
              onChange={(next) => {
                setChosen(next)
                setTake(offers[next]?.takes[0] ?? 'label')
                setTitle(offers[next]?.title ?? title)
              }}
              options={offers.map((one, i) => ({ value: i, label: one.title }))}
            />
          </Field>
        )}
        <Field label={t.mining.tagTitle}>
          <Input value={title} maxLength={60} onChange={({ target }) => setTitle(target.value)} />
        </Field>
        <Field label={t.mining.tagKey} hint={t.mining.tagKeyHint}>
          <Input value={key} maxLength={60} placeholder="value_class" onChange={({ target }) => setKey(target.value)} />
        </Field>
        {(offer?.takes.length ?? 0) > 1 && (
          <Field label={t.mining.tagTakes}>
            <Segmented
              value={take}
              onChange={setTake}
              options={(offer?.takes ?? []).map((one) => ({ value: one, label: t.mining.tagTake[one] }))}
            />
          </Field>
        )}
      </form>
    </Modal>
  )
}
