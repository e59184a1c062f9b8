import './sources.css'
import type { Light, SourceView } from '../../../../src/opinion/sources/sources-contract.ts'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Badge, type Tone } from '../../ui/marks.tsx'

const tones: Record<Light, Tone> = { off: 'plain', new: 'blue', ok: 'good', failing: 'warn', blind: 'bad' }

/** Whether a source sees. */
export const LightBadge = ({ source }: { source: Pick<SourceView, 'light' | 'fault' | 'blindSince'> }) => {
  const words = useText().opinionSources
  const format = useFormats()
  const why = source.fault
    ? words.faults[source.fault]
    : source.blindSince
      ? words.blindSince(format.ago(source.blindSince))
      : ''
  return (
    <span title={why}>
      <Badge tone={tones[source.light]} {...(source.light === 'ok' ? { live: true } : { dot: true })}>
        {words.lights[source.light]}
      </Badge>
    </span>
  )
}

/** Posts by hour as small bars. */
export const HourBars = ({ hours, label }: { hours: readonly number[]; label: string }) => {
  const most = Math.max(1, ...hours)
  return (
    <svg
      className="hour-bars"
      viewBox={`0 0 ${hours.length * 4} 20`}
      role="img"
      aria-label={label}
      preserveAspectRatio="none"
    >
      {hours.map((count, hour) => {
        const height = count === 0 ? 1 : Math.max(2, (count / most) * 20)
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: hours are their places
            key={hour}
            x={hour * 4}
            y={20 - height}
            width={3}
            height={height}
            className={count === 0 ? 'hour-none' : 'hour-some'}
          />
        )
      })}
    </svg>
  )
}

/** A delay in the largest unit that says enough. */
export const Lag = ({ seconds }: { seconds: number | null }) => {
  const format = useFormats()
  return seconds === null ? <span className="muted">—</span> : format.duration(Math.round(seconds))
}
