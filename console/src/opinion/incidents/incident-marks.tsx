import { useEffect, useState } from 'react'
import { useFormats } from '../../i18n/numbers.ts'
import { useText } from '../../i18n/text.ts'
import { Badge, type Tone } from '../../ui/marks.tsx'
import type { Clock, IncidentRow, Level } from './incident-shapes.ts'

const levelTones: Readonly<Record<Level, Tone>> = { minor: 'blue', moderate: 'warn', severe: 'bad' }

export const LevelMark = ({ level }: { level: Level }) => {
  const t = useText()
  return (
    <Badge tone={levelTones[level]} dot>
      {t.incidents.levels[level]}
    </Badge>
  )
}

const stateTones: Readonly<Record<IncidentRow['state'], Tone>> = {
  open: 'bad',
  acknowledged: 'warn',
  acting: 'teal',
  closing: 'blue',
  closed: 'plain',
}

export const IncidentState = ({ state }: { state: IncidentRow['state'] }) => {
  const t = useText()
  return <Badge tone={stateTones[state]}>{t.incidents.states[state]}</Badge>
}

/** The time now, moving on every second, so that what is left is exact while it is looked at. */
export const useNow = (everyMs = 1_000): number => {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

interface Timed {
  startedAt: string
  dueAt: string
  standing: string
}

/** How much of a deadline has gone, and how long is left or it is over. */
const progress = ({ startedAt, dueAt, standing }: Timed, now: number) => {
  const [from, to] = [Date.parse(startedAt), Date.parse(dueAt)]
  const left = (to - now) / 1000
  const runs = standing === 'running' || standing === 'due' || standing === 'escalated' || standing === 'late'
  const share = runs ? Math.min(1, Math.max(0, (now - from) / Math.max(1, to - from))) : 1
  const tone =
    standing === 'met'
      ? 'good'
      : standing === 'held' || standing === 'void'
        ? 'plain'
        : standing === 'missed' || left < 0
          ? 'bad'
          : share > 0.75
            ? 'warn'
            : 'teal'
  return { left, runs, share, tone: tone as Tone }
}

/** What is left of a deadline in words. */
export const TimeLeft = ({ clock }: { clock: Timed }) => {
  const t = useText()
  const format = useFormats()
  const now = useNow()
  const { left, runs, tone } = progress(clock, now)
  const words = t.incidents
  const standings: Readonly<Record<string, string>> = words.standings
  if (!runs) return <span className={`clock-left clock-${tone}`}>{standings[clock.standing] ?? ''}</span>
  const text = format.duration(Math.abs(Math.round(left)))
  return (
    <time
      className={`clock-left clock-${tone}`}
      dateTime={clock.dueAt}
      title={words.dueBy(format.dateTime(clock.dueAt))}
    >
      {left < 0 ? words.over(text) : words.left(text)}
    </time>
  )
}

const around = 2 * Math.PI * 20

/** A deadline as a ring that fills; what it says stands beside it in words. */
export const ClockRing = ({ clock, size = 48 }: { clock: Clock; size?: number }) => {
  const now = useNow()
  const { share, tone } = progress(clock, now)
  return (
    <svg className={`clock-ring clock-${tone}`} viewBox="0 0 48 48" width={size} height={size} aria-hidden="true">
      <circle cx="24" cy="24" r="20" className="clock-track" />
      <circle
        cx="24"
        cy="24"
        r="20"
        className="clock-fill"
        strokeDasharray={`${share * around} ${around}`}
        transform="rotate(-90 24 24)"
      />
    </svg>
  )
}

/** The same as a thin bar, for cards. */
export const ClockBar = ({ clock }: { clock: Timed }) => {
  const now = useNow(5_000)
  const { share, tone } = progress(clock, now)
  return (
    <div className={`clock-bar clock-${tone}`} aria-hidden="true">
      <div style={{ width: `${share * 100}%` }} />
    </div>
  )
}
