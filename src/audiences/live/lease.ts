import { sql } from 'kysely'
import type { Ctx } from '#platform'
import './tables.ts'

/** Longer than a process may be busy with one statement of JavaScript; a follower that died is replaced after this. */
const leaseSeconds = 15

export interface Lease {
  owner: string
  fence: number
}

/**
 * Takes the lease on following, or renews it: one process follows, whichever they are. The clock is that of Postgres.
 * @returns undefined while another process has it. A new fence means that another had it in between.
 */
export const takeLease = async (ctx: Ctx, owner: string): Promise<Lease | undefined> => {
  const { rows } = await sql<{ fence: number }>`
    insert into audiences.live_lease as held (owner, fence, until)
    values (${owner}::uuid, 1, now() + make_interval(secs => ${leaseSeconds}))
    on conflict (one_row) do update set
      owner = excluded.owner, until = excluded.until,
      fence = held.fence + case when held.owner = excluded.owner and held.until > now() then 0 else 1 end
    where held.owner = excluded.owner or held.until <= now()
    returning fence`.execute(ctx.pg)
  const [row] = rows
  return row && { owner, fence: row.fence }
}

/**
 * Whether the lease is still held; inside a transaction nobody takes it over before the transaction ends. What a
 * follower writes about audiences goes through this, so one that was asleep for too long changes nothing.
 */
export const stillHeld = async (ctx: Ctx, { owner, fence }: Lease): Promise<boolean> => {
  const { rows } = await sql`
    select 1 from audiences.live_lease where owner = ${owner}::uuid and fence = ${fence} and until > now() for share`.execute(
    ctx.pg,
  )
  return rows.length > 0
}

/** Lets another process follow at once. */
export const giveUpLease = async (ctx: Ctx, { owner, fence }: Lease): Promise<void> => {
  await sql`update audiences.live_lease set until = now() where owner = ${owner}::uuid and fence = ${fence}`.execute(
    ctx.pg,
  )
}
