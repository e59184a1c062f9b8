import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import { consentsOf, recordConsents } from '#compliance'
import { type Ctx, ch, permissionsOf, writeSetting } from '#platform'
import { aCtx } from '#test'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import { CallContent } from '../../src/campaigns/creatives/content-contract.ts'
import { limitForms } from '../../src/campaigns/limits/limits-contract.ts'
import { readLimits } from '../../src/campaigns/limits/store.ts'
import type { Frozen } from '../../src/campaigns/plans/frozen.ts'
import { endStaleTasks, makeTasks } from '../../src/campaigns/tasks/desk.ts'
import { exportTasks } from '../../src/campaigns/tasks/export.ts'
import { listTasks, readTask } from '../../src/campaigns/tasks/read.ts'
import { TaskQuery } from '../../src/campaigns/tasks/task-contract.ts'
import { claimNext, claimTask, finishTask, startTask, takeResults } from '../../src/campaigns/tasks/work.ts'
import { createPurpose } from '../../src/compliance/consent/purposes.ts'
import { aNotice } from '../compliance/notices.ts'
import { people, setLimit } from './gate-support.ts'

// A Monday, ten in the morning in Shanghai.
let clock = new Date('2026-09-07T02:00:00Z')
const ctx = await aCtx({ now: () => clock })
await aNotice(ctx)
const agent = (id: string): Ctx => ({
  ...ctx,
  actor: { kind: 'user', id, name: id, roles: ['service'], permissions: permissionsOf(['service']) },
})
const [ming, hong] = [agent('小明'), agent('小红')]

const content = CallContent.parse({
  channel: 'call',
  opening: '您好，这里是明月消费金融，请问是{{ customer.name }}吗？',
})
const definition = CampaignDefinition.parse({
  trigger: { kind: 'api' },
  product: 'other',
  journey: {
    start: 'call',
    steps: {
      call: {
        kind: 'task',
        channel: 'call',
        creativeId: 1,
        name: '回访未完成申请',
        team: '电销一组',
        dueIn: { amount: 2, unit: 'days' },
        outcomes: { interested: null },
        next: null,
      },
    },
  },
})
const frozen: Frozen = {
  category: 'marketing',
  priority: 50,
  definition,
  audiences: {},
  creatives: { 1: { hash: 'h', version: 1, channel: 'call', content } },
  offers: {},
}

const aCampaign = async (): Promise<number> => {
  const { rows } = await sql<{ id: number }>`
    insert into campaigns.campaign (name, category, priority, state, definition, live_version, created_at, created_by, changed_at,
      changed_by, edited_by)
    values (${`外呼 ${crypto.randomUUID()}`}, 'marketing', 50, 'running', ${JSON.stringify(definition)}, 1, now(), 't', now(), 't', 't')
    returning id`.execute(ctx.pg)
  const id = rows[0]?.id ?? 0
  await sql`insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
    values (${id}, 1, ${JSON.stringify(frozen)}, 'h', now(), 't')`.execute(ctx.pg)
  return id
}

const planned = async (campaignId: number, nos: readonly number[]): Promise<void> => {
  await sql`
    insert into campaigns.send (campaign_id, version, step, customer_no, entry_no, pass, entry_id, category, channel, creative_id, state,
      decided_at, not_before, not_after, key)
    select ${campaignId}, 1, 'call', no, 1, 1, 0, 'marketing', 'call', 1, 'planned', ${clock}, ${clock},
      ${new Date(clock.getTime() + 7 * 86_400_000)}, 'c' || ${campaignId}::int || '-' || no
    from unnest(${[...nos]}::int[]) as n (no)`.execute(ctx.pg)
}

/** At most so many marketing calls in seven days. */
const callsAWeek = async (max: number): Promise<void> => {
  const { limits } = await readLimits(ctx)
  const { rules } = limitForms.frequency.parse(limits.find(({ name }) => name === 'frequency')?.value)
  await setLimit(ctx, 'frequency', {
    rules: rules.map((rule) => (rule.id === 'callsMarketing' ? { ...rule, max } : rule)),
  })
}

const sendState = async (campaignId: number, no: number) => {
  const { rows } = await sql<{ state: string; refusal: string | null }>`
    select state, refusal from campaigns.send where campaign_id = ${campaignId} and customer_no = ${no}`.execute(ctx.pg)
  return rows[0]
}
const waiting = (campaignId: number) => listTasks(ming, TaskQuery.parse({ campaignId }))

test('a planned call becomes one task; two people cannot work on it; the number is given only for the call', async () => {
  const campaignId = await aCampaign()
  const [no = 0] = await people(ctx, 1, { channels: ['call'], traits: { name: '王小明' } })
  await planned(campaignId, [no])
  assert.equal(await makeTasks(ctx), 1)
  assert.equal(await makeTasks(ctx), 0)
  const { items } = await waiting(campaignId)
  assert.deepEqual(
    items.map(({ title, team, customerNo }) => [title, team, customerNo]),
    [['回访未完成申请', '电销一组', no]],
  )
  const id = items[0]?.id ?? 0
  const taken = await claimNext(ming, { team: '电销一组' })
  assert.equal(taken.id, id)
  assert.match(JSON.stringify(taken.script), /请问是王小明吗/)
  assert.deepEqual(taken.leads, ['interested'])
  await assert.rejects(claimTask(hong, { id }), { code: 'tasks.taken' })
  await assert.rejects(startTask(hong, { id }), { code: 'tasks.notTaken' })
  const start = await startTask(ming, { id })
  assert.equal(start.allowed, true)
  assert.match(start.phone ?? '', /^139\d{8}$/)
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from platform.audit where action = 'task.start' and purpose = ${`task ${id}`}`.execute(
    ctx.pg,
  )
  assert.equal(rows[0]?.n, 1)
  const done = await finishTask(ming, { id, outcome: 'interested', note: '想了解额度，回拨 13912345678' })
  assert.deepEqual([done.state, done.outcome], ['done', 'interested'])
  assert.ok(!done.note?.includes('13912345678'), 'numbers in notes are masked')
  assert.equal((await sendState(campaignId, no))?.state, 'delivered')
  const told = await ctx.ch.one<{ n: string }>(
    ch.sql`select count() as n from events where customer_no = ${ch.u32(no)} and event = 'Call Finished'`,
  )
  assert.equal(Number(told?.n), 1)
  await assert.rejects(finishTask(ming, { id, outcome: 'other', note: '' }), { code: 'tasks.over' })
})

test('who withdrew after the task was made is not called', async () => {
  const campaignId = await aCampaign()
  const [no = 0] = await people(ctx, 1, { channels: ['call'], traits: { name: '李四' } })
  await planned(campaignId, [no])
  await makeTasks(ctx)
  const { id } = await claimNext(ming, {})
  await recordConsents(ctx, [
    {
      customerNo: no,
      purpose: 'marketing',
      channel: 'call',
      status: 'withdrawn',
      at: clock,
      noticeVersion: null,
      source: 'staff',
      evidence: {},
    },
  ])
  const start = await startTask(ming, { id })
  assert.deepEqual([start.allowed, start.refusal, start.phone], [false, 'CONSENT_WITHDRAWN', null])
  assert.deepEqual(await sendState(campaignId, no), { state: 'refused', refusal: 'CONSENT_WITHDRAWN' })
})

test('after a restore no number is given before sending is armed again', async () => {
  const campaignId = await aCampaign()
  const [no = 0] = await people(ctx, 1, { channels: ['call'], traits: { name: '孙八' } })
  await planned(campaignId, [no])
  await makeTasks(ctx)
  const { id } = await claimNext(ming, {})
  await writeSetting(ctx, 'sendsArmed', false)
  const start = await startTask(ming, { id })
  assert.deepEqual([start.allowed, start.refusal, start.phone], [false, null, null])
  await writeSetting(ctx, 'sendsArmed', true)
  assert.equal((await startTask(ming, { id })).allowed, true)
  await finishTask(ming, { id, outcome: 'other', note: '' })
})

test('outside the hours the number is not given, and no answer is tried again two hours later', async () => {
  const campaignId = await aCampaign()
  const [no = 0] = await people(ctx, 1, { channels: ['call'], traits: { name: '赵六' } })
  await planned(campaignId, [no])
  await makeTasks(ctx)
  const { id } = await claimNext(ming, {})
  const before = clock
  clock = new Date('2026-09-07T12:30:00Z')
  const late = await startTask(ming, { id })
  assert.deepEqual([late.allowed, late.phone], [false, null])
  assert.equal(late.until, '2026-09-08T01:00:00.000Z')
  clock = before
  // One marketing call a week, as it is set at first, leaves no room for a second try.
  await callsAWeek(2)
  const again = await finishTask(ming, { id, outcome: 'noAnswer', note: '' })
  assert.deepEqual([again.state, again.tries, again.fromAt], ['open', 1, '2026-09-07T04:00:00.000Z'])
  await assert.rejects(claimNext(hong, {}), { code: 'tasks.none' })
  assert.equal((await sendState(campaignId, no))?.state, 'sent')
  clock = new Date(clock.getTime() + 3 * 86_400_000)
  await endStaleTasks(ctx)
  assert.equal((await readTask(ming, { id })).state, 'expired')
  assert.equal((await sendState(campaignId, no))?.state, 'failed')
  clock = before
})

test('a second try is a second contact: limits count it, and where they leave no room the first one was the last', async () => {
  const campaignId = await aCampaign()
  const [twice = 0, once = 0, wished = 0] = await people(ctx, 3, { channels: ['call'], traits: { name: '周九' } })
  const call = async (no: number, outcome: 'noAnswer' | 'callBack') => {
    const { items } = await listTasks(ming, TaskQuery.parse({ campaignId, customerNo: no }))
    const id = items[0]?.id ?? 0
    await claimTask(ming, { id })
    const { allowed, refusal } = await startTask(ming, { id })
    return { id, refusal, done: allowed ? await finishTask(ming, { id, outcome, note: '' }) : undefined }
  }
  await planned(campaignId, [twice, once, wished])
  await makeTasks(ctx)
  const start = clock
  await callsAWeek(2)
  assert.equal((await call(twice, 'noAnswer')).done?.state, 'open')
  clock = new Date(start.getTime() + 3 * 3_600_000)
  const second = await call(twice, 'noAnswer')
  assert.deepEqual([second.done?.state, second.done?.tries], ['done', 2], 'a third would be one too many')
  // Another campaign finds no room either, a day later: two calls were made, though it was one task.
  clock = new Date(start.getTime() + 30 * 3_600_000)
  const other = await aCampaign()
  await planned(other, [twice])
  await makeTasks(ctx)
  assert.deepEqual(await sendState(other, twice), { state: 'refused', refusal: 'FREQUENCY_CHANNEL' })
  clock = start
  await callsAWeek(1)
  assert.equal((await call(once, 'noAnswer')).done?.state, 'done')
  assert.equal((await sendState(campaignId, once))?.state, 'failed')
  // Who asks to be called back is called back.
  assert.equal((await call(wished, 'callBack')).done?.state, 'open')
  clock = new Date(start.getTime() + 6 * 3_600_000)
  assert.equal((await call(wished, 'callBack')).refusal, null)
  clock = start
})

test('a call centre writes back many results; a wish not to be called takes effect at once', async () => {
  const campaignId = await aCampaign()
  const nos = await people(ctx, 2, { channels: ['call'], traits: { name: '钱七' } })
  // Another purpose, of which campaigns may be too: who wants no calls does not tell purposes apart.
  const consents = { basis: 'consent' as const, description: '', separate: null, recipient: null }
  await createPurpose(ctx, { ...consents, key: 'surveys', title: '调研', channels: ['call'] })
  const given = { separate: 'recipient' as const, recipient: '腾讯', channels: [] }
  await createPurpose(ctx, { ...consents, ...given, key: 'adPartner', title: '提供给腾讯' })
  await planned(campaignId, nos)
  await makeTasks(ctx)
  const { items } = await waiting(campaignId)
  const [first, second] = items
  const taken = await takeResults(ming, {
    results: [
      { taskId: first?.id ?? 0, outcome: 'doNotCall', note: '', seconds: 35 },
      { taskId: second?.id ?? 0, outcome: 'complaint', note: '' },
      { taskId: 999_999, outcome: 'other', note: '' },
    ],
  })
  assert.deepEqual(
    taken.items.map(({ taken, reason }) => [taken, reason]),
    [
      [true, null],
      [true, null],
      [false, 'tasks.unknown'],
    ],
  )
  const words = await consentsOf(ctx, [first?.customerNo ?? 0])
  assert.deepEqual(
    words
      .get(first?.customerNo ?? 0)
      ?.map(({ purpose, channel, status }) => [purpose, channel, status])
      .sort(),
    [
      ['marketing', 'call', 'withdrawn'],
      ['surveys', 'call', 'withdrawn'],
    ],
  )
  const { rows } = await sql<{ kind: string }>`
    select kind from compliance.exclusion where customer_no = ${second?.customerNo ?? 0}`.execute(ctx.pg)
  assert.deepEqual(rows, [{ kind: 'complaint' }])
})

test('tasks for a call centre: masked by itself, in clear with a purpose, audited, and taken out of the hands of others', async () => {
  const campaignId = await aCampaign()
  const [no = 0, withdrawn = 0] = await people(ctx, 2, { channels: ['call'], traits: { name: '=王小明' } })
  await planned(campaignId, [no, withdrawn])
  await makeTasks(ctx)
  await recordConsents(ctx, [
    {
      customerNo: withdrawn,
      purpose: 'marketing',
      channel: 'call',
      status: 'withdrawn',
      at: clock,
      noticeVersion: null,
      source: 'staff',
      evidence: {},
    },
  ])
  const masked = await exportTasks(ming, { campaignId, unmasked: false, take: false })
  assert.deepEqual([masked.tasks, masked.refused, masked.more], [1, 1, false])
  assert.match(masked.csv, /139\*+\d+/)
  assert.doesNotMatch(masked.csv, /"=/)
  await assert.rejects(exportTasks(ming, { campaignId, unmasked: true, take: true }), {
    code: 'platform.purposeNeeded',
  })
  const analyst: Ctx = { ...ming, actor: { ...ming.actor, permissions: permissionsOf(['marketer']) } }
  await assert.rejects(exportTasks(analyst, { campaignId, unmasked: true, take: false, purpose: '外呼' }), {
    code: 'platform.forbidden',
  })
  const clear = await exportTasks(ming, { campaignId, unmasked: true, take: true, purpose: '交外呼中心回访' })
  assert.match(clear.csv, /"139\d{8}"/)
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from platform.audit where action = 'task.exportNumber' and purpose = '交外呼中心回访'`.execute(
    ctx.pg,
  )
  assert.equal(rows[0]?.n, 1)
  const { items } = await waiting(campaignId)
  assert.deepEqual(
    items.map(({ state, mine }) => [state, mine]),
    [['claimed', true]],
  )
  assert.equal((await sendState(campaignId, withdrawn))?.refusal, 'CONSENT_WITHDRAWN')
  const id = items[0]?.id ?? 0
  await assert.rejects(finishTask(hong, { id, outcome: 'interested', note: '' }), { code: 'tasks.taken' })
  const told = await takeResults(hong, { results: [{ taskId: id, outcome: 'interested', note: '' }] })
  assert.deepEqual(told.items, [{ taskId: id, taken: true, reason: null }])
})
