import type { Selectable } from 'kysely'
import { sql } from 'kysely'
import type { Ctx, Tables } from '#platform'
import { type Notice, NoticeContent, type NoticeDraft } from './contract.ts'
import { anewFields, missingFields, textHashOf } from './notice.ts'
import { problem } from './problem.ts'
import './tables.ts'

type Row = Selectable<Tables['compliance.notice']>
type PurposeRow = Selectable<Tables['compliance.purpose']>

const purposeRow = async (ctx: Ctx, key: string): Promise<PurposeRow> => {
  const row = await ctx.pg.selectFrom('compliance.purpose').selectAll().where('key', '=', key).executeTakeFirst()
  if (!row) throw problem.purposeUnknown({ key })
  return row
}

const contentOf = (row: Pick<Row, 'content'>): NoticeContent => NoticeContent.parse(row.content)

/** All versions of a purpose, newest first, each with what it lacks and what of it has to be asked anew. */
export const readNotices = async (ctx: Ctx, { key }: { key: string }): Promise<{ items: Notice[] }> => {
  const purpose = await purposeRow(ctx, key)
  const [rows, counted] = await Promise.all([
    ctx.pg.selectFrom('compliance.notice').selectAll().where('purpose', '=', key).orderBy('number', 'desc').execute(),
    sql<{ label: string; words: number }>`
      select notice_version as label, count(*)::int as words from compliance.consent
      where purpose = ${key} and notice_version is not null group by 1`.execute(ctx.pg),
  ])
  const words = new Map(counted.rows.map(({ label, words }) => [label, words]))
  const published = rows.filter(({ state }) => state === 'published')
  return {
    items: rows.map((row) => {
      const before = published.find(({ number }) => number < row.number)
      return shown(row, purpose, before, words.get(row.label) ?? 0)
    }),
  }
}

const shown = (row: Row, purpose: PurposeRow, before: Row | undefined, consents: number): Notice => {
  const content = contentOf(row)
  return {
    purpose: row.purpose,
    number: row.number,
    label: row.label,
    state: row.state,
    content,
    textHash: row.text_hash,
    asksAnew: row.asks_anew,
    mustAskAnew: anewFields(before && contentOf(before), content),
    missing: missingFields(content, purpose),
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    changedAt: row.changed_at.toISOString(),
    changedBy: row.changed_by,
    publishedAt: row.published_at?.toISOString() ?? null,
    publishedBy: row.published_by,
    consents,
  }
}

const one = async (ctx: Ctx, key: string, number: number): Promise<Notice> => {
  const found = (await readNotices(ctx, { key })).items.find((notice) => notice.number === number)
  if (!found) throw problem.noticeUnknown({ key, number })
  return found
}

const assertLabelFree = async (ctx: Ctx, key: string, label: string, number: number): Promise<void> => {
  const taken = await ctx.pg
    .selectFrom('compliance.notice')
    .select('number')
    .where('purpose', '=', key)
    .where('label', '=', label)
    .where('number', '<>', number)
    .executeTakeFirst()
  if (taken) throw problem.noticeLabelTaken({ label })
}

/**
 * Writes the draft of a purpose: its one draft when there is one, else a new version.
 * @throws problem.purposeUnknown, problem.noticeLabelTaken
 */
export const saveDraft = (ctx: Ctx, { key, label, content }: NoticeDraft & { key: string }): Promise<Notice> =>
  ctx.tx(async (ctx) => {
    await purposeRow(ctx, key)
    const last = await ctx.pg
      .selectFrom('compliance.notice')
      .select(['number', 'state', 'label'])
      .where('purpose', '=', key)
      .orderBy('number', 'desc')
      .limit(1)
      .executeTakeFirst()
    const isDraft = last?.state === 'draft'
    const number = isDraft ? last.number : (last?.number ?? 0) + 1
    const called = label ?? (isDraft ? last.label : `v${number}`)
    await assertLabelFree(ctx, key, called, number)
    const now = ctx.now()
    const by = ctx.actor.name
    const written = { label: called, content: JSON.stringify(content), changed_at: now, changed_by: by }
    if (isDraft)
      await ctx.pg
        .updateTable('compliance.notice')
        .set(written)
        .where('purpose', '=', key)
        .where('number', '=', number)
        .execute()
    else
      await ctx.pg
        .insertInto('compliance.notice')
        .values({
          purpose: key,
          number,
          state: 'draft',
          text_hash: null,
          created_at: now,
          created_by: by,
          published_at: null,
          published_by: null,
          ...written,
        })
        .execute()
    const notice = await one(ctx, key, number)
    await ctx.audit.record(ctx, {
      action: 'notice.draft',
      subject: `notice:${key}/${number}`,
      detail: { label: called, textHash: textHashOf(content) },
    })
    return notice
  })

/** @throws problem.noticeUnknown, problem.noticePublished */
export const deleteDraft = (ctx: Ctx, { key, number }: { key: string; number: number }): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { state } = await one(ctx, key, number)
    if (state === 'published') throw problem.noticePublished({ key, number })
    await ctx.pg.deleteFrom('compliance.notice').where('purpose', '=', key).where('number', '=', number).execute()
    await ctx.audit.record(ctx, { action: 'notice.delete', subject: `notice:${key}/${number}` })
  })

/**
 * Puts a version in force. One whose purpose, manner or processor is another, or that adds kinds or recipients, is asked
 * anew whatever was said (PIPL 14): consents to earlier versions open nothing from now on.
 * @throws problem.noticeUnknown, problem.noticePublished, problem.noticeIncomplete, problem.noticeUnchanged
 */
export const publishNotice = (
  ctx: Ctx,
  { key, number, asksAnew = false }: { key: string; number: number; asksAnew?: boolean | undefined },
): Promise<Notice> =>
  ctx.tx(async (ctx) => {
    // Two who publish at once: the second waits and finds it done.
    await sql`select 1 from compliance.purpose where key = ${key} for update`.execute(ctx.pg)
    const { items } = await readNotices(ctx, { key })
    const draft = items.find((notice) => notice.number === number)
    if (!draft) throw problem.noticeUnknown({ key, number })
    if (draft.state === 'published') throw problem.noticePublished({ key, number })
    if (draft.missing.length > 0) throw problem.noticeIncomplete({ missing: draft.missing })
    const textHash = textHashOf(draft.content)
    const current = items.find(({ state }) => state === 'published')
    if (current?.textHash === textHash) throw problem.noticeUnchanged({ label: current.label })
    const anew = current !== undefined && (asksAnew || draft.mustAskAnew.length > 0)
    await ctx.pg
      .updateTable('compliance.notice')
      .set({
        state: 'published',
        text_hash: textHash,
        asks_anew: anew,
        published_at: ctx.now(),
        published_by: ctx.actor.name,
      })
      .where('purpose', '=', key)
      .where('number', '=', number)
      .execute()
    const notice = await one(ctx, key, number)
    await ctx.audit.record(ctx, {
      action: 'notice.publish',
      subject: `notice:${key}/${number}`,
      detail: { label: notice.label, textHash, asksAnew: anew, changed: draft.mustAskAnew },
    })
    return notice
  })

/**
 * Says which version a name in imported consents means; they count from now on as consents to it.
 * @throws problem.noticeUnknown when there is no such published version
 */
export const mapVersion = (
  ctx: Ctx,
  { key, said, number, reason }: { key: string; said: string; number: number; reason: string },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const { state } = await one(ctx, key, number)
    if (state !== 'published') throw problem.noticeUnknown({ key, number })
    await assertLabelFree(ctx, key, said, 0)
    const row = { number, at: ctx.now(), by: ctx.actor.name, reason }
    await ctx.pg
      .insertInto('compliance.notice_alias')
      .values({ purpose: key, said, ...row })
      .onConflict((conflict) => conflict.columns(['purpose', 'said']).doUpdateSet(row))
      .execute()
    await ctx.audit.record(ctx, {
      action: 'notice.map',
      subject: `notice:${key}/${number}`,
      detail: { said, reason },
    })
  })

export interface CurrentText {
  label: string
  textHash: string
  content: NoticeContent
  /** Of the purpose. */
  description: string
}

/** The versions in force, by purpose. */
export const currentTexts = async (ctx: Ctx): Promise<Map<string, CurrentText>> => {
  const { rows } = await sql<{
    purpose: string
    label: string
    text_hash: string
    content: unknown
    description: string
  }>`
    select distinct on (n.purpose) n.purpose, n.label, n.text_hash, n.content, p.description from compliance.notice n
    join compliance.purpose p on p.key = n.purpose where n.state = 'published' order by n.purpose, n.number desc`.execute(
    ctx.pg,
  )
  return new Map(
    rows.map(({ purpose, label, text_hash, content, description }) => [
      purpose,
      { label, textHash: text_hash, content: NoticeContent.parse(content), description },
    ]),
  )
}
