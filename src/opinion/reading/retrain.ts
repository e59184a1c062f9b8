import { askTraining, keepVersion, listTrainings, listVersions, noteTraining, shippedCard } from '#models'
import type { Ctx } from '#platform'
import { settingOf } from '../incidents/settings.ts'
import { placesOf, postsAt } from '../posts/rows.ts'
import { feelings } from './heads.ts'
import type { ModelBoard } from './label-contract.ts'
import { runTraining } from './train-in-thread.ts'
import './tables.ts'
import type { Labelled } from './train-heads.ts'

const mostCorrected = 20_000

const correctedIds = async (ctx: Ctx): Promise<string[]> => {
  const rows = await ctx.pg
    .selectFrom('opinion.correction')
    .select('post_id')
    .distinct()
    .where('drill_id', '=', 0)
    .where('undone_at', 'is', null)
    .limit(mostCorrected)
    .execute()
  return rows.map(({ post_id }) => post_id).sort()
}

/**
 * Posts that persons put right or confirmed, with all that is known of them: what no person looked at is taken as it was read.
 * Real posts only.
 */
const correctedPosts = async (ctx: Ctx, ids: readonly string[]): Promise<Labelled[]> => {
  const names = new Map(
    (await ctx.pg.selectFrom('opinion.subject').select(['id', 'name']).execute()).map(({ id, name }) => [id, name]),
  )
  const found: Labelled[] = []
  for (let from = 0; from < ids.length; from += 500) {
    const posts = await postsAt(ctx, 0, await placesOf(ctx, 0, ids.slice(from, from + 500)))
    for (const { id, title, text, mentions, sentiment, aspects, speaker, emotion, urgency, spam } of posts) {
      const [mention] = mentions
      found.push({
        id,
        text: title === '' ? text : `${title} ${text}`,
        subject: names.get(mention?.subjectId ?? 0) ?? '',
        sentiment: feelings[sentiment + 1] ?? 'neutral',
        toward: feelings[(mention?.toward ?? 0) + 1] ?? 'neutral',
        aspects,
        speaker,
        emotion,
        urgency,
        spam: spam >= 0.5,
      })
    }
  }
  return found
}

/** Versions, trainings, and what there is to learn from. */
export const modelBoard = async (ctx: Ctx): Promise<ModelBoard> => {
  const [versions, trainings, ids, { comparedPosts }] = await Promise.all([
    listVersions(ctx, 'posts'),
    listTrainings(ctx, 'posts'),
    correctedIds(ctx),
    settingOf(ctx, 'takeover'),
  ])
  return {
    versions,
    comparedPosts,
    trainings,
    corrections: ids.length,
    others: [shippedCard('reviews-1'), shippedCard('rumour-1')],
  }
}

/** Asks for a new version that learns from the gold posts and all corrections. */
export const askForTraining = (ctx: Ctx) =>
  ctx.tx(async (ctx) => {
    const training = await askTraining(ctx, 'posts')
    await ctx.jobs.send('opinion.train', { id: training.id }, { key: `train-${training.id}` })
    return training
  })

/** The job. Stops before its next step when it was cancelled. */
export const retrain = async (ctx: Ctx, id: number, signal: AbortSignal): Promise<void> => {
  if (!(await noteTraining(ctx, id, { state: 'running', step: 'posts' }))) return
  try {
    const more = await correctedPosts(ctx, await correctedIds(ctx))
    if (!(await noteTraining(ctx, id, { step: 'training', corrections: more.length }))) return
    const made = ctx.now().toISOString().slice(0, 10)
    const model = await runTraining({ name: `posts-${made}-${id}`, made, more }, signal)
    if (!(await noteTraining(ctx, id, { step: 'keeping' }))) return
    const version = await keepVersion(ctx, 'posts', model)
    await noteTraining(ctx, id, { state: 'done', step: '', version })
  } catch (error) {
    if (!signal.aborted)
      await noteTraining(ctx, id, { state: 'failed', problem: error instanceof Error ? error.message : String(error) })
    throw error
  }
}
