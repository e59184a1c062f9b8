import assert from 'node:assert/strict'
import test from 'node:test'
import { checkCharacter, isChineseId, parseChineseId } from './chinese-id.ts'

test('check characters of the published vectors', () => {
  // GB 11643-1999, annex
  assert.equal(checkCharacter('11010519491231002'), 'X')
  assert.equal(checkCharacter('44052418800101001'), '4')
})

test('a valid number says birthday, gender and place', () => {
  assert.deepEqual(parseChineseId('11010519491231002X'), {
    number: '11010519491231002X',
    birthday: '1949-12-31',
    gender: 'female',
    region: '110105',
    province: '北京市',
  })
  assert.equal(parseChineseId('440524188001010014')?.gender, 'male')
  assert.equal(parseChineseId('440524188001010014')?.province, '广东省')
})

test('lower-case x, full-width characters and spaces are accepted', () => {
  for (const text of ['11010519491231002x', '１１０１０５１９４９１２３１００２Ｘ', ' 110105 19491231 002X '])
    assert.equal(parseChineseId(text)?.number, '11010519491231002X')
})

test('the 15-digit form becomes the 18-character one', () => {
  assert.equal(parseChineseId('110105491231002')?.number, '11010519491231002X')
})

test('wrong check character, province, day, future birth or length is refused', () => {
  const wrong = (first17: string) => first17 + checkCharacter(first17)
  for (const text of [
    '110105194912310021',
    wrong('00010519491231002'), // no such province
    wrong('11010519490230002'), // 30 February
    wrong('11010519010229002'), // 1901 was no leap year
    wrong('11010519491301002'), // month 13
    wrong('11010517491231002'), // 1749
    wrong('11010529991231002'), // 2999
    '11010519491231002',
    '1101051949123100X2',
    '',
  ])
    assert.equal(parseChineseId(text), undefined, text)
  assert.equal(isChineseId(wrong('11010520000229002')), true)
  assert.equal(isChineseId(wrong('11010520260301002'), new Date('2026-02-28T15:59:59Z')), false)
  assert.equal(isChineseId(wrong('11010520260301002'), new Date('2026-02-28T16:00:00Z')), true, 'it is March in China')
})

test('every change of one digit of a valid number is noticed', () => {
  const number = '11010519491231002X'
  for (let at = 0; at < 17; at += 1)
    for (let digit = 0; digit < 10; digit += 1) {
      const changed = number.slice(0, at) + digit + number.slice(at + 1)
      if (changed !== number) assert.equal(isChineseId(changed), false, changed)
    }
})

test('the permanent resident card of foreigners has its place after the 9', () => {
  const first17 = '91115619800101001'
  assert.equal(parseChineseId(first17 + checkCharacter(first17))?.province, '外国人')
})
