import type { Ctx } from '#platform'
import { deadlinesOf } from './deadlines.ts'
import type { EventGrade } from './grade-contract.ts'
import { gradeHistory, lastFacts, levelRow } from './grades.ts'
import { shownRequest } from './levels.ts'
import { inForce } from './policies.ts'
import { LevelContract, Plan } from './policy-contract.ts'
import { problem } from './problem.ts'
import { gradeOf } from './score.ts'
import './tables.ts'

/** All of an event's grade: components, why, contract, clocks, history. @throws problem.notGraded */
export const readEventGrade = async (ctx: Ctx, { eventId }: { eventId: number }): Promise<EventGrade> => {
  const [level, facts] = await Promise.all([levelRow(ctx, eventId), lastFacts(ctx, eventId)])
  if (!level || !facts) throw problem.notGraded({ eventId })
  const [rules, grades, deadlines, grade, pauses, request] = await Promise.all([
    inForce(ctx, 'grading'),
    gradeHistory(ctx, eventId),
    deadlinesOf(ctx, [eventId]),
    ctx.pg
      .selectFrom('opinion.grade')
      .select(['contract', 'plan_id'])
      .where('id', '=', level.grade_id)
      .executeTakeFirstOrThrow(),
    ctx.pg.selectFrom('opinion.clock_pause').selectAll().where('event_id', '=', eventId).orderBy('id').execute(),
    ctx.pg
      .selectFrom('opinion.level_request')
      .selectAll()
      .where('event_id', '=', eventId)
      .where('state', '=', 'open')
      .executeTakeFirst(),
  ])
  const plan =
    grade.plan_id === null
      ? undefined
      : await ctx.pg.selectFrom('opinion.policy').selectAll().where('id', '=', grade.plan_id).executeTakeFirst()
  return {
    eventId,
    title: facts.title,
    drillId: level.drill_id,
    level: level.level,
    score: level.score,
    since: level.since.toISOString(),
    evaluatedAt: level.evaluated_at.toISOString(),
    verdict: gradeOf(facts, rules.document),
    facts,
    contract: LevelContract.parse(grade.contract),
    plan: plan ? { id: plan.id, key: plan.key, version: plan.version, title: Plan.parse(plan.document).title } : null,
    grades,
    deadlines: deadlines.get(eventId) ?? [],
    pauses: pauses.map((pause) => ({
      id: pause.id,
      reason: pause.reason,
      from: pause.from_at.toISOString(),
      to: pause.to_at?.toISOString() ?? null,
      by: pause.paused_by,
    })),
    request: request ? shownRequest(ctx, request) : null,
  }
}
