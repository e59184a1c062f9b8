import type { ServerResponse } from 'node:http'
import { type NewList, saveList } from '#audiences'
import { readRows } from '#customers'
import { type Ctx, ch } from '#platform'
import { answerAttribution, attributionMembers } from './attribution.ts'
import type { Answer, Asked, NewInsightList, PeoplePage, PeopleRequest, Place, Question } from './contract.ts'
import { answerFunnel, funnelMembers } from './funnel.ts'
import { answerInterval, intervalMembers } from './interval.ts'
import { answerPaths, pathMembers } from './paths.ts'
import { problem } from './problem.ts'
import { answerRetention, retentionMembers } from './retention.ts'
import { type Scene, sceneOf } from './scene.ts'
import { answerSessions, sessionMembers } from './sessions.ts'
import { namesOf } from './steps-of-people.ts'
import { answerTrend, trendPeople } from './trend.ts'

const { sql, u32 } = ch

const timeoutSeconds = 120
/** An answer is given again for so long while no event has arrived. */
const freshMs = 60_000
const keptAnswers = 300

interface Kept {
  asked: Asked
  events: string
  at: number
}
const kept = new WeakMap<Ctx['store'], Map<string, Kept>>()

const asking =
  (ctx: Ctx, signal: AbortSignal | undefined) =>
  <T>(query: ch.Sql): Promise<T[]> =>
    ctx.ch.rows<T>(query, { timeoutSeconds, ...(signal && { signal }) })

/** How many events are stored: a count the engine keeps, free of charge. */
const watermark = async (ctx: Ctx): Promise<string> => {
  const row = await ctx.ch.one<{ n: string }>(sql`select toString(count()) as n from events`)
  return row?.n ?? '0'
}

/**
 * The answer, true of `asOf`. Asked again within a minute, while no event has arrived, it is the same one.
 * @param signal stops the engine
 * @throws problem.tooHeavy after two minutes, problem.tooManyBuckets, and what reading its people and filters throws
 */
export const answer = async (ctx: Ctx, question: Question, signal?: AbortSignal): Promise<Asked> => {
  const startedAt = performance.now()
  const answers = kept.get(ctx.store) ?? new Map<string, Kept>()
  kept.set(ctx.store, answers)
  const key = JSON.stringify(question)
  const before = answers.get(key)
  const events = await watermark(ctx)
  if (before && before.events === events && startedAt - before.at < freshMs) return before.asked
  const scene = await sceneOf(ctx, question.period, question.people)
  const found = await heavyIsAProblem(() => answerIn(ctx, question, scene, signal))
  const asked = {
    answer: found,
    asOf: scene.world.at.toISOString(),
    tookMs: Math.round(performance.now() - startedAt),
  }
  answers.delete(key)
  answers.set(key, { asked, events, at: startedAt })
  for (const oldest of answers.keys()) {
    if (answers.size <= keptAnswers) break
    answers.delete(oldest)
  }
  return asked
}

const answerIn = async (ctx: Ctx, question: Question, scene: Scene, signal?: AbortSignal): Promise<Answer> => {
  const ask = asking(ctx, signal)
  switch (question.kind) {
    case 'trend': {
      const { compare } = question
      const length = scene.to.getTime() - scene.from.getTime() + 1
      const compared =
        compare === undefined
          ? undefined
          : compare === 'previous'
            ? { ...scene, from: new Date(scene.from.getTime() - length), to: new Date(scene.from.getTime() - 1) }
            : { ...(await sceneOf(ctx, question.period, compare)), from: scene.from, to: scene.to }
      return answerTrend(ask, question, scene, compared)
    }
    case 'funnel':
      return answerFunnel(ask, question, scene)
    case 'retention':
      return answerRetention(ask, question, scene)
    case 'sessions':
      return answerSessions(ask, question, scene)
    case 'paths':
      return answerPaths(ask, question, scene)
    case 'interval':
      return answerInterval(ask, question, scene)
    case 'attribution':
      return answerAttribution(ask, question, scene)
  }
}

const heavyIsAProblem = async <T>(run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    const type = error instanceof Error && 'type' in error ? error.type : undefined
    if (type === 'TIMEOUT_EXCEEDED' || type === 'MEMORY_LIMIT_EXCEEDED') throw problem.tooHeavy({ type })
    throw error
  }
}

/** For a caller over HTTP: hangs up with him. @throws problem.abandoned, which nobody reads */
export const whileListening = async <T>(
  reply: ServerResponse,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const hungUp = new AbortController()
  const onClose = () => {
    if (!reply.writableEnded) hungUp.abort()
  }
  reply.once('close', onClose)
  try {
    return await run(hungUp.signal)
  } catch (error) {
    if (hungUp.signal.aborted) throw problem.abandoned()
    throw error
  } finally {
    reply.off('close', onClose)
  }
}

/** A statement with one row, `members`: the people behind a number. @throws problem.otherPlace */
const membersBehind = async (ctx: Ctx, question: Question, place: Place, scene: Scene): Promise<ch.Sql> => {
  const ask = asking(ctx, undefined)
  const members = await (async () => {
    if (question.kind === 'trend' && place.kind === 'trend') return trendPeople(question, place, scene)
    if (question.kind === 'funnel' && place.kind === 'funnel') return funnelMembers(question, place, scene)
    if (question.kind === 'retention' && place.kind === 'retention') return retentionMembers(question, place, scene)
    if (question.kind === 'interval' && place.kind === 'interval') return intervalMembers(question, place, scene)
    if (question.kind === 'attribution' && place.kind === 'attribution')
      return attributionMembers(question, place, scene)
    if (question.kind === 'sessions' && place.kind === 'sessions')
      return sessionMembers(question, place, scene, await namesOf(ask, scene, question.events))
    if (question.kind === 'paths' && place.kind === 'paths')
      return pathMembers(
        question,
        place,
        await answerPaths(ask, question, scene),
        scene,
        await namesOf(ask, scene, question.events),
      )
    return undefined
  })()
  if (!members) throw problem.otherPlace({ question: question.kind, place: place.kind })
  return members
}

/** The people behind a number, by customer number, masked; who was erased since is left out. @throws problem.otherPlace, problem.tooHeavy */
export const readPeople = async (
  ctx: Ctx,
  { question, place, limit, after = 0 }: PeopleRequest,
  signal?: AbortSignal,
): Promise<PeoplePage> => {
  const scene = await sceneOf(ctx, question.period, question.people)
  const members = await membersBehind(ctx, question, place, scene)
  const [row] = await heavyIsAProblem(() =>
    asking(
      ctx,
      signal,
    )<{ total: number; nos: number[] }>(
      sql`select toUInt32(bitmapCardinality(members)) as total, arraySort(bitmapToArray(bitmapSubsetLimit(members, toUInt32(${u32(after)} + 1), ${u32(limit + 1)}))) as nos from (${members})`,
    ),
  )
  const { total = 0, nos = [] } = row ?? {}
  const shown = nos.slice(0, limit)
  return {
    total,
    items: await readRows(ctx, shown),
    next: nos.length > limit ? (shown.at(-1) ?? null) : null,
  }
}

/** Freezes the people behind a number as a list. @throws problem.otherPlace, problem.tooHeavy */
export const saveAsList = async (ctx: Ctx, { question, place, name, why }: NewInsightList) => {
  const scene = await sceneOf(ctx, question.period, question.people)
  const members = await membersBehind(ctx, question, place, scene)
  // As it travels: without what is undefined.
  const madeOf = JSON.parse(JSON.stringify({ question, place })) as NewList['madeOf']
  const { id, size } = await heavyIsAProblem(() =>
    saveList(ctx, { name, kind: 'insight', why, madeOf, asOf: scene.world.at, members }),
  )
  return { id, size }
}
