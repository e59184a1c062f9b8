import { type Selectable, sql } from 'kysely'
import { notSecond } from '#compliance'
import type { Ctx, Json, Tables } from '#platform'
import {
  type DocumentKind,
  type Documents,
  documentForms,
  type PolicyDecision,
  type PolicyDraft,
  type PolicyVersion,
} from './policy-contract.ts'
import { problem } from './problem.ts'
import './tables.ts'

/** Versions of what people decide: drafted by one, put in force by another, kept for ever. */

type Row = Selectable<Tables['opinion.policy']>

const shown = (ctx: Ctx, row: Row): PolicyVersion => ({
  id: row.id,
  kind: row.kind,
  key: row.key,
  version: row.version,
  document: row.document as Record<string, unknown>,
  state: row.state,
  reason: row.reason,
  madeBy: row.made_by_name,
  madeAt: row.made_at.toISOString(),
  mine: row.made_by === ctx.actor.id,
  decidedBy: row.decided_by_name,
  decidedAt: row.decided_at?.toISOString() ?? null,
  note: row.note,
})

const parsed = new WeakMap<object, Map<number, unknown>>()

/** A document read by its form; versions never change once they are in force. */
const documentOf = <Kind extends DocumentKind>(ctx: Ctx, kind: Kind, row: Row): Documents[Kind] => {
  const kept = parsed.get(ctx.store) ?? new Map<number, unknown>()
  parsed.set(ctx.store, kept)
  let document = kept.get(row.id)
  if (document === undefined) {
    document = documentForms[kind].parse(row.document)
    if (kept.size > 200) kept.clear()
    kept.set(row.id, document)
  }
  return document as Documents[Kind]
}

export interface InForce<Kind extends DocumentKind> {
  id: number
  version: number
  document: Documents[Kind]
}

/** What is in force, or undefined. */
export const inForceOrNone = async <Kind extends DocumentKind>(
  ctx: Ctx,
  kind: Kind,
  key = '',
): Promise<InForce<Kind> | undefined> => {
  const row = await ctx.pg
    .selectFrom('opinion.policy')
    .selectAll()
    .where('kind', '=', kind)
    .where('key', '=', key)
    .where('state', '=', 'inForce')
    .executeTakeFirst()
  return row && { id: row.id, version: row.version, document: documentOf(ctx, kind, row) }
}

/** What is in force. @throws Error when nothing is, which no migration leaves so */
export const inForce = async <Kind extends DocumentKind>(ctx: Ctx, kind: Kind): Promise<InForce<Kind>> => {
  const found = await inForceOrNone(ctx, kind)
  if (!found) throw new Error(`no ${kind} is in force`)
  return found
}

/** A document of a past version, as work time of a clock that runs. */
export const documentOfVersion = async <Kind extends DocumentKind>(
  ctx: Ctx,
  kind: Kind,
  version: number,
): Promise<Documents[Kind]> => {
  const row = await ctx.pg
    .selectFrom('opinion.policy')
    .selectAll()
    .where('kind', '=', kind)
    .where('key', '=', '')
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  return documentOf(ctx, kind, row)
}

/** All versions of a kind, newest first. */
export const listVersions = async (ctx: Ctx, { kind, key }: { kind: DocumentKind; key?: string | undefined }) => {
  const rows = await ctx.pg
    .selectFrom('opinion.policy')
    .selectAll()
    .where('kind', '=', kind)
    .$if(key !== undefined && key !== '', (query) => query.where('key', '=', key ?? ''))
    .orderBy('key')
    .orderBy('version', 'desc')
    .limit(300)
    .execute()
  return { versions: rows.map((row) => shown(ctx, row)) }
}

const rowOf = async (ctx: Ctx, id: number): Promise<Row> => {
  const row = await ctx.pg.selectFrom('opinion.policy').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  return row
}

/** @throws problem.wrong naming what does not fit */
export const checkDocument = <Kind extends DocumentKind>(kind: Kind, document: unknown): Documents[Kind] => {
  const read = documentForms[kind].safeParse(document)
  if (!read.success)
    throw problem.wrong({
      kind,
      issues: read.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message })),
    })
  return read.data as Documents[Kind]
}

const plansExist = async (ctx: Ctx, kind: DocumentKind, document: unknown): Promise<void> => {
  if (kind !== 'contracts') return
  for (const { plan } of checkDocument('contracts', document).contracts)
    if (plan !== null && !(await inForceOrNone(ctx, 'plan', plan))) throw problem.planUnknown({ plan })
}

/**
 * A new draft, or a new text of one's own draft.
 * @throws problem.wrong, problem.changed, problem.pending when somebody else's draft is there
 */
export const saveDraft = (
  ctx: Ctx,
  { kind, key, document, reason, basedOn }: PolicyDraft & { kind: DocumentKind; key: string },
): Promise<PolicyVersion> =>
  ctx.tx(async (ctx) => {
    await sql`select pg_advisory_xact_lock(7261037)`.execute(ctx.pg)
    const checked = checkDocument(kind, document)
    await plansExist(ctx, kind, checked)
    const current = await inForceOrNone(ctx, kind, key)
    if ((current?.version ?? null) !== basedOn) throw problem.changed({ kind, key })
    const pending = await ctx.pg
      .selectFrom('opinion.policy')
      .selectAll()
      .where('kind', '=', kind)
      .where('key', '=', key)
      .where('state', 'in', ['draft', 'submitted'])
      .executeTakeFirst()
    if (pending && (pending.made_by !== ctx.actor.id || pending.state !== 'draft'))
      throw problem.pending({ version: pending.version, by: pending.made_by_name })
    const now = ctx.now()
    const text = JSON.stringify(checked)
    const row = pending
      ? await ctx.pg
          .updateTable('opinion.policy')
          .set({ document: text, reason, made_at: now })
          .where('id', '=', pending.id)
          .returningAll()
          .executeTakeFirstOrThrow()
      : await ctx.pg
          .insertInto('opinion.policy')
          .values(({ selectFrom, fn }) => ({
            kind,
            key,
            version: selectFrom('opinion.policy')
              .select(sql<number>`coalesce(${fn.max('version')}, 0) + 1`.as('next'))
              .where('kind', '=', kind)
              .where('key', '=', key),
            document: text,
            state: 'draft' as const,
            reason,
            made_by: ctx.actor.id,
            made_by_name: ctx.actor.name,
            made_at: now,
          }))
          .returningAll()
          .executeTakeFirstOrThrow()
    // A draft that was read before is another one now.
    parsed.get(ctx.store)?.delete(row.id)
    await ctx.audit.record(ctx, {
      action: 'policy.draft',
      subject: `policy:${kind}${key && `:${key}`}`,
      detail: { version: row.version, reason },
    })
    return shown(ctx, row)
  })

/** Hands a draft to those who approve, or takes it back. @throws problem.unknown, problem.state */
export const moveDraft = (
  ctx: Ctx,
  { id, to }: { id: number; to: 'submitted' | 'withdrawn' },
): Promise<PolicyVersion> =>
  ctx.tx(async (ctx) => {
    const row = await rowOf(ctx, id)
    const may = to === 'submitted' ? row.state === 'draft' : row.state === 'draft' || row.state === 'submitted'
    if (!may) throw problem.state({ state: row.state })
    const after = await ctx.pg
      .updateTable('opinion.policy')
      .set({ state: to })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: to === 'submitted' ? 'policy.submit' : 'policy.withdraw',
      subject: `policy:${row.kind}${row.key && `:${row.key}`}`,
      detail: { version: row.version },
    })
    return shown(ctx, after)
  })

/**
 * Puts a submitted version in force, or refuses it. Never by the one who wrote it, nor by a key.
 * @throws problem.unknown, problem.state, problem.own
 */
export const decideVersion = (
  ctx: Ctx,
  { id, approve, note }: PolicyDecision & { id: number },
): Promise<PolicyVersion> =>
  ctx.tx(async (ctx) => {
    await sql`select pg_advisory_xact_lock(7261037)`.execute(ctx.pg)
    const row = await rowOf(ctx, id)
    if (row.state !== 'submitted') throw problem.state({ state: row.state })
    if (await notSecond(ctx, [row.made_by])) throw problem.own()
    const document = checkDocument(row.kind, row.document)
    const now = ctx.now()
    if (approve) {
      await plansExist(ctx, row.kind, document)
      await ctx.pg
        .updateTable('opinion.policy')
        .set({ state: 'past' })
        .where('kind', '=', row.kind)
        .where('key', '=', row.key)
        .where('state', '=', 'inForce')
        .execute()
    }
    const after = await ctx.pg
      .updateTable('opinion.policy')
      .set({
        state: approve ? 'inForce' : 'refused',
        decided_by: ctx.actor.id,
        decided_by_name: ctx.actor.name,
        decided_at: now,
        note,
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await ctx.audit.record(ctx, {
      action: approve ? 'policy.approve' : 'policy.refuse',
      subject: `policy:${row.kind}${row.key && `:${row.key}`}`,
      detail: { version: row.version, note, ...(approve && { document: document as Json }) },
    })
    return shown(ctx, after)
  })
