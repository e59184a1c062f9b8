import assert from 'node:assert/strict'
import test from 'node:test'
import { Definition, definitionIssues, definitionLimits } from './definition-contract.ts'
import { audiencesNamed } from './mentions-contract.ts'

const id = '7f3b1c7e-8f0a-4c58-9a55-0d6c3f2e9b11'
const paths = (value: unknown) => definitionIssues(value).map(({ path }) => path.join('.'))

test('the definition of the contract is accepted as it is', () => {
  const definition = {
    all: [
      { trait: 'marital', is: 'married' },
      { trait: 'age', between: [35, 50] },
      { any: [{ trait: 'education', in: ['university.degree'] }] },
      { event: 'loan_viewed', count: { gte: 2 }, within: '30 days', where: [{ property: 'amount', gte: 5000 }] },
      { not: { event: 'loan_applied', within: '90 days' } },
    ],
  }
  assert.deepEqual(Definition.parse(definition), definition)
})

test('every fault is named by its path', () => {
  for (const [value, path] of [
    [{ all: [{ trait: 'age', greater: 5 }] }, 'all.0.greater'],
    [{ all: [], some: [] }, 'some'],
    [{ any: [{ not: { all: [{ event: 'a', whithin: '3 days' }] } }] }, 'any.0.not.all.0.whithin'],
    [
      {
        event: 'a',
        where: [
          { property: 'b', is: 1 },
          { property: 'b', iss: 1 },
        ],
      },
      'where.1.iss',
    ],
    [{ event: 'a', last: { olderthan: '3 days' } }, 'last.olderthan'],
    [{ event: 'a', count: { gte: -1 } }, 'count.gte'],
    [{ event: 'a', count: { gte: 1.5 } }, 'count.gte'],
    [{ event: 'a', within: '30 dys' }, 'within'],
    [{ event: 'a', within: '200 years' }, 'within'],
    [{ trait: 'a', between: [5, 4] }, 'between'],
    [{ trait: 'a', between: ['2026-02-30', '2026-03-01'] }, 'between.0'],
    [{ trait: 'a', after: '2026-01-01T00:00:00' }, 'after'],
    [{ trait: 'a', is: 'nul\u0000' }, 'is'],
    [{ trait: 'a', is: 'half a pair \ud800' }, 'is'],
    [{ trait: '', is: 1 }, 'trait'],
    [{ trait: 'a', in: [] }, 'in'],
    [{ audience: 'everyone' }, 'audience'],
    [{ audience: id, member: 'sometimes' }, 'member'],
    [{ audience: id, entered: { whithin: '3 days' } }, 'entered.whithin'],
    [{ list: 'vips' }, 'list'],
    [{ event: 'a', keys: { gte: 2 } }, 'keys'],
    [{ sequence: [{ event: 'a' }] }, 'sequence'],
    [{ sequence: [{ event: 'a', within: '1 day' }, { event: 'b' }] }, 'sequence.0.within'],
    [{ sequence: [{ event: 'a' }, { event: 'b', within: '1 month' }] }, 'sequence.1.within'],
    [{ sequence: [{ event: 'a' }, { event: 'b', did: false }] }, 'sequence.1.within'],
    [{ sequence: [{ event: 'a', did: false }, { event: 'b' }] }, 'sequence.0.did'],
    [{ sequence: [{ event: 'a' }, { event: 'b', without: [{ evnt: 'c' }] }] }, 'sequence.1.without.0.evnt'],
    [{ top: 0, of: { trait: 'age' } }, 'top'],
    [{ top: 5, of: { event: 'a', summ: 'b' } }, 'of.summ'],
    [{ top: 5, of: { event: 'a', sum: 'b', avg: 'b' } }, 'of'],
    [{ bottom: 5, of: {} }, 'of'],
    [{ percentile: [10, 10], of: { tag: 'a' } }, 'percentile'],
    [{ percentile: [10, 101], of: { tag: 'a' } }, 'percentile.1'],
    [{ tag: 'a', asOf: 'monday', is: 1 }, 'asOf'],
    [{ consent: { purpose: 'a' }, is: 'maybe' }, 'is'],
    [{ consent: { porpose: 'a' }, is: 'none' }, 'consent.porpose'],
    [{ reachable: 'pigeon' }, 'reachable'],
    [{ split: { seed: 's', from: 0.5, to: 0.5 } }, 'split.to'],
    [{ sample: { of: { all: [{ trait: 'a', iz: 1 }] }, share: 0.1, seed: 's' } }, 'sample.of.all.0.iz'],
    [{ sample: { of: { all: [] }, share: 0.1, size: 5, seed: 's' } }, 'sample'],
    [{ sample: { of: { all: [] }, size: 5, seed: 's' }, by: 'x' }, 'by'],
  ] as [unknown, string][])
    assert.deepEqual(paths(value), [path], JSON.stringify(value))
})

test('a leaf that compares with nothing, or with too much, is refused', () => {
  assert.deepEqual(paths({ trait: 'a' }), [''])
  assert.deepEqual(paths({ trait: 'a', exists: false, is: 1 }), [''])
  assert.deepEqual(paths({ tag: 'a', asOf: '2026-01-01' }), [''])
  assert.deepEqual(paths({ consent: { purpose: 'a' } }), [''])
  assert.deepEqual(paths({ audience: id, member: 'ever', left: { within: '1 day' } }), [''])
  assert.deepEqual(paths({ event: 'a', within: 'today', since: '2026-01-01' }), [''])
  assert.deepEqual(paths({ event: 'a', where: [{ property: 'b' }] }), ['where.0'])
  for (const value of [null, 5, 'all', [], {}, { toString: 1 }]) assert.equal(paths(value).length, 1)
})

const nested = (depth: number): unknown => (depth === 1 ? { all: [] } : { not: nested(depth - 1) })
const wide = (nodes: number) => ({ any: Array.from({ length: nodes - 1 }, () => ({ event: 'a' })) })

test('size is bounded: depth, conditions, bytes', () => {
  assert.deepEqual(paths(nested(definitionLimits.depth)), [])
  assert.equal(paths(nested(definitionLimits.depth + 1)).length, 1)
  assert.equal(paths(nested(5000)).length, 1)
  assert.deepEqual(paths(wide(definitionLimits.nodes)), [])
  assert.equal(paths(wide(definitionLimits.nodes + 1)).length, 1)
  const long = '语'.repeat(1000)
  assert.deepEqual(paths({ trait: 'a', in: Array.from({ length: 20 }, () => long) }), [])
  assert.equal(paths({ trait: 'a', in: Array.from({ length: 22 }, () => long) }).length, 1)
})

test('audiences named anywhere in a definition are found once', () => {
  const id = '7F3B1C7E-8F0A-4C58-9A55-0D6C3F2E9B11'
  const definition = Definition.parse({ all: [{ not: { audience: id } }, { any: [{ audience: id.toLowerCase() }] }] })
  assert.deepEqual(audiencesNamed(definition), [id.toLowerCase()])
})
