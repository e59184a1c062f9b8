import { type Ctx, nudgeOutbox, onHold, openRest } from '#platform'
import { refreshFigures } from './figures.ts'
import { putWaiting } from './put.ts'
import { copyClusters } from './stored.ts'
import { watchBursts } from './watch-bursts.ts'

const idleMs = 400
const longestPauseMs = 30_000

/**
 * One turn: posts that wait go to events, bursts are tested, events that changed are counted and told of. What a crash cut
 * off is done by the next turn of whoever takes it. @returns whether there was anything to do
 */
export const turnEvents = async (ctx: Ctx): Promise<boolean> => {
  const put = await putWaiting(ctx)
  await copyClusters(ctx)
  if (put && put.subjects.length > 0) await watchBursts(ctx, put.drillId, put.subjects)
  const counted = await refreshFigures(ctx)
  if (counted > 0) nudgeOutbox(ctx)
  return put !== undefined || counted > 0
}

/** Takes turns until stopped. Several processes may: what one decided on old news is decided again. */
export const startTurns = (ctx: Ctx): (() => Promise<void>) => {
  let running = true
  let held: Promise<void> | undefined
  let turn: Promise<unknown> = Promise.resolve()
  const rest = openRest(ctx, ['opinion.queueForEvents'])
  const loop = async () => {
    let failed = 0
    while (running) {
      if (held) await held
      const started = turnEvents(ctx)
      turn = started.catch(() => undefined)
      try {
        const busy = await started
        failed = 0
        if (!busy && running) await rest.take(idleMs)
      } catch (error) {
        failed++
        if (running) {
          ctx.log.error({ error }, 'posts not put to events')
          await rest.calm(Math.min(longestPauseMs, 1_000 * 2 ** failed))
        }
      }
    }
  }
  const release = onHold(ctx, async () => {
    let go: () => void = () => undefined
    held = new Promise((resolve) => {
      go = () => {
        held = undefined
        resolve()
      }
    })
    await turn
    return go
  })
  const done = loop()
  return async () => {
    running = false
    release()
    rest.stop()
    await done
  }
}
