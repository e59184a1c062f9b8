import { useText } from '../../i18n/text.ts'
import { Badge, type Tone } from '../../ui/marks.tsx'
import type { Level } from './grading-calls.ts'

const tones: Record<Level, Tone> = { minor: 'blue', moderate: 'warn', severe: 'bad' }

/** The level of an event, by colour and word. */
export const LevelMark = ({ level }: { level: Level }) => {
  const t = useText()
  return (
    <Badge tone={tones[level]} dot>
      {t.grading.levels[level]}
    </Badge>
  )
}
