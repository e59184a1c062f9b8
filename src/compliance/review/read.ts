import { createHash } from 'node:crypto'
import { type ExpressionBuilder, type Selectable, sql } from 'kysely'
import type { Ctx, Json, Tables } from '#platform'
import { keyMakers, obstacleTo, personOf } from './persons.ts'
import { problem } from './problem.ts'
import { openStates, type Review, type ReviewObstacle, type ReviewQuery, type ReviewRow } from './review-contract.ts'
import './tables.ts'

type Row = Selectable<Tables['compliance.review']>

const iso = (at: Date | null) => at?.toISOString() ?? null
const isOpen = ({ state }: Pick<Row, 'state'>) => state === 'review' || state === 'opinion'

const obstacles = (ctx: Ctx, row: Row, makers: ReadonlySet<string>) => {
  const writers = { writers: row.writers, makers }
  const decide: ReviewObstacle | null = row.state !== 'review' ? 'state' : obstacleTo(ctx, 'reviews.decide', writers)
  const waitsForOpinion = isOpen(row) && row.opinion_required && row.opinion === null
  return {
    mayDecide: decide,
    mayGiveOpinion: waitsForOpinion ? obstacleTo(ctx, 'reviews.opinion', writers) : ('state' as const),
  }
}

const shownRow = (ctx: Ctx, row: Row & { flags: number }, makers: ReadonlySet<string>): ReviewRow => ({
  id: row.id,
  subjectKind: row.subject_kind,
  subjectId: row.subject_id,
  title: row.title,
  contentHash: row.content_hash,
  state: row.state,
  opinionRequired: row.opinion_required,
  opinion: row.opinion,
  submittedAt: row.submitted_at.toISOString(),
  submittedBy: row.submitted_by,
  dueAt: row.due_at.toISOString(),
  late: isOpen(row) && row.due_at < ctx.now(),
  flags: row.flags,
  approvedBy: row.approved_by,
  decidedAt: iso(row.decided_at),
  decidedBy: row.decided_by,
  reason: row.reason,
  ...obstacles(ctx, row, makers),
})

const flags = sql<number>`(select count(*)::int from compliance.review_finding f where f.review_id = r.id)`.as('flags')

type Where = ExpressionBuilder<Tables & { r: Tables['compliance.review'] }, 'r'>

/** What the reader could act on, as far as SQL can tell: what keys wrote for him is told apart when it is shown. */
const forMe = (ctx: Ctx) => (where: Where) => {
  const me = personOf(ctx.actor)
  const may = (name: 'reviews.decide' | 'reviews.opinion') =>
    ctx.actor.kind !== 'key' && ctx.actor.permissions.has(name)
  return where.and([
    sql<boolean>`not (${me} = any(r.writers))`,
    where.or([
      where.and([where('r.state', '=', 'review'), sql<boolean>`${may('reviews.decide')}::boolean`]),
      where.and([
        where('r.state', 'in', [...openStates]),
        where('r.opinion_required', '=', true),
        where('r.opinion', 'is', null),
        sql<boolean>`${may('reviews.opinion')}::boolean`,
      ]),
    ]),
  ])
}

/** What waits comes first to be due; otherwise the newest first. */
export const listReviews = async (ctx: Ctx, query: ReviewQuery) => {
  const { search, subjectKind, subjectId, state, waiting, limit, after } = query
  let found = ctx.pg.selectFrom('compliance.review as r')
  if (subjectKind) found = found.where('r.subject_kind', '=', subjectKind)
  if (subjectId) found = found.where('r.subject_id', '=', subjectId)
  if (state) found = found.where('r.state', '=', state)
  if (search)
    found = found.where(
      sql<boolean>`position(lower(${search}) in lower(r.title || ' ' || r.submitted_by || ' ' || r.content_hash)) > 0`,
    )
  if (waiting === 'open') found = found.where('r.state', 'in', [...openStates])
  if (waiting === 'mine') found = found.where(sql<boolean>`${personOf(ctx.actor)} = any(r.writers)`)
  if (waiting === 'me') found = found.where(forMe(ctx))
  const [rows, counted, mine] = await Promise.all([
    found
      .selectAll('r')
      .select(flags)
      .$if(after !== undefined, (query) => query.where('r.id', '<', after ?? 0))
      .orderBy('r.id', 'desc')
      .limit(limit + 1)
      .execute(),
    found.select(({ fn }) => fn.countAll<string>().as('total')).executeTakeFirstOrThrow(),
    ctx.pg
      .selectFrom('compliance.review as r')
      .where(forMe(ctx))
      .select(({ fn }) => fn.countAll<string>().as('total'))
      .executeTakeFirstOrThrow(),
  ])
  const page = rows.slice(0, limit)
  const makers = await keyMakers(
    ctx,
    page.flatMap(({ writers }) => writers),
  )
  const last = page.at(-1)
  return {
    items: page.map((row) => shownRow(ctx, row, makersFor(row, makers))),
    total: Number(counted.total),
    next: rows.length > limit && last ? last.id : null,
    waitingForMe: Number(mine.total),
  }
}

/** A page's makers of keys matter only where a key wrote. */
const makersFor = ({ writers }: Row, makers: ReadonlySet<string>): ReadonlySet<string> =>
  writers.some((person) => person.startsWith('key:')) ? makers : new Set()

const materialOf = async (ctx: Ctx, hash: string) => {
  const row = await ctx.pg
    .selectFrom('compliance.review_material')
    .select(['body', 'kept_until'])
    .where('hash', '=', hash)
    .executeTakeFirstOrThrow()
  // A store that was tampered with does not pass for what was approved.
  if (createHash('sha256').update(row.body).digest('hex') !== hash)
    throw new Error(`reviewed material ${hash} no longer has its hash`)
  return { material: JSON.parse(row.body) as Json, keptUntil: row.kept_until }
}

/** One review with all that was said. @throws problem.unknown */
export const readReview = async (ctx: Ctx, { id }: { id: number }): Promise<Review> => {
  const row = await ctx.pg
    .selectFrom('compliance.review as r')
    .selectAll('r')
    .select(flags)
    .where('r.id', '=', id)
    .executeTakeFirst()
  if (!row) throw problem.unknown({ id })
  const [{ material, keptUntil }, findings, steps, before, makers] = await Promise.all([
    materialOf(ctx, row.material_hash),
    ctx.pg.selectFrom('compliance.review_finding').selectAll().where('review_id', '=', id).orderBy('no').execute(),
    ctx.pg.selectFrom('compliance.review_step').selectAll().where('review_id', '=', id).orderBy('id').execute(),
    ctx.pg
      .selectFrom('compliance.review')
      .select(['id', 'decided_at', 'material_hash'])
      .where('subject_kind', '=', row.subject_kind)
      .where('subject_id', '=', row.subject_id)
      .where('id', '<', id)
      .where('approved_at', 'is not', null)
      .where('decided_at', 'is not', null)
      .orderBy('id', 'desc')
      .executeTakeFirst(),
    keyMakers(ctx, row.writers),
  ])
  const mine = row.writers.includes(personOf(ctx.actor))
  return {
    ...shownRow(ctx, row, makers),
    note: row.note,
    rules: row.rules,
    materialHash: row.material_hash,
    keptUntil: keptUntil.toISOString(),
    material: material as Review['material'],
    findings: findings.map((one) => ({
      no: one.no,
      finding: one.finding,
      justification: one.justification,
      justifiedAt: iso(one.justified_at),
      justifiedBy: one.justified_by,
    })),
    steps: steps.map(({ at, by, what, note }) => ({ at: at.toISOString(), by, what, note })),
    approvedAt: iso(row.approved_at),
    opinionText: row.opinion_text,
    opinionAt: iso(row.opinion_at),
    opinionBy: row.opinion_by,
    mayWithdraw: isOpen(row) && mine,
    mayRevoke: row.state === 'approved' && ctx.actor.permissions.has('reviews.decide') && ctx.actor.kind !== 'key',
    before: before?.decided_at
      ? {
          id: before.id,
          decidedAt: before.decided_at.toISOString(),
          material: (await materialOf(ctx, before.material_hash)).material as Review['material'],
        }
      : null,
  }
}
