import { randomUUID } from 'node:crypto'
import { type Selectable, sql } from 'kysely'
import { type Ctx, ch, type Tables } from '#platform'
import { compile } from './condition.ts'
import {
  type Audience,
  type AudienceChange,
  type AudienceQuery,
  audiencesNamed,
  type Definition,
  listsNamed,
  type NewAudience,
  type Refresh,
  tagsNamed,
} from './contract.ts'
import { problem } from './problem.ts'
import { nextDue } from './schedule.ts'
import { worldOf, zone } from './world.ts'
import './tables.ts'

type Row = Selectable<Tables['audiences.audience']>

const shown = (row: Row, now: Date): Audience => ({
  id: row.id,
  name: row.name,
  description: row.description,
  definition: row.definition,
  version: row.version,
  schedule: row.schedule,
  size: row.size,
  asOf: row.as_of?.toISOString() ?? null,
  refreshedVersion: row.refreshed_version,
  tookMs: row.took_ms,
  refreshing: row.lease_until !== null && row.lease_until > now,
  error: row.error,
  dueAt: row.due_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  changedAt: row.changed_at.toISOString(),
  changedBy: row.changed_by,
})

const rowOf = async (ctx: Ctx, id: string): Promise<Row> => {
  const row = await ctx.pg.selectFrom('audiences.audience').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

/** @throws problem.unknown */
export const readAudience = async (ctx: Ctx, { id }: { id: string }): Promise<Audience> =>
  shown(await rowOf(ctx, id), ctx.now())

/** Newest first, a page at a time; `search` looks into names. */
export const listAudiences = async (ctx: Ctx, { search, limit, after }: AudienceQuery) => {
  const found = ctx.pg
    .selectFrom('audiences.audience')
    .$if(search !== undefined && search !== '', (query) =>
      query.where(sql<boolean>`position(lower(${search ?? ''}) in lower(name)) > 0`),
    )
  const start = after
    ? await ctx.pg
        .selectFrom('audiences.audience')
        .select(['created_at', 'id'])
        .where('id', '=', after)
        .executeTakeFirst()
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
  const items = rows.slice(0, limit).map((row) => shown(row, ctx.now()))
  return { items, total: Number(counted.total), next: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}

/** Names and mentions are checked against what others write: one writer at a time, until the transaction ends. */
export const oneWriter = (ctx: Ctx) => sql`select pg_advisory_xact_lock(7261004)`.execute(ctx.pg)

const nameIsFree = async (ctx: Ctx, name: string, besides: string) => {
  const holder = await ctx.pg
    .selectFrom('audiences.audience')
    .select('id')
    .where(sql<boolean>`lower(name) = lower(${name})`)
    .where('id', '!=', besides)
    .executeTakeFirst()
  if (holder) throw problem.nameTaken({ name })
}

/** Refuses a definition that could not be run, or that leads back to the audience itself. */
const checkDefinition = async (ctx: Ctx, id: string, definition: Definition) => {
  const world = await worldOf(ctx, definition)
  if (world.audiences.has(id)) throw problem.circular({ audience: id })
  compile(definition, world)
}

/** Which audiences, lists and tags the definition names: none of them can be deleted meanwhile. */
const writeMentions = async (ctx: Ctx, id: string, definition: Definition) => {
  await ctx.pg.deleteFrom('audiences.mention').where('audience_id', '=', id).execute()
  await ctx.pg.deleteFrom('audiences.mention_list').where('audience_id', '=', id).execute()
  await ctx.pg.deleteFrom('audiences.mention_tag').where('audience_id', '=', id).execute()
  const mentioned = audiencesNamed(definition).map((mentioned_id) => ({ audience_id: id, mentioned_id }))
  const lists = listsNamed(definition).map((list_id) => ({ audience_id: id, list_id }))
  const tags = tagsNamed(definition)
  if (mentioned.length > 0) await ctx.pg.insertInto('audiences.mention').values(mentioned).execute()
  if (lists.length > 0) await ctx.pg.insertInto('audiences.mention_list').values(lists).execute()
  if (tags.length > 0)
    await sql`insert into audiences.mention_tag (audience_id, tag_no)
      select ${id}::uuid, no from audiences.tag where key = any(${tags})`.execute(ctx.pg)
}

/** @throws problem.nameTaken, and what compiling the definition throws */
export const createAudience = (ctx: Ctx, { name, description, definition, schedule }: NewAudience): Promise<Audience> =>
  ctx.tx(async (ctx) => {
    const id = randomUUID()
    const now = ctx.now()
    await oneWriter(ctx)
    await nameIsFree(ctx, name, id)
    await checkDefinition(ctx, id, definition)
    const row = await ctx.pg
      .insertInto('audiences.audience')
      .values({
        id,
        name,
        description,
        definition: JSON.stringify(definition),
        schedule: schedule && JSON.stringify(schedule),
        due_at: schedule && now,
        created_at: now,
        created_by: ctx.actor.name,
        changed_at: now,
        changed_by: ctx.actor.name,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await writeMentions(ctx, id, definition)
    await ctx.audit.record(ctx, { action: 'audience.create', subject: `audience:${id}`, detail: { name } })
    return shown(row, now)
  })

/** @throws problem.unknown, problem.nameTaken, problem.circular, and what compiling the definition throws */
export const changeAudience = (ctx: Ctx, { id, ...change }: AudienceChange & { id: string }): Promise<Audience> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    await oneWriter(ctx)
    const before = await rowOf(ctx, id)
    const { name, description, definition, schedule } = change
    if (name !== undefined) await nameIsFree(ctx, name, id)
    const isNew = definition !== undefined && !(await sameJson(ctx, definition, before.definition))
    if (isNew) {
      await checkDefinition(ctx, id, definition)
      await writeMentions(ctx, id, definition)
      // Living audiences that failed may be right now, also those that name this one.
      await sql`update audiences.live set retry_at = null where retry_at is not null`.execute(ctx.pg)
    }
    const version = before.version + (isNew ? 1 : 0)
    const row = await ctx.pg
      .updateTable('audiences.audience')
      .set({
        changed_at: now,
        changed_by: ctx.actor.name,
        version,
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(isNew && { definition: JSON.stringify(definition) }),
        ...(schedule !== undefined && {
          schedule: schedule && JSON.stringify(schedule),
          due_at: nextDue(schedule, now, zone),
        }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: 'audience.change',
      subject: `audience:${id}`,
      detail: { changed: Object.keys(change), version },
    })
    return shown(row, now)
  })

/** Whether two values are the same to Postgres, whatever the order of their keys. */
const sameJson = async (ctx: Ctx, a: Definition, b: Definition): Promise<boolean> => {
  const { rows } = await sql<{ same: boolean }>`
    select ${JSON.stringify(a)}::text::jsonb = ${JSON.stringify(b)}::text::jsonb as same`.execute(ctx.pg)
  return rows[0]?.same === true
}

/** @throws problem.unknown, problem.used while other audiences are defined by this one */
export const deleteAudience = async (ctx: Ctx, { id }: { id: string }): Promise<void> => {
  await ctx.tx(async (ctx) => {
    await oneWriter(ctx)
    const { name } = await rowOf(ctx, id)
    const users = await ctx.pg
      .selectFrom('audiences.mention')
      .innerJoin('audiences.audience', 'audiences.audience.id', 'audiences.mention.audience_id')
      .select(['audiences.audience.id', 'audiences.audience.name'])
      .where('mentioned_id', '=', id)
      .limit(20)
      .execute()
    if (users.length > 0) throw problem.used({ by: users })
    await ctx.pg.deleteFrom('audiences.audience').where('id', '=', id).execute()
    await ctx.audit.record(ctx, { action: 'audience.delete', subject: `audience:${id}`, detail: { name } })
  })
  // After a crash here the bitmaps stay until `audiences.prune` finds them without an owner.
  await ctx.ch.command(ch.sql`alter table audience_membership delete where audience_id = ${ch.uuid(id)}`)
}

/** Refreshes of an audience, newest first. @throws problem.unknown */
export const readHistory = async (
  ctx: Ctx,
  { id, limit }: { id: string; limit: number },
): Promise<{ items: Refresh[] }> => {
  await rowOf(ctx, id)
  const rows = await ctx.pg
    .selectFrom('audiences.refresh')
    .selectAll()
    .where('audience_id', '=', id)
    .orderBy('refresh', 'desc')
    .limit(limit)
    .execute()
  return {
    items: rows.map(({ refresh, version, as_of, size, entered, left, took_ms, by }) => ({
      refresh,
      version,
      asOf: as_of.toISOString(),
      size,
      entered,
      left,
      tookMs: took_ms,
      by,
    })),
  }
}
