import { traitEntries } from '#customers'
import { type Ctx, ch } from '#platform'
import type { TraitType } from './comparison.ts'
import type { World } from './condition.ts'
import { audiencesNamed, type Definition } from './contract.ts'

/** Calendar windows follow the company's clocks. */
export const zone = 'Asia/Shanghai'

/** What a definition is compiled against, as it is now. */
export const worldOf = async (ctx: Ctx, definition: Definition): Promise<World> => {
  const [entries, merged, audiences] = await Promise.all([
    traitEntries(ctx),
    ctx.ch.one(ch.sql`select 1 from customer_overrides final where from_no != to_no limit 1`),
    definitionsNamed(ctx, definition),
  ])
  return {
    at: ctx.now(),
    zone,
    merges: merged !== undefined,
    traits: new Map([...entries.values()].map(({ name, type }): [string, TraitType] => [name, type])),
    sealed: new Set([...entries.values()].filter(({ personal }) => personal).map(({ name }) => name)),
    audiences,
  }
}

/** Definitions of the audiences that a definition names, and of those they name. */
const definitionsNamed = async (ctx: Ctx, definition: Definition): Promise<Map<string, Definition>> => {
  const found = new Map<string, Definition>()
  let wanted = audiencesNamed(definition)
  while (wanted.length > 0) {
    const rows = await ctx.pg
      .selectFrom('audiences.audience')
      .select(['id', 'definition'])
      .where('id', 'in', wanted)
      .execute()
    for (const { id, definition } of rows) found.set(id, definition)
    wanted = [...new Set(rows.flatMap(({ definition }) => audiencesNamed(definition)))].filter((id) => !found.has(id))
  }
  return found
}
