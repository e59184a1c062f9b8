import assert from 'node:assert/strict'
import test from 'node:test'
import { checkCharacterOf, idNumberOf } from './id-numbers.ts'
import { phoneOf } from './phones.ts'
import { seedOf } from './random.ts'

test('the check character is that of GB 11643', () => {
  // The standard's own examples.
  assert.equal(checkCharacterOf('11010519491231002'), 'X')
  assert.equal(checkCharacterOf('44052418800101001'), '4')
})

test('a number says birthday and gender, and names a prefecture that never was', () => {
  const seed = seedOf('ids')
  for (let person = 0; person < 5_000; person++) {
    const male = person % 2 === 0
    const { idCard, birthday } = idNumberOf(seed, person, { province: '44', birthYear: 1990, male })
    assert.match(idCard, /^4499(?!00)\d\d1990\d{7}[\dX]$/)
    assert.equal(birthday.replaceAll('-', ''), idCard.slice(6, 14))
    assert.equal(new Date(birthday).toISOString().slice(0, 10), birthday)
    assert.equal(Number(idCard.charAt(16)) % 2 === 1, male)
    assert.equal(checkCharacterOf(idCard), idCard.charAt(17))
  }
})

test('phones have the form of mobile numbers in a range without subscribers, two for each person', () => {
  const seed = seedOf('phones')
  const seen = new Set<string>()
  for (let person = 0; person < 50_000; person++) {
    for (const slot of [0, 1] as const) {
      const phone = phoneOf(seed, person, slot)
      assert.match(phone, /^179\d{8}$/)
      seen.add(phone)
    }
  }
  assert.equal(seen.size, 100_000)
})
