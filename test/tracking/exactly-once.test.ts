import assert from 'node:assert/strict'
import test from 'node:test'
import { type Ctx, ch } from '#platform'
import {
  aSource,
  preparedDataDir,
  runCommand,
  spawnServer,
  startCluster,
  startPostgresServer,
  startTestApp,
  type TestApp,
} from '#test'

// A message counts once in every answer, however often and wherever it arrives.

interface Verdict {
  accepted?: number
  duplicates?: number
}

const count = async (ctx: Ctx, event: string): Promise<number> =>
  Number((await ctx.ch.one<{ n: string }>(ch.sql`select count() as n from events where event = ${ch.str(event)}`))?.n)
const answered = async ({ ok }: TestApp, event: string): Promise<number> =>
  (await ok<{ count: number }>('GET', `/api/events/count?event=${encodeURIComponent(event)}`)).count
const track = (event: string, messageId: string, more: Record<string, unknown> = {}) => ({
  type: 'track',
  event,
  userId: 'once',
  messageId,
  ...more,
})

test('in one process: at once, in one batch, through every shape, after a restart and a week later', async () => {
  const dir = await preparedDataDir()
  const first = await startTestApp({ dir })
  const { writeKey } = await aSource(first.ctx)

  const parallel = await Promise.all(
    Array.from({ length: 50 }, () => first.send<Verdict>(writeKey, '/v1/track', track('At Once', 'at-once'))),
  )
  assert.ok(parallel.every(({ status }) => status === 200))
  assert.equal(parallel.filter(({ body }) => body.duplicates === 1).length, 49)
  assert.equal(await count(first.ctx, 'At Once'), 1)

  const batch = Array.from({ length: 100 }, (_, i) => track('In Batch', `in-batch-${i % 10}`))
  const { body } = await first.send<Verdict>(writeKey, '/v1/batch', { batch })
  assert.equal(body.duplicates, 90)
  assert.equal(await count(first.ctx, 'In Batch'), 10)

  // Batches that overlap and travel together, while others of the same ids are being written.
  const overlapping = await Promise.all(
    Array.from({ length: 40 }, (_, i) =>
      first.send(writeKey, '/v1/batch', {
        batch: Array.from({ length: 50 }, (_, j) => track('Overlap', `overlap-${i * 25 + j}`)),
      }),
    ),
  )
  assert.ok(overlapping.every(({ status }) => status === 200))
  assert.equal(await count(first.ctx, 'Overlap'), 39 * 25 + 50)

  await first.send(writeKey, '/v1/import', { batch: [track('Any Shape', 'any-shape')] })
  await first.send(writeKey, '/v1/track', track('Any Shape', 'any-shape'))
  await first.send(writeKey, '/batch/', {
    api_key: writeKey,
    batch: [{ event: 'Any Shape', distinct_id: 'once', uuid: 'any-shape' }],
  })
  await first.send(writeKey, '/api/s/track', track('Any Shape', 'any-shape'), { 'x-write-key': writeKey })
  assert.equal(await count(first.ctx, 'Any Shape'), 1)

  // Another source, another event, another day: the id alone decides.
  const other = await aSource(first.ctx)
  await first.send(other.writeKey, '/v1/track', track('At Once', 'at-once', { timestamp: '2025-01-01T00:00:00.000Z' }))
  assert.equal(await count(first.ctx, 'At Once'), 1)
  // Messages without an id are as many as were sent.
  await first.send(writeKey, '/v1/batch', {
    batch: Array.from({ length: 7 }, () => ({ type: 'track', event: 'No Id', userId: 'once' })),
  })
  assert.equal(await count(first.ctx, 'No Id'), 7)
  await first.stop()

  const second = await startTestApp({ dir })
  // At once after the start, while the filter of seen messages still fills, and later.
  for (let round = 0; round < 3; round++) {
    const again = await second.send<Verdict>(writeKey, '/v1/batch', {
      batch: Array.from({ length: 10 }, (_, i) => track('In Batch', `in-batch-${i}`)),
    })
    assert.equal(again.body.duplicates, 10, JSON.stringify(again))
    await second.send(writeKey, '/v1/track', track('At Once', 'at-once'))
  }
  await second.stop()

  const week = 7 * 86_400_000
  const third = await startTestApp({ dir, now: () => new Date(Date.now() + week) })
  const moved = new Date(Date.now() + week).toISOString()
  await third.send(writeKey, '/v1/track', track('At Once', 'at-once', { timestamp: moved, sentAt: moved }))
  await third.send(writeKey, '/v1/track', track('Renamed', 'at-once', { timestamp: moved, userId: 'somebody else' }))
  assert.equal(await answered(third, 'At Once'), 1)
  assert.equal(await answered(third, 'Renamed'), 0)
  assert.equal(await answered(third, 'In Batch'), 10)
  const total = await third.ok<{ events: number }>('GET', '/api/stats')
  assert.equal(total.events, 1 + 10 + (39 * 25 + 50) + 1 + 7)
})

test('through two processes on one PostgreSQL server and a ClickHouse cluster of two shards', async (t) => {
  const postgres = await startPostgresServer()
  const cluster = await startCluster({ shards: 2 })
  t.after(() => cluster.stop())
  const env = {
    ZHIYIN_POSTGRES_URL: postgres.url,
    ZHIYIN_CLICKHOUSE_URL: cluster.urls.join(','),
    ZHIYIN_CLICKHOUSE_CLUSTER: cluster.name,
    ZHIYIN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
  }
  // The first makes the schemas, the second comes while it does.
  const [one, two] = await Promise.all([spawnServer({ env }), spawnServer({ env })])
  const command = await runCommand(['sources', 'create', '--name', 'both', '--json'], { dir: one.dir, env })
  assert.equal(command.code, 0, command.err)
  const { writeKey } = JSON.parse(command.out) as { writeKey: string }
  const made = await runCommand(['keys', 'create', '--name', 'test', '--role', 'admin', '--json'], {
    dir: one.dir,
    env,
  })
  const { key } = JSON.parse(made.out) as { key: string }
  const send = async (server: { url: string }, batch: unknown[]) => {
    const answer = await fetch(`${server.url}/v1/batch`, {
      method: 'POST',
      body: JSON.stringify({ batch }),
      headers: { authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` },
    })
    return { status: answer.status, body: (await answer.json()) as Verdict }
  }
  const countAt = async (server: { url: string }, event: string) => {
    const answer = await fetch(`${server.url}/api/events/count?event=${encodeURIComponent(event)}`, {
      headers: { authorization: `Bearer ${key}` },
    })
    return ((await answer.json()) as { count: number }).count
  }

  // The same ids at once through both, in other orders and for many customers, so that both shards take part.
  const ids = Array.from({ length: 300 }, (_, i) => i)
  const batchOf = (from: number) =>
    ids.slice(from, from + 60).map((i) => ({
      type: i % 7 === 0 ? 'identify' : 'track',
      event: 'Shared',
      userId: `customer-${i % 40}`,
      messageId: `shared-${i}`,
      traits: { step: i },
    }))
  const sent = await Promise.all(
    Array.from({ length: 40 }, (_, i) => ({ server: i % 2 === 0 ? one : two, from: (i * 37) % 240 })).map(
      async ({ server, from }) => {
        // A process may say that the other is storing the same messages; whoever sent them tries again.
        for (let attempt = 0; attempt < 20; attempt++) {
          const { status } = await send(server, batchOf(from))
          if (status === 200) return true
          assert.ok(status === 503 || status === 429, `answered ${status}`)
          await new Promise((resolve) => setTimeout(resolve, 300))
        }
        return false
      },
    ),
  )
  assert.ok(sent.every(Boolean))
  const expected = new Set(
    Array.from({ length: 40 }, (_, i) => (i * 37) % 240).flatMap((from) => ids.slice(from, from + 60)),
  )
  const tracks = [...expected].filter((i) => i % 7 !== 0).length
  for (const server of [one, two]) {
    assert.equal(await countAt(server, 'Shared'), tracks)
    assert.equal(await countAt(server, '$identify'), expected.size - tracks)
  }
  const stats = (await (
    await fetch(`${one.url}/api/stats`, { headers: { authorization: `Bearer ${key}` } })
  ).json()) as { customers: number; events: number }
  assert.deepEqual([stats.customers, stats.events], [40, expected.size])

  // Acknowledged by one, known to the other, also after the first is gone.
  assert.equal((await send(one, [track('Handed Over', 'handed-over')])).status, 200)
  assert.equal(await one.kill('SIGKILL'), 'SIGKILL')
  assert.equal((await send(two, [track('Handed Over', 'handed-over')])).body.duplicates, 1)
  assert.equal(await countAt(two, 'Handed Over'), 1)
  assert.equal(await two.kill(), 0)
})
