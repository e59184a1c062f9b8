import { useQuery } from '@tanstack/react-query'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Notice } from '../ui/marks.tsx'
import { Loaded } from '../ui/states.tsx'
import { dryRun } from './simulate-calls.ts'
import type { StepReader } from './step-reading.ts'

/** How many a publication would reach now, how many not and why, and what it can cost at most. */
export const DryRunFacts = ({
  campaignId,
  draftVersion,
  reader,
}: {
  campaignId: number
  draftVersion: number
  reader: StepReader
}) => {
  const t = useText()
  const format = useFormats()
  const words = t.campaigns
  const run = useQuery({
    queryKey: ['campaigns', 'one', campaignId, 'dry-run', draftVersion],
    queryFn: ({ signal }) => dryRun(campaignId, signal),
    retry: false,
    staleTime: 60_000,
  })
  const titles: Readonly<Record<string, { name: string }>> = reader.t.refusals.codes
  const yuan = (millifen: number) => format.amount('costFen', Math.round(millifen / 1000))
  return (
    <Loaded query={run} compact lines={4}>
      {({ total, people, reached, unreached, cost }) => {
        const reasons = Object.entries(unreached)
          .filter(([, count]) => count > 0)
          .sort(([, a], [, b]) => b - a)
        return (
          <div className="stack">
            <dl className="facts">
              <dt>{words.dryRunEntering}</dt>
              <dd className="strong num">{words.peopleCount(format.count(total))}</dd>
              <dt>{words.dryRunReach}</dt>
              <dd className="num">
                {people === 0 ? '—' : words.peopleCount(format.count(Math.round((reached / people) * total)))}
              </dd>
              <dt>{words.dryRunExpected}</dt>
              <dd className="num">{yuan(cost.expectedMillifen)}</dd>
              <dt>{words.dryRunCost}</dt>
              <dd className="strong num">
                {cost.upToMillifen === null ? words.dryRunNoBound : yuan(cost.upToMillifen)}
              </dd>
            </dl>
            {reasons.length > 0 && (
              <div>
                <p className="muted small">{words.dryRunRefused(format.count(people))}</p>
                {reasons.slice(0, 6).map(([code, count]) => (
                  <div key={code} className="row row-between small">
                    <span>{titles[code]?.name ?? words.simulationEnds[code] ?? code}</span>
                    <span className="num">{format.count(count)}</span>
                  </div>
                ))}
              </div>
            )}
            {cost.bound === 'none' && <Notice tone="warn">{words.dryRunNoBoundHint}</Notice>}
          </div>
        )
      }}
    </Loaded>
  )
}
