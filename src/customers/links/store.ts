import { sql } from 'kysely'
import { type Ctx, mayHold, scanText } from '#platform'
import { problem as customersProblem } from '../problem.ts'
import { readRows } from '../profile.ts'
import { type LinkKind, type LinkView, linkKinds, linkStates, mutualKinds, type NewLink } from './contract.ts'
import { problem } from './problem.ts'
import './tables.ts'

/** A link with the people it joins now, after merges. */
export interface LinkRow {
  id: number
  kind: string
  from_root: number
  to_root: number
  state: string
  source: string
  evidence: string
  since: string | null
  created_at: Date
  created_by: string
}

export const shownLink = (row: LinkRow): LinkView => ({
  id: String(row.id),
  kind: linkKinds.find((kind) => kind === row.kind) ?? 'household',
  from: String(row.from_root),
  to: String(row.to_root),
  state: linkStates.find((state) => state === row.state) ?? 'proposed',
  source: row.source,
  evidence: row.evidence,
  since: row.since,
  createdAt: row.created_at.toISOString(),
  createdBy: row.created_by,
})

/** Of a link `l` between customers `f` and `t`, read after merges. */
export const linkColumns = sql`l.id, l.kind, f.root_no as from_root, t.root_no as to_root, l.state, l.source, l.evidence,
  to_char(l.since, 'YYYY-MM-DD') as since, l.created_at, l.created_by`

export interface LinkToStore {
  kind: LinkKind
  from: number
  to: number
  evidence: string
  since: string | null
}

/** Ends of a link in the order they are stored. */
const inOrder = ({ kind, from, to }: Pick<LinkToStore, 'kind' | 'from' | 'to'>): [number, number] =>
  mutualKinds.has(kind) && from > to ? [to, from] : [from, to]

/**
 * Stores links, in the transaction of `ctx`. One that was proposed or ended and is now said for sure is confirmed; what
 * somebody has refused is not proposed again.
 * @returns how many are new or newly confirmed
 */
export const storeLinks = async (
  ctx: Ctx,
  links: readonly LinkToStore[],
  { state, source }: { state: 'confirmed' | 'proposed'; source: 'person' | 'api' | 'file' | 'rule' },
): Promise<number> => {
  if (links.length === 0) return 0
  const ends = links.map(inOrder)
  const { rows } = await sql<{ id: number }>`
    insert into customers.link as l (kind, from_no, to_no, state, source, evidence, since, created_at, created_by, changed_at, changed_by)
    select distinct on (u.kind, u.a, u.b) u.kind, u.a, u.b, ${state}, ${source}, u.evidence, u.since::date, ${ctx.now()}::timestamptz,
      ${ctx.actor.id}, ${ctx.now()}::timestamptz, ${ctx.actor.id}
    from unnest(${links.map(({ kind }) => kind)}::text[], ${ends.map(([a]) => a)}::int[], ${ends.map(([, b]) => b)}::int[],
      ${links.map(({ evidence }) => evidence)}::text[], ${links.map(({ since }) => since)}::text[]) as u (kind, a, b, evidence, since)
    on conflict (kind, from_no, to_no) do update set state = excluded.state, source = excluded.source, evidence = excluded.evidence,
      since = coalesce(excluded.since, l.since), changed_at = excluded.changed_at, changed_by = excluded.changed_by
      where excluded.state = 'confirmed' and l.state <> 'confirmed'
    returning id`.execute(ctx.pg)
  return rows.length
}

/**
 * Says that two customers stand to each other in some way. They stay two: a link is never a reason to merge.
 * @throws customers.customerUnknown, customers.linkToSelf, customers.linkPersonal
 */
export const makeLink = (ctx: Ctx, link: NewLink): Promise<LinkView> =>
  ctx.tx(async (ctx) => {
    if (mayHold(link.evidence) && scanText(link.evidence).text !== link.evidence) throw problem.linkPersonal()
    const [from, to] = [Number(link.from), Number(link.to)]
    const { rows: found } = await sql<{ no: number; root_no: number }>`
      select no, root_no from customers.customer where no in (${from}, ${to}) and erased_at is null`.execute(ctx.pg)
    for (const no of [from, to])
      if (!found.some((one) => one.no === no)) throw customersProblem.customerUnknown({ id: String(no) })
    if (new Set(found.map(({ root_no }) => root_no)).size < 2) throw problem.linkToSelf()
    const stored = { kind: link.kind, from, to, evidence: link.evidence, since: link.since ?? null }
    await storeLinks(ctx, [stored], { state: 'confirmed', source: ctx.actor.kind === 'key' ? 'api' : 'person' })
    const [a, b] = inOrder(stored)
    const { rows } = await sql<LinkRow>`
      select ${linkColumns} from customers.link l join customers.customer f on f.no = l.from_no join customers.customer t on t.no = l.to_no
      where l.kind = ${link.kind} and l.from_no = ${a} and l.to_no = ${b}`.execute(ctx.pg)
    const [row] = rows
    if (!row) throw problem.linkUnknown()
    await ctx.audit.record(ctx, {
      action: 'link.create',
      subject: `link:${row.id}`,
      detail: { kind: link.kind, from, to },
    })
    return shownLink(row)
  })

const stateAfter = { confirm: 'confirmed', refuse: 'refused', end: 'ended' } as const

/** @throws customers.linkUnknown */
export const decideLink = (
  ctx: Ctx,
  { id, decision }: { id: string; decision: keyof typeof stateAfter },
): Promise<void> =>
  ctx.tx(async (ctx) => {
    const row = await ctx.pg
      .updateTable('customers.link')
      .set({ state: stateAfter[decision], changed_at: ctx.now(), changed_by: ctx.actor.id })
      .where('id', '=', Number(id))
      .returning(['kind', 'from_no', 'to_no'])
      .executeTakeFirst()
    if (!row) throw problem.linkUnknown({ id })
    await ctx.audit.record(ctx, {
      action: 'link.decide',
      subject: `link:${id}`,
      detail: { decision, kind: row.kind, from: row.from_no, to: row.to_no },
    })
  })

/** Links that a rule proposed and nobody has looked at, oldest first. */
export const listProposed = async (ctx: Ctx, { limit, after }: { limit: number; after?: string | undefined }) => {
  const [{ rows }, counted] = await Promise.all([
    sql<LinkRow>`
      select ${linkColumns} from customers.link l join customers.customer f on f.no = l.from_no join customers.customer t on t.no = l.to_no
      where l.state = 'proposed' and l.id > ${Number(after ?? 0)} and f.root_no <> t.root_no and f.erased_at is null and t.erased_at is null
      order by l.id limit ${limit + 1}`.execute(ctx.pg),
    sql<{ count: number }>`select count(*)::int as count from customers.link where state = 'proposed'`.execute(ctx.pg),
  ])
  const page = rows.slice(0, limit)
  const people = await readRows(ctx, [...new Set(page.flatMap(({ from_root, to_root }) => [from_root, to_root]))])
  const displayOf = new Map(people.map(({ id, display }) => [id, display]))
  return {
    items: page.map((row) => {
      const link = shownLink(row)
      return { ...link, displays: [displayOf.get(link.from) ?? {}, displayOf.get(link.to) ?? {}] }
    }),
    total: counted.rows[0]?.count ?? 0,
    next: rows.length > limit ? String(page.at(-1)?.id) : null,
  }
}
