import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { type Definition, definitionIssues } from '../../../src/audiences/contract.ts'
import { anyDefinition } from '../../../test/audiences/definitions.ts'
import { changeNode, duplicateNode, emptySequence, emptyTrait, findNode, moveNode, parentOf } from './draft.ts'
import { fromDefinition } from './draft-read.ts'
import { isComplete, pathsOf, toDefinition } from './draft-write.ts'

const married: Definition = { trait: 'marital', is: 'married' }
const middleAged: Definition = { trait: 'age', between: [35, 50] }
const viewedTwice: Definition = {
  event: 'loan_viewed',
  count: { gte: 2 },
  within: '30 days',
  where: [{ property: 'amount', gte: 5000 }],
}

const rules: Record<string, Definition> = {
  'nested groups': { all: [married, { any: [middleAged, { not: { any: [married, viewedTwice] } }] }] },
  'not done': { all: [{ not: { event: 'loan_applied', within: '90 days' } }] },
  'sum of a property': { all: [{ event: 'repaid', sum: { property: 'amountFen', gt: 100 }, since: '2026-01-01' }] },
  'first occurrence': { any: [{ event: 'opened', first: { withinLast: '7 days' } }] },
  'property of the last occurrence': { any: [{ event: 'opened', last: { property: 'channel', is: 'app' } }] },
  'a set, a missing value, another audience': {
    all: [
      { trait: 'education', in: ['university.degree', 'professional.course'] },
      { trait: 'email', exists: false },
      { audience: '0198f2a0-0000-7000-8000-000000000001' },
    ],
  },
  'a sequence with what must not lie between': {
    all: [
      {
        sequence: [
          { event: 'loan_viewed', where: [{ property: 'channel', is: 'app' }] },
          { event: 'loan_applied', within: '7 days', without: [{ event: 'complained' }] },
          { event: 'repaid', did: false, within: '2 weeks' },
        ],
        overall: '30 days',
        by: 'applicationNo',
        within: '90 days',
      },
    ],
  },
  'a rule for each value of a property': {
    all: [{ event: 'repaid', count: { gte: 2 }, by: 'applicationNo', keys: { gte: 3 }, within: '1 year' }],
  },
  'ranks of everybody': {
    any: [
      { top: 100, of: { event: 'repaid', sum: 'amountFen', within: '1 year', where: [{ property: 'ok', is: true }] } },
      { bottom: 5, of: { trait: 'age' } },
      { percentile: [90, 100], of: { tag: 'score', asOf: '2026-01-31' } },
    ],
  },
  'tags, consent, reach, lists and chance': {
    all: [
      { tag: 'score', between: [0.5, 1], asOf: '2026-01-31' },
      { not: { tag: 'interests', in: ['旅行'] } },
      { consent: { purpose: 'marketing', channel: 'sms' }, is: 'granted' },
      { consent: { purpose: 'marketing' }, in: ['none', 'refused'], asOf: '2026-01-31' },
      { reachable: 'wechat', consent: { purpose: 'marketing' } },
      { list: '0198f2a0-0000-7000-8000-000000000002' },
      { split: { seed: 'exp1', from: 0.25, to: 0.5 } },
      { sample: { of: { any: [married, viewedTwice] }, size: 10, seed: 's' } },
      { not: { sample: { of: { all: [] }, share: 0.1, seed: 's' } } },
    ],
  },
  'members as they were': {
    any: [
      { audience: '0198f2a0-0000-7000-8000-000000000001', member: 'at last refresh' },
      { audience: '0198f2a0-0000-7000-8000-000000000001', member: 'ever' },
      { audience: '0198f2a0-0000-7000-8000-000000000001', left: { within: '30 days' } },
      { not: { audience: '0198f2a0-0000-7000-8000-000000000001', entered: { since: '2026-01-01' } } },
    ],
  },
  'what the builder has no form for': {
    all: [{ event: 'repaid', count: { gte: 1 }, sum: { property: 'amountFen', gt: 100 } }],
  },
}

for (const [name, definition] of Object.entries(rules)) {
  test(`a saved definition comes out of the builder as it went in: ${name}`, () => {
    assert.deepEqual(definitionIssues(definition), [])
    const draft = fromDefinition(definition)
    assert.ok(isComplete(draft))
    assert.deepEqual(toDefinition(draft), definition)
  })
}

test('a leaf with two comparisons becomes two conditions that must both hold', () => {
  const draft = fromDefinition({ any: [{ trait: 'age', gt: 18, lt: 60 }] })
  assert.deepEqual(toDefinition(draft), {
    any: [
      {
        all: [
          { trait: 'age', gt: 18 },
          { trait: 'age', lt: 60 },
        ],
      },
    ],
  })
})

test('"did: false" is shown as the negation it is', () => {
  const draft = fromDefinition({ all: [{ event: 'loan_applied', did: false }] })
  assert.deepEqual(toDefinition(draft), { all: [{ not: { event: 'loan_applied' } }] })
})

test('a condition moves within its group and into another, but a group never into itself', () => {
  const draft = fromDefinition({ all: [married, middleAged, { any: [viewedTwice] }] })
  const [first, , group] = draft.children
  assert.ok(first && group)
  assert.deepEqual(toDefinition(moveNode(draft, first.id, draft.id, 2)), {
    all: [middleAged, married, { any: [viewedTwice] }],
  })
  assert.deepEqual(toDefinition(moveNode(draft, first.id, group.id, 1)), {
    all: [middleAged, { any: [viewedTwice, married] }],
  })
  assert.equal(moveNode(draft, group.id, group.id, 0), draft)
})

test('each condition is found again by its path in the definition', () => {
  const draft = fromDefinition({ all: [married, { not: { any: [middleAged, { not: viewedTwice }] } }] })
  assert.deepEqual([...pathsOf(draft).keys()], ['all.0', 'all.1.not.any.0', 'all.1.not.any.1.not'])
})

test('a copy stands behind its original and has ids of its own', () => {
  const draft = fromDefinition({ all: [{ any: [viewedTwice] }, married] })
  const [group] = draft.children
  assert.ok(group)
  const copied = duplicateNode(draft, group.id)
  assert.deepEqual(toDefinition(copied), { all: [{ any: [viewedTwice] }, { any: [viewedTwice] }, married] })
  assert.notEqual(copied.children[0]?.id, copied.children[1]?.id)
})

test('a condition that is still being filled in makes the whole draft incomplete', () => {
  const draft = fromDefinition({ all: [married] })
  const grown = { ...draft, children: [...draft.children, emptyTrait()] }
  assert.equal(isComplete(grown), false)
  const [, added] = grown.children
  assert.ok(added)
  assert.ok(isComplete(changeNode(grown, added.id, () => undefined)))
})

test('whatever can be defined comes out of the builder as something that means the same and is stable', () => {
  fc.assert(
    fc.property(anyDefinition, (definition) => {
      const draft = fromDefinition(definition)
      const written = toDefinition(draft)
      assert.deepEqual(definitionIssues(written), [], JSON.stringify(written))
      assert.deepEqual(toDefinition(fromDefinition(written)), written)
    }),
    { numRuns: 500, seed: 5 },
  )
})

test('conditions move into and out of the group that a sample is taken of', () => {
  const draft = fromDefinition({ all: [married, { sample: { of: { all: [middleAged] }, size: 5, seed: 's' } }] })
  const [first, sample] = draft.children
  assert.ok(first && sample?.kind === 'sample')
  const moved = moveNode(draft, first.id, sample.of.id, 1)
  assert.deepEqual(toDefinition(moved), {
    all: [{ sample: { of: { all: [middleAged, married] }, size: 5, seed: 's' } }],
  })
  assert.equal(parentOf(moved, first.id)?.id, sample.of.id)
  assert.equal(findNode(moved, first.id)?.kind, 'trait')
  assert.deepEqual([...pathsOf(moved).keys()], ['all.0', 'all.0.sample.of.all.0', 'all.0.sample.of.all.1'])
  const copied = duplicateNode(moved, sample.id)
  assert.deepEqual(toDefinition(copied), {
    all: [toDefinition(sample), toDefinition(sample)].map(() => toDefinition(moved.children[0] ?? sample)),
  })
  assert.equal(isComplete(emptySequence()), false)
})
