import assert from 'node:assert/strict'
import test from 'node:test'
import { startTestApp } from '#test'

test('values that no store can hold are refused or found missing, never a failure of ours', async () => {
  const { call, send, ok, logged } = await startTestApp()
  const { writeKey } = await ok<{ writeKey: string }>('POST', '/api/sources', { name: 'web' })
  await send(writeKey, '/v1/track', { event: 'Seen', userId: 'odd' })
  const odd: [verb: 'GET' | 'POST' | 'PUT' | 'PATCH', path: string, body?: unknown][] = [
    ['GET', '/api/customers/9999999999'],
    ['GET', '/api/customers/9999999999/timeline'],
    ['GET', '/api/customers/1/timeline?before=999999999999999.1'],
    ['GET', '/api/customers/1/timeline?before=1.99999999999999999999'],
    ['GET', '/api/customers/1/timeline?before=%2B275760-09-13T00:00:00Z'],
    ['GET', '/api/customers/1/timeline?since=9999-12-31T23:59:59Z'],
    ['GET', '/api/customers/1/timeline?since=0001-01-01T00:00:00Z'],
    ['GET', '/api/customers/1/timeline?event=%00'],
    ['GET', '/api/events/count?event=%00%FF&since=0000-01-01T00:00:00Z&until=9999-12-31T23:59:59Z'],
    ['POST', '/api/customers/search', { after: '9'.repeat(40) }],
    ['POST', '/api/customers/search', { text: 'a\u0000b' }],
    ['POST', '/api/customers/search', { text: '\ud800' }],
    ['POST', '/api/customers/search', { identifier: { kind: 'accountId', value: '\u0000' } }],
    ['POST', '/api/customers/merge', { into: '9999999999', from: '1', reason: 'because' }],
    ['POST', '/api/customers/1/unmerge', { from: '9999999999', reason: 'because' }],
    ['POST', '/api/customers/1/unmask', { purpose: 'see \u0000 it' }],
    ['POST', '/api/conflicts/99999999999999999999999/decide', { decision: 'different', reason: 'because' }],
    ['GET', '/api/sources/99999/minutes'],
    ['GET', '/api/sources/99999/debugger'],
    ['PATCH', '/api/sources/99999', { name: 'x' }],
    ['POST', '/api/sources/99999/rotate-key'],
    ['POST', '/api/sources', { name: 'a\u0000b' }],
    ['POST', '/api/sources', { name: '\ud800' }],
    ['PUT', '/api/traits/a%00b', { title: 'x' }],
    ['PUT', '/api/traits/ok', { title: 'a\u0000b', allowed: ['\u0000', '\ud800'] }],
    ['POST', '/api/outbox/99999999999999999999/retry'],
    ['GET', '/api/audit?before=99999999999999999999'],
    ['GET', '/api/audit?actor=%00'],
    ['POST', '/api/session', { login: 'a\u0000b', password: 'x\u0000y' }],
    ['POST', '/api/users', { login: 'nul\u0000', name: 'n\u0000', roles: ['admin'] }],
    ['POST', '/api/keys', { name: 'n\u0000', roles: ['admin'] }],
    ['POST', '/api/audiences', { name: 'n\u0000', definition: { trait: 'a', is: '\u0000' } }],
    ['POST', '/api/audiences/estimate', { definition: { trait: 'a\u0000', is: '\ud800' } }],
    ['POST', '/api/audiences/estimate', { definition: { trait: 'a', gte: 1e308 } }],
    ['POST', '/api/audiences/estimate', { definition: { event: 'Seen', count: { gte: 1e300 } } }],
    ['POST', '/api/audiences/estimate', { definition: { event: 'Seen', within: '999999999999 days' } }],
    ['POST', '/api/audiences/estimate', { definition: { trait: 'a', after: '9999-12-31T23:59:59Z' } }],
    ['POST', '/api/audiences/estimate', { definition: { trait: 'a', before: '0001-01-01' } }],
  ]
  const { id } = await ok<{ id: string }>('POST', '/api/audiences', { name: 'odd', definition: { event: 'Seen' } })
  await ok('POST', `/api/audiences/${id}/refresh`)
  odd.push(
    ['GET', `/api/audiences/${id}/members?after=99999999999`],
    ['GET', `/api/audiences/${id}/members?after=4294967295&limit=500`],
    ['GET', `/api/audiences/${id}/changes?since=99999999999`],
    ['GET', `/api/audiences/${id}/changes?since=-1`],
    ['GET', `/api/audiences?after=${id}&search=%00`],
    ['GET', '/api/audiences?after=00000000-0000-0000-0000-000000000000&search=%25_'],
    ['POST', '/api/exports', { ids: ['9999999999'] }],
    ['POST', '/api/imports', { kind: 'events', path: '/etc/passwd\u0000', mapping: { columns: {} } }],
    ['GET', '/api/imports/999999999'],
    ['GET', '/api/imports/999999999/rejects?limit=1&after=99999999999999'],
    ['POST', '/v1/batch', '{"batch":'],
  )
  const failed: unknown[] = []
  for (const [verb, path, body] of odd) {
    const answer = await call<{ code?: string }>(verb, path, body)
    if (answer.status >= 500) failed.push([verb, path, body, answer.body])
  }
  assert.deepEqual(failed, [], logged.join(''))
})
