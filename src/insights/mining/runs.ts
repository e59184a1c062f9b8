import { randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import { type Ctx, ch, isStoreAway, Problem, type Tables } from '#platform'
import { runClusters } from './clusters/run-clusters.ts'
import type { Question, Result, Run, RunChange, RunKind, RunSummary, RunsQuery } from './contract.ts'
import { momentOf } from './facts.ts'
import { problem } from './problem.ts'
import { runRfm } from './rfm/run-rfm.ts'
import { runRules } from './rules/run-rules.ts'
import type { RunScope, Stage } from './run-scope.ts'
import './tables.ts'
import { runValue } from './value/run-value.ts'

type Row = Selectable<Tables['insights.mining_run']>

const summary = (row: Row): RunSummary => ({
  id: row.id,
  kind: row.kind,
  title: row.title,
  state: row.state,
  stage: row.stage,
  progress: row.progress,
  asOf: row.as_of.toISOString(),
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  startedAt: row.started_at?.toISOString() ?? null,
  finishedAt: row.finished_at?.toISOString() ?? null,
  error: row.error,
})

/** @throws problem.unknown */
export const rowOf = async (ctx: Ctx, id: string): Promise<Row> => {
  const row = await ctx.pg.selectFrom('insights.mining_run').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

/** @throws problem.unknown */
export const readRun = async (ctx: Ctx, { id }: { id: string }): Promise<Run> => {
  const row = await rowOf(ctx, id)
  return { ...summary(row), question: row.question, result: row.result }
}

/** Newest first, without questions and answers. */
export const listRuns = async (ctx: Ctx, { kind, limit }: RunsQuery): Promise<{ items: RunSummary[] }> => {
  const rows = await ctx.pg
    .selectFrom('insights.mining_run')
    .selectAll()
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind as RunKind))
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return { items: rows.map(summary) }
}

/** Asks the question; a job answers it. */
export const startRun = (ctx: Ctx, question: Question): Promise<Run> =>
  ctx.tx(async (ctx) => {
    const id = randomUUID()
    const now = ctx.now()
    await ctx.pg
      .insertInto('insights.mining_run')
      .values({
        id,
        kind: question.kind,
        title: question.title,
        question: JSON.stringify(question),
        as_of: question.asOf === null ? now : momentOf(question.asOf),
        created_at: now,
        created_by: ctx.actor.name,
        started_at: null,
        finished_at: null,
      })
      .execute()
    await ctx.jobs.send('insights.mine', { id }, { key: id })
    await ctx.audit.record(ctx, { action: 'mining.start', subject: `mining:${id}`, detail: { kind: question.kind } })
    return readRun(ctx, { id })
  })

/** One that waits is over at once; one that runs ends within a second. @throws problem.unknown, problem.over */
export const cancelRun = (ctx: Ctx, { id }: { id: string }): Promise<Run> =>
  ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('insights.mining_run')
      .set({ cancel_asked: true })
      .where('id', '=', id)
      .where('state', 'in', ['queued', 'running'])
      .returning(['kind', 'state'])
      .executeTakeFirst()
    if (!row) {
      await rowOf(ctx, id)
      throw problem.over({ id })
    }
    if (row.state === 'queued') await finish(ctx, id, { state: 'cancelled' })
    // Perhaps nobody works on it any more: whoever takes this ends it.
    else await ctx.jobs.send('insights.mine', { id }, { key: id })
    await ctx.audit.record(ctx, { action: 'mining.cancel', subject: `mining:${id}`, detail: { kind: row.kind } })
    return readRun(ctx, { id })
  })

/** Titles a question, names its clusters. @throws problem.unknown, problem.unknownPart */
export const changeRun = (ctx: Ctx, { id, title, names }: RunChange & { id: string }): Promise<Run> =>
  ctx.tx(async (ctx) => {
    const { result, title: before } = await rowOf(ctx, id)
    if (names && (result?.kind !== 'clusters' || names.length !== result.clusters.length))
      throw problem.unknownPart({ names })
    const named =
      names && result?.kind === 'clusters'
        ? { ...result, clusters: result.clusters.map((cluster, c) => ({ ...cluster, name: names[c] ?? null })) }
        : undefined
    await ctx.pg
      .updateTable('insights.mining_run')
      .set({ title: title ?? before, ...(named && { result: JSON.stringify(named) }) })
      .where('id', '=', id)
      .execute()
    await ctx.audit.record(ctx, { action: 'mining.change', subject: `mining:${id}`, detail: { title, names } })
    return readRun(ctx, { id })
  })

/** @throws problem.unknown, problem.going */
export const deleteRun = async (ctx: Ctx, { id }: { id: string }): Promise<void> => {
  await ctx.tx(async (ctx) => {
    const { kind, state } = await rowOf(ctx, id)
    if (state === 'running') throw problem.going({ id })
    await ctx.pg.deleteFrom('insights.mining_run').where('id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'mining.delete', subject: `mining:${id}`, detail: { kind } })
  })
  await dropFacts(ctx, id)
}

const dropFacts = async (ctx: Ctx, id: string) => {
  const settings = { mutations_sync: 2 }
  await ctx.ch.command(ch.sql`alter table insight_groups delete where run_id = ${ch.uuid(id)}`, { settings })
  await ctx.ch.command(ch.sql`alter table insight_scores delete where run_id = ${ch.uuid(id)}`, { settings })
  await ctx.ch.command(ch.sql`alter table insight_items delete where run_id = ${ch.uuid(id)}`, { settings })
  await ctx.ch.command(ch.sql`alter table insight_rules delete where run_id = ${ch.uuid(id)}`, { settings })
}

/** Progress is for people: written, and a wish to cancel looked for, so often. */
const lookEveryMs = 500

/**
 * Answers one question, whatever becomes of it: the state of its row says which. Run again after its process died, it
 * starts over.
 * @throws only what may pass by itself, such as a store that is away: the job tries again
 */
export const answer = async (ctx: Ctx, { id }: { id: string }, outer: AbortSignal): Promise<void> => {
  const claimed = await ctx.pg
    .updateTable('insights.mining_run')
    .set({ state: 'running', started_at: ctx.now(), stage: 'reading', progress: 0 })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .where('cancel_asked', '=', false)
    .returning(['question', 'as_of'])
    .executeTakeFirst()
  if (!claimed) return finish(ctx, id, { state: 'cancelled' })
  const cancelled = new AbortController()
  const signal = AbortSignal.any([outer, cancelled.signal])
  let reached: { stage: Stage; progress: number } = { stage: 'reading', progress: 0 }
  const watch = setInterval(() => {
    ctx.pg
      .updateTable('insights.mining_run')
      .set(reached)
      .where('id', '=', id)
      .returning('cancel_asked')
      .executeTakeFirst()
      .then((row) => row?.cancel_asked === false || cancelled.abort())
      .catch((error: unknown) => ctx.log.warn({ error }, 'progress of mining not written'))
  }, lookEveryMs)
  const report = (stage: Stage, progress: number) => {
    reached = { stage, progress }
  }
  try {
    await dropFacts(ctx, id)
    const result = await resultOf({ ctx, id, asOf: claimed.as_of, signal, report }, claimed.question)
    clearInterval(watch)
    await finish(ctx, id, { state: 'done', result: JSON.stringify(result), progress: 1 })
  } catch (error) {
    clearInterval(watch)
    // The process ends, or a store is away: the job is tried again.
    if (outer.aborted || isStoreAway(error)) throw error
    if (cancelled.signal.aborted) {
      await dropFacts(ctx, id)
      return await finish(ctx, id, { state: 'cancelled' })
    }
    const told = error instanceof Problem && error.status < 500 ? error : problem.failed()
    if (told !== error) ctx.log.error({ error, run: id }, 'mining failed')
    const { code, title, detail } = told
    await finish(ctx, id, { state: 'failed', error: JSON.stringify({ code, title, detail }) })
  }
}

const finish = async (
  ctx: Ctx,
  id: string,
  outcome: { state: 'done' | 'failed' | 'cancelled'; result?: string; error?: string; progress?: number },
) => {
  await ctx.pg
    .updateTable('insights.mining_run')
    .set({ ...outcome, stage: '', finished_at: ctx.now() })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .execute()
}

const resultOf = (scope: RunScope, question: Question): Promise<Result> => {
  switch (question.kind) {
    case 'rules':
      return runRules(scope, question)
    case 'rfm':
      return runRfm(scope, question)
    case 'value':
      return runValue(scope, question)
    case 'clusters':
      return runClusters(scope, question)
  }
}
