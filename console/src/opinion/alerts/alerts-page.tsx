import './alerts.css'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useText } from '../../i18n/text.ts'
import { Tabs } from '../../ui/marks.tsx'
import { Page } from '../../ui/page.tsx'
import { Board } from './board.tsx'
import { ChannelsTab } from './channels-tab.tsx'
import { PeopleTab } from './people-tab.tsx'
import { RotaTab } from './rota-tab.tsx'
import { RoutingTab } from './routing-tab.tsx'
import { SilencesTab } from './silences-tab.tsx'

const tabs = ['board', 'silences', 'routing', 'channels', 'people', 'rota'] as const

/** Alerts, and all that decides who hears of them. */
export const AlertsPage = () => {
  const t = useText()
  const words = t.alerts
  const { tab = 'board' } = useSearch({ from: '/inside/opinion/alerts' })
  const navigate = useNavigate()
  return (
    <Page title={words.title} subtitle={words.subtitle}>
      <div className="alert-tabs">
        <Tabs
          label={words.title}
          value={tab}
          onChange={(next) => navigate({ to: '/opinion/alerts', search: next === 'board' ? {} : { tab: next } })}
          items={tabs.map((key) => ({ key, label: words.tabs[key] }))}
        />
      </div>
      {tab === 'board' && <Board />}
      {tab === 'silences' && <SilencesTab />}
      {tab === 'routing' && <RoutingTab />}
      {tab === 'channels' && <ChannelsTab />}
      {tab === 'people' && <PeopleTab />}
      {tab === 'rota' && <RotaTab />}
    </Page>
  )
}
