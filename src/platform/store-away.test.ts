import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { aCtx, startPostgresServer } from '#test'
import { problem } from './problem.ts'
import { isStoreAway } from './store-away.ts'

test('a Postgres connection that is cut, and a server that is gone, are a store away; a wrong statement is not', async () => {
  const { url, down } = await startPostgresServer()
  const ctx = await aCtx({ postgresUrl: url })
  const failure = async (run: Promise<unknown>) =>
    run.then(
      () => assert.fail('no error'),
      (error: unknown) => error,
    )
  assert.equal(isStoreAway(await failure(sql`select no_such_column`.execute(ctx.pg))), false)
  const cut = failure(
    ctx.tx(async (ctx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(ctx.pg)
      await ctx.store.execute('select pg_terminate_backend($1)', [rows[0]?.pid])
      await sleep(200)
      await sql`select 1`.execute(ctx.pg)
    }),
  )
  assert.equal(isStoreAway(await cut), true)
  await down()
  const gone = await failure(sql`select 1`.execute(ctx.pg))
  assert.equal(isStoreAway(gone), true, String(gone))
})

test('a problem is a store away when it says so', () => {
  assert.equal(isStoreAway(problem.unavailable()), true)
  assert.equal(isStoreAway(problem.notFound()), false)
  assert.equal(isStoreAway('text'), false)
})
