import { z } from 'zod'
import { type Ctx, type Job, job, on } from '#platform'
import { postsStored } from '../notices.ts'
import { startNearIndex } from './near.ts'
import { settleEvents } from './settle.ts'
import { startTurns } from './turn.ts'
import { queueForEvents } from './waiting.ts'
import './tables.ts'

/** In the transaction that tells of it, so that none is lost. */
export const eventSubscriptions = [on(postsStored, 'opinion.queueForEvents', queueForEvents)]

export const eventJobs: readonly Job[] = [
  job({
    name: 'opinion.settleEvents',
    cron: '* * * * *',
    input: z.strictObject({}),
    run: async (ctx) => {
      await settleEvents(ctx)
    },
  }),
]

/** Events are found for as long as the process lives. */
export const startEvents = (ctx: Ctx): (() => Promise<void>) => {
  const stops = [startNearIndex(ctx, ctx.ch.mode !== 'embedded')]
  if (ctx.config.worker) stops.push(startTurns(ctx))
  return async () => {
    for (const stop of stops.toReversed()) await stop()
  }
}
