import assert from 'node:assert/strict'
import test from 'node:test'
import type { Definition } from './definition-contract.ts'
import { listsNamed, tagsNamed } from './mentions-contract.ts'
import { whole, windowEdges } from './window-edges.ts'

const id = '7f3b1c7e-8f0a-4c58-9a55-0d6c3f2e9b11'
const list = '1c9a3a51-30a8-4c6f-8d0a-52f3a2f0a009'

test('every comparison with the clock is an edge, also behind an audience', () => {
  const named: Definition = { not: { event: 'repaid', last: { olderThan: '7 days' } } }
  const definition: Definition = {
    all: [
      { trait: 'birthday', withinNext: '1 month' },
      { event: 'viewed', within: 'this month', where: [{ property: 'due', withinLast: '3 days' }] },
      {
        sequence: [{ event: 'a' }, { event: 'b', did: false, within: '2 days' }],
        within: '30 days',
      },
      { sample: { of: { tag: 'due', olderThan: '1 year' }, share: 0.5, seed: 's' } },
      { audience: id },
      { trait: 'age', gte: 18 },
      { event: 'viewed', since: '2026-01-01' },
    ],
  }
  assert.deepEqual(windowEdges(definition, new Map([[id, named]])), [
    { path: 'all.0', of: { trait: 'birthday' }, operator: 'withinNext', span: '1 month' },
    { path: 'all.1', of: { event: 'viewed' }, operator: 'withinLast', span: 'this month' },
    { path: 'all.1', of: { event: 'viewed', property: 'due' }, operator: 'withinLast', span: '3 days' },
    { path: 'all.2', of: { event: 'a' }, operator: 'withinLast', span: '30 days' },
    { path: 'all.2', of: { event: 'b' }, operator: 'withinLast', span: '30 days' },
    { path: 'all.2', of: { event: 'a' }, operator: 'olderThan', span: '2 days' },
    { path: 'all.3.sample.of', of: { tag: 'due' }, operator: 'olderThan', span: '1 year' },
    { path: 'all.4', of: { event: 'repaid' }, operator: 'olderThan', span: '7 days' },
  ])
})

test('a rank, a sample of a size and stored members need everybody; own facts do not', () => {
  const rank: Definition = { top: 10, of: { trait: 'age' } }
  const facts: Definition = { any: [{ tag: 'score', gte: 1 }, { list }, { split: { seed: 's', from: 0, to: 0.5 } }] }
  assert.equal(whole({ not: { all: [facts, rank] } }), true)
  assert.equal(whole(facts), false)
  assert.equal(whole({ sample: { of: facts, share: 0.1, seed: 's' } }), false)
  assert.equal(whole({ sample: { of: facts, size: 10, seed: 's' } }), true)
  assert.equal(whole({ audience: id, left: { within: '30 days' } }), true)
  assert.equal(whole({ audience: id }, new Map([[id, rank]])), true)
  assert.equal(whole({ audience: id }, new Map([[id, { audience: id }]])), false)
})

test('tags and lists are found wherever they are named', () => {
  const definition: Definition = {
    sample: {
      of: { any: [{ percentile: [90, 100], of: { tag: 'score' } }, { tag: 'x', is: 1 }, { list }] },
      size: 1,
      seed: 's',
    },
  }
  assert.deepEqual(tagsNamed(definition), ['score', 'x'])
  assert.deepEqual(listsNamed({ all: [definition, { list: list.toUpperCase() }] }), [list])
})
