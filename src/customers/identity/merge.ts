import { sql } from 'kysely'
import { type Ctx, Problem } from '#platform'
import type { MergeRequest } from '../contract.ts'
import { copyOverrides } from '../mirror.ts'
import { problem } from '../problem.ts'
import { customersTouched } from '../touched.ts'
import { withRetry } from '../tracking/commit.ts'
import { type Applied, mergeInto } from './apply.ts'
import { identifierKinds, kindAt, rulesOf } from './kinds.ts'

type Overrides = Applied['overrides']

const rootOf = async (ctx: Ctx, id: string): Promise<number> => {
  const row = await ctx.pg
    .selectFrom('customers.customer')
    .select('root_no')
    .where('no', '=', Number(id))
    .where('erased_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw problem.customerUnknown({ id })
  return row.root_no
}

/** How many identifiers of each kind a person has, over all his numbers. */
const countsOf = async (ctx: Ctx, root: number): Promise<Map<string, number>> => {
  const { rows } = await sql<{ kind: number; count: number }>`
    select i.kind, count(*)::int as count from customers.customer c join customers.identifier i on i.no = c.no
    where c.no = ${root} or (c.root_no = ${root} and c.root_no <> c.no) group by 1`.execute(ctx.pg)
  return new Map(rows.map(({ kind, count }) => [kindAt(kind), count]))
}

/**
 * Puts one person's numbers under another's, in the transaction of `ctx`; the caller copies the overrides afterwards.
 * @throws customers.sameCustomer, customers.mergeConflict when the merged person would have two ID cards or break another limit
 */
export const mergeWithin = async (
  ctx: Ctx,
  { into, from, reason }: MergeRequest,
  evidence: Record<string, string | number>,
): Promise<{ root: number; merged: number; overrides: Overrides }> => {
  const [a, b] = [await rootOf(ctx, into), await rootOf(ctx, from)]
  if (a === b) throw problem.sameCustomer()
  const [mine, theirs] = [await countsOf(ctx, a), await countsOf(ctx, b)]
  const misfit = identifierKinds.find(
    (kind) => rulesOf[kind].strong && (mine.get(kind) ?? 0) + (theirs.get(kind) ?? 0) > rulesOf[kind].limit,
  )
  if (misfit) throw problem.mergeConflict({ kind: misfit })
  return { root: a, merged: b, overrides: await mergeInto(ctx, b, a, { reason, evidence }) }
}

/**
 * A person decides that two customers are one.
 * @throws customers.sameCustomer, customers.mergeConflict when the merged person would have two ID cards or break another limit
 */
export const mergeCustomers = async (ctx: Ctx, request: MergeRequest): Promise<{ id: string }> => {
  const { root, overrides } = await withRetry(() => ctx.tx((ctx) => mergeWithin(ctx, request, { by: 'person' })))
  await copyOverrides(ctx, overrides)
  return { id: String(root) }
}

/**
 * Takes a merged number out of its person, with everyone merged into it before, in the transaction of `ctx`; the caller
 * copies the overrides afterwards.
 * @throws customers.notMerged
 */
export const unmergeWithin = async (
  ctx: Ctx,
  { id, from, reason }: { id: string; from: string; reason: string },
): Promise<Overrides> => {
  const row = await ctx.pg
    .selectFrom('customers.customer')
    .select(['no', 'root_no', 'parent_no'])
    .where('no', '=', Number(from))
    .forUpdate()
    .executeTakeFirst()
  if (!row || row.parent_no === null || row.root_no !== (await rootOf(ctx, id))) throw problem.notMerged({ id, from })
  const { rows } = await sql<{ no: number }>`
    with recursive below as (
      select ${row.no}::int as no union all select c.no from customers.customer c join below b on c.parent_no = b.no)
    update customers.customer set root_no = ${row.no}, parent_no = case when no = ${row.no} then null else parent_no end
    where no in (select no from below) returning no`.execute(ctx.pg)
  await ctx.pg
    .updateTable('customers.merge')
    .set({ undone_at: ctx.now(), undone_by: ctx.actor.id })
    .where('from_no', '=', row.no)
    .where('undone_at', 'is', null)
    .execute()
  await ctx.audit.record(ctx, {
    action: 'customer.unmerge',
    subject: { customerNo: row.no },
    detail: { from: row.no, outOf: row.root_no, reason },
  })
  return rows.map(({ no }) => ({ fromNo: no, toNo: row.no }))
}

/** Tells ClickHouse and whoever follows customers of numbers that were taken out of these people. */
export const copyUnmerged = async (ctx: Ctx, overrides: Overrides, outOf: readonly number[]): Promise<void> => {
  await copyOverrides(ctx, overrides)
  // Whom they were taken out of has fewer events now.
  await customersTouched(ctx, outOf)
}

/**
 * Takes a merged customer out again, with everyone who had been merged into him before. Identifiers and events were
 * never moved, so each has his own back.
 * @throws customers.notMerged
 */
export const unmergeCustomers = async (
  ctx: Ctx,
  request: { id: string; from: string; reason: string },
): Promise<{ id: string }> => {
  await copyUnmerged(ctx, await ctx.tx((ctx) => unmergeWithin(ctx, request)), [Number(request.id)])
  return { id: request.from }
}

/** Pairs that share an identifier but may not be one, oldest first. */
export const listConflicts = async (ctx: Ctx) => {
  const rows = await ctx.pg
    .selectFrom('customers.conflict')
    .selectAll()
    .where('decided_at', 'is', null)
    .orderBy('at')
    .limit(500)
    .execute()
  return {
    items: rows.map(({ id, a_no, b_no, kind, reason, at }) => ({
      id: String(id),
      a: String(a_no),
      b: String(b_no),
      kind,
      reason,
      at: at.toISOString(),
    })),
  }
}

/**
 * A person's answer to a conflict: two different people, or one after all (where the limits allow it).
 * @throws customers.conflictUnknown, customers.mergeConflict
 */
export const decideConflict = async (
  ctx: Ctx,
  { id, decision, reason }: { id: string; decision: 'different' | 'merge'; reason: string },
): Promise<void> => {
  const conflict = await ctx.pg
    .selectFrom('customers.conflict')
    .select(['a_no', 'b_no'])
    .where('id', '=', Number(id))
    .where('decided_at', 'is', null)
    .executeTakeFirst()
  if (!conflict) throw problem.conflictUnknown({ id })
  if (decision === 'merge')
    // One already when a first attempt got as far as the merge.
    await mergeCustomers(ctx, { into: String(conflict.a_no), from: String(conflict.b_no), reason }).catch(
      (error: unknown) => {
        if (!(error instanceof Problem && error.code === 'customers.sameCustomer')) throw error
      },
    )
  await ctx.tx(async (ctx) => {
    await ctx.pg
      .updateTable('customers.conflict')
      .set({ decided_at: ctx.now(), decided_by: ctx.actor.id, decision, decision_reason: reason })
      .where('id', '=', Number(id))
      .execute()
    await ctx.audit.record(ctx, {
      action: 'conflict.decide',
      subject: `conflict:${id}`,
      detail: { decision, reason, a: conflict.a_no, b: conflict.b_no },
    })
  })
}
