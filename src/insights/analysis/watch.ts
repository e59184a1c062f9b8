import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Ctx, type ch, emit, event, Problem } from '#platform'
import { type Alarm, msOf, Question, type QuestionOf, type Watch } from './contract.ts'
import { answerFunnel } from './funnel.ts'
import { problem } from './problem.ts'
import { sceneOf } from './scene.ts'
import { binomialAtMost, poissonAtMost } from './tails.ts'
import './tables.ts'

/** Fewer people than usual entered a watched funnel in an hour, or took a step of it. */
export const funnelAlarm = event(
  'insights.funnelAlarm',
  z.object({
    id: z.uuid(),
    report: z.uuid(),
    hour: z.iso.datetime(),
    step: z.int(),
    observed: z.int(),
    expected: z.number(),
  }),
)

const hourMs = 3_600_000
const weekMs = 168 * hourMs
const weeks = 4

/** How unlikely an hour must be. Of a steady funnel of three steps one hour in 330 is an alarm at `normal`. */
const levels: Record<Watch['sensitivity'], number> = { low: 1e-5, normal: 1e-3, high: 1e-2 }
/** People of the baseline below which nothing can be said. */
const leastBaseline = 40

export interface Verdict {
  /** From 1. */
  step: number
  observed: number
  of: number | null
  expected: number
  probability: number
}

/**
 * Steps at which an hour lies below the same hour of the weeks before: the first by its count (Poisson), the others by the
 * share that took them of those who took the step before (binomial). The baseline is lowered by its own standard error,
 * for it is only known from four hours. Pure.
 * @param hour people per step
 * @param baseline the same of each earlier week; weeks in which nobody entered do not count
 * @param before for each step the place of the step it follows
 */
export const judged = (
  hour: readonly number[],
  baseline: readonly (readonly number[])[],
  before: readonly number[],
  sensitivity: Watch['sensitivity'],
): Verdict[] => {
  const weeks = baseline.filter(([entered]) => (entered ?? 0) > 0)
  const sum = (step: number) => weeks.reduce((total, people) => total + (people[step] ?? 0), 0)
  return hour
    .flatMap((observed, step): Verdict[] => {
      const taken = sum(step)
      if (step === 0) {
        if (taken < leastBaseline) return []
        const mean = taken / weeks.length
        const probability = poissonAtMost(observed, mean - Math.sqrt(taken) / weeks.length)
        return [{ step: 1, observed, of: null, expected: mean, probability }]
      }
      const from = sum(before[step] ?? step - 1)
      const of = hour[before[step] ?? step - 1] ?? 0
      if (from < leastBaseline || of === 0) return []
      const share = taken / from
      const lowered = Math.max(0, share - Math.sqrt((share * (1 - share)) / from))
      return [
        { step: step + 1, observed, of, expected: share * of, probability: binomialAtMost(observed, of, lowered) },
      ]
    })
    .filter(({ probability }) => probability < levels[sensitivity])
}

/** The hour that is looked at now: its people have had an hour (or the shorter window) to go on. */
export const hourToJudge = (now: Date, windowMs: number): Date =>
  new Date(Math.floor((now.getTime() - windowMs) / hourMs) * hourMs - hourMs)

/** Looks at the last hour of every watched funnel. A report that cannot be asked does not hold up the others. */
export const watchFunnels = async (ctx: Ctx, _input: object, signal: AbortSignal): Promise<void> => {
  const watched = await ctx.pg
    .selectFrom('insights.report')
    .select(['id', 'question', 'watch', 'watched_hour'])
    .where('watch', 'is not', null)
    .execute()
  for (const { id, question, watch, watched_hour } of watched) {
    signal.throwIfAborted()
    const asked = Question.parse(question)
    if (asked.kind !== 'funnel' || !watch) continue
    // People who have a week to go on are judged by what they did within an hour.
    const windowMs = Math.min(msOf(asked.window), hourMs)
    const hour = hourToJudge(ctx.now(), windowMs)
    if (watched_hour && watched_hour >= hour) continue
    try {
      await judgeHour(ctx, id, { ...asked, window: `${windowMs / 60_000} minutes` }, watch, hour)
    } catch (error) {
      // An audience it was restricted to is gone, or it is too heavy: the report says so when somebody opens it.
      if (!(error instanceof Problem)) throw error
      ctx.log.warn({ report: id, code: error.code }, 'a watched funnel could not be asked')
    }
  }
}

const judgeHour = async (ctx: Ctx, id: string, question: QuestionOf<'funnel'>, watch: Watch, hour: Date) => {
  const plain = { ...question, timing: false, breakdown: undefined }
  const scene = await sceneOf(ctx, question.period, question.people)
  const ask = <T>(query: ch.Sql) => ctx.ch.rows<T>(query, { timeoutSeconds: 300 })
  const peopleIn = async (start: number) => {
    const within = { ...scene, from: new Date(start), to: new Date(start + hourMs - 1) }
    const { groups } = await answerFunnel(ask, plain, within)
    return groups[0]?.steps.map(({ people }) => people) ?? []
  }
  const observed = await peopleIn(hour.getTime())
  const baseline: number[][] = []
  for (let week = 1; week <= weeks; week++) baseline.push(await peopleIn(hour.getTime() - week * weekMs))
  const before = question.steps.map((_, i) => {
    let place = i - 1
    while (place > 0 && question.steps[place]?.optional) place -= 1
    return place
  })
  const verdicts = judged(observed, baseline, before, watch.sensitivity)
  await ctx.tx(async (ctx) => {
    await ctx.pg.updateTable('insights.report').set({ watched_hour: hour }).where('id', '=', id).execute()
    for (const { step, observed, of, expected, probability } of verdicts) {
      const alarm = await ctx.pg
        .insertInto('insights.funnel_alarm')
        .values({
          id: randomUUID(),
          report_id: id,
          hour,
          step,
          step_name: question.steps[step - 1]?.event ?? '',
          observed,
          of,
          expected,
          probability,
          raised_at: ctx.now(),
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .executeTakeFirst()
      if (!alarm) continue
      await emit(ctx, funnelAlarm, { id: alarm.id, report: id, hour: hour.toISOString(), step, observed, expected }, id)
    }
    if (verdicts.length > 0)
      await ctx.audit.record(ctx, {
        action: 'report.alarm',
        subject: `report:${id}`,
        detail: { hour: hour.toISOString(), steps: verdicts.map(({ step }) => step) },
      })
  })
}

const mostAlarms = 200

/** Alarms of reports the asker may see, the latest first. */
export const listAlarms = async (ctx: Ctx, visible: readonly string[]): Promise<{ items: Alarm[] }> => {
  if (visible.length === 0) return { items: [] }
  const rows = await ctx.pg
    .selectFrom('insights.funnel_alarm as a')
    .innerJoin('insights.report as r', 'r.id', 'a.report_id')
    .selectAll('a')
    .select('r.name')
    .where('a.report_id', 'in', [...visible])
    .orderBy('a.raised_at', 'desc')
    .orderBy('a.id', 'desc')
    .limit(mostAlarms)
    .execute()
  return {
    items: rows.map((row) => ({
      id: row.id,
      report: row.report_id,
      reportName: row.name,
      hour: row.hour.toISOString(),
      step: row.step,
      stepName: row.step_name,
      observed: row.observed,
      of: row.of,
      expected: row.expected,
      probability: row.probability,
      raisedAt: row.raised_at.toISOString(),
      acknowledgedAt: row.acknowledged_at?.toISOString() ?? null,
      acknowledgedBy: row.acknowledged_by,
    })),
  }
}

/** Somebody has seen it. Again changes nothing. @throws problem.unknownAlarm */
export const acknowledgeAlarm = (ctx: Ctx, id: string, visible: readonly string[]): Promise<void> =>
  ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .selectFrom('insights.funnel_alarm')
      .select(['report_id', 'acknowledged_at'])
      .where('id', '=', id)
      .executeTakeFirst()
    if (!row || !visible.includes(row.report_id)) throw problem.unknownAlarm({ id })
    if (row.acknowledged_at) return
    await ctx.pg
      .updateTable('insights.funnel_alarm')
      .set({ acknowledged_at: ctx.now(), acknowledged_by: ctx.actor.name })
      .where('id', '=', id)
      .execute()
    await ctx.audit.record(ctx, {
      action: 'alarm.acknowledge',
      subject: `alarm:${id}`,
      detail: { report: row.report_id },
    })
  })
