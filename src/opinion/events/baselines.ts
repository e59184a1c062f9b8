import type { Ctx } from '#platform'
import { type Baseline, baselineOf, shapeOf } from './burst.ts'
import './tables.ts'

const hourMs = 3_600_000
const daysBack = 7

export interface SubjectBaseline extends Baseline {
  /** Expected growth of engagement in half an hour. */
  grownHalfHour: number
  /** How steady that growth is; 1 while little is known. */
  grownShape: number
}

/**
 * What is usual for subjects at an hour: from the same hour of the seven days before, of which those count on which the
 * subject was watched already.
 */
export const baselinesOf = async (
  ctx: Ctx,
  drillId: number,
  subjects: readonly number[],
  at: Date,
): Promise<Map<number, SubjectBaseline>> => {
  if (subjects.length === 0) return new Map()
  const hour = Math.floor(at.getTime() / hourMs) * hourMs
  const rows = await ctx.pg
    .selectFrom('opinion.subject_hour')
    .select(['subject_id', 'hour', 'posts', 'grown'])
    .where('drill_id', '=', drillId)
    .where('subject_id', 'in', [...subjects])
    .where('hour', '>=', new Date(hour - daysBack * 24 * hourMs))
    .where('hour', '<', new Date(hour))
    .execute()
  const since = await ctx.pg
    .selectFrom('opinion.subject_hour')
    .select((eb) => ['subject_id', eb.fn.min('hour').as('first')])
    .where('drill_id', '=', drillId)
    .where('subject_id', 'in', [...subjects])
    .groupBy('subject_id')
    .execute()
  const bySubject = Map.groupBy(rows, ({ subject_id }) => subject_id)
  return new Map(
    subjects.map((subject) => {
      const counts = new Map((bySubject.get(subject) ?? []).map((row) => [row.hour.getTime(), row] as const))
      const first = since.find(({ subject_id }) => subject_id === subject)?.first
      // A day counts from the first hour in which the subject was heard of.
      const days = Math.min(daysBack, first ? Math.floor((hour - new Date(first).getTime()) / (24 * hourMs)) : 0)
      const ofHour = (back: number, from: number) => counts.get(from - back * 24 * hourMs)
      const hours = Array.from({ length: 24 }, (_, before) =>
        Array.from(
          { length: days },
          (_, day) => ofHour(day + (before === 0 ? 1 : 0), hour - before * hourMs)?.posts ?? 0,
        ),
      )
      const same = Array.from({ length: days }, (_, day) => ofHour(day + 1, hour))
      const baseline = baselineOf(
        same.map((row) => row?.posts ?? 0),
        shapeOf(hours),
      )
      const grown = same.map((row) => Number(row?.grown ?? 0)).sort((a, b) => a - b)
      const grownHours = Array.from({ length: 24 }, (_, before) =>
        Array.from({ length: days }, (_, day) =>
          Number(ofHour(day + (before === 0 ? 1 : 0), hour - before * hourMs)?.grown ?? 0),
        ),
      )
      const usual = grown[Math.floor(grown.length / 2)] ?? 0
      return [subject, { ...baseline, grownHalfHour: usual / 2, grownShape: days < 3 ? 1 : shapeOf(grownHours) }]
    }),
  )
}
