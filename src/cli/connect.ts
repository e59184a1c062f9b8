import { request } from 'node:http'
import { createConnection } from 'node:net'
import { type Config, holderOf, openLog, Problem, problem } from '#platform'
import type { App } from '../app.ts'
import { openApp } from './open-app.ts'

export interface Answer {
  status: number
  /** Parsed JSON, or text when it is not JSON. */
  body: unknown
}

/** The program as a command sees it: the server that holds the data directory, or the program in this process. */
export interface Connection {
  call(verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<Answer>
  /** Whether a server answers; false when the program was opened here. */
  remote: boolean
  close(): Promise<void>
}

/**
 * While a server holds the data directory, commands go through its local socket; otherwise the program is opened here,
 * without listening. Either way a command is the same HTTP call, so both take the same path through the code.
 * @param work whether a program opened here does background work too, for commands that wait for some
 */
export const connect = async (config: Config, { work = false }: { work?: boolean } = {}): Promise<Connection> => {
  const app = await serverOrProgram(config, work)
  if ('remote' in app) return app
  return {
    remote: false,
    call: async (method, url, body) => {
      const answer = await app.http.app.inject({
        method,
        url,
        headers: app.http.localHeaders,
        ...(body !== undefined && { payload: body as object }),
      })
      return { status: answer.statusCode, body: parse(answer.body) }
    },
    close: () => app.stop(),
  }
}

/** How long a command waits for whoever holds the data directory: a server that starts, another command that ends. */
const patienceMs = 15_000

const serverOrProgram = async (config: Config, work: boolean): Promise<Connection | App> => {
  for (const giveUpAt = Date.now() + patienceMs; ; ) {
    const holder = holderOf(config.dataDir)
    if (holder && (await listens(holder.socket))) return overSocket(holder.socket, holder.pid)
    try {
      if (!holder)
        return await openApp(config, {
          work,
          log: openLog(
            { logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel },
            { write: (line) => process.stderr.write(line) },
          ),
        })
    } catch (error) {
      // Another one was quicker.
      if (!(error instanceof Problem && error.code === 'platform.dataDirLocked')) throw error
    }
    if (Date.now() > giveUpAt)
      throw problem.dataDirLocked({
        pid: holder?.pid,
        remedy: 'The process that holds the data directory does not answer; try again when it is ready, or stop it',
      })
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

const listens = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createConnection(socketPath, () => {
      probe.destroy()
      resolve(true)
    })
    probe.on('error', () => resolve(false))
  })

const overSocket = (socketPath: string, pid: number): Connection => ({
  remote: true,
  call: (method, path, body) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body)
      const outgoing = request(
        {
          socketPath,
          path,
          method,
          headers: {
            host: 'localhost',
            ...(payload !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(payload),
            }),
          },
        },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
          incoming.on('end', () =>
            resolve({ status: incoming.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString('utf8')) }),
          )
          incoming.on('error', reject)
        },
      )
      outgoing.on('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'ENOENT' || error.code === 'ECONNREFUSED'
            ? problem.dataDirLocked({
                pid,
                remedy: 'The process that holds the data directory does not answer yet; try again when it is ready',
              })
            : error,
        ),
      )
      outgoing.end(payload)
    }),
  close: () => Promise.resolve(),
})

const parse = (text: string): unknown => {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}

/** The body of a successful answer. @throws Problem with the server's code, title and detail */
export const unwrap = <T>({ status, body }: Answer): T => {
  if (status < 400) return body as T
  const { code, title, detail } = (typeof body === 'object' && body !== null ? body : {}) as {
    code?: string
    title?: string
    detail?: Record<string, unknown>
  }
  throw new Problem(code ?? 'platform.unexpected', { status, title: title ?? String(body).slice(0, 200) }, detail)
}
