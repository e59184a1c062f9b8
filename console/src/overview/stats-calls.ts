import type { z } from 'zod'
import type { Stats as StatsSchema } from '../../../src/customers/contract.ts'
import { get, queryText } from '../api.ts'

export type Stats = z.infer<typeof StatsSchema>

export const readStats = (signal?: AbortSignal) => get<Stats>('/stats', signal)

export const readEventsPerHour = (hours: number, signal?: AbortSignal) =>
  get<{ items: { at: string; count: number }[] }>(`/stats/events-per-hour${queryText({ hours })}`, signal)
