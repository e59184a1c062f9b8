import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, AutoComplete, Button, Checkbox, Drawer, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useText } from '../i18n/text.ts'
import type { SetRef } from '../portraits/portrait-shapes.ts'
import { SetPicker } from '../portraits/set-picker.tsx'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import { changeTarget, createTarget } from './ad-calls.ts'
import {
  type AdPlatform,
  type AdTarget,
  adForms,
  adPlatforms,
  leastPeople,
  NewAdTarget,
  products,
} from './ad-shapes.ts'

type Draft = Omit<NewAdTarget, 'set'> & { set: NewAdTarget['set'] | null }

const draftOf = (target: AdTarget | undefined): Draft =>
  target
    ? {
        name: target.name,
        platform: target.platform,
        recipient: target.recipient,
        contact: target.contact,
        contract: target.contract,
        purpose: target.purpose,
        form: target.form,
        set: { kind: target.set.kind, id: target.set.id },
        product: target.product,
        minPeople: target.minPeople,
        daily: target.daily,
      }
    : {
        name: '',
        platform: 'tencent',
        recipient: '',
        contact: '',
        contract: '',
        purpose: '',
        form: adForms.tencent[0],
        set: null,
        product: 'loan',
        minPeople: 1_000,
        daily: false,
      }

const refOf = (set: Draft['set']): SetRef | null =>
  set && (set.kind === 'audience' ? { audience: set.id } : { list: set.id })
const setOf = (ref: SetRef | null): Draft['set'] =>
  ref && ('audience' in ref ? { kind: 'audience', id: ref.audience } : { kind: 'list', id: ref.list })

/** The register's entry and whom it is about. */
export const TargetForm = ({
  target,
  recipients,
  onSaved,
  onClose,
}: {
  target?: AdTarget | undefined
  /** Names that separate consents give. */
  recipients: readonly string[]
  onSaved: (target: AdTarget) => void
  onClose: () => void
}) => {
  const t = useText()
  const words = t.adAudiences
  const client = useQueryClient()
  const fail = useFailureToast()
  const { message } = App.useApp()
  const [draft, setDraft] = useState(() => draftOf(target))
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const checked = NewAdTarget.safeParse(draft)
  const save = useMutation({
    mutationFn: (given: NewAdTarget) =>
      target ? changeTarget(target.id, { ...given, basedOn: target.changedAt }) : createTarget(given),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ['adTargets'] })
      message.success(words.created)
      onSaved(saved)
    },
    onError: fail,
  })
  const line = (name: 'name' | 'contact' | 'contract', label: string) => (
    <Field label={label}>
      <Input
        aria-label={label}
        maxLength={name === 'name' ? 80 : 200}
        value={draft[name]}
        onChange={(event) => change({ [name]: event.target.value })}
      />
    </Field>
  )
  return (
    <Drawer
      open
      size={560}
      title={target ? target.name : words.create}
      onClose={onClose}
      footer={
        <div className="row row-between">
          <Button onClick={onClose}>{t.ui.cancel}</Button>
          <span className="row">
            {!checked.success && <span className="muted small">{words.incomplete}</span>}
            <Button
              type="primary"
              disabled={!checked.success}
              loading={save.isPending}
              onClick={() => checked.success && save.mutate(checked.data)}
            >
              {t.ui.save}
            </Button>
          </span>
        </div>
      }
    >
      <div className="stack-16">
        {line('name', words.name)}
        <Field label={words.platform}>
          <Select
            aria-label={words.platform}
            value={draft.platform}
            onChange={(platform: AdPlatform) => change({ platform, form: adForms[platform][0] })}
            options={adPlatforms.map((value) => ({ value, label: words.platforms[value] }))}
          />
        </Field>
        <Field label={words.recipient} hint={words.recipientHint}>
          <AutoComplete
            aria-label={words.recipient}
            value={draft.recipient}
            onChange={(recipient: string) => change({ recipient })}
            options={recipients.map((value) => ({ value }))}
            style={{ width: '100%' }}
          />
        </Field>
        {line('contact', words.contact)}
        {line('contract', words.contract)}
        <Field label={words.purpose} hint={words.purposeHint}>
          <Input.TextArea
            autoSize={{ minRows: 2 }}
            maxLength={500}
            aria-label={words.purpose}
            value={draft.purpose}
            onChange={(event) => change({ purpose: event.target.value })}
          />
        </Field>
        <Field label={words.set}>
          <SetPicker label={words.set} value={refOf(draft.set)} onChange={(ref) => change({ set: setOf(ref) })} />
        </Field>
        <Field label={words.form} hint={words.formHint}>
          <Select
            aria-label={words.form}
            value={draft.form}
            onChange={(form: string) => change({ form })}
            options={adForms[draft.platform].map((value) => ({ value, label: words.forms[value] ?? value }))}
          />
        </Field>
        <Field label={words.product}>
          <Select
            aria-label={words.product}
            value={draft.product}
            onChange={(product: Draft['product']) => change({ product })}
            options={products.map((value) => ({ value, label: t.creatives.products[value] }))}
          />
        </Field>
        <Field label={words.minPeople} hint={words.minPeopleHint}>
          <InputNumber
            aria-label={words.minPeople}
            min={leastPeople}
            max={10_000_000}
            precision={0}
            value={draft.minPeople}
            onChange={(minPeople) => minPeople !== null && change({ minPeople })}
          />
        </Field>
        <Checkbox checked={draft.daily} onChange={(event) => change({ daily: event.target.checked })}>
          {words.daily}
        </Checkbox>
      </div>
    </Drawer>
  )
}
