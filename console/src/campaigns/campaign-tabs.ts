import type { Campaign } from './campaign-shapes.ts'

export const campaignTabs = ['design', 'audience', 'goal', 'review', 'simulate', 'run', 'versions', 'effects'] as const
export type CampaignTabKey = (typeof campaignTabs)[number]

/** Tabs of a campaign: what only a running one has is not offered before. */
export const tabsOf = ({ liveVersion }: Pick<Campaign, 'liveVersion'>): CampaignTabKey[] =>
  campaignTabs.filter((key) => liveVersion !== null || !['run', 'versions', 'effects'].includes(key))

/** What the address of a campaign's page carries. */
export const campaignSearch = (search: Record<string, unknown>): { tab?: CampaignTabKey; guide?: boolean } => {
  const tab = campaignTabs.find((key) => key === search.tab)
  return { ...(tab && { tab }), ...(search.guide === true && { guide: true }) }
}
