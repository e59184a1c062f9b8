import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import type { z } from 'zod'
import type { KeyItem } from '../../../src/platform/auth/contract.ts'
import { type Permission, permissionsOf, type Role, roles } from '../../../src/platform/permissions.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { useCan } from '../session.ts'
import { useConfirm } from '../ui/confirm.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, CopyButton, Notice } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { createKey, listKeys, revokeKey } from './system-calls.ts'

type Key = z.infer<typeof KeyItem>

export const KeysPage = () => {
  const t = useText()
  const can = useCan()
  const format = useFormats()
  const client = useQueryClient()
  const confirm = useConfirm()
  const fail = useFailureToast()
  const [adding, setAdding] = useState(false)
  const keys = useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => listKeys(signal) })
  const revoke = useMutation({
    mutationFn: revokeKey,
    onSettled: () => client.invalidateQueries({ queryKey: ['keys'] }),
    onError: fail,
  })
  const add = can('keys.write') && (
    <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
      {t.keys.create}
    </Button>
  )
  const state = (key: Key) => {
    if (key.revokedAt) return <Badge dot>{t.keys.revoked}</Badge>
    if (key.expiresAt && new Date(key.expiresAt) < new Date()) return <Badge dot>{t.keys.expired}</Badge>
    return (
      <Badge tone="good" dot>
        {t.keys.active}
      </Badge>
    )
  }
  return (
    <Page title={t.nav.keys} subtitle={t.keys.subtitle} actions={add}>
      <Panel flush>
        <Loaded query={keys}>
          {({ items }) => (
            <Table
              label={t.nav.keys}
              rows={items}
              rowKey={(row) => row.id}
              blank={
                <Blank icon="key" title={t.keys.none} hint={t.keys.noneHint}>
                  {add}
                </Blank>
              }
              columns={[
                {
                  key: 'name',
                  title: t.keys.name,
                  card: 'lead',
                  cell: (row) => (
                    <>
                      <span className="strong">{row.name}</span>
                      <div className="muted small">
                        <code>{row.prefix}…</code>
                      </div>
                    </>
                  ),
                },
                {
                  key: 'roles',
                  title: t.users.roles,
                  cell: (row) => (
                    <span className="row">
                      {row.roles.map((role) => (
                        <Badge key={role}>{t.roles[role]}</Badge>
                      ))}
                      {row.scope && <span className="muted small">{t.keys.scoped(row.scope.length)}</span>}
                    </span>
                  ),
                },
                { key: 'state', title: t.users.state, fit: true, cell: state },
                { key: 'used', title: t.keys.lastUsed, fit: true, cell: (row) => <Ago at={row.lastUsedAt} /> },
                {
                  key: 'expires',
                  title: t.keys.expires,
                  fit: true,
                  cell: (row) => (row.expiresAt ? format.date(row.expiresAt) : t.keys.never),
                },
                {
                  key: 'do',
                  title: t.ui.actions,
                  fit: true,
                  card: 'bare',
                  cell: (row) =>
                    can('keys.write') &&
                    !row.revokedAt && (
                      <Button
                        size="small"
                        danger
                        onClick={() =>
                          confirm({
                            title: t.keys.revokeTitle(row.name),
                            content: t.keys.revokeHint,
                            okText: t.keys.revoke,
                            danger: true,
                            run: () => revoke.mutateAsync(row.id),
                          })
                        }
                      >
                        {t.keys.revoke}
                      </Button>
                    ),
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
      {adding && <KeyDialog onClose={() => setAdding(false)} />}
    </Page>
  )
}

const lifetimes = [30, 90, 365, 0] as const

const KeyDialog = ({ onClose }: { onClose: () => void }) => {
  const t = useText()
  const form = useId()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [name, setName] = useState('')
  const [held, setHeld] = useState<Role[]>(['analyst'])
  const [scope, setScope] = useState<Permission[]>([])
  const [days, setDays] = useState<(typeof lifetimes)[number]>(90)
  const save = useMutation({
    mutationFn: () =>
      createKey({
        name: name.trim(),
        roles: held,
        ...(scope.length === 0 ? {} : { scope }),
        ...(days === 0 ? {} : { expiresAt: new Date(Date.now() + days * 86_400_000).toISOString() }),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['keys'] }),
    onError: fail,
  })
  if (save.data) {
    return (
      <Modal
        open
        title={t.keys.madeTitle}
        onCancel={onClose}
        mask={{ closable: false }}
        footer={
          <Button type="primary" onClick={onClose}>
            {t.sources.keySaved}
          </Button>
        }
      >
        <div className="stack-16">
          <Notice tone="warn">{t.keys.once}</Notice>
          <div className="secret">
            <code>{save.data.key}</code>
            <CopyButton text={save.data.key} />
          </div>
          <p className="muted small wrap">
            <code>Authorization: Bearer {save.data.key.slice(0, 8)}…</code>
          </p>
        </div>
      </Modal>
    )
  }
  return (
    <Modal
      open
      title={t.keys.create}
      onCancel={onClose}
      okText={t.keys.create}
      okButtonProps={{
        htmlType: 'submit',
        form,
        disabled: name.trim() === '' || held.length === 0,
        loading: save.isPending,
      }}
    >
      <form
        id={form}
        className="stack-16"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate()
        }}
      >
        <Field label={t.keys.name} hint={t.keys.nameHint}>
          <Input autoFocus required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t.users.roles}>
          <Select
            mode="multiple"
            style={{ width: '100%' }}
            value={held}
            onChange={(next) => {
              setHeld(next)
              const may = permissionsOf(next)
              setScope(scope.filter((permission) => may.has(permission)))
            }}
            options={roles.map((role) => ({ value: role, label: t.roles[role] }))}
          />
        </Field>
        <Field label={t.keys.scope} hint={t.keys.scopeHint}>
          <Select
            mode="multiple"
            style={{ width: '100%' }}
            placeholder={t.keys.wholeScope}
            value={scope}
            onChange={setScope}
            options={[...permissionsOf(held)].map((permission) => ({
              value: permission,
              label: t.permissions[permission],
            }))}
          />
        </Field>
        <Field label={t.keys.lifetime}>
          <Select
            style={{ width: '100%' }}
            value={days}
            onChange={setDays}
            options={lifetimes.map((value) => ({ value, label: value === 0 ? t.keys.never : t.keys.days(value) }))}
          />
        </Field>
      </form>
    </Modal>
  )
}
