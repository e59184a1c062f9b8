import type { Estimate } from './effect-shapes.ts'

/** Where a value and its interval lie on an axis from `from` to `to`; the line at 0 tells "no difference". */
export const IntervalBar = ({
  estimate,
  from,
  to,
  label,
}: {
  estimate: Estimate
  from: number
  to: number
  /** The figure in words, for those who hear it. */
  label: string
}) => {
  const place = (value: number) => `${(Math.max(0, Math.min(1, (value - from) / (to - from))) * 100).toFixed(2)}%`
  const tone = estimate.low > 0 ? 'good' : estimate.high < 0 ? 'bad' : 'plain'
  return (
    <div className={`interval interval-${tone}`} role="img" aria-label={label} title={label}>
      {from < 0 && to > 0 && <span className="interval-zero" style={{ left: place(0) }} />}
      <span
        className="interval-range"
        style={{ left: place(estimate.low), right: `calc(100% - ${place(estimate.high)})` }}
      />
      <span className="interval-value" style={{ left: place(estimate.value) }} />
    </div>
  )
}

/** An axis that holds all the intervals and the nought, with some air. */
export const axisOf = (estimates: readonly Estimate[]): { from: number; to: number } => {
  const low = Math.min(0, ...estimates.map(({ low }) => low))
  const high = Math.max(0, ...estimates.map(({ high }) => high))
  const air = (high - low || 1) * 0.08
  return { from: low - air, to: high + air }
}
