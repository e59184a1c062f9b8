import type { Readable } from 'node:stream'
import type { Ctx } from '#platform'
import type { StreamQuality } from '../quality/stream.ts'
import type { Committer } from '../tracking/commit.ts'
import type { Dictionary } from '../traits/dictionary.ts'
import type { Mapping } from './mapping-contract.ts'
import type { Reject } from './record.ts'
import type { ImportRow } from './store.ts'

/** One run of one import, from claiming it to its end or the end of the process. */
export interface Run {
  ctx: Ctx
  row: ImportRow
  mapping: Mapping
  /** Who holds the lease. */
  owner: string
  open: () => Readable
  dictionary: Dictionary
  committer: Committer
  quality: StreamQuality
  /** Whether the process is about to end. */
  isStopping: () => boolean
  gate: Gate
}

/** Where a run stands still while a backup copies the stores. */
export interface Gate {
  isHeld: () => boolean
  /** Says that nothing is on its way between the stores, and waits. */
  park: () => Promise<void>
}

/** A gate and its handle. `end` tells that nobody runs any more. */
export const openGate = () => {
  let held: PromiseWithResolvers<void> | undefined
  let parked: PromiseWithResolvers<void> | undefined
  let isRunning = false
  const gate: Gate = {
    isHeld: () => held !== undefined,
    park: async () => {
      parked?.resolve()
      await held?.promise
    },
  }
  return {
    gate,
    begin: () => {
      isRunning = true
    },
    end: () => {
      isRunning = false
      parked?.resolve()
    },
    hold: async () => {
      held = Promise.withResolvers()
      parked = Promise.withResolvers()
      if (isRunning) await parked.promise
      return () => {
        held?.resolve()
        held = undefined
      }
    },
  }
}

/** `released`: the process ends; the import goes on at the next start. */
export type Outcome = 'done' | 'cancelled' | 'paused' | 'released'

export const outcomeOf = (wish: 'cancel' | 'pause' | null): 'cancelled' | 'paused' | undefined =>
  wish === 'cancel' ? 'cancelled' : wish === 'pause' ? 'paused' : undefined

/** Gives requests, timers and the other stores their turn. */
export const giveWay = () => new Promise<void>((resolve) => setImmediate(resolve))

/**
 * Rows worked on between two turns of the event loop: about 1 ms. A transaction is six statements one after another, each
 * answered to this thread; at 256 rows a turn Postgres stood idle half of the time.
 */
export const rowsPerTurn = 32

const windowMs = 5_000

/** Rows per second over the last seconds, and time worked. */
export const openMeter = () => {
  let marks: { at: number; rows: number }[] = [{ at: performance.now(), rows: 0 }]
  let total = 0
  let last = performance.now()
  return {
    add: (rows: number): { rowsPerSecond: number; seconds: number } => {
      const now = performance.now()
      total += rows
      marks.push({ at: now, rows: total })
      const kept = marks.findIndex(({ at }) => at >= now - windowMs)
      if (kept > 1) marks = marks.slice(kept - 1)
      const [first] = marks
      const seconds = (now - last) / 1_000
      last = now
      return { rowsPerSecond: first && now > first.at ? (total - first.rows) / ((now - first.at) / 1_000) : 0, seconds }
    },
  }
}

const tsv = (text: string): string =>
  /[\\\t\n\r]/.test(text)
    ? text.replace(/[\\\t\n\r]/g, (character) =>
        character === '\t' ? '\\t' : character === '\n' ? '\\n' : character === '\r' ? '\\r' : '\\\\',
      )
    : text

export const rejectColumns = [
  'at',
  'source_id',
  'import_id',
  'line',
  'field',
  'value_masked',
  'code',
  'reason',
  'message_id',
  'message',
] as const

/** What stands in `message` of a reject for which the whole row was left out; empty when only a value was. */
export const wholeRow = 'row'

/** A line of the table `rejects`, tab-separated. */
export const rejectLine = (
  importId: number,
  atMs: number,
  { line, column, value, code, reason }: Omit<Reject, 'number' | 'code'> & { code: string },
  isRow: boolean,
): string =>
  `${new Date(atMs).toISOString().slice(0, 23).replace('T', ' ')}\t0\t${importId}\t${line}\t${tsv(column ?? '')}\t${tsv(value ?? '')}\t${code}\t${tsv(reason)}\t\t${isRow ? wholeRow : ''}\n`
