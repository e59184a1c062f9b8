// npm run bench -- NAME [--json] [more]: runs bench/NAME.ts. Without a name, lists them.
import { spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import { basename, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const [name, ...rest] = process.argv.slice(2)
const file = name && resolve(root, 'bench', `${name}.ts`)

if (!file || !/^[a-z][a-z0-9-]*$/.test(name) || !existsSync(file)) {
  // A benchmark is a script; the modules they share live in folders below.
  const names = globSync('bench/*.ts', { cwd: root }).map((path) => basename(path, '.ts'))
  console.error(`${name ? `No benchmark ${name}. ` : ''}npm run bench -- NAME [--json]`)
  console.error(`NAME is one of: ${names.sort().join(', ') || '(none yet)'}`)
  process.exitCode = 2
} else {
  // The first as in bin/zhiyin.mjs, which says why.
  const flags = ['--no-memory-protection-keys', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, file, ...rest], { stdio: 'inherit', cwd: root })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => {
    process.exitCode = code ?? 1
  })
}
