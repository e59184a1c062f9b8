import type { Ctx } from '#platform'

let last = 0

/** Number of a change: microseconds, ever larger within a process. The row with the largest counts. */
export const stampFor = (ctx: Ctx): string => {
  last = Math.max(ctx.now().getTime() * 1_000, last + 1)
  return String(last)
}
