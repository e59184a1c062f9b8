// npm run check: everything that can be said without running the product. Two at a time; under a minute on two cores.
//   npm run check            all
//   npm run check -- types   those whose name contains this
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')
const script = (name) => [process.execPath, join(root, 'scripts', name)]

// The slow ones first, so that the short ones fill the gaps.
const checks = [
  { name: 'lint with types (oxlint)', run: ['oxlint', '--type-aware', '--quiet', '--format=unix'] },
  { name: 'types: server (tsc)', run: ['tsc', '-p', '.'] },
  { name: 'types: console (tsc)', run: ['tsc', '-p', 'console'], needs: 'console/src' },
  { name: 'dead code (knip)', run: ['knip', '--no-progress', '--no-config-hints'], needs: 'src/main.ts' },
  { name: 'import borders', run: script('check-imports.mjs') },
  {
    name: 'format and lint (biome)',
    run: ['biome', 'check', '--error-on-warnings', '--max-diagnostics=40', '--colors=off'],
  },
  { name: 'table owners', run: script('check-tables.mjs') },
  { name: 'paths in documents', run: script('check-documents.mjs') },
  { name: 'licences', run: script('check-licences.mjs') },
  { name: 'lock file', run: script('check-lock.mjs') },
]

const wanted = process.argv.slice(2)
const chosen = checks.filter(
  ({ name, needs }) =>
    (wanted.length === 0 || wanted.some((part) => name.includes(part))) && (!needs || existsSync(join(root, needs))),
)

const run = ([command, ...args]) =>
  new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, NO_COLOR: '1' },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    child.on('error', fail)
    child.on('close', (code) => done({ code, output }))
  })

const startedAt = performance.now()
const failures = []
const queue = chosen.values()
await Promise.all(
  [1, 2].map(async () => {
    for (const check of queue) {
      const from = performance.now()
      const { code, output } = await run(check.run)
      const time = `${((performance.now() - from) / 1000).toFixed(1)} s`
      console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${check.name}  ${time}`)
      if (code !== 0) failures.push({ name: check.name, output: output.trimEnd() })
    }
  }),
)
for (const { name, output } of failures) console.log(`\n--- ${name}\n${output}`)
const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
console.log(
  failures.length === 0
    ? `\n${chosen.length} checks passed in ${took}`
    : `\n${failures.length} of ${chosen.length} checks failed in ${took}: ${failures.map(({ name }) => name).join(', ')}`,
)
process.exitCode = failures.length === 0 && chosen.length > 0 ? 0 : 1
