import assert from 'node:assert/strict'
import test from 'node:test'
import { editDistance } from './edit-distance.ts'
import { jaro, jaroWinkler } from './jaro-winkler.ts'

test('Jaro–Winkler gives the published figures', () => {
  // Winkler's examples and two short pinyin names: p = 0.1, prefix of at most 4, no boost threshold.
  const vectors = [
    ['MARTHA', 'MARHTA', 0.961111],
    ['DWAYNE', 'DUANE', 0.84],
    ['zhangwei', 'zhangwen', 0.95],
    ['liwu', 'luwu', 0.85],
  ] as const
  for (const [a, b, wanted] of vectors) {
    assert.ok(Math.abs(jaroWinkler(a, b) - wanted) < 5e-7, `${a} ${b} ${jaroWinkler(a, b)}`)
    assert.equal(jaroWinkler(b, a), jaroWinkler(a, b), 'either way round')
  }
  assert.ok(Math.abs(jaro('MARTHA', 'MARHTA') - 0.944444) < 5e-7)
  assert.equal(jaroWinkler('abc', 'xyz'), 0)
  assert.equal(jaroWinkler('', ''), 1)
  assert.equal(jaroWinkler('', 'a'), 0)
})

test('an edit is an insertion, a deletion, a replacement or a swap of neighbours', () => {
  for (const [a, b, distance] of [
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['abcd', 'acbd', 1],
    ['ca', 'abc', 3],
    ['13912345678', '13912346578', 1],
    ['', 'abc', 3],
    ['same', 'same', 0],
    ['张伟', '张玮', 1],
  ] as const)
    assert.equal(editDistance(a, b), distance, `${a} ${b}`)
})

test('a distance above the bound is the bound and one', () => {
  assert.equal(editDistance('abcdef', 'uvwxyz', 2), 3)
  assert.equal(editDistance('a', 'abcdef', 2), 3)
  assert.equal(editDistance('abc', 'abd', 2), 1)
})
