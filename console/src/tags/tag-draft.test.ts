import assert from 'node:assert/strict'
import test from 'node:test'
import { fromTagDefinition, toTagDefinition } from './tag-draft.ts'
import type { TagDefinition } from './tag-shapes.ts'

test('what the form reads it writes again, for every kind', () => {
  const events = { event: 'paid', within: '90 days', where: [{ property: 'channel', is: 'app' }] }
  const definitions: TagDefinition[] = [
    { kind: 'manual', values: ['金', '银'], multi: true, type: 'string' },
    {
      kind: 'rule',
      values: [{ value: '是', when: { all: [{ trait: 'age', gte: 30 }] } }],
      otherwise: '否',
    },
    { kind: 'statistic', events, measure: 'sum', property: ['plan', 'amount'], as: 'string', none: 'zero' },
    { kind: 'preference', events, property: 'shop', weigh: { sum: 'amount' }, top: 2, minShare: 0.3, minEvents: 3 },
    {
      kind: 'rfm',
      events,
      amount: 'amount',
      order: 'order',
      as: 'class',
      cut: { recency: 30, frequency: 3, monetary: 1000 },
      among: { trait: 'city', is: '上海' },
    },
    { kind: 'bands', of: { trait: 'age' }, cut: { edges: [25, 40] }, labels: ['青年', '中年', '老年'] },
    { kind: 'sql', sql: 'select customer_no, 1 as value from customers', type: 'number', multi: false },
    { kind: 'model', of: { score: 'churn' }, take: 'bands', cut: { quantiles: 5 }, freshDays: 30 },
    { kind: 'text', measure: 'topics', events: ['feedback'], withinDays: 30, top: 3 },
  ]
  for (const definition of definitions)
    assert.deepEqual(toTagDefinition(fromTagDefinition(definition)), definition, definition.kind)
})
