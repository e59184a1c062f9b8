import { sql } from 'kysely'
import type { Ctx } from '#platform'

/** Numbers that count for the same people. */
export interface Families {
  /** The number a customer is known by now; of who was erased or never was, undefined. */
  rootOf(no: number): number | undefined
  /** Every number of these people. */
  nos: readonly number[]
}

/** Whose numbers these are, and which others are theirs. */
export const familiesOf = async (ctx: Ctx, nos: Iterable<number>): Promise<Families> => {
  const asked = [...new Set(nos)]
  if (asked.length === 0) return { rootOf: () => undefined, nos: [] }
  const { rows } = await sql<{ no: number; root: number }>`
    with root as (
      select no from customers.customer where erased_at is null
        and no in (select root_no from customers.customer where no = any(${asked}::int[])))
    select no, no as root from root
    union all
    select c.no, c.root_no from customers.customer c where c.root_no <> c.no and c.root_no in (select no from root)`.execute(
    ctx.pg,
  )
  const roots = new Map(rows.map(({ no, root }) => [no, root]))
  return { rootOf: (no) => roots.get(no), nos: [...roots.keys()] }
}
