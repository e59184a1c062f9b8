import { randomUUID } from 'node:crypto'
import type { ColumnType, Generated, Selectable } from 'kysely'
import { type Ctx, ch, Problem, type Tables } from '#platform'
import type { List } from '../lists/contract.ts'
import { saveList } from '../lists/save.ts'
import { anyMerged, type KnownSet, knownSets, setOf } from '../lists/sets.ts'
import { readList } from '../lists/store.ts'
import { planFields } from './classes.ts'
import type { PortraitSet, SetRef } from './contract.ts'
import { countClasses, holder } from './count.ts'
import { type Field, fieldsOf } from './fields.ts'
import { areaUnder, curveOf, type Feature, learn } from './lookalike.ts'
import type { Lookalike, NewLookalike, NewLookalikeList } from './lookalike-contract.ts'
import { countSteps, heldOut, mostSimilar } from './lookalike-score.ts'
import { everybody, fieldsNamed, mayCount, shownSet } from './portrait.ts'
import { problem } from './problem.ts'

const { sql } = ch

interface Model {
  asOf: string
  seedSize: number
  candidates: number
  auc: number | null
  heldOut: number
  features: Feature[]
  leftOut: { key: string; title: string; why: 'sensitive' | 'byDesign' | 'empty' | 'useless' }[]
  curve: NonNullable<Lookalike['result']>['curve']
}

/** Traits and tags asked for, null: all; and events besides. */
interface Asked {
  fields: string[] | null
  events: string[]
}

type Jsonb<T> = ColumnType<T, string | null, string | null>

declare module '#platform' {
  interface Tables {
    'audiences.lookalike': {
      id: string
      name: string
      seed: ColumnType<SetRef, string, never>
      base: Jsonb<SetRef | null>
      features: Jsonb<Asked | null>
      state: Generated<Lookalike['state']>
      wish: Generated<string | null>
      progress: Generated<number>
      model: ColumnType<Model | null, string | null | undefined, string | null>
      error: Generated<string | null>
      created_at: Date
      created_by: string
      asked_by: string
      finished_at: Generated<Date | null>
    }
  }
}

type Row = Selectable<Tables['audiences.lookalike']>

const leastSeed = 30
const mostFeatures = 40
/** A feature that tells less than this (nats) only adds noise. */
const leastInformation = 0.002

const rowOf = async (ctx: Ctx, id: string): Promise<Row> => {
  const row = await ctx.pg.selectFrom('audiences.lookalike').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.lookalikeUnknown({ id })
  return row
}

const shown = async (ctx: Ctx, row: Row): Promise<Lookalike> => {
  const { seed, base, model } = row
  const gone = (ref: SetRef | null): PortraitSet => ({
    kind: ref === null ? 'all' : 'audience' in ref ? 'audience' : 'list',
    id: ref === null ? null : 'audience' in ref ? ref.audience : ref.list,
    name: '',
    size: null,
    asOf: row.created_at.toISOString(),
  })
  const nameOf = async (ref: SetRef | null): Promise<PortraitSet> => {
    if (ref === null) return gone(null)
    try {
      const set = setOf(await knownSets(ctx, [ref]), ref)
      return shownSet(set, set.size, mayCount(ctx))
    } catch (error) {
      // Deleted since: what was learnt of it stays.
      if (error instanceof Problem) return gone(ref)
      throw error
    }
  }
  return {
    id: row.id,
    name: row.name,
    seed: await nameOf(seed),
    base: await nameOf(base),
    state: row.state,
    progress: row.progress,
    error: row.error,
    result: model && {
      asOf: model.asOf,
      seedSize: model.seedSize,
      candidates: model.candidates,
      auc: model.auc,
      heldOut: model.heldOut,
      drivers: model.features.map(
        ({ key, title, kind, type, unit, information, labels, weights, seedShares, baseShares }) => ({
          key,
          title,
          kind,
          type,
          unit,
          information,
          classes: labels.map((label, i) => ({
            label,
            weight: weights[i] ?? 0,
            seedShare: seedShares[i] ?? 0,
            baseShare: baseShares[i] ?? 0,
          })),
        }),
      ),
      leftOut: model.leftOut,
      curve: model.curve,
    },
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

/** @throws problem.lookalikeUnknown */
export const readLookalike = async (ctx: Ctx, { id }: { id: string }): Promise<Lookalike> =>
  shown(ctx, await rowOf(ctx, id))

/** The newest thirty. */
export const listLookalikes = async (ctx: Ctx): Promise<{ items: Lookalike[] }> => {
  const rows = await ctx.pg
    .selectFrom('audiences.lookalike')
    .selectAll()
    .orderBy('created_at', 'desc')
    .limit(30)
    .execute()
  return { items: await Promise.all(rows.map((row) => shown(ctx, row))) }
}

/**
 * Asks for people who are like the seed; they are looked for in the background.
 * @throws problem.fieldUnknown, audiences.unknown, audiences.notRefreshed, audiences.listUnknown
 */
export const startLookalike = async (
  ctx: Ctx,
  { name, seed, base, features, events }: NewLookalike,
): Promise<Lookalike> => {
  const [, all] = await Promise.all([knownSets(ctx, base ? [seed, base] : [seed]), fieldsOf(ctx, features)])
  const unknown = features?.find((key) => !all.has(key))
  if (unknown !== undefined) throw problem.fieldUnknown({ field: unknown })
  const id = randomUUID()
  const row = await ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .insertInto('audiences.lookalike')
      .values({
        id,
        name,
        seed: JSON.stringify(seed),
        base: base && JSON.stringify(base),
        features: JSON.stringify({ fields: features ?? null, events } satisfies Asked),
        created_at: ctx.now(),
        created_by: ctx.actor.name,
        asked_by: `${ctx.actor.kind}:${ctx.actor.id}`,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.jobs.send('audiences.lookalike', { id }, { key: id })
    await ctx.audit.record(ctx, { action: 'lookalike.start', subject: `lookalike:${id}`, detail: { name, seed } })
    return row
  })
  return shown(ctx, row)
}

/** Stops it before its next step. @throws problem.lookalikeUnknown */
export const cancelLookalike = async (ctx: Ctx, { id }: { id: string }): Promise<Lookalike> => {
  const row = await ctx.tx(async (ctx) => {
    await rowOf(ctx, id)
    const asked = await ctx.pg
      .updateTable('audiences.lookalike')
      .set({ wish: 'cancel' })
      .where('id', '=', id)
      .where('state', 'in', ['queued', 'running'])
      .returning('id')
      .executeTakeFirst()
    if (asked) {
      // Perhaps nobody works on it any more: whoever takes this ends it.
      await ctx.jobs.send('audiences.lookalike', { id }, { key: id })
      await ctx.audit.record(ctx, { action: 'lookalike.cancel', subject: `lookalike:${id}` })
    }
    return rowOf(ctx, id)
  })
  return shown(ctx, row)
}

/** The job. May run twice: the second finds what the first found. */
export const runLookalike = async (ctx: Ctx, { id }: { id: string }, signal: AbortSignal): Promise<void> => {
  const row = await ctx.pg
    .updateTable('audiences.lookalike')
    .set({ state: 'running', progress: 0.05 })
    .where('id', '=', id)
    .where('state', 'in', ['queued', 'running'])
    .returningAll()
    .executeTakeFirst()
  if (!row) return
  const end = (change: { state: 'done' | 'failed' | 'cancelled'; model?: string; error?: string }) =>
    ctx.pg
      .updateTable('audiences.lookalike')
      .set({ ...change, progress: 1, finished_at: ctx.now() })
      .where('id', '=', id)
      .execute()
  try {
    const model = await learnFrom(ctx, row, signal, async (progress) => {
      const kept = await ctx.pg
        .updateTable('audiences.lookalike')
        .set({ progress })
        .where('id', '=', id)
        .returning('wish')
        .executeTakeFirst()
      return kept?.wish !== 'cancel'
    })
    await end(model ? { state: 'done', model: JSON.stringify(model) } : { state: 'cancelled' })
  } catch (error) {
    if (signal.aborted) throw error
    if (!(error instanceof Problem)) ctx.log.error({ error, lookalike: id }, 'look-alike failed')
    await end({ state: 'failed', error: error instanceof Problem ? error.code : 'platform.broken' })
  }
}

interface Ground {
  seed: KnownSet
  base: ch.Sql
  seedBitmap: ch.Sql
  merges: boolean
  at: Date
}

const groundOf = async (ctx: Ctx, { seed, base }: Pick<Row, 'seed' | 'base'>): Promise<Ground> => {
  const [known, merges] = await Promise.all([knownSets(ctx, base ? [seed, base] : [seed]), anyMerged(ctx)])
  const seedSet = setOf(known, seed)
  const alive = everybody(merges)
  // The seed is always part of what it is compared with, so that its rest is everybody else there.
  const within = base
    ? sql`(select bitmapAnd(alive.bitmap, bitmapOr(chosen.bitmap, own.bitmap)) as bitmap from ${alive} as alive, ${setOf(known, base).bitmap} as chosen, ${seedSet.bitmap} as own)`
    : alive
  return { seed: seedSet, base: within, seedBitmap: seedSet.bitmap, merges, at: ctx.now() }
}

const part = (bitmap: ch.Sql, out: boolean): ch.Sql =>
  sql`(select groupBitmapState(no) as bitmap from (select arrayJoin(bitmapToArray(bitmap)) as no from ${bitmap}) where ${out ? heldOut(sql`no`) : sql`not (${heldOut(sql`no`)})`})`

/** @returns undefined when it was cancelled */
const learnFrom = async (
  ctx: Ctx,
  row: Row,
  signal: AbortSignal,
  go: (progress: number) => Promise<boolean>,
): Promise<Model | undefined> => {
  const ground = await groundOf(ctx, row)
  const { usable, leftOut } = await chooseFields(ctx, row)
  const [inTraining, out] = [part(ground.seedBitmap, false), part(ground.seedBitmap, true)]
  const sizes = await ctx.ch.one<{ base: number; training: number; out: number }>(
    sql`select toUInt32(bitmapCardinality(base.bitmap)) as base, toUInt32(bitmapAndCardinality(base.bitmap, training.bitmap)) as training, toUInt32(bitmapAndCardinality(base.bitmap, held.bitmap)) as out from ${ground.base} as base, ${inTraining} as training, ${out} as held`,
  )
  const { base = 0, training = 0, out: held = 0 } = sizes ?? {}
  const seedSize = training + held
  if (seedSize < leastSeed || base <= seedSize) throw problem.seedTooSmall({ least: leastSeed, size: seedSize })
  const rest = base - seedSize
  const plans = await planFields(ctx, usable, ground.seedBitmap, { base, inside: seedSize })
  for (const { key, title } of usable)
    if (!plans.some(({ field }) => field.key === key)) leftOut.push({ key, title, why: 'empty' })
  const whole: Feature[] = []
  const without: Feature[] = []
  // In parts, so that progress is told and a wish to stop is heard.
  for (let at = 0; at < plans.length; at += 6) {
    if (!(await go(0.05 + (0.55 * at) / plans.length))) return undefined
    const some = plans.slice(at, at + 6)
    const cells = await countClasses(ctx, some, [ground.base, inTraining, out], ground)
    for (const [i, plan] of some.entries()) {
      const counts = [0, 0, 0].map(() => [...plan.classes.map(() => 0), 0])
      const holders = [0, 0, 0]
      for (const { field, class: place, mask, count } of cells) {
        if (field !== i) continue
        const group = mask & 2 ? 0 : mask & 4 ? 1 : 2
        if (place === holder || !plan.field.multi) holders[group] = (holders[group] ?? 0) + count
        const own = counts[group]
        if (own && place <= plan.classes.length) own[place - 1] = (own[place - 1] ?? 0) + count
      }
      for (const [group, size] of [training, held, rest].entries()) {
        const own = counts[group]
        if (own) own[own.length - 1] = size - (holders[group] ?? 0)
      }
      const [inSeed = [], inHeld = [], others = []] = counts
      const both = inSeed.map((count, k) => count + (inHeld[k] ?? 0))
      const learnt = learn(plan, { seed: both, rest: others }, { seed: seedSize, rest })
      if (learnt.information < leastInformation) {
        leftOut.push({ key: learnt.key, title: learnt.title, why: 'useless' })
        continue
      }
      whole.push(learnt)
      without.push(learn(plan, { seed: inSeed, rest: others }, { seed: training, rest }))
    }
  }
  if (whole.length === 0) throw problem.featuresMissing()
  if (!(await go(0.65))) return undefined
  const scored = { base: ground.base, seed: ground.seedBitmap, merges: ground.merges, at: ground.at }
  const histogram = await countSteps(ctx, { whole, without }, scored, signal)
  return {
    asOf: ground.at.toISOString(),
    seedSize,
    candidates: rest,
    auc: areaUnder(histogram),
    heldOut: held,
    features: whole.sort((a, b) => b.information - a.information),
    leftOut,
    curve: curveOf(histogram),
  }
}

/**
 * What people are compared by: what was asked for, else all traits and tags. Sensitive ones never; those that the seed is
 * defined by only when asked for, since nobody else can be like it there.
 */
const chooseFields = async (
  ctx: Ctx,
  { features, seed }: Row,
): Promise<{ usable: Field[]; leftOut: Model['leftOut'] }> => {
  const { fields = null, events = [] } = features ?? {}
  const wanted = [...(fields ?? []), ...events.map((event) => `event:${event}`)]
  const [all, named] = await Promise.all([fieldsOf(ctx, wanted), fieldsNamed(ctx, seed)])
  const leftOut: Model['leftOut'] = []
  const chosen = fields ? wanted.flatMap((key) => all.get(key) ?? []) : [...all.values()]
  // Events first, so that they are not cut off where there are many fields.
  const asked = [...chosen.filter(({ kind }) => kind === 'event'), ...chosen.filter(({ kind }) => kind !== 'event')]
  const usable = asked.filter(({ key, title, sensitive }) => {
    const why = sensitive ? 'sensitive' : named.has(key) && !wanted.includes(key) ? 'byDesign' : undefined
    if (why) leftOut.push({ key, title, why })
    return !why
  })
  return { usable: usable.slice(0, mostFeatures), leftOut }
}

/**
 * Freezes the most similar people as a list, scored as of now.
 * @throws problem.lookalikeUnknown, problem.lookalikeNotReady, and when the seed is gone what `knownSets` throws
 */
export const saveLookalikeList = async (
  ctx: Ctx,
  { id, name, why, size }: NewLookalikeList & { id: string },
): Promise<List> => {
  const row = await rowOf(ctx, id)
  const { model } = row
  if (!model) throw problem.lookalikeNotReady({ id })
  const { seed, base, seedBitmap, merges, at } = await groundOf(ctx, row)
  const point = model.curve.find((one) => one.size >= size) ?? model.curve.at(-1)
  const { id: listId } = await saveList(ctx, {
    name,
    kind: 'lookalike',
    why,
    madeOf: {
      lookalike: id,
      seed: seed.madeOf,
      base: row.base,
      method: 'weights of evidence, summed',
      features: model.features.map(({ key, information }) => ({ key, information: Number(information.toFixed(6)) })),
      size,
      similarity: Number((point?.similarity ?? 0).toFixed(2)),
      auc: model.auc === null ? null : Number(model.auc.toFixed(4)),
    },
    ...(seed.kind === 'audience' && { audienceId: seed.id }),
    asOf: at,
    members: mostSimilar(model.features, { base, seed: seedBitmap, merges, at }, size),
  })
  return readList(ctx, { id: listId })
}
