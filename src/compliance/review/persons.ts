import { type Actor, type Ctx, problem as platformProblem } from '#platform'
import { problem } from './problem.ts'
import type { ReviewObstacle } from './review-contract.ts'

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** Who somebody is for the rule of two persons. */
export const personOf = ({ kind, id }: Pick<Actor, 'kind' | 'id'>): string => `${kind}:${id}`

/** Names of the people who made the keys among these persons: what a key wrote, its maker wrote. */
export const keyMakers = async (ctx: Ctx, persons: readonly string[]): Promise<Set<string>> => {
  const ids = persons.flatMap((person) => (person.startsWith('key:') ? [person.slice('key:'.length)] : []))
  if (ids.length === 0) return new Set()
  const rows = await ctx.pg.selectFrom('platform.api_key').select('created_by').where('id', 'in', ids).execute()
  return new Set(rows.flatMap(({ created_by }) => (created_by === null ? [] : [created_by])))
}

/** Why the reader may not judge what these people wrote; null when he may. */
export const obstacleTo = (
  ctx: Ctx,
  may: 'reviews.decide' | 'reviews.opinion',
  { writers, makers }: { writers: readonly string[]; makers: ReadonlySet<string> },
): Exclude<ReviewObstacle, 'state'> | null => {
  if (!ctx.actor.permissions.has(may)) return 'permission'
  // A key is nobody: it cannot be the second person.
  if (ctx.actor.kind === 'key') return 'machine'
  return writers.includes(personOf(ctx.actor)) || makers.has(ctx.actor.name) ? 'own' : null
}

/**
 * Why the actor cannot be the second person for what others did: a key is nobody, and who made a key did what it did.
 * @param firsts ids of whoever did the first part, with their kind before a colon or without
 * @returns null when he can be
 */
export const notSecond = async (ctx: Ctx, firsts: readonly string[]): Promise<'machine' | 'own' | null> => {
  if (ctx.actor.kind === 'key') return 'machine'
  const ids = firsts.map((first) => first.slice(first.indexOf(':') + 1))
  if (ids.includes(ctx.actor.id)) return 'own'
  const makers = await keyMakers(
    ctx,
    ids.filter((id) => uuid.test(id)).map((id) => `key:${id}`),
  )
  return makers.has(ctx.actor.name) ? 'own' : null
}

/** @throws platform.forbidden, problem.reviewerIsMachine, problem.reviewerIsWriter */
export const mustBeSecond = async (
  ctx: Ctx,
  may: 'reviews.decide' | 'reviews.opinion',
  writers: readonly string[],
): Promise<void> => {
  const obstacle = obstacleTo(ctx, may, { writers, makers: await keyMakers(ctx, writers) })
  if (obstacle === 'permission') throw platformProblem.forbidden({ needs: may })
  if (obstacle === 'machine') throw problem.reviewerIsMachine()
  if (obstacle === 'own') throw problem.reviewerIsWriter()
}
