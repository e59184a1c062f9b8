import type { Ctx } from '#platform'
import type { WorkTime } from '../clocks/clock-contract.ts'
import { inForce } from '../grading/policies.ts'

/** When there is work, as it is in force now. */
export const workTime = async (ctx: Ctx): Promise<WorkTime> => (await inForce(ctx, 'workTime')).document
