import assert from 'node:assert/strict'
import test from 'node:test'
import { ch, Problem } from '#platform'
import { aCtx, someCustomers } from '#test'
import { checkedSql, guardedRows } from './sql-guard.ts'

const ctx = await aCtx()
await someCustomers(ctx, [{ userId: 'guarded', events: [{ event: 'bought', properties: { amount: 3 } }] }])
await ctx.ch.insert('rejects', [{ reason: 'secret' }], { columns: ['reason'] })

const rowsOf = async (text: string) => {
  const rows = []
  for await (const block of guardedRows(ctx, await checkedSql(ctx, text), 10)) rows.push(...block)
  return rows
}
const refused = async (text: string) =>
  assert.rejects(rowsOf(text), (error) => error instanceof Problem && error.code.startsWith('tags.sql'), text)

test('queries that analysts write run', async () => {
  for (const text of [
    "select customer_no, count() as value from events where event = 'bought' group by customer_no",
    "SELECT customer_no, max(JSONExtractFloat(properties, 'amount')) AS value FROM events GROUP BY customer_no -- the largest",
    'with b as (select customer_no, count() as n from events group by customer_no) select c.customer_no as customer_no, b.n as value from customers as c final join b using (customer_no)',
    "select customer_no, if(sumIf(1, event = 'bought') > 0, '买过', '没买过') as value from events group by customer_no",
    'select customer_no, row_number() over (order by customer_no) as value from customers',
    "select customer_no, quantile(0.5)(toFloat64(toHour(ts, 'Asia/Shanghai'))) as value from events group by customer_no having value >= 0",
    'select customer_no, 1 as value from customers where customer_no in (select customer_no from events) union all select 0, 2 where 1 = 0',
    "select customer_no, 'a;b{c}--d' as value from customers",
  ])
    assert.equal((await rowsOf(text)).length, 1, text)
})

test('attacks are refused: other tables, table functions, settings, files, several statements, functions that reach out', async () => {
  for (const text of [
    'select 1 as customer_no, reason as value from rejects',
    'select 1 as customer_no, reason as value from zhiyin.rejects',
    'select 1 as customer_no, (select any(reason) from rejects) as value',
    'select 1 as customer_no, (select any(reason) from `rejects`) as value',
    'with rejects as (select 1 as x) select 1 as customer_no, reason as value from zhiyin.rejects',
    'select 1 as customer_no, (select count() from audience_membership) as value',
    "select customer_no, 'x' as value from customers where 'a' in (select reason from rejects)",
    'select customer_no, 1 as value from customers where customer_no in audience_membership',
    'select 1 as customer_no, name as value from system.tables',
    'select 1 as customer_no, name as value from system.`users`',
    'select 1 as customer_no, table_name as value from information_schema.tables',
    "select 1 as customer_no, * as value from url('http://127.0.0.1/x', CSV, 'a String')",
    "select 1 as customer_no, a as value from file('/etc/passwd', 'LineAsString', 'a String')",
    "select 1 as customer_no, file('/etc/passwd') as value",
    "select 1 as customer_no, dictGet('customer_override', 'to_no', 1) as value",
    "select 1 as customer_no, a as value from s3('http://x/y', 'CSV', 'a String')",
    "select 1 as customer_no, a as value from remote('127.0.0.1', system.one)",
    "select 1 as customer_no, a as value from merge('zhiyin', '.*')",
    'select 1 as customer_no, number as value from numbers(10)',
    'select 1 as customer_no, a as value from view(select 1 as a)',
    "select 1 as customer_no, a as value from viewExplain('EXPLAIN', '', (select 1))",
    "select 1 as customer_no, a as value from executable('id', TSV, 'a String')",
    'select 1 as customer_no, sleep(3) as value',
    'select 1 as customer_no, sleepEachRow(3) as value from events',
    "select 1 as customer_no, getSetting('max_threads') as value",
    "select 1 as customer_no, getServerSetting('max_server_memory_usage') as value",
    'select 1 as customer_no, currentUser() as value',
    'select 1 as customer_no, hostName() as value',
    "select 1 as customer_no, throwIf(1, 'x') as value",
    "select 1 as customer_no, joinGet('x', 'y', 1) as value",
    'select 1 as customer_no, 2 as value settings readonly = 0',
    'select 1 as customer_no, 2 as value settings max_execution_time = 0, max_memory_usage = 0',
    "select 1 as customer_no, 2 as value into outfile '/tmp/x'",
    'select 1 as customer_no, 2 as value format CSV',
    'select 1 as customer_no, 2 as value; drop table events',
    'select 1 as customer_no, 2 as value) ; drop table events --',
    'select 1 as customer_no, 2 as value) union all (select 1, reason from rejects',
    'select 1 as customer_no, 2 as value /* */',
    'select 1 as customer_no, {x:String} as value',
    'select 1 as customer_no, $$x$$ as value',
    'insert into events select 1',
    'drop table events',
    'alter table events delete where 1',
    'system reload config',
    'show tables',
    'explain select 1',
    'describe events',
    'set readonly = 0',
    'create table x (a Int8) engine = Memory',
    "select columns('.*') from events",
    'select customer_no from events',
    'select 1 as value',
    "select 'x' as customer_no, 1 as value",
    'selec',
    'select',
    'select (((((',
    "select 1 as customer_no, 'unended as value",
    'with recursive x as (select 1 as customer_no union all select customer_no + 1 from x) select customer_no, 1 as value from x where 1',
  ])
    await refused(text)
})

test('whatever is put together from dangerous pieces never reads what it must not', async () => {
  const pieces = [
    'select',
    '1 as customer_no',
    ',',
    'reason as value',
    'from',
    'rejects',
    '(',
    ')',
    "'",
    '`',
    '--',
    '\n',
    'union all',
    'url(',
    'system.one',
    ';',
    'settings',
    'format',
    'with x as (',
    '/*',
    '*/',
    '\\',
    'events',
    'final',
    'join',
    '"',
  ]
  // A generator with a seed of its own: the same texts each time.
  const events = async () => (await ctx.ch.one<{ n: string }>(ch.sql`select count() as n from events`))?.n
  const before = await events()
  let state = 12345
  const next = (most: number) => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state % most
  }
  for (let i = 0; i < 400; i++) {
    const text = `select ${Array.from({ length: 3 + next(12) }, () => pieces[next(pieces.length)]).join(' ')}`
    try {
      assert.doesNotMatch(JSON.stringify(await rowsOf(text)), /secret/, text)
    } catch (error) {
      assert.ok(error instanceof Problem && error.code.startsWith('tags.sql'), `${text}: ${String(error)}`)
    }
  }
  assert.equal(await events(), before)
})

test('a query that runs too long is stopped', async () => {
  const slow =
    'select customer_no, arraySum(arrayMap(x -> arraySum(range(x % 10000 + customer_no)), range(1000000))) as value from customers'
  const checked = await checkedSql(ctx, slow)
  await assert.rejects(
    async () => {
      for await (const _ of guardedRows(ctx, checked, 1));
    },
    (error) => error instanceof Problem && error.code === 'tags.sqlFailed',
  )
})
