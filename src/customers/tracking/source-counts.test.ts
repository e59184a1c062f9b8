import assert from 'node:assert/strict'
import test from 'node:test'
import { startTestApp } from '#test'
import { createSource, openSources } from './sources.ts'

interface Minutes {
  items: { accepted: number; rejected: number }[]
}

test('counts that could not be written are written later, once, with what came meanwhile', async () => {
  const { ctx, ok } = await startTestApp()
  const { id } = await createSource(ctx, {
    name: 'web',
    kind: 'web',
    quotaPerSecond: 10,
    personalRule: 'mask',
    basis: 'contract',
  })
  const sources = openSources()
  sources.count(Number(id), { accepted: 3, rejected: 1 })
  const away = { ...ctx, tx: () => Promise.reject(new Error('the store is away')) }
  const failing = assert.rejects(sources.flush(away), /away/)
  sources.count(Number(id), { accepted: 4 })
  await failing
  await sources.flush(ctx)
  await sources.flush(ctx)
  const { items } = await ok<Minutes>('GET', `/api/sources/${id}/minutes?minutes=5`)
  assert.equal(
    items.reduce((sum, { accepted }) => sum + accepted, 0),
    7,
  )
  assert.equal(
    items.reduce((sum, { rejected }) => sum + rejected, 0),
    1,
  )
})

test('a write key longer than any real one is refused without being remembered', async () => {
  const { ctx } = await startTestApp()
  const sources = openSources()
  const untouched = { ...ctx, pg: undefined as never }
  await assert.rejects(sources.byKey(untouched, 'k'.repeat(400_000)), { code: 'customers.writeKeyUnknown' })
})
