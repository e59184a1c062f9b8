import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { type Ctx, onHold } from '#platform'
import { lookAtHealth } from './health.ts'
import { runRecounts } from './recount.ts'
import { runSource } from './run-source.ts'
import type { SourceRow } from './store.ts'
import './tables.ts'

/** Reads sources that are due, for as long as the process lives. Any number of processes share the work. */

const lookEveryMs = 1_000
const healthEveryMs = 60_000
/** Sources read at once by one process: most of a reading is waiting for others. */
const atOnce = 12
/** A run is ended after this; its lease lasts longer. */
const runMs = 120_000
const leaseMs = 180_000

/** Takes sources that are due, in a set. */
const claim = async (ctx: Ctx, owner: string, most: number): Promise<SourceRow[]> => {
  const now = ctx.now()
  const { rows } = await sql<{ source_id: number }>`
    update opinion.source_state set owner = ${owner}, lease_until = ${new Date(now.getTime() + leaseMs)}
    where source_id in (
      select source_id from opinion.source_state
      where next_at <= ${now} and (lease_until is null or lease_until < ${now})
        and exists (select 1 from opinion.source s where s.id = source_id and s."on" and s.removed_at is null)
      order by next_at limit ${most} for update skip locked)
    returning source_id`.execute(ctx.pg)
  if (rows.length === 0) return []
  return ctx.pg
    .selectFrom('opinion.source')
    .selectAll()
    .where(
      'id',
      'in',
      rows.map(({ source_id }) => source_id),
    )
    .execute()
}

/** @returns how to stop: what is being stored becomes durable, what waits for others is left */
export const startSources = (ctx: Ctx): (() => Promise<void>) => {
  const owner = randomUUID()
  const stopping = new AbortController()
  const running = new Set<Promise<unknown>>()
  const storing = new Set<Promise<unknown>>()
  let held: Promise<void> | undefined
  let looking = false

  const whileStoring = async <T>(run: () => Promise<T>): Promise<T> => {
    while (held) await held
    const mine = run()
    const settled = mine.catch(() => undefined).finally(() => storing.delete(settled))
    storing.add(settled)
    return mine
  }
  const keep = (name: string, work: () => Promise<unknown>) => {
    const mine = work()
      .catch((error: unknown) => ctx.log.error({ error }, `${name} failed`))
      .finally(() => running.delete(mine))
    running.add(mine)
  }
  let recounting = false
  const look = async () => {
    const room = atOnce - running.size
    if (room > 0)
      for (const row of await claim(ctx, owner, room))
        keep('reading a source', () =>
          runSource(ctx, row, AbortSignal.any([stopping.signal, AbortSignal.timeout(runMs)]), whileStoring),
        )
    if (recounting) return
    recounting = true
    keep('asking counts again', () =>
      runRecounts(ctx, stopping.signal).finally(() => {
        recounting = false
      }),
    )
  }
  const timer = setInterval(() => {
    if (looking || held || stopping.signal.aborted) return
    looking = true
    look()
      .catch((error: unknown) => ctx.log.warn({ error }, 'due sources not looked up'))
      .finally(() => {
        looking = false
      })
  }, lookEveryMs)
  const health = setInterval(() => keep('looking at the health of sources', () => lookAtHealth(ctx)), healthEveryMs)
  const release = onHold(ctx, async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    await Promise.all(storing)
    return () => {
      held = undefined
      resolve()
    }
  })
  return async () => {
    clearInterval(timer)
    clearInterval(health)
    release()
    stopping.abort()
    await Promise.all(running)
  }
}
