import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Dropdown, Input, Modal, Select } from 'antd'
import { useId, useState } from 'react'
import type { z } from 'zod'
import type { UserItem } from '../../../src/platform/auth/contract.ts'
import { permissionNames, permissions, type Role, roles } from '../../../src/platform/permissions.ts'
import { useText } from '../i18n/text.ts'
import { useCan, useUser } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, CopyButton, Notice, Tabs } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { changeUser, createUser, listUsers, resetPassword, unlockUser } from './system-calls.ts'

type User = z.infer<typeof UserItem>

export const UsersPage = () => {
  const t = useText()
  const can = useCan()
  const [view, setView] = useState<'users' | 'roles'>('users')
  const [editing, setEditing] = useState<User | 'new'>()
  const [password, setPassword] = useState<{ login: string; password: string }>()
  return (
    <Page
      title={t.nav.users}
      subtitle={t.users.subtitle}
      actions={
        can('users.write') && (
          <Button type="primary" icon={<Icon name="plus" size={16} />} onClick={() => setEditing('new')}>
            {t.users.create}
          </Button>
        )
      }
    >
      <Tabs
        label={t.nav.users}
        value={view}
        onChange={setView}
        items={[
          { key: 'users', label: t.users.people },
          { key: 'roles', label: t.users.matrix },
        ]}
      />
      {view === 'users' ? <Users onEdit={setEditing} onPassword={setPassword} /> : <RoleMatrix />}
      {editing && (
        <UserDialog
          user={editing === 'new' ? undefined : editing}
          onPassword={setPassword}
          onClose={() => setEditing(undefined)}
        />
      )}
      {password && <PasswordDialog {...password} onClose={() => setPassword(undefined)} />}
    </Page>
  )
}

const Users = ({
  onEdit,
  onPassword,
}: {
  onEdit: (user: User) => void
  onPassword: (shown: { login: string; password: string }) => void
}) => {
  const t = useText()
  const can = useCan()
  const me = useUser()
  const client = useQueryClient()
  const fail = useFailureToast()
  const users = useQuery({ queryKey: ['users'], queryFn: ({ signal }) => listUsers(signal) })
  const settle = () => client.invalidateQueries({ queryKey: ['users'] })
  const act = useMutation({
    mutationFn: async ({ user, what }: { user: User; what: string }) => {
      if (what === 'reset') {
        const made = await resetPassword(user.id)
        onPassword({ login: made.user.login, password: made.password })
      }
      if (what === 'unlock') await unlockUser(user.id)
      if (what === 'totp') await changeUser(user.id, { totpEnabled: false })
      if (what === 'toggle') await changeUser(user.id, { disabled: !user.disabled })
    },
    onSettled: settle,
    onError: fail,
  })
  const locked = (user: User) => user.lockedUntil !== null && new Date(user.lockedUntil) > new Date()
  return (
    <Panel flush>
      <Loaded query={users}>
        {({ items }) => (
          <Table
            label={t.users.people}
            rows={items}
            rowKey={(row) => row.id}
            blank={<Blank icon="users" title={t.users.none} />}
            columns={[
              {
                key: 'name',
                title: t.users.name,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{row.name}</span>{' '}
                    {row.id === me?.id && <Badge tone="teal">{t.users.you}</Badge>}
                    <div className="muted small wrap">{[row.login, row.email].filter(Boolean).join(' · ')}</div>
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
                  </span>
                ),
              },
              {
                key: 'state',
                title: t.users.state,
                fit: true,
                cell: (row) => (
                  <span className="row">
                    {row.disabled ? (
                      <Badge dot>{t.users.disabled}</Badge>
                    ) : locked(row) ? (
                      <Badge tone="warn" dot>
                        {t.users.locked}
                      </Badge>
                    ) : (
                      <Badge tone="good" dot>
                        {t.users.active}
                      </Badge>
                    )}
                    {row.totpEnabled && <Badge tone="blue">{t.users.totp}</Badge>}
                  </span>
                ),
              },
              { key: 'seen', title: t.users.lastSignIn, fit: true, cell: (row) => <Ago at={row.lastSignInAt} /> },
              {
                key: 'do',
                title: t.ui.actions,
                fit: true,
                card: 'bare',
                cell: (row) =>
                  can('users.write') && (
                    <Dropdown
                      trigger={['click']}
                      menu={{
                        items: [
                          { key: 'edit', label: t.ui.edit },
                          { key: 'reset', label: t.users.reset },
                          ...(locked(row) ? [{ key: 'unlock', label: t.users.unlock }] : []),
                          ...(row.totpEnabled ? [{ key: 'totp', label: t.users.removeTotp }] : []),
                          { type: 'divider' },
                          {
                            key: 'toggle',
                            label: row.disabled ? t.users.enable : t.users.disable,
                            danger: !row.disabled,
                            disabled: row.id === me?.id,
                          },
                        ],
                        onClick: ({ key }) => (key === 'edit' ? onEdit(row) : act.mutate({ user: row, what: key })),
                      }}
                    >
                      <button type="button" className="icon-button" aria-label={t.users.actionsOf(row.name)}>
                        <Icon name="more" size={16} />
                      </button>
                    </Dropdown>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}

const UserDialog = ({
  user,
  onPassword,
  onClose,
}: {
  user: User | undefined
  onPassword: (shown: { login: string; password: string }) => void
  onClose: () => void
}) => {
  const t = useText()
  const form = useId()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [login, setLogin] = useState(user?.login ?? '')
  const [name, setName] = useState(user?.name ?? '')
  const [email, setEmail] = useState(user?.email ?? '')
  const [held, setHeld] = useState<Role[]>(user?.roles ?? [])
  const save = useMutation({
    mutationFn: async () => {
      const words = { ...(name.trim() === '' ? {} : { name: name.trim() }), email: email.trim() || null, roles: held }
      if (user) {
        await changeUser(user.id, words)
        return
      }
      const made = await createUser({ login: login.trim(), ...words })
      onPassword({ login: made.user.login, password: made.password })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['users'] })
      onClose()
    },
    onError: fail,
  })
  return (
    <Modal
      open
      title={user ? t.users.edit : t.users.create}
      onCancel={onClose}
      okText={t.ui.save}
      okButtonProps={{
        htmlType: 'submit',
        form,
        disabled: login.trim() === '' || held.length === 0,
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
        <Field label={t.users.login}>
          <Input
            autoFocus
            required
            disabled={user !== undefined}
            maxLength={200}
            autoComplete="off"
            value={login}
            onChange={(event) => setLogin(event.target.value)}
          />
        </Field>
        <Field label={t.users.name}>
          <Input value={name} maxLength={100} autoComplete="off" onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t.users.email}>
          <Input
            type="email"
            value={email}
            maxLength={254}
            autoComplete="off"
            onChange={(event) => setEmail(event.target.value)}
          />
        </Field>
        <Field label={t.users.roles}>
          <Select
            mode="multiple"
            style={{ width: '100%' }}
            value={held}
            onChange={setHeld}
            options={roles.map((role) => ({ value: role, label: t.roles[role] }))}
          />
        </Field>
      </form>
    </Modal>
  )
}

const PasswordDialog = ({ login, password, onClose }: { login: string; password: string; onClose: () => void }) => {
  const t = useText()
  return (
    <Modal
      open
      title={t.users.oneTime}
      onCancel={onClose}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {t.users.passedOn}
        </Button>
      }
    >
      <div className="stack-16">
        <Notice tone="warn">{t.users.oneTimeHint(login)}</Notice>
        <div className="secret">
          <code>{password}</code>
          <CopyButton text={password} />
        </div>
      </div>
    </Modal>
  )
}

/** Which role may do what: the server's own table. */
const RoleMatrix = () => {
  const t = useText()
  return (
    <Panel flush>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls sideways, so the keyboard must reach it */}
      <div className="table-scroll" tabIndex={0}>
        <table className="table matrix" aria-label={t.users.matrix}>
          <thead>
            <tr>
              <th scope="col">{t.users.permission}</th>
              {roles.map((role) => (
                <th key={role} scope="col">
                  {t.roles[role]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {permissionNames.map((permission) => (
              <tr key={permission}>
                <td title={permission}>{t.permissions[permission]}</td>
                {roles.map((role) => {
                  const holds = (permissions[permission] as readonly Role[]).includes(role)
                  return (
                    <td key={role} className="matrix-cell">
                      {holds ? (
                        <span className="matrix-yes">
                          <Icon name="check" size={16} />
                          <span className="sr-only">{t.users.may}</span>
                        </span>
                      ) : (
                        <span className="sr-only">{t.users.mayNot}</span>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
