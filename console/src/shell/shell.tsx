import { Outlet, useRouter, useRouterState } from '@tanstack/react-router'
import { Drawer } from 'antd'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useText } from '../i18n/text.ts'
import { setPreferences, type ThemeChoice, usePreferences } from '../preferences.ts'
import { useSession } from '../session.ts'
import { useFailureToast } from '../ui/failure-toast.ts'
import { Icon } from '../ui/icon.tsx'
import { Failure } from '../ui/states.tsx'
import { Rail } from './rail.tsx'

const CommandPalette = lazy(async () => ({ default: (await import('./command-palette.tsx')).CommandPalette }))

/** What stands around every page: navigation, search, who is signed in. Sends away who is not. */
export const Shell = () => {
  const session = useSession()
  // The page on screen: the address is already that of the next one while it loads.
  const path = useRouterState({ select: (state) => state.matches.at(-1)?.pathname })
  if (session.data === undefined) {
    return session.isError ? <Failure error={session.error} onRetry={() => session.refetch()} /> : <Splash />
  }
  if (session.data === null) {
    return <ToSignIn />
  }
  const { mustChangePassword, totpEnrolmentNeeded } = session.data.user
  const confined = mustChangePassword || totpEnrolmentNeeded
  if (confined && path !== '/account') return <ToAccount />
  return <Frame confined={confined} />
}

/** Once: while the next page loads, the address has changed already and this is still on screen. */
const ToSignIn = () => {
  const router = useRouter()
  useEffect(() => {
    const { href } = router.state.location
    void router.navigate({ to: '/sign-in', search: href === '/' ? {} : { next: href }, replace: true })
  }, [router])
  return <Splash />
}

const ToAccount = () => {
  const router = useRouter()
  useEffect(() => void router.navigate({ to: '/account', replace: true }), [router])
  return <Splash />
}

const Splash = () => {
  const t = useText()
  return <div role="status" aria-label={t.ui.loading} />
}

/** @param confined nothing but the account page may be opened yet */
const Frame = ({ confined }: { confined: boolean }) => {
  const t = useText()
  const [drawer, setDrawer] = useState(false)
  const [palette, setPalette] = useState(false)
  const main = useRef<HTMLElement>(null)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const firstPath = useRef(path)

  // A new page is read from its top, by eye and by screen reader.
  useEffect(() => {
    setDrawer(false)
    if (firstPath.current === path) return
    firstPath.current = ''
    main.current?.focus({ preventScroll: true })
  }, [path])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setPalette((open) => !open && !confined)
        return
      }
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      event.preventDefault()
      const field = document.querySelector<HTMLInputElement>('[data-page-search] input, input[data-page-search]')
      if (field) field.focus()
      else setPalette(!confined)
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [confined])

  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        {t.shell.skip}
      </a>
      <aside className="rail">
        <Rail confined={confined} />
      </aside>
      <Drawer
        open={drawer}
        onClose={() => setDrawer(false)}
        placement="left"
        size={264}
        closable={false}
        title={null}
        styles={{ body: { padding: 0 } }}
        aria-label={t.shell.navigation}
      >
        <div className="rail">
          <Rail confined={confined} />
        </div>
      </Drawer>
      <div className="column">
        <div className="topbar">
          <button
            type="button"
            className="icon-button topbar-menu"
            aria-label={t.shell.openNavigation}
            aria-expanded={drawer}
            onClick={() => setDrawer(true)}
          >
            <Icon name="menu" size={20} />
          </button>
          {!confined && (
            <button type="button" className="search-button" onClick={() => setPalette(true)}>
              <Icon name="search" size={16} />
              <span>{t.shell.searchHint}</span>
              <kbd>Ctrl K</kbd>
            </button>
          )}
          <div className="topbar-right">
            <LanguageSwitch />
            <ThemeSwitch />
          </div>
        </div>
        <main id="main" ref={main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      {palette && (
        <Suspense>
          <CommandPalette onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  )
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

export const LanguageSwitch = () => {
  const t = useText()
  const fail = useFailureToast()
  const { language } = usePreferences()
  return (
    <button
      type="button"
      className="icon-button"
      lang={language === 'zh' ? 'en' : 'zh-CN'}
      onClick={() => setPreferences({ language: language === 'zh' ? 'en' : 'zh' }).catch(fail)}
    >
      {t.shell.otherLanguage}
    </button>
  )
}

const nextTheme: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' }
const themeIcons = { system: 'auto', light: 'sun', dark: 'moon' } as const

export const ThemeSwitch = () => {
  const t = useText()
  const { theme } = usePreferences()
  const label = `${t.shell.theme}: ${t.shell.themes[theme]}`
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      onClick={() => setPreferences({ theme: nextTheme[theme] })}
    >
      <Icon name={themeIcons[theme]} />
    </button>
  )
}
