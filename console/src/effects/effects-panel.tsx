import './effects.css'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'
import { getVersions } from '../campaigns/campaign-calls.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { eventNameIn } from '../insights/pickers.tsx'
import { downloadCsv } from '../portraits/download.ts'
import { Icon } from '../ui/icon.tsx'
import { Chart } from '../ui/lazy-chart.tsx'
import { Notice, Tile } from '../ui/marks.tsx'
import { Panel } from '../ui/page.tsx'
import { Blank, Failure, Waiting } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { getEffects } from './effect-calls.ts'
import type { Effects, Group, Stages } from './effect-shapes.ts'
import { effectRows } from './effects-csv.ts'
import { ExperimentPanels } from './experiment-panels.tsx'
import { axisOf, IntervalBar } from './interval-bar.tsx'
import { RefusalPanel } from './refusal-panel.tsx'
import { stepName } from './step-name.ts'
import { useFigures } from './use-figures.ts'
import { Verdict } from './verdict.tsx'

const lookEveryMs = 5_000

/** What a campaign brought, while it runs and afterwards: of all its versions, or of one. */
export const EffectsPanel = ({ campaignId }: { campaignId: number }) => {
  const [version, setVersion] = useState<number>()
  const versions = useQuery({
    queryKey: ['campaigns', 'one', campaignId, 'versions'],
    queryFn: ({ signal }) => getVersions(campaignId, signal),
  })
  const effects = useQuery({
    queryKey: ['campaigns', campaignId, 'effects', version ?? 'all'],
    queryFn: ({ signal }) => getEffects(campaignId, version, signal),
    refetchInterval: lookEveryMs,
    placeholderData: keepPreviousData,
  })
  const t = useText()
  const format = useFormats()
  if (effects.isPending) return <Waiting lines={8} />
  if (effects.isError) return <Failure error={effects.error} onRetry={() => void effects.refetch()} />
  const { data } = effects
  const known = versions.data?.versions ?? []
  return (
    <>
      <div className="effects-bar">
        {known.length > 1 && (
          <Select
            aria-label={t.effects.version}
            style={{ minWidth: 130 }}
            value={version ?? 0}
            onChange={(chosen) => setVersion(chosen === 0 ? undefined : chosen)}
            options={[
              { value: 0, label: t.effects.allVersions },
              ...known.map((one) => ({ value: one.version, label: t.effects.versionOf(one.version) })),
            ]}
          />
        )}
        <span className="muted small">{t.effects.asOf(format.clock(data.asOf))}</span>
        <span className="effects-spring" />
        {data.total.asked > 0 && (
          <Button
            size="small"
            icon={<Icon name="download" size={14} />}
            onClick={() => downloadCsv(`${t.effects.title}-${campaignId}`, effectRows(t, data))}
          >
            {t.effects.download}
          </Button>
        )}
      </div>
      {data.total.asked === 0 ? (
        <Panel>
          <Blank icon="insights" title={t.effects.nothing} hint={t.effects.nothingHint} />
        </Panel>
      ) : (
        <Shown effects={data} />
      )}
    </>
  )
}

const Shown = ({ effects }: { effects: Effects }) => (
  <>
    <Verdict effects={effects} />
    <Headline effects={effects} />
    <div className="grid grid-halves">
      <Funnel effects={effects} />
      <Holdout effects={effects} />
    </div>
    <div className="grid grid-halves">
      <RefusalPanel effects={effects} />
      <Guardrails effects={effects} />
    </div>
    <ExperimentPanels effects={effects} />
    <Steps effects={effects} />
    <Trend effects={effects} />
  </>
)

const Headline = ({ effects }: { effects: Effects }) => {
  const t = useText()
  const format = useFormats()
  const figures = useFigures()
  const { holdout, cost, people } = effects
  const unsure =
    holdout?.comparison && holdout.comparison.difference.low <= 0 && holdout.comparison.difference.high >= 0
  return (
    <div className="tiles">
      <Tile
        icon="out"
        label={t.effects.reached}
        value={format.count(people.sent)}
        note={t.effects.reachedNote(format.count(people.asked))}
      />
      {effects.goal && (
        <Tile
          icon="check"
          label={t.effects.conversion}
          value={holdout?.treated.share ? figures.share(holdout.treated.share.value) : '—'}
          note={
            holdout?.control.share
              ? t.effects.conversionNote(figures.share(holdout.control.share.value))
              : t.effects.noControl
          }
        />
      )}
      {holdout?.incremental && (
        <Tile
          icon="insights"
          label={t.effects.incremental}
          value={format.count(Math.round(holdout.incremental.value))}
          note={
            unsure
              ? t.effects.unsure
              : t.effects.incrementalNote(
                  format.count(Math.round(holdout.incremental.low)),
                  format.count(Math.round(holdout.incremental.high)),
                )
          }
        />
      )}
      <Tile
        label={cost.perIncrementalFen ? t.effects.costPer : t.effects.cost}
        value={figures.money(cost.perIncrementalFen?.value ?? cost.costFen)}
        note={
          cost.perIncrementalFen
            ? cost.perIncrementalFen.high === null
              ? t.effects.atLeast(figures.money(cost.perIncrementalFen.low))
              : t.effects.between(figures.money(cost.perIncrementalFen.low), figures.money(cost.perIncrementalFen.high))
            : undefined
        }
      />
      {cost.gainFen && (
        <Tile
          label={t.effects.gain}
          value={figures.money(cost.gainFen.value)}
          note={t.effects.gainNote(figures.money(cost.gainFen.low), figures.money(cost.gainFen.high))}
        />
      )}
    </div>
  )
}

const shownStages = [
  'asked',
  'refused',
  'waiting',
  'sent',
  'delivered',
  'read',
  'clicked',
  'failed',
  'unknown',
] as const
/** These are shown only when there are any. */
const seldom = new Set<(typeof shownStages)[number]>(['waiting', 'failed', 'unknown', 'read'])

const Funnel = ({ effects }: { effects: Effects }) => {
  const t = useText()
  const { total } = effects
  const bars = shownStages.filter((stage) => total[stage] > 0 || !seldom.has(stage))
  return (
    <Panel title={t.effects.funnel} note={t.effects.funnelNote}>
      <div className="stage-bars">
        {bars.map((stage) => (
          <StageBar key={stage} stage={stage} label={t.effects.stages[stage]} count={total[stage]} of={total.asked} />
        ))}
        {effects.holdout && effects.goal && (
          <StageBar
            stage="converted"
            label={t.effects.converted}
            count={effects.holdout.treated.did}
            of={effects.holdout.treated.people}
          />
        )}
      </div>
    </Panel>
  )
}

const StageBar = ({ stage, label, count, of }: { stage: string; label: string; count: number; of: number }) => {
  const format = useFormats()
  const share = of > 0 ? count / of : 0
  return (
    <div className={`stage-bar stage-bar-${stage}`}>
      <span>{label}</span>
      <div className="stage-bar-track">
        {count > 0 && <div className="stage-bar-fill" style={{ width: `${share * 100}%` }} />}
      </div>
      <span className="stage-bar-figure">
        <strong>{format.count(count)}</strong> <span className="muted small">{format.share(share)}</span>
      </span>
    </div>
  )
}

const Holdout = ({ effects }: { effects: Effects }) => {
  const t = useText()
  const figures = useFigures()
  const { holdout, goal } = effects
  if (!holdout || !goal)
    return (
      <Panel title={t.effects.holdout}>
        <Notice tone="info">{goal ? t.effects.noControl : t.effects.noGoal}</Notice>
      </Panel>
    )
  const { treated, control, comparison, ratio } = holdout
  const axis = axisOf([treated, control].flatMap(({ share }) => (share ? [share] : [])))
  return (
    <Panel title={t.effects.holdout} note={t.effects.holdoutNote(holdout.scope)}>
      <div className="stack">
        {ratio?.alarm && <Notice tone="bad">{t.effects.ratioAlarm(figures.p(ratio.p))}</Notice>}
        <dl className="versus">
          <GroupRow name={t.effects.treated} group={treated} axis={axis} />
          <GroupRow name={t.effects.control} group={control} axis={axis} />
        </dl>
        {comparison && (
          <dl className="versus">
            <dt>{t.effects.difference}</dt>
            <dd>
              <IntervalBar
                estimate={comparison.difference}
                {...axisOf([comparison.difference])}
                label={figures.points(comparison.difference)}
              />
            </dd>
            <dd className="versus-figure">{figures.points(comparison.difference)}</dd>
            {comparison.lift && (
              <>
                <dt>{t.effects.lift}</dt>
                <dd className="muted small">{t.effects.significance(figures.p(comparison.p))}</dd>
                <dd className="versus-figure">
                  {/* The lift's interval is that of large samples: beside the exact one of a small difference it would contradict it. */}
                  {comparison.method === 'newcombe'
                    ? figures.lift(comparison.lift.value)
                    : figures.interval(comparison.lift)}
                </dd>
              </>
            )}
          </dl>
        )}
        <p className="muted small">
          {t.effects.goalIs(eventNameIn(t)(goal.event), goal.withinDays)}
          {holdout.matured < 1 && t.effects.maturing(figures.share(holdout.matured))}
          {comparison?.method === 'newcombe' && ` ${t.effects.smallSample}`}
        </p>
        <p className="muted small">{t.effects.fair}</p>
        {ratio && !ratio.alarm && <p className="muted small">{t.effects.ratioFine(figures.p(ratio.p))}</p>}
      </div>
    </Panel>
  )
}

const GroupRow = ({ name, group, axis }: { name: string; group: Group; axis: { from: number; to: number } }) => {
  const format = useFormats()
  const figures = useFigures()
  const figure = group.share ? figures.share(group.share.value) : '—'
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {group.share && (
          <IntervalBar estimate={group.share} {...axis} label={`${name} ${figures.interval(group.share)}`} />
        )}
      </dd>
      <dd className="versus-figure">
        <strong>{figure}</strong>{' '}
        <span className="muted small">
          {format.count(group.did)}/{format.count(group.people)}
        </span>
      </dd>
    </>
  )
}

const Guardrails = ({ effects }: { effects: Effects }) => {
  const t = useText()
  const format = useFormats()
  const guards = [
    { key: 'optOuts', name: t.effects.optOuts, group: effects.guardrails.optOuts },
    { key: 'complaints', name: t.effects.complaints, group: effects.guardrails.complaints },
  ]
  return (
    <Panel title={t.effects.guardrails} note={t.effects.guardNote}>
      <div className="tiles">
        {guards.map(({ key, name, group }) => (
          <Tile
            key={key}
            label={name}
            value={format.count(group.did)}
            note={group.share ? t.effects.perThousand(format.decimal(group.share.value * 1000)) : undefined}
          />
        ))}
      </div>
    </Panel>
  )
}

const Steps = ({ effects }: { effects: Effects }) => {
  const t = useText()
  const format = useFormats()
  const figures = useFigures()
  const count = (stage: keyof Stages) => (row: Stages) => format.count(row[stage])
  const stages = ['asked', 'refused', 'sent', 'delivered', 'clicked', 'failed'] as const
  return (
    <Panel flush title={t.effects.steps}>
      <Table
        label={t.effects.steps}
        rows={effects.steps}
        rowKey={({ step, channel }) => `${step}-${channel}`}
        blank={null}
        columns={[
          { key: 'step', title: t.effects.step, card: 'lead', cell: (row) => stepName(t, row) },
          { key: 'channel', title: t.effects.channel, cell: ({ channel }) => t.campaigns.channels[channel] },
          ...stages.map((stage) => ({
            key: stage,
            title: t.effects.stages[stage],
            align: 'right' as const,
            cell: count(stage),
          })),
          { key: 'cost', title: t.effects.cost, align: 'right', cell: ({ costFen }) => figures.money(costFen) },
        ]}
      />
    </Panel>
  )
}

const dayMs = 86_400_000
/** A picture of fewer days says nothing. */
const fewestDays = 14

/** Every day from the first to the last, at least two weeks; days on which nothing happened are nought. */
const everyDay = (days: Effects['days']): Effects['days'] => {
  const [first, last] = [days[0]?.day, days.at(-1)?.day]
  if (first === undefined || last === undefined) return []
  const known = new Map(days.map((day) => [day.day, day]))
  const end = Date.parse(last)
  const start = Math.min(Date.parse(first), end - (fewestDays - 1) * dayMs)
  return Array.from({ length: (end - start) / dayMs + 1 }, (_, i) => {
    const day = new Date(start + i * dayMs).toISOString().slice(0, 10)
    return known.get(day) ?? { day, sent: 0, delivered: 0, treatedDid: 0, controlDid: 0 }
  })
}

const Trend = ({ effects }: { effects: Effects }) => {
  const t = useText()
  const days = everyDay(effects.days)
  if (days.length === 0) return null
  const points = (value: (day: Effects['days'][number]) => number) =>
    days.map((day) => ({ at: `${day.day}T00:00:00+08:00`, value: value(day) }))
  return (
    <Panel title={t.effects.trend}>
      <Chart
        label={t.effects.trendLabel}
        tick="date"
        series={[
          { name: t.effects.sentADay, kind: 'bar', color: 'ink-3', points: points(({ sent }) => sent) },
          { name: t.effects.treatedADay, kind: 'line', color: 'teal', points: points(({ treatedDid }) => treatedDid) },
          { name: t.effects.controlADay, kind: 'line', color: 'amber', points: points(({ controlDid }) => controlDid) },
        ]}
      />
    </Panel>
  )
}
