import type { Ctx } from '#platform'
import type { Scene } from '../../src/insights/analysis/scene.ts'

/** An event as the references in plain JavaScript see it. */
export interface MadeUp {
  no: number
  event: string
  ms: number
  hash: bigint
  properties: Record<string, unknown>
}

/** The same numbers for the same seed. */
export const randomFrom = (seed: number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** In order: by instant, those of one instant by message hash. */
export const inOrder = (events: readonly MadeUp[]): MadeUp[] =>
  events.toSorted((a, b) => a.ms - b.ms || (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0))

const stamp = (ms: number) => new Date(ms).toISOString().replace('T', ' ').replace('Z', '')

/** Rows of events as they are, in no order. */
export const storeEvents = async (ctx: Ctx, events: readonly MadeUp[]): Promise<void> => {
  const rows = events.map(({ no, event, ms, hash, properties }, i) => ({
    event,
    customer_no: no,
    ts: stamp(ms),
    message_hash: hash.toString(),
    message_id: String(i),
    type: 'track',
    properties: JSON.stringify(properties),
  }))
  for (let i = 0; i < rows.length; i += 20_000)
    await ctx.ch.insert('events', rows.slice(i, i + 20_000), { columns: Object.keys(rows[0] ?? {}) })
}

/** Customers with these numbers, alive. */
export const storeCustomers = (ctx: Ctx, nos: readonly number[]): Promise<void> =>
  ctx.ch.insert(
    'customers',
    nos.map((customer_no) => ({ customer_no, live: 1, version: 1 })),
    { columns: ['customer_no', 'live', 'version'] },
  )

export const sceneAt = (from: string, to: string, at: string, more: Partial<Scene> = {}): Scene => ({
  world: { at: new Date(at), zone: 'Asia/Shanghai', merges: false, traits: new Map(), audiences: new Map() },
  from: new Date(from),
  to: new Date(to),
  tags: new Map(),
  ...more,
})
