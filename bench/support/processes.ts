import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sleep } from './figures.ts'
import { owned } from './scratch.ts'

const launcher = join(import.meta.dirname, '../../bin/zhiyin.mjs')
const flags = ['--no-memory-protection-keys', '--disable-warning=ExperimentalWarning']

/** The environment without settings of whoever runs the benchmark. */
const environment = (settings: Record<string, string>): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(ZHIYIN_|npm_)/.test(name))),
  ...settings,
})

export interface Running {
  url: string
  pid: number
  /** From the start of the process to its line "ready". */
  readySeconds: number
  /** SIGTERM. @returns seconds until it ended */
  stop(): Promise<number>
}

/**
 * `zhiyin serve` on `dir`, embedded stores, free port. It writes its log to a file there, as in service: the log costs
 * what it costs, and reading it costs the benchmark nothing.
 */
export const startZhiyin = (dir: string, settings: Record<string, string> = {}): Promise<Running> =>
  start([...flags, launcher, 'serve'], `${dir}.log`, {
    ZHIYIN_DATA_DIR: dir,
    ZHIYIN_PORT: '0',
    ZHIYIN_REQUESTS_PER_MINUTE: '10000000',
    ...settings,
  })

/** A peer: a script of ours that prints one line of JSON with "ready" and "url". */
export const startPeer = (file: string, args: readonly string[], log: string): Promise<Running> =>
  start([...flags, file, ...args], log, {})

const start = async (args: readonly string[], log: string, settings: Record<string, string>): Promise<Running> => {
  const output = openSync(log, 'w')
  const startedAt = performance.now()
  const child = owned(spawn(process.execPath, args, { env: environment(settings), stdio: ['ignore', output, output] }))
  closeSync(output)
  const ended = once(child, 'exit')
  for (;;) {
    const line = readFileSync(log, 'utf8')
      .split('\n')
      .find((text) => text.includes('"msg":"ready"') && text.endsWith('}'))
    if (line) {
      const { url } = JSON.parse(line) as { url: string }
      return {
        url,
        pid: child.pid ?? 0,
        readySeconds: (performance.now() - startedAt) / 1_000,
        stop: async () => {
          const stoppedAt = performance.now()
          child.kill('SIGTERM')
          await ended
          return (performance.now() - stoppedAt) / 1_000
        },
      }
    }
    if (child.exitCode !== null || performance.now() - startedAt > 120_000)
      throw new Error(`${args.join(' ')} did not become ready:\n${readFileSync(log, 'utf8').slice(-4_000)}`)
    await sleep(10)
  }
}

/** One `zhiyin` command. @returns its last line as JSON and its wall time, the start of the process included */
export const runZhiyin = async <T>(
  dir: string,
  args: readonly string[],
  { accept = [0] }: { accept?: readonly number[] } = {},
): Promise<{ result: T; seconds: number }> => {
  const startedAt = performance.now()
  const { code, stdout, stderr } = await run([...flags, launcher, ...args], {
    ZHIYIN_DATA_DIR: dir,
    ZHIYIN_LOG_LEVEL: 'warn',
  })
  if (!accept.includes(code))
    throw new Error(`zhiyin ${args[0]} ended with ${code}: ${stderr.slice(-2_000)}${stdout.slice(-2_000)}`)
  const seconds = (performance.now() - startedAt) / 1_000
  const lastLine = stdout.trimEnd().split('\n').at(-1) ?? ''
  return { result: (lastLine.startsWith('{') ? JSON.parse(lastLine) : undefined) as T, seconds }
}

/** A script of ours to its end. @returns its last line as JSON */
export const runPeer = async <T>(file: string, args: readonly string[]): Promise<T> => {
  const { code, stdout, stderr } = await run([...flags, file, ...args], {})
  if (code !== 0) throw new Error(`${file} ended with ${code}: ${stderr.slice(-2_000)}`)
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? 'null') as T
}

const run = async (
  args: readonly string[],
  settings: Record<string, string>,
): Promise<{ code: number; stdout: string; stderr: string }> => {
  try {
    const running = promisify(execFile)(process.execPath, args, { env: environment(settings), maxBuffer: 256_000_000 })
    owned(running.child)
    return { code: 0, ...(await running) }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string }
    if (typeof code !== 'number') throw error
    return { code, stdout, stderr }
  }
}
