import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { buildMembership, refreshFailed, showRefresh, takeLease } from '../refresh.ts'
import { whole, windowEdges } from '../window-edges.ts'
import { worldOf } from '../world.ts'
import { openBitset } from './bitset.ts'
import { deliverMoved } from './deliver.ts'
import type { Followed, LiveRow, Pace } from './followed.ts'
import { laterRowsOf, signatureOf, tablesOf } from './needs.ts'
import './tables.ts'

const { u32, uuid } = ch

/** Numbers of one page on the way back. */
const pageSize = 100_000

async function* storedMembers(ctx: Ctx, id: string, refresh: number): AsyncGenerator<number[]> {
  for (let after = 0; ; ) {
    const row = await ctx.ch.one<{ nos: number[] }>(
      ch.sql`select arraySort(bitmapToArray(bitmapSubsetLimit(bitmap, toUInt32(${u32(after + 1)}), toUInt32(${u32(pageSize)})))) as nos from (select groupBitmapMergeState(members) as bitmap from audience_membership where audience_id = ${uuid(id)} and refresh = ${u32(refresh)})`,
    )
    const nos = row?.nos ?? []
    yield nos
    const last = nos.at(-1)
    if (last === undefined || nos.length < pageSize) return
    after = last
  }
}

/**
 * Computes a living audience in full and shows it.
 * @param place in the log of touched customers before which everything is read by what is computed now
 * @param before how it was followed until now
 * @throws whatever computing it met; the audience then says so, and its members stay
 */
export const rebuild = async (
  ctx: Ctx,
  { id, rebuild_wanted_at }: LiveRow,
  {
    place,
    before,
    pace,
    heldOrThrow,
  }: { place: number; before: Followed | undefined; pace: Pace; heldOrThrow: (ctx: Ctx) => Promise<void> },
): Promise<Followed> => {
  const startedAt = performance.now()
  const audienceLease = randomUUID()
  const leased = await takeLease(ctx, id, audienceLease)
  try {
    // Before anything is read: a wish made from here on is not answered by this computation.
    const began = ctx.now()
    await ctx.pg
      .updateTable('audiences.live')
      .set({ rebuild_started_at: began })
      .where('audience_id', '=', id)
      .execute()
    const { version, definition } = leased
    const value = await worldOf(ctx, definition)
    const signature = signatureOf(definition, value)
    const built = await buildMembership(ctx, {
      ...leased,
      id,
      refresh: leased.refresh_given,
      timeoutSeconds: pace.rebuildSeconds,
    })
    const members = openBitset()
    for await (const nos of storedMembers(ctx, id, built.refresh)) for (const no of nos) members.put(no, true)
    const depends = whole(definition, value.audiences)
    const byTimetable = rebuild_wanted_at === null && before?.version === version
    await ctx.tx(async (ctx) => {
      await heldOrThrow(ctx)
      await showRefresh(ctx, { id, lease: audienceLease, leased, built, byTimetable })
      await ctx.pg
        .updateTable('audiences.live')
        .set({
          rebuild_wanted_at: sql<Date | null>`case when rebuild_wanted_at > ${began}::timestamptz then rebuild_wanted_at end`,
          rebuild_started_at: null,
          failures: 0,
          retry_at: null,
          whole: depends,
        })
        .where('audience_id', '=', id)
        .execute()
    })
    await deliverMoved(ctx, [id])
    return {
      id,
      version,
      definition,
      signature,
      members,
      asOf: built.asOf,
      edges: windowEdges(definition, value.audiences),
      later: laterRowsOf(definition, value),
      tables: tablesOf(definition, value),
      whole: depends,
      place,
      numbers: { next: 1, last: 0 },
      builtAt: Date.now(),
      buildMs: performance.now() - startedAt,
      storedAt: Date.now(),
      entered: 0,
      left: 0,
    }
  } catch (error) {
    await refreshFailed(ctx, { id, lease: audienceLease, error })
    throw error
  }
}
