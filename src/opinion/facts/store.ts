import { sql } from 'kysely'
import { notSecond } from '#compliance'
import { type Ctx, scanText } from '#platform'
import type { Fact, FactDetail, FactPage, FactQuery, FactStanding, FactText } from './facts-contract.ts'
import { linksOf } from './links.ts'
import { problem } from './problem.ts'
import './tables.ts'

/**
 * Where a fact stands, from its versions: approved and valid now, coming or over; else waiting, draft, or given up.
 */
const standing = (now: Date) => sql<FactStanding>`case
  when a.version is not null and a.valid_from > ${now} then 'coming'
  when a.version is not null and a.valid_until is not null and a.valid_until <= ${now} then 'expired'
  when a.version is not null then 'valid'
  when l.state = 'submitted' then 'waiting'
  when l.state = 'draft' then 'draft'
  else 'ended' end`

interface Row {
  id: number
  claim: string
  fact: string
  standing: FactStanding
  valid_from: Date
  valid_until: Date | null
  version: number
  waiting: boolean
  suggested: number
  confirmed: number
  uses: number
  changed_at: Date
  written_name: string
}

/** The version that counts: the approved one, else the latest. */
const shownFrom = (now: Date) => sql`(
  select f.id, ${standing(now)} as standing, coalesce(a.claim, l.claim) as claim, coalesce(a.fact, l.fact) as fact,
    coalesce(a.valid_from, l.valid_from) as valid_from, case when a.version is null then l.valid_until else a.valid_until end as valid_until,
    coalesce(a.version, l.version) as version, l.state = 'submitted' as waiting, f.changed_at,
    coalesce(a.written_name, l.written_name) as written_name,
    (select count(*)::int from opinion.fact_link k where k.fact_id = f.id and k.drill_id = 0 and k.state = 'suggested') as suggested,
    (select count(*)::int from opinion.fact_link k where k.fact_id = f.id and k.drill_id = 0 and k.state = 'confirmed') as confirmed,
    (select count(*)::int from opinion.fact_use u where u.fact_id = f.id) as uses
  from opinion.fact f
    join lateral (select * from opinion.fact_version v where v.fact_id = f.id order by v.version desc limit 1) l on true
    left join opinion.fact_version a on a.fact_id = f.id and a.state = 'approved'
) s`

const shown = (row: Row): Fact => ({
  id: row.id,
  claim: row.claim,
  fact: row.fact,
  standing: row.standing,
  validFrom: row.valid_from.toISOString(),
  validUntil: row.valid_until?.toISOString() ?? null,
  version: row.version,
  waiting: row.waiting,
  links: { suggested: row.suggested, confirmed: row.confirmed },
  uses: row.uses,
  changedAt: row.changed_at.toISOString(),
  writtenBy: row.written_name,
})

export const listFacts = async (ctx: Ctx, query: FactQuery): Promise<FactPage> => {
  const pattern = `%${(query.search ?? '').replaceAll(/[\\%_]/g, '\\$&')}%`
  const where = sql`(${query.standing === undefined}::boolean or s.standing = ${query.standing ?? ''})
    and (s.claim || ' ' || s.fact) ilike ${pattern}`
  const from = shownFrom(ctx.now())
  const [{ rows }, counts] = await Promise.all([
    sql<Row>`select s.* from ${from} where ${where} order by s.changed_at desc, s.id desc limit ${query.limit} offset ${query.offset}`.execute(
      ctx.pg,
    ),
    sql<{ standing: FactStanding; count: number; fits: number }>`
      select s.standing, count(*)::int as count, count(*) filter (where ${where})::int as fits from ${from} group by 1`.execute(
      ctx.pg,
    ),
  ])
  const all: FactPage['counts'] = { valid: 0, coming: 0, expired: 0, waiting: 0, draft: 0, ended: 0 }
  for (const { standing, count } of counts.rows) all[standing] = count
  return { items: rows.map(shown), total: counts.rows.reduce((sum, { fits }) => sum + fits, 0), counts: all }
}

/** Facts by id, in the order given; those that do not exist are left out. */
export const factsByIds = async (ctx: Ctx, ids: readonly number[]): Promise<Fact[]> => {
  if (ids.length === 0) return []
  const { rows } = await sql<Row>`select s.* from ${shownFrom(ctx.now())} where s.id = any(${[...ids]}::int[])`.execute(
    ctx.pg,
  )
  const byId = new Map(rows.map((row) => [row.id, shown(row)]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** @throws problem.unknown */
export const readFact = async (ctx: Ctx, { id }: { id: number }): Promise<FactDetail> => {
  const [fact] = await factsByIds(ctx, [id])
  if (!fact) throw problem.unknown({ fact: id })
  const [versions, uses, linked] = await Promise.all([
    ctx.pg
      .selectFrom('opinion.fact_version')
      .selectAll()
      .where('fact_id', '=', id)
      .orderBy('version', 'desc')
      .execute(),
    ctx.pg
      .selectFrom('opinion.fact_use')
      .selectAll()
      .where('fact_id', '=', id)
      .orderBy('id', 'desc')
      .limit(100)
      .execute(),
    linksOf(ctx, id),
  ])
  return {
    ...fact,
    versions: versions.map((row) => ({
      version: row.version,
      claim: row.claim,
      fact: row.fact,
      evidence: row.evidence,
      evidenceUrl: row.evidence_url,
      validFrom: row.valid_from.toISOString(),
      validUntil: row.valid_until?.toISOString() ?? null,
      state: row.state,
      writtenBy: row.written_name,
      writtenAt: row.written_at.toISOString(),
      mine: row.writers.includes(ctx.actor.id),
      decidedBy: row.decided_name,
      decidedAt: row.decided_at?.toISOString() ?? null,
      note: row.note,
    })),
    linked,
    used: uses.map((row) => ({ usedIn: row.used_in, version: row.version, by: row.by_name, at: row.at.toISOString() })),
    posts: linked.filter(({ state }) => state === 'confirmed').reduce((sum, { posts }) => sum + posts, 0),
  }
}

/** What a version holds; personal values are masked before they are kept. */
const columnsOf = (ctx: Ctx, given: FactText) => {
  const from = new Date(given.validFrom)
  const until = given.validUntil === null ? null : new Date(given.validUntil)
  if (until && until <= from) throw problem.period({})
  return {
    claim: scanText(given.claim).text,
    fact: scanText(given.fact).text,
    evidence: scanText(given.evidence).text,
    evidence_url: given.evidenceUrl,
    valid_from: from,
    valid_until: until,
    written_by: ctx.actor.id,
    written_name: ctx.actor.name,
    written_at: ctx.now(),
  }
}

/** A new fact, as a draft. */
export const createFact = (ctx: Ctx, given: FactText): Promise<FactDetail> =>
  ctx.tx(async (ctx) => {
    const columns = columnsOf(ctx, given)
    const { id } = await ctx.pg
      .insertInto('opinion.fact')
      .values({ claim: columns.claim, created_at: ctx.now(), changed_at: ctx.now() })
      .returning('id')
      .executeTakeFirstOrThrow()
    await ctx.pg
      .insertInto('opinion.fact_version')
      .values({ fact_id: id, version: 1, state: 'draft', ...columns, writers: [ctx.actor.id] })
      .execute()
    await ctx.audit.record(ctx, {
      action: 'opinion.fact.write',
      subject: `fact:${id}`,
      detail: { fact: id, version: 1 },
    })
    return readFact(ctx, { id })
  })

const latest = async (ctx: Ctx, id: number) => {
  const row = await ctx.pg
    .selectFrom('opinion.fact_version')
    .selectAll()
    .where('fact_id', '=', id)
    .orderBy('version', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw problem.unknown({ fact: id })
  return row
}

const touched = (ctx: Ctx, id: number) =>
  ctx.pg.updateTable('opinion.fact').set({ changed_at: ctx.now() }).where('id', '=', id).execute()

/** Changes a draft; of what was decided a new version is begun. */
export const writeFact = (ctx: Ctx, { id, ...given }: FactText & { id: number }): Promise<FactDetail> =>
  ctx.tx(async (ctx) => {
    const last = await latest(ctx, id)
    if (last.state === 'submitted') throw problem.pending({ fact: id })
    const columns = columnsOf(ctx, given)
    const version = last.state === 'draft' ? last.version : last.version + 1
    // What was not approved lives on in the next text, and whoever wrote it is one of its writers.
    const before = last.state === 'draft' || last.state === 'refused' ? last.writers : []
    const writers = [...new Set([...before, ctx.actor.id])]
    if (last.state === 'draft')
      await ctx.pg
        .updateTable('opinion.fact_version')
        .set({ ...columns, writers })
        .where('fact_id', '=', id)
        .where('version', '=', version)
        .execute()
    else
      await ctx.pg
        .insertInto('opinion.fact_version')
        .values({ fact_id: id, version, state: 'draft', ...columns, writers })
        .execute()
    await touched(ctx, id)
    await ctx.audit.record(ctx, { action: 'opinion.fact.write', subject: `fact:${id}`, detail: { fact: id, version } })
    return readFact(ctx, { id })
  })

/** Asks for approval. */
export const submitFact = (ctx: Ctx, { id }: { id: number }): Promise<FactDetail> =>
  ctx.tx(async (ctx) => {
    const last = await latest(ctx, id)
    if (last.state !== 'draft') throw problem.notDraft({ fact: id, state: last.state })
    await ctx.pg
      .updateTable('opinion.fact_version')
      .set({ state: 'submitted' })
      .where('fact_id', '=', id)
      .where('version', '=', last.version)
      .execute()
    await touched(ctx, id)
    await ctx.audit.record(ctx, {
      action: 'opinion.fact.submit',
      subject: `fact:${id}`,
      detail: { fact: id, version: last.version },
    })
    return readFact(ctx, { id })
  })

/**
 * Decides about a version: it is approved by nobody who wrote any part of it, and by no key. The version approved before is replaced.
 * @throws problem.notSubmitted, problem.ownWork
 */
export const decideFact = async (
  ctx: Ctx,
  { id, approve, note }: { id: number; approve: boolean; note: string },
): Promise<FactDetail> => {
  const decided = await ctx.tx(async (ctx) => {
    const last = await latest(ctx, id)
    if (last.state !== 'submitted') throw problem.notSubmitted({ fact: id, state: last.state })
    // Whoever wrote part of it may send it back, else two people who both wrote could neither approve nor go on.
    if (approve && (await notSecond(ctx, last.writers))) throw problem.ownWork({ fact: id })
    if (approve)
      await ctx.pg
        .updateTable('opinion.fact_version')
        .set({ state: 'replaced' })
        .where('fact_id', '=', id)
        .where('state', '=', 'approved')
        .execute()
    await ctx.pg
      .updateTable('opinion.fact_version')
      .set({
        state: approve ? 'approved' : 'refused',
        decided_by: ctx.actor.id,
        decided_name: ctx.actor.name,
        decided_at: ctx.now(),
        note,
      })
      .where('fact_id', '=', id)
      .where('version', '=', last.version)
      .execute()
    if (approve) await ctx.pg.updateTable('opinion.fact').set({ claim: last.claim }).where('id', '=', id).execute()
    await touched(ctx, id)
    // Posts of the last month that make the claim already.
    if (approve) await ctx.jobs.send('opinion.linkFacts', { factId: id, days: 30 }, { key: `fact:${id}` })
    const action = approve ? 'opinion.fact.approve' : 'opinion.fact.refuse'
    await ctx.audit.record(ctx, { action, subject: `fact:${id}`, detail: { fact: id, version: last.version, note } })
    return readFact(ctx, { id })
  })
  return decided
}

/** An approved fact counts no more from now on. */
export const withdrawFact = (ctx: Ctx, { id, reason }: { id: number; reason: string }): Promise<FactDetail> =>
  ctx.tx(async (ctx) => {
    const done = await ctx.pg
      .updateTable('opinion.fact_version')
      .set({
        state: 'withdrawn',
        decided_by: ctx.actor.id,
        decided_name: ctx.actor.name,
        decided_at: ctx.now(),
        note: reason,
      })
      .where('fact_id', '=', id)
      .where('state', '=', 'approved')
      .returning('version')
      .executeTakeFirst()
    if (!done) throw problem.notInForce({ fact: id })
    await touched(ctx, id)
    await ctx.audit.record(ctx, {
      action: 'opinion.fact.withdraw',
      subject: `fact:${id}`,
      detail: { fact: id, version: done.version, reason },
    })
    return readFact(ctx, { id })
  })
