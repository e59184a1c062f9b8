import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import type { DrillDetail } from './drill-calls.ts'

const width = 960
const height = 200
const pad = { left: 34, right: 10, top: 10, bottom: 24 }

/** Posts per step of the story: outlined as planned, filled as they come out; a line where the story stands. */
export const DrillCurve = ({ drill: { curve, minute, minutes, state } }: { drill: DrillDetail }) => {
  const words = useText().drills
  const format = useFormats()
  const [first, second] = curve
  if (!first) return null
  const step = second ? second.minute - first.minute : minutes
  const most = Math.max(2, ...curve.map(({ planned }) => planned))
  const x = (at: number) => pad.left + (at / minutes) * (width - pad.left - pad.right)
  const y = (posts: number) => height - pad.bottom - (posts / most) * (height - pad.top - pad.bottom)
  const bar = Math.max(1, (x(step) - x(0)) * 0.8)
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(minutes * share))
  return (
    <figure className="drill-curve">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={words.curve}>
        {[0.5, 1].map((share) => (
          <line
            key={share}
            className="drill-grid"
            x1={pad.left}
            x2={width - pad.right}
            y1={y(most * share)}
            y2={y(most * share)}
          />
        ))}
        {curve.map((slot) => (
          <g key={slot.minute}>
            <title>{`${words.atMinute(format.count(slot.minute))} · ${words.curvePlanned} ${slot.planned} · ${words.curveOut} ${slot.out}`}</title>
            <rect
              className="drill-planned"
              x={x(slot.minute)}
              y={y(slot.planned)}
              width={bar}
              height={y(0) - y(slot.planned)}
            />
            <rect className="drill-out" x={x(slot.minute)} y={y(slot.out)} width={bar} height={y(0) - y(slot.out)} />
          </g>
        ))}
        <line className="drill-axis" x1={pad.left} x2={width - pad.right} y1={y(0)} y2={y(0)} />
        {(state === 'running' || state === 'paused') && (
          <line className="drill-now" x1={x(minute)} x2={x(minute)} y1={pad.top} y2={y(0)} />
        )}
      </svg>
      <div className="drill-ticks" aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick}>{tick}</span>
        ))}
      </div>
      <figcaption>
        <i className="legend-planned" /> {words.curvePlanned} <i className="legend-out" /> {words.curveOut}
        <span className="muted small">{words.curveMost(format.count(most))}</span>
      </figcaption>
    </figure>
  )
}
