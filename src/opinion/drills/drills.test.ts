import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { type Ctx, ch } from '#platform'
import { aCtx } from '#test'
import { NewDrill, Scenario, ScenarioInput } from './drill-contract.ts'
import { drillRow, makeDrill, minuteAt, moveDrill, readDrill } from './drills.ts'
import { library } from './library.ts'
import { minuteOf } from './paces-contract.ts'
import { planOf } from './plan.ts'
import { runDrills } from './run.ts'
import { deleteScenario, listScenarios, previewOf, restoreScenario, writeScenario } from './scenarios.ts'
import { pointsFor, scoreOf } from './score.ts'

test('a pace gives back the times it was read from', () => {
  assert.equal(minuteOf('explosive', 0.5), 27.9)
  assert.equal(minuteOf('slow', 1), 1405.8)
  assert.equal(minuteOf('hot', 0), 0)
  for (const pace of ['explosive', 'hot', 'steady', 'slow'] as const)
    for (let share = 0.02; share <= 1; share += 0.02) assert.ok(minuteOf(pace, share) > minuteOf(pace, share - 0.02))
})

test('a plan is the same each time, in order, marked as a drill, and holds all beats', () => {
  for (const scenario of library) {
    assert.ok(Scenario.safeParse(scenario).success, scenario.name)
    const plan = planOf(scenario, { drillId: 3, name: '星河消费金融', seed: 7 })
    assert.deepEqual(planOf(scenario, { drillId: 3, name: '星河消费金融', seed: 7 }), plan)
    assert.notDeepEqual(planOf(scenario, { drillId: 3, name: '星河消费金融', seed: 8 }), plan)
    assert.ok(plan.every(({ minute }, index) => index === 0 || minute >= (plan[index - 1]?.minute ?? 0)))
    assert.ok(plan.every(({ item }) => item.text.startsWith('【演练】') && !item.text.includes('{名称}')))
    assert.equal(plan.filter(({ item }) => item.guid.includes('-beat-')).length, scenario.beats.length)
    assert.equal(new Set(plan.map(({ item }) => item.guid)).size, plan.length)
    // Half of the crowd speaks by the minute of the pace.
    const crowd = plan.filter(({ item }) => item.guid.includes('-crowd-'))
    const half = crowd.filter(({ minute }) => minute <= minuteOf(scenario.pace, 0.5)).length
    assert.ok(Math.abs(half - scenario.crowd / 2) <= 2, `${half} of ${scenario.crowd}`)
  }
})

const real = await aCtx()
let subjects = 0

const aDrill = async (ctx: Ctx, more: Partial<NewDrill> = {}) => {
  subjects += 1
  const { rows } = await sql<{
    id: number
  }>`insert into opinion.subject (kind, name, own, colour, created_at, created_by, changed_at, changed_by)
    values ('brand', ${`星河消费金融${subjects > 1 ? subjects : ''}`}, true, '#000', ${ctx.now()}, 'x', ${ctx.now()}, 'x') returning id`.execute(
    ctx.pg,
  )
  const [scenario] = (await listScenarios(ctx)).items
  return makeDrill(ctx, NewDrill.parse({ scenarioId: scenario?.id, name: '秋季演练', subjectId: rows[0]?.id, ...more }))
}

test('a drill lets its posts out by the clock, waits in pauses, never tells twice, and stays out of what is real', async () => {
  let clock = new Date('2026-11-20T02:00:00Z')
  const ctx: Ctx = { ...real, now: () => clock }
  const pass = (minutes: number) => {
    clock = new Date(clock.getTime() + minutes * 60_000)
  }
  const { id, posts } = await aDrill(ctx, { speed: 2 })
  assert.equal(await runDrills(ctx), 0, 'nothing before it begins')
  await moveDrill(ctx, { id, move: 'start' })
  await assert.rejects(moveDrill(ctx, { id, move: 'start' }), /cannot/)
  pass(5)
  const first = await runDrills(ctx)
  const plan = planOf((await drillRow(ctx, id)).definition, {
    drillId: id,
    name: '星河消费金融',
    seed: (await drillRow(ctx, id)).seed,
  })
  assert.equal(first, plan.filter(({ minute }) => minute <= 10).length)
  assert.equal(await runDrills(ctx), 0)

  // A crash after storing and before noting it: the same posts come again and are known.
  await sql`update opinion.drill set told = 0 where id = ${id}`.execute(ctx.pg)
  assert.equal(await runDrills(ctx), first)
  const stored = await ctx.ch.one<{ drill: string; real: string }>(
    ch.sql`select countIf(drill_id = ${ch.u32(id)}) as drill, countIf(drill_id = 0) as real from posts final`,
  )
  assert.deepEqual([Number(stored?.drill), Number(stored?.real)], [first, 0])

  await moveDrill(ctx, { id, move: 'pause' })
  pass(60)
  assert.equal(await runDrills(ctx), 0)
  await moveDrill(ctx, { id, move: 'resume' })
  assert.equal(Math.round(minuteAt(await drillRow(ctx, id), clock)), 10)
  // Two processes at once tell each post once.
  pass(5)
  const both = await Promise.all([runDrills(ctx), runDrills(ctx)])
  assert.equal(both[0] + both[1], plan.filter(({ minute }) => minute > 10 && minute <= 20).length)
  pass(200)
  for (let n = 0; n < 5; n += 1) await runDrills(ctx)
  const over = await readDrill(ctx, { id })
  assert.deepEqual([over.told, over.minute], [posts, 240])
  assert.ok(over.beats.every(({ out }) => out))

  const ended = await moveDrill(ctx, { id, move: 'end', note: '确认偏慢' })
  assert.equal(ended.state, 'ended')
  assert.equal((await readDrill(ctx, { id })).score?.points, ended.score?.points)
})

test('the team is scored by the clocks of its incident', async () => {
  const ctx = real
  const { id } = await aDrill(ctx)
  const nothing = await scoreOf(ctx, { drillId: id, level: 'severe' })
  assert.equal(nothing.points, 0)
  const first = async (query: ReturnType<typeof sql<{ id: number }>>) => (await query.execute(ctx.pg)).rows[0]?.id ?? 0
  const incident =
    await first(sql`insert into opinion.incident (drill_id, title, level, opened_how, opened_at, opened_by, changed_at, sign_offs)
    values (${id}, '演练', 'severe', 'hand', '2026-11-20T02:00:00Z', 'x', now(), '{pr,legal}') returning id`)
  const clock = (kind: string, minutes: number, stopped: string | null, why = stopped && 'done') =>
    sql`insert into opinion.incident_clock (incident_id, kind, calendar, minutes, escalate_minutes, started_at, due_at, escalate_at, stopped_at, stopped_why)
      values (${incident}, ${kind}, 'always', ${minutes}, 10, '2026-11-20T02:00:00Z', '2026-11-20T02:00:00Z'::timestamptz + make_interval(mins => ${minutes}), now(), ${stopped}, ${why})`.execute(
      ctx.pg,
    )
  await clock('acknowledge', 15, '2026-11-20T02:10:00Z')
  await clock('act', 60, '2026-11-20T03:30:00Z')
  await clock('close', 720, null)
  // Ended because the case was closed, not because anything was said.
  await clock('statement', 240, '2026-11-20T03:00:00Z', 'closed')
  await sql`insert into opinion.incident_task (incident_id, lane, title, due_at, state, created_at, created_by, done_at)
    values (${incident}, 'legal', '备妥监管材料', '2026-11-20T04:00:00Z', 'done', now(), 'x', '2026-11-20T03:50:00Z')`.execute(
    ctx.pg,
  )
  await clock('regulator', 120, '2026-11-20T04:30:00Z')
  const score = await scoreOf(ctx, { drillId: id, level: 'severe' })
  const points = Object.fromEntries(score.criteria.map(({ key, points }) => [key, points]))
  assert.deepEqual([points['acknowledged'], points['acted'], points['closed'], points['signed']], [20, 10, 0, 0])
  assert.equal(points['statement'], 0, 'closing is not speaking')
  assert.deepEqual(
    [points['deadlines'], points['facts']],
    [2.5, 0],
    'the task in time, the regulator late, nothing said',
  )

  // When it is over its clocks call nobody any more, and what they came to stays.
  await moveDrill(ctx, { id, move: 'start' })
  const over = await moveDrill(ctx, { id, move: 'end' })
  const { rows } = await sql<{
    kind: string
  }>`select kind from opinion.incident_clock where stopped_at is null`.execute(ctx.pg)
  assert.deepEqual(rows, [])
  assert.equal(over.score?.points, score.points)
})

test('points: all in time, half up to twice the time, none after', () => {
  assert.deepEqual(
    [
      pointsFor(15, 15, 20),
      pointsFor(15.1, 15, 20),
      pointsFor(30, 15, 20),
      pointsFor(31, 15, 20),
      pointsFor(null, 15, 20),
    ],
    [20, 10, 10, 0, 0],
  )
})

test('stories are kept in versions; two with one name are refused', async () => {
  const ctx = real
  const [scenario] = (await listScenarios(ctx)).items
  assert.equal((await listScenarios(ctx)).items.length, library.length)
  const given = Scenario.parse({ ...library[0], name: '自编', voices: ['{名称}怎么了'] })
  const { id } = await writeScenario(ctx, given)
  await assert.rejects(writeScenario(ctx, { ...given, name: scenario?.name ?? '' }), /nameTaken/)
  assert.equal((await writeScenario(ctx, { ...given, id, crowd: 10 })).version, 2)
  assert.equal(Scenario.safeParse({ ...given, beats: [] }).success, false)
  const [beat] = given.beats
  const wrong = ScenarioInput.safeParse({
    ...given,
    minutes: 60,
    beats: [beat, { ...beat, minute: 61, kind: 'hot-list' }],
  })
  assert.deepEqual(
    wrong.error?.issues.map(({ path }) => path.join('.')),
    ['beats.1.minute', 'beats.1.rank'],
  )

  // A deleted one comes back, unless its name was taken meanwhile.
  await deleteScenario(ctx, { id })
  assert.ok(!(await listScenarios(ctx)).items.some((one) => one.id === id))
  assert.equal((await restoreScenario(ctx, { id })).crowd, 10)
  await deleteScenario(ctx, { id })
  await writeScenario(ctx, given)
  await assert.rejects(restoreScenario(ctx, { id }), /nameTaken/)

  const preview = previewOf({ scenario: given, name: '' })
  assert.equal(preview.items.length, 20)
  assert.ok(preview.items.every(({ text }) => text.startsWith('【演练】') && !text.includes('{名称}')))
  assert.equal(preview.posts, planOf(given, { drillId: 0, name: '某品牌', seed: 1 }).length)
})
