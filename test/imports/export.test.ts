import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startTestApp } from '#test'
import { aFile, idCard, imported } from './support.ts'

const app = await startTestApp({ work: true })
const { ok, call, ctx } = app
const rows = Array.from(
  { length: 1_200 },
  (_, n) => `13600${String(n).padStart(6, '0')},${idCard(n)},欧阳明日,${n === 7 ? '=1+1' : '北京'},${n % 60}`,
)
await imported(app, 'customers', aFile(`phone,card,name,city,age\n${rows.join('\n')}\n`), {
  format: { type: 'csv', separator: ',' },
  columns: {
    phone: { identifier: 'phone' },
    card: { identifier: 'idCard' },
    name: { trait: 'name', type: 'string', personal: true },
    city: { trait: 'city', type: 'string' },
    age: { trait: 'age', type: 'integer' },
  },
})

interface Run {
  id: string
  state: string
  written: number
  sha256: string
  path: string | null
  error: string | null
}

const written = async (body: object, caller: object = {}): Promise<Run> => {
  const { id } = await ok<{ id: string }>('POST', '/api/exports', body, caller)
  for (;;) {
    const run = await ok<Run>('GET', `/api/exports/${id}`)
    if (run.state === 'done' || run.state === 'failed') return run
    await pause(100)
  }
}

test('everybody leaves masked; a cell that Excel would run as a formula is text', async () => {
  const run = await written({ all: true })
  assert.equal(run.state, 'done')
  assert.equal(run.written, 1_200)
  const { body } = await call<string>('GET', `/api/exports/${run.id}/file`)
  const [head, ...lines] = body.trim().split('\r\n')
  assert.match(head ?? '', /^\uFEFF?customerId,createdAt,idCard,accountId,.*,age,city,name$/)
  assert.equal(lines.length, 1_200)
  assert.ok(body.includes("'=1+1"))
  assert.ok(body.includes('欧阳**') && body.includes('136****0007'))
  for (const secret of ['13600000007', idCard(7), '欧阳明日']) assert.ok(!body.includes(secret), secret)
  assert.equal(statSync(run.path ?? '').mode & 0o777, 0o600)
})

test('values in clear need the right and a purpose, and are recorded with count and hash under who asked', async () => {
  assert.equal(
    (await call('POST', '/api/exports', { all: true, unmasked: true, purpose: 'a reason' }, { roles: ['marketer'] }))
      .status,
    403,
  )
  assert.equal(
    (await call('POST', '/api/exports', { all: true, unmasked: true }, { roles: ['compliance'] })).status,
    400,
  )
  assert.equal((await call('POST', '/api/exports', { all: true }, { roles: ['risk'] })).status, 403)
  const run = await written(
    { all: true, format: 'jsonl', columns: ['phone', 'name'], unmasked: true, purpose: '监管报送' },
    { roles: ['compliance'] },
  )
  const file = readFileSync(run.path ?? '', 'utf8')
  assert.ok(file.includes('13600000007') && file.includes('欧阳明日') && !file.includes(idCard(7)))
  const { items } = await ctx.audit.list(ctx.pg, { action: 'export.unmasked' })
  assert.equal(items.length, 1)
  assert.equal(items[0]?.purpose, '监管报送')
  assert.match(items[0]?.actor ?? '', /^key:/)
  assert.deepEqual(
    { count: items[0]?.detail?.count, sha256: items[0]?.detail?.sha256 },
    { count: 1_200, sha256: run.sha256 },
  )
  // Another key, although it may unmask: the file belongs to who gave the purpose.
  assert.equal(
    (await call('GET', `/api/exports/${run.id}/file`, undefined, { roles: ['compliance', 'service'] })).status,
    403,
  )
  assert.equal((await call('GET', `/api/exports/${run.id}/file`, undefined, { roles: ['compliance'] })).status, 200)
})

test('an audience leaves by its members; a column nobody knows is told', async () => {
  const { id } = await ok<{ id: string }>('POST', '/api/audiences', {
    name: 'young',
    definition: { all: [{ trait: 'age', lt: 10 }] },
  })
  await ok('POST', `/api/audiences/${id}/refresh`)
  const run = await written({ purpose: '春季回访', audienceId: id, format: 'xlsx' }, { roles: ['marketer'] })
  assert.equal(run.written, 200)
  const unknown = await written({ ids: ['1', '2'], columns: ['shoeSize'] })
  assert.equal(unknown.state, 'failed')
  assert.match(unknown.error ?? '', /no such column/)
  assert.equal((await call('POST', '/api/exports', { all: true, ids: ['1'] })).status, 400)
})

test('merged customers leave as one person with all identifiers', async () => {
  const mapping = {
    format: { type: 'csv', separator: ',' },
    columns: { phone: { identifier: 'phone' }, account: { identifier: 'accountId' } },
  }
  await imported(app, 'customers', aFile('phone,account\n13500000001,\n,merged-1\n'), mapping)
  await imported(app, 'customers', aFile('phone,account\n13500000001,merged-1\n'), mapping)
  const { items } = await ok<{ items: { id: string }[] }>('POST', '/api/customers/search', {
    identifier: { kind: 'accountId', value: 'merged-1' },
  })
  const run = await written({ ids: [items[0]?.id], columns: ['phone', 'accountId'] })
  const { body } = await call<string>('GET', `/api/exports/${run.id}/file`)
  assert.match(body, /135\*\*\*\*0001,merged-1/)
})

test('a written file goes after a week', async () => {
  const { deleteOldExports } = await import('../../src/customers/export/export.ts')
  const run = await written({ ids: ['1'] })
  await deleteOldExports(ctx)
  assert.ok(existsSync(run.path ?? ''))
  await deleteOldExports({ ...ctx, now: () => new Date(Date.now() + 8 * 86_400_000) })
  assert.ok(!existsSync(run.path ?? ''))
  assert.equal((await call('GET', `/api/exports/${run.id}/file`)).status, 409)
})
