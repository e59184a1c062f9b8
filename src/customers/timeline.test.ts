import assert from 'node:assert/strict'
import test from 'node:test'
import { startTestApp } from '#test'

interface Found {
  items: { id: string }[]
}
interface Page {
  items: { event: string }[]
}

test('two readers of one customer at the same time both see all his events', async () => {
  const { ok, send, call } = await startTestApp()
  const { writeKey } = await ok<{ writeKey: string }>('POST', '/api/sources', { name: 'web' })
  for (const event of ['Viewed', 'Applied']) await send(writeKey, '/v1/track', { event, userId: 'reader-1' })
  const { items } = await ok<Found>('POST', '/api/customers/search', {
    identifier: { kind: 'accountId', value: 'reader-1' },
  })
  const path = `/api/customers/${items[0]?.id}/timeline`
  const pages = await Promise.all(Array.from({ length: 12 }, () => call<Page>('GET', path)))
  assert.deepEqual(
    pages.map(({ body }) => body.items.length),
    pages.map(() => 2),
  )
})
