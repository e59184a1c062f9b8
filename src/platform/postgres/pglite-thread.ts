import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, types } from '@electric-sql/pglite'

/** What the main thread asks of the database thread. */
export type Ask =
  | { id: number; do: 'query'; text: string; values: readonly unknown[] }
  | { id: number; do: 'copy'; text: string; body: Uint8Array<ArrayBuffer> }
  | { id: number; do: 'script'; text: string }
  | { id: number; do: 'dump' }
  | { id: number; do: 'close' }

export type Answer =
  | { id: number; rows: Record<string, unknown>[]; affected?: number | undefined }
  | { id: number; dump: ArrayBuffer }
  | {
      id: number
      error: {
        message: string
        code?: string | undefined
        constraint?: string | undefined
        table?: string | undefined
        where?: string | undefined
      }
    }

const port = parentPort
if (!port) throw new Error('pglite-thread runs as a worker thread')
const { dir, archive } = workerData as { dir?: string; archive?: Uint8Array<ArrayBuffer> }

/** Same shapes as the server connection: whole numbers as numbers while exact, dates as text. */
const parsers = { [types.DATE]: (text: string) => text }

const pg = new PGlite({
  ...(dir && { dataDir: dir }),
  ...(archive && { loadDataDir: new Blob([archive]) }),
  parsers,
  // All of it is resident from the start, and beside it stands the page cache of the system: 128 MB, the default, took 80 MB
  // more and 1.2 M identifiers copied into a table no faster (6 µs each at first, 12 at the end, both).
  startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'],
})

const run = async (ask: Ask): Promise<Answer> => {
  const { id } = ask
  switch (ask.do) {
    case 'query': {
      const { rows, affectedRows } = await pg.query<Record<string, unknown>>(ask.text, [...ask.values])
      return { id, rows, affected: affectedRows }
    }
    case 'copy': {
      const text = ask.text.replace('from stdin', "from '/dev/blob'")
      const { affectedRows } = await pg.query(text, [], { blob: new Blob([ask.body]) })
      return { id, rows: [], affected: affectedRows }
    }
    case 'script': {
      const results = await pg.exec(ask.text)
      return { id, rows: results.flatMap(({ rows }) => rows) }
    }
    case 'dump':
      return { id, dump: await (await pg.dumpDataDir('none')).arrayBuffer() }
    case 'close':
      await pg.close()
      return { id, rows: [] }
  }
}

const failure = (error: unknown) => {
  const { message, code, constraint, table, where } = error as {
    message: string
    code?: string
    constraint?: string
    table?: string
    where?: string
  }
  return { message, code, constraint, table, where }
}

// Everything is in memory or in the page cache of this machine, so a random page costs what the next one does.
const ready = pg.waitReady
  .then(() => pg.exec("set random_page_cost = 1.05; set work_mem = '32MB'; set jit = off"))
  .then(() => undefined)

// One statement after another, in the order they were asked.
let last: Promise<void> = ready
port.on('message', (ask: Ask) => {
  last = last.then(async () => {
    try {
      port.postMessage(await run(ask))
    } catch (error) {
      port.postMessage({ id: ask.id, error: failure(error) } satisfies Answer)
    }
  })
})
last.then(
  () => port.postMessage({ id: 0, rows: [] } satisfies Answer),
  (error: unknown) => port.postMessage({ id: 0, error: failure(error) } satisfies Answer),
)
