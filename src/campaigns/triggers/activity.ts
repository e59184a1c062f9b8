import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { rowOf } from '../plans/store.ts'
import { nextRun } from './occurrences.ts'
import { problem } from './problem.ts'
import { publishedVersions } from './rules.ts'
import type { Run, RunState, Runs, TriggerActivity } from './triggers-contract.ts'
import './tables.ts'

/** Days of activity that are shown. */
const daysShown = 30

const columns = sql`id::text as id, kind, version, occurrence, due_at, state, reason, list_id, total, handed, entered, started_at, ended_at`

interface Row {
  id: string
  kind: Run['kind']
  version: number
  occurrence: string
  due_at: Date
  state: RunState
  reason: string | null
  list_id: string | null
  total: number | null
  handed: number
  entered: number
  started_at: Date | null
  ended_at: Date | null
}

const shown = ({ id, due_at, list_id, started_at, ended_at, ...row }: Row): Run => ({
  ...row,
  id: Number(id),
  dueAt: due_at.toISOString(),
  listId: list_id,
  startedAt: started_at?.toISOString() ?? null,
  endedAt: ended_at?.toISOString() ?? null,
})

/** Runs of a campaign, newest first, and when the next is due. @throws problem.unknown */
export const listRuns = async (ctx: Ctx, { id, limit }: { id: number; limit: number }): Promise<Runs> => {
  await rowOf(ctx, id)
  const { rows } = await sql<Row>`
    select ${columns} from campaigns.run where campaign_id = ${id} order by due_at desc, id desc limit ${limit}`.execute(
    ctx.pg,
  )
  const of = (await publishedVersions(ctx, id)).find(({ live, state }) => live && state === 'running')
  const next = of && nextRun(of.definition, ctx.now())
  return { runs: rows.map(shown), next: next?.toISOString() ?? null }
}

const runOf = async (ctx: Ctx, { id, run }: { id: number; run: number }): Promise<Run> => {
  const { rows } = await sql<Row>`
    select ${columns} from campaigns.run where campaign_id = ${id} and id = ${run}`.execute(ctx.pg)
  if (!rows[0]) throw problem.runUnknown({ campaign: id, run })
  return shown(rows[0])
}

/** Ends a run where it stands: who is in stays in. @throws problem.runUnknown, problem.runOver */
export const cancelRun = (ctx: Ctx, named: { id: number; run: number }): Promise<Run> =>
  ctx.tx(async (ctx) => {
    await runOf(ctx, named)
    const { rows } = await sql`
      update campaigns.run set state = 'cancelled', reason = 'cancelled', ended_at = ${ctx.now()}, lease_until = null
      where id = ${named.run} and state in ('waiting', 'running') returning id`.execute(ctx.pg)
    if (rows.length === 0) throw problem.runOver(named)
    const run = await runOf(ctx, named)
    const detail = { run: named.run, occurrence: run.occurrence, handed: run.handed, total: run.total }
    await ctx.audit.record(ctx, { action: 'campaign.cancelRun', subject: `campaign:${named.id}`, detail })
    return run
  })

/**
 * Makes up for a run that was missed, cancelled or failed: it goes on where it stood, or begins with who belongs now.
 * @throws problem.runUnknown, problem.runNotMissed
 */
export const makeUpRun = (ctx: Ctx, named: { id: number; run: number }): Promise<Run> =>
  ctx.tx(async (ctx) => {
    await runOf(ctx, named)
    const { rows } = await sql`
      update campaigns.run set state = 'waiting', reason = null, ended_at = null, lease_until = null, attempts = 0,
        due_at = ${ctx.now()} where id = ${named.run} and state in ('missed', 'cancelled', 'failed') returning id`.execute(
      ctx.pg,
    )
    if (rows.length === 0) throw problem.runNotMissed(named)
    await ctx.jobs.send('campaigns.run', { id: named.run }, { key: `run ${named.run}` })
    const detail = { run: named.run }
    await ctx.audit.record(ctx, { action: 'campaign.makeUpRun', subject: `campaign:${named.id}`, detail })
    return runOf(ctx, named)
  })

/** What the trigger of a campaign did, by day, newest first. @throws problem.unknown */
export const readActivity = async (ctx: Ctx, { id }: { id: number }): Promise<TriggerActivity> => {
  await rowOf(ctx, id)
  const { rows } = await sql<TriggerActivity['days'][number]>`
    select to_char(hour at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day,
      coalesce(sum(count) filter (where outcome = 'matched'), 0)::int as matched,
      coalesce(sum(count) filter (where outcome = 'late'), 0)::int as late,
      coalesce(sum(count) filter (where outcome = 'missed'), 0)::int as missed,
      coalesce(sum(count) filter (where outcome = 'failed'), 0)::int as failed
    from campaigns.trigger_tally where campaign_id = ${id} group by 1 order by 1 desc limit ${daysShown}`.execute(
    ctx.pg,
  )
  const { rows: failures } = await sql<{ detail: string | null }>`
    select detail from campaigns.trigger_tally where campaign_id = ${id} and outcome = 'failed'
      and hour > ${new Date(ctx.now().getTime() - 7 * 86_400_000)} order by hour desc limit 1`.execute(ctx.pg)
  return { days: rows, failure: failures[0]?.detail ?? null }
}
