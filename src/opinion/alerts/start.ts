import { sql } from 'kysely'
import { type Ctx, type HealthCheck, nudge, on } from '#platform'
import { askForGrade, type FactsOf, gradeWaiting, startLoop } from '../grading/due.ts'
import { eventChanged, eventGraded } from '../notices.ts'
import { escalateDue, remindOfClocks } from './escalate.ts'
import { endEvent, fireAlert, followEvent } from './fire.ts'
import { flushGroups } from './flush.ts'
import { sendNotices } from './post-box.ts'
import { turnSilences } from './silences.ts'
import './tables.ts'

/** What keeps grades and alerts going. */

export const gradingSubscriptions = [
  on(eventChanged, 'opinion.askForGrade', askForGrade),
  on(eventGraded, 'opinion.fireAlert', fireAlert),
]

/** Messages were put into the post box. */
const posted = 'opinion.posted'

/** Events are graded in one loop, alerts leave in another, so that a slow provider holds back no grade. */
export const startGrading = (ctx: Ctx, factsOf: FactsOf): (() => Promise<void>) => {
  const stops = [
    startLoop(ctx, () => gradeWaiting(ctx, factsOf, { graded: followEvent, gone: endEvent }), 'grading', [
      'opinion.askForGrade',
    ]),
    startLoop(
      ctx,
      async () => {
        await turnSilences(ctx)
        const done = (await escalateDue(ctx)) + (await remindOfClocks(ctx)) + (await flushGroups(ctx))
        if (done > 0) nudge(ctx, posted)
        return done
      },
      'alerting',
      ['opinion.fireAlert'],
    ),
    startLoop(ctx, () => sendNotices(ctx), 'delivery of alerts', [posted]),
  ]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}

const lateMs = 120_000

/** Whether events are graded and alerts leave. */
export const alertsHealth = async (ctx: Ctx): Promise<readonly HealthCheck[]> => {
  const now = ctx.now()
  const late = new Date(now.getTime() - lateMs)
  const hour = new Date(now.getTime() - 3_600_000)
  const { rows } = await sql<{ grades: number; notices: number; failed: number; untold: number; channels: number }>`
    select (select count(*) from opinion.grade_due where asked_at < ${late})::int as grades,
      (select count(*) from opinion.notice where state in ('queued', 'sending') and made_at < ${late})::int as notices,
      (select count(*) from opinion.notice where state = 'failed' and made_at > ${hour} and why <> 'test')::int as failed,
      (select count(*) from opinion.alert_group where reason = 'no channel' and told_at > ${hour} and drill_id = 0)::int as untold,
      (select count(*) from opinion.alert_channel where state = 'on' and deleted_at is null and serves <> 'drill')::int as channels`.execute(
    ctx.pg,
  )
  const { grades = 0, notices = 0, failed = 0, untold = 0, channels = 0 } = rows[0] ?? {}
  const ok = grades === 0 && notices === 0 && failed === 0 && untold === 0
  return [
    {
      name: 'alerts',
      ok,
      blocking: false,
      detail: `${grades} events wait for a grade, ${notices} messages for delivery; ${failed} failed and ${untold} went nowhere in the last hour; ${channels} channels are on`,
      code: ok ? 'alerts.well' : 'alerts.stuck',
      values: { grades, notices, failed, untold, channels },
      ...(!ok && { remedy: 'Look at the channels and receipts at /opinion/alerts' }),
    },
  ]
}
