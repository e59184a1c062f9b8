import assert from 'node:assert/strict'
import test from 'node:test'
import { type Definition, definitionIssues } from '../../../src/audiences/contract.ts'
import {
  changeNode,
  duplicateNode,
  emptyTrait,
  fromDefinition,
  isComplete,
  moveNode,
  pathsOf,
  toDefinition,
} from './draft.ts'

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
