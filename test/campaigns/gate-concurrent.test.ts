import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { aCtx, startPostgresServer } from '#test'
import { decideSends } from '../../src/campaigns/gate/decide.ts'
import { aNotice } from '../compliance/notices.ts'
import { aCampaign, people, setLimit } from './gate-support.ts'

const server = await startPostgresServer()
const now = () => new Date('2026-03-02T02:00:00Z')
const stores = await aCtx({ postgresUrl: await server.database('gate'), now })
const ctx: Ctx = { ...stores, jobs: { ...stores.jobs, send: async () => undefined } }
await aNotice(ctx)
await setLimit(ctx, 'holdout', { share: 0 })
await setLimit(ctx, 'conflict', { on: false })

test('deciders on several connections overdraw neither a budget nor a person’s limit', async () => {
  const nos = await people(ctx, 60)
  const { id, request } = await aCampaign(ctx, { budget: { sends: 100 } })
  // Eight sets at once, each wanting every person, in other orders: one SMS a day is allowed to each.
  const sets = Array.from({ length: 8 }, (_, pass) =>
    nos
      .toSorted((a, b) => ((a * 7919 + pass * 31) % 61) - ((b * 7919 + pass * 31) % 61))
      .map((no) => request(no, { pass: pass + 1 })),
  )
  const verdicts = (await Promise.all(sets.map((set) => decideSends(ctx, set)))).flat()
  const { rows } = await sql<{ customer_no: number; count: number }>`
    select customer_no, count(*)::int as count from campaigns.send where campaign_id = ${id} and state = 'planned' group by 1`.execute(
    ctx.pg,
  )
  assert.equal(rows.length, 60)
  assert.ok(rows.every(({ count }) => count === 1))
  assert.equal(verdicts.filter(({ decision }) => decision === 'planned').length, 60)

  const small = await aCampaign(ctx, { budget: { sends: 25 } })
  const others = await people(ctx, 80)
  const parts = [0, 20, 40, 60].map((from) => others.slice(from, from + 20).map((no) => small.request(no)))
  const told = (await Promise.all(parts.map((part) => decideSends(ctx, part)))).flat()
  assert.equal(told.filter(({ decision }) => decision === 'planned').length, 25)
  const { rows: used } = await sql<{
    sends: number
  }>`select sends from campaigns.budget_use where campaign_id = ${small.id}`.execute(ctx.pg)
  assert.equal(used[0]?.sends, 25)
})

test('two processes that decide over the same visits at once agree on one send each', async () => {
  const nos = await people(ctx, 40)
  const { id, request } = await aCampaign(ctx)
  const [a, b] = await Promise.all([
    decideSends(
      ctx,
      nos.map((no) => request(no)),
    ),
    decideSends(
      ctx,
      nos.map((no) => request(no)),
    ),
  ])
  assert.deepEqual(
    a.map(({ sendId }) => sendId),
    b.map(({ sendId }) => sendId),
  )
  assert.ok(a.every(({ again }, i) => again !== b[i]?.again))
  const { rows } = await sql<{
    count: number
  }>`select count(*)::int as count from campaigns.send where campaign_id = ${id}`.execute(ctx.pg)
  assert.equal(rows[0]?.count, 40)
  const { rows: counted } = await sql<{
    count: number
  }>`select sum(count)::int as count from campaigns.verdict_day where campaign_id = ${id}`.execute(ctx.pg)
  assert.equal(counted[0]?.count, 40)
})
