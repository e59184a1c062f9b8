import { sql } from 'kysely'
import { type Ctx, scanText } from '#platform'
import { customersLent } from '../consent/lent.ts'
import { familyOf } from '../consent/people.ts'
import { problem } from '../consent/problem.ts'
import type { CustomerExclusions, Exclusion, ExclusionKind, ExclusionQuery, NewExclusion } from './contract.ts'
import { everyExclusionOf } from './of.ts'
import './tables.ts'

interface Row {
  id: string
  customer_no: number
  kind: ExclusionKind
  since: Date
  until: Date | null
  reason: string
  evidence: Record<string, unknown>
  source: string
  created_at: Date
  created_by: string
  ended_at: Date | null
  ended_by: string | null
  end_reason: string | null
}

const columns = sql`x.id::text as id, x.customer_no, x.kind, x.since, x.until, x.reason, x.evidence, x.source, x.created_at,
  x.created_by, x.ended_at, x.ended_by, x.end_reason`

const shown = (ctx: Ctx, row: Row, display: Record<string, string> = {}): Exclusion => {
  const now = ctx.now()
  return {
    id: row.id,
    customerId: String(row.customer_no),
    display,
    kind: row.kind,
    since: row.since.toISOString(),
    until: row.until?.toISOString() ?? null,
    reason: row.reason,
    evidence: row.evidence,
    source: row.source,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    endedAt: row.ended_at?.toISOString() ?? null,
    endedBy: row.ended_by,
    endReason: row.end_reason,
    active: row.ended_at === null && row.since <= now && (row.until === null || row.until > now),
  }
}

const displays = async (ctx: Ctx, rows: readonly Row[]): Promise<Map<number, Record<string, string>>> =>
  rows.length > 0 && ctx.actor.permissions.has('customers.read')
    ? customersLent().display(ctx, [...new Set(rows.map(({ customer_no }) => customer_no))])
    : new Map()

const isActive = (at: Date) => sql`x.ended_at is null and x.since <= ${at} and (x.until is null or x.until > ${at})`

/** Newest first, with how many of each kind count now. */
export const readExclusions = async (ctx: Ctx, { kind, customerId, state, limit, after }: ExclusionQuery) => {
  const now = ctx.now()
  const states = {
    active: isActive(now),
    ended: sql`not (${isActive(now)})`,
    all: sql`true`,
  }
  const people =
    customerId === undefined ? sql`true` : sql`x.customer_no in (with ${familyOf([customerId])} select no from family)`
  const filter = sql`${states[state]} and ${people} ${kind ? sql`and x.kind = ${kind}` : sql``}`
  const { rows } = await sql<Row>`
    select ${columns} from compliance.exclusion x where ${filter} ${after ? sql`and x.id < ${after}::bigint` : sql``}
    order by x.id desc limit ${limit + 1}`.execute(ctx.pg)
  const { rows: counted } = await sql<{ total: number }>`
    select count(*)::int as total from compliance.exclusion x where ${filter}`.execute(ctx.pg)
  const { rows: counts } = await sql<{ kind: ExclusionKind; count: number }>`
    select x.kind, count(*)::int as count from compliance.exclusion x where ${isActive(now)} group by 1 order by 2 desc, 1`.execute(
    ctx.pg,
  )
  const page = rows.slice(0, limit)
  const named = await displays(ctx, page)
  return {
    items: page.map((row) => shown(ctx, row, named.get(row.customer_no))),
    total: counted[0]?.total ?? 0,
    counts,
    next: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
  }
}

/** The number that stands for a person. @throws problem.customerUnknown */
export const rootOf = async (ctx: Ctx, no: number): Promise<number> => {
  const { rows } = await sql<{ root_no: number }>`
    select root_no from customers.customer where no = ${no} and erased_at is null`.execute(ctx.pg)
  const [row] = rows
  if (!row) throw problem.customerUnknown({ id: String(no) })
  return row.root_no
}

/** What was stated of a customer, ended ones too, and what is found out of him now. @throws problem.customerUnknown */
export const readCustomerExclusions = async (ctx: Ctx, { id }: { id: number }): Promise<CustomerExclusions> => {
  const root = await rootOf(ctx, id)
  const { rows } = await sql<Row>`
    with ${familyOf([root])}
    select ${columns} from family f join compliance.exclusion x on x.customer_no = f.no order by x.id desc limit 200`.execute(
    ctx.pg,
  )
  const { found, personalised } = await everyExclusionOf(ctx, root)
  return {
    items: rows.map((row) => shown(ctx, row)),
    found: found.map(({ code, ground, from }) => ({ code, ground, from })),
    personalised,
  }
}

export interface Statement {
  customerNo: number
  kind: ExclusionKind
  since: Date
  until: Date | null
  reason: string
  evidence: { readonly [field: string]: string }
  source: 'staff' | 'import' | 'preferenceCentre' | 'api' | 'rule'
  importId?: string | undefined
}

/**
 * States exclusions of many customers at once; one of a kind that stands without end already stays as it is.
 * @returns the numbers it was stated of now
 */
export const stateExclusions = async (ctx: Ctx, statements: readonly Statement[]): Promise<number[]> => {
  if (statements.length === 0) return []
  const given = statements.map(({ customerNo, kind, since, until, reason, evidence, source, importId }) => ({
    no: customerNo,
    kind,
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
    reason: scanText(reason).text,
    evidence,
    source,
    import_id: importId ?? null,
  }))
  const { rows } = await sql<{ customer_no: number }>`
    insert into compliance.exclusion (customer_no, kind, since, until, reason, evidence, source, import_id, created_at, created_by)
    select no, kind, since, until, reason, evidence, source, import_id, ${ctx.now()}, ${ctx.actor.name}
    from json_to_recordset(${JSON.stringify(given)}::text::json) as given (no int, kind text, since timestamptz, until timestamptz,
      reason text, evidence jsonb, source text, import_id uuid)
    on conflict (customer_no, kind) where ended_at is null and until is null do nothing returning customer_no`.execute(
    ctx.pg,
  )
  return rows.map(({ customer_no }) => customer_no)
}

/** @throws problem.customerUnknown, problem.exclusionSpan */
export const addExclusion = (
  ctx: Ctx,
  { customerId, kind, since, until, reason, evidence }: NewExclusion,
): Promise<CustomerExclusions> =>
  ctx.tx(async (ctx) => {
    const customerNo = await rootOf(ctx, customerId)
    const from = since === undefined ? ctx.now() : new Date(since)
    const to = until === null ? null : new Date(until)
    if (to && to <= from) throw problem.exclusionSpan()
    await stateExclusions(ctx, [
      {
        customerNo,
        kind,
        since: from,
        until: to,
        reason,
        evidence: evidence === '' ? {} : { document: scanText(evidence).text },
        source: ctx.actor.kind === 'key' ? 'api' : 'staff',
      },
    ])
    const shown = await readCustomerExclusions(ctx, { id: customerNo })
    await ctx.audit.record(ctx, { action: 'exclusion.add', subject: { customerNo }, detail: { kind, until } })
    return shown
  })

/** @throws problem.exclusionUnknown, problem.exclusionEnded */
export const endExclusion = (ctx: Ctx, { id, reason }: { id: string; reason: string }): Promise<CustomerExclusions> =>
  ctx.tx(async (ctx) => {
    const before = await ctx.pg
      .selectFrom('compliance.exclusion')
      .select(['customer_no', 'kind', 'ended_at'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!before) throw problem.exclusionUnknown({ id })
    if (before.ended_at) throw problem.exclusionEnded({ id })
    await ctx.pg
      .updateTable('compliance.exclusion')
      .set({ ended_at: ctx.now(), ended_by: ctx.actor.name, end_reason: scanText(reason).text })
      .where('id', '=', id)
      .execute()
    const shown = await readCustomerExclusions(ctx, { id: before.customer_no })
    await ctx.audit.record(ctx, {
      action: 'exclusion.end',
      subject: { customerNo: before.customer_no },
      detail: { kind: before.kind, exclusion: id },
    })
    return shown
  })

/** Turns content by profile off or on for a customer, as he says himself (PIPL 24). @returns whether it changed */
export const setPersonalised = async (
  ctx: Ctx,
  customerNo: number,
  on: boolean,
  evidence: { readonly [field: string]: string },
): Promise<boolean> => {
  if (!on) {
    const { personalised } = await everyExclusionOf(ctx, customerNo)
    if (!personalised) return false
    await stateExclusions(ctx, [
      {
        customerNo,
        kind: 'notPersonalised',
        since: ctx.now(),
        until: null,
        reason: '本人选择',
        evidence,
        source: 'preferenceCentre',
      },
    ])
    return true
  }
  const { rows } = await sql<{ id: string }>`
    with ${familyOf([customerNo])}
    update compliance.exclusion x set ended_at = ${ctx.now()}, ended_by = ${ctx.actor.name}, end_reason = '本人选择'
    from family f where x.customer_no = f.no and x.kind = 'notPersonalised' and x.ended_at is null returning x.id::text as id`.execute(
    ctx.pg,
  )
  return rows.length > 0
}
