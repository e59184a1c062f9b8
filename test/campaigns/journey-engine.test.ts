import assert from 'node:assert/strict'
import test from 'node:test'
import { ch } from '#platform'
import { aCtx, aCustomer, someCustomers } from '#test'
import { arrived, taskOutcome } from '../../src/campaigns/journeys/arrived.ts'
import { openEngine } from '../../src/campaigns/journeys/engine.ts'
import { enter } from '../../src/campaigns/journeys/enter.ts'
import { copyPassages } from '../../src/campaigns/journeys/passages.ts'
import { aGate, aRunningCampaign, comers, publishAnother } from './journey-support.ts'

let now = new Date('2026-11-02T02:00:00Z')
const ctx = await aCtx({ now: () => now })
const people = await someCustomers(
  ctx,
  Array.from({ length: 30 }, (_, i) => ({ traits: { age: 20 + i, due_date: '2026-11-10', score_a: i, score_b: 10 } })),
)
const nos = people.map(({ no }) => no)
const [a = 0, b = 0, c = 0] = nos
const notPersonalised = async () => new Set<number>()
const engineWith = (decide = aGate()) => openEngine(ctx, { decide, notPersonalised })
const engine = engineWith()
const minutes = (n: number) => {
  now = new Date(now.getTime() + n * 60_000)
}
const hours = (n: number) => minutes(60 * n)

const letIn = (campaign: { campaignId: number; version: number }, who: readonly number[], key?: string) =>
  ctx.tx((ctx) => enter(ctx, { ...campaign, people: comers(who, key) }))
const places = async ({ campaignId }: { campaignId: number }) => {
  const rows = await ctx.pg
    .selectFrom('campaigns.entry')
    .select(['step', 'state'])
    .where('campaign_id', '=', campaignId)
    .execute()
  const counted: Record<string, number> = {}
  for (const { step, state } of rows) counted[`${state} ${step}`] = (counted[`${state} ${step}`] ?? 0) + 1
  return counted
}
const entryOf = ({ campaignId }: { campaignId: number }, no: number) =>
  ctx.pg
    .selectFrom('campaigns.entry')
    .selectAll()
    .where('campaign_id', '=', campaignId)
    .where('customer_no', '=', no)
    .executeTakeFirstOrThrow()
const sends = ({ campaignId }: { campaignId: number }) =>
  ctx.pg.selectFrom('campaigns.send').selectAll().where('campaign_id', '=', campaignId).orderBy('id').execute()
const counts = async ({ campaignId }: { campaignId: number }) =>
  Object.fromEntries(
    (await ctx.pg.selectFrom('campaigns.step_count').selectAll().where('campaign_id', '=', campaignId).execute()).map(
      ({ step, edge, n }) => [`${step}/${edge}`, Number(n)],
    ),
  )

const message = (next: string | null, more: object = {}) => ({
  kind: 'message',
  channels: [{ channel: 'sms', creativeId: 1 }],
  next,
  ...more,
})
const wait = (amount: number, unit: string, next: string | null) => ({ kind: 'wait', for: { amount, unit }, next })
const exit = { kind: 'exit' }

test('message, wait, branch, message: each person goes his way, everything counted exactly', async () => {
  const campaign = await aRunningCampaign(ctx, {
    journey: {
      start: 'hello',
      steps: {
        hello: message('rest'),
        rest: wait(1, 'days', 'older'),
        older: {
          kind: 'branch',
          arms: [{ name: 'yes', when: { trait: 'age', gte: 40 }, next: 'again' }],
          otherwise: 'bye',
        },
        again: message(null),
        bye: exit,
      },
    },
  })
  await letIn(campaign, nos)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active rest': 30 })
  hours(24)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'finished again': 10, 'exited bye': 20 })
  assert.equal((await sends(campaign)).length, 40)
  assert.deepEqual(await counts(campaign), {
    '/entered': 30,
    '/exited': 20,
    '/finished': 10,
    'again/in': 10,
    'again/next': 10,
    'bye/exited': 20,
    'bye/in': 20,
    'hello/in': 30,
    'hello/next': 30,
    'older/arm:yes': 10,
    'older/in': 30,
    'older/otherwise': 20,
    'rest/in': 30,
    'rest/next': 30,
  })
  await copyPassages(ctx)
  const rows = await ctx.ch.rows<{ step: string; edge: string; n: string }>(
    ch.sql`select step, edge, count() as n from journey_passages final where campaign_id = ${ch.u32(campaign.campaignId)} group by step, edge order by step, edge`,
  )
  assert.deepEqual(
    rows.map(({ step, edge, n }) => `${step}/${edge} ${n}`),
    ['again/next 10', 'bye/exited 20', 'hello/next 30', 'older/arm:yes 10', 'older/otherwise 20', 'rest/next 30'],
  )
})

test('people in flight stay on their version', async () => {
  const steps = (next: string) => ({ one: wait(1, 'hours', next), old: exit, new: exit })
  const campaign = await aRunningCampaign(ctx, {
    journey: { start: 'one', steps: steps('old') },
    reEntry: { times: null, afterDays: 0 },
  })
  await letIn(campaign, [a])
  await engine.drain()
  const first = await ctx.pg
    .selectFrom('campaigns.campaign')
    .select('definition')
    .where('id', '=', campaign.campaignId)
    .executeTakeFirstOrThrow()
  await publishAnother(ctx, campaign.campaignId, 2, {
    ...first.definition,
    journey: { start: 'one', steps: steps('new') } as never,
  })
  await letIn({ ...campaign, version: 2 }, [b])
  await engine.drain()
  hours(1)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'exited old': 1, 'exited new': 1 })
})

test('pause holds those whose time comes, resume goes on, stop lets those inside finish, a second stop ends them', async () => {
  const campaign = await aRunningCampaign(ctx, {
    journey: { start: 'one', steps: { one: wait(1, 'hours', 'two'), two: wait(1, 'hours', 'm'), m: message(null) } },
  })
  const state = (to: 'paused' | 'running' | 'stopping' | 'ended') =>
    ctx.pg.updateTable('campaigns.campaign').set({ state: to }).where('id', '=', campaign.campaignId).execute()
  await letIn(campaign, [a, b])
  await engine.drain()
  await state('paused')
  hours(2)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active one': 2 }, 'held')
  await state('running')
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active two': 2 }, 'the second wait counts from now')
  await state('stopping')
  assert.equal((await letIn(campaign, [c])).closed, 1)
  hours(1)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'finished m': 2 })

  const other = await aRunningCampaign(ctx, { journey: { start: 'one', steps: { one: wait(1, 'days', null) } } })
  await letIn(other, nos)
  await engine.drain()
  await ctx.pg.updateTable('campaigns.campaign').set({ state: 'ended' }).where('id', '=', other.campaignId).execute()
  await engine.round()
  assert.deepEqual(await places(other), { 'stopped one': 30 })
  assert.equal((await counts(other))['/stopped'], 30)
})

test('a step that is not there, or of a kind nobody knows, marks the person and holds up nobody', async () => {
  const campaign = await aRunningCampaign(
    ctx,
    { journey: { start: 'odd', steps: { odd: { kind: 'incentive', next: null } } } },
    { loose: true },
  )
  const fine = await aRunningCampaign(ctx, { journey: { start: 'end', steps: { end: exit } } })
  await letIn(campaign, [a, b])
  await letIn(fine, nos)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'failed odd': 2 })
  assert.equal((await entryOf(campaign, a)).reason, 'unknownKind')
  assert.deepEqual(await places(fine), { 'exited end': 30 })
})

test('one person whom the gate chokes on fails alone; the others of his set go on', async () => {
  const campaign = await aRunningCampaign(ctx, { journey: { start: 'm', steps: { m: message(null) } } })
  await letIn(campaign, nos)
  const plain = aGate()
  await engineWith((ctx, requests) => {
    if (requests.some(({ customerNo }) => customerNo === c)) throw new Error('made up')
    return plain(ctx, requests)
  }).drain()
  assert.deepEqual(await places(campaign), { 'finished m': 29, 'failed m': 1 })
  assert.equal((await sends(campaign)).length, 29)
})

test('a condition on something that is gone fails those who stand at it, with the code', async () => {
  const campaign = await aRunningCampaign(ctx, {
    journey: {
      start: 'b',
      steps: {
        b: {
          kind: 'branch',
          arms: [{ name: 'x', when: { tag: 'no_such_tag', is: 'x' }, next: null }],
          otherwise: null,
        },
      },
    },
  })
  await letIn(campaign, [a])
  await engine.drain()
  const { state, reason } = await entryOf(campaign, a)
  assert.deepEqual([state, reason], ['failed', 'audiences.unknownTag'])
})

test('a loop that nothing holds up ends as failed instead of turning for ever', async () => {
  const campaign = await aRunningCampaign(
    ctx,
    { journey: { start: 'x', steps: { x: { kind: 'goal', next: 'y' }, y: { kind: 'goal', next: 'x' } } } },
    { loose: true },
  )
  await letIn(campaign, [a])
  await engine.drain()
  assert.equal((await entryOf(campaign, a)).reason, 'endlessLoop')
})

test('a loop with a wait: each passage is a visit of its own, and each sends once', async () => {
  const campaign = await aRunningCampaign(ctx, {
    journey: { start: 'm', steps: { m: message('w'), w: wait(1, 'hours', 'm') } },
  })
  await letIn(campaign, [a])
  for (let turn = 0; turn < 4; turn++) {
    await engine.drain()
    hours(1)
  }
  assert.deepEqual(
    (await sends(campaign)).map(({ pass }) => pass),
    [1, 2, 3, 4],
  )
})

test('refused goes its own way; without one it goes on', async () => {
  const refusing = engineWith(aGate({ refuse: ({ step }) => step === 'm' }))
  const drawn = await aRunningCampaign(ctx, {
    journey: { start: 'm', steps: { m: message('yes', { onRefused: 'no' }), yes: exit, no: exit } },
  })
  const plain = await aRunningCampaign(ctx, { journey: { start: 'm', steps: { m: message('yes'), yes: exit } } })
  await letIn(drawn, [a])
  await letIn(plain, [a])
  await refusing.drain()
  assert.deepEqual(await places(drawn), { 'exited no': 1 })
  assert.deepEqual(await places(plain), { 'exited yes': 1 })
  assert.equal((await counts(plain))['m/refused'], 1)
})

test('held back by quiet hours the person waits with the message, so the day after counts from when it went out', async () => {
  const opens = new Date(now.getTime() + 9 * 3_600_000)
  const deferring = engineWith(aGate({ notBefore: () => opens }))
  const campaign = await aRunningCampaign(ctx, {
    journey: { start: 'm', steps: { m: message('w'), w: wait(1, 'days', null) } },
  })
  await letIn(campaign, [a])
  await deferring.drain()
  assert.deepEqual(await places(campaign), { 'active m': 1 })
  hours(9)
  await deferring.drain()
  assert.equal((await entryOf(campaign, a)).due_at?.toISOString(), new Date(now.getTime() + 86_400_000).toISOString())
  assert.equal((await sends(campaign)).length, 1)
})

test('splits and experiments: shares come out, the experiment is kept on the send, the same person the same arm', async () => {
  const arm = (name: string, share: number, next: string | null) => ({ name, share, next })
  const campaign = await aRunningCampaign(ctx, {
    goal: { event: 'Loan Drawn', withinDays: 7 },
    journey: {
      start: 'x',
      steps: {
        x: { kind: 'experiment', key: 'words', arms: [arm('A', 0.5, 'm'), arm('B', 0.5, 'm')] },
        m: message('y'),
        y: { kind: 'experiment', key: 'words', arms: [arm('A', 0.5, 'isA'), arm('B', 0.5, 'isB')] },
        isA: exit,
        isB: exit,
      },
    },
  })
  await letIn(campaign, nos)
  await engine.drain()
  for (const { customer_no, arm } of await sends(campaign))
    assert.equal((await entryOf(campaign, customer_no)).step, arm === 'words:A' ? 'isA' : 'isB')
  const split = await aRunningCampaign(ctx, {
    journey: {
      start: 's',
      steps: { s: { kind: 'split', arms: [arm('A', 0.5, 'l'), arm('B', 0.5, 'r')] }, l: exit, r: exit },
    },
  })
  await letIn(split, nos)
  await engine.drain()
  const { 'exited l': left = 0 } = await places(split)
  assert.ok(left > 5 && left < 25, String(left))
})

test('best: the highest score, nobody who declined personalisation', async () => {
  const arm = (name: string, trait: string, next: string) => ({ name, score: { trait }, next })
  const steps = {
    x: { kind: 'best', arms: [arm('A', 'score_a', 'isA'), arm('B', 'score_b', 'isB')], otherwise: 'plain' },
    isA: exit,
    isB: exit,
    plain: exit,
  }
  const campaign = await aRunningCampaign(ctx, { journey: { start: 'x', steps } })
  await letIn(campaign, nos)
  await openEngine(ctx, { decide: aGate(), notPersonalised: async () => new Set([a]) }).drain()
  // Scores of A are 0 to 29 against 10 of B; at 10 the first arm is taken.
  assert.deepEqual(await places(campaign), { 'exited isA': 20, 'exited isB': 9, 'exited plain': 1 })
})

test('wait for an event: before it, with it, too late, and one that came before anybody listened', async () => {
  const campaign = await aRunningCampaign(ctx, {
    journey: {
      start: 'w',
      steps: {
        w: {
          kind: 'waitEvent',
          event: 'Quiz Done',
          within: { amount: 1, unit: 'hours' },
          next: 'did',
          onTimeout: 'not',
        },
        did: exit,
        not: exit,
      },
    },
  })
  const told = await aCustomer(ctx)
  const early = await aCustomer(ctx)
  const silent = await aCustomer(ctx)
  await letIn(campaign, [told.no, early.no, silent.no])
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active w': 3 })
  const arrival = (at: Date) => ({
    ...campaign,
    customerNo: told.no,
    role: 'wait' as const,
    step: 'w',
    event: 'Quiz Done',
    hash: '1',
    at,
    receivedAt: at,
  })
  await ctx.tx((ctx) => arrived(ctx, [arrival(new Date(now.getTime() - 1))]))
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active w': 3 }, 'it happened before he waited')
  now = new Date(now.getTime() + 1_000)
  // Stored while nobody listened.
  await aCustomer(ctx, { userId: early.userId, events: [{ event: 'Quiz Done' }] })
  await ctx.tx((ctx) => arrived(ctx, [arrival(now), arrival(now)]))
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active w': 2, 'exited did': 1 })
  now = new Date(now.getTime() + 3_000)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active w': 1, 'exited did': 2 })
  hours(1)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'exited not': 1, 'exited did': 2 })
})

test('wait for a date of the person: before, at the hour of his zone, past, missing', async () => {
  const step = { kind: 'waitDate', trait: 'due_date', offsetDays: -3, at: '09:30', next: 'in', onMissing: 'out' }
  const campaign = await aRunningCampaign(ctx, { journey: { start: 'w', steps: { w: step, in: exit, out: exit } } })
  const at = now
  now = new Date('2026-11-05T00:00:00Z')
  const elsewhere = await aCustomer(ctx, { traits: { due_date: '2026-11-10', timezone: 'America/New_York' } })
  const past = await aCustomer(ctx, { traits: { due_date: '2026-11-07' } })
  const without = await aCustomer(ctx)
  await letIn(campaign, [a, elsewhere.no, past.no, without.no])
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active w': 2, 'exited out': 2 })
  assert.equal((await entryOf(campaign, a)).due_at?.toISOString(), '2026-11-07T01:30:00.000Z')
  assert.equal((await entryOf(campaign, elsewhere.no)).due_at?.toISOString(), '2026-11-07T14:30:00.000Z')
  now = new Date('2026-11-07T14:30:00Z')
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'exited in': 2, 'exited out': 2 })
  now = new Date(Math.max(now.getTime(), at.getTime()))
})

test('update sets a trait of the dictionary, and a value that does not fit fails only there', async () => {
  const set = (value: unknown, next: string | null) => ({
    kind: 'update',
    set: { trait: 'journey_stage', value },
    next,
  })
  const campaign = await aRunningCampaign(ctx, {
    journey: {
      start: 'u',
      steps: {
        u: set('warm', 'check'),
        check: {
          kind: 'branch',
          arms: [{ name: 'warm', when: { trait: 'journey_stage', is: 'warm' }, next: 'yes' }],
          otherwise: 'no',
        },
        yes: exit,
        no: exit,
      },
    },
  })
  await letIn(campaign, [a, b])
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'exited yes': 2 })
  const wrong = await aRunningCampaign(ctx, {
    journey: { start: 'u', steps: { u: { kind: 'update', set: { trait: 'age', value: 'old' }, next: null } } },
  })
  await letIn(wrong, [a])
  await engine.drain()
  assert.equal((await entryOf(wrong, a)).reason, 'trait.type')
})

test('the goal ends the journey where it should, and counts after it; an exit event ends it', async () => {
  const drawn = {
    goal: { event: 'Loan Drawn', withinDays: 7 },
    exits: [{ event: 'Complaint Filed' }],
    journey: { start: 'w', steps: { w: wait(30, 'days', 'm'), m: message(null) } },
  }
  const campaign = await aRunningCampaign(ctx, drawn)
  const stays = await aRunningCampaign(ctx, { ...drawn, exitOnGoal: false })
  await letIn(campaign, [a, b, c])
  await letIn(stays, [a])
  await engine.drain()
  hours(1)
  const tell = (of: typeof campaign, customerNo: number, role: 'goal' | 'exit', at: Date) =>
    ctx.tx((ctx) =>
      arrived(ctx, [{ ...of, customerNo, role, step: undefined, event: '', hash: '1', at, receivedAt: at }]),
    )
  for (let twice = 0; twice < 2; twice++) {
    await tell(campaign, a, 'goal', now)
    await tell(campaign, b, 'exit', now)
    await tell(stays, a, 'goal', now)
  }
  assert.deepEqual(await places(campaign), { 'active w': 1, 'converted w': 1, 'exited w': 1 })
  assert.equal((await counts(campaign))['/converted'], 1)
  assert.deepEqual(await places(stays), { 'active w': 1 })
  assert.equal((await entryOf(stays, a)).goal_at?.getTime(), now.getTime())
  hours(24 * 7)
  await tell(campaign, c, 'goal', now)
  assert.deepEqual((await entryOf(campaign, c)).goal_at, null, 'later than the goal may be')
})

test('whoever did the goal without anybody hearing it gets no message about it', async () => {
  const campaign = await aRunningCampaign(ctx, {
    goal: { event: 'Applied', withinDays: 7 },
    journey: { start: 'w', steps: { w: wait(1, 'hours', 'm'), m: message(null) } },
  })
  const quick = await aCustomer(ctx)
  await letIn(campaign, [quick.no, b])
  await engine.drain()
  minutes(30)
  await aCustomer(ctx, { userId: quick.userId, events: [{ event: 'Applied' }] })
  minutes(30)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'converted m': 1, 'finished m': 1 })
  assert.deepEqual(
    (await sends(campaign)).map(({ customer_no }) => customer_no),
    [b],
  )
})

test('a task is waited for: its outcome leads on once, and it expires', async () => {
  const call = {
    kind: 'task',
    channel: 'call',
    creativeId: 1,
    dueIn: { amount: 2, unit: 'days' },
    outcomes: { promised: 'yes', refused: null },
    next: 'late',
  }
  const campaign = await aRunningCampaign(ctx, { journey: { start: 't', steps: { t: call, yes: exit, late: exit } } })
  await letIn(campaign, [a, b, c])
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active t': 3 })
  const [first, second] = await sends(campaign)
  assert.ok(first && second)
  assert.equal(await ctx.tx((ctx) => taskOutcome(ctx, first.id, 'promised')), true)
  assert.equal(await ctx.tx((ctx) => taskOutcome(ctx, first.id, 'refused')), false)
  assert.equal(await ctx.tx((ctx) => taskOutcome(ctx, second.id, 'not drawn')), true)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active t': 1, 'exited yes': 1, 'exited late': 1 })
  hours(48)
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'exited yes': 1, 'exited late': 2 })
  assert.equal((await counts(campaign))['t/expired'], 2)
})

test('two engines on one store never move the same person twice', async () => {
  const campaign = await aRunningCampaign(ctx, {
    journey: { start: 'm', steps: { m: message('n'), n: message('o'), o: message(null) } },
  })
  await letIn(campaign, nos)
  const other = engineWith()
  await Promise.all([engine.drain(), other.drain(), engine.drain(), other.drain()])
  assert.deepEqual(await places(campaign), { 'finished o': 30 })
  assert.equal((await sends(campaign)).length, 90)
  assert.equal((await counts(campaign))['/finished'], 30)
})

test('held for a backup nobody moves; after a restore nobody moves before sending is armed', async () => {
  const campaign = await aRunningCampaign(ctx, { journey: { start: 'e', steps: { e: exit } } })
  await letIn(campaign, [a])
  const release = await engine.hold()
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active e': 1 })
  release()
  const setting = { name: 'sendsArmed', value: 'false', changed_at: now, changed_by: 'test' }
  await ctx.pg.insertInto('platform.setting').values(setting).execute()
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'active e': 1 })
  await ctx.pg.deleteFrom('platform.setting').where('name', '=', 'sendsArmed').execute()
  await engine.drain()
  assert.deepEqual(await places(campaign), { 'exited e': 1 })
})
