import assert from 'node:assert/strict'
import test from 'node:test'
import { aCtx, aCustomer, aSource, spawnServer, startPostgresServer, startTestApp } from '#test'

test('a program for tests answers calls as the local administrator, as a role and as nobody', async () => {
  const { ctx, call, send, ok } = await startTestApp()
  const { writeKey } = await aSource(ctx)
  assert.equal((await send(writeKey, '/v1/track', { event: 'Loan Viewed', userId: 'u1' })).status, 200)
  assert.equal((await ok<{ events: number }>('GET', '/api/stats')).events, 1)
  assert.equal((await call('GET', '/api/sources', undefined, { roles: ['pr'] })).status, 403)
  assert.equal((await call('GET', '/api/sources', undefined, { roles: ['marketer'] })).status, 200)
  assert.equal((await call('GET', '/api/sources', undefined, { anonymous: true })).status, 401)
})

test('stores for tests hold a made-up customer on the embedded engines and on a PostgreSQL server', async () => {
  const embedded = await aCtx()
  const postgres = await startPostgresServer()
  const server = await aCtx({ postgresUrl: postgres.url })
  for (const ctx of [embedded, server]) {
    const { no } = await aCustomer(ctx, {
      traits: { phone: '13911112222', city: '上海' },
      events: [{ event: 'Loan Viewed' }],
    })
    assert.equal(no, 1)
  }
})

test('a server process for tests answers on its address and ends when asked', async () => {
  const server = await spawnServer()
  assert.equal((await fetch(`${server.url}/health/ready`)).status, 200)
  assert.equal(await server.kill(), 0)
})
