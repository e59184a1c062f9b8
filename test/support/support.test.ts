import assert from 'node:assert/strict'
import test from 'node:test'
import { ch } from '#platform'
import { aCtx, aSource, someCustomers, spawnServer, startCluster, startPostgresServer, startTestApp } from '#test'

test('a program for tests answers calls as the local administrator, as a role and as nobody', async () => {
  const { ctx, call, send, ok } = await startTestApp()
  const { writeKey } = await aSource(ctx)
  assert.equal((await send(writeKey, '/v1/track', { event: 'Loan Viewed', userId: 'u1' })).status, 200)
  assert.equal((await ok<{ events: number }>('GET', '/api/stats')).events, 1)
  assert.equal((await call('GET', '/api/sources', undefined, { roles: ['pr'] })).status, 403)
  assert.equal((await call('GET', '/api/sources', undefined, { roles: ['marketer'] })).status, 200)
  assert.equal((await call('GET', '/api/sources', undefined, { anonymous: true })).status, 401)
})

test('stores for tests hold made-up customers: embedded, on a PostgreSQL server, and with two shards of ClickHouse', async (t) => {
  const embedded = await aCtx()
  const postgres = await startPostgresServer()
  const server = await aCtx({ postgresUrl: postgres.url })
  const cluster = await startCluster({ shards: 2 })
  t.after(() => cluster.stop())
  const sharded = await aCtx({ postgresUrl: await postgres.database('sharded'), cluster })
  for (const ctx of [embedded, server, sharded]) {
    const made = await someCustomers(
      ctx,
      Array.from({ length: 20 }, (_, i) => ({
        traits: { phone: `139111122${i + 10}`, city: '上海' },
        events: [{ event: 'Loan Viewed' }, { event: 'Loan Applied' }],
      })),
    )
    assert.deepEqual(
      [...new Set(made.map(({ no }) => no))].sort((a, b) => a - b),
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
    const rows = await ctx.ch.rows<{ customer_no: number; n: string }>(
      ch.sql`select customer_no, count() as n from events where event in ('Loan Viewed', 'Loan Applied') group by customer_no`,
    )
    assert.deepEqual([rows.length, ...new Set(rows.map(({ n }) => Number(n)))], [20, 2])
    assert.equal(
      (await ctx.ch.one<{ n: string }>(ch.sql`select uniqExact(customer_no) as n from traits where trait = 'city'`))?.n,
      '20',
    )
  }
})

test('a server process for tests answers on its address and ends when asked', async () => {
  const server = await spawnServer()
  assert.equal((await fetch(`${server.url}/health/ready`)).status, 200)
  assert.equal(await server.kill(), 0)
})
