import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { gunzipSync } from 'node:zlib'
import { ch } from '#platform'
import { aCtx } from '#test'
import { rfmClassesOf, rfmFigures, rfmScores } from './rfm.ts'

const { sql, moment } = ch
const data = process.env['ZHIYIN_EVAL_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')
const linesOf = (file: string) =>
  gunzipSync(readFileSync(join(data, file)))
    .toString('latin1')
    .trim()
    .split('\n')
    .slice(1)

/** Fields of a line of CSV in which only descriptions are quoted. */
const fieldsOf = (line: string) =>
  line.match(/("([^"]|"")*"|[^,]*)(,|$)/g)?.map((field) => field.replace(/,$/, '')) ?? []

const ctx = await aCtx()
const world = { at: new Date('2011-12-10T00:00:00Z'), zone: 'UTC' }
const acts = sql`select customer_no, ts, JSONExtractString(properties, 'invoice') as act, JSONExtract(properties, 'amount', 'Nullable(Float64)') as amount from events where event = 'bought' and ts < ${moment(world.at)}`

test('Online Retail: figures and scores of all 4,338 customers equal those computed with pandas', async () => {
  // One event per invoice line would be 397,884 rows; per invoice the same figures come from 18,532.
  const invoices = new Map<string, { customer: number; ts: string; amount: number }>()
  for (const line of linesOf('online-retail/online-retail.csv.gz')) {
    const [invoice = '', , , quantity = '', date = '', price = '', customer = ''] = fieldsOf(line)
    if (invoice.startsWith('C') || customer === '' || Number(quantity) <= 0 || Number(price) <= 0) continue
    const entry = invoices.get(invoice) ?? { customer: Number(customer), ts: date, amount: 0 }
    entry.amount += Number(quantity) * Number(price)
    if (date > entry.ts) entry.ts = date
    invoices.set(invoice, entry)
  }
  assert.equal(invoices.size, 18_532)
  await ctx.ch.insert(
    'events',
    [...invoices].map(([invoice, { customer, ts, amount }], i) => ({
      event: 'bought',
      customer_no: customer,
      ts: `${ts}.000`,
      message_hash: String(i + 1),
      message_id: `invoice-${invoice}`,
      properties: JSON.stringify({ invoice, amount }),
    })),
    { columns: ['event', 'customer_no', 'ts', 'message_hash', 'message_id', 'properties'] },
  )
  const rows = await ctx.ch.rows<
    Record<'customer_no' | 'recency' | 'frequency' | 'monetary' | 'r' | 'f' | 'm', number>
  >(rfmScores(rfmFigures(acts, world)))
  const found = new Map(rows.map((row) => [row.customer_no, row]))
  const expected = linesOf('expected/online_retail_rfm.csv.gz')
  assert.equal(found.size, expected.length)
  for (const line of expected) {
    const [id, , frequency, monetary, recency, r, f, m] = line.split(',').map(Number)
    const row = found.get(id ?? 0)
    assert.ok(row, `customer ${id}`)
    assert.deepEqual([row.recency, row.frequency, row.r, row.f, row.m], [recency, frequency, r, f, m], `customer ${id}`)
    assert.ok(Math.abs(row.monetary - (monetary ?? 0)) < 0.005, `customer ${id}: ${row.monetary}`)
  }
  const scored = (score: string) => rows.filter(({ r, f, m }) => `${r}${f}${m}` === score).length
  assert.equal(scored('555'), 324)
  assert.equal(scored('111'), 330)
})

test('the eight classes part the customers, by mean, median or fixed figures', async () => {
  const classesBy = async (cut: Parameters<typeof rfmClassesOf>[1]) => {
    const rows = await ctx.ch.rows<{ class: string; n: number }>(
      sql`select class, toUInt32(count()) as n from (${rfmClassesOf(rfmFigures(acts, world), cut)}) group by class`,
    )
    return Object.fromEntries(rows.map(({ class: name, n }) => [name, n]))
  }
  const rows = await ctx.ch.rows<{ recency: number; frequency: number; monetary: number }>(rfmFigures(acts, world))
  const byHand = { recency: 30, frequency: 3, monetary: 1000 }
  const expected: Record<string, number> = {}
  for (const { recency, frequency, monetary } of rows) {
    const name = `${recency <= 30 ? 'H' : 'L'}${frequency >= 3 ? 'H' : 'L'}${monetary >= 1000 ? 'H' : 'L'}`
    expected[name] = (expected[name] ?? 0) + 1
  }
  assert.deepEqual(await classesBy(byHand), expected)
  for (const cut of ['mean', 'median'] as const) {
    const classes = await classesBy(cut)
    assert.equal(
      Object.values(classes).reduce((a, b) => a + b, 0),
      4_338,
    )
    assert.ok((classes['HHH'] ?? 0) > 0 && (classes['LLL'] ?? 0) > 0)
  }
})
