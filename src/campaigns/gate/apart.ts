import { sql } from 'kysely'
import type { Ctx } from '#platform'

/**
 * People who were taken apart after a merge. While they counted for one person, what was sent to one reached the other: it counts
 * for both, and so does a no that was said meanwhile.
 */
export interface Together {
  /** All numbers of the other person as he is now. */
  others: number[]
  from: Date
  until: Date
}

/**
 * With whom people counted for one, and when. One statement where nobody was ever taken apart.
 * @param persons root → its numbers
 * @returns by root; those who were never taken apart are missing
 */
export const togetherOf = async (
  ctx: Ctx,
  persons: ReadonlyMap<number, readonly number[]>,
): Promise<Map<number, Together[]>> => {
  const together = new Map<number, Together[]>()
  const rootOf = new Map([...persons].flatMap(([root, nos]) => nos.map((no) => [no, root] as const)))
  if (rootOf.size === 0) return together
  const nos = `{${[...rootOf.keys()].join(',')}}`
  const { rows } = await sql<{ mine: number; other: number; at: Date; undone_at: Date }>`
    select from_no as mine, into_no as other, at, undone_at from customers.merge
    where undone_at is not null and from_no = any(${nos}::int[])
    union all select into_no, from_no, at, undone_at from customers.merge
    where undone_at is not null and into_no = any(${nos}::int[])`.execute(ctx.pg)
  if (rows.length === 0) return together
  const { rows: families } = await sql<{ asked: number; root: number; nos: number[] }>`
    select a.no as asked, c.root_no as root, array_agg(f.no) as nos
    from unnest(${`{${[...new Set(rows.map(({ other }) => other))].join(',')}}`}::int[]) as a (no)
    join customers.customer c on c.no = a.no join customers.customer f on f.root_no = c.root_no
    group by 1, 2`.execute(ctx.pg)
  const family = new Map(families.map((one) => [one.asked, one]))
  for (const { mine, other, at, undone_at } of rows) {
    const root = rootOf.get(mine)
    const found = family.get(other)
    // Joined again since: then he is the same person, and counts as such.
    if (root === undefined || !found || found.root === root) continue
    const list = together.get(root) ?? []
    list.push({ others: found.nos, from: at, until: undone_at })
    together.set(root, list)
  }
  return together
}

/**
 * Of the others, those of whom an exclusion was stated while both counted for one person, and that holds still: as with a no, nobody
 * can tell any more of which of the two it was said.
 * @returns by root; no statement where nobody was ever taken apart
 */
export const statedTogether = async (
  ctx: Ctx,
  together: ReadonlyMap<number, readonly Together[]>,
): Promise<Map<number, number[]>> => {
  if (together.size === 0) return new Map()
  const others = [...together.values()].flatMap((spans) => spans.flatMap((span) => span.others))
  const { rows } = await sql<{ customer_no: number; since: Date }>`
    select customer_no, since from compliance.exclusion
    where ended_at is null and customer_no = any(${`{${others.join(',')}}`}::int[])`.execute(ctx.pg)
  const within = ({ others, from, until }: Together) =>
    rows.flatMap(({ customer_no, since }) =>
      others.includes(customer_no) && since >= from && since <= until ? [customer_no] : [],
    )
  return new Map([...together].map(([root, spans]) => [root, spans.flatMap(within)]))
}
