import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import iconv from 'iconv-lite'
import { ch } from '#platform'
import { startTestApp } from '#test'
import { aFile, counts, finished, type ImportRun, imported, over } from './support.ts'

const evaluationData = process.env.ZHIYIN_EVAL_DATA ?? resolve(import.meta.dirname, '../../../shared/data')
const bankFile = join(evaluationData, 'bank-marketing/bank-additional-full.csv.gz')

const text = (trait: string) => ({ trait, type: 'string' })
const whole = (trait: string) => ({ trait, type: 'integer' })
const number = (trait: string) => ({ trait, type: 'number' })
const bankMapping = {
  format: { type: 'csv', separator: ';' },
  columns: {
    age: whole('age'),
    job: text('job'),
    marital: text('marital'),
    education: text('education'),
    default: text('default'),
    housing: text('housing'),
    loan: text('loan'),
    contact: text('contact'),
    month: text('month'),
    day_of_week: text('dayOfWeek'),
    duration: whole('duration'),
    campaign: whole('campaign'),
    pdays: { trait: 'daysSinceContact', type: 'integer', missing: ['999'] },
    previous: whole('previous'),
    poutcome: text('poutcome'),
    'emp.var.rate': number('empVarRate'),
    'cons.price.idx': number('consPriceIdx'),
    'cons.conf.idx': number('consConfIdx'),
    euribor3m: number('euribor3m'),
    'nr.employed': number('nrEmployed'),
    y: { trait: 'subscribed', type: 'boolean' },
  },
  missing: ['unknown', ''],
  rowIdentifier: 'accountId',
  basis: 'contract',
}

const people = {
  format: { type: 'csv', separator: ',' },
  columns: {
    phone: { identifier: 'phone' },
    name: { trait: 'name', type: 'string', personal: true },
    city: { trait: 'city', type: 'string' },
  },
}

const app = await startTestApp({ work: true })
const { ok, call, ctx } = app

const cityOf = async (phone: string) => {
  const { items } = await ok<{ items: { traits: Record<string, unknown> }[] }>('POST', '/api/customers/search', {
    identifier: { kind: 'phone', value: phone },
  })
  assert.equal(items.length, 1, phone)
  return items[0]?.traits.city
}

test('a bank’s 41,188 customers: every row is told of, unknown and 999 are missing, answers match a count by hand', async () => {
  assert.ok(existsSync(bankFile), `${bankFile} is missing; set ZHIYIN_EVAL_DATA to the folder of the evaluation data`)
  const run = await imported(app, 'customers', bankFile, bankMapping)
  assert.deepEqual(counts(run), { read: 41_188, accepted: 41_188, merged: 0, rejected: 0 })

  const rows = gunzipSync(readFileSync(bankFile))
    .toString()
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.replaceAll('"', '').split(';'))
  const byHand = rows.filter(
    ([age, , marital, education, , , loan]) =>
      marital === 'married' &&
      Number(age) >= 35 &&
      Number(age) <= 50 &&
      education === 'university.degree' &&
      loan === 'no',
  ).length
  const { size } = await ok<{ size: number }>('POST', '/api/audiences/estimate', {
    definition: {
      all: [
        { trait: 'marital', is: 'married' },
        { trait: 'age', between: [35, 50] },
        { trait: 'education', is: 'university.degree' },
        { trait: 'loan', is: 'no' },
      ],
    },
  })
  assert.equal(size, byHand)
  const contacted = await ctx.ch.one<{ n: string }>(
    ch.sql`select uniqExact(customer_no) as n from traits where trait = 'daysSinceContact'`,
  )
  assert.equal(Number(contacted?.n), rows.filter((row) => row[12] !== '999').length)
  const unknown = await ctx.ch.one<{ n: string }>(ch.sql`select count() as n from traits where text = 'unknown'`)
  assert.equal(Number(unknown?.n), 0)

  const again = await imported(app, 'customers', bankFile, bankMapping)
  assert.deepEqual(counts(again), { read: 41_188, accepted: 0, merged: 41_188, rejected: 0 })
  const { customers } = await ok<{ customers: number }>('GET', '/api/stats')
  assert.equal(customers, 41_188)
})

test('GB18030, a byte order mark, CR line ends, quoted line breaks and gzip all come in', async () => {
  const table = (phone: string, city: string, end = '\n') => ['phone,name,city', `${phone},李明,${city}`, ''].join(end)
  for (const [phone, content] of [
    ['13900000011', iconv.encode(table('13900000011', '深圳市'), 'gb18030')],
    ['13900000012', Buffer.from(`\uFEFF${table('13900000012', '深圳市')}`)],
    ['13900000013', Buffer.from(table('13900000013', '深圳市', '\r'))],
    ['13900000014', gzipSync(table('13900000014', '深圳市', '\r\n'))],
  ] as const) {
    const run = await imported(app, 'customers', aFile(content), people)
    assert.deepEqual(counts(run), { read: 1, accepted: 1, merged: 0, rejected: 0 }, phone)
    assert.equal(await cityOf(phone), '深圳市')
  }
  const quoted = await imported(
    app,
    'customers',
    aFile('phone,name,city\n13900000015,"王\n五","上海\n浦东"\n13900000016,赵六,广州\n'),
    people,
  )
  assert.deepEqual(counts(quoted), { read: 2, accepted: 2, merged: 0, rejected: 0 })
  assert.equal(await cityOf('13900000015'), '上海\n浦东')
})

test('a workbook comes in', async () => {
  const { writeTable } = await import('../../src/customers/import/write-table.ts')
  const { PassThrough } = await import('node:stream')
  const out = new PassThrough()
  const chunks: Buffer[] = []
  out.on('data', (chunk: Buffer) => chunks.push(chunk))
  await writeTable('xlsx', ['phone', 'name', 'city'], [{ phone: '13900000021', name: '周七', city: '杭州' }], out)
  const run = await imported(app, 'customers', aFile(Buffer.concat(chunks), 'file.xlsx'), {
    ...people,
    format: { type: 'xlsx' },
  })
  assert.deepEqual(counts(run), { read: 1, accepted: 1, merged: 0, rejected: 0 })
  assert.equal(await cityOf('13900000021'), '杭州')
})

test('what cannot be used is told with line, column and reason, masked; a row without identifier is rejected, a value left out', async () => {
  const path = aFile(
    [
      'phone,name,city',
      '13900000031,甲,北京',
      '1390000003,乙,北京',
      ',丙,北京',
      '00000000000,丁,北京',
      '13900000032,戊',
      `13900000033,${'长'.repeat(1_200_000)},北京`,
      '13900000034,己,北京',
    ].join('\n'),
  )
  const run = await imported(app, 'customers', path, people)
  assert.deepEqual(counts(run), { read: 7, accepted: 2, merged: 0, rejected: 5 })
  assert.ok(run.rejectsFile)
  const file = readFileSync(run.rejectsFile, 'utf8')
  assert.match(file, /^\uFEFFline,column,value,code,reason,fate\r\n/)
  assert.ok(!file.includes('1390000003,'), 'the refused phone is masked')
  const { items } = await ok<{ items: { line: number; code: string; column: string | null; fate: string }[] }>(
    'GET',
    `/api/imports/${run.id}/rejects?limit=100`,
  )
  const rows = items.filter(({ fate }) => fate === 'row').map(({ line, code }) => `${line} ${code}`)
  assert.deepEqual(rows, ['3 noIdentifier', '4 noIdentifier', '5 noIdentifier', '6 fieldCount', '7 tooLong'])
  assert.ok(
    items.some(
      ({ line, code, column, fate }) =>
        line === 3 && code === 'invalidIdentifier' && column === 'phone' && fate === 'value',
    ),
  )
  const csv = await call<string>('GET', `/api/imports/${run.id}/rejects.csv`)
  assert.equal(csv.body.replace('\uFEFF', ''), file.replace('\uFEFF', ''))
  const pages = [await ok<{ items: unknown[]; next: string }>('GET', `/api/imports/${run.id}/rejects?limit=4`)]
  pages.push(await ok('GET', `/api/imports/${run.id}/rejects?limit=4&after=${pages[0]?.next}`))
  assert.deepEqual(
    pages.flatMap((page) => page.items),
    items,
  )
})

test('two rows about one person: the later one counts, in both stores', async () => {
  const run = await imported(
    app,
    'customers',
    aFile('phone,name,city\n13900000041,甲,北京\n13900000041,甲,上海\n'),
    people,
  )
  assert.deepEqual(counts(run), { read: 2, accepted: 1, merged: 1, rejected: 0 })
  assert.equal(await cityOf('13900000041'), '上海')
  const { items } = await ok<{ items: { id: string }[] }>('POST', '/api/customers/search', {
    identifier: { kind: 'phone', value: '13900000041' },
  })
  const row = await ctx.ch.one<{ city: string }>(
    ch.sql`select argMax(text, at) as city from traits where trait = 'city' and customer_no = ${ch.u32(Number(items[0]?.id))}`,
  )
  assert.equal(row?.city, '上海')
})

test('a row that names two people who share a phone makes them one; the profile says which file a value came from and why it may be held', async () => {
  const mapping = {
    ...people,
    columns: { ...people.columns, account: { identifier: 'accountId' } },
    basis: 'contract',
    source: '分行名单',
  }
  await imported(app, 'customers', aFile('phone,name,city,account\n13900000051,甲,北京,\n,甲,,branch-51\n'), mapping)
  const run = await imported(
    app,
    'customers',
    aFile('phone,name,city,account\n13900000051,甲,天津,branch-51\n'),
    mapping,
  )
  assert.deepEqual(counts(run), { read: 1, accepted: 0, merged: 1, rejected: 0 })
  const { items } = await ok<{ items: { id: string }[] }>('POST', '/api/customers/search', {
    identifier: { kind: 'accountId', value: 'branch-51' },
  })
  const profile = await ok<{
    merged: unknown[]
    traits: { name: string; value: unknown; source: string; basis: string }[]
  }>('GET', `/api/customers/${items[0]?.id}`)
  assert.equal(profile.merged.length, 1)
  const city = profile.traits.find(({ name }) => name === 'city')
  assert.equal(city?.value, '天津')
  assert.equal(city?.source, `import:${run.id}`)
  assert.equal(city?.basis, 'contract')
})

test('an import can be cancelled within a second and resumed; every row counts once', async () => {
  const rows = 60_000
  const path = aFile(
    `phone,name,city\n${Array.from({ length: rows }, (_, n) => `${13_700_000_000 + n},客户${n},成都`).join('\n')}\n`,
  )
  const { id } = await ok<{ id: string }>('POST', '/api/imports', { kind: 'customers', path, mapping: people })
  while ((await ok<ImportRun>('GET', `/api/imports/${id}`)).read === 0)
    await new Promise((resolve) => setTimeout(resolve, 20))
  await ok('POST', `/api/imports/${id}/cancel`)
  const from = performance.now()
  const cancelled = await finished(app, id)
  assert.ok(performance.now() - from < 3_000)
  assert.equal(cancelled.state, 'cancelled')
  assert.ok(cancelled.read < rows)
  assert.equal(cancelled.read, cancelled.accepted + cancelled.merged + cancelled.rejected)
  await ok('POST', `/api/imports/${id}/resume`)
  const done = await finished(app, id)
  assert.deepEqual(
    { state: done.state, ...counts(done) },
    { state: 'done', read: rows, accepted: rows, merged: 0, rejected: 0 },
  )
  assert.equal((await call('POST', `/api/imports/${id}/cancel`)).status, 409)
  assert.equal((await call('POST', `/api/imports/${id}/resume`)).status, 409)
})

test('columns that do not fit and unknown kinds of identifiers are told before anything is stored', async () => {
  const path = aFile('phone,name,town\n13900000061,甲,北京\n')
  const columns = await call<{ code: string; detail: { absent: string[]; unlisted: string[] } }>(
    'POST',
    '/api/imports',
    { kind: 'customers', path, mapping: { ...people, others: 'error' } },
  )
  assert.equal(columns.status, 400)
  assert.deepEqual(columns.body.detail, { absent: ['city'], unlisted: ['town'] })
  const kind = await call<{ code: string }>('POST', '/api/imports', {
    kind: 'customers',
    path,
    mapping: { ...people, rowIdentifier: 'loyaltyCard', columns: { name: people.columns.name }, others: 'ignore' },
  })
  assert.equal(kind.body.code, 'customers.mappingWrong')
})

const upload = async (form: FormData) => {
  const request = new Request('http://localhost/', { method: 'POST', body: form })
  return app.app.http.app.inject({
    method: 'POST',
    url: '/api/imports/upload',
    headers: { ...app.app.http.localHeaders, 'content-type': request.headers.get('content-type') ?? '' },
    payload: Buffer.from(await request.arrayBuffer()),
  })
}

test('a path is for the command line; uploads are kept for their owner’s reading only and proposed a mapping', async () => {
  const path = aFile('手机号,姓名,城市,年龄\n13900000071,甲乙,北京,35\n13900000072,丙丁,上海,41\n')
  assert.equal(
    (await call('POST', '/api/imports', { kind: 'customers', path, mapping: people }, { roles: ['admin'] })).status,
    403,
  )
  const form = new FormData()
  form.append('file', new Blob([readFileSync(path)]), '客户.csv')
  const answer = await upload(form)
  assert.equal(answer.statusCode, 200)
  const { fileId, name, bytes } = answer.json<{ fileId: string; name: string; bytes: number }>()
  assert.equal(name, '客户.csv')
  assert.equal(bytes, readFileSync(path).length)
  const { statSync } = await import('node:fs')
  assert.equal(statSync(join(ctx.dataDir.files, 'uploads', fileId)).mode & 0o777, 0o600)

  const proposal = await ok<{
    mapping: Record<string, unknown>
    columns: { header: string; sample: string[]; suggestion: object }[]
    rows: { stored: object }[]
  }>('POST', '/api/imports/propose', { fileId, kind: 'customers' })
  assert.deepEqual(
    proposal.columns.map(({ header, suggestion }) => [header, suggestion]),
    [
      ['手机号', { identifier: 'phone' }],
      ['姓名', { trait: '姓名', type: 'string', personal: true }],
      ['城市', { trait: '城市', type: 'string' }],
      ['年龄', { trait: '年龄', type: 'integer' }],
    ],
  )
  assert.ok(!JSON.stringify(proposal).includes('13900000071'))
  assert.equal(proposal.rows.length, 2)
  const { rows } = await ok<{ rows: unknown[] }>('POST', '/api/imports/preview', {
    fileId,
    kind: 'customers',
    mapping: proposal.mapping,
  })
  assert.deepEqual(rows, proposal.rows)
  const { id } = await ok<{ id: string }>(
    'POST',
    '/api/imports',
    { kind: 'customers', fileId, mapping: proposal.mapping, saveMappingAs: '客户名单' },
    { roles: ['marketer'] },
  )
  assert.deepEqual(counts(await finished(app, id)), { read: 2, accepted: 2, merged: 0, rejected: 0 })
  const named = await ok<{ id: string }>('POST', '/api/imports', { kind: 'customers', fileId, mappingName: '客户名单' })
  assert.equal((await finished(app, named.id)).merged, 2)
  await ok('DELETE', `/api/mappings/${encodeURIComponent('客户名单')}`)
  assert.equal((await call('POST', '/api/imports', { kind: 'customers', fileId, mappingName: '客户名单' })).status, 404)
  assert.equal(
    (
      await call(
        'POST',
        '/api/imports',
        { kind: 'customers', fileId, mapping: proposal.mapping },
        { roles: ['service'] },
      )
    ).status,
    403,
  )
})

test('an upload goes an hour after it was imported whole, a week after it came when it was not', async () => {
  const { deleteOldUploads } = await import('../../src/customers/import/uploads.ts')
  const form = new FormData()
  form.set('file', new Blob(['phone\n13900000091\n']), 'later.csv')
  assert.equal((await upload(form)).statusCode, 200)
  const { rows } = await ctx.pg
    .selectFrom('customers.upload')
    .selectAll()
    .execute()
    .then((rows) => ({ rows }))
  assert.ok(rows.length > 0 && rows.every(({ path }) => existsSync(path)))
  await deleteOldUploads(ctx)
  assert.ok(rows.every(({ path }) => existsSync(path)))
  const imported = new Set(
    (await ctx.pg.selectFrom('customers.import').select(['upload_id', 'state']).execute()).flatMap(
      ({ upload_id, state }) => (upload_id !== null && state === 'done' ? [upload_id] : []),
    ),
  )
  assert.ok(imported.size > 0 && imported.size < rows.length)
  await deleteOldUploads({ ...ctx, now: () => new Date(Date.now() + 2 * 3_600_000) })
  for (const { id, path } of rows) assert.equal(existsSync(path), !imported.has(id))
  await deleteOldUploads({ ...ctx, now: () => new Date(Date.now() + 8 * 86_400_000) })
  assert.ok(rows.every(({ path }) => !existsSync(path)))
})

test('a file that was changed meanwhile is not mixed with the first', async () => {
  const path = aFile('phone,name,city\n13900000081,甲,北京\n')
  const { id } = await ok<{ id: string }>('POST', '/api/imports', { kind: 'customers', path, mapping: people })
  const first = await finished(app, id)
  assert.ok(over(first.state))
  const { writeFileSync } = await import('node:fs')
  await ctx.pg.updateTable('customers.import').set({ state: 'paused' }).where('id', '=', Number(id)).execute()
  writeFileSync(path, 'phone,name,city\n13900000082,乙,北京\n13900000083,乙,北京\n')
  await ok('POST', `/api/imports/${id}/resume`)
  const run = await finished(app, id)
  assert.equal(run.state, 'failed')
  assert.match(run.error ?? '', /changed/)
})

test('no value of a file stands in clear in ClickHouse, the queue or the log', async () => {
  for (const table of ['traits', 'rejects', 'events'] as const) {
    const row = await ctx.ch.one<{ n: string }>(
      ch.sql`select count() as n from ${ch.identifier(table)} where toString(tuple(*)) like '%139000000%'`,
    )
    assert.equal(Number(row?.n), 0, table)
  }
  assert.ok(!app.logged.join('').includes('139000000'))
})
