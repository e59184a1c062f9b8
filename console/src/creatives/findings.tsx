import { articles, fines } from '../../../src/compliance/content/law-contract.ts'
import { useText } from '../i18n/text.ts'
import { usePreferences } from '../preferences.ts'
import { Badge } from '../ui/marks.tsx'
import type { CreativeFinding, TextFault } from './creative-shapes.ts'
import type { Mark } from './marked-text.tsx'

/** Where a rule stands and what breaking it costs, in the reader's language. */
export const useLaw = () => {
  const { language } = usePreferences()
  return (code: string | undefined): { article: string; fine: string } => {
    const article = Object.entries(articles).find(([name]) => name === code)?.[1]
    if (!article) return { article: code ?? '', fine: '' }
    return { article: article[language], fine: article.fine === 'none' ? '' : fines[article.fine][language] }
  }
}

/** What every finding has, whether it comes from the editor or out of a review. */
export interface Told {
  rule: string
  action: 'block' | 'flag'
  category?: string | undefined
  article?: string | undefined
  reason?: string | undefined
  manner?: string | undefined
  matched?: string | undefined
  values?: Readonly<Record<string, string | number>> | undefined
}

/** What was found, why, by which article, and what it should be. */
export const FindingText = ({ finding, where }: { finding: Told; where?: string }) => {
  const t = useText()
  const law = useLaw()
  const { article, fine } = law(finding.article)
  const words = t.creatives
  const manner = words.manners[finding.manner ?? ''] ?? ''
  const expected = finding.values?.['expected']
  // Checks of campaigns and offers say their own codes.
  const ofCampaigns: Readonly<Record<string, ((values: Record<string, string | number>) => string) | undefined>> =
    t.campaigns.faults
  const said = words.reasons[finding.reason ?? ''] ?? ofCampaigns[finding.rule]?.({ ...finding.values }) ?? finding.rule
  return (
    <div className="finding">
      <div className="row">
        <Badge tone={finding.action === 'block' ? 'bad' : 'warn'}>
          {finding.action === 'block' ? words.block : words.flag}
        </Badge>
        <span className="strong">{words.categoriesOfFindings[finding.category ?? ''] ?? finding.category ?? ''}</span>
        {finding.matched && <q className="finding-words">{finding.matched}</q>}
        {manner && <span className="muted small">{manner}</span>}
      </div>
      <p>{said}</p>
      {expected !== undefined && <p className="small">{words.expected(String(expected))}</p>}
      <p className="muted small">{[where, article, fine].filter(Boolean).join(' · ')}</p>
    </div>
  )
}

/** What is to be underlined in one text. */
export const useMarks = (findings: readonly CreativeFinding[], faults: readonly TextFault[]) => {
  const t = useText()
  return (field: string): Mark[] => [
    ...findings.flatMap((finding): Mark[] =>
      finding.field === field && finding.start !== null && finding.end !== null
        ? [
            {
              start: finding.start,
              end: finding.end,
              tone: finding.action === 'block' ? 'bad' : 'warn',
              title: t.creatives.reasons[finding.reason] ?? finding.reason,
            },
          ]
        : [],
    ),
    ...faults.flatMap((fault): Mark[] =>
      fault.field === field && fault.start !== null
        ? [
            {
              start: fault.start,
              end: fault.end ?? fault.start + 2,
              tone: 'bad',
              title: `${t.creatives.faults[fault.code]} ${fault.about}`,
            },
          ]
        : [],
    ),
  ]
}
