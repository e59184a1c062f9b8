import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { leaseOfBefore } from '../refresh.ts'
import { problem } from './problem.ts'
import type { TagRow } from './store.ts'
import './tables.ts'

/** Longer than all statements of a run together, so that a lease runs out only when its process died. */
const leaseSeconds = 1_800

export interface Leased {
  row: TagRow
  lease: string
  /** The number of this run. */
  run: number
}

/** Takes a tag for one writer of its values. The clock is that of Postgres. @throws problem.unknown, problem.running */
export const takeTag = async (ctx: Ctx, key: string): Promise<Leased> => {
  const lease = randomUUID()
  const row = await ctx.pg
    .updateTable('audiences.tag')
    .set(({ eb }) => ({
      lease,
      lease_until: sql<Date>`now() + make_interval(secs => ${leaseSeconds})`,
      run_given: eb('run_given', '+', 1),
      progress: 0,
    }))
    .where('key', '=', key)
    .where(({ or, eb }) =>
      or([
        eb('lease_until', 'is', null),
        eb('lease_until', '<', sql<Date>`now()`),
        eb('lease_until', '<', leaseOfBefore(ctx, leaseSeconds)),
      ]),
    )
    .returningAll()
    .executeTakeFirst()
  if (row) {
    // One writer at a time: a run that still says it goes on died.
    await ctx.pg
      .updateTable('audiences.tag_run')
      .set({ state: 'failed', error: 'interrupted' })
      .where('tag_no', '=', row.no)
      .where('state', '=', 'running')
      .execute()
    return { row, lease, run: row.run_given }
  }
  const known = await ctx.pg.selectFrom('audiences.tag').select('no').where('key', '=', key).executeTakeFirst()
  throw known ? problem.running({ key }) : problem.unknown({ key })
}

export const tellProgress = async (ctx: Ctx, { row, lease }: Leased, progress: number): Promise<void> => {
  await ctx.pg
    .updateTable('audiences.tag')
    .set({ progress })
    .where('no', '=', row.no)
    .where('lease', '=', lease)
    .execute()
}

/** Gives a tag back without a result, with why. */
export const giveBack = async (ctx: Ctx, { row, lease, run }: Leased, error: unknown): Promise<void> => {
  const message = error instanceof Error ? error.message.slice(0, 500) : 'failed'
  await ctx.pg
    .updateTable('audiences.tag_run')
    .set({ state: 'failed', error: message })
    .where('tag_no', '=', row.no)
    .where('run', '=', run)
    .execute()
  await ctx.pg
    .updateTable('audiences.tag')
    .set({ lease: null, lease_until: null, queued_at: null, progress: null, error: message })
    .where('no', '=', row.no)
    .where('lease', '=', lease)
    .execute()
}
