/** Thirty small bars: how often a subject was mentioned each day. */
export const Sparkline = ({ values, colour, label }: { values: readonly number[]; colour: string; label: string }) => {
  const most = Math.max(1, ...values)
  const bars = values.map((value, day) => ({ day, size: Math.max(value > 0 ? 2 : 0.6, (value / most) * 24) }))
  return (
    <svg className="sparkline" width={122} height={26} role="img" aria-label={label}>
      {bars.map(({ day, size }) => (
        <rect key={day} x={day * 4} y={25 - size} width={3} height={size} rx={1} fill={colour} />
      ))}
    </svg>
  )
}
