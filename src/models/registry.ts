import { sql } from 'kysely'
import { notSecond } from '#compliance'
import type { Ctx } from '#platform'
import { Card } from './card-contract.ts'
import type { MadeModel } from './make.ts'
import type { Comparison, ModelVersion, Training, VersionChange } from './models-contract.ts'
import { problem } from './problem.ts'
import { type ShippedName, shippedCard } from './shipped/shipped.ts'
import './tables.ts'

/** The shipped version of each task that can be trained again here. */
const shipped = { posts: 'posts-1' } as const satisfies Record<string, ShippedName>
export type TrainedTask = keyof typeof shipped

/** The way this program turns texts of a task into features; its own weights are made for it. */
const featuresOf = (task: TrainedTask): number => shippedCard(shipped[task]).features

/**
 * The version in force, with its weights; only its number when it is `known` already.
 * @returns undefined when the one that comes with the product is in force, as it is when another was made for features that
 * this program does not read any more
 */
export const activeVersion = (
  ctx: Ctx,
  task: TrainedTask,
  known?: number,
): Promise<{ id: number; weights: Buffer } | { id: number } | undefined> => versionIn(ctx, task, 'active', known)

/** The version that reads beside the one in force, if any. */
export const shadowVersion = (
  ctx: Ctx,
  task: TrainedTask,
  known?: number,
): Promise<{ id: number; weights: Buffer } | { id: number } | undefined> => versionIn(ctx, task, 'shadow', known)

const versionIn = async (ctx: Ctx, task: TrainedTask, state: 'active' | 'shadow', known?: number) => {
  const row = await ctx.pg
    .selectFrom('models.version')
    .select(['id', 'card'])
    .where('task', '=', task)
    .where('state', '=', state)
    .executeTakeFirst()
  if (!row || Card.parse(row.card).features !== featuresOf(task)) return undefined
  if (row.id === known) return { id: row.id }
  return ctx.pg
    .selectFrom('models.version')
    .select(['id', 'weights'])
    .where('id', '=', row.id)
    .executeTakeFirstOrThrow()
}

/** Keeps a model that was made as a candidate. @returns its number */
export const keepVersion = (ctx: Ctx, task: TrainedTask, { bytes, card }: MadeModel): Promise<number> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const { id } = await ctx.pg
      .insertInto('models.version')
      .values({
        task,
        name: card.name,
        card: JSON.stringify(card),
        weights: bytes,
        made_by: ctx.actor.name,
        made_by_id: ctx.actor.id,
        made_at: now,
        changed_by: ctx.actor.name,
        changed_by_id: ctx.actor.id,
        changed_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'models.made',
      subject: `model:${id}`,
      detail: { name: card.name, dataHash: card.dataHash },
    })
    return id
  })

const comparisonsOf = async (ctx: Ctx): Promise<Map<number, Comparison[]>> => {
  const rows = await ctx.pg.selectFrom('models.comparison').selectAll().orderBy('head').execute()
  const by = new Map<number, Comparison[]>()
  for (const { version, head, posts, agreed, judged, active_right, shadow_right } of rows)
    by.set(version, [
      ...(by.get(version) ?? []),
      { head, posts, agreed, judged, activeRight: active_right, shadowRight: shadow_right },
    ])
  return by
}

/** All versions of a task, the newest first, the one that comes with the product last. */
export const listVersions = async (ctx: Ctx, task: TrainedTask): Promise<ModelVersion[]> => {
  const [rows, comparisons] = await Promise.all([
    ctx.pg
      .selectFrom('models.version')
      .select(['id', 'name', 'state', 'card', 'made_by', 'made_at', 'changed_by', 'changed_by_id', 'changed_at', 'why'])
      .where('task', '=', task)
      .orderBy('id', 'desc')
      .execute(),
    comparisonsOf(ctx),
  ])
  const card = shippedCard(shipped[task])
  const own = rows.map(
    (row): ModelVersion => ({
      id: row.id,
      name: row.name,
      state: row.state,
      card: row.card,
      madeBy: row.made_by,
      madeAt: row.made_at.toISOString(),
      changedBy: row.changed_by,
      changedAt: row.changed_at.toISOString(),
      why: row.why,
      mine: row.changed_by_id === ctx.actor.id,
      usable: Card.parse(row.card).features === card.features,
      comparison: comparisons.get(row.id) ?? [],
    }),
  )
  const at = `${card.made}T00:00:00.000Z`
  return [
    ...own,
    {
      id: 0,
      name: card.name,
      state: own.some(({ state, usable }) => state === 'active' && usable) ? 'retired' : 'active',
      card,
      madeBy: '',
      madeAt: at,
      changedBy: '',
      changedAt: at,
      why: '',
      mine: false,
      usable: true,
      comparison: [],
    },
  ]
}

/** Posts that a version in the shadow has read beside the one in force: each head counts the same posts. */
const comparedPosts = async (ctx: Ctx, version: number): Promise<number> => {
  const { rows } = await sql<{ posts: number }>`
    select coalesce(max(posts), 0)::int as posts from models.comparison where version = ${version}`.execute(ctx.pg)
  return rows[0]?.posts ?? 0
}

/**
 * Puts a version into the shadow, in force, or out of either. Version 0 comes into force by retiring the active one. From the
 * shadow a version comes into force when it has read enough posts beside its forerunner and by another person than who put it
 * there; one that was in force before comes back at once.
 * @param terms posts that have to be compared before a version takes over
 * @throws problem.versionUnknown, problem.madeForOthers, problem.changeImpossible, problem.tooFewCompared, problem.secondPersonNeeded
 */
export const changeVersion = (
  ctx: Ctx,
  task: TrainedTask,
  { id, to, why }: VersionChange & { id: number },
  terms: { comparedPosts: number },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const change = { changed_by: ctx.actor.name, changed_by_id: ctx.actor.id, changed_at: now, why }
    if (id === 0) {
      if (to !== 'active') throw problem.changeImpossible({ id, to })
      await ctx.pg
        .updateTable('models.version')
        .set({ ...change, state: 'retired' })
        .where('task', '=', task)
        .where('state', '=', 'active')
        .execute()
    } else {
      const row = await ctx.pg
        .selectFrom('models.version')
        .select(['id', 'state', 'card', 'changed_by', 'changed_by_id'])
        .where('id', '=', id)
        .where('task', '=', task)
        .forUpdate()
        .executeTakeFirst()
      if (!row) throw problem.versionUnknown({ id })
      if (to !== 'candidate' && Card.parse(row.card).features !== featuresOf(task)) throw problem.madeForOthers({ id })
      // What reads every post was watched beside its forerunner first; one that was in force before is known.
      const allowed =
        row.state !== to &&
        (to !== 'active' || row.state === 'shadow' || row.state === 'retired') &&
        row.state !== 'active'
      if (!allowed) throw problem.changeImpossible({ id, from: row.state, to })
      if (to === 'active' && row.state === 'shadow') {
        const posts = await comparedPosts(ctx, id)
        if (posts < terms.comparedPosts) throw problem.tooFewCompared({ posts, needed: terms.comparedPosts })
        // What was put there before ids were kept has a name only.
        const isFirst = row.changed_by_id === null && row.changed_by === ctx.actor.name
        if (isFirst || (await notSecond(ctx, row.changed_by_id === null ? [] : [row.changed_by_id])))
          throw problem.secondPersonNeeded({ by: row.changed_by })
      }
      if (to !== 'candidate')
        await ctx.pg
          .updateTable('models.version')
          .set({ ...change, state: to === 'active' ? 'retired' : 'candidate' })
          .where('task', '=', task)
          .where('state', '=', to)
          .execute()
      if (to === 'shadow') await ctx.pg.deleteFrom('models.comparison').where('version', '=', id).execute()
      await ctx.pg
        .updateTable('models.version')
        .set({ ...change, state: to })
        .where('id', '=', id)
        .execute()
    }
    await ctx.audit.record(ctx, { action: 'models.changed', subject: `model:${id}`, detail: { task, to, why } })
  })

/** Adds to what is known of a version in the shadow, per head. */
export const noteComparison = async (
  ctx: Ctx,
  version: number,
  counts: readonly (Omit<Comparison, 'judged' | 'activeRight' | 'shadowRight'> &
    Partial<Pick<Comparison, 'judged' | 'activeRight' | 'shadowRight'>>)[],
): Promise<void> => {
  for (const { head, posts, agreed, judged = 0, activeRight = 0, shadowRight = 0 } of counts)
    await sql`
      insert into models.comparison (version, head, posts, agreed, judged, active_right, shadow_right)
      values (${version}, ${head}, ${posts}, ${agreed}, ${judged}, ${activeRight}, ${shadowRight})
      on conflict (version, head) do update set
        posts = models.comparison.posts + excluded.posts,
        agreed = models.comparison.agreed + excluded.agreed,
        judged = models.comparison.judged + excluded.judged,
        active_right = models.comparison.active_right + excluded.active_right,
        shadow_right = models.comparison.shadow_right + excluded.shadow_right`.execute(ctx.pg)
}

const shownTraining = (row: {
  id: number
  state: Training['state']
  step: string
  corrections: number
  version: number | null
  problem: string | null
  asked_by: string
  asked_at: Date
  ended_at: Date | null
}): Training => ({
  id: row.id,
  state: row.state,
  step: row.step,
  corrections: row.corrections,
  version: row.version,
  problem: row.problem,
  askedBy: row.asked_by,
  askedAt: row.asked_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
})

/** Trainings, the newest first. */
export const listTrainings = async (ctx: Ctx, task: TrainedTask): Promise<Training[]> => {
  const rows = await ctx.pg
    .selectFrom('models.training')
    .selectAll()
    .where('task', '=', task)
    .orderBy('id', 'desc')
    .limit(10)
    .execute()
  return rows.map(shownTraining)
}

/** Notes that a training is asked for; inside the transaction that sends its job. @throws problem.trainingGoingOn */
export const askTraining = async (ctx: Ctx, task: TrainedTask): Promise<Training> => {
  const running = await ctx.pg
    .selectFrom('models.training')
    .select('id')
    .where('task', '=', task)
    .where('state', 'in', ['queued', 'running'])
    .executeTakeFirst()
  if (running) throw problem.trainingGoingOn({ id: running.id })
  const row = await ctx.pg
    .insertInto('models.training')
    .values({ task, asked_by: ctx.actor.name, asked_at: ctx.now() })
    .returningAll()
    .executeTakeFirstOrThrow()
  await ctx.audit.record(ctx, { action: 'models.train', subject: `training:${row.id}`, detail: { task } })
  return shownTraining(row)
}

/** Notes how far a training is. @returns false when it was cancelled meanwhile */
export const noteTraining = async (
  ctx: Ctx,
  id: number,
  change: { state?: Training['state']; step?: string; corrections?: number; version?: number; problem?: string },
): Promise<boolean> => {
  const ended = change.state !== undefined && change.state !== 'running'
  const rows = await ctx.pg
    .updateTable('models.training')
    .set({ ...change, ...(ended && { ended_at: ctx.now() }) })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .returning('id')
    .execute()
  return rows.length > 0
}

/** Stops a training before its next step. @throws problem.trainingUnknown */
export const cancelTraining = (ctx: Ctx, id: number): Promise<void> =>
  ctx.tx(async (ctx) => {
    if (!(await noteTraining(ctx, id, { state: 'cancelled' }))) throw problem.trainingUnknown({ id })
    await ctx.audit.record(ctx, { action: 'models.trainingCancelled', subject: `training:${id}`, detail: {} })
  })
