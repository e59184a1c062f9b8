import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import test from 'node:test'
import { MAX_ROW_LENGTH } from './csv-tokens.ts'
import { type JsonlOptions, readJsonl } from './read-jsonl.ts'
import type { RawRow } from './record.ts'

const read = async (content: string, options: JsonlOptions = {}, size = 65_536) => {
  const bytes = Buffer.from(content)
  const chunks: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size))
  const rows: RawRow[] = []
  let columns: readonly string[] = []
  for await (const batch of readJsonl(Readable.from(chunks), options)) {
    rows.push(...batch.rows)
    columns = batch.columns
  }
  return { columns, rows, values: rows.map((row) => row.unreadable?.code ?? row.values) }
}

test('keys are columns, as they come', async () => {
  for (const size of [1, 9, 1000])
    for (const end of ['\n', '\r\n', '\r']) {
      const lines = ['{"a":1,"b":"张三"}', '', '{"b":null,"c":{"d":[true]}}', '{"a":2}']
      const { columns, rows } = await read(lines.join(end), {}, size)
      assert.deepEqual(columns, ['a', 'b', 'c'])
      assert.deepEqual(
        rows.map(({ line, number, values }) => [line, number, ...values]),
        [
          [1, 1, 1, '张三'],
          [3, 2, undefined, null, { d: [true] }],
          [4, 3, 2, undefined, undefined],
        ],
      )
    }
})

test('a line that is no object is refused, the next is read', async () => {
  const { values, rows } = await read('{"a":1}\n{"a":\n[1]\n"x"\n{"a":"\u0000"}\n{"a":2}\n')
  assert.deepEqual(values, [[1], 'invalidJson', 'invalidJson', 'invalidJson', 'invalidCharacters', [2]])
  assert.equal(rows.at(-1)?.line, 6)
})

test('JSON nested without end is refused, not a crash', async () => {
  const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`
  assert.deepEqual((await read(`${deep}\n{"a":1}\n`)).values, ['invalidJson', [1]])
})

test('numbers too long for a double keep all their digits', async () => {
  const { values } = await read('{"id":110105194912310021,"amount":5000.5,"card":[6222021234567890128]}\n')
  assert.deepEqual(values, [['110105194912310021', 5000.5, ['6222021234567890128']]])
})

test('a line longer than the limit is refused and reading goes on after it', async () => {
  const { values, rows } = await read(`{"a":1}\n{"a":"${'x'.repeat(3 * MAX_ROW_LENGTH)}"}\n{"a":2}\n`)
  assert.deepEqual(values, [[1], 'tooLong', [2]])
  assert.equal(rows.at(-1)?.line, 3)
})

test('going on after a line gives the rows that follow, with the same numbers', async () => {
  const text = '{"a":1}\n\n{"a":2}\nx\n{"a":3}\n'
  const all = await read(text)
  for (const [at, row] of all.rows.entries())
    assert.deepEqual((await read(text, { startAfterLine: row.line })).rows, all.rows.slice(at + 1))
})

test('a key named __proto__ is a column like any other', async () => {
  const { columns, values } = await read('{"__proto__":"x"}\n')
  assert.deepEqual(columns, ['__proto__'])
  assert.deepEqual(values, [['x']])
})

test('a line with an escape that no store takes is refused, and no other', async () => {
  const { rows } = await read(
    '{"a":"x"}\n{"a":"\\u0000"}\n{"a":["\\ud800"]}\n{"\\u0000":1}\n{"a":"\\ud83d\\ude00 \\u4e2d"}\n',
  )
  assert.deepEqual(
    rows.map(({ unreadable }) => unreadable?.code),
    [undefined, 'invalidCharacters', 'invalidCharacters', 'invalidCharacters', undefined],
  )
})
