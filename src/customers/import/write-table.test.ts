import assert from 'node:assert/strict'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import test from 'node:test'
import Excel from 'exceljs'
import { Problem } from '#platform'
import { readCsv } from './read-csv.ts'
import { readXlsx } from './read-xlsx.ts'
import type { Batch } from './record.ts'
import { type TableFormat, type TableRow, writeTable } from './write-table.ts'

const folder = await mkdtemp(join(tmpdir(), 'zhiyin-table-'))
test.after(() => rm(folder, { recursive: true, force: true }))

const collect = async (batches: AsyncIterable<Batch>) => {
  const rows = []
  let columns: readonly string[] = []
  for await (const batch of batches) {
    rows.push(...batch.rows)
    columns = batch.columns
  }
  return { columns, rows }
}

const written = async (format: TableFormat, columns: string[], rows: AsyncIterable<TableRow> | TableRow[]) => {
  const path = join(folder, `${Math.random()}.${format}`)
  const count = await writeTable(format, columns, rows, createWriteStream(path))
  return { path, count }
}

test('a CSV starts with the mark and is read back as it was', async () => {
  const rows = [
    { id: 'A1', note: 'a, "b"\nc', amount: -5.5, ok: true, more: { a: 1 } },
    { id: 'A2', note: ' 张三 ', amount: null, ok: false },
  ]
  const { path, count } = await written('csv', ['id', 'note', 'amount', 'ok', 'more'], rows)
  assert.equal(count, 2)
  assert.ok((await readFile(path, 'utf8')).startsWith('\ufeffid,note,amount,ok,more\r\n'))
  const { rows: read } = await collect(readCsv(createReadStream(path)))
  assert.deepEqual(
    read.map(({ values }) => values),
    [
      ['A1', 'a, "b"\nc', '-5.5', 'true', '{"a":1}'],
      ['A2', ' 张三 ', '', 'false', ''],
    ],
  )
})

test('text that a spreadsheet would run is disarmed in CSV', async () => {
  const texts = ['=1+1', '+86', '-x', '@cmd', '\tx', '-12.5', 'a=b', "=cmd|' /C calc'!A0"]
  const { path } = await written(
    'csv',
    ['=name'],
    texts.map((text) => ({ '=name': text })),
  )
  const { columns, rows } = await collect(readCsv(createReadStream(path)))
  assert.deepEqual(columns, ["'=name"])
  assert.deepEqual(
    rows.map(({ values }) => values[0]),
    ["'=1+1", "'+86", "'-x", "'@cmd", "'\tx", '-12.5', 'a=b', "'=cmd|' /C calc'!A0"],
  )
})

test('JSONL keeps types and leaves out what is not there', async () => {
  const { path } = await written(
    'jsonl',
    ['a', 'b'],
    [
      { a: 1, b: undefined, c: 'not asked' },
      { a: null, b: [true] },
    ],
  )
  assert.equal(await readFile(path, 'utf8'), '{"a":1}\n{"a":null,"b":[true]}\n')
})

test('a workbook is read back with text, exact numbers, dates and no formula', async () => {
  const rows = [
    { phone: '13812345678', formula: '=1+1', amount: 0.1, at: new Date('2026-01-31T08:30:00Z'), ok: true, none: null },
  ]
  const { path } = await written('xlsx', Object.keys(rows[0] ?? {}), rows)
  const read = await collect(readXlsx(createReadStream(path)))
  assert.deepEqual(read.columns, ['phone', 'formula', 'amount', 'at', 'ok', 'none'])
  assert.deepEqual(read.rows, [
    {
      line: 2,
      number: 1,
      values: ['13812345678', '=1+1', 0.1, '2026-01-31T08:30:00', true, null],
      unreadable: undefined,
    },
  ])
})

test('100,000 rows are written at the pace of the reader', async () => {
  async function* rows() {
    for (let at = 0; at < 100_000; at += 1) yield { id: at, name: `张${at}` }
  }
  let bytes = 0
  const slow = new Writable({
    highWaterMark: 1024,
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      setImmediate(done)
    },
  })
  assert.equal(await writeTable('csv', ['id', 'name'], rows(), slow), 100_000)
  assert.ok(bytes > 1_000_000)
})

test('a stream that breaks ends the export with its error', async () => {
  async function* rows() {
    for (let at = 0; ; at += 1) yield { id: at }
  }
  for (const format of ['csv', 'jsonl', 'xlsx'] as const) {
    let written = 0
    const broken = new Writable({
      write(chunk: Buffer, _encoding, done) {
        written += chunk.length
        done(written > 100_000 ? new Error('disk full') : null)
      },
    })
    await assert.rejects(writeTable(format, ['id'], rows(), broken), /disk full/)
  }
})

const workbook = async (fill: (book: Excel.Workbook) => void) => {
  const book = new Excel.Workbook()
  fill(book)
  return Buffer.from(await book.xlsx.writeBuffer())
}

const open = (bytes: Buffer) => Readable.from([bytes])

test('cells of every kind come as plain values', async () => {
  const bytes = await workbook((book) => {
    book.addWorksheet('说明').addRow(['read me'])
    const sheet = book.addWorksheet('客户')
    sheet.addRow(['id', 'day', 'time', 'formula', 'rich', 'link', 'error', null, 'flag'])
    const row = sheet.addRow([
      13_800_138_001,
      new Date(Date.UTC(2026, 0, 31)),
      new Date(Date.UTC(2026, 0, 31, 8, 30, 15)),
      { formula: 'A2+1', result: 7 },
      { richText: [{ text: '张' }, { text: '三', font: { bold: true } }] },
      { text: 'site', hyperlink: 'https://example.com' },
      { error: '#N/A' },
    ])
    row.getCell(2).numFmt = 'yyyy-mm-dd'
    row.getCell(3).numFmt = 'yyyy-mm-dd hh:mm:ss'
    sheet.addRow([])
    sheet.addRow(['x'])
  })
  const { columns, rows } = await collect(readXlsx(open(bytes), { sheet: '客户' }))
  assert.deepEqual(columns, ['id', 'day', 'time', 'formula', 'rich', 'link', 'error', 'column 8', 'flag'])
  assert.deepEqual(
    rows.map(({ line, number, values }) => [line, number, values]),
    [
      [2, 1, [13_800_138_001, '2026-01-31', '2026-01-31T08:30:15', 7, '张三', 'site', '#N/A', null, null]],
      [4, 2, ['x', null, null, null, null, null, null, null, null]],
    ],
  )
  assert.deepEqual((await collect(readXlsx(open(bytes)))).columns, ['read me'], 'the first tab when none is named')
  const later = await collect(readXlsx(open(bytes), { sheet: '客户', startAfterLine: 2 }))
  assert.deepEqual(
    later.rows.map(({ number }) => number),
    [2],
  )
})

test('what is no workbook, or a damaged one, is told and does not wait for ever', async () => {
  const bytes = await workbook((book) => {
    const sheet = book.addWorksheet('s')
    for (let at = 0; at < 3000; at += 1) sheet.addRow([at, `name ${at * 7919}`])
  })
  const damaged = Buffer.from(bytes)
  const middle = Math.floor(bytes.length / 2)
  damaged.fill(7, middle, middle + 200)
  for (const [content, options] of [
    [Buffer.from('hello'), {}],
    [Buffer.alloc(0), {}],
    [bytes.subarray(0, middle), {}],
    [damaged, {}],
    [bytes, { sheet: 'other' }],
  ] as const)
    await assert.rejects(
      collect(readXlsx(open(content), options)),
      (error) => error instanceof Problem && error.code === 'customers.fileUnreadable',
    )
})
