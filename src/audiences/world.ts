import { traitEntries } from '#customers'
import { type Ctx, ch } from '#platform'
import type { TraitType } from './comparison.ts'
import type { KnownTag, World } from './condition-world.ts'
import { audiencesNamed, type Definition, listsNamed, tagsNamed } from './contract.ts'

/** Calendar windows follow the company's clocks. */
export const zone = 'Asia/Shanghai'

/** What a definition is compiled against, as it is now. */
export const worldOf = async (ctx: Ctx, definition: Definition): Promise<World> => {
  const [entries, merged, named] = await Promise.all([
    traitEntries(ctx),
    ctx.ch.one(ch.sql`select 1 from customer_overrides final where from_no != to_no limit 1`),
    audiencesNamedBy(ctx, definition),
  ])
  const definitions = [definition, ...named.definitions.values()]
  const [tags, lists] = await Promise.all([knownTags(ctx, definitions), knownLists(ctx, definitions)])
  return {
    at: ctx.now(),
    zone,
    merges: merged !== undefined,
    traits: new Map([...entries.values()].map(({ name, type }): [string, TraitType] => [name, type])),
    sealed: new Set([...entries.values()].filter(({ personal }) => personal).map(({ name }) => name)),
    audiences: named.definitions,
    refreshes: named.refreshes,
    tags,
    lists,
  }
}

/** Active tags among those that definitions name. */
const knownTags = async (ctx: Ctx, definitions: readonly Definition[]): Promise<Map<string, KnownTag>> => {
  const keys = [...new Set(definitions.flatMap(tagsNamed))]
  if (keys.length === 0) return new Map()
  const rows = await ctx.pg
    .selectFrom('audiences.tag')
    .select(['no', 'key', 'type', 'multi'])
    .where('key', 'in', keys)
    .where('state', '=', 'active')
    .execute()
  return new Map(rows.map(({ key, ...tag }) => [key, tag]))
}

const knownLists = async (ctx: Ctx, definitions: readonly Definition[]): Promise<Set<string>> => {
  const ids = [...new Set(definitions.flatMap(listsNamed))]
  if (ids.length === 0) return new Set()
  const rows = await ctx.pg.selectFrom('audiences.list').select('id').where('id', 'in', ids).execute()
  return new Set(rows.map(({ id }) => id))
}

interface NamedAudiences {
  definitions: Map<string, Definition>
  /** The refresh shown of those that were refreshed. */
  refreshes: Map<string, number>
}

/** The audiences that a definition names, and those that they name. */
const audiencesNamedBy = async (ctx: Ctx, definition: Definition): Promise<NamedAudiences> => {
  const definitions = new Map<string, Definition>()
  const refreshes = new Map<string, number>()
  let wanted = audiencesNamed(definition)
  while (wanted.length > 0) {
    const rows = await ctx.pg
      .selectFrom('audiences.audience')
      .select(['id', 'definition', 'refresh_shown'])
      .where('id', 'in', wanted)
      .execute()
    for (const { id, definition, refresh_shown } of rows) {
      definitions.set(id, definition)
      if (refresh_shown !== null) refreshes.set(id, refresh_shown)
    }
    wanted = [...new Set(rows.flatMap(({ definition }) => audiencesNamed(definition)))].filter(
      (id) => !definitions.has(id),
    )
  }
  return { definitions, refreshes }
}
