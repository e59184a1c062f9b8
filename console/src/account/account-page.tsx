import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, Input, QRCode } from 'antd'
import { type SyntheticEvent, useState } from 'react'
import type { z } from 'zod'
import type { BackupCodes, SessionList, TotpEnrolment } from '../../../src/platform/auth/contract.ts'
import { get, post, remove } from '../api.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { type SignedIn, sessionKey, useSignOut, useUser } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Ago, Badge, Code, CopyButton, Notice } from '../ui/marks.tsx'
import { Field, Page, Panel } from '../ui/page.tsx'
import { Blank, Loaded } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'

export const AccountPage = () => {
  const t = useText()
  const user = useUser()
  const leave = useSignOut()
  if (!user) return null
  return (
    <Page
      title={t.nav.account}
      subtitle={[user.name, user.login, user.email].filter(Boolean).join(' · ')}
      actions={
        <Button icon={<Icon name="out" size={16} />} onClick={leave}>
          {t.nav.signOut}
        </Button>
      }
    >
      {user.mustChangePassword ? (
        <div className="narrow stack-16">
          <Notice tone="warn">{t.account.mustChange}</Notice>
          <PasswordPanel />
        </div>
      ) : (
        <div className="stack-16">
          {user.totpEnrolmentNeeded && <Notice tone="warn">{t.account.mustEnrol}</Notice>}
          <div className="grid grid-halves">
            <TotpPanel enabled={user.totpEnabled} />
            <PasswordPanel />
          </div>
          {!user.totpEnrolmentNeeded && <SessionsPanel />}
        </div>
      )}
    </Page>
  )
}

const shortest = 12

const PasswordPanel = () => {
  const t = useText()
  const client = useQueryClient()
  const [now, setNow] = useState('')
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const change = useMutation({
    mutationFn: () => post<SignedIn>('/session/password', { password: now, newPassword: next }),
    onSuccess: (signedIn) => {
      client.setQueryData(sessionKey, signedIn)
      setNow('')
      setNext('')
      setAgain('')
    },
  })
  const tooShort = next !== '' && [...next].length < shortest
  const differs = again !== '' && again !== next
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    change.mutate()
  }
  return (
    <Panel title={t.account.password}>
      <form className="stack-16" onSubmit={submit}>
        {change.isError && <Notice tone="bad">{problemText(t, change.error)}</Notice>}
        {change.isSuccess && <Notice tone="good">{t.account.passwordChanged}</Notice>}
        <Field label={t.account.passwordNow}>
          <Input.Password
            name="password"
            required
            autoComplete="current-password"
            value={now}
            onChange={(event) => setNow(event.target.value)}
          />
        </Field>
        <Field
          label={t.account.passwordNext}
          hint={t.account.passwordRule(shortest)}
          error={tooShort ? t.account.passwordRule(shortest) : undefined}
        >
          <Input.Password
            name="newPassword"
            required
            autoComplete="new-password"
            value={next}
            onChange={(event) => setNext(event.target.value)}
          />
        </Field>
        <Field label={t.account.passwordAgain} error={differs ? t.account.passwordDiffers : undefined}>
          <Input.Password
            name="passwordAgain"
            required
            autoComplete="new-password"
            value={again}
            onChange={(event) => setAgain(event.target.value)}
          />
        </Field>
        <Button
          type="primary"
          htmlType="submit"
          loading={change.isPending}
          disabled={now === '' || next === '' || tooShort || again !== next}
        >
          {t.account.changePassword}
        </Button>
      </form>
    </Panel>
  )
}

const TotpPanel = ({ enabled }: { enabled: boolean }) => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const begin = useMutation({
    mutationFn: () => post<z.infer<typeof TotpEnrolment>>('/session/totp', { password }),
    onSuccess: () => setPassword(''),
    onError: fail,
  })
  const confirm = useMutation({
    mutationFn: () => post<z.infer<typeof BackupCodes>>('/session/totp/confirm', { code: code.trim() }),
    onError: fail,
  })
  const off = useMutation({
    mutationFn: () => remove<unknown>('/session/totp', { password }),
    onSuccess: () => {
      setPassword('')
      return client.invalidateQueries({ queryKey: sessionKey })
    },
    onError: fail,
  })
  const passwordField = (
    <Field label={t.account.passwordNow}>
      <Input.Password
        required
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
    </Field>
  )
  return (
    <Panel
      title={t.account.totp}
      note={enabled ? <Badge tone="good">{t.account.totpOn}</Badge> : <Badge>{t.account.totpOff}</Badge>}
    >
      {confirm.data ? (
        <div className="stack-16">
          <Notice tone="warn">{t.account.backupHint}</Notice>
          <Code text={confirm.data.backupCodes.join('\n')} />
          <Button
            type="primary"
            onClick={() => client.invalidateQueries({ queryKey: sessionKey }).then(() => confirm.reset())}
          >
            {t.account.backupSaved}
          </Button>
        </div>
      ) : enabled ? (
        <form
          className="stack-16"
          onSubmit={(event) => {
            event.preventDefault()
            off.mutate()
          }}
        >
          <p className="muted">{t.account.totpOnHint}</p>
          {passwordField}
          <Button danger htmlType="submit" disabled={password === ''} loading={off.isPending}>
            {t.account.totpRemove}
          </Button>
        </form>
      ) : begin.data ? (
        <form
          className="stack-16"
          onSubmit={(event) => {
            event.preventDefault()
            confirm.mutate()
          }}
        >
          <p>{t.account.totpScan}</p>
          <QRCode value={begin.data.uri} type="svg" size={176} bgColor="#ffffff" color="#15211f" />
          <div className="secret">
            <code>{begin.data.secret}</code>
            <CopyButton text={begin.data.secret} />
          </div>
          <Field label={t.account.totpCode}>
            <Input
              autoFocus
              required
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={8}
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          </Field>
          <Button type="primary" htmlType="submit" disabled={code.trim().length < 6} loading={confirm.isPending}>
            {t.account.totpConfirm}
          </Button>
        </form>
      ) : (
        <form
          className="stack-16"
          onSubmit={(event) => {
            event.preventDefault()
            begin.mutate()
          }}
        >
          <p className="muted">{t.account.totpHint}</p>
          {passwordField}
          <Button type="primary" htmlType="submit" disabled={password === ''} loading={begin.isPending}>
            {t.account.totpBegin}
          </Button>
        </form>
      )}
    </Panel>
  )
}

const SessionsPanel = () => {
  const t = useText()
  const client = useQueryClient()
  const fail = useFailureToast()
  const sessions = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => get<z.infer<typeof SessionList>>('/sessions', signal),
  })
  const end = useMutation({
    mutationFn: (id: string) => remove<unknown>(`/sessions/${encodeURIComponent(id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
    onError: fail,
  })
  return (
    <Panel title={t.account.sessions} flush>
      <Loaded query={sessions}>
        {({ items }) => (
          <Table
            label={t.account.sessions}
            rows={items}
            rowKey={(row) => row.id}
            blank={<Blank compact title={t.account.noSessions} />}
            columns={[
              {
                key: 'where',
                title: t.account.device,
                card: 'lead',
                cell: (row) => (
                  <>
                    <span className="strong">{row.network}</span>{' '}
                    {row.current && <Badge tone="teal">{t.account.thisSession}</Badge>}
                    <div className="muted small wrap">{row.userAgent}</div>
                  </>
                ),
              },
              { key: 'since', title: t.account.since, fit: true, cell: (row) => <Ago at={row.createdAt} /> },
              { key: 'seen', title: t.account.lastSeen, fit: true, cell: (row) => <Ago at={row.lastSeenAt} /> },
              {
                key: 'do',
                title: t.ui.actions,
                fit: true,
                card: 'bare',
                cell: (row) =>
                  !row.current && (
                    <Button size="small" danger onClick={() => end.mutate(row.id)}>
                      {t.account.endSession}
                    </Button>
                  ),
              },
            ]}
          />
        )}
      </Loaded>
    </Panel>
  )
}
