import { type Selectable, sql } from 'kysely'
import type { Ctx, Json, Tables } from '#platform'
import { isZone } from '../gate/zone-clock.ts'
import {
  type LimitChange,
  type LimitName,
  type Limits,
  type LimitsView,
  type LimitVersion,
  limitForms,
  limitNames,
} from './limits-contract.ts'
import { problem } from './problem.ts'
import './tables.ts'

type Row = Selectable<Tables['campaigns.limit_version']>

const shown = (row: Row): LimitVersion => ({
  id: row.id,
  name: row.name,
  value: row.value as Record<string, unknown>,
  validFrom: row.valid_from.toISOString(),
  source: row.source,
  reason: row.reason,
  setAt: row.set_at.toISOString(),
  setBy: row.set_by,
  withdrawnAt: row.withdrawn_at?.toISOString() ?? null,
})

/** What holds at an instant, by name. */
const inForce = async (ctx: Ctx, at: Date): Promise<Row[]> => {
  const { rows } = await sql<Row>`
    select distinct on (name) * from campaigns.limit_version where valid_from <= ${at} and withdrawn_at is null
    order by name, valid_from desc`.execute(ctx.pg)
  return rows
}

/** Parsed documents by id of their version: a version never changes. */
const parsed = new Map<string, unknown>()

/**
 * All limits as they hold at an instant, now unless given. One statement.
 * @throws Error when one is missing, which no migration leaves so
 */
export const limitsInForce = async (ctx: Ctx, at = ctx.now()): Promise<Limits> => {
  const rows = new Map((await inForce(ctx, at)).map((row) => [row.name, row]))
  const read = (name: LimitName): unknown => {
    const row = rows.get(name)
    if (!row) throw new Error(`no limit ${name} is in force`)
    const key = `${row.id} ${row.set_at.getTime()}`
    let value = parsed.get(key)
    if (value === undefined) {
      value = limitForms[name].parse(row.value)
      if (parsed.size > 500) parsed.clear()
      parsed.set(key, value)
    }
    return value
  }
  return Object.fromEntries(limitNames.map((name) => [name, read(name)])) as Limits
}

/** What holds now, and what comes later. */
export const readLimits = async (ctx: Ctx): Promise<LimitsView> => {
  const now = ctx.now()
  const rows = new Map((await inForce(ctx, now)).map((row) => [row.name, row]))
  const { rows: coming } = await sql<Row>`
    select * from campaigns.limit_version where valid_from > ${now} and withdrawn_at is null order by valid_from, name`.execute(
    ctx.pg,
  )
  return {
    limits: limitNames.flatMap((name) => {
      const row = rows.get(name)
      return row ? [shown(row)] : []
    }),
    coming: coming.map(shown),
  }
}

/** Every version of a limit, those taken back too; the newest first. */
export const readLimitHistory = async (
  ctx: Ctx,
  { name }: { name: LimitName },
): Promise<{ versions: LimitVersion[] }> => {
  const { rows } = await sql<Row>`
    select * from campaigns.limit_version where name = ${name} order by valid_from desc, id desc limit 500`.execute(
    ctx.pg,
  )
  return { versions: rows.map(shown) }
}

/** The beginning of a day in Shanghai. */
const dayStart = (day: string): Date => new Date(`${day}T00:00:00+08:00`)

/** One change of a limit at a time, so that `basedOn` is compared with what is there. */
const oneWriter = (ctx: Ctx) => sql`select pg_advisory_xact_lock(7261025)`.execute(ctx.pg)

/**
 * A new value of a limit, from now or from a later day on. What was is kept; what is planned is judged anew when it is sent.
 * @throws problem.wrong, problem.changed, problem.past, problem.zoneUnknown
 */
export const changeLimit = (
  ctx: Ctx,
  { name, value, from, source, reason, basedOn }: LimitChange & { name: LimitName },
): Promise<LimitVersion> =>
  ctx.tx(async (ctx) => {
    await oneWriter(ctx)
    const checked = limitForms[name].safeParse(value)
    if (!checked.success)
      throw problem.wrong({
        name,
        issues: checked.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
      })
    if ('standard' in checked.data && !isZone(checked.data.standard))
      throw problem.zoneUnknown({ zone: checked.data.standard })
    const now = ctx.now()
    const validFrom = from === undefined ? now : dayStart(from)
    if (validFrom < now) throw problem.past({ from: from ?? now.toISOString() })
    const before = (await inForce(ctx, now)).find((row) => row.name === name)
    if (before?.id !== basedOn) throw problem.changed({ name })
    // Another version for the same day is replaced by this one.
    await sql`update campaigns.limit_version set withdrawn_at = ${now}, withdrawn_by = ${ctx.actor.name}
      where name = ${name} and valid_from = ${validFrom} and withdrawn_at is null`.execute(ctx.pg)
    const row = await ctx.pg
      .insertInto('campaigns.limit_version')
      .values({
        name,
        valid_from: validFrom,
        value: JSON.stringify(checked.data),
        source,
        reason,
        set_at: now,
        set_by: ctx.actor.name,
        withdrawn_at: null,
        withdrawn_by: null,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'limit.change',
      subject: `limit:${name}`,
      detail: {
        from: validFrom.toISOString(),
        source,
        reason,
        before: before.value as Json,
        value: checked.data as Json,
      },
    })
    return shown(row)
  })

/** Takes back a version that is not in force yet. @throws problem.unknown, problem.inForce */
export const withdrawLimit = (ctx: Ctx, { name, id }: { name: LimitName; id: number }): Promise<LimitVersion> =>
  ctx.tx(async (ctx) => {
    await oneWriter(ctx)
    const row = await ctx.pg
      .selectFrom('campaigns.limit_version')
      .selectAll()
      .where('id', '=', id)
      .where('name', '=', name)
      .where('withdrawn_at', 'is', null)
      .executeTakeFirst()
    if (!row) throw problem.unknown({ name, id })
    if (row.valid_from <= ctx.now()) throw problem.inForce({ name, id })
    const after = await ctx.pg
      .updateTable('campaigns.limit_version')
      .set({ withdrawn_at: ctx.now(), withdrawn_by: ctx.actor.name })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'limit.withdraw',
      subject: `limit:${name}`,
      detail: { id, from: row.valid_from.toISOString() },
    })
    return shown(after)
  })
