import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after } from 'node:test'
import { type Env, environment, launcher, nodeFlags } from './run-command.ts'
import { scratchDir } from './scratch.ts'
import { preparedDataDir } from './template.ts'

const startMs = 60_000

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
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
 * `zhiyin serve` as a process of its own, ready to answer. Killed at the end of the test, or of the file, that started it.
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
  const servers = Boolean(env.ZHIYIN_POSTGRES_URL && env.ZHIYIN_CLICKHOUSE_URL)
  const dir = given ?? (servers ? join(scratchDir('data'), 'data') : await preparedDataDir())
  const child = spawn(process.execPath, [...nodeFlags, launcher, command], {
    env: environment({ ZHIYIN_DATA_DIR: dir, ...env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  after(() => child.kill('SIGKILL'))
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
