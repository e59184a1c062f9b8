import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ch, openClickHouse } from '#platform'
import { preparedDataDir, runCommand, spawnServer } from '#test'
import { aFile, counts, type ImportRun, idCard, over } from './support.ts'

const mapping = (value: object) => {
  const path = aFile(JSON.stringify(value), 'mapping.json')
  return path
}

const admin = async (dir: string): Promise<string> => {
  const { out } = await runCommand(['keys', 'create', '--name', `test-${Date.now()}`, '--role', 'admin', '--json'], {
    dir,
  })
  return (JSON.parse(out) as { key: string }).key
}

const asker =
  (url: string, key: string) =>
  async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })
    assert.equal(answer.status, 200, path)
    return (await answer.json()) as T
  }

/** Starts an import through the command line, kills the server when about half is read, starts it again and waits. */
const killedHalfWay = async (kind: 'customers' | 'events', file: string, mappingFile: string, kills: number) => {
  const dir = await preparedDataDir()
  let server = await spawnServer({ dir })
  const key = await admin(dir)
  // The command dies with the server; the import is the server's.
  void runCommand(['import', kind, file, '--mapping', mappingFile, '--json'], { dir }).catch(() => undefined)
  let run: ImportRun | undefined
  for (let killed = 0; ; ) {
    const ask = asker(server.url, key)
    const before = run?.read ?? 0
    for (;;) {
      const { items } = await ask<{ items: ImportRun[] }>('/api/imports')
      run = items[0]
      if (run && over(run.state)) break
      if (killed < kills && (run?.read ?? 0) > before + 2_000) break
      await pause(30)
    }
    if (run && over(run.state)) return { dir, run, server, killed }
    await server.kill('SIGKILL')
    killed += 1
    server = await spawnServer({ dir })
  }
}

test('customers: after kill -9 the import goes on by itself, every row counted once, both stores in agreement', async () => {
  const rows = 12_000
  const once = 10_000
  const bad = (n: number) => n % 1_000 === 500
  const file = aFile(
    `phone,card,name,city\n${Array.from({ length: rows }, (_, n) => `${bad(n) ? 'none' : 13_300_000_000 + (n % once)},${bad(n) ? '' : idCard(n % once)},客户${n},城市${n % 7}`).join('\n')}\n`,
  )
  const { dir, run, server, killed } = await killedHalfWay(
    'customers',
    file,
    mapping({
      format: { type: 'csv', separator: ',' },
      columns: {
        phone: { identifier: 'phone' },
        card: { identifier: 'idCard' },
        name: { trait: 'name', type: 'string', personal: true },
        city: { trait: 'city', type: 'string' },
      },
      missing: ['', 'none'],
    }),
    2,
  )
  assert.equal(killed, 2)
  assert.equal(run.state, 'done')
  // Less those that are always bad; the last rows name one of them again.
  const people = Array.from({ length: once }, (_, n) => n).filter((n) => !bad(n)).length
  const rejected = Array.from({ length: rows }, (_, n) => n).filter(bad).length
  assert.deepEqual(counts(run), { read: rows, accepted: people, merged: rows - people - rejected, rejected })
  await server.kill('SIGTERM')

  const store = await openClickHouse({ dir: join(dir, 'clickhouse'), database: 'zhiyin' })
  try {
    const one = async (sql: ReturnType<typeof ch.sql>) => Number((await store.one<{ n: string }>(sql))?.n)
    assert.equal(await one(ch.sql`select uniqExact(customer_no) as n from customers where live = 1`), people)
    assert.equal(await one(ch.sql`select uniqExact(customer_no) as n from traits where trait = 'city'`), people)
    assert.equal(await one(ch.sql`select count() as n from rejects where import_id = 1`), rejected)
    // The later row about a person counts.
    assert.equal(
      await one(
        ch.sql`select count() as n from (select customer_no, argMax(text, at) as city, max(at) from traits where trait = 'city' group by customer_no)`,
      ),
      people,
    )
  } finally {
    await store.close()
  }
})

/** Every second row has an id, 1,500 of them twice; the others have none and are equal to one in 2,500. */
const eventRow = (n: number) => {
  const like = n % 2 === 0 ? n : n % 5_000
  return {
    ...(n % 2 === 0 && { messageId: `e-${n % 15_000}` }),
    event: 'Loan Viewed',
    timestamp: new Date(Date.UTC(2026, 5, 1) + like * 1_000).toISOString(),
    userId: `crash-${like % 900}`,
    properties: { n: like },
  }
}

test('events: after kill -9 every event is there once, equal rows without ids too, and what the import stored before counts as accepted, not as merged', async () => {
  const rows = 18_000
  const file = aFile(
    `${Array.from({ length: rows }, (_, n) => JSON.stringify(eventRow(n))).join('\n')}\n`,
    'events.jsonl',
  )
  const { dir, run, server, killed } = await killedHalfWay(
    'events',
    file,
    mapping({
      format: { type: 'jsonl' },
      columns: {
        messageId: { event: 'messageId' },
        event: { event: 'name' },
        timestamp: { event: 'timestamp' },
        userId: { identifier: 'accountId' },
        properties: { properties: true },
      },
    }),
    1,
  )
  assert.equal(killed, 1)
  assert.deepEqual(counts(run), { read: rows, accepted: 16_500, merged: 1_500, rejected: 0 })
  await server.kill('SIGTERM')
  const store = await openClickHouse({ dir: join(dir, 'clickhouse'), database: 'zhiyin' })
  try {
    const row = await store.one<{ rows: string; ids: string }>(
      ch.sql`select count() as rows, uniqExact(message_id) as ids from events`,
    )
    assert.deepEqual(row, { rows: '16500', ids: '16500' })
  } finally {
    await store.close()
  }
})

test('a stop in the middle is no loss: SIGTERM ends with code 0 and the next start goes on', async () => {
  const rows = 6_000
  const dir = await preparedDataDir()
  const file = aFile(`phone,city\n${Array.from({ length: rows }, (_, n) => `${13_200_000_000 + n},北京`).join('\n')}\n`)
  const mappingFile = mapping({
    format: { type: 'csv', separator: ',' },
    columns: { phone: { identifier: 'phone' }, city: { trait: 'city', type: 'string' } },
  })
  const first = await spawnServer({ dir })
  const key = await admin(dir)
  const client = runCommand(['import', 'customers', file, '--mapping', mappingFile, '--json'], { dir }).catch(
    () => undefined,
  )
  const ask = asker(first.url, key)
  while (((await ask<{ items: ImportRun[] }>('/api/imports')).items[0]?.read ?? 0) === 0) await pause(20)
  assert.equal(await first.kill('SIGTERM'), 0)
  await client
  const second = await spawnServer({ dir })
  const again = asker(second.url, key)
  let run: ImportRun | undefined
  do {
    await pause(50)
    run = (await again<{ items: ImportRun[] }>('/api/imports')).items[0]
  } while (run && !over(run.state))
  assert.deepEqual(run && counts(run), { read: rows, accepted: rows, merged: 0, rejected: 0 })
  await second.kill()
})

test('the command line imports with and without a server, by file or by name of the mapping, and ends with one line of JSON', async () => {
  const dir = await preparedDataDir()
  const file = aFile('phone,city\n13100000001,北京\n13100000002,上海\nnone,上海\n')
  const mappingFile = mapping({
    format: { type: 'csv', separator: ',' },
    columns: { phone: { identifier: 'phone' }, city: { trait: 'city', type: 'string' } },
  })
  const last = (out: string) => JSON.parse(out.trim().split('\n').at(-1) ?? '') as { rejectsFile: string | null }
  const alone = await runCommand(
    ['import', 'customers', file, '--mapping', mappingFile, '--save-mapping-as', '名单', '--json'],
    { dir },
  )
  assert.equal(alone.code, 0, alone.err)
  const { rejectsFile, ...told } = last(alone.out)
  assert.deepEqual(told, { read: 3, accepted: 2, merged: 0, rejected: 1 })
  assert.equal(rejectsFile, join(dir, 'files/rejects/import-1.csv'))
  assert.equal(alone.out.trim().split('\n').length, 1)

  const server = await spawnServer({ dir })
  const through = await runCommand(['import', 'customers', file, '--mapping', '名单', '--json'], { dir })
  assert.equal(through.code, 0, through.err)
  const { rejectsFile: second, ...counted } = last(through.out)
  assert.deepEqual(counted, { read: 3, accepted: 0, merged: 2, rejected: 1 })
  assert.equal(second, join(dir, 'files/rejects/import-2.csv'))
  const unknown = await runCommand(['import', 'customers', file, '--mapping', 'nobody', '--json'], { dir })
  assert.equal(unknown.code, 1)
  assert.match(unknown.err, /mappingUnknown/)
  const broken = aFile('{"columns":', 'broken.json')
  writeFileSync(broken, '{"columns":')
  assert.match((await runCommand(['import', 'customers', file, '--mapping', broken], { dir })).err, /is not JSON/)
  await server.kill()
})
