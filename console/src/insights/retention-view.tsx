import { Segmented } from 'antd'
import { useState } from 'react'
import { Tabs } from '../ui/marks.tsx'
import { Count, groupOf, useGroupName, useWords, type ViewProps } from './answer-parts.tsx'

/** Cohorts by unit as a table whose colour is the share. */
export const RetentionView = ({ question, answer, onShow }: ViewProps<'retention'>) => {
  const { t, format } = useWords()
  const groupName = useGroupName()
  const [chosen, setChosen] = useState(0)
  const [outcome, setOutcome] = useState<'returned' | 'lost'>('returned')
  const group = answer.groups[chosen] ?? answer.groups[0]
  if (!group) return null
  const unit = t.insights.unitName[question.kind === 'retention' ? (question.unit ?? 'week') : 'week']
  const show = (cohort: string, place?: number) =>
    onShow({
      title: [
        format.date(cohort),
        place === undefined ? null : `${unit} ${place} ${t.insights.outcomes[outcome]}`,
        answer.groups.length > 1 ? groupName(group) : null,
      ]
        .filter((part) => part !== null)
        .join(' · '),
      place: {
        kind: 'retention',
        cohort,
        outcome: place === undefined ? 'returned' : outcome,
        ...(place === undefined ? {} : { unit: place }),
        ...groupOf(group, answer.groups),
      },
    })
  const rows = group.cohorts.filter(({ people }) => people > 0)
  return (
    <>
      {answer.groups.length > 1 && (
        <div className="panel-space">
          <Tabs
            label={t.insights.breakdown}
            value={String(chosen)}
            onChange={(key) => setChosen(Number(key))}
            items={answer.groups.map((one, i) => ({ key: String(i), label: groupName(one) }))}
          />
        </div>
      )}
      <div className="q-bar">
        <span className="muted small">{t.insights.cellsLeadTo}</span>
        <Segmented
          size="small"
          aria-label={t.insights.cellsLeadTo}
          value={outcome}
          onChange={setOutcome}
          options={(['returned', 'lost'] as const).map((value) => ({ value, label: t.insights.outcomes[value] }))}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolls, so the keyboard must reach it */}
      <div className="heat-scroll" tabIndex={0} role="region" aria-label={t.insights.kinds.retention}>
        <table className="heat" aria-label={t.insights.kinds.retention}>
          <thead>
            <tr>
              <th scope="col">{t.insights.cohort}</th>
              <th scope="col">{t.insights.size}</th>
              {group.shares.map((_, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: units are known by their place
                <th key={i} scope="col">
                  {unit} {i}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr className="heat-average">
              <th scope="row">{t.insights.average}</th>
              <td>{format.count(rows.reduce((sum, { people }) => sum + people, 0))}</td>
              {group.shares.map((share, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: units are known by their place
                <td key={i}>{share === null ? '—' : format.share(share)}</td>
              ))}
            </tr>
            {rows.map((cohort) => (
              <tr key={cohort.at}>
                <th scope="row">{format.date(cohort.at)}</th>
                <td>
                  <Count title={format.date(cohort.at)} onClick={() => show(cohort.at)}>
                    {format.count(cohort.people)}
                  </Count>
                </td>
                {cohort.units.map((cell, i) => {
                  const share = cell ? cell.people / cohort.people : 0
                  return (
                    <td
                      // biome-ignore lint/suspicious/noArrayIndexKey: units are known by their place
                      key={i}
                      className={cell?.open ? 'heat-open' : ''}
                      style={
                        cell
                          ? { background: `color-mix(in srgb, var(--teal) ${Math.round(share * 62)}%, transparent)` }
                          : {}
                      }
                      title={
                        cell ? `${format.count(cell.people)}${cell.open ? ` · ${t.insights.open}` : ''}` : undefined
                      }
                    >
                      {cell && (
                        <Count title={`${format.date(cohort.at)} · ${unit} ${i}`} onClick={() => show(cohort.at, i)}>
                          {format.share(share)}
                        </Count>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
