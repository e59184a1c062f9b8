import { z } from 'zod'
import { audiencesMoved } from '#audiences'
import { job, on, route } from '#platform'
import { enter as enterJourney } from '../journeys/enter.ts'
import { cancelRun, listRuns, makeUpRun, readActivity } from './activity.ts'
import type { Enter } from './calls.ts'
import { dropOldAnswers, enterByApi } from './entries.ts'
import { audienceMoved, enterMoved, MovedInput } from './moved.ts'
import { planRuns } from './plan-runs.ts'
import { workRun } from './run.ts'
import { changeTriggerSettings, readTriggerSettings } from './settings.ts'
import { dropOldTallies } from './tally.ts'
import { EntryAnswer, EntryRequest, Run, Runs, TriggerActivity, TriggerSettings } from './triggers-contract.ts'

export const enter: Enter = async (ctx, who) => (await enterJourney(ctx, who)).entered

const Id = z.object({ id: z.coerce.number().int().min(1) })
const RunId = Id.extend({ run: z.coerce.number().int().min(1) })
const RunsQuery = z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) })

export const triggerRoutes = [
  route('POST /campaigns/{id}/entries', {
    can: 'campaigns.run',
    summary:
      'Let people into a campaign that programs trigger; with an Idempotency-Key header the same request lets in once',
    params: Id,
    body: EntryRequest,
    reply: EntryAnswer,
    bodyLimitBytes: 8 * 1_024 * 1_024,
    run: (ctx, input, { request }) => {
      const key = request.headers['idempotency-key']
      return enterByApi(ctx, input, Array.isArray(key) ? key[0] : key, enter)
    },
  }),
  route('GET /campaigns/{id}/runs', {
    can: 'campaigns.read',
    summary: 'Each working through of the audience, list or day, newest first',
    params: Id,
    query: RunsQuery,
    reply: Runs,
    run: listRuns,
  }),
  route('POST /campaigns/{id}/runs/{run}/cancel', {
    can: 'campaigns.run',
    summary: 'End a run where it stands; who is in stays in',
    params: RunId,
    reply: Run,
    run: cancelRun,
  }),
  route('POST /campaigns/{id}/runs/{run}/make-up', {
    can: 'campaigns.run',
    summary: 'Make up for a run that was missed, cancelled or failed',
    params: RunId,
    reply: Run,
    run: makeUpRun,
  }),
  route('GET /campaigns/{id}/trigger', {
    can: 'campaigns.read',
    summary: 'How often its trigger matched, by day, and what let nobody in',
    params: Id,
    reply: TriggerActivity,
    run: readActivity,
  }),
  route('GET /trigger-settings', {
    can: 'campaigns.read',
    summary: 'How old an event may be that lets somebody in',
    reply: TriggerSettings,
    run: readTriggerSettings,
  }),
  route('PUT /trigger-settings', {
    can: 'limits.write',
    summary: 'Change how old an event may be that lets somebody in',
    body: TriggerSettings,
    reply: TriggerSettings,
    run: changeTriggerSettings,
  }),
]

export const triggerJobs = [
  job({
    name: 'campaigns.planRuns',
    cron: '* * * * *',
    attempts: 1,
    input: z.object({}),
    run: (ctx) => planRuns(ctx),
  }),
  job({
    name: 'campaigns.run',
    attempts: 3,
    timeoutSeconds: 6 * 3_600,
    input: z.object({ id: z.int() }),
    run: (ctx, { id }, signal) => workRun(ctx, id, enter, signal),
  }),
  job({
    name: 'campaigns.enterMoved',
    attempts: 8,
    input: MovedInput,
    run: (ctx, input) => enterMoved(ctx, input, enter),
  }),
  job({
    name: 'campaigns.dropOldTriggerRows',
    cron: '47 3 * * *',
    input: z.object({}),
    run: async (ctx) => {
      await dropOldAnswers(ctx)
      await dropOldTallies(ctx)
    },
  }),
]

export const triggerSubscriptions = [
  on(audiencesMoved, 'campaigns.enterMoved', (ctx, moved) => audienceMoved(ctx, moved, enter)),
]
