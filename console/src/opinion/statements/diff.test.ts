import assert from 'node:assert/strict'
import test from 'node:test'
import { difference } from './diff.ts'

const join = (before: string, after: string, kinds: string[]) =>
  difference(before, after)
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ text }) => text)
    .join('')

test('both texts can be put together from the pieces', () => {
  const pairs = [
    ['费用已列明。欢迎监督。', '费用均已列明。欢迎监督。感谢。'],
    ['', '新的。'],
    ['旧的', ''],
    ['一。二。三。', '三。二。一。'],
    ['同', '同'],
  ] as const
  for (const [before, after] of pairs) {
    assert.equal(join(before, after, ['same', 'removed']), before)
    assert.equal(join(before, after, ['same', 'added']), after)
  }
})

test('inside a sentence only the changed characters are marked', () => {
  assert.deepEqual(difference('费用已列明。', '费用均已列明。'), [
    { kind: 'same', text: '费用' },
    { kind: 'added', text: '均' },
    { kind: 'same', text: '已列明。' },
  ])
})
