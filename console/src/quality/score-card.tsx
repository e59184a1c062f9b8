import './quality.css'
import { useQuery } from '@tanstack/react-query'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useText } from '../i18n/text.ts'
import { Ago } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Loaded } from '../ui/states.tsx'
import { getScore } from './quality-calls.ts'
import { components } from './quality-shapes.ts'
import { reasonText } from './reasons.ts'
import { Share, scoreText } from './share.tsx'

/** How good what is known of one customer is. */
export const QualityCard = ({ customerId }: { customerId: string }) => {
  const t = useText()
  const titles = useTraitTitles()
  const score = useQuery({
    queryKey: ['quality', 'customer', customerId],
    queryFn: ({ signal }) => getScore(customerId, signal),
  })
  const found = score.data?.score
  return (
    <Panel title={t.quality.card} note={found ? scoreText(found.score) : undefined}>
      <Loaded query={score} lines={2} compact>
        {({ score }) =>
          score === null ? (
            <p className="muted small">{t.quality.cardNone}</p>
          ) : (
            <div className="stack">
              <div className="quality-head">
                {components.map((name) => (
                  <div key={name}>
                    <div className="muted small">{t.quality.components[name]}</div>
                    <Share value={score[name]} label={t.quality.componentHints[name]} />
                  </div>
                ))}
              </div>
              {score.missing.length > 0 && (
                <p className="small">
                  <span className="muted">{t.quality.cardMissing}: </span>
                  {score.missing.map(titles).join('、')}
                </p>
              )}
              {score.invalid.length > 0 && (
                <p className="small">
                  <span className="muted">{t.quality.cardInvalid}: </span>
                  {score.invalid.map(({ field, reason }) => `${titles(field)} (${reasonText(t, reason)})`).join('、')}
                </p>
              )}
              <p className="muted small">
                {t.quality.scoredAt} <Ago at={score.at} />
              </p>
            </div>
          )
        }
      </Loaded>
    </Panel>
  )
}
