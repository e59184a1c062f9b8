import { traitEntries } from '#customers'
import { type Ctx, ch } from '#platform'
import { compile } from '../condition.ts'
import type { Definition } from '../definition-contract.ts'
import { instantOf, wallClock } from '../moments.ts'
import { worldOf, zone } from '../world.ts'
import type { BasePolicy, TagDefinition } from './contract.ts'
import { modelOf } from './models.ts'
import { problem } from './problem.ts'
import type { TagWorld } from './rows.ts'
import { named } from './sensitive.ts'
import './tables.ts'

const { sql, moment } = ch
const dayMs = 86_400_000

/** What tags read of the dictionary of traits. */
export interface TraitEntryLike {
  personal: boolean
  title: string
  description: string | null
}

/** The base date of a run at `now`: now, or the first moment of its day, week (Monday) or month in Shanghai. */
export const baseDate = (policy: BasePolicy, now: Date): Date => {
  if (policy === 'now') return now
  const today = Math.floor(wallClock(now, zone).getTime() / dayMs) * dayMs
  const day = new Date(today)
  if (policy === 'startOfWeek') return instantOf(new Date(today - ((day.getUTCDay() + 6) % 7) * dayMs), zone)
  if (policy === 'startOfMonth') return instantOf(new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1)), zone)
  return instantOf(day, zone)
}

/** The conditions inside a definition. */
const conditionsOf = (definition: TagDefinition): Definition[] => {
  if (definition.kind === 'rule') return definition.values.map(({ when }) => when)
  if (definition.kind === 'rfm' && definition.among) return [definition.among]
  return []
}

/** Keys of the tags that a definition reads, also through the audiences it names; each once. */
export const tagsNamed = async (ctx: Ctx, definition: TagDefinition): Promise<string[]> => {
  const found = new Set(named('tag', definition))
  const conditions = conditionsOf(definition)
  if (conditions.length > 0) {
    const { audiences } = await worldOf(ctx, { any: conditions })
    for (const inlined of audiences.values()) for (const key of named('tag', inlined)) found.add(key)
  }
  return [...found]
}

/**
 * What a tag's definition is computed against, as of a base date.
 * @throws problem.modelUnknown, and later what compiling its conditions throws
 */
export const tagWorldOf = async (
  ctx: Ctx,
  definition: TagDefinition,
  { at, staged }: { at: Date; staged?: { tagNo: number; run: number } },
): Promise<TagWorld> => {
  const keys = named('tag', definition)
  const [world, tags] = await Promise.all([
    worldOf(ctx, { any: conditionsOf(definition) }),
    keys.length === 0
      ? []
      : ctx.pg.selectFrom('audiences.tag').select(['key', 'no', 'type', 'state']).where('key', 'in', keys).execute(),
  ])
  const usable = tags.filter(({ state }) => state === 'active' || state === 'paused')
  const missing = keys.find((key) => !usable.some((tag) => tag.key === key))
  if (missing !== undefined) throw problem.unknownTag({ tag: missing })
  // Facts after the base date do not count, also where a condition has no window.
  const until = {
    events: sql`(select * from events where ts <= ${moment(at)})`,
    traits: sql`(select * from traits where at <= ${moment(at)})`,
  }
  const model =
    definition.kind === 'model' && 'model' in definition.of
      ? await modelOf(ctx, definition.of, { at, zone, merges: world.merges })
      : undefined
  return {
    at,
    zone,
    merges: world.merges,
    traits: world.traits,
    sealed: world.sealed ?? new Set(),
    tags: new Map(usable.map(({ key, no, type }) => [key, { no, type }])),
    compile: (condition) => compile(condition, { ...world, at, from: { ...world.from, ...until } }),
    ...(model && { model }),
    ...(staged && { staged }),
  }
}

/** The dictionary of traits. */
export const traitsOf = async (ctx: Ctx): Promise<ReadonlyMap<string, TraitEntryLike>> => traitEntries(ctx)
