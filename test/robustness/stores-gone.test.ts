import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { aSource, runCommand, spawnServer, startCluster, startPostgresServer, startTestApp } from '#test'

interface Ready {
  status: string
  checks: { name: string; ok: boolean }[]
}

test('with the disk nearly full nothing is accepted that could be lost, and the load balancer hears of it', async () => {
  // As if a terabyte had to stay free.
  const { ctx, send, call, ok } = await startTestApp({ env: { ZHIYIN_MIN_FREE_DISK_BYTES: String(1_099_511_627_776) } })
  const { writeKey } = await aSource(ctx)
  const batch = { batch: [{ type: 'track', event: 'E', userId: 'u', messageId: 'm' }] }
  for (const [path, body] of [
    ['/v1/track', { event: 'E', userId: 'u' }],
    ['/v1/batch', batch],
    ['/v1/import', batch],
    ['/batch/', { api_key: writeKey, batch: [{ event: 'E', distinct_id: 'u' }] }],
  ] as const) {
    const { status, body: answer, headers } = await send<{ code: string }>(writeKey, path, body)
    assert.deepEqual([status, answer.code], [503, 'customers.diskFull'], path)
    assert.ok(Number(headers['retry-after']) > 0)
  }
  const ready = await call<Ready>('GET', '/health/ready')
  assert.equal(ready.status, 503)
  assert.deepEqual(
    ready.body.checks.filter(({ ok: good }) => !good).map(({ name }) => name),
    ['disk'],
  )
  assert.equal((await call('GET', '/health/live')).status, 200)
  // Reading goes on.
  assert.equal((await ok<{ events: number }>('GET', '/api/stats')).events, 0)
  const doctor = await ok<{ ok: boolean; checks: { name: string; ok: boolean; remedy?: string }[] }>(
    'GET',
    '/api/doctor',
  )
  assert.equal(doctor.ok, false)
  assert.match(doctor.checks.find(({ name }) => name === 'disk')?.remedy ?? '', /[Ff]ree/)
})

test('when more waits than the stores keep up with, senders are told to come again; what was accepted is all there', async () => {
  const { ctx, send, ok } = await startTestApp({ env: { ZHIYIN_INGEST_QUEUE_MESSAGES: '1000' } })
  const { writeKey } = await aSource(ctx)
  const batches = Array.from({ length: 80 }, (_, at) => ({
    batch: Array.from({ length: 100 }, (_, i) => ({
      type: 'track',
      event: 'E',
      userId: `u${i}`,
      messageId: `behind-${at}-${i}`,
    })),
  }))
  const answers = await Promise.all(batches.map((batch) => send<{ code?: string }>(writeKey, '/v1/batch', batch)))
  const refused = answers.filter(({ status }) => status === 429)
  assert.ok(refused.length > 0 && refused.length < 80, `${refused.length} refused`)
  for (const { body, headers } of refused)
    assert.deepEqual([body.code, headers['retry-after']], ['customers.storesBehind', '1'])
  const accepted = answers.filter(({ status }) => status === 200).length
  assert.equal(accepted + refused.length, 80)
  assert.equal((await ok<{ events: number }>('GET', '/api/stats')).events, accepted * 100)
  for (const batch of batches) assert.equal((await send(writeKey, '/v1/batch', batch)).status, 200)
  assert.equal((await ok<{ events: number }>('GET', '/api/stats')).events, 8_000)
})

test('a store that goes away under a running server: 503 instead of lost messages, not ready; all is well when it is back', async (t) => {
  const postgres = await startPostgresServer()
  const cluster = await startCluster({ shards: 2 })
  t.after(() => cluster.stop())
  const env = {
    ZHIYIN_POSTGRES_URL: postgres.url,
    ZHIYIN_CLICKHOUSE_URL: cluster.urls.join(','),
    ZHIYIN_CLICKHOUSE_CLUSTER: cluster.name,
    ZHIYIN_MASTER_KEY: Buffer.alloc(32, 9).toString('base64'),
  }
  const server = await spawnServer({ env })
  const made = await runCommand(['sources', 'create', '--name', 's', '--json'], { dir: server.dir, env })
  assert.equal(made.code, 0, made.err)
  const { writeKey } = JSON.parse(made.out) as { writeKey: string }
  const { key } = JSON.parse(
    (await runCommand(['keys', 'create', '--name', 'k', '--role', 'admin', '--json'], { dir: server.dir, env })).out,
  ) as { key: string }

  const batchOf = (name: string) => ({
    batch: Array.from({ length: 40 }, (_, i) => ({
      type: 'track',
      event: name,
      userId: `${name} ${i}`,
      messageId: `${name} ${i}`,
    })),
    writeKey,
  })
  const send = async (name: string) => {
    const answer = await fetch(`${server.url}/v1/batch`, {
      method: 'POST',
      body: JSON.stringify(batchOf(name)),
      signal: AbortSignal.timeout(30_000),
    })
    await answer.arrayBuffer()
    return answer
  }
  const ready = async () => {
    const answer = await fetch(`${server.url}/health/ready`, { signal: AbortSignal.timeout(30_000) })
    const { checks } = (await answer.json()) as Ready
    return { status: answer.status, failing: checks.filter(({ ok }) => !ok).map(({ name }) => name) }
  }
  const eventually = async (what: string, holds: () => Promise<boolean>) => {
    for (const end = Date.now() + 30_000; Date.now() < end; await sleep(200))
      if (await holds().catch(() => false)) return
    assert.fail(`${what} did not come`)
  }
  const count = async (name: string): Promise<number> => {
    const answer = await fetch(`${server.url}/api/events/count?event=${encodeURIComponent(name)}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    return ((await answer.json()) as { count: number }).count
  }
  /** What must hold while a store is away, and after it came back. */
  const outage = async (name: string, failing: string, down: () => Promise<void>, up: () => Promise<void>) => {
    await down()
    for (let attempt = 0; attempt < 3; attempt++) {
      const answer = await send(name)
      assert.ok(answer.status === 503 || answer.status === 429, `${name}: answered ${answer.status}`)
      assert.ok(Number(answer.headers.get('retry-after')) > 0, `${name}: Retry-After`)
    }
    const { status, failing: checks } = await ready()
    assert.equal(status, 503)
    assert.ok(checks.includes(failing), `${name}: ${checks.join()} fail`)
    assert.equal((await fetch(`${server.url}/health/live`)).status, 200)
    await up()
    await eventually(`${name}: ready`, async () => (await ready()).status === 200)
    await eventually(`${name}: acceptance`, async () => (await send(name)).status === 200)
    assert.equal((await send(name)).status, 200)
    assert.equal(await count(name), 40)
  }

  assert.equal((await send('before')).status, 200)
  await outage('postgres away', 'postgres', postgres.down, postgres.up)
  const [, second] = cluster.nodes
  assert.ok(second)
  await outage('a shard away', 'clickhouse', second.kill, second.start)
  assert.equal(await count('before'), 40)
  assert.ok(server.logged.every((line) => !line.includes('"level":"fatal"')))
  assert.equal(await server.kill('SIGTERM'), 0)
})
