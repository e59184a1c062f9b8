import assert from 'node:assert/strict'
import test from 'node:test'
import { ch } from '#platform'
import { startTestApp } from '#test'
import { aFile, counts, imported } from './support.ts'

test('values that no store can hold cost their row or their cell, never the import', async () => {
  const app = await startTestApp({ work: true })
  const mapping = {
    format: { type: 'jsonl' },
    columns: {
      id: { identifier: 'accountId' },
      note: { trait: 'note', type: 'string' },
      on: { trait: 'validUntil', type: 'date' },
      at: { trait: 'seenAt', type: 'datetime' },
      n: { trait: 'n', type: 'number' },
      constructor: { trait: '__proto__', type: 'string' },
    },
  }
  const lines = [
    '{"id":"good-1","note":"fine","on":"2026-01-01"}',
    '{"id":"nul-1","note":"a\\u0000b"}',
    '{"id":"nul\\u0000id","note":"x"}',
    '{"id":"half-1","note":"a\\ud800b"}',
    '{"id":"for-ever","on":"9999-12-31","at":"9999-12-31T23:59:59-12:00"}',
    '{"id":"from-the-start","on":"0001-01-01","at":"0001-01-01T00:00:00Z"}',
    '{"id":"no-day","on":"2026-02-30","at":"2026-02-30T00:00:00Z"}',
    '{"id":"too-much","n":1e400}',
    '{"id":"much","n":1e308}',
    '{"id":"proto","__proto__":"x","constructor":"y"}',
    '{"id":"good-2","note":"fine"}',
  ]
  const run = await imported(app, 'customers', aFile(lines.join('\n'), 'odd.jsonl'), mapping)
  assert.equal(run.error, null)
  assert.deepEqual([run.state, counts(run)], ['done', { read: 11, accepted: 8, merged: 0, rejected: 3 }])
  const rows = await app.ctx.ch.rows<{ text: string; moment: string | null }>(
    ch.sql`select text, moment from traits where trait = 'validUntil' order by text`,
  )
  assert.deepEqual(
    rows.map(({ text, moment }) => [text, moment?.slice(0, 10)]),
    [
      ['2026-01-01', '2026-01-01'],
      ['9999-12-31', '2299-12-31'],
    ],
  )
})
