import { useText } from '../i18n/text.ts'
import { Badge, type Tone } from '../ui/marks.tsx'
import type { Tag, TagState } from './tag-shapes.ts'

const tones: Record<TagState, Tone> = {
  draft: 'plain',
  review: 'warn',
  active: 'good',
  paused: 'plain',
  expired: 'bad',
  retired: 'plain',
}

export const StateBadge = ({ state }: { state: TagState }) => {
  const t = useText()
  return (
    <Badge tone={tones[state]} dot>
      {t.tags.states[state]}
    </Badge>
  )
}

/** Whether something is going on, or the last time went wrong. */
export const WorkBadge = ({ tag }: { tag: Pick<Tag, 'running' | 'queued' | 'error'> }) => {
  const t = useText()
  if (tag.running || tag.queued)
    return (
      <Badge tone="teal" live>
        {tag.running ? t.tags.running : t.tags.queued}
      </Badge>
    )
  return tag.error ? <Badge tone="bad">{t.tags.failed}</Badge> : null
}

/** A timetable in words. */
export const scheduleText = (
  words: { none: string; daily: (at: string) => string; minutes: (n: string) => string },
  schedule: Tag['schedule'],
): string => {
  if (!schedule) return words.none
  return 'dailyAt' in schedule ? words.daily(schedule.dailyAt) : words.minutes(String(schedule.everyMinutes))
}
