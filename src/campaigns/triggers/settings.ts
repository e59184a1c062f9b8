import { type Ctx, readSetting, writeSetting } from '#platform'
import type { TriggerSettings } from './triggers-contract.ts'

const usual: TriggerSettings = { lateHours: 24 }

/** Settings of triggers, as they are now. */
export const readTriggerSettings = async (ctx: Ctx): Promise<TriggerSettings> => ({
  lateHours: (await readSetting(ctx, 'triggerLateHours')) ?? usual.lateHours,
})

/** An event that happened longer ago lets nobody in. */
export const lateMsOf = async (ctx: Ctx): Promise<number> => (await readTriggerSettings(ctx)).lateHours * 3_600_000

export const changeTriggerSettings = async (ctx: Ctx, { lateHours }: TriggerSettings): Promise<TriggerSettings> => {
  await writeSetting(ctx, 'triggerLateHours', lateHours)
  return readTriggerSettings(ctx)
}
