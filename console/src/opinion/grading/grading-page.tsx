import './grading.css'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useText } from '../../i18n/text.ts'
import { Tabs } from '../../ui/marks.tsx'
import { Page } from '../../ui/page.tsx'
import { getRequests } from './grading-calls.ts'
import { LevelsTab } from './levels-tab.tsx'
import { PlansTab } from './plans-tab.tsx'
import { RequestsTab } from './requests-tab.tsx'
import { RulesTab } from './rules-tab.tsx'
import { WorkTimeTab } from './work-time-tab.tsx'

const tabs = ['levels', 'rules', 'workTime', 'plans', 'requests'] as const

/** How events are graded and what each level binds. */
export const GradingPage = () => {
  const t = useText()
  const words = t.grading
  const { tab = 'levels' } = useSearch({ from: '/inside/opinion/grading' })
  const navigate = useNavigate()
  const requests = useQuery({ queryKey: ['opinion', 'requests'], queryFn: ({ signal }) => getRequests(signal) })
  const waiting = requests.data?.requests.length ?? 0
  return (
    <Page title={words.title} subtitle={words.subtitle}>
      <div className="policy-bar">
        <Tabs
          label={words.title}
          value={tab}
          onChange={(next) => navigate({ to: '/opinion/grading', search: next === 'levels' ? {} : { tab: next } })}
          items={tabs.map((key) => ({
            key,
            label: key === 'requests' && waiting > 0 ? `${words.tabs[key]} ${waiting}` : words.tabs[key],
          }))}
        />
      </div>
      {tab === 'levels' && <LevelsTab />}
      {tab === 'rules' && <RulesTab />}
      {tab === 'workTime' && <WorkTimeTab />}
      {tab === 'plans' && <PlansTab />}
      {tab === 'requests' && <RequestsTab />}
    </Page>
  )
}
