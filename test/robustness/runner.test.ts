import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { scratchDir } from '#test'

const runner = join(import.meta.dirname, '../../scripts/test.mjs')
/** Said by two pieces, so that this file's own output never looks like a crash. */
const fatal = ['#', 'Fatal error in , line 0'].join(' ')

/** A test file that V8 "crashes" in as it does: it says so and hangs; the first `times` runs of it. */
const crashing = (times: number): string => {
  const dir = scratchDir('runner')
  const file = join(dir, 'crash.test.mjs')
  writeFileSync(
    file,
    `import { appendFileSync, readFileSync } from 'node:fs'
import test from 'node:test'
appendFileSync(${JSON.stringify(join(dir, 'runs'))}, 'x')
const runs = readFileSync(${JSON.stringify(join(dir, 'runs'))}, 'utf8').length
test('opens a database', async () => {
  if (runs > ${times}) return
  process.stderr.write(${JSON.stringify(`\n\n#\n${fatal}\n# Check failed: jit_page.has_value().\n#\n`)})
  await new Promise(() => setInterval(() => undefined, 1000))
})
`,
  )
  return file
}

const run = (file: string): Promise<{ code: number; out: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [runner, file], (error, out) => resolve({ code: Number(error?.code ?? 0), out }))
  })

test('a file during which Node itself crashed is stopped at once and runs once more, not twice', async () => {
  const [once, twice] = await Promise.all([run(crashing(1)), run(crashing(2))])
  assert.equal(once.code, 0, once.out)
  assert.match(once.out, /^again: .*crash\.test\.mjs .* because Node itself crashed: .*jit_page\.has_value/m)
  assert.match(once.out, /\n1 passed, 0 failed\n$/)
  assert.equal(twice.code, 1)
  assert.match(twice.out, /Node itself crashed during opens a database/)
  assert.match(twice.out, /\n0 passed, 1 failed\n$/)
})
