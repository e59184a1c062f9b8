import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { ch, openClickHouse } from '#platform'
import { preparedDataDir, runCommand, type ServerProcess, spawnServer } from '#test'

/** The full form: ZHIYIN_KILL_EVENTS=200000. */
const total = Number(process.env.ZHIYIN_KILL_EVENTS ?? 40_000)
const perBatch = 100
const people = total / 50
const connections = 8

const idOf = (i: number) => `load-${i}`
const batchBody = (batch: number): string =>
  JSON.stringify({
    batch: Array.from({ length: perBatch }, (_, j) => {
      const i = batch * perBatch + j
      const common = {
        userId: `account-${i % people}`,
        messageId: idOf(i),
        timestamp: new Date(Date.UTC(2026, 9, 1) + i * 1_000).toISOString(),
      }
      // The first call of a person names him, the others are what he does.
      return i < people
        ? {
            type: 'identify',
            ...common,
            traits: { city: ['上海', '北京', '成都'][i % 3], phone: `139${String(10_000_000 + i).slice(-8)}` },
          }
        : { type: 'track', event: 'Loan Viewed', ...common, properties: { amount: i % 5_000, product: '现金贷' } }
    }),
  })

/** Sends batches over several connections until none is left or the server is gone. @returns those acknowledged */
const load = async (
  url: string,
  writeKey: string,
  todo: Set<number>,
  onAcknowledged: (count: number) => void,
): Promise<void> => {
  const queue = [...todo].values()
  const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`
  let acknowledged = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      for (const batch of queue) {
        let answer: Response
        try {
          answer = await fetch(`${url}/v1/batch`, {
            method: 'POST',
            body: batchBody(batch),
            headers: { authorization, 'content-type': 'application/json' },
          })
          await answer.arrayBuffer()
        } catch {
          return
        }
        assert.equal(answer.status, 200)
        todo.delete(batch)
        onAcknowledged(++acknowledged)
      }
    }),
  )
}

/** What the data directory holds, read after its server is gone. */
const inspect = async (dir: string): Promise<{ ids: Set<string>; rows: number; withoutCustomer: number }> => {
  const store = await openClickHouse({ dir: join(dir, 'clickhouse'), database: 'zhiyin' })
  const ids = new Set<string>()
  let rows = 0
  for await (const block of store.stream<{ message_id: string }>(ch.sql`select message_id from events`))
    for (const { message_id } of block) {
      rows++
      ids.add(message_id)
    }
  const row = await store.one<{ n: string }>(
    ch.sql`select count() as n from events where customer_no not in (select customer_no from customers)`,
  )
  await store.close()
  return { ids, rows, withoutCustomer: Number(row?.n) }
}

test(`kill -9 in the middle of ${total} events: every acknowledged message is there once, and those sent again do not double`, async () => {
  const dir = await preparedDataDir()
  const { code, out, err } = await runCommand(['sources', 'create', '--name', 'load', '--quota', '1000000', '--json'], {
    dir,
  })
  assert.equal(code, 0, err)
  const { writeKey } = JSON.parse(out) as { writeKey: string }
  const todo = new Set(Array.from({ length: total / perBatch }, (_, i) => i))
  const acknowledged = () => new Set(Array.from({ length: total / perBatch }, (_, i) => i).filter((i) => !todo.has(i)))

  // A quarter of all is acknowledged, then a third.
  for (const killAfter of [total / 400, total / 300].map(Math.floor)) {
    const server: ServerProcess = await spawnServer({ dir })
    const killed = Promise.withResolvers<unknown>()
    await load(server.url, writeKey, todo, (count) => {
      if (count === killAfter) killed.resolve(server.kill('SIGKILL'))
    })
    assert.equal(await killed.promise, 'SIGKILL')
    const { ids, rows } = await inspect(dir)
    assert.equal(rows, ids.size, 'stored twice')
    for (const batch of acknowledged())
      for (let j = 0; j < perBatch; j++)
        assert.ok(ids.has(idOf(batch * perBatch + j)), `acknowledged message ${idOf(batch * perBatch + j)} is lost`)
  }

  const server = await spawnServer({ dir })
  await load(server.url, writeKey, todo, () => undefined)
  assert.equal(todo.size, 0)
  // Some of what was acknowledged long ago comes again too.
  const again = new Set([0, 1, 2, total / 400, total / 200])
  await load(server.url, writeKey, again, () => undefined)
  const { out: made } = await runCommand(['keys', 'create', '--name', 'test', '--role', 'admin', '--json'], { dir })
  const { key } = JSON.parse(made) as { key: string }
  const stats = (await (
    await fetch(`${server.url}/api/stats`, { headers: { authorization: `Bearer ${key}` } })
  ).json()) as { customers: number; events: number }
  assert.deepEqual([stats.customers, stats.events], [people, total])
  assert.equal(await server.kill('SIGTERM'), 0)
  const { ids, rows, withoutCustomer } = await inspect(dir)
  assert.deepEqual([rows, ids.size, withoutCustomer], [total, total, 0])
})
