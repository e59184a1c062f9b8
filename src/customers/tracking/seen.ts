import { xxh3 } from '@node-rs/xxhash'
import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'

/** 64-bit hash of a message id, as `xxh3` in ClickHouse gives it. Two ids in a billion billion share one. */
export const messageHash = (messageId: string): bigint => xxh3.xxh64(messageId)

const bitsPerKey = 24
const probes = 10
const firstCapacity = 1 << 18

/**
 * A growing Bloom filter over message hashes: says "surely new" or "maybe seen". 24 bits and 10 probes per key, so one in
 * 50,000 new ids is asked about in vain; at 16 bits every second group of a thousand waited 15 ms for such a question.
 * 50 M ids take 150–300 MB, as layers double.
 */
export const growingFilter = () => {
  const layers: { bits: Uint32Array; size: number; capacity: number; count: number }[] = []
  const grow = () => {
    const capacity = firstCapacity * 2 ** layers.length
    const size = capacity * bitsPerKey
    layers.push({ bits: new Uint32Array(Math.ceil(size / 32)), size, capacity, count: 0 })
  }
  grow()
  // Two 32-bit halves of the hash make all probes (Kirsch, Mitzenmacher 2006); a remainder keeps them exact below 2^53.
  const add = ({ bits, size }: (typeof layers)[number], low: number, high: number) => {
    const step = (high | 1) >>> 0
    for (let probe = 0; probe < probes; probe++) {
      const place = (low + probe * step) % size
      const at = Math.floor(place / 32)
      bits[at] = (bits[at] ?? 0) | (1 << (place & 31))
    }
  }
  const holds = ({ bits, size }: (typeof layers)[number], low: number, high: number): boolean => {
    const step = (high | 1) >>> 0
    for (let probe = 0; probe < probes; probe++) {
      const place = (low + probe * step) % size
      if (((bits[Math.floor(place / 32)] ?? 0) & (1 << (place & 31))) === 0) return false
    }
    return true
  }
  return {
    add: (low: number, high: number) => {
      let layer = layers.at(-1)
      if (!layer || layer.count >= layer.capacity) {
        grow()
        layer = layers.at(-1)
      }
      if (layer) {
        layer.count++
        add(layer, low, high)
      }
    },
    mayHold: (low: number, high: number): boolean => layers.some((layer) => holds(layer, low, high)),
    bytes: () => layers.reduce((sum, { bits }) => sum + bits.byteLength, 0),
  }
}

const word = new BigUint64Array(1)
const halves = new Uint32Array(word.buffer)

export interface Looked {
  /** Stored already. */
  stored: ReadonlySet<bigint>
  /** Another process is storing them right now: neither ours to store nor known to be stored. */
  elsewhere: ReadonlySet<bigint>
}
const nowhere: ReadonlySet<bigint> = new Set()

export interface Seen {
  /** What is known of these. On a shared Postgres server it also claims the unknown ones for this process. */
  look(hashes: readonly bigint[]): Promise<Looked>
  /** These are durable now. */
  add(hashes: readonly bigint[]): void
  /** They could not be stored; whoever sends them again may try at once. */
  release(hashes: readonly bigint[]): Promise<void>
  stop(): Promise<void>
}

/** Which message ids ClickHouse holds: the truth behind every shortcut. */
const inClickHouse = async (ctx: Ctx, hashes: readonly bigint[]): Promise<Set<bigint>> => {
  if (hashes.length === 0) return new Set()
  const rows = await ctx.ch.rows<{ h: string }>(
    ch.sql`select distinct message_hash as h from events where message_hash in (${ch.u64s(hashes)})`,
  )
  return new Set(rows.map(({ h }) => BigInt(h)))
}

/**
 * One process owns the data: a filter in memory answers for nearly all messages, the few "maybe" are looked up.
 * The filter fills in the background; until then everything is looked up, which is slower and just as right.
 */
export const seenInOneProcess = (ctx: Ctx): Seen => {
  const filter = growingFilter()
  let loaded = false
  const aborted = new AbortController()
  const load = async () => {
    // 100,000 hashes a row, 16 hexadecimal digits each. As raw bytes ClickHouse would cut zeros off the end of each (in
    // toString and arrayStringConcat alike), and one hash in 256 would put all those after it out of step.
    const chunks = ctx.ch.stream<{ b: string }>(
      ch.sql`select arrayStringConcat(groupArray(leftPad(hex(message_hash), 16, '0'))) as b from events group by intDiv(rowNumberInAllBlocks(), 100000)`,
      { signal: aborted.signal },
    )
    for await (const rows of chunks) {
      for (const { b } of rows) {
        const bytes = Buffer.from(b, 'hex')
        for (let at = 0; at + 8 <= bytes.length; at += 8) filter.add(bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at))
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
    }
    loaded = true
  }
  const loading = load().catch((error: unknown) => {
    if (!aborted.signal.aborted) ctx.log.error({ error }, 'message filter not loaded; every message is looked up')
  })
  return {
    look: async (hashes) => {
      if (!loaded) return { stored: await inClickHouse(ctx, hashes), elsewhere: nowhere }
      const maybe = hashes.filter((hash) => {
        word[0] = hash
        return filter.mayHold(halves[0] ?? 0, halves[1] ?? 0)
      })
      return { stored: await inClickHouse(ctx, maybe), elsewhere: nowhere }
    },
    add: (hashes) => {
      for (const hash of hashes) {
        word[0] = hash
        filter.add(halves[0] ?? 0, halves[1] ?? 0)
      }
    },
    release: () => Promise.resolve(),
    stop: async () => {
      aborted.abort()
      await loading
    },
  }
}

/** How long a claim keeps other processes from storing the same message; longer than any insert may take. */
const claimSeconds = 120
/** A group of another process takes 0.1–0.25 s; past this the sender is told to ask again, and nobody else waits for him. */
const waitForOtherMs = 400

const signed = (hashes: readonly bigint[]): string[] => hashes.map((hash) => BigInt.asIntN(64, hash).toString())

/** Takes those that nobody holds, in one order for all, so that two processes never wait for each other inside Postgres. */
const claim = async (ctx: Ctx, hashes: readonly bigint[]): Promise<bigint[]> => {
  if (hashes.length === 0) return []
  const { rows } = await sql<{ hash: number | bigint }>`
    insert into customers.message_claim as c (hash) select h from unnest(${signed(hashes)}::bigint[]) as h order by h
    on conflict (hash) do update set claimed_at = now() where c.claimed_at < now() - make_interval(secs => ${claimSeconds}) returning hash`.execute(
    ctx.pg,
  )
  return rows.map(({ hash }) => BigInt.asUintN(64, BigInt(hash)))
}

const releaseClaims = async (ctx: Ctx, hashes: readonly bigint[]): Promise<void> => {
  if (hashes.length === 0) return
  await sql`delete from customers.message_claim where hash = any(${signed(hashes)}::bigint[])`.execute(ctx.pg)
}

/**
 * Several processes share the stores: a message is claimed in Postgres first, so two that get it at once cannot both
 * store it; what ClickHouse holds is a duplicate. A claim whose process died is taken over after `claimSeconds`.
 */
export const seenAcrossProcesses = (ctx: Ctx): Seen => ({
  look: async (hashes) => {
    const giveUpAt = Date.now() + waitForOtherMs
    const stored = await inClickHouse(ctx, hashes)
    let mine: bigint[] = []
    let open = hashes.filter((hash) => !stored.has(hash))
    try {
      for (;;) {
        mine = await claim(ctx, open)
        // Stored perhaps by the one who held the claim between our two looks.
        for (const hash of await inClickHouse(ctx, open)) stored.add(hash)
        const held = new Set(mine)
        const elsewhere = new Set(open.filter((hash) => !held.has(hash) && !stored.has(hash)))
        if (elsewhere.size === 0 || Date.now() > giveUpAt) return { stored, elsewhere }
        // Nothing is held while waiting: the other may wait for what we have.
        await releaseClaims(ctx, mine)
        mine = []
        open = open.filter((hash) => !stored.has(hash))
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60))
      }
    } catch (error) {
      await releaseClaims(ctx, mine)
      throw error
    }
  },
  add: () => undefined,
  release: (hashes) => releaseClaims(ctx, hashes),
  stop: () => Promise.resolve(),
})

/** Claims are needed only while an insert may be under way; older ones are dropped by a job. */
export const dropOldClaims = async (ctx: Ctx): Promise<void> => {
  await sql`delete from customers.message_claim where claimed_at < now() - interval '1 hour'`.execute(ctx.pg)
}
