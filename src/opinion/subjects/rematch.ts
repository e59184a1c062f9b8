import { sql as pgSql } from 'kysely'
import { type ChSql, type Ctx, ch, isStoreAway } from '#platform'
import type { AuthorClass, Platform, PostKind } from '../contract.ts'
import { queueGained } from '../events/waiting.ts'
import { inTurn, rewritePosts } from '../intake/rewrite.ts'
import { stampFor } from '../intake/stamp.ts'
import { understand } from '../intake/understand.ts'
import { matchSubjects, type SubjectMatch } from './match.ts'
import { problem } from './problem.ts'
import { ruleSetNow, subjectMatcher } from './rule-book.ts'
import type { Rematch } from './subject-contract.ts'
import './tables.ts'

const { sql, u32, u64, u64s, moment } = ch
const dayMs = 86_400_000
const page = 2_000

const rowOf = async (ctx: Ctx, id: number) => {
  const row = await ctx.pg.selectFrom('opinion.rematch').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.rematchUnknown({ id })
  return row
}

const shown = (row: Awaited<ReturnType<typeof rowOf>>): Rematch => ({
  id: row.id,
  subjectIds: row.subject_ids,
  fromAt: row.from_at.toISOString(),
  toAt: row.to_at.toISOString(),
  state: row.state,
  total: row.total,
  looked: row.looked,
  gained: row.gained,
  lost: row.lost,
  error: row.error,
  askedAt: row.asked_at.toISOString(),
  askedBy: row.asked_by,
  finishedAt: row.finished_at?.toISOString() ?? null,
})

/** The newest first. */
export const listRematches = async (ctx: Ctx): Promise<{ items: Rematch[] }> => {
  const rows = await ctx.pg.selectFrom('opinion.rematch').selectAll().orderBy('id', 'desc').limit(20).execute()
  return { items: rows.map(shown) }
}

/** Asks that stored posts be matched again by the rules of now. @throws problem.rematchGoingOn */
export const askRematch = (ctx: Ctx, { subjectIds, days }: { subjectIds: number[]; days: number }): Promise<Rematch> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    const from = new Date(now.getTime() - days * dayMs)
    const { rows } = await pgSql<{ id: number }>`
      insert into opinion.rematch (subject_ids, from_at, to_at, asked_at, asked_by)
      values (${subjectIds}::int[], ${from}, ${now}, ${now}, ${ctx.actor.name})
      on conflict ((true)) where state in ('waiting', 'running') do nothing returning id`.execute(ctx.pg)
    const [made] = rows
    if (!made) throw problem.rematchGoingOn()
    await ctx.jobs.send('opinion.rematch', { id: made.id }, { key: `rematch-${made.id}` })
    await ctx.audit.record(ctx, {
      action: 'subjects.rematch',
      subject: `rematch:${made.id}`,
      detail: { subjects: subjectIds, days },
    })
    return shown(await rowOf(ctx, made.id))
  })

/** Stops it; what was matched stays matched. @throws problem.rematchUnknown */
export const cancelRematch = (ctx: Ctx, { id }: { id: number }): Promise<Rematch> =>
  ctx.tx(async (ctx) => {
    await rowOf(ctx, id)
    await ctx.pg
      .updateTable('opinion.rematch')
      .set({ state: 'cancelled', finished_at: ctx.now() })
      .where('id', '=', id)
      .where('state', 'in', ['waiting', 'running'])
      .execute()
    await ctx.audit.record(ctx, { action: 'subjects.rematchCancelled', subject: `rematch:${id}`, detail: {} })
    return shown(await rowOf(ctx, id))
  })

interface PostRow extends Record<string, unknown> {
  post_id: string
  published_at: string
  first_seen_at: string
  seen_at: string
  title: string
  text: string
  platform: Platform
  kind: PostKind
  source_id: number
  author_class: AuthorClass
  followers: number
  sentiment: -1 | 0 | 1
  sentiment_p: number
  subjects: number[]
}

const chTime = (at: string) => new Date(at).toISOString().replace('T', ' ').replace('Z', '')

interface Change {
  row: PostRow
  gained: SubjectMatch[]
  lost: number[]
}

/** Writes what changed of one page: mentions of subjects gained, none of those lost, the list in the post. */
const apply = async (ctx: Ctx, changes: readonly Change[]): Promise<void> => {
  const fresh = changes.filter(({ gained }) => gained.length > 0)
  const readings = await understand(
    ctx,
    0,
    fresh.map(({ row }) => ({
      title: row.title,
      text: row.text,
      platform: row.platform,
      kind: row.kind,
      sourceId: row.source_id,
      authorClass: row.author_class,
      followers: row.followers,
    })),
  )
  // Before the posts say so: after a crash between the two they would not be gained again.
  await queueGained(
    ctx,
    fresh.map(({ row, gained }) => ({
      postId: row.post_id,
      subjects: gained.map(({ subjectId }) => subjectId),
      publishedAt: new Date(row.published_at),
    })),
  )
  const number = stampFor(ctx)
  const mentions = fresh.flatMap(({ row, gained }, index) =>
    gained.map(({ subjectId, rule, disguised }) => {
      const read = readings[index]?.mentions.find((one) => one.subjectId === subjectId)
      return {
        drill_id: 0,
        subject_id: subjectId,
        published_at: chTime(row.published_at),
        post_id: row.post_id,
        batch: row['batch'],
        source_id: row.source_id,
        platform: row.platform,
        kind: row.kind,
        author: row['author'],
        author_class: row.author_class,
        followers: row.followers,
        speaker: row['speaker'],
        sentiment: row.sentiment,
        toward: read?.toward ?? row.sentiment,
        negative_p: read?.negativeP ?? row.sentiment_p,
        aspects: row['aspects'],
        urgency: row['urgency'],
        rumour: row['rumour'],
        spam: row['spam'],
        rule,
        disguised: disguised ? 1 : 0,
        cluster_id: row['cluster_id'],
        number,
      }
    }),
  )
  if (mentions.length > 0) await ctx.ch.insert('mentions', mentions)
  const lost = new Map<number, string[]>()
  for (const { row, lost: gone } of changes)
    for (const subject of gone) lost.set(subject, [...(lost.get(subject) ?? []), row.post_id])
  for (const [subject, ids] of lost)
    await ctx.ch.command(
      sql`alter table mentions delete where drill_id = 0 and subject_id = ${u32(subject)} and post_id in ${u64s(ids.map(BigInt))}`,
      { settings: { mutations_sync: 2 } },
    )
  const changed = new Map(changes.map((change) => [change.row.post_id, change]))
  await inTurn(ctx, () =>
    rewritePosts(ctx, { drillId: 0, ids: [...changed.keys()] }, (row) => {
      const { gained = [], lost = [] } = changed.get(row.post_id) ?? {}
      const others = (row['subjects'] as number[]).filter((subject) => !lost.includes(subject))
      return { subjects: [...new Set([...others, ...gained.map(({ subjectId }) => subjectId)])].sort((a, b) => a - b) }
    }),
  )
}

/**
 * The job: goes through stored real posts from the oldest, by the rules as they are then. After a crash it goes on where it
 * was. Posts that gain a subject are put to events; one that lost a subject stays where it is.
 */
export const rematch = async (ctx: Ctx, id: number, signal: AbortSignal): Promise<void> => {
  const row = await rowOf(ctx, id)
  if (row.state !== 'waiting' && row.state !== 'running') return
  const range = sql`drill_id = 0 and published_at >= ${moment(row.from_at)} and published_at <= ${moment(row.to_at)}`
  try {
    const counted = await ctx.ch.one<{ total: string }>(sql`select uniq(post_id) as total from posts where ${range}`)
    const total = Number(counted?.total ?? 0)
    const only = row.subject_ids.length > 0 ? new Set(row.subject_ids) : undefined
    const isMeant = (subject: number) => only === undefined || only.has(subject)
    // Asked for because of a change a moment ago: not by what this process knew before it.
    await ruleSetNow(ctx)
    let { place_at: at, place_id: last, looked, gained, lost } = row
    for (;;) {
      signal.throwIfAborted()
      const going = await ctx.pg
        .updateTable('opinion.rematch')
        .set({ state: 'running', total, looked: Math.min(looked, total), gained, lost, place_at: at, place_id: last })
        .where('id', '=', id)
        .where('state', 'in', ['waiting', 'running'])
        .returning('id')
        .executeTakeFirst()
      if (!going) return
      const after: ChSql =
        at && last ? sql` and (published_at, post_id) > (${moment(at)}, ${u64(BigInt(last))})` : sql``
      const rows = await ctx.ch.rows<PostRow>(
        sql`select * from posts where ${range}${after} order by published_at, post_id, number desc limit 1 by post_id limit ${u32(page)}`,
      )
      const matcher = await subjectMatcher(ctx)
      const changes: Change[] = []
      for (const post of rows) {
        const matches = matchSubjects(matcher, {
          title: post.title,
          text: post.text,
          platform: post.platform,
          sourceId: post.source_id,
        })
        const now = new Set(matches.map(({ subjectId }) => subjectId))
        const change: Change = {
          row: post,
          gained: matches.filter(({ subjectId }) => isMeant(subjectId) && !post.subjects.includes(subjectId)),
          lost: post.subjects.filter((subject) => isMeant(subject) && !now.has(subject)),
        }
        if (change.gained.length + change.lost.length > 0) changes.push(change)
      }
      if (changes.length > 0) await apply(ctx, changes)
      looked += rows.length
      for (const change of changes) {
        gained += change.gained.length
        lost += change.lost.length
      }
      const end = rows.at(-1)
      if (end) {
        at = new Date(end.published_at)
        last = end.post_id
      }
      if (rows.length === page) continue
      await ctx.pg
        .updateTable('opinion.rematch')
        .set({ state: 'done', looked: total, gained, lost, finished_at: ctx.now() })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .execute()
      return
    }
  } catch (error) {
    // The process ends, or a store is away: the job is tried again and goes on where it was.
    if (signal.aborted || isStoreAway(error)) throw error
    ctx.log.error({ error, rematch: id }, 'matching posts again failed')
    await ctx.pg
      .updateTable('opinion.rematch')
      .set({ state: 'failed', error: 'failed', finished_at: ctx.now() })
      .where('id', '=', id)
      .where('state', 'in', ['waiting', 'running'])
      .execute()
  }
}
