import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { type Ctx, Problem, permissionsOf, type Role } from '#platform'
import { aCtx } from '#test'
import {
  changeLane,
  changeLevel,
  changeState,
  comment,
  holdClock,
  newTask,
  releaseClock,
  sign,
  updateTask,
} from '../../src/opinion/incidents/change.ts'
import { readEntries, readFeed } from '../../src/opinion/incidents/entries.ts'
import { IncidentQuery, NewComment, NewTask } from '../../src/opinion/incidents/incident-contract.ts'
import { followGrade, openIncidentByHand } from '../../src/opinion/incidents/open.ts'
import { changeSetting } from '../../src/opinion/incidents/settings.ts'
import { incidentsOf, listIncidents, readIncident } from '../../src/opinion/incidents/store.ts'
import { followAlerts, followEvent, tellLate } from '../../src/opinion/incidents/watch.ts'
import { createUser } from '../../src/platform/auth/users.ts'

// A Tuesday, ten in the morning in Beijing.
let clock = new Date('2026-03-03T02:00:00Z')
const ctx = await aCtx({ now: () => clock })
const pass = (minutes: number) => {
  clock = new Date(clock.getTime() + minutes * 60_000)
}
const users = new Map<string, string>()
const as = async (name: string, ...roles: Role[]): Promise<Ctx> => {
  let id = users.get(name)
  if (id === undefined) {
    await createUser(ctx, { login: `u${users.size}`, name, roles })
    const { rows } = await sql<{
      id: string
    }>`select id::text as id from platform.app_user where name = ${name}`.execute(ctx.pg)
    id = rows[0]?.id ?? ''
    users.set(name, id)
  }
  return { ...ctx, actor: { kind: 'user', id, name, roles, permissions: permissionsOf(roles) } }
}
const [pr, legal, service] = [await as('公关林', 'pr'), await as('法务沈', 'legal'), await as('客服周', 'service')]
const idOf = (name: string) => users.get(name) ?? ''

const anEvent = async (title: string, { posts = 12, drillId = 0 } = {}): Promise<number> => {
  const { rows } = await sql<{ id: number }>`
    insert into opinion.event (drill_id, title, gist, first_post_id, first_at, last_at, posts, authors, platforms, created_at, changed_at)
    values (${drillId}, ${title}, ${`${title}，多人转发`}, '1', ${clock}, ${clock}, ${posts}, 9, 2, ${clock}, ${clock}) returning id`.execute(
    ctx.pg,
  )
  return rows[0]?.id ?? 0
}
const graded = (eventId: number, level: 'minor' | 'moderate' | 'severe', drillId = 0) =>
  ctx.tx((ctx) => followGrade(ctx, { eventId, drillId, level, before: null }))
const codeOf = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run
    return 'nothing was thrown'
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return error.code
  }
}
const listed = (query: Record<string, unknown> = {}, by: Ctx = ctx) => listIncidents(by, IncidentQuery.parse(query))

test('a severe grade opens one incident with clocks, lanes and the steps of the plan; the same told twice opens no second', async () => {
  const eventId = await anEvent('隐形收费被曝光')
  await graded(eventId, 'minor')
  assert.equal((await listed({ eventId })).items.length, 0, 'a minor one opens nothing')
  await graded(eventId, 'severe')
  await graded(eventId, 'severe')
  const { items } = await listed({ eventId })
  assert.equal(items.length, 1)
  const incident = await readIncident(ctx, { id: items[0]?.id ?? 0 })
  assert.equal(incident.level, 'severe')
  assert.equal(incident.openedHow, 'grade')
  assert.deepEqual(incident.clocks.map(({ kind }) => kind).sort(), [
    'acknowledge',
    'act',
    'close',
    'regulator',
    'statement',
  ])
  assert.ok(incident.clocks.every(({ standing }) => standing === 'running'))
  assert.ok(incident.tasks.length > 0 && incident.plan !== null, 'steps of the contingency plan')
  assert.ok(incident.signatures.some(({ must }) => must))
})

test('the whole way: acknowledged, acted, signed, closed; what is not done or signed keeps it open', async () => {
  const { id } = await openIncidentByHand(pr, {
    title: '收费争议',
    summary: '',
    level: 'moderate',
    reason: '记者来电',
    eventIds: [await anEvent('收费争议')],
    drillId: 0,
  })
  assert.equal(await codeOf(changeState(pr, { id, to: 'closing', reason: '' })), 'incidents.wrongState')
  pass(5)
  await changeState(pr, { id, to: 'acknowledged', reason: '' })
  pass(5)
  await changeState(pr, { id, to: 'acting', reason: '已联系记者' })
  let incident = await readIncident(pr, { id })
  assert.deepEqual(
    incident.clocks
      .filter(({ standing }) => standing === 'met')
      .map(({ kind }) => kind)
      .sort(),
    ['acknowledge', 'act'],
  )
  for (const task of incident.tasks) {
    const by = { pr, legal, service }[task.lane]
    await updateTask(by, { id, taskId: task.id, state: 'done', result: '已完成' })
  }
  incident = await newTask(legal, {
    id,
    ...NewTask.parse({ lane: 'legal', title: '出具法律意见', ownerId: idOf('法务沈') }),
  })
  const open = incident.tasks.find(({ title }) => title === '出具法律意见')
  assert.equal(await codeOf(updateTask(service, { id, taskId: open?.id ?? 0, state: 'done' })), 'incidents.notYourLane')
  await changeState(pr, { id, to: 'closing', reason: '' })
  const close = { id, to: 'closed' as const, reason: '平息', outcome: 'resolved' as const, conclusion: '已澄清' }
  assert.equal(await codeOf(changeState(pr, close)), 'incidents.notReady')
  await updateTask(legal, { id, taskId: open?.id ?? 0, state: 'done' })
  assert.equal(await codeOf(sign(service, { id, party: 'pr', note: '' })), 'incidents.notYourLane')
  const everyone = await as('值班经理', 'pr', 'legal', 'service', 'compliance', 'admin')
  const asked = (await readIncident(pr, { id })).signatures.flatMap(({ party, must }) => (must ? [party] : []))
  const [first = 'pr', ...others] = asked
  assert.ok(others.length > 0, 'more than one signature is asked for')
  const key: Ctx = { ...everyone, actor: { ...everyone.actor, kind: 'key', id: 'a-key' } }
  assert.equal(await codeOf(sign(key, { id, party: first, note: '' })), 'incidents.signerIsMachine')
  const seen = await sign(everyone, { id, party: first, note: '同意' })
  assert.equal(seen.signatures.find(({ party }) => party === others[0])?.other, true)
  for (const party of others) {
    assert.equal(await codeOf(sign(everyone, { id, party, note: '' })), 'incidents.signedOther', 'one person, one part')
    await sign(await as(`签署人 ${party}`, party), { id, party, note: '同意' })
  }
  pass(10)
  incident = await changeState(pr, close)
  assert.equal(incident.state, 'closed')
  assert.ok(
    incident.clocks.every(({ stoppedAt }) => stoppedAt !== null),
    'no clock runs on in a closed case',
  )
  pass(3_000)
  assert.equal(await tellLate(ctx).then(async () => (await listed({ state: 'closed', late: 'true' })).items.length), 0)
  const again = await changeState(pr, { id, to: 'acting', reason: '又有新帖' })
  assert.equal(again.reopened, 1)
  assert.ok(
    again.signatures.every(({ signed }) => signed === null),
    'signatures are asked for anew',
  )
  assert.ok(again.clocks.some(({ kind, standing }) => kind === 'close' && standing === 'running'))
})

test('a deadline moves by the time it was held, is told once when due and once when it is escalated', async () => {
  const { id } = await openIncidentByHand(pr, {
    title: '停表',
    summary: '',
    level: 'severe',
    reason: '测试停表',
    eventIds: [],
    drillId: 0,
  })
  const first = (await readIncident(pr, { id })).clocks.find(({ kind }) => kind === 'acknowledge')
  assert.ok(first)
  pass(5)
  await holdClock(pr, { id, clockId: first.id, reason: '等待公安核实' })
  assert.equal(await codeOf(holdClock(pr, { id, clockId: first.id, reason: '再停' })), 'incidents.clockHeld')
  pass(60)
  await tellLate(ctx)
  const late = async () =>
    (await readEntries(ctx, { id, kinds: ['due', 'escalated'], limit: 100 })).items.filter(
      ({ detail }) => detail['clock'] === 'acknowledge',
    )
  assert.equal((await late()).length, 0, 'a held clock is not late')
  const after = (await releaseClock(pr, { id, clockId: first.id })).clocks.find((one) => one.id === first.id)
  assert.equal(Date.parse(after?.dueAt ?? ''), Date.parse(first.dueAt) + 60 * 60_000)
  clock = new Date(Date.parse(after?.dueAt ?? '') + 1_000)
  await tellLate(ctx)
  await tellLate(ctx)
  assert.deepEqual(
    (await late()).map(({ kind }) => kind),
    ['due'],
  )
  clock = new Date(Date.parse(after?.escalateAt ?? '') + 1_000)
  await tellLate(ctx)
  await tellLate(ctx)
  assert.deepEqual(
    (await late()).map(({ kind }) => kind),
    ['due', 'escalated'],
  )
  assert.equal((await listed({ late: 'true' })).items[0]?.late, true)
})

test('who is named is told; numbers in words are masked; the timeline never changes', async () => {
  const { id } = await openIncidentByHand(pr, {
    title: '提醒',
    summary: '',
    level: 'minor',
    reason: '测试',
    eventIds: [],
    drillId: 0,
  })
  await comment(pr, { id, ...NewComment.parse({ text: '请联系 13912345678', mentions: [idOf('法务沈')] }) })
  await changeLane(pr, { id, lane: 'pr', ownerId: idOf('公关林'), deputyId: null, note: '白班交晚班' })
  assert.equal(
    await codeOf(changeLane(service, { id, lane: 'legal', ownerId: null, deputyId: null, note: '' })),
    'incidents.notYourLane',
  )
  const { items } = await readFeed(legal, { mentionsMe: true, drillId: 0, limit: 10 })
  assert.equal(items[0]?.incidentId, id)
  assert.doesNotMatch(items[0]?.text ?? '', /13912345678/)
  await assert.rejects(
    sql`update opinion.incident_entry set text = '改' where incident_id = ${id}`.execute(ctx.pg),
    /never changed/,
  )
})

test('levels: raising is free and starts clocks anew, lowering needs the right to approve', async () => {
  const { id } = await openIncidentByHand(pr, {
    title: '升降级',
    summary: '',
    level: 'moderate',
    reason: '测试',
    eventIds: [],
    drillId: 0,
  })
  const raised = await changeLevel(pr, { id, level: 'severe', reason: '登上热搜' })
  assert.ok(raised.clocks.some(({ kind }) => kind === 'regulator'))
  assert.equal(await codeOf(changeLevel(pr, { id, level: 'minor', reason: '没事了' })), 'incidents.lowering')
  const both = await as('公关兼法务', 'pr', 'legal')
  await changeLevel(legal, { id, level: 'moderate', reason: '降一级' })
  await changeLevel(both, { id, level: 'severe', reason: '再次升温' })
  assert.equal(await codeOf(changeLevel(both, { id, level: 'minor', reason: '没事了' })), 'incidents.ownLevel')
  const lowered = await changeLevel(legal, { id, level: 'minor', reason: '核实为误会' })
  assert.equal(lowered.level, 'minor')
  assert.ok(
    lowered.clocks.every(({ kind }) => kind !== 'regulator'),
    'a clock that the lower level does not have ends',
  )
})

test('a level changes no deadline for the worse: what ran over stays known, what is due sooner stays due', async () => {
  const { id, clocks } = await openIncidentByHand(pr, {
    title: '改级',
    summary: '',
    level: 'severe',
    reason: '测试改级',
    eventIds: [],
    drillId: 0,
  })
  const began = clocks.find(({ kind }) => kind === 'acknowledge')
  assert.ok(began)
  clock = new Date(Date.parse(began.dueAt) + 60_000)
  const span = { from: new Date(clock.getTime() - 3_600_000), to: clock }
  const missed = async () => (await incidentsOf(ctx, span)).find((one) => one.id === id)?.missed ?? []
  assert.ok((await missed()).includes('acknowledge'), 'late while it still runs')
  const lowered = await changeLevel(legal, { id, level: 'moderate', reason: '影响有限' })
  const after = lowered.clocks.find(({ kind }) => kind === 'acknowledge')
  assert.equal(Math.round(Date.parse(after?.startedAt ?? '') / 1_000), Date.parse(began.startedAt) / 1_000)
  assert.ok((await missed()).includes('acknowledge'), 'late at the level it had')
  const close = lowered.clocks.find(({ kind }) => kind === 'close')
  clock = new Date(Date.parse(close?.dueAt ?? '') - 60_000)
  const raised = await changeLevel(pr, { id, level: 'severe', reason: '再次升温' })
  assert.equal(raised.clocks.find(({ kind }) => kind === 'close')?.dueAt, close?.dueAt, 'raising gives no more time')
})

test('what is done while its clock is held was done in time', async () => {
  const { id, clocks } = await openIncidentByHand(pr, {
    title: '停表中完成',
    summary: '',
    level: 'severe',
    reason: '测试停表中完成',
    eventIds: [],
    drillId: 0,
  })
  const first = clocks.find(({ kind }) => kind === 'acknowledge')
  assert.ok(first)
  await holdClock(pr, { id, clockId: first.id, reason: '等待公安核实' })
  clock = new Date(Date.parse(first.dueAt) + 3_600_000)
  const { clocks: now } = await changeState(pr, { id, to: 'acknowledged', reason: '' })
  assert.equal(now.find((one) => one.id === first.id)?.standing, 'met')
})

test('an event is handled in one place; growing and bursting go on the timeline once; a rise reopens a closed case', async () => {
  const eventId = await anEvent('暴力催收投诉', { posts: 60 })
  await graded(eventId, 'moderate')
  const id = (await listed({ eventId })).items[0]?.id ?? 0
  assert.equal(
    await codeOf(
      openIncidentByHand(pr, {
        title: '又一张',
        summary: '',
        level: 'minor',
        reason: '测试',
        eventIds: [eventId],
        drillId: 0,
      }),
    ),
    'incidents.eventTaken',
  )
  await sql`update opinion.event set bursting = true, posts = 130 where id = ${eventId}`.execute(ctx.pg)
  await followEvent(ctx, { eventId })
  await followEvent(ctx, { eventId })
  const lines = (await readEntries(ctx, { id, kinds: ['burst', 'posts'], limit: 50 })).items
  assert.deepEqual(lines.map(({ kind, detail }) => `${kind} ${detail['posts']}`).sort(), ['burst 130', 'posts 100'])
  await sign(pr, { id, party: 'pr', note: '' })
  await changeState(pr, { id, to: 'closed', reason: '误判', outcome: 'false-alarm' })
  await graded(eventId, 'severe')
  const again = await readIncident(ctx, { id })
  assert.equal(again.state, 'acting')
  assert.equal(again.level, 'severe')
  assert.ok(
    again.signatures.every(({ signed }) => signed === null),
    'signatures are asked for anew',
  )
  const asAlarm = { id, to: 'closed' as const, reason: '误判', outcome: 'false-alarm' as const }
  assert.equal(await codeOf(changeState(pr, asAlarm)), 'incidents.shortClose')
  assert.equal((await changeState(legal, asAlarm)).state, 'closed')
})

test('a drill stays by itself; figures count from their day', async () => {
  const eventId = await anEvent('演练：负面登上热搜', { drillId: 7 })
  await graded(eventId, 'severe', 7)
  assert.equal((await listed({ eventId })).items.length, 0)
  assert.equal((await listed({ eventId, drillId: 7 })).items.length, 1)
  const range = { from: new Date('2026-01-01'), to: new Date('2027-01-01') }
  assert.equal((await incidentsOf(ctx, { ...range, drillId: 7 })).length, 1)
  assert.ok((await incidentsOf(ctx, range)).every(({ eventIds }) => !eventIds.includes(eventId)))
  await changeSetting(ctx, { name: 'opening', fromDay: '2099-01-01', value: { levels: [] }, source: '将来' })
  const other = await anEvent('利率争议')
  await graded(other, 'moderate')
  assert.equal((await listed({ eventId: other })).items.length, 1, 'a figure of the future does not count yet')
  assert.equal(
    await codeOf(
      changeSetting(ctx, { name: 'opening', fromDay: '2026-01-01', value: { levels: ['huge'] }, source: '错' }),
    ),
    'incidents.settingWrong',
  )
})

test('alerts and incidents are acknowledged together, whichever is taken first', async () => {
  const alert = async (eventId: number) => {
    const { rows } = await sql<{ id: number }>`
      insert into opinion.alert (event_id, level, labels, title, detail, fired_at, changed_at)
      values (${eventId}, 'severe', '{}', '预警', '{}', ${clock}, ${clock}) returning id`.execute(ctx.pg)
    return rows[0]?.id ?? 0
  }
  const [one, other] = [await anEvent('预警先确认'), await anEvent('处置单先签收')]
  for (const eventId of [one, other]) await graded(eventId, 'severe')
  const [first, second] = [await alert(one), await alert(other)]
  await followAlerts(ctx)
  pass(3)
  await sql`update opinion.alert set state = 'acknowledged', acknowledged_at = ${clock}, acknowledged_by_name = '公关林' where id = ${first}`.execute(
    ctx.pg,
  )
  pass(30)
  await followAlerts(ctx)
  await followAlerts(ctx)
  const of = async (eventId: number) => readIncident(ctx, { id: (await listed({ eventId })).items[0]?.id ?? 0 })
  const taken = await of(one)
  assert.equal(taken.state, 'acknowledged')
  assert.equal(
    taken.clocks.find(({ kind }) => kind === 'acknowledge')?.standing,
    'met',
    'it was taken in time, told later',
  )
  const lines = (await readEntries(ctx, { id: taken.id, kinds: ['alert'], limit: 50 })).items
  assert.deepEqual(
    lines.map(({ detail }) => detail['what']),
    ['fired', 'taken'],
  )
  await changeState(pr, { id: (await of(other)).id, to: 'acknowledged', reason: '' })
  const { rows } = await sql<{ state: string }>`select state from opinion.alert where id = ${second}`.execute(ctx.pg)
  assert.equal(rows[0]?.state, 'acknowledged')
})
