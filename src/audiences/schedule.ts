import type { Schedule } from './contract.ts'
import { instantOf, wallClock } from './moments.ts'

const dayMs = 86_400_000

/** When an audience refreshed by this schedule is due after `now`; never when it has none. */
export const nextDue = (schedule: Schedule | null, now: Date, zone: string): Date | null => {
  if (!schedule) return null
  if ('everyMinutes' in schedule) return new Date(now.getTime() + schedule.everyMinutes * 60_000)
  const [hours = 0, minutes = 0] = schedule.dailyAt.split(':').map(Number)
  const midnight = Math.floor(wallClock(now, zone).getTime() / dayMs) * dayMs
  const today = instantOf(new Date(midnight + (hours * 60 + minutes) * 60_000), zone)
  return today > now ? today : instantOf(new Date(midnight + dayMs + (hours * 60 + minutes) * 60_000), zone)
}
