import { z } from 'zod'
import { cancelTraining, changeVersion } from '#models'
import { type Job, job, type Route, route } from '#platform'
import { settingOf } from '../incidents/settings.ts'
import { DrillQuery } from '../posts/post-contract.ts'
import { forgetActiveModel } from './active.ts'
import { correct, listCorrections, undoCorrection } from './corrections.ts'
import { explainPost } from './explain.ts'
import {
  Correction,
  Corrections,
  CorrectionsQuery,
  Explanation,
  ModelBoard,
  NewCorrection,
  NumberId,
  PostParams,
  Queue,
  QueueQuery,
  Training,
  VersionChange,
} from './label-contract.ts'
import { labelQueue } from './queue.ts'
import { askForTraining, modelBoard, retrain } from './retrain.ts'

/** What was read in posts: put right by persons, explained, learnt from. */
export const readingRoutes: readonly Route[] = [
  route('GET /opinion/labels/queue', {
    can: 'opinion.label',
    summary: 'Posts that the model leaves to a person',
    query: QueueQuery,
    reply: Queue,
    run: labelQueue,
  }),
  route('GET /opinion/posts/{id}/explanation', {
    can: 'opinion.read',
    summary: 'The pieces of the text that decided each answer',
    params: PostParams,
    query: DrillQuery,
    reply: Explanation,
    run: explainPost,
  }),
  route('POST /opinion/posts/{id}/corrections', {
    can: 'opinion.label',
    summary: 'Put right or confirm what was read in a post',
    params: PostParams,
    body: NewCorrection,
    reply: Correction,
    status: 201,
    run: correct,
  }),
  route('GET /opinion/corrections', {
    can: 'opinion.read',
    summary: 'What persons put right, the newest first',
    query: CorrectionsQuery,
    reply: Corrections,
    run: listCorrections,
  }),
  route('DELETE /opinion/corrections/{id}', {
    can: 'opinion.label',
    summary: 'Take a correction back',
    params: NumberId,
    reply: Correction,
    run: undoCorrection,
  }),
  route('GET /opinion/models', {
    can: 'opinion.read',
    summary: 'Versions of the model of posts with cards and comparison, and trainings',
    reply: ModelBoard,
    run: modelBoard,
  }),
  route('POST /opinion/models/trainings', {
    can: 'opinion.models',
    summary: 'Train a new version from the gold posts and all corrections',
    reply: Training,
    status: 201,
    run: askForTraining,
  }),
  route('POST /opinion/models/trainings/{id}/cancel', {
    can: 'opinion.models',
    summary: 'Stop a training before its next step',
    params: NumberId,
    reply: ModelBoard,
    run: async (ctx, { id }) => {
      await cancelTraining(ctx, id)
      return modelBoard(ctx)
    },
  }),
  route('POST /opinion/models/{id}/state', {
    can: 'opinion.models',
    summary: 'Put a version into the shadow, out of it, or, as a second person, in force',
    params: NumberId,
    body: VersionChange,
    reply: ModelBoard,
    run: async (ctx, { id, to, why }) => {
      await changeVersion(ctx, 'posts', { id, to, why }, await settingOf(ctx, 'takeover'))
      forgetActiveModel()
      return modelBoard(ctx)
    },
  }),
]

export const readingJobs: readonly Job[] = [
  job({
    name: 'opinion.train',
    attempts: 2,
    timeoutSeconds: 1_800,
    input: z.strictObject({ id: z.int() }),
    run: (ctx, { id }, signal) => retrain(ctx, id, signal),
  }),
]
