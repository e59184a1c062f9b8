import assert from 'node:assert/strict'
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { aCustomer, startTestApp } from '#test'
import { readSecret, writeSecret } from './secrets.ts'

test('after a rotation everything sealed comes under the new key by itself, and stays readable', async () => {
  const { ctx, ok, call } = await startTestApp({ work: true })
  const { id } = await aCustomer(ctx, { traits: { phone: '13957913579', name: '张三' } })
  await writeSecret(ctx.vault, ctx.pg, 'test', 'a secret')
  const { version } = await ok<{ version: number }>('POST', '/api/vault/rotate', {})
  const stale = async () => {
    const { rows } = await sql<{ sealed: Uint8Array }>`
      select sealed from customers.customer where sealed is not null
      union all select decode(translate(sealed, '-_', '+/') || repeat('=', (4 - length(sealed) % 4) % 4), 'base64') from platform.secret`.execute(
      ctx.pg,
    )
    return rows.filter(({ sealed }) => ctx.vault.isStale(sealed)).length
  }
  for (const end = Date.now() + 20_000; (await stale()) > 0 && Date.now() < end; ) await sleep(200)
  assert.deepEqual([version, await stale()], [2, 0])
  assert.equal(await readSecret(ctx.vault, ctx.pg, 'test'), 'a secret')
  const { body } = await call<{ traits: { name: string } }>(
    'POST',
    `/api/customers/${id}/unmask`,
    { purpose: 'answering him' },
    { roles: ['service'] },
  )
  assert.equal(body.traits.name, '张三')
})

test('a crash between wrapping the keys anew and the new key file taking its name is mended at the next start', async () => {
  const first = await startTestApp()
  const file = join(first.dir, 'master.key')
  await first.ok('POST', '/api/vault/rotate-master', {})
  await first.stop()
  // As the crash leaves it: the new key beside the file, which holds the old one.
  renameSync(file, `${file}.next`)
  writeFileSync(file, `${Buffer.alloc(32, 7).toString('base64')}\n`, { mode: 0o600 })
  const second = await startTestApp({ dir: first.dir })
  assert.equal((await second.call('GET', '/health/ready')).status, 200)
  assert.equal(existsSync(`${file}.next`), false)
  await second.stop()
})
