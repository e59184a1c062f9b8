import assert from 'node:assert/strict'
import test from 'node:test'
import { dateLikeness, readDate } from './dates.ts'

test('dates are read in the forms people write', () => {
  for (const text of ['1990-03-05', '1990/3/5', '1990年3月5日', '19900305', '1990-03-05T08:00:00Z', '1990.03.05'])
    assert.equal(readDate(text), '19900305', text)
  assert.equal(readDate('5 March'), undefined)
  assert.equal(readDate(''), undefined)
})

test('a swap, a slip of the key and a shared part say different things', () => {
  for (const [a, b, likeness] of [
    ['19900305', '19900305', 'same'],
    ['19900305', '19900503', 'swapped'],
    ['19900305', '19900306', 'typo'],
    ['19900305', '19900350', 'typo'],
    ['19900305', '19800305', 'typo'],
    ['19900305', '19710305', 'monthDay'],
    ['19900305', '19901128', 'year'],
    ['19900305', '19711128', 'other'],
  ] as const)
    assert.equal(dateLikeness(a, b), likeness, `${a} ${b}`)
})
