import { sql } from 'kysely'
import type { Ctx } from '#platform'
import './tables.ts'

/** Without a sign of life for this long, a process counts as dead: others look at what it stored and did not handle. */
const aliveSeconds = 45

/** Says how far this process is, and that it lives. `until`: of what was received before, everything was handled. */
export const savePlace = async (ctx: Ctx, id: string, until: Date): Promise<void> => {
  await sql`
    insert into campaigns.trigger_reader (id, done_until, alive_until)
    values (${id}, ${until}, now() + make_interval(secs => ${aliveSeconds}))
    on conflict (id) do update set done_until = excluded.done_until, alive_until = excluded.alive_until`.execute(ctx.pg)
}

/**
 * Takes the places of processes that died: what they left is this process's from now on, also when it dies itself. One
 * that was only asleep comes back with a place of its own; what both handle happens once.
 * @returns since when what they stored has to be looked at; undefined when nobody died
 */
export const takeOver = (ctx: Ctx, id: string, until: Date): Promise<Date | undefined> =>
  ctx.tx(async (ctx) => {
    // The embedded stores belong to one process: whoever else is written down was it before.
    const all = ctx.store.mode === 'embedded'
    const { rows } = await sql<{ done_until: Date }>`
      delete from campaigns.trigger_reader r using (
        select id from campaigns.trigger_reader where id <> ${id} and (${all} or alive_until < now()) for update skip locked
      ) dead where dead.id = r.id returning r.done_until`.execute(ctx.pg)
    const [first] = rows.map(({ done_until }) => done_until).sort((a, b) => a.getTime() - b.getTime())
    if (first && first < until) await savePlace(ctx, id, first)
    return first
  })
