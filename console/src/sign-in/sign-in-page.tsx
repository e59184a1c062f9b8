import './sign-in.css'
import { useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { type SyntheticEvent, useEffect, useState } from 'react'
import { ApiProblem, post } from '../api.ts'
import { problemText } from '../i18n/problem-text.ts'
import { useText } from '../i18n/text.ts'
import { type SignedIn, sessionKey, useSession } from '../session.ts'
import { LanguageSwitch, ThemeSwitch } from '../shell/shell.tsx'
import { Brand } from '../ui/brand.tsx'
import { Notice } from '../ui/marks.tsx'
import { Field } from '../ui/page.tsx'

export const SignInPage = () => {
  const t = useText()
  const client = useQueryClient()
  const session = useSession()
  const router = useRouter()
  const { next } = useSearch({ from: '/sign-in' })
  const [login, setLogin] = useState('')
  const [password, setPassword] = useState('')
  const [totp, setTotp] = useState('')
  const [totpAsked, setTotpAsked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<unknown>()

  useEffect(() => {
    document.title = `${t.signIn.title} · ${t.brand}`
  }, [t])

  const signedIn = Boolean(session.data)
  useEffect(() => {
    if (signedIn) router.history.replace(next ?? '/')
  }, [signedIn, router, next])

  const submit = async (event: SyntheticEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailure(undefined)
    try {
      const signedIn = await post<SignedIn>('/session', { login, password, ...(totpAsked ? { totp } : {}) })
      client.setQueryData(sessionKey, signedIn)
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'platform.totpNeeded') setTotpAsked(true)
      else setFailure(error)
      setBusy(false)
    }
  }

  return (
    <div className="sign-in">
      <div className="sign-in-side">
        <div className="brand">
          <Brand />
        </div>
        <Strings />
        <div className="sign-in-words">
          <p>{t.signIn.motto}</p>
          <p>{t.signIn.mottoHint}</p>
        </div>
      </div>
      <main className="sign-in-main">
        <div className="sign-in-switches">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
        <form className="sign-in-form stack-16" onSubmit={submit}>
          <div className="sign-in-brand brand">
            <Brand />
          </div>
          <h1>{t.signIn.title}</h1>
          {failure !== undefined && <Notice tone="bad">{problemText(t, failure)}</Notice>}
          <Field label={t.signIn.login}>
            <Input
              size="large"
              name="login"
              autoComplete="username"
              autoFocus
              required
              value={login}
              onChange={(event) => setLogin(event.target.value)}
            />
          </Field>
          <Field label={t.signIn.password}>
            <Input.Password
              size="large"
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </Field>
          {totpAsked && (
            <Field label={t.signIn.totp} hint={t.signIn.totpHint}>
              <Input
                size="large"
                name="totp"
                autoComplete="one-time-code"
                autoFocus
                required
                value={totp}
                onChange={(event) => setTotp(event.target.value)}
              />
            </Field>
          )}
          <Button type="primary" size="large" htmlType="submit" block loading={busy}>
            {t.signIn.submit}
          </Button>
          <p className="muted small">{t.signIn.help}</p>
        </form>
      </main>
    </div>
  )
}

/** The seven strings of the guqin; one of them sounds. */
const Strings = () => (
  <svg className="strings" viewBox="0 0 600 420" preserveAspectRatio="none" aria-hidden="true">
    {[0, 1, 2, 3, 4, 5, 6].map((string) => (
      <path
        key={string}
        className={`string string-${string}`}
        d={`M0 ${60 + string * 50} Q 300 ${60 + string * 50} 600 ${60 + string * 50}`}
        style={{ strokeWidth: 2.4 - string * 0.25 }}
      />
    ))}
    <path
      className="string-sound"
      d="M0 210 C 60 210 80 150 130 150 S 210 270 260 270 340 165 390 165 450 240 490 240 540 210 600 210"
    />
  </svg>
)
