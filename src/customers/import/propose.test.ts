import assert from 'node:assert/strict'
import { createReadStream, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import test from 'node:test'
import iconv from 'iconv-lite'
import { rowConverter } from './convert-row.ts'
import { assertColumnsFit, parseMapping } from './mapping.ts'
import { previewRows, proposeMapping } from './propose.ts'
import { readRows } from './read-rows.ts'
import { sampleFile } from './sample-file.ts'

const evaluationData = process.env.ZHIYIN_EVAL_DATA ?? resolve(import.meta.dirname, '../../../../shared/data')

const dataFile = (name: string) => {
  const path = join(evaluationData, name)
  assert.ok(existsSync(path), `${path} is missing; set ZHIYIN_EVAL_DATA to the folder of the evaluation data`)
  return path
}

const BANK = 'bank-marketing/bank-additional-full.csv.gz'

test('the bank file: separator, types and missing words are found, 999 is only noted, rows are numbered', async () => {
  const sample = await sampleFile(() => createReadStream(dataFile(BANK)))
  assert.equal(sample.format.separator, ';')
  assert.equal(sample.columns.length, 21)
  const { mapping, notes } = proposeMapping('customers', sample)
  assert.equal(mapping.rowIdentifier, 'accountId')
  assert.deepEqual(mapping.missing, ['', 'unknown'])
  assert.deepEqual(mapping.columns.age, { trait: 'age', type: 'integer' })
  assert.deepEqual(mapping.columns.job, { trait: 'job', type: 'string' })
  assert.deepEqual(
    mapping.columns['nr.employed'],
    { trait: 'nr.employed', type: 'number' },
    'its first decimal is far down',
  )
  assert.deepEqual(
    notes.filter(({ code }) => code === 'sentinel').map(({ column, values }) => [column, values]),
    [['pdays', ['999']]],
  )
})

test('all 41,188 rows of the bank file are read and converted', async () => {
  const mapping = parseMapping(
    {
      format: { type: 'csv', separator: ';' },
      columns: {
        age: { trait: 'age', type: 'integer' },
        marital: { trait: 'marital' },
        education: { trait: 'education' },
        loan: { trait: 'loan' },
        pdays: { trait: 'daysSinceContact', type: 'integer', missing: ['999'] },
        euribor3m: { trait: 'euribor3m', type: 'number' },
      },
      others: 'ignore',
      missing: ['unknown', ''],
      rowIdentifier: 'accountId',
    },
    'customers',
  )
  let convert: ReturnType<typeof rowConverter<'customers'>> | undefined
  const counts = { read: 0, fields: 0, pdays: 0, marital: 0, wanted: 0, lastLine: 0 }
  for await (const { columns, rows } of readRows(createReadStream(dataFile(BANK)), mapping.format)) {
    if (!convert) assertColumnsFit(mapping, columns)
    convert ??= rowConverter(mapping, 'customers', columns)
    for (const row of rows) {
      const result = convert(row)
      assert.ok(result.ok)
      counts.read += 1
      counts.fields += result.fields.length
      counts.lastLine = row.line
      assert.deepEqual(result.record.identifiers, [{ kind: 'accountId', value: String(counts.read) }])
      const traits = new Map(result.record.traits.map((trait) => [trait.name, trait]))
      if (traits.has('daysSinceContact')) counts.pdays += 1
      if (traits.has('marital')) counts.marital += 1
      const age = traits.get('age')?.number ?? 0
      const fits = traits.get('marital')?.text === 'married' && traits.get('education')?.text === 'university.degree'
      if (fits && age >= 35 && age <= 50 && traits.get('loan')?.text === 'no') counts.wanted += 1
    }
  }
  // Counted with awk on the same file.
  assert.deepEqual(counts, { read: 41_188, fields: 0, pdays: 1515, marital: 41_108, wanted: 2657, lastLine: 41_189 })
})

const gb = (text: string) => () => Readable.from([iconv.encode(text, 'gb18030')])

test('Chinese headers in GB18030: identifiers by name and value, personal traits, dates, codes', async () => {
  const names = '客户号,姓名,手机号,身份证号,紧急联系人电话,开户日期,网点,是否已婚,余额'
  const line = (at: number) =>
    `C${at},张${at},1381234${String(at).padStart(4, '0')},11010519491231002X,1391234${String(at).padStart(4, '0')},2026/1/${1 + (at % 28)},00${at % 10}1,${at % 2 ? '是' : '否'},"1,234.5"`
  const text = [names, ...Array.from({ length: 60 }, (_, at) => line(at))].join('\r\n')
  const sample = await sampleFile(gb(text))
  assert.equal(sample.format.encoding, 'gb18030')
  const { mapping } = proposeMapping('customers', sample)
  assert.deepEqual(mapping.columns, {
    客户号: { identifier: 'accountId' },
    姓名: { trait: '姓名', type: 'string', personal: true },
    手机号: { identifier: 'phone' },
    身份证号: { identifier: 'idCard' },
    紧急联系人电话: { trait: '紧急联系人电话', type: 'string', personal: true },
    开户日期: { trait: '开户日期', type: 'date' },
    网点: { trait: '网点', type: 'string' },
    是否已婚: { trait: '是否已婚', type: 'boolean' },
    余额: { trait: '余额', type: 'number' },
  })
  const [preview] = previewRows('customers', parseMapping(mapping, 'customers'), sample.columns, sample.rows)
  assert.deepEqual(preview?.identifiers, [
    { kind: 'accountId', value: 'C0' },
    { kind: 'phone', value: '138****0000' },
    { kind: 'idCard', value: '110105********002X' },
  ])
  assert.deepEqual(preview?.values, {
    姓名: '张*',
    紧急联系人电话: '139****0000',
    开户日期: '2026-01-01',
    网点: '0001',
    是否已婚: false,
    余额: 1234.5,
  })
})

test('phones under a name that says nothing are known by their values, and noted', async () => {
  const text = `x,y\n${Array.from({ length: 50 }, (_, at) => `138123400${String(at).padStart(2, '0')},${at}`).join('\n')}\n`
  const { mapping, notes } = proposeMapping('customers', await sampleFile(() => Readable.from([Buffer.from(text)])))
  assert.deepEqual(mapping.columns.x, { identifier: 'phone' })
  assert.deepEqual(notes, [{ column: 'x', code: 'byValues', values: ['phone'], share: 1 }])
})

test('a file without a line of names is told from one with', async () => {
  const sample = await sampleFile(() => Readable.from([Buffer.from('1,张三,13812345678\n2,李四,13812345679\n')]))
  assert.equal(sample.format.header, false)
  assert.equal(sample.rows.length, 2)
  const named = await sampleFile(() => Readable.from([Buffer.from('id,name,phone\n1,张三,13812345678\n')]))
  assert.equal(named.format.header, true)
})

test('events and consents get their own fields', async () => {
  const lines = [
    '{"userId":"u1","event":"Loan Viewed","timestamp":"2026-01-31T08:00:00Z","messageId":"m1","properties":{"amount":1}}',
    '{"userId":"u2","event":"Loan Viewed","timestamp":"2026-01-31T08:00:00Z","messageId":"m2","properties":{"amount":2}}',
  ]
  const events = await sampleFile(() => Readable.from([Buffer.from(lines.join('\n'))]))
  assert.equal(events.format.type, 'jsonl')
  const proposed = proposeMapping('events', events).mapping
  assert.deepEqual(proposed.columns, {
    userId: { identifier: 'userId' },
    event: { event: 'name' },
    timestamp: { event: 'timestamp' },
    messageId: { event: 'messageId' },
    properties: { properties: true },
  })
  parseMapping({ ...proposed, others: 'error' }, 'events')

  const consents = await sampleFile(() =>
    Readable.from([Buffer.from('手机号,用途,渠道,状态,时间\n13812345678,营销,sms,同意,2026-01-31\n')]),
  )
  const mapping = parseMapping(proposeMapping('consents', consents).mapping, 'consents')
  assert.deepEqual(mapping.columns, {
    手机号: { identifier: 'phone' },
    用途: { consent: 'purpose' },
    渠道: { consent: 'channel' },
    状态: { consent: 'status' },
    时间: { consent: 'at' },
  })
})

test('a proposal passes its own check', async () => {
  const sample = await sampleFile(() => createReadStream(dataFile(BANK)))
  parseMapping(JSON.parse(JSON.stringify(proposeMapping('customers', sample).mapping)), 'customers')
})
