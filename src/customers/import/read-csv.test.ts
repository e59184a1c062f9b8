import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import test from 'node:test'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import iconv from 'iconv-lite'
import { MAX_ROW_LENGTH } from './csv-tokens.ts'
import { type CsvOptions, readCsv } from './read-csv.ts'
import type { RawRow } from './record.ts'

/** In pieces of any size, as a socket gives them. */
const pieces = (bytes: Buffer, size: number) => {
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  return Readable.from(chunks)
}

const read = async (content: string | Buffer, options: CsvOptions = {}, size = 65_536) => {
  const rows: RawRow[] = []
  let columns: readonly string[] = []
  let bytesRead = 0
  for await (const batch of readCsv(pieces(Buffer.from(content), size), options)) {
    rows.push(...batch.rows)
    columns = [...batch.columns]
    bytesRead = batch.bytesRead
  }
  return { columns, rows, bytesRead, values: rows.map((row) => row.unreadable?.code ?? row.values) }
}

test('quotes, doubled quotes, separators and line breaks inside fields', async () => {
  const text = 'id,name,note\n1,"张三","a, ""b""\nc"\n2,李四,\n3,5" disk,x\n'
  for (const size of [1, 2, 3, 7, 100]) {
    const { columns, rows, values } = await read(text, {}, size)
    assert.deepEqual(columns, ['id', 'name', 'note'])
    assert.deepEqual(values, [
      ['1', '张三', 'a, "b"\nc'],
      ['2', '李四', ''],
      ['3', '5" disk', 'x'],
    ])
    assert.deepEqual(
      rows.map(({ line, number }) => [line, number]),
      [
        [2, 1],
        [4, 2],
        [5, 3],
      ],
      'the line is where the record starts',
    )
  }
})

test('line ends may be LF, CRLF or CR, the last one may be missing, blank lines are passed over', async () => {
  for (const end of ['\n', '\r\n', '\r'])
    for (const last of ['', end])
      for (const size of [1, 3, 1000]) {
        const text = `a;b${end}1;"x${end}y"${end}${end}2;z${last}`
        const { values, rows } = await read(text, {}, size)
        assert.deepEqual(values, [
          ['1', `x${end}y`],
          ['2', 'z'],
        ])
        assert.equal(rows[1]?.line, 5)
      }
})

test('the separator is found, or is what was said, of any length', async () => {
  for (const separator of [',', ';', '\t', '|']) {
    const { columns, values } = await read(`a${separator}b${separator}c\n1${separator}"x,;y"${separator}3.5\n`)
    assert.deepEqual(columns, ['a', 'b', 'c'])
    assert.deepEqual(values, [['1', 'x,;y', '3.5']])
  }
  const febrl = await read('rec_id, given_name\nrec-1-org, ethan\nrec-2-org, "a, b"\n', { separator: ', ' })
  assert.deepEqual(febrl.values, [
    ['rec-1-org', 'ethan'],
    ['rec-2-org', 'a, b'],
  ])
  assert.deepEqual((await read('a||b\n1||2\n', { separator: '||' }, 1)).values, [['1', '2']])
  assert.deepEqual((await read('a\u0001b\n1\u00012\n', { separator: '\u0001' })).values, [['1', '2']])
})

test('one column, no rows and no bytes at all are files too', async () => {
  assert.deepEqual((await read('phone\n13800138001\n13900139002\n')).values, [['13800138001'], ['13900139002']])
  assert.deepEqual(await read('a,b\n'), { columns: ['a', 'b'], rows: [], values: [], bytesRead: 4 })
  assert.deepEqual((await read('')).columns, [])
})

test('a file without names has its columns numbered', async () => {
  const { columns, values } = await read('1,x\n2,y\n', { header: false })
  assert.deepEqual(columns, ['1', '2'])
  assert.equal(values.length, 2)
})

test('repeated and empty names can be told apart', async () => {
  assert.deepEqual((await read('phone, ,phone\n1,2,3\n')).columns, ['phone', 'column 2', 'phone (2)'])
})

test('encodings: UTF-8 with and without mark, GB18030, UTF-16 with mark; cut anywhere', async () => {
  const text = '姓名,城市\n张三,深圳市\n𠮷田,上海\n'
  const expected = [
    ['张三', '深圳市'],
    ['𠮷田', '上海'],
  ]
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
  for (const bytes of [Buffer.from(text), Buffer.from(`\ufeff${text}`), iconv.encode(text, 'gb18030'), utf16])
    for (const size of [1, 5, 1000]) {
      const { columns, values } = await read(bytes, {}, size)
      assert.deepEqual(columns, ['姓名', '城市'])
      assert.deepEqual(values, expected)
    }
})

test('GB18030 is recognised even when its first Chinese comes after 200 kB of ASCII', async () => {
  const text = `id,name\n${Array.from({ length: 20_000 }, (_, at) => `${at},name${at}\n`).join('')}x,张三\n`
  const { rows } = await read(iconv.encode(text, 'gb18030'))
  assert.deepEqual(rows.at(-1)?.values, ['x', '张三'])
})

test('a gzip file is known by its first bytes; one that was cut off is an error, not an end', async () => {
  const packed = gzipSync(`a,b\n${'1,2\n'.repeat(50_000)}`)
  const { rows, bytesRead } = await read(packed, {}, 100)
  assert.equal(rows.length, 50_000)
  assert.equal(bytesRead, packed.length)
  await assert.rejects(read(packed.subarray(0, packed.length - 20)), { code: 'customers.fileUnreadable' })
})

test('a row with too few or too many fields is refused with its line, the others stay', async () => {
  const { rows, values } = await read('a,b\n1,2\n3\n4,5,6\n7,8\n')
  assert.deepEqual(values, [['1', '2'], 'fieldCount', 'fieldCount', ['7', '8']])
  assert.deepEqual(
    rows.map(({ line }) => line),
    [2, 3, 4, 5],
  )
  assert.equal(rows[1]?.unreadable?.reason, 'The row has 1 fields where 2 are expected')
})

test('bytes that are no text, and NUL, cost their row only', async () => {
  const bytes = Buffer.concat([
    Buffer.from('id,name\n1,张三\n2,'),
    Buffer.from([0xff, 0xfe, 0x41]),
    Buffer.from('\n3,a\u0000b\n4,李四\n'),
  ])
  const { values } = await read(bytes, { encoding: 'utf-8' })
  assert.deepEqual(values, [['1', '张三'], 'invalidCharacters', 'invalidCharacters', ['4', '李四']])
})

test('a lost quote costs one row, wherever it stands', async () => {
  const { values } = await read('a,b\n1,"open\n2,x\n3,"y"\n4,z\n')
  assert.deepEqual(values, ['brokenQuote', ['2', 'x'], ['3', 'y'], ['4', 'z']])
  assert.deepEqual((await read('a,b\n1,"x"y\n2,z\n')).values, ['brokenQuote', ['2', 'z']])
  assert.deepEqual((await read('a,b\n1,z\n2,"open at the end\n')).values, [['1', 'z'], 'brokenQuote'])
})

test('a row longer than the limit is refused and reading goes on after it', async () => {
  const long = 'x'.repeat(MAX_ROW_LENGTH + 10)
  for (const field of [long, `"${long}"`]) {
    const { values, rows } = await read(`a,b\n1,2\n3,${field}\n4,5\n`)
    assert.deepEqual(values, [['1', '2'], 'tooLong', ['4', '5']])
    assert.equal(rows[2]?.line, 4)
  }
  const fits = 'x'.repeat(MAX_ROW_LENGTH - 100)
  assert.deepEqual((await read(`a,b\n3,"${fits}"\n`)).values, [['3', fits]])
})

test('going on after a line gives the rows that follow, with the same numbers', async () => {
  const text = 'a,b\n1,"x\ny"\n2,z\n\n3,w\n4,v\n'
  const all = await read(text)
  for (const [at, row] of all.rows.entries()) {
    const { rows } = await read(text, { startAfterLine: row.line })
    assert.deepEqual(rows, all.rows.slice(at + 1))
  }
})

test('batches are as small as asked', async () => {
  const sizes: number[] = []
  for await (const { rows } of readCsv(pieces(Buffer.from(`a\n${'1\n'.repeat(25)}`), 7), { batchRows: 10 }))
    sizes.push(rows.length)
  assert.ok(sizes.every((size) => size <= 10))
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    25,
  )
})

test('memory does not grow with the file', async () => {
  const block = Buffer.from(`1,"${'张三'.repeat(100)}",x\n`.repeat(100))
  const total = 300_000_000
  async function* bytes() {
    yield Buffer.from('a,b,c\n')
    for (let sent = 0; sent < total; sent += block.length) yield block
  }
  let rows = 0
  const peaks = [0, 0]
  for await (const batch of readCsv(Readable.from(bytes()))) {
    rows += batch.rows.length
    const half = batch.bytesRead < total / 2 ? 0 : 1
    peaks[half] = Math.max(peaks[half] ?? 0, process.memoryUsage().rss)
  }
  assert.equal(rows, Math.ceil(total / block.length) * 100)
  const [first = 0, second = 0] = peaks
  assert.ok(second < first + 60_000_000, `${first} then ${second} bytes`)
})

test('random tables are read as csv-parse reads them', async () => {
  let seed = 11
  const random = (below: number) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
  const alphabet = ['a', 'b', '1', '张', ' ', ',', ';', '"', '\n', '\r\n', "'", '', 'xyz', '𠮷']
  const field = () => Array.from({ length: random(6) }, () => alphabet[random(alphabet.length)]).join('')
  const written = (value: string) =>
    /[",;\r\n]|^ | $/.test(value) || random(4) === 0 ? `"${value.replaceAll('"', '""')}"` : value
  for (let round = 0; round < 400; round += 1) {
    const width = 2 + random(4)
    const table = Array.from({ length: 1 + random(8) }, () => Array.from({ length: width }, field))
    const separator = [',', ';'][random(2)] ?? ','
    const end = random(2) === 0 ? '\n' : '\r\n'
    const text = table.map((row) => row.map(written).join(separator) + end).join('')
    const mine = await read(text, { header: false, separator }, 1 + random(20))
    const theirs: string[][] = parse(text, {
      delimiter: separator,
      record_delimiter: ['\r\n', '\n'],
      skip_empty_lines: true,
    })
    assert.deepEqual(mine.values, theirs, JSON.stringify(text))
  }
})
