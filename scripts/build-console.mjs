// Builds console/ into console/dist when it is missing or older than what it is made of.
//   node scripts/build-console.mjs               builds when needed, fails loudly
//   node scripts/build-console.mjs --force       builds
//   node scripts/build-console.mjs --if-present  after npm install: nothing to say when there is nothing to build
import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const dist = join(root, 'console/dist')
const vite = join(root, 'node_modules/vite/bin/vite.js')

/** Whether console/dist is at least as new as the console, the contracts it shares with the server, and its packages. */
export function consoleIsBuilt() {
  const built = join(dist, 'index.html')
  if (!existsSync(built)) return false
  const builtAt = statSync(built).mtimeMs
  const sources = globSync(['console/**/*.*', 'src/**/*contract.ts', 'package-lock.json'], {
    cwd: root,
    exclude: (path) => path === 'console/dist' || path.endsWith('node_modules'),
  })
  return sources.every((source) => source.endsWith('.test.ts') || statSync(join(root, source)).mtimeMs <= builtAt)
}

/**
 * Builds when needed. Made aside and moved into place: a server or a second build beside this one never sees half of it.
 * @returns { ok, built, output } output is what vite printed
 */
export async function buildConsole({ force = false } = {}) {
  if (!existsSync(join(root, 'console/index.html'))) return { ok: true, built: false, output: '' }
  if (!force && consoleIsBuilt()) return { ok: true, built: false, output: '' }
  const aside = join(root, `node_modules/.cache/console-${process.pid}`)
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(aside, { recursive: true })
  const startedAt = new Date()
  const { code, output } = await run([
    vite,
    'build',
    'console',
    '--outDir',
    aside,
    '--emptyOutDir',
    '--logLevel',
    'warn',
  ])
  if (code === 0) {
    // A source edited while vite ran must count as newer.
    utimesSync(join(aside, 'index.html'), startedAt, startedAt)
    const old = `${aside}-old`
    if (existsSync(dist)) renameSync(dist, old)
    renameSync(aside, dist)
    rmSync(old, { recursive: true, force: true })
  } else rmSync(aside, { recursive: true, force: true })
  return { ok: code === 0, built: code === 0, output }
}

function run(args) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'production' },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    child.on('error', fail)
    child.on('exit', (code) => done({ code, output }))
  })
}

if (import.meta.main) {
  const ifPresent = process.argv.includes('--if-present')
  // `npm ci --omit=dev` has no vite: such an installation brings its own console/dist.
  if (ifPresent && (process.env.ZHIYIN_SKIP_CONSOLE === '1' || !existsSync(vite))) process.exit(0)
  const { ok, built, output } = await buildConsole({ force: process.argv.includes('--force') })
  if (!ok) {
    console.error(`The console could not be built:\n${output}`)
    process.exitCode = 1
  } else if (!ifPresent) console.log(built ? 'console built' : 'console is up to date')
}
