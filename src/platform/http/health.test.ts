import assert from 'node:assert/strict'
import test from 'node:test'
import { startTestApp } from '#test'
import type { Feature } from '../feature.ts'
import { system } from '../system.ts'

test('a store that does not answer makes the program not ready instead of leaving the question open', async () => {
  const silent: Feature = { name: 'silent', health: () => new Promise(() => undefined) }
  const { call } = await startTestApp({ features: [system, silent] })
  const { status, body } = await call<{ checks: { name: string; ok: boolean }[] }>('GET', '/health/ready')
  assert.equal(status, 503)
  assert.deepEqual(
    body.checks.filter(({ ok }) => !ok),
    [{ name: 'silent', ok: false }],
  )
})
