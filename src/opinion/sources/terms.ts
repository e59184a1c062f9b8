import { type Selectable, sql } from 'kysely'
import type { Ctx, Json, Tables } from '#platform'
import { problem } from './problem.ts'
import { PostTerms, type PostTermsChange, type PostTermsView, type PostTermVersion } from './retention-contract.ts'
import './tables.ts'

/** Terms of posts: one dated document, the one that began last counts, nothing is overwritten. */

const shown = (row: Selectable<Tables['opinion.post_term']>): PostTermVersion => ({
  id: row.id,
  value: PostTerms.parse(row.value),
  validFrom: row.valid_from.toISOString(),
  source: row.source,
  reason: row.reason,
  by: row.set_by,
})

/** The terms in force. @throws Error when there are none, which no migration leaves so */
export const postTerms = async (ctx: Ctx): Promise<PostTermVersion> =>
  shown(
    await ctx.pg
      .selectFrom('opinion.post_term')
      .selectAll()
      .where('valid_from', '<=', ctx.now())
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow(),
  )

/** Terms now and before, with the last rounds of deleting. */
export const readPostTerms = async (ctx: Ctx): Promise<PostTermsView> => {
  const current = await postTerms(ctx)
  const past = await ctx.pg
    .selectFrom('opinion.post_term')
    .selectAll()
    .where('id', '<', current.id)
    .orderBy('id', 'desc')
    .limit(50)
    .execute()
  const purges = await ctx.pg.selectFrom('opinion.post_purge').selectAll().orderBy('id', 'desc').limit(14).execute()
  return {
    current,
    past: past.map(shown),
    purges: purges.map((row) => ({
      id: row.id,
      startedAt: row.started_at.toISOString(),
      finishedAt: row.finished_at?.toISOString() ?? null,
      posts: row.posts,
      held: row.held,
      evidence: row.counts['evidence'] ?? 0,
    })),
  }
}

/** New terms, from now on: the next round goes by them. @throws problem.termsChanged */
export const changePostTerms = (
  ctx: Ctx,
  { value, source, reason, basedOn }: PostTermsChange,
): Promise<PostTermsView> =>
  ctx.tx(async (ctx) => {
    await sql`select pg_advisory_xact_lock(7261045)`.execute(ctx.pg)
    const before = await postTerms(ctx)
    if (before.id !== basedOn) throw problem.termsChanged({ id: before.id })
    await ctx.pg
      .insertInto('opinion.post_term')
      .values({
        valid_from: ctx.now(),
        value: JSON.stringify(value),
        source,
        reason,
        set_at: ctx.now(),
        set_by: ctx.actor.name,
      })
      .execute()
    await ctx.audit.record(ctx, {
      action: 'opinion.postTerms',
      detail: { before: before.value as Json, value: value as Json, source, reason },
    })
    return readPostTerms(ctx)
  })
