#!/usr/bin/env node
// Starts src/main.ts. TypeScript runs directly on Node 24, which comes with the `node` package: an older Node on the
// PATH (Debian 12 has 18 or 20) only hands over to it, with the same arguments, input, output, signals and exit code.
// A Node 24 that was started without the options below hands over to itself.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

// V8 guards its machine code with keys of the processor, and its book-keeping of that races when WebAssembly (the embedded
// Postgres) compiles on a thread: "Check failed: jit_page.has_value()", and the whole process dies (nodejs/node#64500).
const unguarded = '--no-memory-protection-keys'

// A running ClickHouse statement holds a thread of this pool; four, the default, would leave none for files and crypto.
process.env.UV_THREADPOOL_SIZE ??= '12'

const main = new URL('../src/main.ts', import.meta.url)
const major = Number(process.versions.node.split('.')[0])

dieWithLauncher()
if (major < 24) handOver(fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url)))
else if (!process.execArgv.includes(unguarded)) handOver(process.execPath, process.execArgv)
else {
  // Compiled code of the last start: 1 s less. An installation that may not be written to does without.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/node', import.meta.url)))
  await import(main.href)
}

function handOver(node, given = []) {
  // glibc gives each of the engine's threads a heap of its own and keeps what they free: 20 to 50 MB for nothing.
  process.env.MALLOC_ARENA_MAX ??= '2'
  if (!existsSync(node)) {
    console.error(`zhiyin needs Node 24; this is ${process.version} and ${node} is missing: run "npm ci" first.`)
    process.exit(1)
  }
  const launcher = fileURLToPath(import.meta.url)
  // Half of the default for what is new on the heap: 45 MB less at rest.
  const options = [unguarded, '--disable-warning=ExperimentalWarning', '--max-semi-space-size=8', ...given]
  const child = spawn(node, [...options, launcher, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // Ctrl-C in a terminal reaches the whole process group, so the child has it already; twice could mean "now" to it.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  child.on('error', (error) => {
    console.error(`zhiyin could not start ${node}: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/**
 * kill -9 of the one who started us cannot be forwarded; without this the server would live on and hold the data directory.
 * Applies to the hand-over above, on both its sides, and to npm and npx, never to a shell: `zhiyin serve &` outlives its shell as usual.
 */
function dieWithLauncher() {
  const die = () => process.kill(process.pid, 'SIGKILL')
  if (process.channel !== undefined) {
    process.on('disconnect', die)
    process.channel.unref()
  }
  const parent = process.ppid
  if (startedByNpm(parent)) setInterval(() => process.ppid === parent || die(), 250).unref()
}

function startedByNpm(parent) {
  const commandLine = `/proc/${parent}/cmdline`
  if (process.env.npm_command === undefined || !existsSync(commandLine)) return false
  return /^npm(\s|$)/.test(readFileSync(commandLine, 'utf8').replaceAll('\0', ' '))
}
