import { type Selectable, sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import { dayOf, startOfDay } from '../clocks/work-days.ts'
import { inForce } from '../grading/policies.ts'
import { problem } from './problem.ts'
import { turnsOf } from './rota.ts'
import { type NewOverride, type Rota, RotaRules, type Shift } from './rota-contract.ts'
import { currentRouting } from './routing-store.ts'
import './tables.ts'

/** Rotas: who is on call, exchanges, and the gaps that somebody has to fill. */

type Row = Selectable<Tables['opinion.rota']>

const dayMs = 86_400_000

const shown = async (ctx: Ctx, rows: readonly Row[], { from, days }: { from: Date; days: number }): Promise<Rota[]> => {
  if (rows.length === 0) return []
  const now = ctx.now()
  const until = new Date(from.getTime() + days * dayMs)
  const [work, users, overrides] = await Promise.all([
    inForce(ctx, 'workTime'),
    ctx.pg.selectFrom('platform.app_user').select(['id', 'name', 'disabled_at']).execute(),
    ctx.pg
      .selectFrom('opinion.rota_override')
      .selectAll()
      .where(
        'rota_id',
        'in',
        rows.map(({ id }) => id),
      )
      .where('deleted_at', 'is', null)
      .where('until_at', '>', from < now ? from : now)
      .orderBy('id')
      .execute(),
  ])
  const names = new Map(users.map(({ id, name }) => [id, name]))
  const away = new Set(users.filter(({ disabled_at }) => disabled_at !== null).map(({ id }) => id))
  return rows.map((row) => {
    const rules = RotaRules.parse(row.document)
    const mine = overrides.filter(({ rota_id }) => rota_id === row.id)
    const exchanges = mine.map(({ person, from_at, until_at }) => ({ person, from: from_at, until: until_at }))
    const between = (span: { from: Date; until: Date }): Shift[] =>
      turnsOf(rules, span, work.document, exchanges, away).map((turn) => ({
        from: new Date(turn.from).toISOString(),
        until: new Date(turn.until).toISOString(),
        person: turn.person,
        name: turn.person === null ? null : (names.get(turn.person) ?? null),
        why: turn.why,
      }))
    const shifts = between({ from, until })
    return {
      id: row.id,
      name: row.name,
      rules,
      version: row.version,
      now: between({ from: now, until: new Date(now.getTime() + 1) })[0] ?? null,
      shifts,
      gaps: shifts.filter(({ why }) => why === 'gap').length,
      overrides: mine.map((one) => ({
        id: one.id,
        person: one.person,
        name: one.person === null ? null : (names.get(one.person) ?? null),
        from: one.from_at.toISOString(),
        until: one.until_at.toISOString(),
        reason: one.reason,
        by: one.made_by,
      })),
    }
  })
}

const rowsOf = (ctx: Ctx) =>
  ctx.pg.selectFrom('opinion.rota').selectAll().where('deleted_at', 'is', null).orderBy('id').execute()

/** Rotas with their shifts from a day on. */
export const listRotas = async (ctx: Ctx, { from, days }: { from?: string | undefined; days: number }) => {
  const start = from === undefined ? startOfDay(dayOf(ctx.now().getTime())) : Date.parse(`${from}T00:00:00+08:00`)
  return { rotas: await shown(ctx, await rowsOf(ctx), { from: new Date(start), days }) }
}

const one = async (ctx: Ctx, id: number): Promise<Rota> => {
  const row = (await rowsOf(ctx)).find((rota) => rota.id === id)
  if (!row) throw problem.rotaUnknown({ id })
  const from = new Date(startOfDay(dayOf(ctx.now().getTime())))
  const [rota] = await shown(ctx, [row], { from, days: 28 })
  if (!rota) throw problem.rotaUnknown({ id })
  return rota
}

const nameFree = async (ctx: Ctx, name: string, id: number | null): Promise<void> => {
  const { rows } = await sql`
    select 1 from opinion.rota where lower(name) = lower(${name}) and deleted_at is null and id is distinct from ${id}`.execute(
    ctx.pg,
  )
  if (rows.length > 0) throw problem.rotaTaken({ name })
}

const peopleExist = async (ctx: Ctx, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  const rows = await ctx.pg
    .selectFrom('platform.app_user')
    .select('id')
    .where('id', 'in', [...ids])
    .execute()
  const missing = ids.find((id) => !rows.some((row) => row.id === id))
  if (missing !== undefined) throw problem.personUnknown({ id: missing })
}

/** @throws problem.rotaTaken, problem.personUnknown */
export const createRota = (ctx: Ctx, { name, rules }: { name: string; rules: RotaRules }): Promise<Rota> =>
  ctx.tx(async (ctx) => {
    await nameFree(ctx, name, null)
    await peopleExist(ctx, [...rules.members, ...rules.holidayMembers])
    const { id } = await ctx.pg
      .insertInto('opinion.rota')
      .values({ name, document: JSON.stringify(rules), changed_at: ctx.now(), changed_by: ctx.actor.name })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, { action: 'rota.create', subject: `rota:${id}`, detail: { members: rules.members } })
    return one(ctx, id)
  })

/** @throws problem.rotaUnknown, problem.rotaChanged, problem.rotaTaken, problem.personUnknown */
export const changeRota = (
  ctx: Ctx,
  { id, name, rules, basedOn }: { id: number; name: string; rules: RotaRules; basedOn: number },
): Promise<Rota> =>
  ctx.tx(async (ctx) => {
    await nameFree(ctx, name, id)
    await peopleExist(ctx, [...rules.members, ...rules.holidayMembers])
    const row = await ctx.pg
      .updateTable('opinion.rota')
      .set({
        name,
        document: JSON.stringify(rules),
        version: basedOn + 1,
        changed_at: ctx.now(),
        changed_by: ctx.actor.name,
      })
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .where('version', '=', basedOn)
      .returning('id')
      .executeTakeFirst()
    if (!row) {
      await one(ctx, id)
      throw problem.rotaChanged({ id })
    }
    await ctx.audit.record(ctx, { action: 'rota.change', subject: `rota:${id}`, detail: { members: rules.members } })
    return one(ctx, id)
  })

/** @throws problem.rotaUnknown, problem.rotaUsed */
export const deleteRota = (ctx: Ctx, { id }: { id: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    await one(ctx, id)
    const isMine = (target: { kind: string; id?: unknown }) => target.kind === 'rota' && target.id === id
    const { contracts } = (await inForce(ctx, 'contracts')).document
    const { receivers } = (await currentRouting(ctx)).document
    const used =
      contracts.some(({ owner, deputy, manager }) => [owner, deputy, manager].some(isMine)) ||
      receivers.some(({ people }) => people.some(({ to }) => isMine(to)))
    if (used) throw problem.rotaUsed({ id })
    await sql`update opinion.rota set deleted_at = ${ctx.now()} where id = ${id}`.execute(ctx.pg)
    await ctx.audit.record(ctx, { action: 'rota.delete', subject: `rota:${id}` })
  })

/** Somebody else, or nobody, is on call for a time. @throws problem.rotaUnknown, problem.personUnknown */
export const addOverride = (
  ctx: Ctx,
  { id, person, from, until, reason }: NewOverride & { id: number },
): Promise<Rota> =>
  ctx.tx(async (ctx) => {
    await one(ctx, id)
    await peopleExist(ctx, person === null ? [] : [person])
    await ctx.pg
      .insertInto('opinion.rota_override')
      .values({
        rota_id: id,
        person,
        from_at: new Date(from),
        until_at: new Date(until),
        reason,
        made_by: ctx.actor.name,
        made_at: ctx.now(),
      })
      .execute()
    await ctx.audit.record(ctx, {
      action: 'rota.exchange',
      subject: `rota:${id}`,
      detail: { person, from, until, reason },
    })
    return one(ctx, id)
  })

/** @throws problem.overrideUnknown */
export const removeOverride = (ctx: Ctx, { id, override }: { id: number; override: number }): Promise<Rota> =>
  ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('opinion.rota_override')
      .set({ deleted_at: ctx.now() })
      .where('id', '=', override)
      .where('rota_id', '=', id)
      .where('deleted_at', 'is', null)
      .returning('id')
      .executeTakeFirst()
    if (!row) throw problem.overrideUnknown({ id: override })
    await ctx.audit.record(ctx, { action: 'rota.endExchange', subject: `rota:${id}`, detail: { exchange: override } })
    return one(ctx, id)
  })
