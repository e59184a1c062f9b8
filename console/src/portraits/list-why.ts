import { useText } from '../i18n/text.ts'
import type { List } from './portrait-shapes.ts'

/** What a list is for: as its maker wrote, or, of one that a campaign froze as it ran, of which. */
export const useWhy = () => {
  const t = useText()
  return ({ why, madeOf: { campaign, campaignVersion } }: List): string =>
    typeof campaign === 'number' && typeof campaignVersion === 'number'
      ? t.portraits.lists.ofRun(campaign, campaignVersion)
      : why
}
