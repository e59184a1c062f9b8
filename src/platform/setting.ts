import type { Ctx } from './ctx.ts'

declare module './ctx.ts' {
  interface Tables {
    'platform.setting': { name: string; value: string; changed_at: Date; changed_by: string }
  }
}

/** Settings that people change while the program runs. */
interface Settings {
  /** False after a restore until an administrator arms sending again. */
  sendsArmed: boolean
  companyName: string
  /** An event that happened longer ago lets nobody into a journey. */
  triggerLateHours: number
}

/** A setting, or undefined when nobody has set it. */
export const readSetting = async <Name extends keyof Settings>(
  ctx: Pick<Ctx, 'pg'>,
  name: Name,
): Promise<Settings[Name] | undefined> => {
  const row = await ctx.pg.selectFrom('platform.setting').select('value').where('name', '=', name).executeTakeFirst()
  return row?.value as Settings[Name] | undefined
}

/** Changes a setting and audits it. */
export const writeSetting = <Name extends keyof Settings>(ctx: Ctx, name: Name, value: Settings[Name]): Promise<void> =>
  ctx.tx(async (ctx) => {
    const row = { name, value: JSON.stringify(value), changed_at: ctx.now(), changed_by: ctx.actor.id }
    await ctx.pg
      .insertInto('platform.setting')
      .values(row)
      .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
      .execute()
    await ctx.audit.record(ctx, { action: 'setting.change', detail: { name, value } })
  })
