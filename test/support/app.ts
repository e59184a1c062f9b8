import { after } from 'node:test'
import { type Config, type Ctx, type Feature, openLog, type Role, readConfig } from '#platform'
import type { App } from '../../src/app.ts'
import { createKey } from '../../src/platform/auth/keys.ts'
import { preparedDataDir } from './template.ts'

export interface Answer<T> {
  status: number
  /** Parsed JSON, or text when it is not JSON. */
  body: T
  headers: Record<string, string | string[] | number | undefined>
}

/** Who calls: an API key, or one made with these roles. Without either the local administrator, who may do everything. */
export interface Caller {
  key?: string
  roles?: readonly Role[]
  /** Nobody: no credentials at all. */
  anonymous?: boolean
}

type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface TestApp {
  app: App
  ctx: Ctx
  config: Config
  /** The data directory; give it to another `startTestApp` after `stop` for a restart. */
  dir: string
  /** JSON log lines so far, of the level that `env.ZHIYIN_LOG_LEVEL` asks for (warn). */
  logged: string[]
  /** One API call: `call('POST', '/api/audiences', { name })`. */
  call<T = unknown>(verb: Verb, path: string, body?: unknown, caller?: Caller): Promise<Answer<T>>
  /** The body of a call that must succeed. @throws with the answer when it does not */
  ok<T>(verb: Verb, path: string, body?: unknown, caller?: Caller): Promise<T>
  /** A tracking call with a write key: `send(writeKey, '/v1/track', { event, userId })`. */
  send<T = unknown>(writeKey: string, path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<T>>
  stop(): Promise<void>
}

export interface TestAppOptions {
  /** All of them unless said otherwise. */
  features?: readonly Feature[]
  /** Whether background jobs and the outbox run; they do not unless asked for. */
  work?: boolean
  /** Settings as the environment would give them. */
  env?: Record<string, string>
  /** The program's clock. */
  now?: () => Date
  /** Listens on a free port of the loopback address. */
  listen?: boolean
  /** An existing data directory instead of a new one. */
  dir?: string
}

/**
 * The whole program on embedded databases of its own, in about a second. It stops at the end of the test, or of the file,
 * that started it. One at a time: the embedded ClickHouse holds one directory per process.
 */
export const startTestApp = async ({
  features,
  work = false,
  env = {},
  now,
  listen = false,
  dir: given,
}: TestAppOptions = {}): Promise<TestApp & { url: string }> => {
  const dir = given ?? (await preparedDataDir())
  const config = readConfig({
    ZHIYIN_DATA_DIR: dir,
    ZHIYIN_PORT: '0',
    ZHIYIN_LOG_LEVEL: 'warn',
    ZHIYIN_MIN_FREE_DISK_BYTES: '0',
    ...env,
  })
  const logged: string[] = []
  const log = openLog(config, { write: (line) => logged.push(line) })
  // Not at the top: the whole program takes a second to load, and half of the files ask for its stores only.
  const { openApp } = await import('../../src/app.ts')
  const app = await openApp(config, { work, log, ...(features && { uses: features }), ...(now && { now }) })
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= app.stop())
  after(stop)
  const url = listen ? await app.listen() : ''

  const keys = new Map<string, Promise<string>>()
  const keyFor = (roles: readonly Role[]): Promise<string> => {
    const name = [...roles].sort().join(' ')
    const held = keys.get(name) ?? createKey(app.ctx, { name, roles }).then(({ key }) => key)
    keys.set(name, held)
    return held
  }
  const headersOf = async ({ key, roles, anonymous }: Caller): Promise<Record<string, string>> => {
    const bearer = key ?? (roles && (await keyFor(roles)))
    if (bearer !== undefined) return { authorization: `Bearer ${bearer}` }
    return anonymous ? {} : app.http.localHeaders
  }
  const call = async <T>(verb: Verb, path: string, body?: unknown, caller: Caller = {}): Promise<Answer<T>> => {
    const answer = await app.http.app.inject({
      method: verb,
      url: path,
      headers: await headersOf(caller),
      ...(body !== undefined && { payload: body as object }),
    })
    return { status: answer.statusCode, body: parsed<T>(answer.body), headers: answer.headers }
  }
  return {
    app,
    ctx: app.ctx,
    config,
    dir,
    url,
    logged,
    stop,
    call,
    ok: async <T>(verb: Verb, path: string, body?: unknown, caller?: Caller) => {
      const answer = await call<T>(verb, path, body, caller)
      if (answer.status >= 400)
        throw new Error(
          `${verb} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}\n${logged.slice(-5).join('')}`,
        )
      return answer.body
    },
    send: async <T>(writeKey: string, path: string, body: unknown, headers: Record<string, string> = {}) => {
      const answer = await app.http.app.inject({
        method: 'POST',
        url: path,
        headers: {
          authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
          'content-type': 'application/json',
          ...headers,
        },
        payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
      })
      return { status: answer.statusCode, body: parsed<T>(answer.body), headers: answer.headers }
    },
  }
}

const parsed = <T>(text: string): T => {
  try {
    return JSON.parse(text) as T
  } catch {
    return text as T
  }
}
