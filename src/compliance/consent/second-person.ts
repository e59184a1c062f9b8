import type { Actor, Ctx } from '#platform'
import { problem } from './problem.ts'

/** Who somebody is for the rule of two persons. */
export const personOf = ({ kind, id }: Pick<Actor, 'kind' | 'id'>): string => `${kind}:${id}`

/** A key is nobody: it cannot be the second person, and what it asked its maker asked. @throws problem.secondPersonNeeded */
export const mustBeSecondPerson = async (ctx: Ctx, first: string): Promise<void> => {
  const [kind, keyId = ''] = first.split(':')
  const maker =
    kind === 'key'
      ? await ctx.pg.selectFrom('platform.api_key').select('created_by').where('id', '=', keyId).executeTakeFirst()
      : undefined
  if (first === personOf(ctx.actor) || ctx.actor.kind === 'key' || maker?.created_by === ctx.actor.name)
    throw problem.secondPersonNeeded()
}
