import { sql } from 'kysely'
import type { z } from 'zod'
import { approvedReview } from '#compliance'
import { type Ctx, scanText } from '#platform'
import { stopClocks } from '../incidents/clock.ts'
import { addEntry } from '../incidents/entries.ts'
import { factsInForce } from './judge.ts'
import { problem } from './problem.ts'
import type { Published, Statement } from './statement-contract.ts'
import { keptStatement, readStatement, subjectKind } from './store.ts'

/** Publications: where exactly an approved text went out. */

/** An approval does not outlive what it rests on: a fact that ran out, was withdrawn or replaced before the text went out. */
const refuseOldFacts = async (ctx: Ctx, facts: readonly number[], approvedAt: Date, when: Date): Promise<void> => {
  const { rows } = await sql<{ id: number }>`
    select distinct fact_id as id from opinion.fact_version where fact_id = any(${[...facts]}::int[]) and (
      (state = 'approved' and valid_until <= ${when})
      or (state in ('approved', 'withdrawn') and decided_at > ${approvedAt} and decided_at <= ${when}))`.execute(ctx.pg)
  if (rows.length > 0) throw problem.factOver({ facts: rows.map(({ id }) => id) })
}

/**
 * Writes down where exactly the approved text was published. The statement clock of the incident ends.
 * @throws problem.notApproved, problem.beforeApproval, problem.factOver, problem.withdrawn, problem.drill
 */
export const logPublication = (
  ctx: Ctx,
  { id, place, url, at, note }: z.output<typeof Published> & { id: number },
): Promise<Statement> =>
  ctx.tx(async (ctx) => {
    const row = await keptStatement(ctx, id, { lock: true })
    if (row.withdrawn_at) throw problem.withdrawn({ statement: id })
    if (row.drill_id > 0) throw problem.drill({ statement: id })
    const approval = await approvedReview(ctx, subjectKind, String(id), row.hash)
    if (!approval) throw problem.notApproved({ statement: id, hash: row.hash })
    const when = at === undefined ? ctx.now() : new Date(Math.min(Date.parse(at), ctx.now().getTime()))
    // A text that went out before its approval went out without one.
    if (when < approval.approvedAt)
      throw problem.beforeApproval({ approvedAt: approval.approvedAt.toISOString(), at: when.toISOString() })
    await refuseOldFacts(ctx, row.facts, approval.approvedAt, when)
    const { rows } = await sql<{ id: number }>`
      insert into opinion.statement_publication (statement_id, version, hash, review_id, place, url, at, note, logged_at, logged_by)
      values (${id}, ${row.version}, ${row.hash}, ${approval.id}, ${scanText(place).text}, ${url}, ${when}, ${scanText(note).text},
        ${ctx.now()}, ${ctx.actor.name}) returning id`.execute(ctx.pg)
    for (const { id: factId, version } of await factsInForce(ctx, row.facts))
      await sql`insert into opinion.fact_use (fact_id, version, used_in, by_name, at)
        values (${factId}, ${version}, ${`statement:${id}`}, ${ctx.actor.name}, ${ctx.now()})`.execute(ctx.pg)
    if (row.incident_id !== null) {
      await addEntry(ctx, row.incident_id, {
        kind: 'statement',
        text: row.title,
        detail: { statement: id, what: 'published', place: scanText(place).text, url },
        at: when,
      })
      await stopClocks(ctx, row.incident_id, ['statement'], 'done', when)
      const { rows: first } = await sql<{ id: number }>`
        update opinion.incident set acted_at = ${when} where id = ${row.incident_id} and acted_at is null returning id`.execute(
        ctx.pg,
      )
      if (first.length > 0) await stopClocks(ctx, row.incident_id, ['act'], 'done', when)
    }
    const statement = await readStatement(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'statement.publish',
      subject: `statement:${id}`,
      detail: { hash: row.hash, reviewId: approval.id, publication: rows[0]?.id ?? 0 },
    })
    return statement
  })
