import { sql } from 'kysely'
import type { Ctx } from '#platform'
import type { FactTable } from '../condition-world.ts'
import type { Definition } from '../contract.ts'
import type { WindowEdge } from '../window-edges.ts'
import type { Bitset } from './bitset.ts'
import type { LaterRows } from './edges.ts'
import type { Moved } from './moves.ts'

/** How the follower paces itself. Milliseconds, except where the name says otherwise. */
export interface Pace {
  /** Between the starts of two ticks. */
  tickEveryMs: number
  /** For the increments of one audience; who needs longer is computed anew instead. */
  tickSeconds: number
  /** For one audience computed in full. Short, since others wait for theirs meanwhile. */
  rebuildSeconds: number
  /** Customers of one tick; more are cheaper computed in full. */
  mostTouched: number
  /** How often the bitmap of an audience that moved is stored, which bounds what a reader adds to it. */
  storeEveryMs: number
  /** Least time between two full computations of an audience that depends on everybody. */
  wholeEveryMs: number
  /** Each audience is computed in full this often at least, which would mend an increment that was lost. */
  checkEveryMs: number
  /** Whom the clock moved is looked for again after this many times what the last look took. */
  restAfterLook: number
  /** How often it is written down how far audiences are that did not move. */
  sayEveryMs: number
}

export const usualPace: Pace = {
  tickEveryMs: 1_000,
  tickSeconds: 5,
  rebuildSeconds: 60,
  mostTouched: 50_000,
  storeEveryMs: 300_000,
  wholeEveryMs: 60_000,
  checkEveryMs: 6 * 3_600_000,
  restAfterLook: 10,
  sayEveryMs: 5_000,
}

/** An audience whose members are in memory, true of `asOf`. */
export interface Followed {
  id: string
  version: number
  definition: Definition
  /** The compiled definition as of a fixed instant: changes when anything it depends on does. */
  signature: string
  members: Bitset
  asOf: Date
  edges: readonly WindowEdge[]
  later: ReadonlySet<LaterRows>
  tables: ReadonlySet<FactTable>
  whole: boolean
  /** Its place in the log of touched customers: what follows was not applied. */
  place: number
  numbers: { next: number; last: number }
  builtAt: number
  buildMs: number
  storedAt: number
  /** Since the bitmap was stored. */
  entered: number
  left: number
}

export interface LiveRow {
  id: string
  version: number
  definition: Definition
  rebuild_wanted_at: Date | null
  retry_at: Date | null
  failures: number
}

/** What a tick did. */
export interface Tick {
  /** Whether this process follows. */
  following: boolean
  touched: number
  /** Customers the clock alone moved, or may have. */
  crossed: number
  moved: readonly Moved[]
  /** Audiences whose increments were computed. */
  audiences: number
  tookMs: number
}

/** Numbers of refreshes taken from Postgres at once. */
const numbersAtOnce = 500
/** Sees to it that each has a number for its next changes. Numbers not used when a follower ends are void. */
export const giveNumbers = async (ctx: Ctx, ones: readonly Followed[]): Promise<void> => {
  const empty = ones.filter(({ numbers }) => numbers.next > numbers.last)
  if (empty.length === 0) return
  const { rows } = await sql<{ id: string; last: number }>`
    update audiences.audience set refresh_given = refresh_given + ${numbersAtOnce}
    where id = any(${empty.map(({ id }) => id)}::uuid[]) returning id, refresh_given as last`.execute(ctx.pg)
  for (const one of empty) {
    const last = rows.find(({ id }) => id === one.id)?.last
    if (last !== undefined) one.numbers = { next: last - numbersAtOnce + 1, last }
  }
}
