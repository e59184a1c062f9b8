import { type Ctx, ch, type Json } from '#platform'
import { saveList } from '../lists/save.ts'
import { readList, readLists } from '../lists/store.ts'
import { wallClock } from '../moments.ts'
import { zone } from '../world.ts'
import type { NewSnapshot } from './contract.ts'
import { membersNow } from './moves.ts'
import { problem } from './problem.ts'
import '../tables.ts'

/**
 * Freezes who belongs now, with why, by whom, the definition that it was true of, and a hash over all of it: a list of kind
 * `snapshot`. Every list can be verified against its hash.
 * @throws problem.unknown, problem.notRefreshed
 */
export const takeSnapshot = async (ctx: Ctx, { id, why, name }: NewSnapshot & { id: string }) => {
  const row = await ctx.pg
    .selectFrom('audiences.audience')
    .select(['id', 'name', 'definition', 'version', 'refreshed_version', 'refresh_shown', 'feed_refresh', 'as_of'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  const { refresh_shown, as_of, definition } = row
  if (refresh_shown === null || as_of === null) throw problem.notRefreshed({ id })
  // A definition changed since is not what these are members of.
  const written = row.refreshed_version === row.version ? { definition: definition as Json } : {}
  const saved = await saveList(ctx, {
    name: name ?? `${row.name} ${wallClock(as_of, zone).toISOString().slice(0, 16).replace('T', ' ')}`,
    kind: 'snapshot',
    why,
    madeOf: {
      audience: id,
      name: row.name,
      version: row.refreshed_version,
      refresh: row.feed_refresh,
      asOf: as_of.toISOString(),
      ...written,
    },
    audienceId: id,
    asOf: as_of,
    members: ch.sql`select bitmap as members from ${await membersNow(ctx, row)}`,
  })
  return readList(ctx, { id: saved.id })
}

/** Snapshots of an audience, newest first. @throws problem.unknown */
export const listSnapshots = async (ctx: Ctx, { id }: { id: string }) => {
  const { items } = await readLists(ctx, { audienceId: id, kind: 'snapshot', limit: 100 })
  return { items }
}
