import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import test, { type TestContext } from 'node:test'
import { sql } from 'kysely'
import { copyInto, copyRows, openPostgres, type PostgresStore } from '#platform'
import { startPostgresServer } from '#test'

const columns = ['a', 'b', 'c', 'd', 'e', 'f', 'g'] as const

const roundTrip = async (t: TestContext, store: PostgresStore) => {
  t.after(() => store.close())
  await store.script('create table copied (a smallint, b int, c timestamptz, d uuid, e text, f bytea, g jsonb)')
  const given = [
    {
      a: -1,
      b: -2_147_483_648,
      c: new Date('1969-12-31T23:59:59.999Z'),
      d: randomUUID(),
      e: '',
      f: Buffer.alloc(0),
      g: {},
    },
    {
      a: 32_767,
      b: 2_147_483_647,
      c: new Date('9999-12-31T00:00:00.001Z'),
      d: '00000000-0000-0000-0000-000000000000',
      e: '欧阳\t\n\\N"',
      f: randomBytes(70_000),
      g: { 城市: ['上海', 1.5, null] },
    },
    {
      a: 0,
      b: 0,
      c: new Date('2000-01-01T00:00:00.000Z'),
      d: 'FFFFFFFF-ffff-ffff-ffff-ffffffffffff',
      e: '长'.repeat(40_000),
      f: Buffer.from([0, 255]),
      g: [],
    },
    { a: null, b: null, c: null, d: null, e: null, f: null, g: null },
  ]
  const rows = copyRows(columns.length)
  for (const { a, b, c, d, e, f, g } of given) {
    rows.row()
    if (a === null) for (const _ of columns) rows.null()
    else {
      rows.int2(a)
      rows.int4(b)
      rows.timestamp(c.getTime())
      rows.uuid(d)
      rows.text(e)
      rows.bytes(f)
      rows.jsonb(JSON.stringify(g))
    }
  }
  await copyInto(store.db, 'copied', columns, rows)
  await copyInto(store.db, 'copied', columns, copyRows(columns.length))
  const { rows: found } = await sql<(typeof given)[number]>`select * from copied`.execute(store.db)
  assert.equal(found.length, given.length)
  assert.deepEqual(
    found.map((row) => ({ ...row, f: row.f && Buffer.from(row.f) })),
    given.map((row) => ({ ...row, d: row.d?.toLowerCase() ?? null })),
  )
}

test('what is laid out for a copy stands in the table as it was given, embedded', async (t) => {
  await roundTrip(t, await openPostgres({}))
})

test('and on a server', async (t) => {
  const { url } = await startPostgresServer()
  await roundTrip(t, await openPostgres({ url, pool: 2 }))
})
