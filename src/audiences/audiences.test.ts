import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import { type Ctx, ch, Problem } from '#platform'
import { aCtx, someCustomers, startPostgresServer, startTestApp } from '#test'
import { startCluster } from '../../test/support/clickhouse-cluster.ts'
import type { Definition, Refresh } from './contract.ts'
import { estimate } from './estimate.ts'
import { readFields } from './fields.ts'
import { memberNos, readChanges, readMembers } from './members.ts'
import { pruneMembership, refreshAudience, refreshDue } from './refresh.ts'
import { nextDue } from './schedule.ts'
import { changeAudience, createAudience, deleteAudience, listAudiences, readAudience, readHistory } from './store.ts'
import { zone } from './world.ts'

/** Forty people; the even ones are married; age 20 + i; number i viewed i mod 4 loans of 1000 · i. */
const fortyPeople = (ctx: Ctx) =>
  someCustomers(
    ctx,
    Array.from({ length: 40 }, (_, i) => ({
      userId: `audience-${i}`,
      traits: { marital: i % 2 ? 'single' : 'married', age: 20 + i, name: '王小明', phone: `1390000${1000 + i}` },
      events: Array.from({ length: i % 4 }, () => ({
        event: 'loan_viewed',
        properties: { amount: 1000 * i, channel: 'app' },
      })),
    })),
  )

const program = await startTestApp()
const { ctx } = program
const people = await fortyPeople(ctx)
const noOf = (i: number) => people[i]?.no
const traitsOf = (ctx: Ctx, traits: Record<number, Record<string, unknown>>) =>
  someCustomers(
    ctx,
    Object.entries(traits).map(([i, traits]) => ({ userId: `audience-${i}`, traits })),
  )

let named = 0
const anAudience = (definition: Definition, ctxGiven = ctx) =>
  createAudience(ctxGiven, { name: `audience ${++named}`, description: '', definition, schedule: null })
const married: Definition = { trait: 'marital', is: 'married' }
const code = (expected: string) => (error: unknown) =>
  error instanceof Problem && error.code === `audiences.${expected}`
const idsOf = async (ctx: Ctx, id: string) => {
  const nos: number[] = []
  for await (const block of memberNos(ctx, id)) nos.push(...block)
  return nos
}

// ——— Rules ———

test('an estimate is exact, says when it is true, and counts each condition', async () => {
  const definition: Definition = {
    all: [married, { trait: 'age', gte: 30 }, { not: { event: 'loan_viewed', within: '1 day' } }],
  }
  const { size, of, conditions, asOf } = await estimate(ctx, { definition })
  // Married: even; 30 or older: 10 and up; without a view: multiples of 4.
  assert.equal(size, [12, 16, 20, 24, 28, 32, 36].length)
  assert.equal(of, 40)
  assert.deepEqual(conditions, [
    { path: 'all.0', size: 20 },
    { path: 'all.1', size: 30 },
    { path: 'all.2.not', size: 30 },
  ])
  assert.ok(Math.abs(Date.now() - Date.parse(asOf)) < 60_000)
})

test('the members of a refresh are those the estimate counted, in pages, masked', async () => {
  const { id } = await anAudience(married)
  assert.deepEqual(await readMembers(ctx, { id, limit: 10 }), { items: [], total: 0, next: null, asOf: null })
  const refresh = await refreshAudience(ctx, { id })
  assert.equal(refresh.size, (await estimate(ctx, { definition: married })).size)
  const seen: string[] = []
  let after: number | undefined
  do {
    const page = await readMembers(ctx, { id, limit: 7, after })
    assert.equal(page.total, 20)
    assert.equal(page.asOf, refresh.asOf)
    for (const { id, display } of page.items) {
      seen.push(id)
      assert.match(display['phone'] ?? '', /^139\*+\d{4}$/)
      assert.notEqual(display['name'], '王小明')
    }
    after = page.next === null ? undefined : Number(page.next)
  } while (after !== undefined)
  assert.equal(new Set(seen).size, 20)
  assert.deepEqual(seen.map(Number), await idsOf(ctx, id))
})

test('a refresh says who entered and who left since the one before', async () => {
  const { id } = await anAudience({ trait: 'age', gte: 58 })
  assert.deepEqual((({ size, entered, left }) => ({ size, entered, left }))(await refreshAudience(ctx, { id })), {
    size: 2,
    entered: 2,
    left: 0,
  })
  const [young, old] = [noOf(0), noOf(39)]
  await traitsOf(ctx, { 0: { age: 70 }, 39: { age: 18 } })
  const second = await refreshAudience(ctx, { id })
  assert.deepEqual([second.refresh, second.size, second.entered, second.left], [2, 2, 1, 1])
  const entered = await readChanges(ctx, { id, change: 'entered', limit: 10 })
  assert.deepEqual([entered.since, entered.items.map(({ id }) => Number(id))], [1, [young]])
  const left = await readChanges(ctx, { id, change: 'left', limit: 10 })
  assert.deepEqual(
    left.items.map(({ id }) => Number(id)),
    [old],
  )
  const whole = await readChanges(ctx, { id, since: 0, change: 'entered', limit: 1 })
  assert.deepEqual([whole.entered, whole.left, whole.items.length], [2, 0, 1])
  assert.ok(whole.next)
  const { items } = await readHistory(ctx, { id, limit: 10 })
  assert.deepEqual(
    items.map(({ size, entered, left }) => [size, entered, left]),
    [
      [2, 1, 1],
      [2, 2, 0],
    ],
  )
  await assert.rejects(readChanges(ctx, { id, since: 9, change: 'left', limit: 1 }), code('refreshGone'))
  await traitsOf(ctx, { 0: { age: 20 }, 39: { age: 59 } })
})

test('merged customers count once, with the events of both; undone, twice again', async () => {
  const twice: Definition = { event: 'merge_me', count: { gte: 2 } }
  const [a, b] = await someCustomers(
    ctx,
    ['merge-a', 'merge-b'].map((userId) => ({ userId, events: [{ event: 'merge_me' }] })),
  )
  const [into, from] = [a?.id, b?.id]
  const { size: before, of } = await estimate(ctx, { definition: twice })
  assert.equal(before, 0)
  await program.ok('POST', '/api/customers/merge', { into, from, reason: 'same person' })
  const after = await estimate(ctx, { definition: twice })
  assert.deepEqual([after.size, after.of], [1, of - 1])
  await program.ok('POST', `/api/customers/${into}/unmerge`, { from, reason: 'were two after all' })
  assert.equal((await estimate(ctx, { definition: twice })).size, 0)
})

test('a refresh never overlaps itself; a lease that ran out is taken over', async () => {
  const { id } = await anAudience({ all: [] })
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => refreshAudience(ctx, { id })))
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.ok(refused.length >= 1 && refused.every(({ reason }) => code('refreshing')(reason)))
  assert.equal(outcomes.length - refused.length, (await readHistory(ctx, { id, limit: 10 })).items.length)
  const lease = (until: string) =>
    sql`update audiences.audience set lease = gen_random_uuid(), lease_until = now() + ${until}::interval where id = ${id}`.execute(
      ctx.pg,
    )
  await lease('1 hour')
  await assert.rejects(refreshAudience(ctx, { id }), code('refreshing'))
  assert.equal((await readAudience(ctx, { id })).refreshing, true)
  await lease('-1 second')
  await refreshAudience(ctx, { id })
  assert.equal((await readAudience(ctx, { id })).refreshing, false)
})

test('a refresh that fails says why, keeps the members and lets the next one try', async () => {
  const { id } = await anAudience({ any: [married, { trait: 'score', gte: 5 }] })
  await refreshAudience(ctx, { id })
  await program.ok('PUT', '/api/traits/score', { type: 'string' })
  await assert.rejects(refreshAudience(ctx, { id }), code('unfit'))
  const failed = await readAudience(ctx, { id })
  assert.match(failed.error ?? '', /audiences\.unfit/)
  assert.equal(failed.size, 20)
  assert.equal((await idsOf(ctx, id)).length, 20)
  await changeAudience(ctx, { id, definition: married })
  await refreshAudience(ctx, { id })
  assert.equal((await readAudience(ctx, { id })).error, null)
})

test('a change leaves alone what it does not name; only a new definition is a new version', async () => {
  const { id, name } = await createAudience(ctx, {
    name: 'to be changed',
    description: 'why',
    definition: { all: [married] },
    schedule: { everyMinutes: 60 },
  })
  const same = await changeAudience(ctx, { id, definition: { all: [{ is: 'married', trait: 'marital' }] } })
  assert.deepEqual([same.version, same.name, same.description], [1, name, 'why'])
  const changed = await changeAudience(ctx, { id, definition: married, name: 'changed' })
  assert.deepEqual([changed.version, changed.schedule], [2, { everyMinutes: 60 }])
  const off = await changeAudience(ctx, { id, schedule: null })
  assert.deepEqual([off.schedule, off.dueAt, off.version], [null, null, 2])
  await assert.rejects(
    createAudience(ctx, { name: 'CHANGED', description: '', definition: married, schedule: null }),
    code('nameTaken'),
  )
  const other = await anAudience(married)
  await assert.rejects(changeAudience(ctx, { id: other.id, name: 'changed' }), code('nameTaken'))
})

test('audiences may name audiences, never themselves in a circle, and what is named stays', async () => {
  const inner = await anAudience(married)
  const outer = await anAudience({ all: [{ audience: inner.id }, { trait: 'age', lt: 30 }] })
  assert.equal((await refreshAudience(ctx, { id: outer.id })).size, 5)
  assert.equal(
    (await estimate(ctx, { definition: { not: { audience: outer.id } } })).size,
    (await estimate(ctx, { definition: { all: [] } })).size - 5,
  )
  await assert.rejects(
    changeAudience(ctx, { id: inner.id, definition: { not: { audience: outer.id } } }),
    code('circular'),
  )
  await assert.rejects(changeAudience(ctx, { id: inner.id, definition: { audience: inner.id } }), code('circular'))
  await assert.rejects(deleteAudience(ctx, { id: inner.id }), code('used'))
  await deleteAudience(ctx, { id: outer.id })
  await deleteAudience(ctx, { id: inner.id })
  await assert.rejects(readAudience(ctx, { id: inner.id }), code('unknown'))
  await assert.rejects(estimate(ctx, { definition: { audience: inner.id } }), code('unknownAudience'))
})

test('personal traits are sealed and cannot be compared', async () => {
  await assert.rejects(estimate(ctx, { definition: { trait: 'name', is: '王小明' } }), code('sealed'))
})

test('who is due is refreshed once per turn', async () => {
  const asked: string[] = []
  const spy: Ctx = {
    ...ctx,
    jobs: { ...ctx.jobs, send: async (_name, input) => void asked.push((input as { id: string }).id) },
  }
  const { id } = await createAudience(ctx, {
    name: 'scheduled',
    description: '',
    definition: married,
    schedule: { everyMinutes: 15 },
  })
  await refreshDue(spy)
  await refreshDue(spy)
  assert.deepEqual(
    asked.filter((one) => one === id),
    [id],
  )
  await refreshDue({ ...spy, now: () => new Date(Date.now() + 16 * 60_000) })
  assert.equal(asked.filter((one) => one === id).length, 2)
  await deleteAudience(ctx, { id })
})

test('a daily refresh is due at that time in Shanghai', () => {
  const due = (now: string) => nextDue({ dailyAt: '06:30' }, new Date(now), zone)?.toISOString()
  assert.equal(due('2026-03-31T22:29:00Z'), '2026-03-31T22:30:00.000Z')
  assert.equal(due('2026-03-31T22:30:00Z'), '2026-04-01T22:30:00.000Z')
  assert.equal(nextDue(null, new Date(), zone), null)
})

test('old bitmaps are dropped, the newest and the figures stay', async () => {
  const kept = await anAudience(married)
  const gone = await anAudience(married)
  await refreshAudience(ctx, { id: kept.id })
  await refreshAudience(ctx, { id: kept.id })
  await refreshAudience(ctx, { id: gone.id })
  // As after a crash between the two stores.
  await ctx.pg.deleteFrom('audiences.audience').where('id', '=', gone.id).execute()
  await sql`
    insert into audiences.refresh (audience_id, refresh, version, as_of, size, entered, "left", took_ms, by)
    select ${kept.id}, n, 1, now(), 0, 0, 0, 0, 'test' from generate_series(3, 202) n`.execute(ctx.pg)
  await pruneMembership(ctx)
  const count = ({ id }: { id: string }) =>
    ctx.ch.rows(ch.sql`select refresh from audience_membership where audience_id = ${ch.uuid(id)}`)
  assert.deepEqual(await count(kept), [{ refresh: 2 }])
  assert.deepEqual(await count(gone), [])
  assert.equal((await readHistory(ctx, { id: kept.id, limit: 1000 })).items.length, 202)
  await assert.rejects(readChanges(ctx, { id: kept.id, since: 1, change: 'left', limit: 1 }), code('refreshGone'))
  assert.equal((await readChanges(ctx, { id: kept.id, change: 'entered', limit: 1 })).since, 0)
})

test('the builder is offered traits and events with values that occur, nothing personal', async () => {
  const { traits, events } = await readFields(ctx)
  const marital = traits.find(({ name }) => name === 'marital')
  assert.deepEqual([marital?.type, marital?.samples.toSorted()], ['string', ['married', 'single']])
  assert.ok(!traits.some(({ name }) => name === 'name' || name === 'phone'))
  const viewed = events.find(({ name }) => name === 'loan_viewed')
  assert.equal(viewed?.count, 60)
  assert.deepEqual(
    viewed?.properties.find(({ name }) => name === 'channel'),
    { name: 'channel', types: ['text'], samples: ['app'] },
  )
})

test('audiences are listed newest first, found by name, page by page', async () => {
  for (const i of [1, 2, 3])
    await createAudience(ctx, { name: `Listed ${i}`, description: '', definition: married, schedule: null })
  const first = await listAudiences(ctx, { search: 'listed', limit: 2 })
  assert.deepEqual([first.items.map(({ name }) => name), first.total], [['Listed 3', 'Listed 2'], 3])
  const second = await listAudiences(ctx, { search: 'listed', limit: 2, after: first.next ?? undefined })
  assert.deepEqual([second.items.map(({ name }) => name), second.next], [['Listed 1'], null])
})

test('the HTTP interface: what outside programs rely on', async () => {
  const definition: Definition = {
    all: [
      { trait: 'marital', is: 'married' },
      { trait: 'age', between: [20, 30] },
    ],
  }
  const counted = await program.ok<{ size: number; asOf: string }>('POST', '/api/audiences/estimate', { definition })
  assert.deepEqual([counted.size, typeof counted.asOf], [6, 'string'])
  const made = await program.call<{ id: string }>('POST', '/api/audiences', { name: 'over HTTP', definition })
  assert.equal(made.status, 201)
  const url = `/api/audiences/${made.body.id}`
  assert.equal((await program.ok<Refresh>('POST', `${url}/refresh`)).size, 6)
  const page = await program.ok<{ items: { id: string }[]; total: number; next: string }>(
    'GET',
    `${url}/members?limit=4`,
  )
  assert.deepEqual([page.items.length, page.total], [4, 6])
  const rest = await program.ok<{ items: unknown[] }>('GET', `${url}/members?limit=4&after=${page.next}`)
  assert.equal(rest.items.length, 2)
  const wrong = await program.call('POST', '/api/audiences/estimate', {
    definition: { all: [{ trait: 'age', greater: 3 }] },
  })
  assert.equal(wrong.status, 400)
  assert.match(JSON.stringify(wrong.body), /all\/0\/greater/)
  assert.equal((await program.call('POST', `${url}/refresh`, undefined, { roles: ['service'] })).status, 403)
  assert.equal((await program.call('GET', `${url}/members`, undefined, { roles: ['pr'] })).status, 403)
  assert.equal((await program.call('DELETE', url)).status, 204)
  assert.equal((await program.call('GET', url)).status, 404)
})

test('an estimate that nobody waits for any more is not made', async () => {
  await assert.rejects(estimate(ctx, { definition: married }, AbortSignal.abort()), { name: 'AbortError' })
})

test('every write is in the audit trail', async () => {
  const { id } = await anAudience(married)
  await changeAudience(ctx, { id, description: 'x' })
  await refreshAudience(ctx, { id })
  await deleteAudience(ctx, { id })
  const { items } = await ctx.audit.list(ctx.pg, { subject: `audience:${id}` })
  assert.deepEqual(
    items.map(({ action }) => action),
    ['audience.delete', 'audience.refresh', 'audience.change', 'audience.create'],
  )
})

test('on servers, a PostgreSQL and two ClickHouse shards, everything is the same', async () => {
  const [cluster, server] = await Promise.all([startCluster({ shards: 2 }), startPostgresServer()])
  after(() => cluster.stop())
  const ctx = await aCtx({ postgresUrl: await server.database('audiences'), cluster })
  await fortyPeople(ctx)
  const definition: Definition = { all: [married, { event: 'loan_viewed', sum: { property: 'amount', gte: 20_000 } }] }
  const { id } = await anAudience(definition, ctx)
  const first = await refreshAudience(ctx, { id })
  // Even numbers i with i mod 4 views of 1000 · i: twice 1000 · i is 20,000 or more from i = 10.
  assert.equal(first.size, [10, 14, 18, 22, 26, 30, 34, 38].length)
  await traitsOf(ctx, { 10: { marital: 'single' } })
  const attempts = await Promise.allSettled([1, 2, 3].map(() => refreshAudience(ctx, { id })))
  const second = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))[0]
  assert.deepEqual([second?.size, second?.entered, second?.left], [7, 0, 1])
  const page = await readMembers(ctx, { id, limit: 5 })
  assert.deepEqual([page.items.length, page.total], [5, 7])
  assert.equal((await readChanges(ctx, { id, since: 1, change: 'left', limit: 5 })).items.length, 1)
  const changed = await changeAudience(ctx, {
    id,
    definition: { any: [{ audience: (await anAudience(married, ctx)).id }] },
  })
  assert.equal(changed.version, 2)
  const { size, left } = await refreshAudience(ctx, { id })
  assert.deepEqual([size, left], [19, 0])
  assert.equal((await listAudiences(ctx, { limit: 1 })).total, 2)
  await pruneMembership(ctx)
  await deleteAudience(ctx, { id })
  assert.deepEqual(
    await ctx.ch.rows(ch.sql`select refresh from audience_membership where audience_id = ${ch.uuid(id)}`),
    [],
  )
})
