import assert from 'node:assert/strict'
import test from 'node:test'
import { healthOf } from './source-health.ts'
import type { Source } from './source-shapes.ts'

const source: Source = {
  id: '1',
  name: 'website',
  kind: 'server',
  basis: 'contract',
  createdAt: '2026-11-01T00:00:00.000Z',
  duplicatesLastHour: 0,
  enabled: true,
  quotaPerSecond: 1000,
  personalRule: 'mask',
  lastSeenAt: null,
  acceptedLastHour: 0,
  rejectedLastHour: 0,
}

test('a source that sent nothing is quiet, one that was switched off is off', () => {
  assert.equal(healthOf(source), 'quiet')
  assert.equal(healthOf({ ...source, enabled: false, acceptedLastHour: 5 }), 'off')
})

test('more than one rejected message in a hundred is worth a look', () => {
  assert.equal(healthOf({ ...source, acceptedLastHour: 990, rejectedLastHour: 10 }), 'good')
  assert.equal(healthOf({ ...source, acceptedLastHour: 980, rejectedLastHour: 20 }), 'rejecting')
})
