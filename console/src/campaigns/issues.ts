import {
  type JourneyFault,
  journeyFaults,
  type Known,
} from '../../../src/campaigns/journeys/journey-faults-contract.ts'
import type { Text } from '../i18n/text.ts'
import type { PlanFinding } from './campaign-shapes.ts'
import { startId } from './start-id.ts'
import type { Gap, OpenPlace } from './unfinished.ts'
import type { CampaignDraft } from './use-campaign-draft.ts'

/** Everything that is wrong with a draft as it stands: what is not filled in, and what does not hold together. */

export interface Issue {
  key: string
  action: 'block' | 'flag'
  text: string
  /** The step it is about; the start's id for what lets people in. */
  step: string | null
  /** The tab where it is put right, when that is not the canvas. */
  tab?: 'audience' | 'goal' | undefined
}

const gapIssue = (t: Text, { place }: OpenPlace, gap: Gap): Issue => {
  const text = t.campaigns.gaps[gap]
  if (typeof place === 'object') return { key: `${place.step}.${gap}`, action: 'block', text, step: place.step }
  return {
    key: `${place}.${gap}`,
    action: 'block',
    text,
    step: place === 'trigger' ? startId : null,
    tab: place === 'goal' ? 'goal' : 'audience',
  }
}

/** A finding in the reader's words; an unknown code stands for itself. */
export const findingText = (t: Text, { code, values }: Pick<PlanFinding, 'code' | 'values'>): string => {
  // Areas that have findings of their own add their words here.
  const faults: Readonly<Record<string, (values: PlanFinding['values']) => string>> = t.campaigns.faults
  const say = faults[code.startsWith('content.') ? 'content' : code]
  return say ? say(values) : code
}

/** The same gap is not told twice, in two words. */
const isToldAlready = (fault: JourneyFault, gaps: ReadonlySet<string>): boolean => {
  if (fault.step === null) return false
  if (fault.code === 'journey.creativeMissing') return gaps.has(`${fault.step}.creative`)
  if (fault.code === 'journey.armUnreachable') return gaps.has(`${fault.step}.condition`)
  if (fault.code === 'journey.armRepeated') return gaps.has(`${fault.step}.armNames`)
  if (fault.code === 'journey.shares') return gaps.has(`${fault.step}.shares`)
  return false
}

export const issuesOf = (t: Text, draft: CampaignDraft, open: readonly OpenPlace[], known: Known): Issue[] => {
  const gaps = open.flatMap((place) => [...new Set(place.gaps)].map((gap) => gapIssue(t, place, gap)))
  const told = new Set(gaps.map(({ key }) => key))
  const seen = new Set<string>()
  const faults = journeyFaults(draft, known).flatMap((fault): Issue[] => {
    const text = findingText(t, fault)
    const key = `${fault.step ?? ''}.${fault.code}.${text}`
    if (isToldAlready(fault, told) || seen.has(key)) return []
    seen.add(key)
    return [
      {
        key,
        action: fault.action,
        text,
        step: fault.step,
        tab: tabOf(fault.code),
      },
    ]
  })
  return [...gaps, ...faults]
}

/** Where on the page a finding that is about no step is put right. */
export const tabOf = (code: string): Issue['tab'] => {
  if (code.startsWith('trigger.') || code === 'plan.audienceMissing' || code === 'journey.purposeMissing')
    return 'audience'
  const atStep = ['plan.promotionInService', 'plan.creativeFaulty', 'plan.productDiffers']
  if (code.startsWith('plan.') && !atStep.includes(code)) return 'goal'
  return code === 'journey.goalMissing' ? 'goal' : undefined
}

/** How many issues each step has. */
export const issueCounts = (issues: readonly Issue[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const { step } of issues) if (step !== null) counts.set(step, (counts.get(step) ?? 0) + 1)
  return counts
}
