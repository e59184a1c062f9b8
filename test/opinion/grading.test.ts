import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { type Ctx, on } from '#platform'
import { aCtx } from '#test'
import { deadlinesOf, meetDeadline, pauseClocks, resumeClocks } from '../../src/opinion/grading/deadlines.ts'
import { askForGrade, gradeWaiting } from '../../src/opinion/grading/due.ts'
import type { EventFacts } from '../../src/opinion/grading/facts-contract.ts'
import { gradeFacts, gradeHistory, gradesOf, levelOf } from '../../src/opinion/grading/grades.ts'
import { tryOnHistory } from '../../src/opinion/grading/history.ts'
import { changeLevel, decideRequest } from '../../src/opinion/grading/levels.ts'
import { decideVersion, inForce, listVersions, moveDraft, saveDraft } from '../../src/opinion/grading/policies.ts'
import { readEventGrade } from '../../src/opinion/grading/read.ts'
import { eventGraded } from '../../src/opinion/notices.ts'
import { someFacts } from './event-facts.ts'

// A Tuesday, ten in the morning in Beijing.
let clock = new Date('2026-11-17T02:00:00Z')
const bare = await aCtx({ now: () => clock })
const ctx: Ctx = {
  ...bare,
  subscribers: new Map([[eventGraded.name, [on(eventGraded, 'test.graded', async () => undefined)]]]),
}
const as = (id: string): Ctx => ({ ...ctx, actor: { ...ctx.actor, kind: 'user', id, name: id } })
const [pr, legal] = [as('公关'), as('法务')]
const told = async () => {
  const { rows } = await sql<{ payload: { eventId: number; level: string; before: string | null } }>`
    delete from platform.outbox returning payload`.execute(ctx.pg)
  return rows.map(({ payload }) => `${payload.eventId} ${payload.before}→${payload.level}`)
}
const minutesFromNow = (at: string | null | undefined) => at && (Date.parse(at) - clock.getTime()) / 60_000
const running = async (eventId: number) =>
  ((await deadlinesOf(ctx, [eventId])).get(eventId) ?? []).filter(({ state }) => state === 'running')

test('an event is graded once however often it is asked for; the machine raises and never lowers', async () => {
  const facts = new Map<number, EventFacts>([[1, someFacts({ eventId: 1 })]])
  const look = () => gradeWaiting(ctx, async (_, id) => facts.get(id))
  await askForGrade(ctx, { eventId: 1, drillId: 0 })
  await askForGrade(ctx, { eventId: 1, drillId: 0 })
  assert.equal(await look(), 1)
  assert.equal(await look(), 0)
  assert.deepEqual(await told(), ['1 null→minor'])
  assert.deepEqual(
    (await running(1)).map(({ kind, dueAt }) => [kind, dueAt]),
    [
      // Seven and a half hours of work a day, with lunch from noon to 13:30: four hours, one day, three days.
      ['acknowledge', '2026-11-17T07:30:00.000Z'],
      ['act', '2026-11-18T02:00:00.000Z'],
      ['close', '2026-11-20T02:00:00.000Z'],
    ],
  )
  facts.set(1, someFacts({ eventId: 1, bursting: true, at: '2026-11-20T03:00:00.000Z' }))
  await askForGrade(ctx, { eventId: 1, drillId: 0 })
  await look()
  assert.equal(await levelOf(ctx, 1), 'moderate')
  facts.set(1, someFacts({ eventId: 1, at: '2026-11-20T04:00:00.000Z' }))
  await askForGrade(ctx, { eventId: 1, drillId: 0 })
  await look()
  assert.equal(await levelOf(ctx, 1), 'moderate', 'calm again, but nobody said so')
  assert.deepEqual(await told(), ['1 minor→moderate'])
})

test('facts that cannot be had are asked for again, and later', async () => {
  await askForGrade(ctx, { eventId: 2, drillId: 0 })
  await gradeWaiting(ctx, () => Promise.reject(new Error('store away')))
  const one = await ctx.pg
    .selectFrom('opinion.grade_due')
    .selectAll()
    .where('event_id', '=', 2)
    .executeTakeFirstOrThrow()
  assert.equal(one.attempts, 1)
  assert.equal(one.error, 'store away')
  assert.equal(await gradeWaiting(ctx, async () => someFacts({ eventId: 2 })), 0, 'not yet')
  const before = clock
  clock = new Date(clock.getTime() + 2_000)
  assert.equal(await gradeWaiting(ctx, async () => someFacts({ eventId: 2 })), 1)
  clock = before
  assert.equal(await levelOf(ctx, 2), 'minor')
})

test('raising holds at once; lowering waits for another person, and the same facts do not raise again', async () => {
  await gradeFacts(ctx, someFacts({ eventId: 3, hotListRank: 20 }))
  assert.equal(await levelOf(ctx, 3), 'severe')
  assert.deepEqual(
    (await running(3)).map(({ kind, dueAt }) => [kind, minutesFromNow(dueAt)]),
    [
      ['acknowledge', 15],
      ['act', 60],
      ['statement', 240],
      ['close', 720],
      ['regulator', 120],
    ],
    'a severe event runs around the clock',
  )
  const { request } = await changeLevel(pr, { eventId: 3, level: 'minor', reason: '同名企业，与本公司无关' })
  assert.equal(await levelOf(ctx, 3), 'severe', 'nothing yet')
  await assert.rejects(decideRequest(pr, { id: request?.id ?? 0, approve: true, note: '' }), { code: 'grading.own' })
  await assert.rejects(changeLevel(legal, { eventId: 3, level: 'moderate', reason: '再降' }), {
    code: 'grading.requestOpen',
  })
  await decideRequest(legal, { id: request?.id ?? 0, approve: true, note: '已核对' })
  assert.equal(await levelOf(ctx, 3), 'minor')
  const last = (await gradeHistory(ctx, 3)).at(-1)
  assert.deepEqual([last?.by, last?.approvedBy, last?.reason], ['公关', '法务', '同名企业，与本公司无关'])
  const closing = (await running(3)).find(({ kind }) => kind === 'close')
  assert.equal(closing?.startedAt, '2026-11-17T02:00:00.000Z', 'the clock goes on from where it began')
  await gradeFacts(ctx, someFacts({ eventId: 3, hotListRank: 10, at: '2026-11-20T03:00:00.000Z' }))
  assert.equal(await levelOf(ctx, 3), 'minor', 'the hot list was known when it was lowered')
  await gradeFacts(ctx, someFacts({ eventId: 3, urgencies: ['self-harm'], at: '2026-11-20T04:00:00.000Z' }))
  assert.equal(await levelOf(ctx, 3), 'severe', 'this is new')
  assert.equal((await gradesOf(ctx, [3])).get(3)?.level, 'severe')
})

test('grades cannot be changed or deleted, whoever tries', async () => {
  for (const statement of ['update opinion.grade set reason = $$x$$', 'delete from opinion.grade'])
    await assert.rejects(sql.raw(statement).execute(ctx.pg), /append-only/)
})

test('a pause moves every clock, and an acknowledged clock stays acknowledged', async () => {
  clock = new Date('2026-11-17T02:00:00Z')
  await gradeFacts(ctx, someFacts({ eventId: 4, hotListRank: 5 }))
  clock = new Date('2026-11-17T02:10:00Z')
  assert.equal(await meetDeadline(pr, { eventId: 4, kind: 'acknowledge' }), true)
  assert.equal(await meetDeadline(pr, { eventId: 4, kind: 'acknowledge' }), false, 'the first counts')
  await pauseClocks(pr, { eventId: 4, reason: '等监管核实' })
  await assert.rejects(pauseClocks(pr, { eventId: 4, reason: '再停' }), { code: 'grading.pausedAlready' })
  assert.ok((await running(4)).every(({ dueAt }) => dueAt === null))
  clock = new Date('2026-11-17T03:10:00Z')
  await resumeClocks(pr, { eventId: 4 })
  const act = (await running(4)).find(({ kind }) => kind === 'act')
  assert.equal(act?.dueAt, '2026-11-17T04:00:00.000Z')
  assert.deepEqual(act?.stretches, [
    { from: '2026-11-17T02:00:00.000Z', to: '2026-11-17T02:10:00.000Z' },
    { from: '2026-11-17T03:10:00.000Z', to: '2026-11-17T04:00:00.000Z' },
  ])
  const shown = await readEventGrade(ctx, { eventId: 4 })
  assert.equal(shown.plan?.key, 'major')
  assert.equal(shown.deadlines.find(({ kind }) => kind === 'acknowledge')?.late, false)
  assert.equal(shown.pauses[0]?.reason, '等监管核实')
})

test('on raising, a clock is never due later than the one it replaces', async () => {
  clock = new Date('2026-11-17T02:00:00Z')
  await gradeFacts(ctx, someFacts({ eventId: 5, bursting: true }))
  clock = new Date('2026-11-17T02:58:00Z')
  await changeLevel(pr, { eventId: 5, level: 'severe', reason: '监管来电' })
  const acknowledge = (await running(5)).find(({ kind }) => kind === 'acknowledge')
  assert.equal(
    acknowledge?.dueAt,
    '2026-11-17T03:00:00.000Z',
    'an hour after the first, not 15 minutes after the second',
  )
  const all = (await deadlinesOf(ctx, [5])).get(5) ?? []
  assert.equal(all.filter(({ state }) => state === 'replaced').length, 3, 'what was is kept')
})

test('rules change by a draft, a trial on history and another person', async () => {
  clock = new Date('2026-11-20T06:00:00Z')
  await gradeFacts(ctx, someFacts({ eventId: 6, drillId: 9, hotListRank: 1 }))
  const rules = await inForce(ctx, 'grading')
  const document = {
    ...rules.document,
    rules: rules.document.rules.map((rule) => (rule.id === 'burst' ? { ...rule, level: 'severe' as const } : rule)),
  }
  const trial = await tryOnHistory(ctx, { document, days: 90 })
  assert.equal(trial.after.severe - trial.before.severe, trial.changed.length)
  assert.deepEqual(
    trial.changed.map(({ eventId, before, after, rules }) => [eventId, before, after, rules]),
    [
      [5, 'moderate', 'severe', ['声量突发且负面']],
      [1, 'moderate', 'severe', ['声量突发且负面']],
    ],
  )
  assert.ok(!trial.changed.some(({ eventId }) => eventId === 6), 'drills are no history')
  assert.equal(trial.hits.find(({ id }) => id === 'burst')?.hits, 2)
  await assert.rejects(
    saveDraft(pr, { kind: 'grading', key: '', document: { bias: 'x' }, reason: '试一试', basedOn: rules.version }),
    { code: 'grading.wrong' },
  )
  const draft = await saveDraft(pr, { kind: 'grading', key: '', document, reason: '突发从严', basedOn: rules.version })
  await assert.rejects(decideVersion(legal, { id: draft.id, approve: true, note: '' }), { code: 'grading.state' })
  await moveDraft(pr, { id: draft.id, to: 'submitted' })
  await assert.rejects(decideVersion(pr, { id: draft.id, approve: true, note: '' }), { code: 'grading.own' })
  await decideVersion(legal, { id: draft.id, approve: true, note: '同意' })
  assert.equal((await inForce(ctx, 'grading')).version, draft.version)
  assert.deepEqual(
    (await listVersions(ctx, { kind: 'grading' })).versions.map(({ version, state }) => [version, state]),
    [
      [2, 'inForce'],
      [1, 'past'],
    ],
  )
  await gradeFacts(ctx, someFacts({ eventId: 7, bursting: true, at: '2026-11-20T06:00:00.000Z' }))
  assert.equal(await levelOf(ctx, 7), 'severe')
})

test('a contract that names a plan nobody approved is not taken', async () => {
  const contracts = await inForce(ctx, 'contracts')
  const document = {
    contracts: contracts.document.contracts.map((one) => ({ ...one, plan: 'nowhere' })),
  }
  await assert.rejects(
    saveDraft(pr, { kind: 'contracts', key: '', document, reason: '换预案', basedOn: contracts.version }),
    { code: 'grading.planUnknown' },
  )
})
