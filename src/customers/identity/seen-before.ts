import { sql } from 'kysely'
import type { Ctx } from '#platform'

/** Which identifiers were possibly seen before. Wrong in one direction only: what it has not seen is new for certain. */
export interface SeenBefore {
  /** Whether the identifier is among those added, or, once in 2,000, looks like one of them. */
  has(hash: string): boolean
  add(hash: string): void
}

/** Bits per identifier; with four probes each, one in 2,000 is mistaken for another when the filter is full. */
const bitsEach = 20
const leastBits = 1 << 20
/** 64 MB. */
const mostBits = 2 ** 29
/** Reading more than this first takes longer than the look-ups it spares. */
const mostKnown = 1_500_000
const pageSize = 50_000

/**
 * A Bloom filter over blind indexes (uuids, whose bits are uniform already: four 32-bit words are the four probes).
 * @param capacity identifiers it is made for; with more it is mistaken more often
 */
export const seenBefore = (capacity: number): SeenBefore => {
  const bits = 2 ** Math.ceil(Math.log2(Math.min(mostBits, Math.max(leastBits, capacity * bitsEach))))
  const words = new Uint32Array(bits / 32)
  // The words of the hash, 8 hexadecimal digits each, dashes left out: 8-4-4-4-12.
  const probe = (hash: string, index: number): number =>
    Number.parseInt(
      index === 0
        ? hash.slice(0, 8)
        : index === 1
          ? hash.slice(9, 13) + hash.slice(14, 18)
          : index === 2
            ? hash.slice(19, 23) + hash.slice(24, 28)
            : hash.slice(28, 36),
      16,
    ) % bits
  return {
    has: (hash) => {
      for (let index = 0; index < 4; index++) {
        const bit = probe(hash, index)
        if ((((words[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 0) return false
      }
      return true
    },
    add: (hash) => {
      for (let index = 0; index < 4; index++) {
        const bit = probe(hash, index)
        words[bit >>> 5] = (words[bit >>> 5] ?? 0) | (1 << (bit & 31))
      }
    },
  }
}

/**
 * All identifiers that are stored now.
 * @param more how many will be added
 * @returns undefined when there are so many that reading them would cost more than it spares
 */
export const loadSeenBefore = async (ctx: Pick<Ctx, 'pg'>, more: number): Promise<SeenBefore | undefined> => {
  const { rows: counted } = await sql<{ count: number }>`
    select count(*)::int as count from (select 1 from customers.identifier limit ${mostKnown + 1}) as few`.execute(
    ctx.pg,
  )
  const count = counted[0]?.count ?? 0
  if (count > mostKnown) return undefined
  const filter = seenBefore(count + more)
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const { rows } = await sql<{ hash: string }>`
      select hash from customers.identifier where hash >= ${after}::uuid order by hash limit ${pageSize}`.execute(
      ctx.pg,
    )
    for (const { hash } of rows) filter.add(hash)
    const last = rows.at(-1)?.hash
    if (rows.length < pageSize || last === undefined || last === after) return filter
    after = last
  }
}
