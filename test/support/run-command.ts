import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const launcher = join(import.meta.dirname, '../../bin/zhiyin.mjs')
/** What every Node that opens the embedded Postgres is started with; bin/zhiyin.mjs says why. */
export const nodeFlags = ['--no-memory-protection-keys', '--disable-warning=ExperimentalWarning']
const longestMs = 60_000

export type Env = Record<string, string>

/** What a child gets of our environment: settings of the machine we run on must not change what a test says. */
export const environment = (env: Env): Env => ({
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

/** One `zhiyin` command as a process of its own. @returns its exit code and what it wrote */
export const runCommand = async (
  args: readonly string[],
  { dir, env = {} }: { dir: string; env?: Env },
): Promise<{ code: number; out: string; err: string }> => {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...nodeFlags, launcher, ...args], {
      env: environment({ ZHIYIN_DATA_DIR: dir, ...env }),
      timeout: longestMs,
    })
    return { code: 0, out: stdout, err: stderr }
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number | string; stdout?: string; stderr?: string }
    if (typeof code !== 'number') throw error
    return { code, out: stdout, err: stderr }
  }
}
