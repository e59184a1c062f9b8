import assert from 'node:assert/strict'
import test from 'node:test'
import type { TraitType } from './mapping-contract.ts'
import type { Json } from './record.ts'
import { valueParser } from './typed-value.ts'

const parsed = (type: TraitType, value: Json) => {
  const result = valueParser(type)?.(value)
  return typeof result === 'object' ? (result.number ?? result.text) : undefined
}

test('whole numbers: grouped, full-width and with empty decimals; never 1.5', () => {
  const rows: [Json, number | undefined][] = [
    ['35', 35],
    [' 35 ', 35],
    ['+35', 35],
    ['-35', -35],
    ['-0', 0],
    ['1,234', 1234],
    ['1,234,567', 1_234_567],
    ['１，２３４', 1234],
    ['１２３', 123],
    ['17850.0', 17_850],
    ['1e3', 1000],
    [35, 35],
    ['1.5', undefined],
    [1.5, undefined],
    ['1,23', undefined],
    ['12,34,567', undefined],
    ['0x10', undefined],
    ['', undefined],
    ['abc', undefined],
    ['１２a', undefined],
    ['Infinity', undefined],
    ['9007199254740993', undefined],
    [true, undefined],
    [{ a: 1 }, undefined],
  ]
  for (const [value, expected] of rows) assert.equal(parsed('integer', value), expected, JSON.stringify(value))
})

test('numbers', () => {
  const rows: [Json, number | undefined][] = [
    ['12.5', 12.5],
    ['.5', 0.5],
    ['1,234.56', 1234.56],
    ['-36.4', -36.4],
    ['1e-5', 0.00001],
    ['NaN', undefined],
    ['1.2.3', undefined],
    ['12%', undefined],
  ]
  for (const [value, expected] of rows) assert.equal(parsed('number', value), expected, JSON.stringify(value))
})

test('yes and no in both languages', () => {
  for (const value of ['是', 'yes', 'Y', 'TRUE', '1', 1, true, '有']) assert.equal(parsed('boolean', value), 1)
  for (const value of ['否', 'no', 'N', 'False', '0', 0, false, '无']) assert.equal(parsed('boolean', value), 0)
  for (const value of ['maybe', '2', '']) assert.equal(parsed('boolean', value), undefined)
})

test('a date is the calendar day as written, whatever the zone', () => {
  for (const text of ['2026-01-31', '2026/1/31', '20260131', '2026年1月31日', '２０２６-01-31', '2026-01-31 23:59:59'])
    assert.deepEqual(valueParser('date')?.(text), {
      type: 'date',
      text: '2026-01-31',
      number: null,
      moment: Date.UTC(2026, 0, 31),
    })
  assert.equal(parsed('date', 20_260_131), '2026-01-31')
  assert.equal(parsed('date', '45000'), undefined, 'a serial only where the mapping says so')
  assert.equal(parsed('datetime', '2026-01-31 12:00'), '2026-01-31T04:00:00.000Z')
})

test('text is kept but for the spaces around it', () => {
  assert.equal(parsed('string', ' 张 三 '), '张 三')
  assert.equal(parsed('string', 17_850), '17850')
  assert.equal(parsed('string', true), 'true')
  assert.equal(parsed('string', { a: [1] }), '{"a":[1]}')
  assert.equal(parsed('string', 'x'.repeat(10_001)), undefined)
})
