import { type Selectable, sql } from 'kysely'
import { type Actor, type Ctx, problem as platformProblem, type Tables } from '#platform'
import { nextDue } from '../schedule.ts'
import { zone } from '../world.ts'
import type { NewTag, Tag, TagChange, TagDefinition, TagQuery } from './contract.ts'
import { shapeOf } from './definition-contract.ts'
import { leadsBack } from './order.ts'
import { problem } from './problem.ts'
import { tagRows } from './rows.ts'
import { bannedIn, sensitiveUses, type TagWords } from './sensitive.ts'
import { checkedSql } from './sql-guard.ts'
import { tagsNamed, tagWorldOf, traitsOf } from './world.ts'
import './tables.ts'

export type TagRow = Selectable<Tables['audiences.tag']>

const iso = (at: Date | null) => at?.toISOString() ?? null
/** Who somebody is for the rule of two persons. */
export const personOf = ({ kind, id }: Pick<Actor, 'kind' | 'id'>) => `${kind}:${id}`

/** @throws problem.unknown */
export const tagRow = async (ctx: Ctx, key: string): Promise<TagRow> => {
  const row = await ctx.pg.selectFrom('audiences.tag').selectAll().where('key', '=', key).executeTakeFirst()
  if (!row) throw problem.unknown({ key })
  return row
}

interface Links {
  uses: Map<number, string[]>
  usedBy: Map<number, string[]>
}

/** Keys of the tags that these are computed from and that are computed from these. */
const linksOf = async (ctx: Ctx, nos: readonly number[]): Promise<Links> => {
  const uses = new Map<number, string[]>()
  const usedBy = new Map<number, string[]>()
  if (nos.length === 0) return { uses, usedBy }
  const rows = await ctx.pg
    .selectFrom('audiences.tag_dependency as d')
    .innerJoin('audiences.tag as below', 'below.no', 'd.on_no')
    .innerJoin('audiences.tag as above', 'above.no', 'd.tag_no')
    .select(['d.tag_no', 'd.on_no', 'below.key as below', 'above.key as above'])
    .where(({ or, eb }) => or([eb('d.tag_no', 'in', nos), eb('d.on_no', 'in', nos)]))
    .where('above.state', '!=', 'retired')
    .orderBy('below.key')
    .orderBy('above.key')
    .execute()
  for (const { tag_no, on_no, below, above } of rows) {
    uses.set(tag_no, [...(uses.get(tag_no) ?? []), below])
    usedBy.set(on_no, [...(usedBy.get(on_no) ?? []), above])
  }
  return { uses, usedBy }
}

const shown = (row: TagRow, { uses, usedBy }: Links, now: Date): Tag => ({
  no: row.no,
  key: row.key,
  title: row.title,
  kind: row.kind,
  type: row.type,
  multi: row.multi,
  state: row.state,
  owner: row.owner,
  purpose: row.purpose,
  meaning: row.meaning,
  definition: row.definition,
  version: row.version,
  base: row.base,
  schedule: row.schedule,
  emptyPolicy: row.empty_policy,
  keepVersions: row.keep_versions,
  expiresOn: row.expires_on,
  sensitive: row.sensitive,
  reviewVersion: row.review_version,
  dueAt: iso(row.due_at),
  running: row.lease_until !== null && row.lease_until > now,
  queued: row.queued_at !== null,
  progress: row.progress,
  asOf: iso(row.as_of),
  runVersion: row.run_version,
  covered: row.covered,
  of: row.of_all,
  tookMs: row.took_ms,
  error: row.error,
  uses: uses.get(row.no) ?? [],
  usedBy: usedBy.get(row.no) ?? [],
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
  changedAt: row.changed_at.toISOString(),
  changedBy: row.changed_by,
})

export const show = async (ctx: Ctx, row: TagRow): Promise<Tag> => shown(row, await linksOf(ctx, [row.no]), ctx.now())

/** @throws problem.unknown */
export const readTag = async (ctx: Ctx, { key }: { key: string }): Promise<Tag> => show(ctx, await tagRow(ctx, key))

/** The catalogue, newest change first. `search` looks into title, key, owner, purpose and meaning. */
export const listTags = async (ctx: Ctx, { search, kind, state, owner, limit, after }: TagQuery) => {
  let found = ctx.pg.selectFrom('audiences.tag')
  if (kind) found = found.where('kind', '=', kind)
  // Retired tags are in the catalogue only for who asks for them.
  found = state ? found.where('state', '=', state) : found.where('state', '!=', 'retired')
  if (owner) found = found.where('owner', '=', owner)
  if (search)
    found = found.where(
      sql<boolean>`position(lower(${search}) in lower(title || ' ' || key || ' ' || owner || ' ' || purpose || ' ' || meaning)) > 0`,
    )
  const [rows, counted, owners] = await Promise.all([
    found
      .selectAll()
      .$if(after !== undefined, (query) => query.where('no', '<', after ?? 0))
      .orderBy('no', 'desc')
      .limit(limit + 1)
      .execute(),
    found.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow(),
    ctx.pg.selectFrom('audiences.tag').select('owner').distinct().orderBy('owner').limit(200).execute(),
  ])
  const page = rows.slice(0, limit)
  const links = await linksOf(
    ctx,
    page.map(({ no }) => no),
  )
  const last = page.at(-1)
  return {
    items: page.map((row) => shown(row, links, ctx.now())),
    total: Number(counted.total),
    next: rows.length > limit && last ? String(last.no) : null,
    owners: owners.map(({ owner }) => owner),
  }
}

/** Keys and dependencies are checked against what others write: one writer at a time, until the transaction ends. */
export const oneWriter = (ctx: Ctx) => sql`select pg_advisory_xact_lock(7261011)`.execute(ctx.pg)

/**
 * Whether a definition may be, and what it is made of.
 * @returns why it is sensitive, and the numbers of the tags it is computed from
 * @throws problem.banned, problem.circular, problem.unknownTag, problem.unfit, problem.sqlRefused, platform.forbidden, and
 * what compiling its conditions throws
 */
export const examine = async (ctx: Ctx, words: TagWords) => {
  const { key, definition } = words
  const banned = bannedIn(words)
  if (banned) throw problem.banned({ ...banned })
  if (definition.kind === 'sql') {
    if (!ctx.actor.permissions.has('tags.sql')) throw platformProblem.forbidden({ needs: 'tags.sql' })
    await checkedSql(ctx, definition.sql)
  }
  const keys = await tagsNamed(ctx, definition)
  const rows = await ctx.pg
    .selectFrom('audiences.tag')
    .select(['key', 'no', 'state', 'sensitive', 'title'])
    .where('state', '!=', 'retired')
    .execute()
  const known = new Map(rows.map((row) => [row.key, row]))
  const missing = keys.find((name) => !known.has(name))
  if (missing !== undefined) throw problem.unknownTag({ tag: missing })
  const edges = await ctx.pg.selectFrom('audiences.tag_dependency').selectAll().execute()
  const keyOf = new Map(rows.map(({ key, no }) => [no, key]))
  const uses = new Map<string, string[]>()
  for (const { tag_no, on_no } of edges) {
    const above = keyOf.get(tag_no)
    const below = keyOf.get(on_no)
    if (above !== undefined && below !== undefined) uses.set(above, [...(uses.get(above) ?? []), below])
  }
  if (leadsBack(key, keys, uses)) throw problem.circular({ tag: key })
  if (definition.kind !== 'manual' && definition.kind !== 'sql') {
    // Compiles everything, so that a definition that cannot run is not saved.
    tagRows(definition, await tagWorldOf(ctx, definition, { at: ctx.now() }))
  }
  const own = sensitiveUses(words, await traitsOf(ctx))
  const inherited = keys.flatMap((name) => known.get(name)?.sensitive ?? [])
  const sensitive = [...own, ...inherited].filter(
    (use, i, all) => all.findIndex(({ why, what }) => why === use.why && what === use.what) === i,
  )
  return { sensitive, on: keys.flatMap((name) => known.get(name)?.no ?? []) }
}

export const writeDependencies = async (ctx: Ctx, no: number, on: readonly number[]) => {
  await ctx.pg.deleteFrom('audiences.tag_dependency').where('tag_no', '=', no).execute()
  if (on.length > 0)
    await ctx.pg
      .insertInto('audiences.tag_dependency')
      .values(on.map((on_no) => ({ tag_no: no, on_no })))
      .execute()
}

/** A new tag is a draft. @throws problem.keyTaken, and what `examine` throws */
export const createTag = (ctx: Ctx, input: NewTag): Promise<Tag> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    await oneWriter(ctx)
    const { key, title, purpose, meaning, definition, base, schedule, emptyPolicy, keepVersions, expiresOn } = input
    const taken = await ctx.pg.selectFrom('audiences.tag').select('no').where('key', '=', key).executeTakeFirst()
    if (taken) throw problem.keyTaken({ key })
    const { sensitive, on } = await examine(ctx, { key, title, purpose, meaning, definition })
    const { name } = ctx.actor
    const row = await ctx.pg
      .insertInto('audiences.tag')
      .values({
        key,
        title,
        kind: definition.kind,
        ...shapeOf(definition),
        state: 'draft',
        owner: input.owner ?? name,
        purpose,
        meaning,
        definition: JSON.stringify(definition),
        base,
        schedule: schedule && JSON.stringify(schedule),
        empty_policy: emptyPolicy,
        keep_versions: keepVersions,
        expires_on: expiresOn,
        sensitive: JSON.stringify(sensitive),
        created_at: now,
        created_by: name,
        changed_at: now,
        changed_by: name,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.pg
      .insertInto('audiences.tag_version')
      .values({
        tag_no: row.no,
        version: 1,
        definition: JSON.stringify(definition),
        meaning,
        state: 'current',
        created_at: now,
        created_by: name,
        author: personOf(ctx.actor),
      })
      .execute()
    await writeDependencies(ctx, row.no, on)
    const shownTag = await show(ctx, row)
    await ctx.audit.record(ctx, { action: 'tag.create', subject: `tag:${key}`, detail: { key, kind: definition.kind } })
    return shownTag
  })

const sameJson = async (ctx: Ctx, a: TagDefinition, b: TagDefinition): Promise<boolean> => {
  const { rows } = await sql<{ same: boolean }>`
    select ${JSON.stringify(a)}::text::jsonb = ${JSON.stringify(b)}::text::jsonb as same`.execute(ctx.pg)
  return rows[0]?.same === true
}

const newestVersion = async (ctx: Ctx, no: number): Promise<number> => {
  const row = await ctx.pg
    .selectFrom('audiences.tag_version')
    .select(({ fn }) => fn.max('version').as('version'))
    .where('tag_no', '=', no)
    .executeTakeFirst()
  return row?.version ?? 0
}

/** Old definitions beyond the newest that are kept, except what is in force or waits. */
const dropOldVersions = (ctx: Ctx, no: number, keep: number) =>
  sql`delete from audiences.tag_version v where tag_no = ${no} and state in ('past', 'refused')
    and version <= (select max(version) - ${keep}::int from audiences.tag_version where tag_no = ${no})`.execute(ctx.pg)

/**
 * Changes what is given. A new definition of a tag in use that needs a second person waits for him while the old one goes on.
 * @throws problem.unknown, problem.stateWrong, problem.typeChanged, and what `examine` throws
 */
export const changeTag = (ctx: Ctx, { key, ...change }: TagChange & { key: string }): Promise<Tag> =>
  ctx.tx(async (ctx) => {
    const now = ctx.now()
    await oneWriter(ctx)
    const before = await tagRow(ctx, key)
    if (before.state === 'retired') throw problem.stateWrong({ state: before.state })
    const definition = change.definition ?? before.definition
    const words = {
      key,
      title: change.title ?? before.title,
      purpose: change.purpose ?? before.purpose,
      meaning: change.meaning ?? before.meaning,
      definition,
    }
    const isNew = change.definition !== undefined && !(await sameJson(ctx, definition, before.definition))
    const shape = shapeOf(definition)
    if (definition.kind !== before.kind || shape.type !== before.type || shape.multi !== before.multi)
      throw problem.typeChanged({ kind: before.kind, type: before.type, multi: before.multi })
    const { sensitive, on } = await examine(ctx, words)
    // Expired too: with a new day it goes on without another look.
    const inUse = before.state === 'active' || before.state === 'paused' || before.state === 'expired'
    const waits = isNew && sensitive.length > 0 && inUse
    const version = (await newestVersion(ctx, before.no)) + 1
    if (isNew) {
      const replaced = waits ? ('review' as const) : ('current' as const)
      await ctx.pg
        .updateTable('audiences.tag_version')
        .set({ state: waits ? 'refused' : 'past' })
        .where('tag_no', '=', before.no)
        .where('state', '=', replaced)
        .execute()
      await ctx.pg
        .insertInto('audiences.tag_version')
        .values({
          tag_no: before.no,
          version,
          definition: JSON.stringify(definition),
          meaning: words.meaning,
          state: replaced,
          note: change.note ?? '',
          created_at: now,
          created_by: ctx.actor.name,
          author: personOf(ctx.actor),
        })
        .execute()
      if (!waits) await writeDependencies(ctx, before.no, on)
    }
    const { title, owner, purpose, meaning, base, schedule, emptyPolicy, keepVersions, expiresOn } = change
    const row = await ctx.pg
      .updateTable('audiences.tag')
      .set({
        changed_at: now,
        changed_by: ctx.actor.name,
        ...(title !== undefined && { title }),
        ...(owner !== undefined && { owner }),
        ...(purpose !== undefined && { purpose }),
        ...(meaning !== undefined && { meaning }),
        ...(base !== undefined && { base }),
        ...(emptyPolicy !== undefined && { empty_policy: emptyPolicy }),
        ...(keepVersions !== undefined && { keep_versions: keepVersions }),
        ...(expiresOn !== undefined && {
          expires_on: expiresOn,
          // Whoever gives an expired tag more time takes it into use again.
          ...(before.state === 'expired' &&
            (expiresOn === null || expiresOn > dayOf(now)) && { state: 'paused' as const }),
        }),
        ...(schedule !== undefined && {
          schedule: schedule && JSON.stringify(schedule),
          due_at: before.state === 'active' ? nextDue(schedule, now, zone) : null,
        }),
        ...(isNew && !waits && { definition: JSON.stringify(definition), version, review_version: null }),
        ...(isNew && !waits && before.state === 'active' && before.schedule && { due_at: now }),
        // A draft under review that changes is a draft again.
        ...(isNew && before.state === 'review' && { state: 'draft' as const }),
        ...(waits && { review_version: version }),
        ...(!waits && { sensitive: JSON.stringify(sensitive) }),
      })
      .where('no', '=', before.no)
      .returningAll()
      .executeTakeFirstOrThrow()
    await dropOldVersions(ctx, row.no, row.keep_versions)
    const tag = await show(ctx, row)
    await ctx.audit.record(ctx, {
      action: 'tag.change',
      subject: `tag:${key}`,
      detail: { changed: Object.keys(change), version: isNew ? version : before.version, waits },
    })
    return tag
  })

/** The day in Shanghai. */
export const dayOf = (now: Date): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }).format(now)

/** Audiences whose saved definition names a tag. */
const audiencesWith = async (ctx: Ctx, key: string) => {
  const { rows } = await sql<{ id: string; name: string }>`
    select id::text as id, name from audiences.audience
    where jsonb_path_exists(definition, '$.**.tag ? (@ == $key)', jsonb_build_object('key', ${key}::text)) limit 20`.execute(
    ctx.pg,
  )
  return rows
}

/**
 * Takes a tag into use, rests it, or retires it for good. One that needs a second person goes to review first.
 * @throws problem.unknown, problem.stateWrong, problem.used when others are made from a tag to be retired
 */
export const changeState = (ctx: Ctx, { key, state }: { key: string; state: 'active' | 'paused' | 'retired' }) =>
  ctx.tx(async (ctx) => {
    await oneWriter(ctx)
    const before = await tagRow(ctx, key)
    const allowed: Record<typeof state, readonly string[]> = {
      active: ['draft', 'paused'],
      paused: ['active'],
      retired: ['draft', 'review', 'active', 'paused', 'expired'],
    }
    if (!allowed[state].includes(before.state)) throw problem.stateWrong({ state: before.state, wanted: state })
    if (state === 'active' && before.expires_on !== null && before.expires_on <= dayOf(ctx.now()))
      throw problem.stateWrong({ state: 'expired', wanted: state })
    if (state === 'retired') {
      const { usedBy } = await linksOf(ctx, [before.no])
      const audiences = await audiencesWith(ctx, key)
      const tags = usedBy.get(before.no) ?? []
      if (tags.length + audiences.length > 0) throw problem.used({ tags, audiences })
    }
    const review = state === 'active' && before.state === 'draft' && before.sensitive.length > 0
    const row = await ctx.pg
      .updateTable('audiences.tag')
      .set({
        state: review ? 'review' : state,
        review_version: review ? before.version : state === 'retired' ? null : before.review_version,
        due_at: state === 'active' && !review && before.kind !== 'manual' && before.schedule ? ctx.now() : null,
        queued_at: null,
        changed_at: ctx.now(),
        changed_by: ctx.actor.name,
      })
      .where('no', '=', before.no)
      .returningAll()
      .executeTakeFirstOrThrow()
    if (state === 'retired') await writeDependencies(ctx, before.no, [])
    const tag = await show(ctx, row)
    await ctx.audit.record(ctx, {
      action: 'tag.state',
      subject: `tag:${key}`,
      detail: { from: before.state, to: row.state },
    })
    return tag
  })

/** Tags past their day are expired: not computed, not used in conditions. */
export const expireTags = async (ctx: Ctx): Promise<void> => {
  const today = dayOf(ctx.now())
  await ctx.tx(async (ctx) => {
    const rows = await ctx.pg
      .updateTable('audiences.tag')
      .set({ state: 'expired', due_at: null, queued_at: null })
      .where('expires_on', '<=', today)
      .where('state', 'in', ['active', 'paused'])
      .returning('key')
      .execute()
    for (const { key } of rows) await ctx.audit.record(ctx, { action: 'tag.expire', subject: `tag:${key}` })
  })
}
