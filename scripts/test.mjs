// Runs the tests: every file in a process of its own (each may open its own databases), one more at a time than there are
// cores, because many wait for something half of the time.
//   npm test                              everything
//   npm test -- src/customers             files whose path starts with or contains this
//   npm test -- /tmp/one.test.mjs         a file anywhere
//   npm test -- --timeout 60 --concurrency 1 --test-name-pattern=merge src/customers
// One line per file, failures in full, last line `N passed, N failed`. A skipped test is a failed test: a rule that is
// not checked must not look checked. A file during which Node itself crashed, not the product, runs once more.
import { spawn } from 'node:child_process'
import { createReadStream, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { buildConsole } from './build-console.mjs'

const root = resolve(import.meta.dirname, '..')
process.chdir(root)
const evaluationData = resolve(root, '../shared/data')
if (!process.env.ZHIYIN_EVAL_DATA && existsSync(evaluationData)) process.env.ZHIYIN_EVAL_DATA = evaluationData
// Each process loads some hundred modules: compiled once and kept, that is 1 s less for each.
process.env.NODE_COMPILE_CACHE ??= resolve(root, 'node_modules/.cache/node')

const ownArguments = process.argv.slice(2).filter((argument) => !argument.startsWith('--test-'))
const nodeArguments = process.argv.slice(2).filter((argument) => argument.startsWith('--test-'))
const { values, positionals } = parseArgs({
  args: ownArguments,
  allowPositionals: true,
  options: {
    timeout: { type: 'string', default: '300' },
    concurrency: { type: 'string', default: `${availableParallelism() + 1}` },
  },
})
const timeoutMs = Number(values.timeout) * 1000
// A file whose tests have all ended and which still does not exit has left something open; no need to wait it out.
const lingerMs = 30_000
// V8 says this when it gives up, and then sometimes hangs instead of dying.
const nodeCrash = /^ *# Fatal error in .*\n.*$/m

// The longest start first and the short ones fill the gaps: how long is told by what a file starts.
const costs = [
  { sign: /startBrowser\(/, seconds: 30 },
  { sign: /SIGKILL|startCluster\(|evaluationFile\(/, seconds: 25 },
  { sign: /spawnServer\(|startPostgresServer\(|runCommand\(/, seconds: 15 },
  { sign: /startTestApp\(/, seconds: 8 },
  { sign: /aCtx\(/, seconds: 4 },
]
const wantsBrowser = (text) => /chromium|browser|console\/dist/i.test(text)
const everything = ['test/**/*.test.ts', 'console/**/*.test.ts', 'src/**/*.test.ts']
const found = everything.flatMap((pattern) =>
  globSync(pattern, { exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path) }),
)
const chosen = found.filter(
  (file) => positionals.length === 0 || positionals.some((part) => file.includes(part.replace(/^\.\//, ''))),
)
const files = [...chosen, ...positionals.filter((path) => isAbsolute(path) && existsSync(path))]
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  .map(({ file, text }) => ({
    file,
    browser: wantsBrowser(text),
    cost: costs.reduce((sum, { sign, seconds }) => sum + (sign.test(text) ? seconds : 0), 0),
  }))
  .sort((a, b) => b.cost - a.cost || (a.file < b.file ? -1 : 1))

const scratch = mkdtempSync(join(tmpdir(), 'zhiyin-test-run-'))
const running = new Set()
let passed = 0
let failed = 0

const indent = (text) => text.replaceAll(/^(?=.)/gm, '    ')
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
const killGroup = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error // the group is gone already
  }
}

/** Names of the tests that began and did not end, outermost first. */
function unfinished(events) {
  const open = []
  for (const { type, name, nesting } of events) {
    if (type === 'begin') open.push({ name, nesting })
    if (type !== 'end') continue
    const index = open.findLastIndex((test) => test.name === name && test.nesting === nesting)
    if (index >= 0) open.splice(index, 1)
  }
  return open.map(({ name }) => name)
}

const during = (events) => {
  const open = unfinished(events)
  return open.length ? ` during ${open.join(' > ')}` : ''
}

/** Failures of one file, as { name, where, text }, from its events and the way its process ended. */
function verdict(file, events, end) {
  const results = events.filter(({ type, suite }) => (type === 'pass' || type === 'fail') && !suite)
  const failures = []
  const path = []
  const paths = new Map()
  for (const event of events) {
    if (!['start', 'pass', 'fail'].includes(event.type)) continue
    path.length = event.nesting
    path[event.nesting] = event.name
    if (event.type !== 'start') paths.set(event, path.join(' > '))
  }
  for (const event of paths.keys()) {
    const name = paths.get(event)
    const where = `${file}:${event.line}:${event.column}`
    // A parent that fails only because of what is inside it has nothing of its own to say.
    if (event.type === 'fail' && event.failureType !== 'subtestsFailed')
      failures.push({ name, where, text: event.error })
    else if (event.skipped !== undefined && !event.suite)
      failures.push({ name, where, text: `skipped${event.skipped === true ? '' : `: ${event.skipped}`}` })
  }
  const own = (text) => failures.push({ name: file, where: file, text })
  if (end.cut === 'crash') own(`Node itself crashed${during(events)}`)
  else if (end.cut === 'timeout') {
    const open = unfinished(events)
    own(
      `did not finish within ${seconds(timeoutMs)}; ${open.length ? `running: ${open.join(' > ')}` : 'no test was running'}`,
    )
  } else if (end.cut === 'linger')
    own(`its tests ended, but the process was still there ${seconds(lingerMs)} later: something was left open`)
  else if (end.signal) own(`the process died of ${end.signal}${during(events)}`)
  else if (failures.length === 0 && end.code !== 0) {
    const notes = events.filter(({ type }) => type === 'note').map(({ text }) => `\n${text}`)
    own(`the process ended with exit code ${end.code}${notes.join('')}`)
  } else if (failures.length === 0 && results.length === 0) own('has no tests')
  const good = results.filter(({ type, skipped }) => type === 'pass' && skipped === undefined).length
  return { good, failures }
}

async function runFile(file, index) {
  const first = await runOnce(file, `${index}`)
  if (!first.crash) return tell(file, first)
  console.log(`again: ${file}  ${seconds(first.ms)}, because Node itself crashed: ${first.crash}`)
  tell(file, await runOnce(file, `${index}-again`))
}

/** One process for one file. @returns its verdict, its output, how long it took, and what V8 said when it crashed */
async function runOnce(file, name) {
  const eventsFile = join(scratch, `${name}.jsonl`)
  const startedAt = performance.now()
  const child = spawn(
    process.execPath,
    [
      // As bin/zhiyin.mjs, which says why.
      '--no-memory-protection-keys',
      '--disable-warning=ExperimentalWarning',
      '--enable-source-maps',
      '--test-reporter=./scripts/test-events.mjs',
      `--test-reporter-destination=${eventsFile}`,
      ...nodeArguments,
      file,
    ],
    // A group of its own, so that servers it started go with it.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  )
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text) => {
      output = (output + text).slice(-200_000)
      // A moment later, for the rest of what it says.
      if (text.includes('# Fatal error in')) crashed ??= setTimeout(stop, 500, 'crash')
    })
  }
  let cut
  let crashed
  const stop = (reason) => {
    cut = reason
    killGroup(child)
  }
  const timeout = setTimeout(stop, timeoutMs, 'timeout')
  let quietSince = performance.now()
  let seen = 0
  const watch = setInterval(async () => {
    const events = await readEvents(eventsFile)
    if (events.length !== seen) quietSince = performance.now()
    seen = events.length
    const allEnded = events.length > 0 && unfinished(events).length === 0
    if (allEnded && performance.now() - quietSince > lingerMs) stop('linger')
  }, 5000)
  const { code, signal } = await new Promise((done, fail) => {
    child.on('error', fail)
    child.on('exit', (code, signal) => done({ code, signal }))
  })
  clearTimeout(timeout)
  clearTimeout(crashed)
  clearInterval(watch)
  killGroup(child)
  running.delete(child)

  const { good, failures } = verdict(file, await readEvents(eventsFile), { code, signal, cut })
  // A server that a test started says it in the text of the failure.
  const said = failures.length > 0 ? [output, ...failures.map(({ text }) => text)].join('\n') : ''
  const crash = said
    .match(nodeCrash)?.[0]
    .replaceAll(/\s*#\s*/g, ' ')
    .trim()
  return { good, failures, output, crash, ms: performance.now() - startedAt }
}

function tell(file, { good, failures, output, ms }) {
  passed += good
  failed += failures.length
  const time = seconds(ms)
  const mark = failures.length === 0 ? 'ok  ' : 'FAIL'
  console.log(`${mark} ${file}  ${good} passed${failures.length ? `, ${failures.length} failed` : ''}  ${time}`)
  for (const { name, where, text } of failures) console.log(`\n  ${name}\n  ${where}\n${indent(text)}\n`)
  if (failures.length && output.trim()) {
    const lines = output.trimEnd().split('\n')
    console.log(`  output${lines.length > 80 ? ' (its last 80 lines)' : ''}:\n${indent(lines.slice(-80).join('\n'))}\n`)
  }
}

async function readEvents(path) {
  if (!existsSync(path)) return []
  const events = []
  for await (const line of createInterface({ input: createReadStream(path) })) {
    // The last line may be half written when its writer was killed.
    if (line.endsWith('}')) events.push(JSON.parse(line))
  }
  return events
}

function abort(signal) {
  for (const child of running) killGroup(child)
  rmSync(scratch, { recursive: true, force: true })
  console.error(`stopped by ${signal}`)
  process.exit(1)
}
process.on('SIGINT', abort)
process.on('SIGTERM', abort)

if (files.some(({ browser }) => browser)) {
  const built = await buildConsole()
  if (!built.ok) {
    failed += 1
    console.log(`FAIL console build\n${indent(built.output)}\n`)
  }
}

const queue = files.entries()
await Promise.all(
  Array.from({ length: Math.max(1, Number(values.concurrency)) }, async () => {
    for (const [index, { file }] of queue) await runFile(file, index)
  }),
)
rmSync(scratch, { recursive: true, force: true })
if (files.length === 0) console.log(`no test file matches ${positionals.join(' ') || 'src, test or console'}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
