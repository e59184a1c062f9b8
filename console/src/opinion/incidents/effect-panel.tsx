import { useQuery } from '@tanstack/react-query'
import { Segmented } from 'antd'
import { useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Chart } from '../../ui/lazy-chart.tsx'
import { Badge, Notice, type Tone } from '../../ui/marks.tsx'
import { Panel } from '../../ui/page.tsx'
import { Loaded } from '../../ui/states.tsx'
import { readEffect } from './incident-calls.ts'
import type { Effect, Incident } from './incident-shapes.ts'

const spans = [6, 24, 72, 168] as const

const tones: Readonly<Record<string, Tone>> = { fewer: 'good', better: 'good', more: 'bad', worse: 'bad' }

/** Whether volume and mood turned after the first statement or deed. */
export const EffectPanel = ({ incident }: { incident: Incident }) => {
  const t = useText()
  const words = t.incidents
  const [hours, setHours] = useState<number>(24)
  const effect = useQuery({
    queryKey: ['incidents', 'effect', incident.id, hours, incident.actedAt],
    queryFn: ({ signal }) => readEffect(incident.id, hours, signal),
    placeholderData: (before) => before,
    refetchInterval: 60_000,
  })
  return (
    <Panel
      title={words.effect}
      extra={
        <Segmented
          size="small"
          aria-label={words.effectSpan}
          value={hours}
          onChange={setHours}
          options={spans.map((value) => ({ value, label: words.effectHours(value) }))}
        />
      }
    >
      <Loaded query={effect} lines={5} compact>
        {(data) => (data.effect ? <Shown effect={data.effect} /> : <p className="muted small">{words.effectNone}</p>)}
      </Loaded>
    </Panel>
  )
}

const Shown = ({ effect }: { effect: Effect }) => {
  const t = useText()
  const words = t.incidents
  const format = useFormats()
  const side = ({ posts, negative, hours }: Effect['before']) =>
    `${format.count(posts)}（${words.effectPerHour} ${format.decimal(hours > 0 ? posts / hours : 0)}，${words.effectShare} ${
      posts > 0 ? format.share(negative / posts) : '—'
    }）`
  const mark = Date.parse(effect.at)
  return (
    <>
      <p className="small muted">
        {words.effectHint} · {words.effectMarked(format.dayHour(effect.at))}
      </p>
      <div className="effect-cells">
        <div className="effect-cell">
          <div className="small muted">{words.effectRatio}</div>
          <div className="effect-figure">{effect.rateRatio ? `× ${format.decimal(effect.rateRatio.value)}` : '—'}</div>
          {effect.rateRatio && effect.rateMethod && (
            <div className="small muted">
              {words.interval(format.decimal(effect.rateRatio.low), format.decimal(effect.rateRatio.high))} ·{' '}
              {words.effectMethods[effect.rateMethod]}
            </div>
          )}
          <Badge tone={tones[effect.verdict] ?? 'plain'}>{words.effectVerdicts[effect.verdict]}</Badge>
        </div>
        <div className="effect-cell">
          <div className="small muted">{words.effectShift}</div>
          <div className="effect-figure">
            {effect.negativeShift ? signed(format.share, effect.negativeShift.value) : '—'}
          </div>
          {effect.negativeShift && (
            <div className="small muted">
              {words.interval(
                signed(format.share, effect.negativeShift.low),
                signed(format.share, effect.negativeShift.high),
              )}
            </div>
          )}
          <Badge tone={tones[effect.moodVerdict] ?? 'plain'}>{words.moodVerdicts[effect.moodVerdict]}</Badge>
        </div>
      </div>
      <Chart
        height={180}
        label={words.effectChart}
        series={[
          {
            name: `${words.effectPosts} · ${words.effectBefore}`,
            kind: 'bar',
            color: 'ink-3',
            stack: 'posts',
            points: effect.series.map(({ at, posts }) => ({ at, value: Date.parse(at) < mark ? posts : 0 })),
          },
          {
            name: `${words.effectPosts} · ${words.effectAfter}`,
            kind: 'bar',
            color: 'teal',
            stack: 'posts',
            points: effect.series.map(({ at, posts }) => ({ at, value: Date.parse(at) >= mark ? posts : 0 })),
          },
          {
            name: words.effectNegative,
            kind: 'line',
            color: 'cinnabar',
            points: effect.series.map(({ at, negative }) => ({ at, value: negative })),
          },
        ]}
      />
      <dl className="facts small effect-sides">
        <dt>{words.effectBefore}</dt>
        <dd>{side(effect.before)}</dd>
        <dt>{words.effectAfter}</dt>
        <dd>{side(effect.after)}</dd>
      </dl>
      <Notice>{words.effectCaution}</Notice>
    </>
  )
}

const signed = (share: (value: number) => string, value: number) => `${value > 0 ? '+' : ''}${share(value)}`
