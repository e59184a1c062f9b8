import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { type Role, roles } from '../../../src/platform/permissions.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Field } from '../ui/page.tsx'
import { createReport } from './insight-calls.ts'
import type { Draft } from './question-draft.ts'

/** Names a question and says who may see it. */
export const ReportDialog = ({
  question,
  name: given,
  onClose,
}: {
  question: Draft
  name: string
  onClose: () => void
}) => {
  const t = useText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const fail = useFailureToast()
  const [name, setName] = useState(given)
  const [description, setDescription] = useState('')
  const [shared, setShared] = useState<Role[]>([])
  const save = useMutation({
    mutationFn: () => createReport({ name: name.trim(), description: description.trim(), question, roles: shared }),
    onSuccess: async ({ id }) => {
      message.success(t.insights.saved)
      await client.invalidateQueries({ queryKey: ['insights', 'reports'] })
      onClose()
      await navigate({ to: '/insights/explore/$kind', params: { kind: question.kind }, search: { report: id } })
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.insights.saveReport}
      okText={t.ui.save}
      cancelText={t.ui.cancel}
      okButtonProps={{ disabled: name.trim() === '', loading: save.isPending }}
      onOk={() => save.mutate()}
      onCancel={onClose}
    >
      <div className="stack-16">
        <Field label={t.insights.name}>
          <Input value={name} maxLength={100} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Field label={t.insights.description}>
          <Input.TextArea
            value={description}
            maxLength={1_000}
            autoSize={{ minRows: 2 }}
            onChange={({ target }) => setDescription(target.value)}
          />
        </Field>
        <Field label={t.insights.sharedWith} hint={t.insights.sharedHint}>
          <RolesField value={shared} onChange={setShared} />
        </Field>
      </div>
    </Modal>
  )
}

export const RolesField = ({ value, onChange }: { value: readonly Role[]; onChange: (roles: Role[]) => void }) => {
  const t = useText()
  return (
    <Select
      mode="multiple"
      style={{ width: '100%' }}
      aria-label={t.insights.sharedWith}
      placeholder={t.insights.onlyMe}
      value={[...value]}
      onChange={onChange}
      options={roles.map((role) => ({ value: role, label: t.roles[role] }))}
    />
  )
}
