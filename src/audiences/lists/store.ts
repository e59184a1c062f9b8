import { type Selectable, sql } from 'kysely'
import { type Ctx, ch, type Tables } from '#platform'
import type { MembersQuery } from '../contract.ts'
import { page } from '../members.ts'
import { oneWriter } from '../store.ts'
import type { List, ListChange, ListQuery } from './contract.ts'
import { problem } from './problem.ts'
import { hashOf, listBitmap } from './save.ts'
import './tables.ts'

type Row = Selectable<Tables['audiences.list']>

const shown = (row: Row): List => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  why: row.why,
  madeOf: row.made_of,
  audienceId: row.audience_id,
  size: row.size,
  contentHash: row.content_hash,
  asOf: row.as_of.toISOString(),
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
})

const rowOf = async (ctx: Ctx, id: string): Promise<Row> => {
  const row = await ctx.pg.selectFrom('audiences.list').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.listUnknown({ id })
  return row
}

/** @throws problem.listUnknown */
export const readList = async (ctx: Ctx, { id }: { id: string }): Promise<List> => shown(await rowOf(ctx, id))

/** Newest first, a page at a time; `search` looks into names and reasons. */
export const readLists = async (ctx: Ctx, { search = '', kind, audienceId, limit, after }: ListQuery) => {
  const found = ctx.pg
    .selectFrom('audiences.list')
    .$if(search !== '', (query) =>
      query.where(sql<boolean>`position(lower(${search}) in lower(name || ' ' || why)) > 0`),
    )
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind ?? 'snapshot'))
    .$if(audienceId !== undefined, (query) => query.where('audience_id', '=', audienceId ?? null))
  const start = after
    ? await ctx.pg.selectFrom('audiences.list').select(['created_at', 'id']).where('id', '=', after).executeTakeFirst()
    : undefined
  const [rows, counted] = await Promise.all([
    found
      .selectAll()
      .$if(start !== undefined, (query) =>
        query.where(sql<boolean>`(created_at, id) < (${start?.created_at ?? null}, ${start?.id ?? null})`),
      )
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute(),
    found.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow(),
  ])
  const items = rows.slice(0, limit).map(shown)
  return { items, total: Number(counted.total), next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** Name and reason; members and what it was made of stay. @throws problem.listUnknown */
export const changeList = (ctx: Ctx, { id, ...change }: ListChange & { id: string }): Promise<List> =>
  ctx.tx(async (ctx) => {
    const { name, why } = change
    const before = await rowOf(ctx, id)
    if (name === undefined && why === undefined) return shown(before)
    const row = await ctx.pg
      .updateTable('audiences.list')
      .set({ ...(name !== undefined && { name }), ...(why !== undefined && { why }) })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'list.change',
      subject: `list:${id}`,
      detail: { changed: Object.keys(change) },
    })
    return shown(row)
  })

/** @throws problem.listUnknown, problem.listUsed while audiences are defined by it */
export const deleteList = async (ctx: Ctx, { id }: { id: string }): Promise<void> => {
  await ctx.tx(async (ctx) => {
    await oneWriter(ctx)
    const { name, kind, size, content_hash: contentHash } = await rowOf(ctx, id)
    const { rows: users } = await sql<{ id: string; name: string }>`
      select id, name from audiences.audience
      where position(${`"list": "${id.toLowerCase()}"`} in lower(definition::text)) > 0 order by name limit 20`.execute(
      ctx.pg,
    )
    if (users.length > 0) throw problem.listUsed({ by: users })
    await ctx.pg.deleteFrom('audiences.list').where('id', '=', id).execute()
    await ctx.audit.record(ctx, {
      action: 'list.delete',
      subject: `list:${id}`,
      detail: { name, kind, size, contentHash },
    })
  })
  // After a crash here the bitmap stays until `audiences.pruneLists` finds it without an owner.
  await ctx.ch.command(ch.sql`alter table audience_lists delete where list_id = ${ch.uuid(id)}`)
}

/** Members by number, masked; who was erased since is left out. @throws problem.listUnknown */
export const readListMembers = async (ctx: Ctx, { id, ...query }: MembersQuery & { id: string }) => {
  const { size, as_of } = await rowOf(ctx, id)
  const { items, next } = await page(ctx, listBitmap(id), query)
  return { items, total: size, next, asOf: as_of.toISOString() }
}

/** Whether members and what it was made of are still those of its content hash. @throws problem.listUnknown */
export const verifyList = async (ctx: Ctx, { id }: { id: string }) => {
  const { made_of, content_hash } = await rowOf(ctx, id)
  const { size, contentHash } = await hashOf(ctx, id, made_of)
  return { matches: contentHash === content_hash, contentHash, size }
}

/** Drops bitmaps without a list: of lists that were deleted, or whose saving was cut short more than a day ago. */
export const pruneLists = async (ctx: Ctx): Promise<void> => {
  // The row of a list comes after its bitmap: a young one may belong to a list that is being saved right now.
  const held = await ctx.ch.rows<{ id: string }>(
    ch.sql`select list_id as id from audience_lists group by id having max(at) < now() - interval 1 day`,
  )
  const kept = new Set((await ctx.pg.selectFrom('audiences.list').select('id').execute()).map(({ id }) => id))
  const gone = held.filter(({ id }) => !kept.has(id)).map(({ id }) => id)
  for (let at = 0; at < gone.length; at += 500)
    await ctx.ch.command(
      ch.sql`alter table audience_lists delete where toString(list_id) in ${ch.strings(gone.slice(at, at + 500))}`,
    )
  if (gone.length > 0) ctx.log.info({ lists: gone.length }, 'members without a list dropped')
}
