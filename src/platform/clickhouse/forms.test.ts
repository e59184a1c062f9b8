import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { type ClickHouse, openClickHouse } from './clickhouse.ts'
import { forms, type Topology } from './forms.ts'
import { migrationsDir } from './schema.ts'
import { sql } from './sql.ts'
import { statements } from './statements.ts'

const single: Topology = { kind: 'single', database: 'zhiyin' }
const cluster: Topology = {
  kind: 'cluster',
  database: 'zhiyin',
  cluster: 'prod-1',
  keeper: false,
  sharded: new Set(['events']),
}
const keeper: Topology = { ...cluster, keeper: true }
const [events] = statements(
  '-- shard by customer_no\ncreate table if not exists events (customer_no UInt32, v UInt64)\nengine = ReplacingMergeTree(v) order by customer_no;\n',
)
const [overrides] = statements(
  '-- every shard holds all of it\ncreate table if not exists o (n UInt32) engine = MergeTree order by n;',
)
assert(events && overrides)

test('a file is split at semicolons that end a line; only the marks of its comments stay', () => {
  assert.deepEqual(
    statements(
      "-- a; b;\nselect ';' ;\n\n-- why\n-- shard by cityHash64(id)\ncreate table x (a UInt8); -- end\n-- nothing",
    ),
    [{ text: "select ';'" }, { text: 'create table x (a UInt8)', shardBy: 'cityHash64(id)' }],
  )
})

test('one server gets the statement as it is written', () => {
  assert.deepEqual(forms(events, single), [{ text: events.text, on: 'one' }])
})

test('without a Keeper every node gets a plain local table and a Distributed table before it', () => {
  assert.deepEqual(forms(events, cluster), [
    {
      text: 'create table if not exists events_local (customer_no UInt32, v UInt64)\nengine = ReplacingMergeTree(v) order by customer_no',
      on: 'each',
    },
    {
      text: "create table if not exists events as events_local engine = Distributed('prod-1', 'zhiyin', 'events_local', customer_no)",
      on: 'each',
    },
  ])
})

test('with a Keeper the local table is replicated within its shard and told once', () => {
  assert.deepEqual(forms(events, keeper), [
    {
      text: "create table if not exists events_local on cluster 'prod-1' (customer_no UInt32, v UInt64)\nengine = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/zhiyin/events', '{replica}', v) order by customer_no",
      on: 'one',
    },
    {
      text: "create table if not exists events on cluster 'prod-1' as events_local engine = Distributed('prod-1', 'zhiyin', 'events_local', customer_no)",
      on: 'one',
    },
  ])
})

test('a table that every shard holds is one replicated table over all shards, or the same table on each node', () => {
  assert.deepEqual(forms(overrides, cluster), [
    {
      text: "create table if not exists o (n UInt32) engine = MergeTree order by n\ncomment 'every shard holds all of it'",
      on: 'each',
    },
  ])
  assert.deepEqual(forms(overrides, keeper), [
    {
      text: "create table if not exists o on cluster 'prod-1' (n UInt32) engine = ReplicatedMergeTree('/clickhouse/tables/all/zhiyin/o', '{shard}-{replica}') order by n\ncomment 'every shard holds all of it'",
      on: 'one',
    },
  ])
})

test('changes of rows go to the local tables, changes of columns to both, queries that write to the Distributed table', () => {
  const texts = (text: string, topology = cluster) =>
    forms({ text }, topology).map((form) => `${form.on}: ${form.text}`)
  assert.deepEqual(texts('alter table events delete where customer_no = 1'), [
    'each: alter table events_local delete where customer_no = 1',
  ])
  assert.deepEqual(texts('delete from events where customer_no = 1', keeper), [
    "one: delete from events_local on cluster 'prod-1' where customer_no = 1",
  ])
  assert.deepEqual(texts('alter table events add column if not exists x UInt8'), [
    'each: alter table events_local add column if not exists x UInt8',
    'each: alter table events add column if not exists x UInt8',
  ])
  assert.deepEqual(texts('alter table o delete where n = 1'), ['each: alter table o delete where n = 1'])
  assert.deepEqual(texts('insert into events select * from events'), ['one: insert into events select * from events'])
  assert.deepEqual(texts('system reload dictionary d', keeper), ["one: system reload dictionary on cluster 'prod-1' d"])
})

test('a dictionary asks its own server as the user we are', () => {
  const text =
    "create dictionary if not exists d (a UInt8) primary key a source(clickhouse(query 'select a from {database}.t')) layout(flat()) lifetime(1)"
  assert.equal(
    forms({ text }, { ...single, user: 'app', password: "it's" })[0]?.text,
    text.replace('{database}', 'zhiyin').replace('clickhouse(', "clickhouse(user 'app' password 'it\\'s' "),
  )
})

let ch: ClickHouse
let dir: string
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'zhiyin-forms-'))
  ch = await openClickHouse({ dir, database: 'zhiyin' })
})
after(async () => {
  await ch.close()
  await rm(dir, { recursive: true })
})

test('ClickHouse understands every form of our migrations and of the commands', async () => {
  const file = await readFile(join(migrationsDir, '0001-events.sql'), 'utf8')
  const commands = [
    'create database if not exists zhiyin',
    'alter table events delete where customer_no = 1',
    'alter table events add column if not exists x UInt8',
    'delete from events where customer_no = 1',
    'optimize table events final',
    'truncate table if exists events',
    'drop table if exists events',
    'system reload dictionary customer_override',
  ].map((text) => ({ text }))
  for (const statement of [...statements(file), ...commands])
    for (const topology of [single, cluster, keeper])
      for (const { text } of forms(statement, topology)) {
        await assert.doesNotReject(ch.rows({ parts: [`explain ast ${text}`], values: [] }), text)
        if (topology.kind === 'cluster' && topology.keeper && !text.startsWith('insert'))
          assert.match(text, /on cluster 'prod-1'/)
      }
  assert.ok(await ch.one(sql`select 1`))
})
