import { sql } from 'kysely'
import type { Ctx } from '../ctx.ts'
import type { EventKind, Subscription } from '../feature.ts'
import { problem } from '../problem.ts'
import { nudge, openRest } from './nudge.ts'

declare module '../ctx.ts' {
  interface Tables {
    'platform.outbox': {
      id: import('kysely').Generated<number>
      subscriber: string
      event: string
      key: string
      payload: string
      created_at: import('kysely').Generated<Date>
      attempts: import('kysely').Generated<number>
      due_at: import('kysely').Generated<Date>
      parked_at: Date | null
      error: string | null
    }
  }
}

/** Tries before an event is parked for a person to look at. The waits add up to about nine hours. */
const attemptsBeforeParking = 12
const batchSize = 200

export type Subscribers = ReadonlyMap<string, readonly Subscription[]>

/**
 * Tells the features above that something happened, in the transaction of the change itself.
 * Each subscriber gets it at least once; those with the same `key` in the order they were emitted.
 */
export const emit = async <T>(ctx: Ctx, kind: EventKind<T>, payload: T, key: string): Promise<void> => {
  const listeners = ctx.subscribers.get(kind.name) ?? []
  if (listeners.length === 0) return
  const checked = JSON.stringify(kind.payload.parse(payload))
  await ctx.pg
    .insertInto('platform.outbox')
    .values(
      listeners.map(({ subscriber }) => ({
        subscriber,
        event: kind.name,
        key,
        payload: checked,
        parked_at: null,
        error: null,
      })),
    )
    .execute()
}

interface Waiting {
  id: number
  subscriber: string
  event: string
  payload: unknown
  attempts: number
}

/**
 * Delivers what is due, the oldest event of each subscriber and key first; a failed or parked event holds back only
 * those behind it. A loop that rests under the name of a subscriber is woken. @returns how many were delivered
 */
export const deliver = async (ctx: Ctx): Promise<number> => {
  const told = await deliverDue(ctx)
  for (const subscriber of new Set(told)) nudge(ctx, subscriber)
  return told.length
}

const deliverDue = (ctx: Ctx): Promise<string[]> =>
  ctx.tx(async (ctx) => {
    const { rows } = await sql<Waiting>`
      select o.id, o.subscriber, o.event, o.payload, o.attempts from platform.outbox o
      where o.parked_at is null and o.due_at <= ${ctx.now()}
        and not exists (select 1 from platform.outbox b where b.subscriber = o.subscriber and b.key = o.key and b.id < o.id)
      order by o.id limit ${batchSize} for update of o skip locked`.execute(ctx.pg)
    const delivered: { id: number; subscriber: string }[] = []
    for (const row of rows) {
      const subscription = ctx.subscribers.get(row.event)?.find(({ subscriber }) => subscriber === row.subscriber)
      try {
        await sql`savepoint delivery`.execute(ctx.pg)
        // A subscriber that no longer exists has nothing to be told.
        if (subscription) await subscription.run(ctx, row.payload as never)
        await sql`release savepoint delivery`.execute(ctx.pg)
        delivered.push(row)
      } catch (error) {
        await sql`rollback to savepoint delivery`.execute(ctx.pg)
        await postpone(ctx, row, error)
      }
    }
    const ids = delivered.map(({ id }) => id)
    if (ids.length > 0) await ctx.pg.deleteFrom('platform.outbox').where('id', 'in', ids).execute()
    return delivered.map(({ subscriber }) => subscriber)
  })

const postpone = async (ctx: Ctx, { id, event, subscriber, attempts }: Waiting, error: unknown): Promise<void> => {
  const waitMs = Math.min(2 ** attempts * 1_000, 3_600_000)
  const parked = attempts + 1 >= attemptsBeforeParking
  ctx.log.warn({ event, subscriber, attempts: attempts + 1, parked, error }, 'event not delivered')
  await ctx.pg
    .updateTable('platform.outbox')
    .set({
      attempts: attempts + 1,
      due_at: new Date(ctx.now().getTime() + waitMs),
      parked_at: parked ? ctx.now() : null,
      error: (error instanceof Error ? error.message : String(error)).slice(0, 500),
    })
    .where('id', '=', id)
    .execute()
}

/** Wakes the outbox of this process; for whoever emitted something urgent, after his transaction. */
export const nudgeOutbox = (ctx: Pick<Ctx, 'store'>): void => nudge(ctx, 'outbox')

/** Delivers in a loop until stopped; looks again after `idleMs` when there was nothing. */
export const startOutbox = (ctx: Ctx, idleMs = 300): (() => Promise<void>) => {
  let running = true
  const rest = openRest(ctx, ['outbox'])
  const loop = async () => {
    while (running) {
      let delivered = 0
      try {
        const { rows } = await sql<{
          lag: number | null
        }>`select extract(epoch from now() - min(created_at))::float8 as lag from platform.outbox where parked_at is null`.execute(
          ctx.pg,
        )
        const lag = rows[0]?.lag ?? undefined
        ctx.metrics.outboxLagSeconds.set(lag ?? 0)
        if (lag !== undefined) delivered = await deliver(ctx)
      } catch (error) {
        if (running) ctx.log.error({ error }, 'outbox delivery failed')
      }
      if (delivered === 0 && running) await rest.take(idleMs)
    }
  }
  const done = loop()
  return async () => {
    running = false
    rest.stop()
    await done
  }
}

/** Parked events, newest first, without their payloads. */
export const parkedEvents = (ctx: Ctx) =>
  ctx.pg
    .selectFrom('platform.outbox')
    .select(['id', 'subscriber', 'event', 'key', 'attempts', 'parked_at', 'error', 'created_at'])
    .where('parked_at', 'is not', null)
    .orderBy('id', 'desc')
    .limit(500)
    .execute()

/** Puts a parked event back in line. @throws platform.notFound */
export const retryParkedEvent = (ctx: Ctx, id: number) =>
  ctx.tx(async (ctx) => {
    const { numUpdatedRows } = await ctx.pg
      .updateTable('platform.outbox')
      .set({ parked_at: null, attempts: 0, due_at: ctx.now() })
      .where('id', '=', id)
      .where('parked_at', 'is not', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw problem.notFound({ event: id })
    await ctx.audit.record(ctx, { action: 'outbox.retry', detail: { event: id } })
  })
