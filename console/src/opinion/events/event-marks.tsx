import type { OpinionEvent } from '../../../../src/opinion/events/events-contract.ts'
import { levelNames, nameIn, urgencyNames } from '../../../../src/opinion/terms-contract.ts'
import { useText } from '../../i18n/text.ts'
import { usePreferences } from '../../preferences.ts'
import { Badge, type Tone } from '../../ui/marks.tsx'

const levelTones: Readonly<Record<'minor' | 'moderate' | 'severe', Tone>> = {
  minor: 'blue',
  moderate: 'warn',
  severe: 'bad',
}
const stateTones: Readonly<Record<OpinionEvent['state'], Tone>> = { open: 'teal', watching: 'plain', closed: 'plain' }

/** Level, burst, state, urgent signs of an event: what is out of the ordinary first. */
export const EventBadges = ({ event, withState }: { event: OpinionEvent; withState?: boolean }) => {
  const t = useText()
  const { language } = usePreferences()
  return (
    <span className="event-badges">
      {event.level !== null && (
        <Badge tone={levelTones[event.level]} dot>
          {nameIn(levelNames, event.level, language)}
        </Badge>
      )}
      {event.bursting && (
        <Badge tone="bad" live>
          {t.events.bursting}
        </Badge>
      )}
      {event.drillId > 0 && <Badge tone="warn">{t.events.drill}</Badge>}
      {event.hotListRank !== null && <Badge tone="warn">{t.events.hotList(String(event.hotListRank))}</Badge>}
      {event.urgency.map((name) => (
        <Badge key={name} tone="bad">
          {nameIn(urgencyNames, name, language)}
        </Badge>
      ))}
      {withState && <Badge tone={stateTones[event.state]}>{t.events.states[event.state]}</Badge>}
    </span>
  )
}

/** 24 bars of an hour each; the last is the hour that runs. */
export const Trend = ({ values, label }: { values: readonly number[]; label: string }) => {
  const most = Math.max(1, ...values)
  const bars = values.map((value, hour) => ({ hour, size: value > 0 ? Math.max(2, (value / most) * 28) : 0.8 }))
  return (
    <svg className="event-trend" viewBox="0 0 119 30" width={119} height={30} role="img" aria-label={label}>
      {bars.map(({ hour, size }) => (
        <rect
          key={hour}
          x={hour * 5}
          y={29 - size}
          width={4}
          height={size}
          rx={1}
          className={hour === 23 ? 'now' : ''}
        />
      ))}
    </svg>
  )
}

export const SubjectNames = ({ subjects }: { subjects: OpinionEvent['subjects'] }) => (
  <span className="event-subjects">
    {subjects.map(({ id, name, colour }) => (
      <span key={id} className="event-subject">
        <i style={{ background: colour }} />
        {name}
      </span>
    ))}
  </span>
)

/** A share as a bar with its figure. */
export const ShareBar = ({
  name,
  share,
  text,
  tone = 'teal',
}: {
  name: string
  share: number
  text: string
  tone?: 'teal' | 'bad' | 'good' | 'plain'
}) => (
  <div className="share-bar">
    <span className="share-name" title={name}>
      {name}
    </span>
    <span className="share-track">
      <span
        className={`share-fill share-${tone}`}
        style={{ width: `${Math.min(100, Math.max(share > 0 ? 1 : 0, share * 100))}%` }}
      />
    </span>
    <span className="share-text">{text}</span>
  </div>
)
