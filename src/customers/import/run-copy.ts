import type { StoredWord } from '#compliance'
import type { Ctx } from '#platform'
import { copyConsents } from '../consent-copy.ts'
import type { Applied } from '../identity/apply.ts'
import { copyOverrides, copyTraitLines, copyUniverse } from '../mirror.ts'
import { storeCounts, storeFindings } from '../quality/arrival.ts'
import { copyReachLines } from '../reach.ts'
import { customersTouched } from '../touched.ts'
import { rejectColumns } from './run-scope.ts'

/** What a piece of the file leaves in ClickHouse. */
export interface ForClickHouse {
  /** Lines of the table `traits` and how many. */
  traits: string
  traitRows: number
  nos: readonly number[]
  /** All whom the piece says something of. */
  touched: readonly number[]
  overrides: Applied['overrides']
  /** Lines of the table `customer_reach`. */
  reach: string
  consents: readonly StoredWord[]
  /** Lines of the table `rejects`. */
  rejects: string
  /** What the quality rules found and counted; lines of their tables. */
  findings: string
  counts: string
  /** Everything up to this line of the file is in. */
  line: number
}

export const storeRejects = async (ctx: Ctx, lines: string): Promise<void> => {
  if (lines !== '') await ctx.ch.insert('rejects', lines, { columns: rejectColumns })
}

/** One insert of 100,000 rows costs a quarter of ten of 10,000, and leaves a tenth of the parts to merge. */
const flushRows = 100_000
const flushAfterMs = 2_000

/**
 * Carries pieces that are durable in Postgres over to ClickHouse: in order, several at a time, beside the next piece's
 * transaction. `copiedLine` tells how far; an import that died goes on from there.
 */
export const openCopier = (ctx: Ctx, from: number) => {
  let waiting: ForClickHouse[] = []
  let rows = 0
  let since = performance.now()
  let copiedLine = from
  let flushing: Promise<void> | undefined
  let failure: Error | undefined

  const flush = async () => {
    const pieces = waiting
    waiting = []
    rows = 0
    const joined = (pick: (piece: ForClickHouse) => string) => pieces.map(pick).join('')
    await Promise.all([
      copyUniverse(
        ctx,
        pieces.flatMap(({ nos }) => nos),
      ),
      copyOverrides(
        ctx,
        pieces.flatMap(({ overrides }) => overrides),
      ),
      copyReachLines(
        ctx,
        joined(({ reach }) => reach),
      ),
      copyConsents(
        ctx,
        pieces.flatMap(({ consents }) => consents),
      ),
      copyTraitLines(
        ctx,
        joined(({ traits }) => traits),
      ),
      storeRejects(
        ctx,
        joined(({ rejects }) => rejects),
      ),
      storeFindings(
        ctx,
        joined(({ findings }) => findings),
      ),
      storeCounts(
        ctx,
        joined(({ counts }) => counts),
      ),
    ])
    await customersTouched(
      ctx,
      pieces.flatMap(({ touched }) => touched),
    )
    copiedLine = Math.max(copiedLine, pieces.at(-1)?.line ?? copiedLine)
  }
  const start = () => {
    since = performance.now()
    flushing = flush()
      .catch((error: unknown) => {
        failure = error instanceof Error ? error : new Error(String(error))
      })
      .finally(() => {
        flushing = undefined
      })
  }

  return {
    /** Waits only while two flushes' worth is on its way. */
    add: async (piece: ForClickHouse): Promise<void> => {
      if (failure) throw failure
      waiting.push(piece)
      rows += piece.traitRows + piece.nos.length
      const due = rows >= flushRows || performance.now() - since > flushAfterMs
      if (!due) return
      if (flushing && rows >= flushRows) await flushing
      if (!flushing) start()
    },
    copiedLine: () => copiedLine,
    drain: async (): Promise<void> => {
      await flushing
      if (waiting.length > 0 && !failure) start()
      await flushing
      if (failure) throw failure
    },
  }
}
