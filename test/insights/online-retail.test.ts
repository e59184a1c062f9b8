import assert from 'node:assert/strict'
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { aSource, evaluationFile, scratchDir, startTestApp } from '#test'

const app = await startTestApp({ work: true })
const { ok, ctx } = app

const until = async <T>(read: () => Promise<T>, holds: (value: T) => boolean, seconds: number): Promise<T> => {
  for (let waited = 0; ; waited += 200) {
    const value = await read()
    if (holds(value)) return value
    if (waited > seconds * 1_000) throw new Error(`Not within ${seconds} s: ${JSON.stringify(value).slice(0, 500)}`)
    await pause(200)
  }
}

// The whole way of an analyst on real orders (UCI Online Retail, CC BY 4.0): file → RFM → people → portrait → living audience.
test('from a file of orders to customers worth winning back, whom a new order moves out', async () => {
  const file = join(scratchDir('online-retail'), 'online-retail.csv')
  await pipeline(
    createReadStream(evaluationFile('online-retail/online-retail.csv.gz')),
    createGunzip(),
    createWriteStream(file),
  )
  const { id: importId } = await ok<{ id: string }>('POST', '/api/imports', {
    kind: 'events',
    path: file,
    mapping: {
      format: { type: 'csv', separator: ',' },
      columns: {
        InvoiceNo: { property: 'invoice', type: 'string' },
        StockCode: { property: 'stock', type: 'string' },
        Quantity: { property: 'quantity', type: 'number' },
        InvoiceDate: { event: 'timestamp' },
        UnitPrice: { property: 'unitPrice', type: 'number' },
        CustomerID: { identifier: 'accountId' },
        Country: { trait: 'country', type: 'string' },
      },
      missing: [''],
      defaults: { event: 'Order Line' },
    },
  })
  const run = await until(
    () =>
      ok<{ state: string; read: number; accepted: number; merged: number; rejected: number }>(
        'GET',
        `/api/imports/${importId}`,
      ),
    ({ state }) => state !== 'queued' && state !== 'running',
    240,
  )
  // 135,080 rows name no customer and are told of one by one.
  assert.deepEqual(
    { state: run.state, read: run.read, accepted: run.accepted, merged: run.merged, rejected: run.rejected },
    { state: 'done', read: 541_909, accepted: 406_829, merged: 0, rejected: 135_080 },
  )

  const question = {
    kind: 'rfm',
    title: 'Online Retail',
    event: 'Order Line',
    where: [
      { property: 'quantity', gt: 0 },
      { property: 'unitPrice', gt: 0 },
    ],
    amount: 'unitPrice',
    quantity: 'quantity',
    invoice: 'invoice',
    asOf: '2011-12-10',
  }
  const { id } = await ok<{ id: string }>('POST', '/api/insights/mining/runs', question)
  interface Part {
    part: string
    people: number
  }
  const { result } = await until(
    () =>
      ok<{ state: string; result: { people: number; revenue: number; cells: Part[]; classes: Part[] } | null }>(
        'GET',
        `/api/insights/mining/runs/${id}`,
      ),
    ({ state }) => state === 'done' || state === 'failed',
    120,
  )
  assert.ok(result)
  const peopleOf = (part: string) => [...result.cells, ...result.classes].find((one) => one.part === part)?.people
  assert.equal(result.people, 4_338)
  assert.ok(Math.abs(result.revenue - 8_911_407.9) < 0.5, String(result.revenue))
  assert.deepEqual([peopleOf('score:555'), peopleOf('score:111')], [324, 330])

  // 重要挽留: once worth a lot, not seen for long.
  const list = await ok<{ id: string; size: number }>('POST', `/api/insights/mining/runs/${id}/list`, {
    selection: { parts: ['class:LLH'] },
    name: '重要挽留客户',
  })
  assert.equal(list.size, peopleOf('class:LLH'))
  assert.ok(list.size > 0)
  const { id: audience } = await ok<{ id: string }>('POST', '/api/audiences', {
    name: '重要挽留客户，近 30 天未下单',
    definition: { all: [{ list: list.id }, { not: { event: 'Order Line', within: '30 days' } }] },
  })
  await ok('POST', `/api/audiences/${audience}/refresh`)
  const members = await ok<{ items: { id: string }[] }>('GET', `/api/audiences/${audience}/members?limit=200`)
  assert.equal(members.items.length, list.size)

  const portrait = await ok<{ sets: { size: number }[]; fields: { key: string; classes: { sets: object[] }[] }[] }>(
    'POST',
    '/api/audiences/portraits',
    { of: [{ audience }], fields: ['trait:country'] },
  )
  assert.equal(portrait.fields[0]?.key, 'trait:country')
  assert.ok((portrait.fields[0]?.classes.length ?? 0) > 0)

  await ok('POST', `/api/audiences/${audience}/live`, { on: true })
  const health = () =>
    ok<{ live: object | null; size: number | null; error: string | null }>('GET', `/api/audiences/${audience}/health`)
  await until(health, ({ live, size }) => live !== null && size === list.size, 60)
  const profile = await ok<{ identifiers: { kind: string; value: string }[] }>(
    'GET',
    `/api/customers/${members.items[0]?.id}`,
  )
  const { writeKey } = await aSource(ctx)
  await app.send(writeKey, '/v1/track', {
    event: 'Order Line',
    userId: profile.identifiers.find(({ kind }) => kind === 'accountId')?.value,
    properties: { quantity: 1, unitPrice: 9.9, invoice: 'new' },
  })
  await until(health, ({ size }) => size === list.size - 1, 60)
  const feed = await ok<{ items: { customer?: string }[] }>('GET', `/api/audiences/${audience}/recent-moves`)
  assert.ok(feed.items.length > 0)
})
