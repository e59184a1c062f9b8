import { type Ctx, ch } from '#platform'
import { stampFor } from './stamp.ts'

/**
 * Changes of stored posts. A change reads the whole row and writes it anew; two that read the same row at once would each undo
 * what the other changed: counts polled again, corrections, subjects found by matching again.
 */

/** A row of `posts` as it is read: ids and large counts as text. */
type PostRow = Record<string, unknown> & { post_id: string; number: string }

const turns = new WeakMap<object, Promise<unknown>>()

/** Runs what reads and rewrites posts after all others of this process that do. */
export const inTurn = <T>({ store }: Pick<Ctx, 'store'>, run: () => Promise<T>): Promise<T> => {
  const before = turns.get(store) ?? Promise.resolve()
  const mine = before.then(run)
  turns.set(
    store,
    mine.catch(() => undefined),
  )
  return mine
}

const mostRounds = 4

const chTime = (at: string) => new Date(at).toISOString().replace('T', ' ').replace('Z', '')

const times = ['published_at', 'first_seen_at', 'seen_at']

const written = (row: PostRow, changes: Record<string, unknown>, number: string): PostRow => ({
  ...row,
  ...Object.fromEntries(times.map((name) => [name, chTime(String(row[name]))])),
  ...changes,
  post_id: row.post_id,
  number,
})

/**
 * Changes stored posts. What another process changed at the same time is kept: where a row of its came between, the change is
 * made again on top of it. Within `inTurn`.
 * @param change what to write of a row as it stands, undefined for nothing; may be asked again
 * @returns the rows written, the last of each
 */
export const rewritePosts = async (
  ctx: Ctx,
  { drillId, ids }: { drillId: number; ids: readonly string[] },
  change: (row: PostRow) => Record<string, unknown> | undefined,
): Promise<PostRow[]> => {
  const done = new Map<string, PostRow>()
  let left = ids
  for (let round = 0; left.length > 0 && round < mostRounds; round++) {
    const those = ch.sql`drill_id = ${ch.u32(drillId)} and post_id in ${ch.u64s(left.map(BigInt))}`
    const rows = await ctx.ch.rows<PostRow>(ch.sql`select * from posts final where ${those}`)
    const before = new Map<string, bigint>()
    const made: PostRow[] = []
    for (const row of rows) {
      const changes = change(row)
      if (!changes) continue
      before.set(row.post_id, BigInt(row.number))
      // Of processes with different clocks the one that writes last counts.
      const stamp = BigInt(stampFor(ctx))
      const number = stamp > BigInt(row.number) ? stamp : BigInt(row.number) + 1n
      made.push(written(row, changes, String(number)))
    }
    if (made.length === 0) break
    await ctx.ch.insert('posts', made)
    for (const row of made) done.set(row.post_id, row)
    // The embedded engine has one process.
    if (ctx.ch.mode === 'embedded') break
    const now = await ctx.ch.rows<{ post_id: string; number: string }>(
      ch.sql`select toString(post_id) as post_id, toString(number) as number from posts
        where drill_id = ${ch.u32(drillId)} and post_id in ${ch.u64s([...before.keys()].map(BigInt))}`,
    )
    const between = now.filter(
      ({ post_id, number }) => BigInt(number) > (before.get(post_id) ?? 0n) && number !== done.get(post_id)?.number,
    )
    left = [...new Set(between.map(({ post_id }) => post_id))]
  }
  return [...done.values()]
}
