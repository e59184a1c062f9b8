import './imports.css'
import { Link } from '@tanstack/react-router'
import { useFormats } from '../i18n/numbers.ts'
import { useText } from '../i18n/text.ts'
import { Badge, Meter, type Tone } from '../ui/marks.tsx'
import { type ImportRun, type ImportState, isActive } from './import-shapes.ts'

const tones: Record<ImportState, Tone> = {
  queued: 'blue',
  running: 'teal',
  done: 'good',
  failed: 'bad',
  cancelled: 'plain',
  paused: 'warn',
}

export const StateBadge = ({ state }: { state: ImportState }) => {
  const t = useText()
  return (
    <Badge tone={tones[state]} {...(state === 'running' ? { live: true } : { dot: true })}>
      {t.imports.states[state]}
    </Badge>
  )
}

/** The share of the file that has been read; undefined when its size is not known. */
const shareOf = (run: ImportRun) =>
  run.state === 'done' ? 1 : run.bytesTotal > 0 ? run.bytesRead / run.bytesTotal : undefined

/** How far one import is: what was read, how fast, how long still. */
export const ImportProgress = ({ run, linked }: { run: ImportRun; linked?: boolean }) => {
  const t = useText()
  const format = useFormats()
  return (
    <div className="stack-tight">
      <div className="row row-between">
        {linked ? (
          <Link className="strong wrap" to="/imports/$id" params={{ id: run.id }}>
            {run.name}
          </Link>
        ) : (
          <span className="strong wrap">{run.name}</span>
        )}
        <StateBadge state={run.state} />
      </div>
      {isActive(run) && <Meter label={run.name} share={shareOf(run)} />}
      <p className="muted small num">
        {t.imports.readRows(format.count(run.read))}
        {isActive(run) && run.rowsPerSecond ? ` · ${t.imports.speed(format.count(Math.round(run.rowsPerSecond)))}` : ''}
        {isActive(run) && run.secondsLeft !== null ? ` · ${t.imports.left(format.duration(run.secondsLeft))}` : ''}
        {run.rejected > 0 ? ` · ${t.imports.rejectedRows(format.count(run.rejected))}` : ''}
      </p>
    </div>
  )
}
