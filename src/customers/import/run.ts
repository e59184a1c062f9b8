import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type Ctx, ch, isStoreAway, Problem } from '#platform'
import type { Running } from '../running.ts'
import { parseMapping } from './mapping.ts'
import { problem } from './problem.ts'
import { importEvents } from './run-events.ts'
import { importPeople } from './run-people.ts'
import { writeRejectsFile } from './run-rejects.ts'
import { type Outcome, openGate, type Run } from './run-scope.ts'
import { claimImport, finishImport, type ImportRow, keepLease, LostLease, releaseImport } from './store.ts'

const lookAgainMs = 500
const heartbeatMs = 8_000

export interface ImportRunner {
  /** Looks for work now instead of at the next tick. */
  wake(): void
  /** Lets the running piece become durable; the import goes on at the next start. */
  stop(): Promise<void>
  /** The running import stands still with nothing on its way between the stores. @returns how it goes on */
  hold(): Promise<() => void>
}

/** Runs waiting imports one after another, and those whose process died. */
export const startImports = (ctx: Ctx, running: Running): ImportRunner => {
  const owner = randomUUID()
  let stopping = false
  let wake = (): void => undefined
  const { gate, begin, end, hold } = openGate()

  const loop = async () => {
    while (!stopping) {
      try {
        if (gate.isHeld()) await gate.park()
        const row = await claimImport(ctx, owner)
        if (row) {
          begin()
          try {
            await runImport(ctx, running, row, { owner, isStopping: () => stopping, gate })
          } finally {
            end()
          }
          continue
        }
      } catch (error) {
        ctx.log.error({ error }, 'import not run')
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lookAgainMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
        if (stopping) wake()
      })
    }
  }
  const looping = loop()
  return {
    hold,
    wake: () => wake(),
    stop: async () => {
      stopping = true
      wake()
      await looping
    },
  }
}

const runImport = async (
  ctx: Ctx,
  { dictionary, committer, quality }: Running,
  row: ImportRow,
  { owner, isStopping, gate }: Pick<Run, 'owner' | 'isStopping' | 'gate'>,
): Promise<void> => {
  const log = ctx.log.child({ import: row.id })
  const heartbeat = setInterval(() => {
    keepLease(ctx, row.id, owner).catch((error: unknown) => log.warn({ error }, 'lease not kept'))
  }, heartbeatMs)
  try {
    const mapping = parseMapping(row.mapping, row.kind)
    await assertSameFile(row)
    await forgetRejectsAfter(ctx, row)
    const run: Run = {
      ctx: { ...ctx, log },
      row,
      mapping,
      owner,
      open: () => createReadStream(row.file_path, { highWaterMark: 65_536 }),
      dictionary,
      committer,
      quality,
      isStopping,
      gate,
    }
    const outcome: Outcome = row.kind === 'events' ? await importEvents(run) : await importPeople(run, row.kind)
    if (outcome === 'released') return await releaseImport(ctx, row.id, owner)
    await finishImport(ctx, row.id, owner, { state: outcome, rejectsPath: await writeRejectsFile(ctx, row.id) })
    log.info({ outcome }, 'import over')
  } catch (error) {
    if (error instanceof LostLease) return log.warn('import taken over by another process')
    if (!(error instanceof Problem)) log.error({ error }, 'import failed')
    // Stores that are away come back: the import waits for them as it stands.
    if (isStoreAway(error)) {
      await new Promise((resolve) => setTimeout(resolve, 2_000))
      return await releaseImport(ctx, row.id, owner)
    }
    const told =
      error instanceof Problem
        ? `${error.title}${Object.keys(error.detail).length > 0 ? `: ${JSON.stringify(error.detail)}` : ''}`
        : 'Something went wrong on our side; the log says more'
    await finishImport(ctx, row.id, owner, {
      state: 'failed',
      error: told.slice(0, 1_000),
      rejectsPath: await writeRejectsFile(ctx, row.id),
    })
  } finally {
    clearInterval(heartbeat)
  }
}

/** @throws customers.fileChanged: lines counted so far would be those of another file */
const assertSameFile = async (row: ImportRow): Promise<void> => {
  const found = await stat(row.file_path).catch(() => undefined)
  if (!found || found.size !== row.file_bytes || found.mtime.getTime() !== row.file_changed_at.getTime())
    throw problem.fileChanged({ name: row.name })
}

/** Rejects of rows that are about to be read again. */
const forgetRejectsAfter = async (ctx: Ctx, row: ImportRow): Promise<void> => {
  if (row.accepted + row.merged + row.rejected === 0 && row.intent_line === null) return
  // Findings of events are written before their events: once stored, those are repetitions and not looked at again.
  for (const table of row.kind === 'events' ? ['rejects'] : ['rejects', 'quality_findings', 'quality_counts'])
    await ctx.ch.command(
      ch.sql`alter table ${ch.identifier(table)} delete where import_id = ${ch.u32(row.id)} and line > ${ch.u64(row.copied_line)}`,
      { settings: { mutations_sync: 2 } },
    )
}
