import { type ChSql, ch } from '#platform'

/** Which posts a report is about. */
export interface Scope {
  drillId: number
  from: Date
  to: Date
  /** Of the same length, just before. */
  beforeFrom: Date
  subjects: readonly number[]
  eventId: number | undefined
}

const ofEvent = ({ drillId, eventId }: Scope) =>
  eventId === undefined
    ? ch.sql`1`
    : ch.sql`cluster_id in (select cluster_id from cluster_events final where drill_id = ${ch.u32(drillId)} and event_id = ${ch.u32(eventId)})`

/** Condition on `mentions`: both periods, the subjects, the event. */
export const inScope = (scope: Scope): ChSql =>
  ch.sql`drill_id = ${ch.u32(scope.drillId)} and subject_id in ${ch.u32s(scope.subjects)}
    and published_at >= ${ch.moment(scope.beforeFrom)} and published_at < ${ch.moment(scope.to)} and ${ofEvent(scope)}`

/** The same for the period alone. */
export const inPeriod = (scope: Scope): ChSql => inScope({ ...scope, beforeFrom: scope.from })

/** Condition on `posts` for the period. */
export const postsInPeriod = (scope: Scope): ChSql =>
  ch.sql`drill_id = ${ch.u32(scope.drillId)} and hasAny(subjects, ${ch.u32s(scope.subjects)})
    and published_at >= ${ch.moment(scope.from)} and published_at < ${ch.moment(scope.to)} and ${ofEvent(scope)}`

/** Up to twelve posts, those of the most followed authors first; always the same ones. */
export const witnesses = ch.sql`arrayMap(x -> toString(x.2), groupArraySorted(12)((-toInt64(followers), post_id)))`
