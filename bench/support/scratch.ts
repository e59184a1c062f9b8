import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const children = new Set<ChildProcess>()
const dirs = new Set<string>()
const clean = () => {
  for (const child of children) child.kill('SIGKILL')
  for (const dir of dirs) rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
}
process.once('exit', clean)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** An empty directory on a real disk; it goes when this process ends, however it ends. */
export const scratchDir = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'zhiyin-bench-'))
  dirs.add(dir)
  return dir
}

/** A child that is killed with us. */
export const owned = (child: ChildProcess): ChildProcess => {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}
