import assert from 'node:assert/strict'
import test from 'node:test'
import { bankCardHint, idCardHint, repairNumber } from './check-digits.ts'
import { Check } from './contract.ts'
import { formatProblem } from './formats.ts'
import { regionOfPhone } from './phone-region.ts'
import { isRegionCode, regionName } from './regions.ts'
import { type Plain, verifier } from './verify.ts'

const holds = (check: unknown, value: Plain | undefined, other?: Plain, ageDays?: number) =>
  verifier(Check.parse(check))(value, { other: () => other, ageDays }) === undefined

test('each check says of a value whether it holds; without a value only `required` fails', () => {
  const range = { kind: 'range', min: 18, max: 70 }
  assert.deepEqual(
    [17, 18, '70', 70.5, 'old'].map((value) => holds(range, value)),
    [false, true, true, false, false],
  )
  const dates = { kind: 'range', min: '2020-01-01', max: '2020-12-31' }
  assert.deepEqual(
    ['2019-12-31', '2020-01-01', '2020-12-31T23:00:00.000Z', '2021-01-01', '5'].map((value) => holds(dates, value)),
    [false, true, true, false, false],
  )
  assert.equal(holds({ kind: 'length', min: 2, max: 3 }, '𠮷野'), true)
  assert.equal(holds({ kind: 'oneOf', values: ['a', 1] }, 1), true)
  assert.equal(holds({ kind: 'oneOf', values: ['a', 1] }, 'b'), false)
  assert.equal(holds({ kind: 'fresh', days: 30 }, 'x', undefined, 31), false)
  for (const check of [range, dates, { kind: 'pattern', pattern: 'x' }, { kind: 'format', format: 'phone' }])
    assert.equal(holds(check, undefined), true)
  assert.equal(holds({ kind: 'required' }, undefined), false)
  assert.equal(holds({ kind: 'required' }, ''), false)
  assert.equal(holds({ kind: 'required' }, 0), true)
})

test('two fields compare as numbers, dates or texts; different kinds are only different', () => {
  const lte = { kind: 'compare', operator: 'lte', other: 'limit' }
  assert.equal(holds(lte, '900', 1_000), true)
  assert.equal(holds(lte, 1_001, 1_000), false)
  assert.equal(holds(lte, '2024-02-01', '2024-10-01'), true)
  assert.equal(holds(lte, 'abc', 5), false)
  assert.equal(holds({ ...lte, operator: 'ne' }, 'abc', 5), true)
  assert.equal(holds(lte, 5, undefined), true)
})

test('a pattern that would make a backtracking engine stand still answers at once', () => {
  const startedAt = performance.now()
  assert.equal(holds({ kind: 'pattern', pattern: '^(a+)+$' }, `${'a'.repeat(900)}b`), false)
  assert.equal(holds({ kind: 'pattern', pattern: '^(\\w+\\s?)*$' }, `${'a'.repeat(900)}!`), false)
  assert.ok(performance.now() - startedAt < 1_000)
  assert.throws(() => verifier({ kind: 'pattern', pattern: '(?=look)' }), { code: 'quality.patternWrong' })
  assert.throws(() => verifier({ kind: 'pattern', pattern: '(' }), { code: 'quality.patternWrong' })
})

test('a wrong check digit is told with the digit it would have to be', () => {
  // GB 11643: 11010519491231002X; 440524188001010014. Luhn: 4111111111111111.
  assert.equal(idCardHint('110105194912310021'), 'X')
  assert.equal(idCardHint('440524188001010019'), '4')
  assert.equal(idCardHint('11010519491231002X'), undefined)
  assert.equal(idCardHint('110105194913310021'), undefined)
  assert.equal(bankCardHint('4111111111111112'), '1')
  assert.equal(bankCardHint('4111 1111 1111 1111'), undefined)
  assert.equal(
    formatProblem.idCard('110105194912310021'),
    'Not a resident identity number; the last character would have to be X',
  )
})

test('letters read for digits are mended, a wrong check digit is not', () => {
  assert.equal(repairNumber('idCard', '11O1O519491231002x'), '11010519491231002X')
  assert.equal(repairNumber('phone', '+86 138-OO13-8000'), '13800138000')
  assert.equal(repairNumber('bankCard', '4111 1111 1111 111l'), '4111111111111111')
  assert.equal(repairNumber('idCard', '110105194912310021'), undefined)
})

test('built-in formats', () => {
  const fits = (format: keyof typeof formatProblem, ...texts: string[]) =>
    texts.map((text) => formatProblem[format](text) === undefined)
  assert.deepEqual(fits('phone', '13800138000', '12800138000', '+86 13800138000'), [true, false, true])
  assert.deepEqual(fits('name', '张三', '阿卜杜拉·买买提', 'John Smith', '测试', '张先生', '123', '无'), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ])
  assert.deepEqual(fits('date', '2024-02-29', '2023-02-29', '2024/02/29', '2024-02-29T10:00:00.000Z'), [
    true,
    false,
    false,
    true,
  ])
  assert.deepEqual(fits('amount', '1.2万', '面议'), [true, false])
  assert.deepEqual(fits('region', '330106', '330100', '3301', '33', '999999', '339906', '3301061'), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ])
})

test('regions of codes and of mobile numbers', () => {
  assert.equal(regionName('330106', 'province'), '浙江省')
  assert.equal(regionName('330106', 'city'), '杭州市')
  assert.equal(regionName('110105', 'city'), '北京市')
  assert.equal(isRegionCode('110105'), true)
  assert.equal(regionOfPhone('13910001234'), '11')
  assert.equal(regionName(regionOfPhone('+86 138 0013 8000') ?? '', 'city'), '北京市')
  assert.equal(regionOfPhone('02088886666'), undefined)
})
