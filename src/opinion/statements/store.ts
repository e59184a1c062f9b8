import { sql } from 'kysely'
import type { z } from 'zod'
import { offerReviewSubject, reviewsOf, submitForReview, voidReviews } from '#compliance'
import { type Ctx, scanText } from '#platform'
import { attachmentsOf } from '../incidents/attachments.ts'
import { addEntry } from '../incidents/entries.ts'
import { incidentRow } from '../incidents/incident-row.ts'
import { eventsOf } from '../incidents/store.ts'
import { factsInForce, hashOf, judgeStatement } from './judge.ts'
import { problem } from './problem.ts'
import type {
  NewStatement,
  Statement,
  StatementChange,
  StatementFinding,
  StatementKind,
  StatementPage,
  StatementQuery,
  StatementRow,
  StatementState,
  StatementText,
  Suggestion,
} from './statement-contract.ts'
import { suggestStatement } from './templates.ts'

/** Statements: every version stays, each approval and each publication is of exactly one text. */

export const subjectKind = 'statement'

interface Kept {
  id: number
  drill_id: number
  incident_id: number | null
  kind: StatementKind
  version: number
  withdrawn_at: Date | null
  withdraw_reason: string | null
  changed_at: Date
  title: string
  body: string
  facts: number[]
  hash: string
  findings: StatementFinding[]
  writer: string
  by: string
  incident: string | null
  publications: number
}

const columns = sql`s.id, s.drill_id, s.incident_id, s.kind, s.version, s.withdrawn_at, s.withdraw_reason, s.changed_at, v.title,
  v.body, v.facts, v.hash, v.findings, v.writer, v.created_by as by, i.title as incident,
  (select count(*)::int from opinion.statement_publication p where p.statement_id = s.id) as publications`
const tables = sql`opinion.statement s join opinion.statement_version v on v.statement_id = s.id and v.version = s.version
  left join opinion.incident i on i.id = s.incident_id`

export const keptStatement = async (ctx: Ctx, id: number, { lock = false } = {}): Promise<Kept> => {
  const { rows } = await sql<Kept>`
    select ${columns} from ${tables} where s.id = ${id} ${lock ? sql`for update of s` : sql``}`.execute(ctx.pg)
  const [row] = rows
  if (!row) throw problem.unknown({ statement: id })
  return row
}

/** The state of each by its current text: the newest review of that hash, and whether it went out. */
const statesOf = async (ctx: Ctx, rows: readonly Kept[]) => {
  const reviews = await reviewsOf(
    ctx,
    subjectKind,
    rows.map(({ id }) => String(id)),
  )
  return (row: Kept): { state: StatementState; reviewId: number | null } => {
    const review = reviews.find((one) => one.subjectId === String(row.id) && one.contentHash === row.hash)
    const reviewId = review?.id ?? null
    if (row.withdrawn_at) return { state: 'withdrawn', reviewId }
    if (!review || review.state === 'void' || review.state === 'withdrawn') return { state: 'draft', reviewId }
    if (review.state === 'approved') return { state: row.publications > 0 ? 'published' : 'approved', reviewId }
    return { state: review.state === 'review' || review.state === 'opinion' ? 'review' : 'returned', reviewId }
  }
}

const shownRow = (row: Kept, state: StatementState): StatementRow => ({
  id: row.id,
  drillId: row.drill_id,
  kind: row.kind,
  title: row.title,
  incidentId: row.incident_id,
  incident: row.incident,
  version: row.version,
  state,
  changedAt: row.changed_at.toISOString(),
  by: row.by,
  publications: row.publications,
})

/** Newest first. */
export const listStatements = async (
  ctx: Ctx,
  { search, kind, incidentId, drillId, limit, after }: z.output<typeof StatementQuery>,
): Promise<StatementPage> => {
  const { rows } = await sql<Kept>`
    select ${columns} from ${tables} where s.drill_id = ${drillId}
      ${kind ? sql`and s.kind = ${kind}` : sql``} ${incidentId ? sql`and s.incident_id = ${incidentId}` : sql``}
      ${search ? sql`and v.title ilike ${`%${search.replaceAll(/[\\%_]/g, '\\$&')}%`}` : sql``}
      ${after ? sql`and s.id < ${after}` : sql``}
    order by s.id desc limit ${limit + 1}`.execute(ctx.pg)
  const page = rows.slice(0, limit)
  const stateOf = await statesOf(ctx, page)
  return {
    items: page.map((row) => shownRow(row, stateOf(row).state)),
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  }
}

/** @throws problem.unknown */
export const readStatement = async (ctx: Ctx, { id }: { id: number }): Promise<Statement> => {
  const row = await keptStatement(ctx, id)
  const { state, reviewId } = (await statesOf(ctx, [row]))(row)
  const reviews = await reviewsOf(ctx, subjectKind, [String(id)])
  const { rows: versions } = await sql<{
    version: number
    title: string
    body: string
    facts: number[]
    hash: string
    note: string
    created_at: Date
    created_by: string
  }>`
    select version, title, body, facts, hash, note, created_at, created_by from opinion.statement_version
    where statement_id = ${id} order by version desc limit 100`.execute(ctx.pg)
  const { rows: published } = await sql<{
    id: number
    version: number
    hash: string
    place: string
    url: string
    at: Date
    note: string
    by: string
    screenshot: string | null
  }>`
    select id, version, hash, place, url, at, note, logged_by as by, screenshot::text as screenshot
    from opinion.statement_publication where statement_id = ${id} order by at, id`.execute(ctx.pg)
  const files = new Map((await attachmentsOf(ctx, 'statement', id)).map((file) => [file.id, file]))
  const writes = ctx.actor.permissions.has('opinion.write')
  return {
    ...shownRow(row, state),
    body: row.body,
    facts: row.facts,
    hash: row.hash,
    findings: row.findings,
    reviewId,
    withdrawReason: row.withdraw_reason,
    versions: versions.map(({ created_at, created_by, ...version }) => {
      const review = reviews.find(({ contentHash }) => contentHash === version.hash)
      return {
        ...version,
        at: created_at.toISOString(),
        by: created_by,
        review: review ? { id: review.id, state: review.state } : null,
      }
    }),
    published: published.map(({ screenshot, ...one }) => {
      const file = screenshot === null ? undefined : files.get(screenshot)
      return {
        ...one,
        at: one.at.toISOString(),
        screenshot: file ? { id: file.id, name: file.name, sha256: file.sha256 } : null,
      }
    }),
    may: {
      write: writes && state !== 'withdrawn',
      submit: writes && (state === 'draft' || state === 'returned'),
      publish: writes && (state === 'approved' || state === 'published') && row.drill_id === 0,
    },
  }
}

/** What is wrong with a text that is being written; nothing is kept. */
export const checkText = async (ctx: Ctx, text: StatementText) => ({ findings: await judgeStatement(ctx, text) })

const addVersion = async (
  ctx: Ctx,
  id: number,
  version: number,
  text: StatementText & { note?: string },
  writer = `${ctx.actor.kind}:${ctx.actor.id}`,
): Promise<{ hash: string; findings: StatementFinding[] }> => {
  const hash = hashOf(text, await factsInForce(ctx, text.facts))
  const findings = await judgeStatement(ctx, text)
  await sql`insert into opinion.statement_version (statement_id, version, title, body, facts, hash, findings, note, created_at, created_by, writer)
    values (${id}, ${version}, ${text.title}, ${text.body}, ${text.facts}::int[], ${hash}, ${JSON.stringify(findings)}::jsonb,
      ${scanText(text.note ?? '').text}, ${ctx.now()}, ${ctx.actor.name}, ${writer})`.execute(ctx.pg)
  return { hash, findings }
}

/** @throws problem.incidentUnknown */
export const createStatement = (ctx: Ctx, { incidentId, ...text }: z.output<typeof NewStatement>): Promise<Statement> =>
  ctx.tx(async (ctx) => {
    const drillId = incidentId === null ? 0 : (await incidentRow(ctx, incidentId)).drill_id
    const { rows } = await sql<{ id: number }>`
      insert into opinion.statement (drill_id, incident_id, kind, created_at, created_by, changed_at)
      values (${drillId}, ${incidentId}::int, ${text.kind}, ${ctx.now()}, ${ctx.actor.name}, ${ctx.now()}) returning id`.execute(
      ctx.pg,
    )
    const id = rows[0]?.id ?? 0
    const { hash } = await addVersion(ctx, id, 1, text)
    if (incidentId !== null)
      await addEntry(ctx, incidentId, {
        kind: 'statement',
        text: text.title,
        detail: { statement: id, what: 'drafted', of: text.kind },
      })
    const statement = await readStatement(ctx, { id })
    await ctx.audit.record(ctx, {
      action: 'statement.create',
      subject: `statement:${id}`,
      detail: { kind: text.kind, hash },
    })
    return statement
  })

/** A new version. What waits for approval with another text is void. @throws problem.changed, problem.withdrawn */
export const changeStatement = (
  ctx: Ctx,
  { id, basedOn, ...text }: z.output<typeof StatementChange> & { id: number },
): Promise<Statement> =>
  ctx.tx(async (ctx) => {
    const row = await keptStatement(ctx, id, { lock: true })
    if (row.withdrawn_at) throw problem.withdrawn({ statement: id })
    if (row.version !== basedOn) throw problem.changed({ version: row.version, by: row.by })
    const version = row.version + 1
    const { hash } = await addVersion(ctx, id, version, { ...text, kind: row.kind })
    await sql`update opinion.statement set version = ${version}, changed_at = ${ctx.now()} where id = ${id}`.execute(
      ctx.pg,
    )
    await voidReviews(ctx, subjectKind, String(id), hash)
    const statement = await readStatement(ctx, { id })
    await ctx.audit.record(ctx, { action: 'statement.change', subject: `statement:${id}`, detail: { version, hash } })
    return statement
  })

/** Everybody who wrote any version of a statement: none of them approves it. */
const writersOf = async (ctx: Ctx, id: number): Promise<string[]> => {
  const { rows } = await sql<{ writer: string }>`
    select distinct writer from opinion.statement_version where statement_id = ${id}`.execute(ctx.pg)
  return rows.map(({ writer }) => writer)
}

/**
 * Puts the text before legal, bound to its hash. When a fact that it cites has another version since it was written, that is
 * another text: it is kept as a version of its own, and an approval of the old one does not hold for it.
 * @throws problem.blocked, problem.withdrawn
 */
export const submitStatement = (ctx: Ctx, { id, note }: { id: number; note: string }): Promise<Statement> =>
  ctx.tx(async (ctx) => {
    const row = await keptStatement(ctx, id, { lock: true })
    if (row.withdrawn_at) throw problem.withdrawn({ statement: id })
    const text = { kind: row.kind, title: row.title, body: row.body, facts: row.facts }
    // Looked at anew: a fact may have run out since it was written.
    const facts = await factsInForce(ctx, row.facts)
    const findings = await judgeStatement(ctx, text)
    const blocks = findings.filter(({ action }) => action === 'block')
    const hash = hashOf(text, facts)
    if (blocks.length > 0)
      throw problem.blocked({ rules: blocks.map(({ rule, matched }) => `${rule} ${matched}`.trim()) })
    if (hash !== row.hash) {
      const version = row.version + 1
      // Not a word of it is of whoever submits: he may still be the second person.
      await addVersion(ctx, id, version, { ...text, note: '所引事实已有新版本' }, row.writer)
      await sql`update opinion.statement set version = ${version}, changed_at = ${ctx.now()} where id = ${id}`.execute(
        ctx.pg,
      )
      await voidReviews(ctx, subjectKind, String(id), hash)
    }
    const reviewId = await submitForReview(ctx, {
      subjectKind,
      subjectId: String(id),
      title: row.title,
      contentHash: hash,
      material: {
        kind: row.kind,
        title: row.title,
        body: row.body,
        incident: row.incident,
        facts: facts.map(({ id, version, claim, fact, evidence }) => ({ id, version, claim, fact, evidence })),
      },
      findings: findings.map(({ where, ...finding }) => ({
        ...finding,
        where: where === '' ? '' : `content.${where}`,
      })),
      writers: await writersOf(ctx, id),
      note,
    })
    if (row.incident_id !== null)
      await addEntry(ctx, row.incident_id, {
        kind: 'statement',
        text: row.title,
        detail: { statement: id, what: 'submitted', review: reviewId },
      })
    const statement = await readStatement(ctx, { id })
    await ctx.audit.record(ctx, { action: 'statement.submit', subject: `statement:${id}`, detail: { hash, reviewId } })
    return statement
  })

offerReviewSubject({
  kind: subjectKind,
  hashNow: async (ctx, id) => {
    const { rows } = await sql<{ hash: string }>`
      select v.hash from ${tables} where s.id = ${Number(id)} and s.withdrawn_at is null`.execute(ctx.pg)
    return rows[0]?.hash
  },
  checkAgain: async (ctx, id) => {
    const { kind, title, body, facts } = await keptStatement(ctx, Number(id))
    const findings = await judgeStatement(ctx, { kind, title, body, facts })
    return findings.map(({ where, ...finding }) => ({ ...finding, where: where === '' ? '' : `content.${where}` }))
  },
})

/** Takes a statement out of use; what was published stays on record. */
export const withdrawStatement = (ctx: Ctx, { id, reason }: { id: number; reason: string }): Promise<Statement> =>
  ctx.tx(async (ctx) => {
    const row = await keptStatement(ctx, id, { lock: true })
    if (row.withdrawn_at) throw problem.withdrawn({ statement: id })
    await sql`update opinion.statement set withdrawn_at = ${ctx.now()}, withdraw_reason = ${scanText(reason).text} where id = ${id}`.execute(
      ctx.pg,
    )
    await voidReviews(ctx, subjectKind, String(id), '')
    if (row.incident_id !== null)
      await addEntry(ctx, row.incident_id, {
        kind: 'statement',
        text: `${row.title}：${reason}`,
        detail: { statement: id, what: 'withdrawn' },
      })
    const statement = await readStatement(ctx, { id })
    await ctx.audit.record(ctx, { action: 'statement.withdraw', subject: `statement:${id}` })
    return statement
  })

/** A statement to begin with for an incident, with the facts that its posts were found to be about. */
export const suggestFor = async (ctx: Ctx, { incidentId }: { incidentId: number }): Promise<Suggestion> => {
  const incident = await incidentRow(ctx, incidentId)
  const events = await eventsOf(ctx, incidentId)
  const { rows: said } = await sql<{ n: number }>`
    select count(*)::int as n from opinion.statement_publication p join opinion.statement s on s.id = p.statement_id
    where s.incident_id = ${incidentId}`.execute(ctx.pg)
  const { rows: linked } = await sql<{ fact_id: number }>`
    select distinct l.fact_id from opinion.fact_link l join opinion.event e on e.first_post_id = l.post_id
    where l.drill_id = ${incident.drill_id} and l.state = 'confirmed' and e.id = any(${events.map(({ id }) => id)}::int[])`.execute(
    ctx.pg,
  )
  const facts = await factsInForce(
    ctx,
    linked.map(({ fact_id }) => fact_id),
  )
  return suggestStatement(ctx, { story: incident.title, said: (said[0]?.n ?? 0) > 0, facts })
}
