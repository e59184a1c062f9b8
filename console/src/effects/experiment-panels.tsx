import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Notice } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Table } from '../ui/table.tsx'
import type { Effects } from './effect-shapes.ts'
import { axisOf, IntervalBar } from './interval-bar.tsx'
import { useFigures } from './use-figures.ts'

type Experiment = Effects['experiments'][number]

/** Each experiment of the journey: its arms beside one another, each against the first. */
export const ExperimentPanels = ({ effects }: { effects: Effects }) => (
  <>
    {effects.experiments.map((experiment) => (
      <ExperimentPanel key={experiment.key} experiment={experiment} />
    ))}
  </>
)

const ExperimentPanel = ({ experiment }: { experiment: Experiment }) => {
  const t = useText()
  const format = useFormats()
  const figures = useFigures()
  const { key, name, arms, comparisons, ratio, mixed } = experiment
  const axis = axisOf(comparisons.flatMap((comparison) => (comparison ? [comparison.difference] : [])))
  const rows = arms.map((arm, i) => ({ ...arm, comparison: i === 0 ? null : (comparisons[i - 1] ?? null) }))
  return (
    <Panel flush title={`${t.effects.experiments} ${name ?? key}`}>
      {(ratio?.alarm || mixed > 0) && (
        <div className="panel-body stack">
          {ratio?.alarm && <Notice tone="bad">{t.effects.ratioAlarm(figures.p(ratio.p))}</Notice>}
          {mixed > 0 && <Notice tone="warn">{t.effects.mixed(format.count(mixed))}</Notice>}
        </div>
      )}
      <Table
        label={`${t.effects.experiments} ${name ?? key}`}
        rows={rows}
        rowKey={({ name }) => name}
        blank={null}
        columns={[
          { key: 'name', title: t.effects.arm, card: 'lead', cell: ({ name }) => <strong>{name}</strong> },
          { key: 'planned', title: t.effects.planned, align: 'right', cell: ({ planned }) => format.share(planned) },
          { key: 'people', title: t.effects.people, align: 'right', cell: ({ people }) => format.count(people) },
          {
            key: 'rate',
            title: t.effects.rate,
            align: 'right',
            cell: ({ share }) => (share ? figures.share(share.value) : '—'),
          },
          {
            key: 'versus',
            title: t.effects.versusFirst(arms[0]?.name ?? ''),
            cell: ({ comparison }) =>
              comparison ? (
                <div>
                  <IntervalBar
                    estimate={comparison.difference}
                    {...axis}
                    label={figures.points(comparison.difference)}
                  />
                  <span className="muted small">
                    {figures.points(comparison.difference)} · {t.effects.significance(figures.p(comparison.p))}
                  </span>
                </div>
              ) : (
                '—'
              ),
          },
        ]}
      />
    </Panel>
  )
}
