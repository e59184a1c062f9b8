import { type Ctx, ch } from '#platform'
import { anyMerged, type KnownSet, knownSets, setOf } from '../lists/sets.ts'
import type { Overlap, OverlapRequest } from './contract.ts'
import { everybody, mayCount, shownSet } from './portrait.ts'
import { told } from './suppress.ts'

const { sql, join, u32 } = ch

const mostShown = 100

/**
 * How sets lie over each other: everybody who is in one of them, counted by exactly which ones. Exact.
 * @throws audiences.unknown, audiences.notRefreshed, audiences.listUnknown
 */
export const overlap = async (ctx: Ctx, { of }: OverlapRequest): Promise<Overlap> => {
  const startedAt = performance.now()
  const [known, merges] = await Promise.all([knownSets(ctx, of), anyMerged(ctx)])
  const sets = [...new Set(of.map((ref) => setOf(known, ref)))]
  const rows = await ctx.ch.rows<{ mask: number; people: number }>(
    sql`with (select bitmap from ${everybody(merges)}) as alive
      select mask, toUInt32(count()) as people from (
        select no, toUInt32(sum(bit)) as mask from (${join(sets.map(membersWithBit), ' union all ')}) group by no
      ) where bitmapContains(alive, no) group by mask order by people desc, mask`,
    { timeoutSeconds: 60 },
  )
  const mayTell = mayCount(ctx)
  const tell = (count: number) => (mayTell ? count : told(count))
  const inSet = (mask: number, i: number) => ((mask >> i) & 1) === 1
  const people = (fits: (mask: number) => boolean) =>
    rows.reduce((sum, row) => sum + (fits(row.mask) ? row.people : 0), 0)
  const sizes = sets.map((_, i) => people((mask) => inSet(mask, i)))
  return {
    sets: sets.map((set, i) => shownSet(set, sizes[i] ?? 0, mayTell)),
    union: tell(people(() => true)),
    intersections: rows.slice(0, mostShown).map((row) => ({
      sets: sets.flatMap((_, i) => (inSet(row.mask, i) ? [i] : [])),
      size: tell(row.people),
    })),
    left: {
      intersections: Math.max(0, rows.length - mostShown),
      people: rows.slice(mostShown).reduce((sum, row) => sum + row.people, 0),
    },
    pairs: sets.flatMap((_, a) =>
      sets.slice(a + 1).map((_, i) => {
        const b = a + 1 + i
        const both = people((mask) => inSet(mask, a) && inSet(mask, b))
        const either = people((mask) => inSet(mask, a) || inSet(mask, b))
        const shown = tell(both)
        return { a, b, both: shown, jaccard: shown === null || either === 0 ? null : both / either }
      }),
    ),
    tookMs: Math.round(performance.now() - startedAt),
  }
}

const membersWithBit = ({ bitmap }: KnownSet, i: number): ch.Sql =>
  sql`select arrayJoin(bitmapToArray(bitmap)) as no, toUInt32(${u32(2 ** i)}) as bit from ${bitmap}`
