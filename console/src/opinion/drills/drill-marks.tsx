import { useText } from '../../i18n/text.ts'
import { Icon } from '../../ui/icon.tsx'
import { Badge, type Tone } from '../../ui/marks.tsx'
import type { Drill } from './drill-calls.ts'

const tones: Readonly<Record<Drill['state'], Tone>> = {
  planned: 'blue',
  running: 'bad',
  paused: 'warn',
  ended: 'good',
  cancelled: 'plain',
}

export const DrillState = ({ state }: { state: Drill['state'] }) => {
  const words = useText().drills
  return (
    <Badge tone={tones[state]} live={state === 'running'} dot={state !== 'running'}>
      {words.states[state]}
    </Badge>
  )
}

/** Nobody may take a drill for the real thing. */
export const DrillBanner = () => {
  const words = useText().drills
  return (
    <div className="drill-banner" role="note">
      <strong>
        <Icon name="flask" size={20} /> {words.mark}
      </strong>
      <span>{words.markText}</span>
    </div>
  )
}
