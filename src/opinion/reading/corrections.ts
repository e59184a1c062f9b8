import { type Ctx, ch } from '#platform'
import type { Head } from '../contract.ts'
import { inTurn, rewritePosts } from '../intake/rewrite.ts'
import { stampFor } from '../intake/stamp.ts'
import { placesOf, postsAt } from '../posts/rows.ts'
import type { Answer, Correction, Corrections, NewCorrection } from './label-contract.ts'
import { problem } from './problem.ts'
import { judgeShadow } from './shadow.ts'
import './tables.ts'

const { sql, u32, u64 } = ch

const chTime = (at: string) => new Date(at).toISOString().replace('T', ' ').replace('Z', '')

type Stored = Record<string, unknown> & { published_at: string }

/** What of a post or mention is written anew for an answer. */
const changeOf = (answer: Answer): Record<string, unknown> => {
  switch (answer.head) {
    case 'sentiment':
      return { sentiment: answer.right, sentiment_p: answer.right < 0 ? 1 : 0 }
    case 'toward':
      return { toward: answer.right, negative_p: answer.right < 0 ? 1 : 0 }
    case 'rumour':
    case 'spam':
      return { [answer.head]: answer.right ? 1 : 0 }
    default:
      return { [answer.head]: answer.right }
  }
}

/** Columns that a mention has too. */
const inMentions: ReadonlySet<Head> = new Set(['sentiment', 'aspects', 'speaker', 'urgency', 'rumour', 'spam'])

/**
 * Writes a post and its mentions with other values. The row with the highest number counts; what else is changed of the post at
 * the same time stays changed.
 */
const rewrite = (
  ctx: Ctx,
  { id, drill }: { id: string; drill: number },
  answer: Answer,
  values: Record<string, unknown>,
  corrected: (before: readonly string[]) => string[],
): Promise<void> =>
  inTurn(ctx, async () => {
    const written = await rewritePosts(ctx, { drillId: drill, ids: [id] }, (row) => ({
      ...(answer.head === 'toward' ? {} : values),
      corrected: corrected((row['corrected'] ?? []) as string[]),
    }))
    if (written.length === 0) throw problem.postUnknown({ id })
    if (answer.head !== 'toward' && !inMentions.has(answer.head)) return
    const rows = await ctx.ch.rows<Stored & { subject_id: number }>(
      sql`select * from mentions final where drill_id = ${u32(drill)} and post_id = ${u64(BigInt(id))}`,
    )
    const { sentiment_p: _, ...ofMention } = values
    const changed = rows.filter(({ subject_id }) => answer.head !== 'toward' || subject_id === answer.subjectId)
    const number = stampFor(ctx)
    if (changed.length > 0)
      await ctx.ch.insert(
        'mentions',
        changed.map((row) => ({ ...row, published_at: chTime(row.published_at), ...ofMention, number })),
      )
  })

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

const sorted = (value: unknown) =>
  Array.isArray(value) ? (value as unknown[]).map(String).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)) : value

/** Puts right, or confirms, what was read in a post. @throws problem.postUnknown, problem.mentionUnknown */
export const correct = async (
  ctx: Ctx,
  { id, drill, answer, why }: NewCorrection & { id: string },
): Promise<Correction> => {
  const [post] = await postsAt(ctx, drill, await placesOf(ctx, drill, [id]))
  if (!post) throw problem.postUnknown({ id })
  const { head } = answer
  const mention = head === 'toward' ? post.mentions.find(({ subjectId }) => subjectId === answer.subjectId) : undefined
  if (head === 'toward' && !mention) throw problem.mentionUnknown({ id, subjectId: answer.subjectId })
  const read = head === 'toward' ? mention?.toward : post[head]
  const told = head === 'rumour' || head === 'spam' ? post[head] >= 0.5 : read
  // What undoing brings back: the number where it was a number.
  const given =
    head === 'toward' ? { value: mention?.toward, p: mention?.negativeP } : { value: read, p: post.sentimentP }
  const confirmed = same(sorted(told), sorted(answer.right))
  const stored = await ctx.ch.one<{ reading: number }>(
    sql`select reading from posts final where drill_id = ${u32(drill)} and post_id = ${u64(BigInt(id))}`,
  )
  const row = await ctx.tx(async (ctx) => {
    const made = await ctx.pg
      .insertInto('opinion.correction')
      .values({
        drill_id: drill,
        post_id: id,
        subject_id: head === 'toward' ? answer.subjectId : null,
        head,
        given: JSON.stringify(given),
        right_answer: JSON.stringify(answer.right),
        confirmed,
        reading: stored?.reading ?? 0,
        why,
        by_login: ctx.actor.name,
        at: ctx.now(),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'reading.corrected',
      subject: `post:${id}`,
      detail: { head, confirmed, correction: made.id },
    })
    return made
  })
  await rewrite(
    ctx,
    { id, drill },
    answer,
    confirmed && head !== 'rumour' && head !== 'spam' ? {} : changeOf(answer),
    (before) => [...new Set([...before, head])],
  )
  if (drill === 0) await judgeShadow(ctx, post, answer, confirmed)
  return shown(row)
}

const shown = (row: {
  id: number
  post_id: string
  subject_id: number | null
  head: Head
  given: unknown
  right_answer: unknown
  confirmed: boolean
  why: string
  by_login: string
  at: Date
  undone_at: Date | null
}): Correction => ({
  id: row.id,
  postId: row.post_id,
  subjectId: row.subject_id,
  head: row.head,
  given: (row.given as { value: Correction['given'] }).value,
  right: row.right_answer as Correction['right'],
  confirmed: row.confirmed,
  why: row.why,
  by: row.by_login,
  at: row.at.toISOString(),
  undone: row.undone_at !== null,
})

/** Takes a correction back: the post says again what was read. @throws problem.correctionUnknown, problem.undoneAlready */
export const undoCorrection = async (ctx: Ctx, { id }: { id: number }): Promise<Correction> => {
  const row = await ctx.tx(async (ctx) => {
    const found = await ctx.pg
      .selectFrom('opinion.correction')
      .selectAll()
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!found) throw problem.correctionUnknown({ id })
    const later = await ctx.pg
      .selectFrom('opinion.correction')
      .select('id')
      .where('post_id', '=', found.post_id)
      .where('head', '=', found.head)
      .where('undone_at', 'is', null)
      .where('id', '>', id)
      .executeTakeFirst()
    if (found.undone_at || later) throw problem.undoneAlready({ id })
    const undone = await ctx.pg
      .updateTable('opinion.correction')
      .set({ undone_at: ctx.now(), undone_by: ctx.actor.name })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'reading.undone',
      subject: `post:${found.post_id}`,
      detail: { correction: id, head: found.head },
    })
    return undone
  })
  const { value, p } = row.given as { value: unknown; p: number }
  const values =
    row.head === 'toward'
      ? { toward: value, negative_p: p }
      : row.head === 'sentiment'
        ? { sentiment: value, sentiment_p: p }
        : { [row.head]: value }
  const answer = { head: row.head, subjectId: row.subject_id ?? 0, right: value } as Answer
  const stillCorrected = await ctx.pg
    .selectFrom('opinion.correction')
    .select('id')
    .where('post_id', '=', row.post_id)
    .where('head', '=', row.head)
    .where('undone_at', 'is', null)
    .executeTakeFirst()
  await rewrite(ctx, { id: row.post_id, drill: row.drill_id }, answer, values, (before) =>
    stillCorrected ? [...before] : before.filter((head) => head !== row.head),
  )
  return shown(row)
}

const page = 50

/** The newest first. @param before number of the correction that the page before ended with */
export const listCorrections = async (ctx: Ctx, { before }: { before?: number | undefined }): Promise<Corrections> => {
  const rows = await ctx.pg
    .selectFrom('opinion.correction')
    .selectAll()
    .where('drill_id', '=', 0)
    .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0))
    .orderBy('id', 'desc')
    .limit(page + 1)
    .execute()
  const items = rows.slice(0, page).map(shown)
  return { items, next: rows.length > page ? (items.at(-1)?.id ?? null) : null }
}
