import { compile, type World } from '#audiences'
import { type Ctx, ch } from '#platform'
import type { People } from './contract.ts'
import { problem } from './problem.ts'

const { sql, uuid } = ch

/** A statement with one row, `members`. @throws problem.unknownList, and what compiling a definition throws */
export const compileMembers = async (ctx: Ctx, people: People, world: World): Promise<ch.Sql> => {
  if ('definition' in people) return compile(people.definition, world).members
  if ('audience' in people) return compile({ audience: people.audience }, world).members
  const list = await ctx.pg.selectFrom('audiences.list').select('id').where('id', '=', people.list).executeTakeFirst()
  if (!list) throw problem.unknownList({ list: people.list })
  return sql`select groupBitmapMergeState(members) as members from audience_lists where list_id = ${uuid(people.list)}`
}
