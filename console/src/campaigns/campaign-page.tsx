import './campaigns.css'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { getFields } from '../audiences/audience-calls.ts'
import { EffectsPanel } from '../effects/effects-panel.tsx'
import { useText } from '../i18n/text.ts'
import { FieldsGiven } from '../insights/pickers.tsx'
import { useCan } from '../session.ts'
import { EntriesPanel, hasBatches } from '../triggers/entries-panel.tsx'
import { Icon } from '../ui/icon.tsx'
import { Tabs } from '../ui/marks.tsx'
import { Page, Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { AudienceTab } from './audience-tab.tsx'
import { getCampaign } from './campaign-calls.ts'
import { CategoryBadge, ReviewBadge, StateBadge } from './campaign-marks.tsx'
import type { Campaign } from './campaign-shapes.ts'
import { type CampaignTabKey, tabsOf } from './campaign-tabs.ts'
import { DesignTab, type Jump } from './design-tab.tsx'
import { GoalTab } from './goal-tab.tsx'
import { type Issue, issuesOf } from './issues.ts'
import { useCreatives, useOffers } from './material-calls.ts'
import { ReviewTab } from './review-tab.tsx'
import { RunActions } from './run-actions.tsx'
import { RunTab } from './run-tab.tsx'
import { LeaveGuard, SaveMark, SaveNotices } from './save-mark.tsx'
import { SimulateTab } from './simulate-tab.tsx'
import { StepsBar } from './steps-bar.tsx'
import { useCampaignDraft } from './use-campaign-draft.ts'
import { useStepReader } from './use-step-reader.ts'
import { VersionsTab } from './versions-tab.tsx'

export const CampaignPage = () => {
  const t = useText()
  const { id } = useParams({ from: '/inside/campaigns/$id' })
  const number = Number(id)
  const campaign = useQuery({
    queryKey: ['campaigns', 'one', number],
    queryFn: ({ signal }) => getCampaign(number, signal),
    refetchInterval: ({ state }) => (state.data && state.data.state !== 'draft' ? 10_000 : false),
  })
  const fields = useQuery({ queryKey: ['audiences', 'fields'], queryFn: ({ signal }) => getFields(signal) })
  if (!campaign.data || !fields.data) {
    return (
      <Page title={t.campaigns.title} back={{ to: '/campaigns', label: t.campaigns.title }}>
        <Panel>
          <Loaded query={campaign} lines={8}>
            {() => (
              <Loaded query={fields} lines={8}>
                {() => null}
              </Loaded>
            )}
          </Loaded>
        </Panel>
      </Page>
    )
  }
  return (
    <FieldsGiven fields={fields.data}>
      <Workbench key={number} campaign={campaign.data} />
    </FieldsGiven>
  )
}

const guideOrder: readonly CampaignTabKey[] = ['design', 'goal', 'review']

const Workbench = ({ campaign }: { campaign: Campaign }) => {
  const t = useText()
  const words = t.campaigns
  const can = useCan()
  const navigate = useNavigate()
  const search = useSearch({ from: '/inside/campaigns/$id' })
  const editable = can('campaigns.write') && campaign.state !== 'ended'
  const tools = useCampaignDraft(campaign, editable)
  const reader = useStepReader()
  const creatives = useCreatives().data
  const offers = useOffers().data
  const [jump, setJump] = useState<Jump>()
  const known = useMemo(
    () => ({
      ...(creatives && { creatives: new Map(creatives.map(({ id, channel }) => [id, channel])) }),
      ...(offers && { offers: new Set(offers.map(({ id }) => id)) }),
    }),
    [creatives, offers],
  )
  const issues = useMemo(() => issuesOf(t, tools.draft, tools.open, known), [t, tools.draft, tools.open, known])
  const offered = tabsOf(campaign)
  const tab = search.tab && offered.includes(search.tab) ? search.tab : 'design'
  const show = (next: CampaignTabKey) =>
    navigate({
      to: '/campaigns/$id',
      params: { id: String(campaign.id) },
      search: { tab: next, ...(search.guide && { guide: true }) },
      replace: true,
    })
  const jumpTo = (issue: Issue) => {
    if (issue.tab && issue.step === null) void show(issue.tab)
    else {
      void show('design')
      if (issue.step !== null) setJump({ step: issue.step, nonce: Date.now() })
    }
  }
  const toPublish = campaign.liveVersion === null || campaign.edited
  const guided = search.guide && campaign.state === 'draft'
  const place = guideOrder.indexOf(tab)
  const following = guideOrder[place + 1]
  return (
    <Page
      title={tools.draft.name.trim() === '' ? campaign.name : tools.draft.name}
      back={{ to: '/campaigns', label: words.title }}
      subtitle={
        <span className="row">
          <StateBadge state={campaign.state} />
          <CategoryBadge category={tools.draft.category} />
          {campaign.review && toPublish && <ReviewBadge review={campaign.review} />}
          {campaign.liveVersion !== null && <span>{words.live(campaign.liveVersion)}</span>}
          {campaign.edited && campaign.liveVersion !== null && <span>{words.edited}</span>}
          <SaveMark tools={tools} />
        </span>
      }
      actions={
        <>
          {/* Approved by others, perhaps while nobody looked here: what is left to do, from every tab. */}
          {campaign.review?.state === 'approved' && toPublish && tab !== 'review' && can('campaigns.run') && (
            <Button type="primary" icon={<Icon name="play" size={15} />} onClick={() => void show('review')}>
              {campaign.liveVersion === null ? words.publish : words.publishUpdate}
            </Button>
          )}
          <RunActions campaign={campaign} />
        </>
      }
    >
      {guided && (
        <StepsBar
          at={place === -1 ? 1 : place + 2}
          onGo={(step) => void show(step === 1 ? 'audience' : (guideOrder[step - 2] ?? 'design'))}
        />
      )}
      <SaveNotices tools={tools} campaign={campaign} />
      <Tabs
        label={words.title}
        value={tab}
        onChange={(key) => void show(key)}
        items={offered.map((key) => ({ key, label: words.tabs[key] }))}
      />
      {tab === 'design' && <DesignTab tools={tools} reader={reader} issues={issues} jump={jump} onJump={jumpTo} />}
      {tab === 'audience' && <AudienceTab tools={tools} />}
      {tab === 'goal' && <GoalTab tools={tools} />}
      {tab === 'review' && (
        <ReviewTab campaign={campaign} tools={tools} reader={reader} issues={issues} onJump={jumpTo} />
      )}
      {tab === 'simulate' && <SimulateTab campaign={campaign} tools={tools} reader={reader} />}
      {tab === 'run' && <RunTab campaign={campaign} reader={reader} />}
      {tab === 'run' && <EntriesPanel campaignId={campaign.id} batches={hasBatches(campaign)} />}
      {tab === 'versions' && <VersionsTab campaign={campaign} tools={tools} reader={reader} />}
      {tab === 'effects' && <EffectsPanel campaignId={campaign.id} />}
      {guided && following && (
        <div className="c-forward">
          <Button type="primary" size="large" onClick={() => void show(following)}>
            {words.next}：{words.tabs[following]}
          </Button>
        </div>
      )}
      <LeaveGuard tools={tools} />
    </Page>
  )
}
