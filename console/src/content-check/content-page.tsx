import './content.css'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useText } from '../i18n/text.ts'
import { Tabs } from '../ui/marks.tsx'
import { Page } from '../ui/page.tsx'
import { CapsView } from './caps-view.tsx'
import { CheckView } from './check-view.tsx'
import { CostView } from './cost-calculator.tsx'
import { SettingsView } from './settings-view.tsx'
import { type ContentView, contentViews } from './views.ts'
import { WordsView } from './words-view.tsx'

const views = { check: CheckView, cost: CostView, words: WordsView, settings: SettingsView, caps: CapsView } as const

export const ContentPage = () => {
  const t = useText()
  const navigate = useNavigate()
  const { view = 'check' } = useSearch({ from: '/inside/content' })
  const Shown = views[view]
  return (
    <Page title={t.content.title} subtitle={t.content.subtitle}>
      <Tabs<ContentView>
        label={t.content.title}
        value={view}
        onChange={(next) => navigate({ to: '/content', search: next === 'check' ? {} : { view: next }, replace: true })}
        items={contentViews.map((key) => ({ key, label: t.content.views[key] }))}
      />
      <Shown />
    </Page>
  )
}
