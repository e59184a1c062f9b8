import { z } from 'zod'
import { type Ctx, type Job, job, type Route } from '#platform'
import type { Running } from '../running.ts'
import { runRule } from './base-run.ts'
import { runCleaning, runUndo } from './cleanings.ts'
import { recipeRoutes } from './recipe-routes.ts'
import { ruleRoutes } from './routes.ts'
import { judgeAndScore } from './score.ts'
import { scoreRoutes } from './score-routes.ts'

/** @param running what lives as long as the process */
export const qualityRoutes = (running: (ctx: Ctx) => Running): readonly Route[] => [
  ...ruleRoutes(running),
  ...recipeRoutes(running),
  ...scoreRoutes(running),
]

export const qualityJobs = (running: (ctx: Ctx) => Running): readonly Job[] => [
  job({
    name: 'quality.run',
    attempts: 2,
    timeoutSeconds: 3_600,
    input: z.object({ run: z.int() }),
    run: (ctx, { run }, signal) => runRule(ctx, running(ctx).dictionary, run, signal),
  }),
  job({
    name: 'quality.score',
    cron: '30 4 * * *',
    attempts: 2,
    timeoutSeconds: 7_200,
    input: z.object({}),
    run: (ctx, _input, signal) => judgeAndScore(ctx, running(ctx).dictionary, signal),
  }),
  job({
    name: 'quality.clean',
    timeoutSeconds: 7_200,
    input: z.object({ id: z.int() }),
    run: (ctx, { id }, signal) => runCleaning(ctx, running(ctx), id, signal),
  }),
  job({
    name: 'quality.undo',
    timeoutSeconds: 7_200,
    input: z.object({ id: z.int() }),
    run: (ctx, { id }, signal) => runUndo(ctx, running(ctx), id, signal),
  }),
]
