import { sql } from 'kysely'
import { type Ctx, nudgeOutbox, onHold, openRest } from '#platform'
import type { EventFacts } from './facts-contract.ts'
import { gradeFacts } from './grades.ts'
import './tables.ts'

/** Events that changed wait in a table until somebody looks at them: however often an event changes, it waits once. */

/** What an event is now, or undefined when it was merged into another. */
export type FactsOf = (ctx: Ctx, eventId: number) => Promise<EventFacts | undefined>

const setSize = 20
const leaseSeconds = 60
const idleMs = 250

/** An event is to be graded (again). In the transaction of whoever noticed. */
export const askForGrade = async (
  ctx: Ctx,
  { eventId, drillId }: { eventId: number; drillId: number },
): Promise<void> => {
  const now = ctx.now()
  await sql`insert into opinion.grade_due (event_id, drill_id, asked_at, next_at) values (${eventId}, ${drillId}, ${now}, ${now})
    on conflict (event_id) do update set asked_at = excluded.asked_at,
      next_at = case when opinion.grade_due.attempts > 0 then opinion.grade_due.next_at else least(opinion.grade_due.next_at, excluded.next_at) end`.execute(
    ctx.pg,
  )
}

/** Who keeps something beside an event's level. */
export interface Followers {
  /** After each look at an event, whether its level changed or not. */
  graded: (ctx: Ctx, facts: EventFacts) => Promise<void>
  /** It is there no more: merged into another. */
  gone: (ctx: Ctx, eventId: number) => Promise<void>
}

/** Takes events that wait, asks for their facts and grades them. Any number of processes may. @returns how many */
export const gradeWaiting = async (ctx: Ctx, factsOf: FactsOf, followers?: Followers): Promise<number> => {
  const now = ctx.now()
  const { rows } = await sql<{ event_id: number; asked_at: Date; attempts: number }>`
    update opinion.grade_due set next_at = ${new Date(now.getTime() + leaseSeconds * 1_000)}
    where event_id in (select event_id from opinion.grade_due where next_at <= ${now} order by next_at limit ${setSize} for update skip locked)
    returning event_id, asked_at, attempts`.execute(ctx.pg)
  for (const { event_id, asked_at, attempts } of rows) {
    try {
      // Outside any transaction: facts come from the other store.
      const facts = await factsOf(ctx, event_id)
      if (facts) {
        if ((await gradeFacts(ctx, facts)).changed) nudgeOutbox(ctx)
        await followers?.graded(ctx, facts)
      } else await followers?.gone(ctx, event_id)
      // Asked again meanwhile: it is looked at once more, at once.
      await sql`with done as (delete from opinion.grade_due where event_id = ${event_id} and asked_at = ${asked_at} returning 1)
        update opinion.grade_due set next_at = ${ctx.now()}, attempts = 0, error = null
        where event_id = ${event_id} and asked_at <> ${asked_at}`.execute(ctx.pg)
    } catch (error) {
      const waitMs = Math.min(2 ** attempts * 1_000, 300_000)
      ctx.log.error({ error, event: event_id, attempts: attempts + 1 }, 'an event was not graded')
      await sql`update opinion.grade_due set attempts = attempts + 1, next_at = ${new Date(ctx.now().getTime() + waitMs)},
        error = ${(error instanceof Error ? error.message : String(error)).slice(0, 300)} where event_id = ${event_id}`.execute(
        ctx.pg,
      )
    }
  }
  return rows.length
}

/**
 * Works in a loop until stopped; a round that is under way ends first.
 * @param wokenBy nudges that end a rest
 */
export const startLoop = (
  ctx: Ctx,
  round: () => Promise<number>,
  what: string,
  wokenBy: readonly string[],
): (() => Promise<void>) => {
  let running = true
  let held: Promise<void> | undefined
  let current: Promise<unknown> = Promise.resolve()
  const rest = openRest(ctx, wokenBy)
  const loop = async () => {
    while (running) {
      if (held) await held
      if (!running) return
      let done = 0
      let failed = false
      const now = round()
      current = now.catch(() => undefined)
      try {
        done = await now
      } catch (error) {
        failed = true
        if (running) ctx.log.error({ error }, `${what} failed`)
      }
      if (running && failed) await rest.calm(2_000)
      else if (running && done === 0) await rest.take(idleMs)
    }
  }
  const over = loop()
  const release = onHold(ctx, async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    held = promise
    await current
    return () => {
      held = undefined
      resolve()
    }
  })
  return async () => {
    running = false
    release()
    rest.stop()
    await over
  }
}
