import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { runCommand, scratchDir, startTestApp } from '#test'
import { loadDemo } from '../../src/cli/demo.ts'

test('the demo loads the company through the public import, once, and then lives on', async () => {
  const app = await startTestApp({ work: true })
  const said: string[] = []
  const options = { customers: 300, events: 4_000, live: false, say: (text: string) => void said.push(text) }
  await loadDemo(app.app, options)
  const stats = () => app.ok<{ customers: number; events: number }>('GET', '/api/stats')
  const first = await stats()
  assert.equal(first.events, 4_000)
  assert.ok(first.customers >= 290 && first.customers <= 320, `${first.customers} people`)
  const { items } = await app.ok<{ items: { kind: string; state: string; rejected: number }[] }>('GET', '/api/imports')
  assert.deepEqual(
    items.map(({ kind, state, rejected }) => ({ kind, state, rejected })),
    ['events', 'consents', 'customers'].map((kind) => ({ kind, state: 'done', rejected: 0 })),
  )
  const audiences = await app.ok<{ items: { size: number | null }[] }>('GET', '/api/audiences')
  assert.equal(audiences.items.length, 4)
  assert.ok(audiences.items.every(({ size }) => (size ?? 0) > 0))
  await untilSettled(app.ok)

  said.length = 0
  const stop = await loadDemo(app.app, { ...options, live: true })
  assert.deepEqual(said, [])
  for (let waited = 0; (await stats()).events === first.events && waited < 20_000; waited += 200) await pause(200)
  await stop()
  assert.ok((await stats()).events > first.events)
})

type Ask = <T>(verb: 'GET', url: string) => Promise<T>

/** The examples that are computed in the background: no page of a first visit stays empty. */
const untilSettled = async (ok: Ask) => {
  const states = async () => {
    const { items: tags } = await ok<{ items: { key: string; covered: number | null }[] }>('GET', '/api/tags')
    const { items: runs } = await ok<{ items: { kind: string; state: string }[] }>('GET', '/api/insights/mining/runs')
    const { items: rules } = await ok<{ items: { base: { state: string } | null }[] }>('GET', '/api/quality/rules')
    const { items: boards } = await ok<{ items: { tiles: unknown[] }[] }>('GET', '/api/insights/dashboards')
    return {
      tags: tags.filter(({ covered }) => (covered ?? 0) > 0).length,
      runs: runs
        .filter(({ state }) => state === 'done')
        .map(({ kind }) => kind)
        .sort(),
      rules: rules.filter(({ base }) => base?.state === 'done').length,
      tiles: boards[0]?.tiles.length,
    }
  }
  const wanted = { tags: 4, runs: ['clusters', 'rfm', 'rules'], rules: 3, tiles: 3 }
  let now = await states()
  for (let waited = 0; JSON.stringify(now) !== JSON.stringify(wanted) && waited < 60_000; waited += 500) {
    await pause(500)
    now = await states()
  }
  assert.deepEqual(now, wanted)
}

test('simulate writes files that import without a reject', async () => {
  const dir = scratchDir('simulated')
  const out = join(dir, 'files')
  const data = join(dir, 'data')
  const made = await runCommand(
    ['simulate', '--customers', '50', '--months', '1', '--seed', 'x', '--out', out, '--json'],
    { dir: data },
  )
  assert.equal(made.code, 0, made.err)
  for (const kind of ['customers', 'events', 'consents']) assert.ok(existsSync(join(out, `${kind}.mapping.json`)))
})
