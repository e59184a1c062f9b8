import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { listPage } from '#audiences'
import { type Ctx, isStoreAway } from '#platform'
import type { CampaignState } from '../contract.ts'
import type { Enter } from './calls.ts'
import { dayKey, dayOf } from './occurrences.ts'
import { catchUpMs, mayRun } from './plan-runs.ts'
import { type Published, publishedVersions } from './rules.ts'
import { keepMembers } from './run-members.ts'
import type { RunKind } from './tables.ts'
import './tables.ts'

/** People let in by one transaction: some tenths of a second on the embedded store, so others get their turn. */
const perBatch = 2_000
/** Longer than a batch or a snapshot may take; a run whose process died is taken over after this. */
const leaseSeconds = 120
/** A run that fails as often is told as failed. */
const mostAttempts = 5

interface Taken {
  id: string
  campaign_id: number
  version: number
  kind: RunKind
  occurrence: string
  due_at: Date
  list_id: string | null
  position: number
  fence: number
  attempts: number
  owner: string
}

/**
 * Takes a run, unless another process works on it or one before it of the same campaign is open: runs of one campaign never
 * overlap, and come in order. The clock is that of Postgres, and the fence tells a process that slept too long.
 */
const take = (ctx: Ctx, id: number): Promise<Taken | 'busy' | undefined> =>
  ctx.tx(async (ctx) => {
    // Two runs of one campaign that are taken at once wait here for each other.
    const { rows: kept } = await sql<{ state: CampaignState }>`
      select state from campaigns.campaign where id = (select campaign_id from campaigns.run where id = ${id})
      for no key update`.execute(ctx.pg)
    if (!kept[0] || kept[0].state === 'paused') return undefined
    const owner = randomUUID()
    const { rows } = await sql<Taken>`
      update campaigns.run r set state = 'running', owner = ${owner}::uuid, fence = fence + 1, attempts = attempts + 1,
        lease_until = now() + make_interval(secs => ${leaseSeconds}), started_at = coalesce(started_at, ${ctx.now()})
      where id = ${id} and state in ('waiting', 'running') and (lease_until is null or lease_until < now())
        and not exists (select 1 from campaigns.run b where b.campaign_id = r.campaign_id and b.state in ('waiting', 'running')
          and (b.due_at, b.id) < (r.due_at, r.id))
      returning id::text as id, campaign_id, version, kind, occurrence, due_at, list_id, position, fence, attempts, owner`.execute(
      ctx.pg,
    )
    if (rows[0]) return rows[0]
    const open = await ctx.pg
      .selectFrom('campaigns.run')
      .select('id')
      .where('id', '=', String(id))
      .where('state', '=', 'waiting')
      .executeTakeFirst()
    return open ? 'busy' : undefined
  })

type Change = Readonly<Record<string, unknown>>

/** Changes the run if it is still this process's. @returns whether it is */
const change = async (ctx: Ctx, { id, fence, owner }: Taken, set: Change): Promise<boolean> => {
  const row = await ctx.pg
    .updateTable('campaigns.run')
    .set(set)
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('owner', '=', owner)
    .where('state', '=', 'running')
    .where(sql<boolean>`lease_until > now()`)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

const longer = sql<Date>`now() + make_interval(secs => ${leaseSeconds})`

/** Names the occurrence in the keys of those let in. */
const keyOf = ({ occurrence }: Taken, { definition: { trigger } }: Published): string =>
  trigger.kind === 'date' ? dayKey(trigger, dayOf(occurrence)) : occurrence

/** A run that waited too long behind another is told as missed. */
const missIfTooLate = async (ctx: Ctx, id: number): Promise<void> => {
  const now = ctx.now()
  await sql`update campaigns.run set state = 'missed', reason = 'overlap', ended_at = ${now}
    where id = ${id} and state = 'waiting' and kind <> 'audience'
      and due_at < ${new Date(now.getTime() - catchUpMs)}`.execute(ctx.pg)
}

/** What became of a batch. `lost`: another process has the run; `held`: the campaign is paused; `over`: it does not run any more. */
type Batch = 'more' | 'done' | 'lost' | 'held' | 'over'

const oneBatch = async (ctx: Ctx, run: Taken, of: Published, listId: string, enter: Enter): Promise<Batch> => {
  const nos = await listPage(ctx, listId, run.position, perBatch)
  const last = nos.at(-1)
  return ctx.tx(async (ctx): Promise<Batch> => {
    const { rows } = await sql<{ state: CampaignState }>`
      select state from campaigns.campaign where id = ${run.campaign_id} for no key update`.execute(ctx.pg)
    const state = rows[0]?.state
    if (state === 'paused') return (await change(ctx, run, { lease_until: null })) ? 'held' : 'lost'
    if (state !== 'running') {
      const ended = { state: 'cancelled', reason: 'stopped', ended_at: ctx.now(), lease_until: null }
      return (await change(ctx, run, ended)) ? 'over' : 'lost'
    }
    if (last === undefined)
      return (await change(ctx, run, { state: 'done', ended_at: ctx.now(), lease_until: null })) ? 'done' : 'lost'
    const moved = { position: last, handed: sql`handed + ${nos.length}`, lease_until: longer, attempts: 0 }
    if (!(await change(ctx, run, moved))) return 'lost'
    const key = keyOf(run, of)
    const entered = await enter(ctx, {
      campaignId: run.campaign_id,
      version: run.version,
      people: nos.map((customerNo) => ({ customerNo, triggerKey: key, trigger: {} })),
    })
    if (entered > 0)
      await sql`update campaigns.run set entered = entered + ${entered} where id = ${run.id}`.execute(ctx.pg)
    run.position = last
    return 'more'
  })
}

const work = async (ctx: Ctx, run: Taken, enter: Enter, signal: AbortSignal): Promise<void> => {
  const versions = await publishedVersions(ctx, run.campaign_id)
  const of = versions.find(({ version }) => version === run.version)
  if (!of) {
    await change(ctx, run, { state: 'cancelled', reason: 'stopped', ended_at: ctx.now(), lease_until: null })
    return
  }
  let listId = run.list_id
  if (listId === null) {
    const named = await ctx.pg
      .selectFrom('campaigns.campaign')
      .select('name')
      .where('id', '=', run.campaign_id)
      .executeTakeFirst()
    const occurs = { id: run.id, occurrence: run.occurrence }
    const kept = await keepMembers(ctx, of, occurs, named?.name ?? String(run.campaign_id))
    if ('nobody' in kept) {
      await change(ctx, run, { state: 'missed', reason: kept.nobody, ended_at: ctx.now(), lease_until: null })
      return
    }
    if (!(await change(ctx, run, { list_id: kept.listId, total: kept.total, lease_until: longer }))) return
    listId = kept.listId
  }
  for (;;) {
    // Left where it stands: asked for again at the next start.
    if (signal.aborted) return void (await change(ctx, run, { lease_until: null }))
    if ((await oneBatch(ctx, run, of, listId, enter)) !== 'more') return
  }
}

/**
 * Works a run through: keeps who is in it, then lets them in batch by batch, each with its place in one transaction, so a
 * process that dies loses nothing and doubles nobody. May be called at any time, any number of times.
 */
export const workRun = async (ctx: Ctx, id: number, enter: Enter, signal: AbortSignal): Promise<void> => {
  if (!(await mayRun(ctx))) return
  const run = await take(ctx, id)
  if (run === 'busy') return missIfTooLate(ctx, id)
  if (!run) return
  try {
    await work(ctx, run, enter, signal)
  } catch (error) {
    const reason = (error instanceof Error ? error.message : 'failed').slice(0, 300)
    const giveUp = !isStoreAway(error) && run.attempts >= mostAttempts
    const set = giveUp ? { state: 'failed', ended_at: ctx.now() } : {}
    await change(ctx, run, { ...set, reason, lease_until: null })
    throw error
  }
  const { rows } = await sql<{ id: string }>`
    select id::text as id from campaigns.run where campaign_id = ${run.campaign_id} and state = 'waiting'
      and due_at <= ${ctx.now()} order by due_at, id limit 1`.execute(ctx.pg)
  if (rows[0]) await ctx.jobs.send('campaigns.run', { id: Number(rows[0].id) }, { key: `run ${rows[0].id}` })
}
