import type { Source } from './source-shapes.ts'

export type Health = 'good' | 'rejecting' | 'quiet' | 'off'

/** One bad message in a hundred is worth a look. */
const rejectedShare = 0.01

/** How a source does in the last hour. */
export const healthOf = ({ enabled, acceptedLastHour, rejectedLastHour }: Source): Health => {
  if (!enabled) return 'off'
  const all = acceptedLastHour + rejectedLastHour
  if (all === 0) return 'quiet'
  return rejectedLastHour / all > rejectedShare ? 'rejecting' : 'good'
}
