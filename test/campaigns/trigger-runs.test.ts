import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test from 'node:test'
import { sql } from 'kysely'
import { readLists, saveList } from '#audiences'
import { type Ctx, writeSetting } from '#platform'
import { aCtx, someCustomers } from '#test'
import { cancelRun, listRuns, makeUpRun } from '../../src/campaigns/triggers/activity.ts'
import { planRuns } from '../../src/campaigns/triggers/plan-runs.ts'
import { workRun } from '../../src/campaigns/triggers/run.ts'
import { aDoor, published } from './published.ts'

const minute = 60_000
const hour = 60 * minute
let clock = Date.parse('2027-02-26T04:00:00Z')
const at = (text: string) => {
  clock = Date.parse(text)
}
const base = await aCtx({ now: () => new Date(clock) })
let asked: number[] = []
const ctx: Ctx = {
  ...base,
  jobs: { ...base.jobs, send: async (_name, input) => void asked.push((input as { id: number }).id) },
}
const door = aDoor()

/** Plans, and works what is asked for, as the jobs do. */
const tick = async (signal = new AbortController().signal) => {
  await planRuns(ctx)
  while (asked.length > 0) {
    const ids = [...new Set(asked)]
    asked = []
    for (const id of ids) await workRun(ctx, id, door.calls.enter, signal)
  }
}
const wentInto = (id: number) => door.went.filter(({ campaignId }) => campaignId === id)
const runsOf = async (id: number) => (await listRuns(ctx, { id, limit: 20 })).runs

const audienceId = randomUUID()
const gold = { [audienceId]: { name: 'gold', version: 1, definition: { trait: 'level', is: 'gold' } } }
const people = await someCustomers(ctx, [
  { traits: { level: 'gold', birthday: '2000-02-29' } },
  { traits: { level: 'gold', birthday: '1999-02-28' } },
  { traits: { level: 'iron', birthday: '1990-03-01' } },
])
const nos = people.map(({ no }) => no)

test('once: everybody of the approved audience enters, once, and who was in it is kept', async () => {
  const id = await published(ctx, { trigger: { kind: 'once', audienceId } }, { audiences: gold })
  await tick()
  await tick()
  assert.deepEqual(
    wentInto(id).map(({ customerNo, triggerKey }) => [customerNo, triggerKey]),
    [
      [nos[0], 'once'],
      [nos[1], 'once'],
    ],
  )
  const [run] = await runsOf(id)
  assert.deepEqual([run?.state, run?.total, run?.handed, run?.entered], ['done', 2, 2, 2])
  const { items } = await readLists(ctx, { kind: 'snapshot', limit: 100 })
  assert.equal(items.find((one) => one.id === run?.listId)?.size, 2)
})

test('recurring: each time of the timetable is a run of its own; one missed by more than an hour is told', async () => {
  const id = await published(
    ctx,
    { trigger: { kind: 'recurring', audienceId, timetable: { at: '15:00' } } },
    { audiences: gold },
  )
  at('2027-02-26T07:00:00Z')
  await tick()
  assert.equal(wentInto(id).length, 2)
  // Away over one time, back within the hour of the next.
  at('2027-02-28T07:50:00Z')
  await tick()
  const runs = await runsOf(id)
  assert.deepEqual(
    runs.map(({ occurrence, state, reason }) => [occurrence, state, reason]),
    [
      ['2027-02-28T15:00', 'done', null],
      ['2027-02-27T15:00', 'missed', 'overdue'],
      ['2027-02-26T15:00', 'done', null],
    ],
  )
  assert.equal(wentInto(id).length, 4)
  const missed = runs[1]?.id ?? 0
  await makeUpRun(ctx, { id, run: missed })
  await tick()
  assert.equal(wentInto(id).length, 6)
})

test('recurring: runs of one campaign never overlap, and one that waits too long is told as missed', async () => {
  const id = await published(
    ctx,
    { trigger: { kind: 'recurring', audienceId, timetable: { at: '16:00' } } },
    { audiences: gold },
  )
  at('2027-02-28T08:00:00Z')
  await planRuns(ctx)
  const [first] = await runsOf(id)
  // Another process works on it and does not end.
  await sql`update campaigns.run set state = 'running', owner = ${randomUUID()}::uuid, fence = 1,
    lease_until = now() + interval '1 hour' where id = ${first?.id}`.execute(ctx.pg)
  asked = []
  at('2027-03-01T08:00:10Z')
  await tick()
  assert.equal(wentInto(id).length, 0)
  assert.deepEqual(
    (await runsOf(id)).map(({ state }) => state),
    ['waiting', 'running'],
  )
  at('2027-03-01T09:30:00Z')
  const waiting = (await runsOf(id))[0]?.id ?? 0
  await workRun(ctx, waiting, door.calls.enter, new AbortController().signal)
  assert.deepEqual((await runsOf(id)).map(({ state, reason }) => [state, reason])[0], ['missed', 'overlap'])
  // The other process dies; the run is taken over and goes on.
  await sql`update campaigns.run set lease_until = now() - interval '1 second' where id = ${first?.id}`.execute(ctx.pg)
  await tick()
  assert.equal((await runsOf(id)).find((run) => run.id === first?.id)?.state, 'done')
  assert.equal(wentInto(id).length, 2)
})

test('a run goes on where it stood after a stop, is held while the campaign is paused, and can be cancelled', async () => {
  const list = await saveList(ctx, { name: 'three', kind: 'upload', why: 'test', madeOf: {}, members: nos })
  const trigger = { kind: 'list', listId: list.id }
  const id = await published(ctx, { trigger })
  const aborted = new AbortController()
  aborted.abort()
  await tick(aborted.signal)
  assert.deepEqual(
    (await runsOf(id)).map(({ state, handed }) => [state, handed]),
    [['running', 0]],
  )
  await sql`update campaigns.campaign set state = 'paused' where id = ${id}`.execute(ctx.pg)
  clock += 3 * hour
  await tick()
  assert.equal(wentInto(id).length, 0)
  await sql`update campaigns.campaign set state = 'running' where id = ${id}`.execute(ctx.pg)
  await tick()
  assert.equal(wentInto(id).length, 3)
  assert.deepEqual(
    (await runsOf(id)).map(({ state }) => state),
    ['done'],
  )

  const other = await published(ctx, { trigger })
  await planRuns(ctx)
  asked = []
  const [run] = await runsOf(other)
  await cancelRun(ctx, { id: other, run: run?.id ?? 0 })
  await tick()
  assert.equal(wentInto(other).length, 0)
  await assert.rejects(cancelRun(ctx, { id: other, run: run?.id ?? 0 }), /over/)
})

test('a birthday on 29 February enters on 28 February 2027, each year once', async () => {
  at('2027-02-27T16:00:00Z')
  const id = await published(ctx, {
    trigger: { kind: 'date', trait: 'birthday', offsetDays: 0, at: '09:00', yearly: true },
  })
  at('2027-02-28T01:00:00Z')
  await tick()
  assert.deepEqual(
    wentInto(id).map(({ customerNo, triggerKey }) => [customerNo, triggerKey]),
    [
      [nos[0], 'date:birthday:2027'],
      [nos[1], 'date:birthday:2027'],
    ],
  )
  at('2027-03-01T01:00:00Z')
  await tick()
  assert.deepEqual(
    wentInto(id).map(({ customerNo }) => customerNo),
    nos,
  )
})

test('what cannot be answered any more fails and says why', async () => {
  const id = await published(ctx, { trigger: { kind: 'once', audienceId: randomUUID() } })
  await tick()
  assert.deepEqual(
    (await runsOf(id)).map(({ state, reason }) => [state, reason]),
    [['missed', 'audienceGone']],
  )
})

test('after a restore nothing runs before sending is armed again', async () => {
  const id = await published(ctx, { trigger: { kind: 'once', audienceId } }, { audiences: gold })
  await writeSetting(ctx, 'sendsArmed', false)
  await tick()
  assert.deepEqual(await runsOf(id), [])
  await writeSetting(ctx, 'sendsArmed', true)
  await tick()
  assert.equal(wentInto(id).length, 2)
})
