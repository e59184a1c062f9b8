import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { preparedDataDir } from './template.ts'

const launcher = join(import.meta.dirname, '../../bin/zhiyin.mjs')
const startMs = 60_000

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

type Env = Record<string, string>

/** What a child gets of our environment: settings of the machine we run on must not change what a test says. */
const environment = (env: Env): Env => ({
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        !entry[0].startsWith('ZHIYIN_') &&
        !entry[0].startsWith('NODE_TEST') &&
        !entry[0].startsWith('npm_'),
    ),
  ),
  ZHIYIN_PORT: '0',
  ZHIYIN_MIN_FREE_DISK_BYTES: '0',
  ...env,
})

export interface ServerProcess {
  url: string
  pid: number
  dir: string
  /** Standard output: the JSON log. */
  logged: string[]
  /** Standard error. */
  said: string[]
  /** Sends the signal and waits for the end. @returns exit code, or the signal that ended it */
  kill(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>
}

/**
 * `zhiyin serve` as a process of its own, ready to answer. Killed when this process ends.
 * @param dir an existing data directory instead of a new one
 * @throws with what it said when it ends before it is ready
 */
export const spawnServer = async ({
  env = {},
  dir: given,
  command = 'serve',
}: {
  env?: Env
  dir?: string
  command?: 'serve' | 'work'
} = {}): Promise<ServerProcess> => {
  const dir = given ?? (await preparedDataDir())
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', launcher, command], {
    env: environment({ ZHIYIN_DATA_DIR: dir, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  const ended = once(child, 'exit').then(([code, signal]: unknown[]) => {
    running.delete(child)
    return (code ?? signal) as number | NodeJS.Signals
  })
  const logged: string[] = []
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line))
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) =>
      reject(new Error(`zhiyin ${command} ${why}: ${said.join('\n')}\n${logged.slice(-20).join('\n')}`))
    const timer = setTimeout(() => fail('was not ready in time'), startMs)
    createInterface({ input: child.stdout }).on('line', (line) => {
      logged.push(line)
      if (!line.includes('"ready"')) return
      const { msg, url } = JSON.parse(line) as { msg: string; url?: string }
      if (msg !== 'ready') return
      clearTimeout(timer)
      resolve(url ?? '')
    })
    void ended.then((how) => {
      clearTimeout(timer)
      fail(`ended with ${how}`)
    })
  })
  return {
    url,
    pid: child.pid ?? 0,
    dir,
    logged,
    said,
    kill: async (signal = 'SIGTERM') => {
      child.kill(signal)
      return ended
    },
  }
}

/** One `zhiyin` command as a process of its own. @returns its exit code and what it wrote */
export const runCommand = async (
  args: readonly string[],
  { dir, env = {} }: { dir: string; env?: Env },
): Promise<{ code: number; out: string; err: string }> => {
  try {
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', launcher, ...args],
      { env: environment({ ZHIYIN_DATA_DIR: dir, ...env }), timeout: startMs },
    )
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number | string; stdout?: string; stderr?: string }
    if (typeof code !== 'number') throw error
    return { code, out: stdout, err: stderr }
  }
}
