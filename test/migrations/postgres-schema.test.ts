import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { describePostgres } from '#platform'
import { aCtx, startPostgresServer } from '#test'

const checkedIn = () => readFileSync(join(import.meta.dirname, '../../migrations/postgres/schema.txt'), 'utf8')

test('the migrations make the checked-in schema, embedded', async () => {
  const { store } = await aCtx()
  assert.equal(await describePostgres(store), checkedIn(), 'write it anew: node test/migrations/write-schema.ts')
})

test('the migrations make the same schema on a PostgreSQL server', async () => {
  const { url } = await startPostgresServer()
  const { store } = await aCtx({ postgresUrl: url })
  assert.equal(await describePostgres(store), checkedIn())
})
