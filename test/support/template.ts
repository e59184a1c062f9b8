import { createHash } from 'node:crypto'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './run-command.ts'
import { scratchDir } from './scratch.ts'

const root = join(import.meta.dirname, '../..')
const cache = join(root, 'node_modules/.cache/zhiyin')

/** What a data directory looks like after the first start depends on these. */
const fingerprint = (): string => {
  const hash = createHash('sha256')
  const engines = ['@electric-sql/pglite', 'chdb', 'pg-boss'].map((name) => `node_modules/${name}/package.json`)
  const files = [...globSync('migrations/**/*.sql', { cwd: root }), 'src/platform/jobs/jobs.ts', ...engines].sort()
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex').slice(0, 20)
}

/**
 * A data directory after its first start (5 s: initdb, migrations, the job tables), kept between runs and made again when
 * a migration changes. Two test processes that need it at once both make one; the first to finish wins.
 */
const makeTemplate = async (): Promise<string> => {
  const kept = join(cache, `data-${fingerprint()}`)
  if (existsSync(kept)) return kept
  const made = join(scratchDir('template'), 'data')
  // In a process of its own: this one may hold an embedded ClickHouse already.
  const { code, err } = await runCommand(['migrate'], { dir: made })
  if (code !== 0) throw new Error(`zhiyin migrate ended with ${code}: ${err}`)
  mkdirSync(cache, { recursive: true })
  const copy = `${kept}.${process.pid}`
  cpSync(made, copy, { recursive: true })
  try {
    renameSync(copy, kept)
  } catch (error) {
    rmSync(copy, { recursive: true, force: true })
    if (!existsSync(kept)) throw error
  }
  return kept
}

let making: Promise<string> | undefined
const template = (): Promise<string> => {
  making ??= makeTemplate()
  return making
}

/** A data directory of its own, as after a first start; goes when this process ends. */
export const preparedDataDir = async (): Promise<string> => {
  const dir = join(scratchDir('data'), 'data')
  cpSync(await template(), dir, { recursive: true })
  return dir
}
