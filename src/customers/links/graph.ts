import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { problem } from '../problem.ts'
import { readRows } from '../profile.ts'
import type { LinkGraph } from './contract.ts'
import { type LinkRow, linkColumns, shownLink } from './store.ts'

/** What a picture can still show. */
const mostCustomers = 120
const mostLinksPerCustomer = 40

/** Links of these people that hold or are proposed, the firm and new ones first. */
const linksOf = async (ctx: Ctx, roots: readonly number[]): Promise<{ rows: LinkRow[]; cut: boolean }> => {
  const { rows } = await sql<LinkRow & { place: number }>`
    with family as (
      select no, root_no from customers.customer where no = any(${[...roots]}::int[]) and erased_at is null
      union select no, root_no from customers.customer where root_no = any(${[...roots]}::int[]) and erased_at is null),
    touching as (
      select l.id, m.root_no from family m join customers.link l on l.from_no = m.no where l.state in ('confirmed', 'proposed')
      union select l.id, m.root_no from family m join customers.link l on l.to_no = m.no where l.state in ('confirmed', 'proposed')),
    placed as (
      select id, row_number() over (partition by root_no order by id desc) as place from touching)
    select ${linkColumns}, min(p.place)::int as place from placed p join customers.link l on l.id = p.id
    join customers.customer f on f.no = l.from_no join customers.customer t on t.no = l.to_no
    where p.place <= ${mostLinksPerCustomer + 1} and f.root_no <> t.root_no and f.erased_at is null and t.erased_at is null
    group by l.id, f.root_no, t.root_no order by l.id`.execute(ctx.pg)
  return {
    rows: rows.filter(({ place }) => place <= mostLinksPerCustomer),
    cut: rows.some(({ place }) => place > mostLinksPerCustomer),
  }
}

/**
 * Whom a customer is linked with, and whom those are, masked. At most 120 people and 40 links of one.
 * @param depth 1 or 2 links away
 * @throws customers.customerUnknown
 */
export const readLinkGraph = async (ctx: Ctx, id: string, depth: number): Promise<LinkGraph> => {
  const row = await ctx.pg
    .selectFrom('customers.customer')
    .select('root_no')
    .where('no', '=', Number(id))
    .where('erased_at', 'is', null)
    .executeTakeFirst()
  if (!row) throw problem.customerUnknown({ id })
  const distances = new Map([[row.root_no, 0]])
  const links = new Map<number, LinkRow>()
  let cut = false
  let edge = [row.root_no]
  for (let distance = 1; distance <= depth && edge.length > 0; distance++) {
    const found = await linksOf(ctx, edge)
    cut ||= found.cut
    edge = []
    for (const link of found.rows) {
      for (const no of [link.from_root, link.to_root]) {
        if (distances.has(no)) continue
        if (distances.size >= mostCustomers) {
          cut = true
          continue
        }
        distances.set(no, distance)
        edge.push(no)
      }
      if (distances.has(link.from_root) && distances.has(link.to_root)) links.set(link.id, link)
    }
  }
  const people = await readRows(ctx, [...distances.keys()])
  return {
    customers: people.map(({ id, display }) => ({ id, display, distance: distances.get(Number(id)) ?? depth })),
    links: [...links.values()].map(shownLink),
    cut,
  }
}
