import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx } from '#platform'
import { TicketTerms } from '../tickets/ticket-contract.ts'
import { problem } from './problem.ts'
import { HandlingSettings, type SettingChange, type SettingPage } from './settings-contract.ts'

/** Figures of handling, each with the day from which it counts and where it comes from. */

const shapes = { ...HandlingSettings.shape, tickets: TicketTerms }
type Name = keyof typeof shapes
export type SettingOf<N extends Name> = z.output<(typeof shapes)[N]>

const beijingDay = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)

/** The value of a setting that counts now. */
export const settingOf = async <N extends Name>(ctx: Pick<Ctx, 'pg' | 'now'>, name: N): Promise<SettingOf<N>> => {
  const { rows } = await sql<{ value: unknown }>`
    select value from opinion.handling_setting where name = ${name} and from_day <= ${beijingDay(ctx.now())}::date
    order by from_day desc, id desc limit 1`.execute(ctx.pg)
  return shapes[name].parse(rows[0]?.value) as SettingOf<N>
}

/** All of them with those that were and will be, newest first. */
export const readSettings = async (ctx: Ctx): Promise<SettingPage> => {
  const { rows } = await sql<{
    name: string
    from_day: string
    value: SettingPage['items'][number]['value']
    source: string
    changed_at: Date
    changed_by: string
    in_force: boolean
  }>`
    select name, from_day::text as from_day, value, source, changed_at, changed_by,
      id = first_value(id) over (partition by name order by from_day <= ${beijingDay(ctx.now())}::date desc, from_day desc, id desc)
        and from_day <= ${beijingDay(ctx.now())}::date as in_force
    from opinion.handling_setting order by name, from_day desc, id desc`.execute(ctx.pg)
  return {
    items: rows.map((row) => ({
      name: row.name,
      fromDay: row.from_day,
      value: row.value,
      source: row.source,
      changedAt: row.changed_at.toISOString(),
      changedBy: row.changed_by,
      inForce: row.in_force,
    })),
  }
}

/** A new value from a day on; what counted before stays on record. @throws problem.settingWrong */
export const changeSetting = (
  ctx: Ctx,
  { name, fromDay, value, source }: z.output<typeof SettingChange>,
): Promise<SettingPage> =>
  ctx.tx(async (ctx) => {
    const parsed = shapes[name].safeParse(value)
    if (!parsed.success)
      throw problem.settingWrong({
        issues: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
      })
    await sql`insert into opinion.handling_setting (name, from_day, value, source, changed_at, changed_by)
      values (${name}, ${fromDay}::date, ${JSON.stringify(parsed.data)}::jsonb, ${source}, ${ctx.now()}, ${ctx.actor.name})`.execute(
      ctx.pg,
    )
    const page = await readSettings(ctx)
    await ctx.audit.record(ctx, {
      action: 'incident.setting',
      subject: `handling:${name}`,
      detail: { fromDay, source },
    })
    return page
  })
