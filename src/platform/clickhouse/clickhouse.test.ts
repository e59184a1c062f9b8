import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { ClickHouseError } from '@clickhouse/client'
import fc from 'fast-check'
import { type ClickHouseCluster, startCluster } from '../../../test/support/clickhouse-cluster.ts'
import { Problem } from '../problem.ts'
import { type ClickHouse, openClickHouse } from './clickhouse.ts'
import { migrateClickHouse } from './migrate.ts'
import { migrationsDir, schemaFile, schemaText } from './schema.ts'
import { f64, identifier, join as joined, moment, sql, str, strings, u32, u32s, u64, u64s } from './sql.ts'

const dir = await mkdtemp(join(tmpdir(), 'zhiyin-clickhouse-test-'))
const database = 'zhiyin'
const customers = 1000
let cluster: ClickHouseCluster
before(async () => {
  cluster = await startCluster({ shards: 2 })
})
after(async () => {
  await cluster.stop()
  await rm(dir, { recursive: true })
})

const aDay = (day: number) => `2026-03-${String(day).padStart(2, '0')}T10:00:00.000Z`
/** Every customer opened the app on day 1, every second looked at a loan on day 2, every fourth applied on day 3. */
const events = ['App Opened', 'Loan Viewed', 'Loan Applied'].flatMap((event, step) =>
  Array.from({ length: customers / 2 ** step }, (_, i) => {
    const customer_no = i * 2 ** step + 1
    const message_id = `${event}-${customer_no}`
    const at = aDay(step + 1)
    return {
      event,
      customer_no,
      ts: at,
      message_hash: customer_no * 10 + step,
      message_id,
      type: 'track',
      source_id: 1,
      import_id: 0,
      received_at: at,
      properties: JSON.stringify({ amount: customer_no }),
      context: '{}',
    }
  }),
)
const resolved = sql`dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no)`
const count = async (ch: ClickHouse, query: ReturnType<typeof sql>) => Number((await ch.one<{ n: string }>(query))?.n)
const thrown = async (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => assert.fail('nothing was thrown'),
    (error: unknown) => error,
  )

const stores = {
  embedded: () => openClickHouse({ dir: join(dir, 'embedded'), database }),
  'two shards': () => openClickHouse({ urls: cluster.urls, cluster: cluster.name, database }),
}

for (const [name, open] of Object.entries(stores))
  describe(name, () => {
    let ch: ClickHouse
    before(async () => {
      ch = await open()
      await migrateClickHouse(ch, { dir: migrationsDir })
      await ch.insert('events', events)
      await ch.insert(
        'customers',
        Array.from({ length: customers }, (_, i) => `${i + 1}\t2026-01-01 00:00:00.000\t1\t1\n`).join(''),
      )
      await ch.insert(
        'traits',
        Buffer.from(
          Array.from(
            { length: customers },
            (_, i) =>
              `city\t${i + 1}\t2026-01-02 00:00:00.000\tstring\t${i % 3 === 0 ? '上海' : '成都'}\t\\N\t\\N\t0\t1\t0\n`,
          ).join(''),
        ),
      )
    })
    after(() => ch.close())

    test('rows that were inserted are there when the insert returns', async () => {
      assert.equal(await count(ch, sql`select count() as n from events`), events.length)
      assert.equal(
        await count(ch, sql`select uniqExact(customer_no) as n from customers final where live = 1`),
        customers,
      )
      assert.equal(
        await count(ch, sql`select count() as n from traits where text = ${str('上海')}`),
        Math.ceil(customers / 3),
      )
    })

    test('values come back as they went in', async () => {
      const at = new Date('2026-03-01T01:02:03.004Z')
      const row = await ch.one(
        sql`select ${u64(2n ** 64n - 1n)} as big, ${moment(at)} as at, ${f64(0.1)} as f, ${strings(["a'b", '\\', '中\n文'])} as texts, ${u32s([1, 2])} as nos, ${u64s([5n])} as hashes, ${identifier('a')} as named from (select 7 as a)`,
      )
      assert.deepEqual(row, {
        big: '18446744073709551615',
        at: at.toISOString(),
        f: 0.1,
        texts: ["a'b", '\\', '中\n文'],
        nos: [1, 2],
        hashes: ['5'],
        named: 7,
      })
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.string({ unit: 'binary', maxLength: 20 }), { minLength: 1, maxLength: 20 }),
          async (texts) => {
            const wellFormed = texts.map((text) => text.toWellFormed())
            const found = await ch.one<Record<string, unknown>>(
              sql`select ${strings(wellFormed)} as list, ${str(wellFormed[0] ?? '')} as one`,
            )
            assert.deepEqual(found, { list: wellFormed, one: wellFormed[0] })
          },
        ),
        { numRuns: 100 },
      )
    })

    test('a list of a hundred thousand customers is a parameter like any other', async () => {
      const nos = Array.from({ length: 100_000 }, (_, i) => i + 1)
      assert.equal(
        await count(ch, sql`select count() as n from customers where customer_no in ${u32s(nos)}`),
        customers,
      )
    })

    test('a funnel counts each customer where he is', async () => {
      const levels = await ch.rows<{ level: number; n: string }>(sql`
        select level, count() as n from (
          select customer_no, windowFunnel(${u32(7 * 86400)})(toDateTime(ts), event = 'App Opened', event = 'Loan Viewed', event = 'Loan Applied') as level
          from events group by customer_no
        ) group by level order by level`)
      assert.deepEqual(levels, [
        { level: 1, n: '500' },
        { level: 2, n: '250' },
        { level: 3, n: '250' },
      ])
    })

    test('the timeline of a customer is read from few rows', async () => {
      const timeline = sql`select event, ts, JSONExtractUInt(properties, 'amount') as amount from events where customer_no = ${u32(501)} order by ts`
      assert.deepEqual(await ch.rows(timeline), [
        { event: 'App Opened', ts: aDay(1), amount: '501' },
        { event: 'Loan Viewed', ts: aDay(2), amount: '501' },
        { event: 'Loan Applied', ts: aDay(3), amount: '501' },
      ])
    })

    test('a condition over two tables counts customers of all shards', async () => {
      const chengdu = sql`select customer_no from traits where trait = 'city' and text = ${str('成都')}`
      assert.equal(
        await count(
          ch,
          sql`select uniqExact(customer_no) as n from events where event = 'Loan Viewed' and customer_no in (${chengdu})`,
        ),
        333,
      )
      const viewed = sql`select customer_no from events where event = 'Loan Viewed'`
      assert.equal(await count(ch, sql`select count() as n from (${joined([viewed, chengdu], ' intersect ')})`), 333)
    })

    test('a merge is seen by readers within two seconds, also when both lie on different shards, and can be undone', async () => {
      const of = (no: number) => count(ch, sql`select count() as n from events where ${resolved} = ${u32(no)}`)
      assert.equal(await of(2), 1)
      const started = performance.now()
      await ch.insert('customer_overrides', [{ from_no: 1, to_no: 2, version: 1 }])
      await ch.command('system reload dictionary customer_override')
      assert.equal(await of(2), 4)
      assert.equal(await of(1), 0)
      assert.ok(performance.now() - started < 2000)
      await ch.insert('customer_overrides', [{ from_no: 1, to_no: 1, version: 2 }])
      await ch.command(sql`system reload dictionary customer_override`)
      assert.equal(await of(1), 3)
    })

    test('members of an audience travel as a bitmap', async () => {
      const id = '0195d1f0-0000-7000-8000-000000000001'
      await ch.command(sql`insert into audience_membership (audience_id, version, refresh, members, at)
        select toUUID(${str(id)}), 1, 1, groupBitmapState(customer_no), now64(3) from (select distinct customer_no from events where event = 'Loan Viewed')`)
      const members = sql`from audience_membership where audience_id = toUUID(${str(id)}) and refresh = 1`
      assert.equal(await count(ch, sql`select groupBitmapMerge(members) as n ${members}`), 500)
      assert.deepEqual(
        await ch.rows(
          sql`select arrayJoin(bitmapToArray(groupBitmapMergeState(members))) as no ${members} order by no limit 3`,
        ),
        [{ no: 1 }, { no: 3 }, { no: 5 }],
      )
    })

    test('a failed statement says why and harms nobody', async () => {
      const unknown = await thrown(ch.rows(sql`select * from nowhere`))
      assert.ok(unknown instanceof ClickHouseError)
      assert.deepEqual([unknown.code, unknown.type], ['60', 'UNKNOWN_TABLE'])
      assert.ok((await thrown(ch.insert('events', 'not a row\n'))) instanceof ClickHouseError)
      assert.ok((await thrown(ch.command('create nonsense'))) instanceof ClickHouseError)
      assert.equal(await count(ch, sql`select count() as n from events`), events.length)
    })

    test('time limit and abort stop the engine, not only the waiting', async () => {
      const endless = sql`select count() as n from numbers(1000000000000) where not ignore(sipHash64(number))`
      const running = () =>
        count(
          ch,
          sql`select count() as n from system.processes where query like '%1000000000000%' and query not like '%processes%'`,
        )
      const late = await thrown(ch.rows(endless, { timeoutSeconds: 0.3 }))
      assert.ok(late instanceof ClickHouseError && late.type === 'TIMEOUT_EXCEEDED')
      const reason = new Error('gone')
      const controller = new AbortController()
      setTimeout(() => controller.abort(reason), 200)
      assert.equal(await thrown(ch.rows(endless, { signal: controller.signal })), reason)
      const streamed = new AbortController()
      setTimeout(() => streamed.abort(reason), 200)
      const stream = async () => {
        for await (const _ of ch.stream(endless, { signal: streamed.signal })) assert.fail('no rows yet')
      }
      assert.equal(await thrown(stream()), reason)
      for (let tries = 0; (await running()) > 0; tries++) {
        assert.ok(tries < 50, 'the engine goes on')
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    })

    test('a stream holds one block at a time and may be left early', async () => {
      const million = sql`select number as n from numbers(1000000)`
      let rows = 0
      let most = 0
      for await (const block of ch.stream<{ n: string }>(million)) {
        rows += block.length
        most = Math.max(most, block.length)
      }
      assert.equal(rows, 1_000_000)
      assert.ok(most <= 100_000, `${most} rows at once`)
      for (let i = 0; i < 10; i++) for await (const block of ch.stream(million)) if (block.length > 0) break
      assert.equal(await count(ch, sql`select 1 as n`), 1)
    })

    test('rows of a customer can be deleted', async () => {
      await ch.command(sql`alter table events delete where customer_no = ${u32(999)}`, {
        settings: { mutations_sync: 2 },
      })
      assert.equal(await count(ch, sql`select count() as n from events where customer_no = 999`), 0)
      await ch.insert(
        'events',
        events.filter(({ customer_no }) => customer_no === 999),
      )
    })

    test('columns come and go in every form of a table', async () => {
      await ch.command('alter table traits add column if not exists note String')
      await ch.insert('traits', [{ trait: 'x', customer_no: 1, at: aDay(1), note: 'hello' }])
      assert.deepEqual(await ch.rows(sql`select note from traits where trait = 'x'`), [{ note: 'hello' }])
      await ch.command('alter table traits drop column if exists note')
      await ch.command(`alter table traits delete where trait = 'x'`, { settings: { mutations_sync: 2 } })
    })

    test('migrations run once; a changed file or an older program is refused', async () => {
      assert.deepEqual(await migrateClickHouse(ch, { dir: migrationsDir }), [])
      const copy = await mkdtemp(join(dir, 'migrations-'))
      for (const file of await readdir(migrationsDir)) await copyFile(join(migrationsDir, file), join(copy, file))
      await writeFile(
        join(copy, '9999-more.sql'),
        '-- shard by a\ncreate table if not exists more (a UInt8) engine = MergeTree order by a;\n',
      )
      assert.deepEqual(await migrateClickHouse(ch, { dir: copy }), ['9999-more.sql'])
      await ch.insert('more', '1\n2\n')
      assert.equal(await count(ch, sql`select count() as n from more`), 2)
      await writeFile(join(copy, '9999-more.sql'), '-- changed')
      const changed = await thrown(migrateClickHouse(ch, { dir: copy }))
      assert.ok(changed instanceof Problem && String(changed.detail.remedy).includes('9999-more.sql'))
      const older = await thrown(migrateClickHouse(ch, { dir: migrationsDir }))
      assert.ok(older instanceof Problem && String(older.detail.remedy).includes('newer version'))
      await ch.command('drop table if exists more')
      await ch.command(`alter table schema_migrations delete where name = '9999-more.sql'`, {
        settings: { mutations_sync: 2 },
      })
    })
  })

describe('embedded', () => {
  let ch: ClickHouse
  before(async () => {
    ch = await stores.embedded()
  })
  after(() => ch.close())

  test('schema.sql is what the migrations amount to', async () => {
    assert.equal(
      await schemaText(ch),
      await readFile(schemaFile, 'utf8'),
      'run: node src/platform/clickhouse/schema.ts',
    )
  })

  test('many statements at once give each its own answer, while a long one runs', async () => {
    const slow = ch.rows(sql`select count() as n from numbers(30000000) where not ignore(sipHash64(number))`)
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => {
        if (i % 30 === 0) await ch.insert('rejects', [{ at: new Date(), import_id: 1, line: i }])
        if (i % 10 === 5) return thrown(ch.rows(sql`select throwIf(${u32(i)} > 0)`)).then(() => i)
        return count(ch, sql`select ${u32(i)} as n`)
      }),
    )
    assert.deepEqual(
      answers,
      Array.from({ length: 300 }, (_, i) => i),
    )
    assert.equal(await count(ch, sql`select count() as n from rejects`), 10)
    await slow
  })

  test('settings of one command do not stick to the connection', async () => {
    for (let i = 0; i < 4; i++) await ch.command('select 1', { settings: { max_threads: 1, max_block_size: 7 } })
    for (let i = 0; i < 4; i++)
      assert.deepEqual(await ch.one(sql`select toUInt32(getSetting('max_block_size')) as n`), { n: 65409 })
  })
})

describe('two shards', () => {
  test('with fewer addresses than nodes and no Keeper it says what to do', async () => {
    const error = await thrown(openClickHouse({ urls: cluster.urls.slice(0, 1), cluster: cluster.name, database }))
    assert.ok(error instanceof Problem && error.code === 'platform.configWrong')
    assert.match(String(error.detail.remedy), /list all nodes in ZHIYIN_CLICKHOUSE_URL/)
    const unknown = await thrown(openClickHouse({ urls: cluster.urls, cluster: 'other', database }))
    assert.ok(unknown instanceof Problem && String(unknown.detail.remedy).includes('"other"'))
  })

  test('rows lie on the shard of their customer', async () => {
    const ch = await stores['two shards']()
    const shards = await ch.rows(
      sql`select _shard_num as shard, groupUniqArray(customer_no % 2) as rest from events group by shard order by shard`,
    )
    assert.deepEqual(shards, [
      { shard: 1, rest: [0] },
      { shard: 2, rest: [1] },
    ])
    await ch.close()
  })

  test('while a node is down half an answer is refused, and after its restart everything is there', async () => {
    const ch = await stores['two shards']()
    const before = await count(ch, sql`select count() as n from events`)
    const [first] = cluster.nodes
    assert.ok(first)
    await first.kill()
    const whole = await thrown(ch.rows(sql`select count() from events`))
    assert.ok(whole instanceof Problem && whole.code === 'platform.unavailable')
    assert.equal(await count(ch, sql`select 1 as n`), 1, 'the other node answers what it can')
    await first.start()
    assert.equal(await count(ch, sql`select count() as n from events`), before)
    assert.equal(await count(ch, sql`select count() as n from events where ${resolved} = 3`), 2)
    await ch.close()
  })
})
