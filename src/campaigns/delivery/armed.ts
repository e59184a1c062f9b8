import { type Ctx, readSetting } from '#platform'

/** Whether messages may leave: not after a restore, before an administrator arms sending again. */
export const isArmed = async (ctx: Ctx): Promise<boolean> => (await readSetting(ctx, 'sendsArmed')) !== false
