import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { App, Button, Drawer, Input, Modal } from 'antd'
import { useId, useState } from 'react'
import { CustomerTable } from '../customers/customers-page.tsx'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Field } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { getPeople, saveAsList } from './mining-calls.ts'
import type { Picked } from './mining-shapes.ts'
import { SaveAudienceDialog } from './save-audience-dialog.tsx'

/** The people behind a part of an answer, and the way to keep them. */
export const PeopleDrawer = ({ run, picked, onClose }: { run: string; picked: Picked; onClose: () => void }) => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const [saving, setSaving] = useState<'list' | 'audience'>()
  const people = useInfiniteQuery({
    queryKey: ['mining', run, 'people', picked.selection],
    queryFn: ({ pageParam, signal }) => getPeople(run, picked.selection, pageParam, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
  return (
    <Drawer
      open
      title={t.mining.peopleOf(picked.name)}
      onClose={onClose}
      size={Math.min(900, window.innerWidth)}
      styles={{ body: { padding: '12px 0' } }}
      extra={
        can('audiences.write') && (
          <span className="row">
            {picked.live && (
              <Button type="primary" icon={<Icon name="audiences" size={16} />} onClick={() => setSaving('audience')}>
                {t.mining.saveAudience}
              </Button>
            )}
            <Button icon={<Icon name="lists" size={16} />} onClick={() => setSaving('list')}>
              {t.mining.saveList}
            </Button>
          </span>
        )
      }
    >
      <Loaded query={people} lines={8}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.items)
          if (rows.length === 0) return <Blank icon="customers" title={t.mining.nobody} />
          return (
            <>
              <div className="list-head">
                <p className="muted small">{t.mining.peopleTotal(format.count(pages[0]?.total ?? 0))}</p>
              </div>
              <CustomerTable rows={rows} searching={false} more={people} />
            </>
          )
        }}
      </Loaded>
      {saving === 'list' && <SaveListDialog run={run} picked={picked} onClose={() => setSaving(undefined)} />}
      {saving === 'audience' && picked.live && (
        <SaveAudienceDialog name={picked.name} live={picked.live} onClose={() => setSaving(undefined)} />
      )}
    </Drawer>
  )
}

const SaveListDialog = ({ run, picked, onClose }: { run: string; picked: Picked; onClose: () => void }) => {
  const t = useText()
  const format = useFormats()
  const form = useId()
  const fail = useFailureToast()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const [name, setName] = useState(picked.name)
  const [why, setWhy] = useState('')
  const save = useMutation({
    mutationFn: () => saveAsList(run, { selection: picked.selection, name: name.trim(), why }),
    onSuccess: async ({ id, size }) => {
      await client.invalidateQueries({ queryKey: ['audiences', 'fields'] })
      message.success({
        // Messages stand outside the router, where a link would not know where it is.
        content: (
          <Button type="link" size="small" onClick={() => navigate({ to: '/lists/$id', params: { id } })}>
            {t.mining.savedList(name.trim(), format.count(size))}
          </Button>
        ),
        duration: 6,
      })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={t.mining.saveList}
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
        <p className="muted">{t.mining.saveListHint}</p>
        <Field label={t.mining.name}>
          <Input value={name} maxLength={100} onChange={({ target }) => setName(target.value)} />
        </Field>
        <Field label={t.mining.why}>
          <Input.TextArea value={why} maxLength={1000} rows={2} onChange={({ target }) => setWhy(target.value)} />
        </Field>
      </form>
    </Modal>
  )
}
