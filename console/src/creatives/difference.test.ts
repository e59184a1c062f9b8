import assert from 'node:assert/strict'
import test from 'node:test'
import { difference, fieldDifferences } from './difference.ts'

test('what changed is told by character, what stayed is kept', () => {
  assert.deepEqual(difference('年化利率10.80%', '年化利率12.00%起'), [
    { kind: 'same', text: '年化利率1' },
    { kind: 'gone', text: '0' },
    { kind: 'new', text: '2' },
    { kind: 'same', text: '.' },
    { kind: 'gone', text: '8' },
    { kind: 'same', text: '0' },
    { kind: 'new', text: '0' },
    { kind: 'same', text: '%' },
    { kind: 'new', text: '起' },
  ])
  assert.deepEqual(difference('', ''), [])
  const [before, after] = ['旧文一句', '新文一句话']
  const parts = difference(before, after)
  assert.equal(
    parts
      .filter(({ kind }) => kind !== 'new')
      .map(({ text }) => text)
      .join(''),
    before,
  )
  assert.equal(
    parts
      .filter(({ kind }) => kind !== 'gone')
      .map(({ text }) => text)
      .join(''),
    after,
  )
})

test('only fields that differ are listed, also those that came or went', () => {
  const found = fieldDifferences(
    { text: 'a', list: [{ x: '1' }, { x: '2' }], gone: 'g' },
    { text: 'a', list: [{ x: '1' }, { x: '3' }] },
  )
  assert.deepEqual(
    found.map(({ path }) => path),
    ['list.1.x', 'gone'],
  )
})
