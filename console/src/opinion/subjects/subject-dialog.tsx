import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Input, Modal, Select, Switch } from 'antd'
import { useState } from 'react'
import {
  partnerRoles,
  type Subject,
  type SubjectKind,
  subjectKinds,
} from '../../../../src/opinion/subjects/subject-contract.ts'
import { useText } from '../../i18n/text.ts'
import { useFailureToast } from '../../ui/failure-toast.ts'
import { Field } from '../../ui/page.tsx'
import { changeSubject, createSubject } from './subject-calls.ts'

const colours = ['#0e766c', '#2a5f9e', '#8a4fae', '#bf3f27', '#93600f', '#3d7d32', '#5a6470', '#c2417c']

/** A new subject, or the particulars of one. */
export const SubjectDialog = ({
  subject,
  all,
  onClose,
}: {
  subject?: Subject
  all: readonly Subject[]
  onClose: () => void
}) => {
  const t = useText()
  const words = t.subjects
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const [given, setGiven] = useState({
    kind: subject?.kind ?? 'brand',
    role: subject?.role ?? '',
    name: subject?.name ?? '',
    own: subject?.own ?? true,
    productKey: subject?.productKey ?? null,
    parentId: subject?.parentId ?? null,
    owner: subject?.owner ?? null,
    colour: subject?.colour ?? colours[all.length % colours.length] ?? '#0e766c',
    note: subject?.note ?? '',
  })
  const change = (part: Partial<typeof given>) => setGiven({ ...given, ...part })
  const save = useMutation({
    mutationFn: () => (subject ? changeSubject(subject.id, given) : createSubject(given)),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: ['opinion', 'subjects'] })
      onClose()
      if (!subject) await navigate({ to: '/opinion/subjects/$id', params: { id: String(saved.id) } })
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={subject ? words.edit : words.add}
      okText={t.ui.save}
      cancelText={t.ui.cancel}
      okButtonProps={{ disabled: given.name.trim() === '', loading: save.isPending }}
      onOk={() => save.mutate()}
      onCancel={onClose}
    >
      <div className="form-grid subject-form">
        <Field label={words.name}>
          <Input
            autoFocus
            value={given.name}
            maxLength={80}
            onChange={({ target }) => change({ name: target.value })}
          />
        </Field>
        <Field label={words.kind}>
          <Select
            value={given.kind}
            onChange={(kind: SubjectKind) =>
              change({ kind, own: kind === 'brand' || kind === 'product' || kind === 'executive' })
            }
            options={subjectKinds.map((value) => ({ value, label: words.kinds[value] }))}
          />
        </Field>
        {given.kind === 'partner' && (
          <Field label={words.role}>
            <Select
              value={given.role || 'other'}
              onChange={(role: string) => change({ role })}
              options={partnerRoles.map((value) => ({ value, label: words.roles[value] }))}
            />
          </Field>
        )}
        <Field label={words.own}>
          <Switch checked={given.own} onChange={(own) => change({ own })} />
        </Field>
        {given.kind === 'product' && (
          <Field label={words.productKey} hint={words.productKeyHint}>
            <Input
              value={given.productKey ?? ''}
              maxLength={80}
              onChange={({ target }) => change({ productKey: target.value || null })}
            />
          </Field>
        )}
        <Field label={words.parent}>
          <Select
            allowClear
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={words.noParent}
            {...(given.parentId !== null && { value: given.parentId })}
            onChange={(parentId: number | undefined) => change({ parentId: parentId ?? null })}
            options={all.filter(({ id }) => id !== subject?.id).map(({ id, name }) => ({ value: id, label: name }))}
          />
        </Field>
        <Field label={words.owner}>
          <Input
            value={given.owner ?? ''}
            maxLength={80}
            onChange={({ target }) => change({ owner: target.value || null })}
          />
        </Field>
        <Field label={words.colour}>
          <span className="colours">
            {colours.map((colour) => (
              <button
                key={colour}
                type="button"
                className={`colour ${colour === given.colour ? 'colour-chosen' : ''}`}
                style={{ background: colour }}
                aria-label={`${words.colour} ${colour}`}
                aria-pressed={colour === given.colour}
                onClick={() => change({ colour })}
              />
            ))}
          </span>
        </Field>
        <Field label={words.note}>
          <Input.TextArea
            autoSize
            value={given.note}
            maxLength={1000}
            onChange={({ target }) => change({ note: target.value })}
          />
        </Field>
      </div>
    </Modal>
  )
}
