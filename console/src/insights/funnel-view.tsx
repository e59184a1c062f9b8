import { useCallback, useState } from 'react'
import { Tabs, Tile } from '../ui/marks.tsx'
import { AnswerPicture, Count, groupOf, useGroupName, useWords, type ViewProps } from './answer-parts.tsx'
import { PictureOf } from './lazy-picture.tsx'
import { spanText } from './lengths.ts'
import { convertTimes, type Paint } from './pictures.ts'

/** Steps with who took them, who dropped out, and how long it took. */
export const FunnelView = ({ question, answer, onShow }: ViewProps<'funnel'>) => {
  const words = useWords()
  const { t, format, eventName } = words
  const groupName = useGroupName()
  const [chosen, setChosen] = useState(0)
  const group = answer.groups[chosen] ?? answer.groups[0]
  const most = Math.max(1, ...(group?.steps.map(({ people }) => people) ?? []))
  const steps = question.kind === 'funnel' ? question.steps : []
  const last = group?.steps.at(-1)
  const histogram = group?.histogram
  const drawTimes = useCallback((paint: Paint) => convertTimes(words, paint, histogram ?? []), [histogram, words])
  if (!group) return null
  const show = (step: number, outcome: 'reached' | 'dropped') => {
    const name = `${t.insights.step(step)} ${eventName(steps[step - 1]?.event ?? '')} · ${outcome === 'reached' ? t.insights.reached : t.insights.dropped}`
    const of = answer.groups.length > 1 ? `${groupName(group)} · ${name}` : name
    onShow({ title: of, place: { kind: 'funnel', step, outcome, ...groupOf(group, answer.groups) } })
  }
  return (
    <>
      {answer.groups.length > 1 && (
        <>
          <AnswerPicture
            question={question}
            answer={answer}
            height={260}
            onPick={({ seriesIndex }) => setChosen(seriesIndex)}
          />
          <div className="panel-space">
            <Tabs
              label={t.insights.breakdown}
              value={String(chosen)}
              onChange={(key) => setChosen(Number(key))}
              items={answer.groups.map((one, i) => ({ key: String(i), label: groupName(one) }))}
            />
          </div>
        </>
      )}
      <div className="tiles">
        <Tile
          label={t.insights.conversion}
          value={last?.ofFirst === null || last?.ofFirst === undefined ? '—' : format.share(last.ofFirst)}
        />
        <Tile
          label={t.insights.reached}
          value={format.count(group.steps[0]?.people ?? 0)}
          note={eventName(steps[0]?.event ?? '')}
        />
        {last?.fromFirst?.median !== null && last?.fromFirst && (
          <Tile
            label={t.insights.medianTime}
            value={spanText(t, format, last.fromFirst.median ?? 0)}
            note={t.insights.fromFirst}
          />
        )}
      </div>
      <ol className="funnel" aria-label={t.insights.kinds.funnel}>
        {group.steps.map((step, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are known by their place
          <li key={i} className="funnel-step">
            <div className="funnel-head">
              <span className="q-number">{i + 1}</span>
              <strong className="funnel-name">{eventName(steps[i]?.event ?? '')}</strong>
              <Count title={`${t.insights.step(i + 1)} · ${t.insights.reached}`} onClick={() => show(i + 1, 'reached')}>
                {format.count(step.people)}
              </Count>
              <span className="muted">
                {step.ofFirst === null ? '' : `${format.share(step.ofFirst)} ${i === 0 ? '' : t.insights.ofFirst}`}
              </span>
            </div>
            <div className="funnel-track">
              <div className="funnel-fill" style={{ width: `${(step.people / most) * 100}%` }} />
            </div>
            {i > 0 && (
              <div className="funnel-foot">
                <span>
                  {t.insights.ofBefore} <strong>{step.ofBefore === null ? '—' : format.share(step.ofBefore)}</strong>
                </span>
                <span>
                  {t.insights.dropped}{' '}
                  <Count
                    title={`${t.insights.step(i + 1)} · ${t.insights.dropped}`}
                    onClick={() => show(i + 1, 'dropped')}
                  >
                    {format.count(step.dropped)}
                  </Count>
                </span>
                {step.fromBefore?.median !== null && step.fromBefore && (
                  <span>
                    {t.insights.medianTime} <strong>{spanText(t, format, step.fromBefore.median ?? 0)}</strong>{' '}
                    {t.insights.fromBefore}
                  </span>
                )}
              </div>
            )}
          </li>
        ))}
      </ol>
      {histogram?.some(({ people }) => people > 0) && (
        <>
          <h3 className="q-heading">{t.insights.timeHistogram}</h3>
          <PictureOf draw={drawTimes} label={t.insights.timeHistogram} height={220} />
        </>
      )}
    </>
  )
}
