import './matching.css'
import { useTraitTitles } from '../customers/trait-titles.ts'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Badge, Meter, type Tone } from '../ui/marks.tsx'
import { isGoing, type Run } from './matching-shapes.ts'

const tones: Record<Run['state'], Tone> = {
  waiting: 'blue',
  running: 'teal',
  ending: 'warn',
  done: 'good',
  cancelled: 'plain',
  failed: 'bad',
  undone: 'plain',
}

export const RunBadge = ({ state }: { state: Run['state'] }) => {
  const t = useText()
  return (
    <Badge tone={tones[state]} {...(state === 'running' ? { live: true } : { dot: true })}>
      {t.matching.states[state]}
    </Badge>
  )
}

/** How far a run is; nothing once it has ended. */
export const RunMeter = ({ run }: { run: Run }) => {
  const t = useText()
  const format = useFormats()
  if (!isGoing(run)) return null
  return (
    <div className="stack-tight">
      <Meter label={t.matching.steps[run.step]} share={run.state === 'waiting' ? undefined : run.share} />
      <p className="muted small num" aria-live="polite">
        {t.matching.steps[run.step]} · {format.share(run.share)}
      </p>
    </div>
  )
}

/** A field's name for people: facts of a person and identifiers have words of their own. */
export const useFieldTitle = () => {
  const t = useText()
  const traitTitle = useTraitTitles()
  const persons: Readonly<Record<string, string>> = t.matching.persons
  const identifiers: Readonly<Record<string, string>> = t.identifiers
  return (field: string): string => {
    if (field.startsWith('identifier:')) {
      const kind = field.slice('identifier:'.length)
      return identifiers[kind] ?? kind
    }
    return persons[field] ?? traitTitle(field)
  }
}

/** The widest bar of the weights shown together, bits. */
const widest = 25

/** A weight as a bar to the right (for one person) or to the left of the middle (against it). */
export const WeightBar = ({ bits }: { bits: number }) => {
  const t = useText()
  const size = Math.min(1, Math.abs(bits) / widest) * 50
  return (
    <span className="weight">
      <span className="weight-track" aria-hidden="true">
        <span
          className={bits < 0 ? 'weight-fill weight-against' : 'weight-fill'}
          style={{ width: `${size}%`, left: bits < 0 ? `${50 - size}%` : '50%' }}
        />
      </span>
      <span className="weight-figure num">
        {bits >= 0.05 ? '+' : bits <= -0.05 ? '−' : ''}
        {Math.abs(bits).toFixed(1)} <span className="muted small">{t.matching.bits}</span>
      </span>
    </span>
  )
}
