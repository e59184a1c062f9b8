import { z } from 'zod'
import { type Job, job } from '#platform'
import { takeBackErased } from '../ad-audiences/request.ts'
import { endHeldRecords, followErasures } from './follow.ts'

export const erasureJobs: readonly Job[] = [
  job({
    name: 'campaigns.followErasures',
    cron: '* * * * *',
    attempts: 1,
    input: z.object({}),
    run: async (ctx, _input, signal) => {
      await followErasures(ctx, signal)
      await takeBackErased(ctx)
    },
  }),
  job({
    name: 'campaigns.endHeldRecords',
    cron: '41 3 * * *',
    input: z.object({}),
    run: async (ctx, _input, signal) => void (await endHeldRecords(ctx, signal)),
  }),
]
