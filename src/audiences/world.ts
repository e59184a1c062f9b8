import { sql } from 'kysely'
import { traitEntries } from '#customers'
import { type Ctx, ch } from '#platform'
import type { TraitType } from './comparison.ts'
import type { KnownTag, Refreshes, World } from './condition-world.ts'
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
  const definitions = [definition, ...named.values()]
  const [tags, lists, refreshes] = await Promise.all([
    knownTags(ctx, definitions),
    knownLists(ctx, definitions),
    refreshesOf(ctx, [...named.keys()]),
  ])
  return {
    at: ctx.now(),
    zone,
    merges: merged !== undefined,
    traits: new Map([...entries.values()].map(({ name, type }): [string, TraitType] => [name, type])),
    sealed: new Set([...entries.values()].filter(({ personal }) => personal).map(({ name }) => name)),
    audiences: named,
    refreshes,
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

/** The audiences that a definition names, and those that they name. */
const audiencesNamedBy = async (ctx: Ctx, definition: Definition): Promise<Map<string, Definition>> => {
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

/** Of those among the audiences that were ever refreshed. */
const refreshesOf = async (ctx: Ctx, ids: readonly string[]): Promise<Map<string, Refreshes>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; shown: number; first: number; voids: [number, number][] }>`
    select a.id, a.feed_refresh as shown, (select min(refresh) from audiences.refresh where audience_id = a.id) as first,
      coalesce((select json_agg(json_build_array(from_refresh, to_refresh)) from audiences.void where audience_id = a.id), '[]') as voids
    from audiences.audience a where a.id = any(${[...ids]}::uuid[]) and a.refresh_shown is not null`.execute(ctx.pg)
  return new Map(rows.map(({ id, ...known }) => [id, known]))
}
