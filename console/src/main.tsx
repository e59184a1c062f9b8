import '@fontsource-variable/noto-sans-sc'
import './styles.css'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { App as AntApp, ConfigProvider } from 'antd'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { ApiProblem } from './api.ts'
import { speechIn } from './i18n/speech.ts'
import { preferencesReady, usePreferences } from './preferences.ts'
import { router } from './router.tsx'
import { sessionKey } from './session.ts'
import { antTheme } from './theme.ts'

const client = new QueryClient({
  queryCache: new QueryCache({
    // The session ended while a page was open: the shell shows the sign-in.
    onError: (error) => {
      if (error instanceof ApiProblem && error.status === 401) client.setQueryData(sessionKey, null)
    },
  }),
  defaultOptions: {
    queries: {
      retry: (count, error) =>
        count < 2 && (!(error instanceof ApiProblem) || error.status === 0 || error.status >= 502),
    },
  },
})

// After an upgrade the pages of the version in this tab are gone from the server: it starts anew with those of the new one.
// Once in a while only, so that a server that is down is told as such.
window.addEventListener('vite:preloadError', (event) => {
  const key = 'zhiyin.renewedAt'
  if (Date.now() - Number(window.sessionStorage.getItem(key) ?? 0) < 60_000) return
  window.sessionStorage.setItem(key, String(Date.now()))
  event.preventDefault()
  window.location.reload()
})

const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
const themes = { light: antTheme('light', still), dark: antTheme('dark', still) }

const Console = () => {
  const { language, mode } = usePreferences()
  return (
    <ConfigProvider locale={speechIn(language).kit} theme={themes[mode]} button={{ autoInsertSpace: false }}>
      <AntApp component={false}>
        <RouterProvider router={router} />
      </AntApp>
    </ConfigProvider>
  )
}

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
const draw = () =>
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <Console />
      </QueryClientProvider>
    </StrictMode>,
  )
preferencesReady().then(draw, () => {
  // No words to say it in: both languages, plainly.
  root.textContent = '页面未能加载，请刷新重试。The page could not be loaded; please reload it.'
})
