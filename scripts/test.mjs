// Runs the tests: every file in a process of its own (each may open its own databases), two at a time.
//   npm test                              everything
//   npm test -- src/customers             files whose path starts with or contains this
//   npm test -- --timeout 60 --concurrency 1 --test-name-pattern=merge src/customers
// One line per file, failures in full, last line `N passed, N failed`. A skipped test is a failed test: a rule that is
// not checked must not look checked.
import { spawn } from 'node:child_process'
import { createReadStream, existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { buildConsole } from './build-console.mjs'

const root = resolve(import.meta.dirname, '..')
process.chdir(root)
const evaluationData = resolve(root, '../shared/data')
if (!process.env.ZHIYIN_EVAL_DATA && existsSync(evaluationData)) process.env.ZHIYIN_EVAL_DATA = evaluationData

const ownArguments = process.argv.slice(2).filter((argument) => !argument.startsWith('--test-'))
const nodeArguments = process.argv.slice(2).filter((argument) => argument.startsWith('--test-'))
const { values, positionals } = parseArgs({
  args: ownArguments,
  allowPositionals: true,
  options: { timeout: { type: 'string', default: '300' }, concurrency: { type: 'string', default: '2' } },
})
const timeoutMs = Number(values.timeout) * 1000
// A file whose tests have all ended and which still does not exit has left something open; no need to wait it out.
const lingerMs = 30_000

// The whole-program tests take longest, so they start first and the short ones fill the gaps.
const files = ['test/**/*.test.ts', 'console/**/*.test.ts', 'src/**/*.test.ts']
  .flatMap((pattern) => globSync(pattern, { exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path) }).sort())
  .filter((file) => positionals.length === 0 || positionals.some((part) => file.includes(part.replace(/^\.\//, ''))))

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
  if (end.cut === 'timeout') {
    const open = unfinished(events)
    own(
      `did not finish within ${seconds(timeoutMs)}; ${open.length ? `running: ${open.join(' > ')}` : 'no test was running'}`,
    )
  } else if (end.cut === 'linger')
    own(`its tests ended, but the process was still there ${seconds(lingerMs)} later: something was left open`)
  else if (end.signal)
    own(
      `the process died of ${end.signal}${unfinished(events).length ? ` during ${unfinished(events).join(' > ')}` : ''}`,
    )
  else if (failures.length === 0 && end.code !== 0) {
    const notes = events.filter(({ type }) => type === 'note').map(({ text }) => `\n${text}`)
    own(`the process ended with exit code ${end.code}${notes.join('')}`)
  } else if (failures.length === 0 && results.length === 0) own('has no tests')
  const good = results.filter(({ type, skipped }) => type === 'pass' && skipped === undefined).length
  return { good, failures }
}

async function runFile(file, index) {
  const eventsFile = join(scratch, `${index}.jsonl`)
  const startedAt = performance.now()
  const child = spawn(
    process.execPath,
    [
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
    })
  }
  let cut
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
  clearInterval(watch)
  killGroup(child)
  running.delete(child)

  const { good, failures } = verdict(file, await readEvents(eventsFile), { code, signal, cut })
  passed += good
  failed += failures.length
  const time = seconds(performance.now() - startedAt)
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

const wantsBrowser = files.some((file) => /chromium|browser|console\/dist/i.test(readFileSync(file, 'utf8')))
if (wantsBrowser) {
  const built = await buildConsole()
  if (!built.ok) {
    failed += 1
    console.log(`FAIL console build\n${indent(built.output)}\n`)
  }
}

const queue = files.entries()
await Promise.all(
  Array.from({ length: Math.max(1, Number(values.concurrency)) }, async () => {
    for (const [index, file] of queue) await runFile(file, index)
  }),
)
rmSync(scratch, { recursive: true, force: true })
if (files.length === 0) console.log(`no test file matches ${positionals.join(' ') || 'src, test or console'}`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
