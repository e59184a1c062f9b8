import { minuteOf } from '../../../../src/opinion/drills/paces-contract.ts'
import { useText } from '../../i18n/text.ts'
import type { Pace } from './drill-calls.ts'

const steps = 24
/** All small pictures share one scale, so that they can be compared: twelve hours. */
const shownMinutes = 720

/** How much of the crowd has spoken as the hours pass. */
export const PaceCurve = ({ pace, width = 120, height = 44 }: { pace: Pace; width?: number; height?: number }) => {
  const words = useText().drills
  const points = Array.from({ length: steps + 1 }, (_, n) => n / steps).flatMap((share) => {
    const minute = minuteOf(pace, share)
    return minute <= shownMinutes
      ? [`${2 + (minute / shownMinutes) * (width - 4)},${height - 2 - share * (height - 6)}`]
      : []
  })
  // Whoever has spoken, has: the line goes on level.
  const level = points.at(-1)?.split(',')[1] ?? String(height - 2)
  points.push(`${width - 2},${level}`)
  return (
    <svg
      className="pace-curve"
      width={width}
      height={height}
      role="img"
      aria-label={words.paceLabel(words.paces[pace].name)}
    >
      <polygon points={`2,${height - 2} ${points.join(' ')} ${width - 2},${height - 2}`} />
      <polyline points={points.join(' ')} />
    </svg>
  )
}
