import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { type Ctx, Problem } from '#platform'
import { aCtx, someCustomers } from '#test'
import { mergeCustomers, unmergeCustomers } from '../../src/customers/identity/merge.ts'
import { decidePair, listPairs, readPair, undoPair } from '../../src/customers/matching/pairs.ts'
import { changeProject, deleteProject, listProjects } from '../../src/customers/matching/projects.ts'
import { askRun, cancelRun, matchNewImports, readRun, runMatching, undoRun } from '../../src/customers/matching/runs.ts'
import { runningOf } from '../../src/customers/running.ts'
import { aBase, aProject, facts, pairs, run, withoutJobs } from './support.ts'

const rootOf = async (ctx: Ctx, no: number): Promise<number> => {
  const { rows } = await sql<{ root_no: number }>`select root_no from customers.customer where no = ${no}`.execute(
    ctx.pg,
  )
  return rows[0]?.root_no ?? 0
}
const reason = '同一身份证复印件'
const is = (code: string) => (error: unknown) => error instanceof Problem && error.code === `customers.${code}`

test('automatic linking is off until somebody turns it on: doubles wait for review, nobody is merged', async () => {
  const ctx = withoutJobs(await aCtx())
  const { first, again } = await aBase(ctx)
  const project = await aProject(ctx)
  const done = await run(ctx, project)
  assert.equal(done.state, 'done', String(done.error))
  assert.equal(done.records, 150)
  assert.equal(done.linked, 0)
  const found = new Set(await pairs(ctx))
  for (const [i, { id }] of again.entries()) assert.ok(found.has(`${first[i]?.id}-${id}`), `person ${i}`)
  for (const { no } of again) assert.equal(await rootOf(ctx, no), no)
  assert.ok(Math.abs((done.outcome?.matches ?? 0) - 30) < 4)
  assert.deepEqual(
    (await listProjects(ctx)).map(({ open }) => open),
    [found.size],
  )

  await looksAtReview(ctx, first[0]?.id ?? '', again[0]?.id ?? '')
})

/** A pair side by side says what each comparison adds and shows no value in clear. */
const looksAtReview = async (ctx: Ctx, a: string, b: string) => {
  const { items } = await listPairs(ctx, { state: 'open', limit: 200 })
  const pair = items.find((one) => one.a === a && one.b === b)
  assert.ok(pair)
  const shown = await readPair(ctx, runningOf(ctx).dictionary, pair.id)
  const text = JSON.stringify(shown)
  const { name, birthday, address } = facts(0)
  for (const value of [name, birthday, address.slice(-6), '13912340000', '13912345000'])
    assert.ok(!text.includes(value), value)
  const sum = shown.fields.reduce((total, { bits }) => total + bits, shown.rarityBits)
  assert.ok(Math.abs(sum - shown.weight) < 1e-3)
  assert.equal(shown.fields.find(({ field }) => field === 'person:name')?.left, '王**')
  assert.ok(shown.nameScore && shown.nameScore.alone <= 0.9 && shown.nameScore.supported === 1)
}

test('what a person decides holds: linked, rejected, taken back, never proposed again', async () => {
  const ctx = withoutJobs(await aCtx())
  const { first, again } = await aBase(ctx)
  const project = await aProject(ctx)
  await run(ctx, project)
  const { items } = await listPairs(ctx, { state: 'open', limit: 200 })
  const pairOf = (i: number) => items.find(({ a, b }) => a === first[i]?.id && b === again[i]?.id)?.id ?? ''

  await decidePair(ctx, { id: pairOf(1), decision: 'link', reason })
  assert.equal(await rootOf(ctx, again[1]?.no ?? 0), first[1]?.no)
  await decidePair(ctx, { id: pairOf(2), decision: 'reject', reason: '父子同名' })
  await assert.rejects(decidePair(ctx, { id: pairOf(2), decision: 'link', reason }), is('matchPairDecided'))

  await undoPair(ctx, { id: pairOf(1), reason: '弄错了' })
  assert.equal(await rootOf(ctx, again[1]?.no ?? 0), again[1]?.no)
  await assert.rejects(undoPair(ctx, { id: pairOf(1), reason }), is('matchPairNotLinked'))

  // A merge made and taken back on the customer's page counts as well.
  await mergeCustomers(ctx, { into: first[3]?.id ?? '', from: again[3]?.id ?? '', reason })
  await unmergeCustomers(ctx, { id: first[3]?.id ?? '', from: again[3]?.id ?? '', reason })
  await run(ctx, project)
  const open = new Set(await pairs(ctx))
  for (const i of [1, 2, 3]) assert.ok(!open.has(`${first[i]?.id}-${again[i]?.id}`), `pair ${i}`)
  assert.ok(open.has(`${first[4]?.id}-${again[4]?.id}`))

  // Decisions outlive the project.
  await deleteProject(ctx, project.id)
  assert.deepEqual(await pairs(ctx), [])
  assert.deepEqual(await pairs(ctx, 'rejected'), [`${first[2]?.id}-${again[2]?.id}`])
})

test('an automatic run links what is above the threshold and can be undone as a whole', async () => {
  const ctx = withoutJobs(await aCtx())
  const { first, again } = await aBase(ctx)
  const project = await aProject(ctx, { autoLink: true })
  const done = await run(ctx, project)
  assert.equal(done.state, 'done', String(done.error))
  assert.ok(done.linked >= 25, String(done.linked))
  const merged = await Promise.all(again.map(({ no }) => rootOf(ctx, no)))
  assert.equal(merged.filter((root, i) => root === first[i]?.no).length, done.linked)

  const { undone } = await undoRun(ctx, done.id, '阈值太低')
  assert.equal(undone, done.linked)
  for (const { no } of [...first, ...again]) assert.equal(await rootOf(ctx, no), no)
  assert.equal((await readRun(ctx, done.id)).state, 'undone')

  const second = await run(ctx, project)
  assert.equal(second.linked, 0, 'undone pairs are not linked again')
  const open = await pairs(ctx)
  for (const [i, { id }] of again.entries())
    if (merged[i] !== again[i]?.no) assert.ok(!open.includes(`${first[i]?.id}-${id}`))
})

test('two ID cards are never one person, neither by a run nor by a word', async () => {
  const ctx = withoutJobs(await aCtx())
  await aBase(ctx)
  const [one, two] = await someCustomers(ctx, [
    { traits: { ...facts(300), idCard: '11010519491231002X' } },
    { traits: { ...facts(300), idCard: '440524188001010014' } },
  ])
  const project = await aProject(ctx, { autoLink: true })
  const done = await run(ctx, project)
  assert.notEqual(await rootOf(ctx, two?.no ?? 0), one?.no)
  assert.ok(![...(await pairs(ctx)), ...(await pairs(ctx, 'linked'))].includes(`${one?.id}-${two?.id}`))
  assert.ok((done.contradicted ?? 0) > 0)
})

test('values of people are in no table, and in no part of a run that is kept', async () => {
  const ctx = withoutJobs(await aCtx())
  await aBase(ctx)
  await run(ctx, await aProject(ctx))
  for (const table of ['match_project', 'match_run', 'match_pair']) {
    const { rows } = await sql<{ text: string }>`select t::text as text from customers.${sql.ref(table)} t`.execute(
      ctx.pg,
    )
    assert.ok(rows.length > 0)
    const text = JSON.stringify(rows)
    for (const value of [facts(0).name, facts(5).birthday, facts(3).address, '13912340001'])
      assert.ok(!text.includes(value), `${table} ${value}`)
  }
})

test('one run of a project at a time; a cancelled one says so and links nobody', async () => {
  const ctx = withoutJobs(await aCtx())
  const { again } = await aBase(ctx)
  const project = await aProject(ctx, { autoLink: true })
  const { id } = await askRun(ctx, project.id)
  await assert.rejects(askRun(ctx, project.id), is('matchRunGoingOn'))
  await cancelRun(ctx, id)
  await runMatching(ctx, Number(id), new AbortController().signal)
  assert.equal((await readRun(ctx, id)).state, 'cancelled')
  for (const { no } of again) assert.equal(await rootOf(ctx, no), no)

  const next = await askRun(ctx, project.id)
  await sql`update customers.match_run set state = 'ending' where id = ${Number(next.id)}`.execute(ctx.pg)
  await runMatching(ctx, Number(next.id), new AbortController().signal)
  assert.equal((await readRun(ctx, next.id)).state, 'cancelled', 'one that is told to end while it runs')
})

test('a changed plan forgets its weights; a project that wants imports is asked for each of them once', async () => {
  const ctx = withoutJobs(await aCtx())
  await aBase(ctx)
  const project = await aProject(ctx)
  await run(ctx, project)
  const learned = async () =>
    (await sql<{ learned: unknown }>`select learned from customers.match_project`.execute(ctx.pg)).rows[0]?.learned
  assert.notEqual(await learned(), null)
  await changeProject(ctx, runningOf(ctx).dictionary, project.id, { plan: { ...project.plan, linkFrom: 0.99 } })
  assert.equal(await learned(), null)

  await changeProject(ctx, runningOf(ctx).dictionary, project.id, { afterImports: true })
  await sql`
    insert into customers.import (name, kind, state, mapping, file_path, file_bytes, file_changed_at, place, created_at, created_by, finished_at)
    values ('新客户', 'customers', 'done', '{}', '', 0, now(), '', now(), 'test', now() + interval '1 minute')`.execute(
    ctx.pg,
  )
  await matchNewImports(ctx)
  const asked = await sql<{ id: number; import_id: number | null }>`
    select id, import_id from customers.match_run order by id desc`.execute(ctx.pg)
  assert.equal(asked.rows.length, 2)
  assert.notEqual(asked.rows[0]?.import_id, null)
  await runMatching(ctx, asked.rows[0]?.id ?? 0, new AbortController().signal)
  await matchNewImports(ctx)
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from customers.match_run`.execute(ctx.pg)
  assert.equal(rows[0]?.count, 2)
})
