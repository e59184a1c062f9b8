import assert from 'node:assert/strict'
import test from 'node:test'
import { readResults, textIn } from './results-csv.ts'
import { outcomeNames } from './task-shapes.ts'
import { en, zh } from './words.ts'

const outcomes = new Map([
  ...outcomeNames.map((code) => [code.toLowerCase(), code] as const),
  ...outcomeNames.map((code) => [zh.words.outcomes[code].toLowerCase(), code] as const),
])
const read = (text: string) => readResults(text, [zh.words.columns, en.words.columns], outcomes)

test('columns by heading in any order, with quotes, line breaks and a mark of order of bytes', () => {
  const { results, faults } = read(
    '\uFEFF结果,任务编号,备注\r\n有意向,12,"想了解""额度"",\n下周再说"\r\nnoAnswer,13,\r\n',
  )
  assert.deepEqual(results, [
    { line: 2, taskId: 12, outcome: 'interested', note: '想了解"额度",\n下周再说' },
    { line: 4, taskId: 13, outcome: 'noAnswer', note: '' },
  ])
  assert.deepEqual(faults, [])
})

test('pasted cells without a heading; times without a zone are of Shanghai', () => {
  const { results } = read('7\tbusy\t\t15\t2026/9/7 9:05\n8\t投诉\t不满\t\t2026-09-07T01:05:00Z')
  assert.deepEqual(results, [
    { line: 1, taskId: 7, outcome: 'busy', note: '', seconds: 15, at: '2026-09-07T01:05:00.000Z' },
    { line: 2, taskId: 8, outcome: 'complaint', note: '不满', at: '2026-09-07T01:05:00.000Z' },
  ])
})

test('what is wrong in a line is named and does not stop the others', () => {
  const { results, faults } = read(
    'taskId,outcome,note,seconds,at\nx,busy\n1,喜欢\n2,busy,,一分钟\n3,busy,,,昨天\n4,busy',
  )
  assert.deepEqual(
    faults.map(({ line, fault }) => [line, fault]),
    [
      [2, 'taskId'],
      [3, 'outcome'],
      [4, 'seconds'],
      [5, 'at'],
    ],
  )
  assert.deepEqual(
    results.map(({ taskId }) => taskId),
    [4],
  )
})

test('files of spreadsheets in GBK are read', () => {
  assert.equal(textIn(Uint8Array.from([0xd3, 0xd0, 0xd2, 0xe2, 0xcf, 0xf2]).buffer), '有意向')
})
