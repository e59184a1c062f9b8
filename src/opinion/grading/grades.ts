import { type Selectable, sql } from 'kysely'
import { type Ctx, emit, type Tables } from '#platform'
import type { Level } from '../contract.ts'
import { eventGraded } from '../notices.ts'
import { startClocks } from './deadlines.ts'
import { EventFacts } from './facts-contract.ts'
import type { Grade } from './grade-contract.ts'
import { inForce, inForceOrNone } from './policies.ts'
import { gradeOf, rankOf, type Verdict } from './score.ts'
import './tables.ts'

/** Levels of events: given by the rules, changed by people, never overwritten. */

type LevelRow = Selectable<Tables['opinion.event_level']>
type GradeRow = Selectable<Tables['opinion.grade']>

export const shownGrade = (row: GradeRow): Grade => ({
  id: Number(row.id),
  eventId: row.event_id,
  drillId: row.drill_id,
  level: row.level,
  before: row.before,
  score: row.score,
  byMachine: row.by_machine,
  reason: row.reason,
  verdict: row.verdict as Verdict,
  policyVersion: row.policy_version,
  contractVersion: row.contract_version,
  at: row.at.toISOString(),
  by: row.actor_name,
  approvedBy: row.approved_by_name,
})

/** The level of an event now, or undefined before it was graded. */
export const levelOf = async (ctx: Ctx, eventId: number): Promise<Level | undefined> =>
  (await levelRow(ctx, eventId))?.level

export const levelRow = (ctx: Ctx, eventId: number): Promise<LevelRow | undefined> =>
  ctx.pg.selectFrom('opinion.event_level').selectAll().where('event_id', '=', eventId).executeTakeFirst()

/** Level and score of events now; those not graded are left out. */
export const gradesOf = async (
  ctx: Ctx,
  eventIds: readonly number[],
): Promise<Map<number, { level: Level; score: number; since: string }>> => {
  if (eventIds.length === 0) return new Map()
  const rows = await ctx.pg
    .selectFrom('opinion.event_level')
    .select(['event_id', 'level', 'score', 'since'])
    .where('event_id', 'in', [...eventIds])
    .execute()
  return new Map(
    rows.map(({ event_id, level, score, since }) => [event_id, { level, score, since: since.toISOString() }]),
  )
}

/** Every grade of an event, oldest first. */
export const gradeHistory = async (ctx: Ctx, eventId: number): Promise<Grade[]> => {
  const rows = await ctx.pg
    .selectFrom('opinion.grade')
    .selectAll()
    .where('event_id', '=', eventId)
    .orderBy('id')
    .execute()
  return rows.map(shownGrade)
}

/** The last facts that were kept of an event. */
export const lastFacts = async (ctx: Ctx, eventId: number): Promise<EventFacts | undefined> => {
  const row = await ctx.pg
    .selectFrom('opinion.event_facts')
    .select('facts')
    .where('event_id', '=', eventId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && EventFacts.parse(row.facts)
}

/** Gives an event a level: a row for ever, the clocks of the level, and word to those above. In a transaction. */
export const giveLevel = async (
  ctx: Ctx,
  given: {
    eventId: number
    drillId: number
    level: Level
    before: LevelRow | undefined
    verdict: Verdict
    byMachine: boolean
    reason: string
    loweredRules: string[]
    approvedBy?: { id: string; name: string } | undefined
    /** Who asked for it, where another approved. */
    by?: { id: string; name: string } | undefined
  },
): Promise<void> => {
  const {
    eventId,
    drillId,
    level,
    before,
    verdict,
    byMachine,
    reason,
    loweredRules,
    approvedBy,
    by = ctx.actor,
  } = given
  const [rules, contracts] = await Promise.all([inForce(ctx, 'grading'), inForce(ctx, 'contracts')])
  const contract = contracts.document.contracts.find((one) => one.level === level)
  if (!contract) throw new Error(`no contract for ${level}`)
  const plan = contract.plan === null ? undefined : await inForceOrNone(ctx, 'plan', contract.plan)
  const now = ctx.now()
  const { id } = await ctx.pg
    .insertInto('opinion.grade')
    .values({
      event_id: eventId,
      drill_id: drillId,
      level,
      before: before?.level ?? null,
      score: verdict.score,
      by_machine: byMachine,
      reason,
      verdict: JSON.stringify(verdict),
      policy_version: rules.version,
      contract_version: contracts.version,
      contract: JSON.stringify(contract),
      plan_id: plan?.id ?? null,
      at: now,
      actor: by.id,
      actor_name: by.name,
      approved_by: approvedBy?.id ?? null,
      approved_by_name: approvedBy?.name ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const row = {
    event_id: eventId,
    drill_id: drillId,
    level,
    score: verdict.score,
    grade_id: id,
    since: now,
    lowered_rules: loweredRules,
    evaluated_at: now,
  }
  await ctx.pg
    .insertInto('opinion.event_level')
    .values(row)
    .onConflict((conflict) => conflict.column('event_id').doUpdateSet(row))
    .execute()
  await startClocks(ctx, { eventId, drillId, gradeId: id, level, before: before?.level ?? null, contract })
  await emit(ctx, eventGraded, { eventId, drillId, level, before: before?.level ?? null }, `opinionEvent:${eventId}`)
}

/** Scores this far apart are worth keeping facts for. */
const worthKeeping = 1

/**
 * Grades an event by the rules in force. The machine gives the first level and raises; it never lowers, and where a person lowered,
 * only what did not hold then raises again. Safe to run twice.
 */
export const gradeFacts = (ctx: Ctx, facts: EventFacts): Promise<{ level: Level; changed: boolean }> =>
  ctx.tx(async (ctx) => {
    const { eventId, drillId } = facts
    // One at a time for each event, also before it has a row to lock.
    await sql`select pg_advisory_xact_lock(7261038, ${eventId})`.execute(ctx.pg)
    const rules = await inForce(ctx, 'grading')
    const verdict = gradeOf(facts, rules.document)
    const before = await levelRow(ctx, eventId)
    await keepFacts(ctx, facts, verdict, before)
    const fresh = verdict.held.filter(({ id }) => !before?.lowered_rules.includes(id))
    const wanted = before?.lowered_rules.length ? (fresh[0]?.level ?? 'minor') : verdict.level
    const level = rankOf(wanted) > rankOf(verdict.level) ? verdict.level : wanted
    if (before && rankOf(level) <= rankOf(before.level)) {
      await ctx.pg
        .updateTable('opinion.event_level')
        .set({ score: verdict.score, evaluated_at: ctx.now() })
        .where('event_id', '=', eventId)
        .execute()
      return { level: before.level, changed: false }
    }
    const decided = fresh.filter((one) => one.level === level).map(({ name }) => name)
    await giveLevel(ctx, {
      eventId,
      drillId,
      level,
      before,
      verdict,
      byMachine: true,
      // Empty: no rule asks for more than the lowest.
      reason: decided.join('；'),
      loweredRules: before?.lowered_rules ?? [],
    })
    await ctx.audit.record(ctx, {
      action: 'grade.give',
      subject: `opinionEvent:${eventId}`,
      detail: { level, before: before?.level ?? null, score: verdict.score, rules: verdict.held.map(({ id }) => id) },
    })
    return { level, changed: true }
  })

const keepFacts = async (
  ctx: Ctx,
  facts: EventFacts,
  verdict: Verdict,
  before: LevelRow | undefined,
): Promise<void> => {
  const known = before && (await lastFacts(ctx, facts.eventId))
  if (known && known.at === facts.at) return
  const rules = known && gradeOf(known, (await inForce(ctx, 'grading')).document)
  const same =
    known &&
    rules &&
    known.title === facts.title &&
    known.state === facts.state &&
    Math.abs(rules.score - verdict.score) < worthKeeping &&
    JSON.stringify(rules.held) === JSON.stringify(verdict.held) &&
    JSON.stringify([known.subjects, known.aspects.map(({ aspect }) => aspect), known.platforms]) ===
      JSON.stringify([facts.subjects, facts.aspects.map(({ aspect }) => aspect), facts.platforms])
  if (same) return
  await ctx.pg
    .insertInto('opinion.event_facts')
    .values({ event_id: facts.eventId, drill_id: facts.drillId, at: new Date(facts.at), facts: JSON.stringify(facts) })
    .execute()
}
