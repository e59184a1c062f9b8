import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input, Modal } from 'antd'
import { useState } from 'react'
import type { Role } from '../../../src/platform/permissions.ts'
import { useText } from '../i18n/text.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import { createDashboard } from './insight-calls.ts'
import { RolesField } from './report-dialog.tsx'

/** Makes an empty dashboard and goes there. */
export const NewDashboard = () => {
  const t = useText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const fail = useFailureToast()
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const [shared, setShared] = useState<Role[]>([])
  const save = useMutation({
    mutationFn: () => createDashboard({ name: name.trim(), roles: shared }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ['insights', 'dashboards'] })
      setOpen(false)
      await navigate({ to: '/insights/dashboards/$id', params: { id } })
    },
    onError: fail,
  })
  return (
    <>
      <Button icon={<Icon name="plus" size={16} />} onClick={() => setOpen(true)}>
        {t.insights.newDashboard}
      </Button>
      <Modal
        open={open}
        title={t.insights.newDashboard}
        okText={t.ui.save}
        cancelText={t.ui.cancel}
        okButtonProps={{ disabled: name.trim() === '', loading: save.isPending }}
        onOk={() => save.mutate()}
        onCancel={() => setOpen(false)}
      >
        <div className="stack-16">
          <Field label={t.insights.name}>
            <Input value={name} maxLength={100} onChange={({ target }) => setName(target.value)} />
          </Field>
          <Field label={t.insights.sharedWith} hint={t.insights.sharedHint}>
            <RolesField value={shared} onChange={setShared} />
          </Field>
        </div>
      </Modal>
    </>
  )
}
