import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { Item } from '../contract.ts'
import { postIdOf } from '../intake/keys.ts'
import type { HotEntry } from './hot-list-contract.ts'
import './tables.ts'

/** Entries of hot lists and where they stood over time. */

/**
 * Notes one look at a list: places that changed, entries that came, and those that left it.
 * @param items all entries seen in this look; of another source's list none
 */
export const noteHotList = async (ctx: Ctx, sourceId: number, items: readonly Item[]): Promise<void> => {
  const byList = new Map<string, Map<string, Item>>()
  for (const item of items) {
    if (!item.hotList) continue
    const list = byList.get(item.hotList.list) ?? new Map<string, Item>()
    // The better place counts where something stands twice.
    const before = list.get(item.guid)
    if (!before?.hotList || before.hotList.rank > item.hotList.rank) list.set(item.guid, item)
    byList.set(item.hotList.list, list)
  }
  const now = ctx.now()
  for (const [list, entries] of byList) {
    const rows = [...entries.values()].map(({ guid, platform, title, text, url, hotList }) => ({
      guid,
      post_id: postIdOf(platform, guid),
      title: title || text.slice(0, 100),
      url,
      rank: hotList?.rank ?? 1,
      heat: hotList?.heat ?? null,
    }))
    await sql`
      with given as (
        select * from json_to_recordset(${JSON.stringify(rows)}::text::json) as g (guid text, post_id text, title text, url text, rank int, heat double precision)
      ), before as (
        select guid, rank, heat from opinion.hot_entry where source_id = ${sourceId} and list = ${list}
      ), kept as (
        insert into opinion.hot_entry as e (source_id, list, guid, post_id, title, url, first_at, last_at, rank, heat, best_rank, best_heat)
        select ${sourceId}, ${list}, guid, post_id, title, url, ${now}, ${now}, rank, heat, rank, heat from given
        on conflict (source_id, list, guid) do update set last_at = excluded.last_at, rank = excluded.rank, heat = excluded.heat,
          title = excluded.title, best_rank = least(e.best_rank, excluded.rank), best_heat = greatest(e.best_heat, excluded.heat)
        returning e.id, e.guid, e.rank, e.heat
      ), places as (
        insert into opinion.hot_place (entry_id, at, rank, heat)
        select k.id, ${now}, k.rank, k.heat from kept k left join before b using (guid)
        where b.rank is distinct from k.rank or b.heat is distinct from k.heat
        on conflict do nothing
      )
      update opinion.hot_entry set rank = null
      where source_id = ${sourceId} and list = ${list} and rank is not null and guid not in (select guid from given)`.execute(
      ctx.pg,
    )
  }
}

/** The lists there are, with how many entries stand on them. */
export const readHotLists = async (ctx: Ctx) => {
  const { rows } = await sql<{ source_id: number; list: string; entries: number; seen_at: Date | null }>`
    select e.source_id, e.list, count(*) filter (where e.rank is not null)::int as entries, max(e.last_at) as seen_at
    from opinion.hot_entry e join opinion.source s on s.id = e.source_id where s.removed_at is null
    group by e.source_id, e.list order by e.list`.execute(ctx.pg)
  return {
    lists: rows.map(({ source_id, list, entries, seen_at }) => ({
      sourceId: source_id,
      list,
      entries,
      seenAt: seen_at?.toISOString() ?? null,
    })),
  }
}

const pointsShown = 400

/** Entries of a list: those that stand on it now by rank, or all of the last `hours` by their best. */
export const readHotEntries = async (
  ctx: Ctx,
  { sourceId, list, hours, find }: { sourceId: number; list: string; hours: number; find: string },
): Promise<{ items: HotEntry[] }> => {
  const since = new Date(ctx.now().getTime() - hours * 3_600_000)
  const { rows } = await sql<{
    id: number
    title: string
    url: string
    post_id: string
    rank: number | null
    best_rank: number
    heat: number | null
    best_heat: number | null
    first_at: Date
    last_at: Date
    points: [string, number, number | null][] | null
  }>`
    select e.*, (select json_agg(json_build_array(p.at, p.rank, p.heat) order by p.at) from (
        select at, rank, heat from opinion.hot_place where entry_id = e.id and at >= ${since} order by at desc limit ${pointsShown}) p) as points
    from opinion.hot_entry e where e.source_id = ${sourceId} and e.list = ${list} and e.last_at >= ${since}
      and (${find} = '' or strpos(lower(e.title), lower(${find})) > 0)
    order by e.rank nulls last, e.best_rank, e.last_at desc limit 200`.execute(ctx.pg)
  return {
    items: rows.map((row) => ({
      id: String(row.id),
      sourceId,
      list,
      title: row.title,
      url: row.url,
      postId: row.post_id,
      rank: row.rank,
      bestRank: row.best_rank,
      heat: row.heat,
      bestHeat: row.best_heat,
      firstAt: row.first_at.toISOString(),
      lastAt: row.last_at.toISOString(),
      points: (row.points ?? []).map(([at, rank, heat]) => ({ at: new Date(at).toISOString(), rank, heat })),
    })),
  }
}

const placesKeptDays = 90

/** Forgets places older than ninety days; the best place and the dates stay. */
export const dropOldPlaces = async (ctx: Ctx): Promise<void> => {
  const before = new Date(ctx.now().getTime() - placesKeptDays * 86_400_000)
  await ctx.pg.deleteFrom('opinion.hot_place').where('at', '<', before).execute()
}
