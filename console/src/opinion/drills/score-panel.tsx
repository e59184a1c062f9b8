import { levelNames, nameIn } from '../../../../src/opinion/terms-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Meter } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Blank } from '../../ui/states.tsx'
import { Table } from '../../ui/table.tsx'
import type { Criterion, DrillDetail } from './drill-calls.ts'

/** How the team does by the clocks: criterion by criterion, and together. */
export const ScorePanel = ({ drill: { score, state } }: { drill: DrillDetail }) => {
  const words = useText().drills
  const format = useFormats()
  const { language } = usePreferences()
  const shown = (value: Criterion['measured'], unit: Criterion['unit']) => {
    if (value === null) return <span className="muted">—</span>
    if (typeof value === 'string')
      return value in levelNames ? nameIn(levelNames, value as keyof typeof levelNames, language) : value
    if (unit === 'minutes') return format.duration(value * 60)
    return unit === 'share' ? format.share(value) : format.count(value)
  }
  return (
    <Panel flush title={state === 'ended' ? words.scoreFinal : words.scoreNow} note={words.scoreNote}>
      {score === null || state === 'cancelled' ? (
        <Blank compact icon="trophy" title={state === 'cancelled' ? words.cancelledScore : words.noScore} />
      ) : (
        <>
          <div className="drill-score panel-body">
            <span className="drill-score-value">
              {format.decimal(score.points)}
              <small> / {format.decimal(score.of)}</small>
            </span>
            <Meter share={score.of === 0 ? 0 : score.points / score.of} label={words.score} />
          </div>
          <Table<Criterion>
            label={words.score}
            rows={score.criteria}
            rowKey={({ key }) => key}
            blank={<Blank compact title={words.noScore} />}
            columns={[
              { key: 'key', title: words.criterion, card: 'lead', cell: ({ key }) => words.criteria[key] },
              {
                key: 'measured',
                title: words.measured,
                align: 'right',
                cell: ({ measured, unit }) =>
                  measured === null ? <span className="muted">{words.notYet}</span> : shown(measured, unit),
              },
              { key: 'target', title: words.target, align: 'right', cell: ({ target, unit }) => shown(target, unit) },
              {
                key: 'points',
                title: words.score,
                align: 'right',
                cell: ({ points, of }) => (
                  <span className={points === of ? 'drill-full' : points === 0 ? 'drill-none' : ''}>
                    {words.points(format.decimal(points), format.decimal(of))}
                  </span>
                ),
              },
            ]}
          />
        </>
      )}
    </Panel>
  )
}
