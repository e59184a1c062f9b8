import { execFile } from 'node:child_process'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { Kysely } from 'kysely'
import type { Tables } from '../ctx.ts'
import { CopyBody } from './copy-body.ts'
import { type Connection, type Connections, dialectOver } from './dialect.ts'
import type { Answer, Ask } from './pglite-thread.ts'
import type { PostgresStore } from './store.ts'

/** Longest wait for the one connection; past it somebody holds a transaction over something slow, and that is a bug. */
const acquireTimeoutMs = 60_000

/** An error from the database with its SQLSTATE code, as the `pg` client gives it. */
class PostgresError extends Error {
  readonly code: string | undefined
  readonly constraint: string | undefined
  constructor({
    message,
    code,
    constraint,
  }: { message: string; code?: string | undefined; constraint?: string | undefined }) {
    super(message)
    this.name = 'PostgresError'
    this.code = code
    this.constraint = constraint
  }
}

/**
 * Postgres inside this process, on a thread of its own: a group of 5,000 rows takes 100 ms there, during which the main
 * thread goes on answering requests. The thread has one connection, handed out in order.
 */
export const openEmbedded = async ({
  dir,
  archive,
}: {
  dir?: string
  archive?: Uint8Array
}): Promise<PostgresStore> => {
  if (dir && !archive && !existsSync(join(dir, 'PG_VERSION'))) await makeDatabase(dir)
  return openThread({ dir, archive })
}

/** As bin/zhiyin.mjs starts the program, and as `openThread` sets them. */
const flags = ['--no-memory-protection-keys', '--no-wasm-code-gc', '--disable-warning=ExperimentalWarning']

/** In a process of its own: what making a database takes, 220 MB, this one would keep. */
const makeDatabase = async (dir: string): Promise<void> => {
  const script = fileURLToPath(new URL('./make-database.ts', import.meta.url))
  // Under another name until it is whole; named by process, because one that lost its parent may still be writing.
  const making = `${dir}.${process.pid}.making`
  rmSync(making, { recursive: true, force: true })
  await promisify(execFile)(process.execPath, [...flags, script, making])
  renameSync(making, dir)
}

const openThread = async (workerData: {
  dir?: string | undefined
  archive?: Uint8Array | undefined
}): Promise<PostgresStore> => {
  // Freeing machine code of WebAssembly that a better version replaced is what kills the process now and then ("Check
  // failed: jit_page.has_value()" in ThreadIsolation::UnregisterWasmAllocation, nodejs/node#64500). Kept, it is a few MB.
  setFlagsFromString('--no-wasm-code-gc')
  const worker = new Worker(new URL('./pglite-thread.ts', import.meta.url), { workerData, name: 'postgres' })
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>()
  let next = 1
  let gone: Error | undefined
  const fail = (error: Error) => {
    gone = error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  worker.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('error' in answer) asked?.reject(new PostgresError(answer.error))
    else asked?.resolve(answer)
  })
  worker.on('error', fail)
  worker.on('exit', () => fail(new Error('The embedded Postgres has stopped')))

  const listen = (id: number) => new Promise<Answer>((resolve, reject) => waiting.set(id, { resolve, reject }))
  const ask = (
    request: Ask extends infer One ? (One extends Ask ? Omit<One, 'id'> : never) : never,
  ): Promise<Answer> => {
    if (gone) return Promise.reject(gone)
    const id = next++
    const answer = listen(id)
    // Rows of a copy move over to the thread instead of being copied to it.
    worker.postMessage({ ...request, id }, request.do === 'copy' ? [request.body.buffer] : [])
    return answer
  }
  await listen(0)

  const query = async (text: string, values: readonly unknown[]) => {
    const [body] = values
    const answer = await ask(
      body instanceof CopyBody ? { do: 'copy', text, body: body.bytes } : { do: 'query', text, values },
    )
    return 'rows' in answer ? { rows: answer.rows, affected: answer.affected } : { rows: [], affected: undefined }
  }
  const connections = oneConnection({ query })
  const exclusively = async <T>(run: () => Promise<T>): Promise<T> => {
    const connection = await connections.acquire()
    try {
      return await run()
    } finally {
      await connections.release(connection)
    }
  }

  return {
    mode: 'embedded',
    db: new Kysely<Tables>({ dialect: dialectOver(connections) }),
    script: (text) =>
      exclusively(async () => {
        try {
          const answer = await ask({ do: 'script', text })
          return 'rows' in answer ? answer.rows : []
        } catch (error) {
          // A script that failed between its own begin and commit leaves the one connection in a failed transaction.
          await ask({ do: 'script', text: 'rollback' })
          throw error
        }
      }),
    execute: (text, values) => exclusively(async () => (await query(text, values)).rows),
    dump: () =>
      exclusively(async () => {
        const answer = await ask({ do: 'dump' })
        if (!('dump' in answer)) throw new Error('The embedded Postgres gave no copy')
        return Buffer.from(answer.dump)
      }),
    version: async () => {
      const [row] = await exclusively(async () => (await query('show server_version', [])).rows)
      return String(row?.server_version)
    },
    close: async () => {
      await exclusively(() => ask({ do: 'close' }))
      await worker.terminate()
    },
  }
}

const oneConnection = (connection: Connection): Connections => {
  const queue: (() => void)[] = []
  let taken = false
  return {
    acquire: () =>
      new Promise((resolve, reject) => {
        if (!taken) {
          taken = true
          resolve(connection)
          return
        }
        const go = () => {
          clearTimeout(timer)
          resolve(connection)
        }
        const timer = setTimeout(() => {
          queue.splice(queue.indexOf(go), 1)
          reject(new Error(`Waited ${acquireTimeoutMs} ms for the embedded Postgres`))
        }, acquireTimeoutMs)
        timer.unref()
        queue.push(go)
      }),
    release: async () => {
      const following = queue.shift()
      if (following) following()
      else taken = false
    },
  }
}
