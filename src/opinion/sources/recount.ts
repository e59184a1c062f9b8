import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { Platform } from '../contract.ts'
import { refreshCounts } from '../intake/store-posts.ts'
import { Fault, fetchPage } from './fetch.ts'
import { mannersOf, NotYet, userAgentOf } from './manners.ts'
import { readCount } from './read/count.ts'
import { decodeBytes } from './read/decode-bytes.ts'
import { parseJson } from './read/json-list.ts'
import { foundByMap } from './read/mapped.ts'
import { ruledText, valueAt } from './read/paths.ts'
import { secretOf, settingsOf, sourceRow } from './store.ts'
import type { Stored } from './take-found.ts'
import './tables.ts'

/** Counts under posts asked again on a schedule that decays, as attention does. */

const minute = 60_000
/** Since publication: 5 and 15 minutes, 1 and 4 hours, 1 and 3 days. */
export const recountAfterMs = [5 * minute, 15 * minute, 60 * minute, 240 * minute, 1_440 * minute, 4_320 * minute]

/** The first step that lies ahead. */
const stepAt = (publishedMs: number, now: number): number =>
  recountAfterMs.findIndex((after) => publishedMs + after > now)

/** Puts new posts into the schedule. In the transaction of the run. */
export const scheduleRecounts = async (ctx: Ctx, sourceId: number, fresh: Stored['fresh']): Promise<void> => {
  const now = ctx.now().getTime()
  const rows = fresh.flatMap(({ postId, item }) => {
    const published = Date.parse(item.publishedAt)
    const step = stepAt(published, now)
    const after = recountAfterMs[step]
    return after === undefined
      ? []
      : [
          {
            post_id: postId,
            source_id: sourceId,
            guid: item.guid,
            url: item.url,
            platform: item.platform,
            step,
            due_at: new Date(published + after),
          },
        ]
  })
  for (let from = 0; from < rows.length; from += 500)
    await ctx.pg
      .insertInto('opinion.recount')
      .values(rows.slice(from, from + 500))
      .onConflict((conflict) => conflict.doNothing())
      .execute()
}

interface Due {
  post_id: string
  source_id: number
  guid: string
  url: string
  platform: string
  step: number
  due_at: Date
}

const perTurn = 20
/** A claimed row is put off by this, so that one whose process died is taken up again. */
const holdMs = 5 * minute

/** Takes what is due and asks for its counts. @returns how many were asked */
export const runRecounts = async (ctx: Ctx, signal: AbortSignal): Promise<number> => {
  const now = ctx.now()
  const { rows } = await sql<Due>`
    update opinion.recount r set due_at = ${new Date(now.getTime() + holdMs)} from (
      select c.post_id, c.due_at as was from opinion.recount c join opinion.source s on s.id = c.source_id
      where c.due_at <= ${now} and s."on" order by c.due_at limit ${perTurn} for update of c skip locked) due
    where r.post_id = due.post_id returning r.post_id, r.source_id, r.guid, r.url, r.platform, r.step, due.was as due_at`.execute(
    ctx.pg,
  )
  for (const due of rows) {
    if (signal.aborted) break
    try {
      await recount(ctx, due, signal)
      await advance(ctx, due)
    } catch (error) {
      if (error instanceof NotYet) {
        await ctx.pg
          .updateTable('opinion.recount')
          .set({ due_at: new Date(now.getTime() + error.waitMs) })
          .where('post_id', '=', due.post_id)
          .execute()
      } else {
        // A post that is gone, or an answer that makes no sense, gets its next step, not another try now.
        if (!(error instanceof Fault)) ctx.log.warn({ error, source: due.source_id }, 'counts not asked again')
        await advance(ctx, due)
      }
    }
  }
  return rows.length
}

/** @throws Fault, NotYet */
const recount = async (ctx: Ctx, due: Due, signal: AbortSignal): Promise<void> => {
  const row = await sourceRow(ctx, due.source_id)
  const { config, politeness } = settingsOf(row)
  if (config.kind !== 'json' || !config.reseen) return
  const { url: template, at, map } = config.reseen
  // Values of strangers go into an address as parts only; the host before an id is ours.
  const isPosts = template.trim() === '{url}'
  const url = isPosts
    ? due.url
    : ruledText(
        { guid: encodeURIComponent(due.guid.split('/').at(-1) ?? ''), url: encodeURIComponent(due.url) },
        template,
      )
  if (!url || !URL.canParse(url)) return
  const isOwn = new URL(url).origin === new URL(config.url).origin
  const got = await fetchPage({
    url,
    auth: isOwn ? config.auth : { type: 'none' },
    secret: await secretOf(ctx, row),
    userAgent: userAgentOf(ctx),
    // An address that stands in a post was written by a stranger: it never leads inside, unless to the source itself.
    allowInside: ctx.config.webhooksPrivate && (!isPosts || isOwn),
    before: mannersOf(ctx, politeness, signal),
    mostBytes: 2_097_152,
    signal,
  })
  const found = foundByMap(valueAt(parseJson(decodeBytes(got.bytes, got.contentType)), at), map)
  const counts = { likes: found.likes, comments: found.comments, reposts: found.reposts, views: found.views }
  const engagement = Object.fromEntries(
    Object.entries(counts).flatMap(([name, value]) => {
      const count = readCount(value)
      return count === undefined ? [] : [[name, count]]
    }),
  )
  if (Object.keys(engagement).length > 0 && Platform.safeParse(due.platform).success)
    await refreshCounts(ctx, 0, [{ id: due.post_id, counts: engagement }])
}

/** The next step, or the end of the schedule. Steps that were slept through are left out. */
const advance = async (ctx: Ctx, due: Due): Promise<void> => {
  const publishedMs = due.due_at.getTime() - (recountAfterMs[due.step] ?? 0)
  const now = ctx.now().getTime()
  const next = recountAfterMs.findIndex((after, step) => step > due.step && publishedMs + after > now)
  const after = recountAfterMs[next]
  if (after === undefined) await ctx.pg.deleteFrom('opinion.recount').where('post_id', '=', due.post_id).execute()
  else
    await ctx.pg
      .updateTable('opinion.recount')
      .set({ step: next, due_at: new Date(publishedMs + after) })
      .where('post_id', '=', due.post_id)
      .execute()
}
