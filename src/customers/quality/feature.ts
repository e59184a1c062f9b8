import { z } from 'zod'
import { type Ctx, type Job, job, type Route } from '#platform'
import type { Running } from '../running.ts'
import { runRule } from './base-run.ts'
import { ruleRoutes } from './routes.ts'

/** @param running what lives as long as the process */
export const qualityRoutes = (running: (ctx: Ctx) => Running): readonly Route[] => [...ruleRoutes(running)]

export const qualityJobs = (running: (ctx: Ctx) => Running): readonly Job[] => [
  job({
    name: 'quality.run',
    attempts: 2,
    timeoutSeconds: 3_600,
    input: z.object({ run: z.int() }),
    run: (ctx, { run }, signal) => runRule(ctx, running(ctx).dictionary, run, signal),
  }),
]
