import { type RawBuilder, sql } from 'kysely'

/**
 * Two expressions of a `with`: `asked (no, root)` for the numbers asked for, `family (asked, root, no)` with every number
 * that is the same person. Whoever asks may pass any number of a merged person, or all of them. A number that no customer
 * has is a person by itself.
 */
export const familyOf = (nos: readonly number[]): RawBuilder<unknown> => sql`
  asked as (
    select a.no, coalesce(c.root_no, a.no) as root from (select distinct unnest(${`{${nos.join(',')}}`}::int[]) as no) a
    left join lateral (select root_no from customers.customer where no = a.no limit 1) c on true),
  family as (
    select no as asked, root, root as no from asked
    union all select a.no, a.root, c.no from asked a join customers.customer c on c.root_no = a.root and c.root_no <> c.no)`
