import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { aCtx } from '#test'
import { startEmailSandbox } from '../../src/campaigns/channels/email/sandbox.ts'
import { acknowledgeAlert, acknowledgeByLink } from '../../src/opinion/alerts/acknowledge.ts'
import { AlertQuery } from '../../src/opinion/alerts/alert-contract.ts'
import { NewChannel } from '../../src/opinion/alerts/channel-contract.ts'
import { changeChannel, createChannel, testChannel } from '../../src/opinion/alerts/channels.ts'
import { escalateDue, remindOfClocks } from '../../src/opinion/alerts/escalate.ts'
import { endEvent, fireAlert, followEvent } from '../../src/opinion/alerts/fire.ts'
import { flushGroups } from '../../src/opinion/alerts/flush.ts'
import { ackKey, ackUrl, readLink } from '../../src/opinion/alerts/links.ts'
import { saveContact } from '../../src/opinion/alerts/people.ts'
import { sendNotices } from '../../src/opinion/alerts/post-box.ts'
import { previewRouting } from '../../src/opinion/alerts/preview.ts'
import { listAlerts, readEventAlert } from '../../src/opinion/alerts/read.ts'
import { NewRota } from '../../src/opinion/alerts/rota-contract.ts'
import { createRota, deleteRota, listRotas } from '../../src/opinion/alerts/rotas.ts'
import { changeRouting, currentRouting } from '../../src/opinion/alerts/routing-store.ts'
import { startAlertSandbox } from '../../src/opinion/alerts/sandbox.ts'
import { createSilence, endSilence, silenceSevere, turnSilences } from '../../src/opinion/alerts/silences.ts'
import { deadlinesOf } from '../../src/opinion/grading/deadlines.ts'
import { askForGrade, gradeWaiting } from '../../src/opinion/grading/due.ts'
import { gradeFacts } from '../../src/opinion/grading/grades.ts'
import { changeLevel } from '../../src/opinion/grading/levels.ts'
import { changeState } from '../../src/opinion/incidents/change.ts'
import { openIncidentByHand } from '../../src/opinion/incidents/open.ts'
import { incidentsOf } from '../../src/opinion/incidents/store.ts'
import { createUser } from '../../src/platform/auth/users.ts'
import { someFacts } from './event-facts.ts'

// A Tuesday, ten in the morning in Beijing.
let clock = new Date('2026-11-17T02:00:00Z')
const later = (minutes: number) => {
  clock = new Date(clock.getTime() + minutes * 60_000)
}
const bare = await aCtx({ now: () => clock })
const ctx: Ctx = { ...bare, config: { ...bare.config, webhooksPrivate: true } }
const webhookSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const world = await startAlertSandbox({ webhookSecret, now: () => clock.getTime() })
const post = await startEmailSandbox()
after(async () => {
  await world.stop()
  await post.stop()
})

const person = async (login: string, role: 'pr' | 'legal' | 'admin' | 'service') => {
  const { user } = await createUser(ctx, { login, name: login, email: `${login}@example.cn`, roles: [role] })
  return user.id
}
const [prId, legalId] = [await person('wang', 'pr'), await person('li', 'legal')]
await person('boss', 'admin')

const channel = async (given: object) => {
  const made = await createChannel(ctx, NewChannel.parse(given))
  return changeChannel(ctx, { id: made.id, state: 'on', basedOn: made.version })
}
const bot = (kind: 'dingtalk' | 'wecom' | 'feishu', name: string, more: object = {}) =>
  channel({
    kind,
    name: `${kind} ${name}`,
    secrets: { url: world.url(kind, name), ...(kind !== 'wecom' && { secret: 'SEC-sandbox' }) },
    ...more,
  })
const duty = await bot('dingtalk', 'duty')
const drills = await bot('feishu', 'drill', { serves: 'drill' })
const mail = await channel({
  kind: 'email',
  name: '邮件',
  settings: { host: '127.0.0.1', port: post.port, security: 'none', fromAddress: 'alert@zhiyin.example.cn' },
})

const route = async (change: object = {}, receivers: object[] = []) => {
  const { version, document } = await currentRouting(ctx)
  return changeRouting(ctx, {
    document: {
      ...document,
      root: {
        ...document.root,
        receiver: 'duty',
        repeatMinutes: 240,
        groupBy: ['event'],
        groupWaitSeconds: 30,
        routes: [],
        ...change,
      },
      receivers: [{ name: 'duty', title: '值守', channels: [duty.id, drills.id], people: [] }, ...receivers],
      inhibit: [],
    },
    reason: '测试',
    basedOn: version,
  })
}
await route()

/** The loops, once around, until nothing is left to do now. */
const work = async () => {
  for (let round = 0; round < 20; round++) {
    const done =
      (await turnSilences(ctx)) +
      (await escalateDue(ctx)) +
      (await remindOfClocks(ctx)) +
      (await flushGroups(ctx)) +
      (await sendNotices(ctx))
    if (done === 0) return
  }
  assert.fail('the loops do not come to rest')
}
let events = 100
const happens = async (change: Parameters<typeof someFacts>[0] = {}) => {
  const eventId = events++
  await gradeFacts(ctx, someFacts({ eventId, ...change }))
  await fireAlert(ctx, { eventId })
  return eventId
}
const heard = (path = '/dingtalk/duty') => world.heard(path)
const since = (path = '/dingtalk/duty') => {
  const before = heard(path).length
  return () =>
    heard(path)
      .slice(before)
      .map(({ title }) => title)
}
const alertOf = (eventId: number) => readEventAlert(ctx, { eventId })
const over = async (eventId: number) => {
  await followEvent(ctx, someFacts({ eventId, state: 'closed' }))
  await work()
  // What is over waits for the interval of its group.
  later(6)
  await work()
}

test('what is severe is told at once, with the proof of it; what is not waits for its group', async () => {
  const told = since()
  const minor = await happens({ title: '客服电话打不通' })
  const severe = await happens({ title: '会员费登上热搜', hotListRank: 8 })
  await work()
  assert.deepEqual(told(), ['【严重】会员费登上热搜'])
  later(0.5)
  await work()
  assert.deepEqual(told(), ['【严重】会员费登上热搜', '【轻微】客服电话打不通'])
  const { notices, places } = await alertOf(severe)
  const ding = notices.find(({ channelId }) => channelId === duty.id)
  assert.equal(ding?.state, 'sent')
  assert.deepEqual(
    ding?.attempts.map(({ outcome, code, answer }) => [outcome, code, answer]),
    [['accepted', '0', '{"errcode":0,"errmsg":"ok"}']],
  )
  assert.match(heard()[0]?.text ?? '', /热搜第 8 位/)
  assert.deepEqual([places[0]?.groupState, places[0]?.toldTimes], ['told', 1])
  assert.equal((await listAlerts(ctx, AlertQuery.parse({}))).counts.firing, 2)
  await over(minor)
  await over(severe)
  assert.deepEqual(told().slice(2), ['【轻微】客服电话打不通（已结束）', '【严重】会员费登上热搜（已结束）'])
})

test('nobody acknowledges: owner, deputy, manager by mail, and the group hears it; then it stops for good', async () => {
  await saveContact(ctx, { id: legalId, mobile: '13900000002', dingtalk: '', wecom: '', feishu: '' })
  const eventId = await happens({ title: '通讯录泄露', hotListRank: 3 })
  const to = () => post.mails.filter(({ raw }) => /subject/i.test(raw)).map((one) => one.to)
  const before = post.mails.length
  await work()
  assert.deepEqual(to().slice(before), ['wang@example.cn'])
  later(14)
  await work()
  assert.equal(post.mails.length, before + 1, 'not before it is due')
  later(1)
  await work()
  assert.deepEqual(to().slice(before), ['wang@example.cn', 'li@example.cn'])
  const escalated = heard().at(-1)
  assert.match(escalated?.title ?? '', /升级至副责/)
  assert.deepEqual(escalated?.to, ['13900000002'], 'the deputy is called by name')
  later(5)
  await work()
  assert.deepEqual(to().slice(before), ['wang@example.cn', 'li@example.cn', 'boss@example.cn'])
  const told = since()
  await acknowledgeAlert(
    { ...ctx, actor: { ...ctx.actor, id: prId, name: 'wang' } },
    { id: (await alertOf(eventId)).id },
  )
  later(24)
  await work()
  assert.deepEqual(told(), [], 'neither repeated nor escalated')
  const alert = await alertOf(eventId)
  assert.deepEqual(
    [alert.state, alert.acknowledgedBy, alert.acknowledgedVia, alert.late],
    ['acknowledged', 'wang', 'console', true],
  )
  assert.equal(alert.escalation?.state, 'done', 'there was nobody above the manager')
  later(20)
  await work()
  const due = post.mails.at(-1)
  assert.equal(due?.to, 'wang@example.cn', 'an hour to act is over: the owner hears it')
  await over(eventId)
})

test('the link of a mail acknowledges for its reader and only once, and looking at it does nothing', async () => {
  const eventId = await happens({ title: '冒名贷款', hotListRank: 5 })
  await work()
  const raw = post.mails.at(-1)?.raw ?? ''
  const text = Buffer.from(/base64\r\n\r\n([\s\S]*?)\r\n\r\n--/.exec(raw)?.[1] ?? '', 'base64').toString('utf8') || raw
  const token = /acknowledge\/(\d+\.[\w-]{32})/.exec(text.replaceAll('=\r\n', ''))?.[1] ?? ''
  assert.notEqual(token, '')
  const { rows } = await sql<{ body: string }>`select body from opinion.notice`.execute(ctx.pg)
  assert.ok(
    rows.every(({ body }) => !body.includes('acknowledge/')),
    'links are not kept',
  )
  assert.ok(
    heard().every(({ text }) => !text.includes('acknowledge/')),
    'a group gets nobody’s link',
  )
  assert.equal((await readLink(ctx, token))?.state, 'good')
  assert.equal((await alertOf(eventId)).state, 'firing', 'looked at, not acknowledged')
  assert.equal(await readLink(ctx, `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`), undefined)
  assert.equal(await acknowledgeByLink(ctx, token), true)
  const alert = await alertOf(eventId)
  assert.deepEqual([alert.acknowledgedBy, alert.acknowledgedVia], ['wang', 'link'])
  assert.equal(await acknowledgeByLink(ctx, token), undefined, 'once')
  assert.ok(alert.notices.every(({ body }) => !body.includes('{{')))
  await over(eventId)
})

test('a link is not good after the level was raised, nor after three days', async () => {
  const eventId = await happens({ title: '提前还款', bursting: true })
  later(1)
  await work()
  const { rows } = await sql<{ id: string; body: string }>`
    select id::text as id, body from opinion.notice where person is not null order by notice.id desc limit 1`.execute(
    ctx.pg,
  )
  const linkId = /ack:(\d+)/.exec(rows[0]?.body ?? '')?.[1] ?? ''
  const token =
    ackUrl(ctx, await ackKey(ctx), linkId)
      .split('/')
      .at(-1) ?? ''
  const before = clock
  later(72 * 60)
  assert.equal((await readLink(ctx, token))?.state, 'expired')
  clock = before
  const told = since()
  await changeLevel(ctx, { eventId, level: 'severe', reason: '监管来电' })
  await fireAlert(ctx, { eventId })
  await work()
  assert.deepEqual(told(), ['【严重】提前还款（有变化）'], 'at once, whatever the interval of the group')
  assert.equal((await readLink(ctx, token))?.state, 'changed')
  await over(eventId)
})

test('silenced is not told; when it ends and still fires, it is', async () => {
  const told = since()
  const silence = await createSilence(ctx, {
    match: { aspects: ['bundled-membership'] },
    reason: '已知活动，统一答复中',
    until: new Date(clock.getTime() + 3_600_000).toISOString(),
  })
  const tooLong = {
    match: { event: 1 },
    reason: '太久',
    until: new Date(clock.getTime() + 25 * 3_600_000).toISOString(),
  }
  await assert.rejects(createSilence(ctx, tooLong), { code: 'alerts.silenceTooLong' })
  assert.deepEqual([silence.mayBeSevere, silence.severe], [true, null], 'severe ones sound until somebody else agrees')
  await assert.rejects(silenceSevere(ctx, { id: silence.id, reason: '同一人' }), { code: 'alerts.silenceOwn' })
  const key: Ctx = { ...ctx, actor: { ...ctx.actor, kind: 'key', id: legalId } }
  await assert.rejects(silenceSevere(key, { id: silence.id, reason: '密钥' }), { code: 'alerts.silenceOwn' })
  const li: Ctx = { ...ctx, actor: { ...ctx.actor, kind: 'user', id: legalId, name: 'li' } }
  assert.equal((await silenceSevere(li, { id: silence.id, reason: '已统一答复' })).severe?.by, 'li')
  const before = post.mails.length
  const eventId = await happens({ title: '会员费老话题', hotListRank: 40 })
  await work()
  later(30)
  await work()
  assert.deepEqual(told(), [])
  assert.equal(post.mails.length, before, 'nobody is escalated to')
  assert.equal((await alertOf(eventId)).muted, 'silenced')
  assert.equal((await alertOf(eventId)).silence?.agreedBy, 'li')
  assert.equal((await alertOf(eventId)).places[0]?.reason, `silence ${silence.id}`)
  later(30)
  await work()
  assert.deepEqual(told(), ['【严重】会员费老话题'])
  const second = await createSilence(ctx, {
    match: { event: eventId },
    reason: '再静一会',
    until: new Date(clock.getTime() + 86_400_000).toISOString(),
  })
  const agreed = await silenceSevere(li, { id: second.id, reason: '等待监管答复' })
  assert.equal(Date.parse(agreed.severe?.until ?? '') - clock.getTime(), 4 * 3_600_000, 'severe ones for four hours')
  const reminders = async () =>
    (await alertOf(eventId)).notices.filter(({ why }) => why === 'due' || why === 'overdue').length
  await work()
  const reminded = await reminders()
  later(185)
  await work()
  assert.equal(await reminders(), reminded, 'a clock that is over meanwhile is not told')
  await endSilence(ctx, { id: second.id })
  await work()
  assert.ok((await reminders()) > reminded, 'it is told when the silence is over')
  assert.deepEqual(
    told()
      .slice(1)
      .filter((title) => title.includes('静默结束')),
    ['【严重】会员费老话题（静默结束，仍未确认）'],
  )
  // The same hour of another day: what follows is about hours.
  later(24 * 60 - 180)
  await over(eventId)
})

test('a false alarm met no deadline: the clocks of case and event are void, and nobody is called on', async () => {
  const eventId = await happens({ title: '同名公司', hotListRank: 12 })
  await sql`insert into opinion.event (id, title, first_post_id, first_at, last_at, created_at, changed_at) overriding system value
    values (${eventId}, '同名公司', '1', ${clock}, ${clock}, ${clock}, ${clock})`.execute(ctx.pg)
  const { id } = await openIncidentByHand(ctx, {
    title: '同名公司',
    summary: '',
    level: 'severe',
    reason: '热搜',
    eventIds: [eventId],
    drillId: 0,
  })
  const asAlarm = { id, to: 'closed' as const, reason: '说的是另一家', outcome: 'false-alarm' as const }
  const { clocks } = await changeState(ctx, asAlarm)
  assert.deepEqual([...new Set(clocks.map(({ standing }) => standing))], ['void'])
  const deadlines = (await deadlinesOf(ctx, [eventId])).get(eventId) ?? []
  assert.deepEqual([...new Set(deadlines.map(({ state }) => state))], ['dropped'])
  assert.equal((await alertOf(eventId)).state, 'acknowledged')
  const span = { from: new Date(clock.getTime() - 60_000), to: new Date(clock.getTime() + 60_000) }
  later(48 * 60)
  assert.deepEqual((await incidentsOf(ctx, span)).find((one) => one.id === id)?.missed, [])
  await over(eventId)
})

test('unacknowledged is repeated after its interval; a muted time of the week holds back and tells later', async () => {
  const { version, document } = await currentRouting(ctx)
  await changeRouting(ctx, {
    document: {
      ...document,
      intervals: [{ name: 'noon', title: '午间', times: [{ from: '12:00', to: '13:00' }] }],
      root: {
        ...document.root,
        repeatMinutes: 60,
        routes: [{ id: 'quiet', name: '午间不打扰', match: { levels: ['minor'] }, mute: ['noon'] }],
      },
    },
    reason: '午间',
    basedOn: version,
  })
  clock = new Date('2026-11-18T04:10:00Z')
  const told = since()
  const eventId = await happens({ title: '还款日提醒太频繁' })
  later(1)
  await work()
  assert.deepEqual(told(), [])
  assert.equal((await alertOf(eventId)).muted, 'muted')
  const preview = await previewRouting(ctx, { eventId })
  assert.deepEqual(
    preview.ways.map(({ path, mutedBy, targets }) => [
      path,
      mutedBy,
      targets.map(({ channelId, barred }) => [channelId, barred]),
    ]),
    [
      [
        ['全部预警', '午间不打扰'],
        'noon',
        [
          [duty.id, null],
          [drills.id, 'drillOnly'],
        ],
      ],
    ],
  )
  clock = new Date('2026-11-18T05:00:00Z')
  await work()
  assert.deepEqual(told(), ['【轻微】还款日提醒太频繁'])
  later(59)
  await work()
  assert.equal(told().length, 1)
  later(1)
  await work()
  assert.deepEqual(told()[1], '【轻微】还款日提醒太频繁（未确认，再次提醒）')
  await over(eventId)
  await route()
})

test('a severe event of the same subject inhibits the smaller one until it is over', async () => {
  const { version, document } = await currentRouting(ctx)
  await changeRouting(ctx, {
    document: {
      ...document,
      inhibit: [
        {
          id: 'same',
          name: '同一对象',
          source: { levels: ['severe'] },
          target: { levels: ['minor', 'moderate'] },
          equal: ['subject'],
        },
      ],
    },
    reason: '抑制',
    basedOn: version,
  })
  const severe = await happens({ title: '大事', hotListRank: 2 })
  await work()
  const told = since()
  const minor = await happens({ title: '小事' })
  later(1)
  await work()
  assert.deepEqual(told(), [])
  assert.equal((await alertOf(minor)).muted, 'inhibited')
  await over(severe)
  later(1)
  await work()
  assert.deepEqual(
    told().filter((title) => title.includes('小事')),
    ['【轻微】小事'],
  )
  await over(minor)
  await route()
})

test('a drill goes to drill channels only, marked, and is not among the real figures', async () => {
  const real = since()
  const drill = since('/feishu/drill')
  const before = post.mails.length
  const eventId = await happens({ title: '负面评论冲上热搜', hotListRank: 1, drillId: 5 })
  await work()
  later(30)
  await work()
  assert.deepEqual(real(), [])
  assert.equal(post.mails.length, before, 'no mail of a drill: the mailbox carries what is real')
  assert.ok(drill().length >= 2)
  assert.ok(drill().every((title) => title.startsWith('【演练】【严重】')))
  assert.equal(
    (await listAlerts(ctx, AlertQuery.parse({}))).items.some((one) => one.eventId === eventId),
    false,
  )
  assert.equal((await listAlerts(ctx, AlertQuery.parse({ drills: 'true' }))).items[0]?.eventId, eventId)
  await over(eventId)
})

test('a flood becomes digests: no bot gets more than its share in any minute, and nothing is lost', async () => {
  const wecom = await bot('wecom', 'flood', { perMinute: 8 })
  await route({ receiver: 'flood' }, [{ name: 'flood', title: '企业微信', channels: [wecom.id], people: [] }])
  const made: number[] = []
  for (let index = 0; index < 25; index++) made.push(await happens({ title: `热搜话题 ${index}`, hotListRank: 10 }))
  const path = '/wecom/flood'
  const start = clock.getTime()
  for (let step = 0; step < 60; step++) {
    await work()
    later(0.05)
  }
  const messages = heard(path)
  const inWindow = (at: number) => messages.filter((one) => one.at >= at && one.at < at + 60_000).length
  assert.ok(
    messages.every(({ at }) => inWindow(at) <= 8),
    'eight a minute',
  )
  assert.ok(messages.some(({ title }) => /合并 \d+ 条消息/.test(title)))
  const all = messages.map(({ text }) => text).join('\n')
  for (let index = 0; index < 25; index++) assert.match(all, new RegExp(`热搜话题 ${index}\\b`))
  assert.ok((messages.at(-1)?.at ?? 0) - start < 120_000)
  await sql`update opinion.alert set state = 'resolved' where event_id = any(${made}::int[])`.execute(ctx.pg)
  await route()
})

test('a provider that is too busy is left alone and tried again; one that is cut off gets it twice; a wrong key is not tried again', async () => {
  const eventId = await happens({ title: '限流', hotListRank: 9 })
  world.refuse('dingtalk', 130101, 1)
  await work()
  const told = since()
  later(9)
  await work()
  assert.deepEqual(told(), [], 'ten minutes, as DingTalk says')
  later(2)
  await work()
  assert.ok(told().some((title) => title.includes('限流')))
  const first = (await alertOf(eventId)).notices.find(({ channelId, why }) => channelId === duty.id && why === 'first')
  assert.deepEqual(first?.attempts.map(({ code }) => code) ?? [], ['130101', '0'])
  await over(eventId)
  const cut = await happens({ title: '断线', hotListRank: 9 })
  world.cut(1)
  await work()
  later(1)
  await work()
  const twice = (await alertOf(cut)).notices.find(({ channelId }) => channelId === duty.id)
  assert.deepEqual(
    twice?.attempts.map(({ outcome }) => outcome),
    ['unclear', 'accepted'],
  )
  await over(cut)
  world.refuse('dingtalk', 310000, 1)
  const answer = await testChannel(ctx, { id: duty.id, to: '' })
  assert.deepEqual([answer.outcome, answer.code], ['rejected', '310000'])
  assert.equal((await testChannel(ctx, { id: duty.id, to: '' })).outcome, 'accepted')
  assert.equal(heard().at(-1)?.title, '【测试】舆情预警通道')
  assert.equal((await testChannel(ctx, { id: mail.id, to: 'someone@example.cn' })).outcome, 'accepted')
})

test('SMS and web hook are signed; an address inside is refused unless the installation allows it', async () => {
  const secrets = (kind: 'sms' | 'webhook') => ({ url: world.url(kind), secret: webhookSecret })
  const sms = await channel({ kind: 'sms', name: '短信', settings: { signature: '明月金融' }, secrets: secrets('sms') })
  const hook = await channel({ kind: 'webhook', name: '工单系统', secrets: secrets('webhook') })
  assert.equal((await testChannel(ctx, { id: sms.id, to: '13900000009' })).outcome, 'accepted')
  assert.match(world.heard('/sms/duty')[0]?.text ?? '', /^【明月金融】【测试】/)
  assert.equal((await testChannel(ctx, { id: hook.id, to: '' })).outcome, 'accepted')
  await assert.rejects(testChannel(ctx, { id: sms.id, to: 'x' }), { code: 'alerts.testAddress' })
  const closed: Ctx = { ...ctx, config: { ...ctx.config, webhooksPrivate: false } }
  assert.equal((await testChannel(closed, { id: hook.id, to: '' })).code, 'TARGET_notEncrypted')
  await assert.rejects(
    createChannel(
      closed,
      NewChannel.parse({ kind: 'wecom', name: '内网', secrets: { url: 'https://127.0.0.1/x?key=1' } }),
    ),
    { code: 'alerts.targetBarred' },
  )
  await changeChannel(ctx, { id: sms.id, state: 'off', basedOn: sms.version })
  await changeChannel(ctx, { id: hook.id, state: 'off', basedOn: hook.version })
})

test('the password of a mail server does not go to another server', async () => {
  const settings = { host: 'smtp.example.cn', port: 465, security: 'tls', user: 'u', fromAddress: 'a@example.cn' }
  const made = await createChannel(
    ctx,
    NewChannel.parse({ kind: 'email', name: '有密码的邮件', settings, secrets: { password: 'p-1' } }),
  )
  const change = (more: object, secrets?: Record<string, string>) =>
    changeChannel(ctx, {
      id: made.id,
      basedOn: made.version,
      settings: { ...settings, ...more },
      ...(secrets && { secrets }),
    })
  await assert.rejects(change({ host: 'smtp.elsewhere.example' }), { code: 'alerts.settingsWrong' })
  await assert.rejects(change({ security: 'none' }), { code: 'alerts.settingsWrong' })
  const moved = await change({ host: 'smtp.elsewhere.example' }, { password: 'p-2' })
  assert.equal(moved.version, made.version + 1)
})

test('an event that was merged away ends with its clocks and its alert', async () => {
  const eventId = await happens({ title: '并入他事', hotListRank: 6 })
  await work()
  await askForGrade(ctx, { eventId, drillId: 0 })
  await gradeWaiting(ctx, async () => undefined, { graded: followEvent, gone: endEvent })
  const alert = await alertOf(eventId)
  assert.deepEqual([alert.state, alert.escalation?.state], ['resolved', 'stopped'])
  const clocks = (await deadlinesOf(ctx, [eventId])).get(eventId) ?? []
  assert.ok(clocks.length === 5 && clocks.every(({ state }) => state === 'dropped'))
  later(6)
  await work()
})

test('two processes at the same table tell an alert once', async () => {
  const told = since()
  const eventId = await happens({ title: '两个进程', hotListRank: 6 })
  await Promise.all([flushGroups(ctx), flushGroups(ctx)])
  await Promise.all([sendNotices(ctx), sendNotices(ctx)])
  assert.deepEqual(told(), ['【严重】两个进程'])
  await over(eventId)
})

test('a rota that a receiver calls cannot be taken away; its gaps are counted', async () => {
  const rota = await createRota(
    ctx,
    NewRota.parse({
      name: '舆情值班',
      rules: { members: [prId, legalId], firstDay: '2026-11-16', handOver: '09:00', holidays: 'nobody' },
    }),
  )
  assert.equal(rota.now?.name, 'wang')
  const { rotas } = await listRotas(ctx, { from: '2026-09-28', days: 14 })
  assert.ok((rotas[0]?.gaps ?? 0) > 0)
  await route({}, [
    { name: 'call', title: '电话', channels: [], people: [{ channelId: mail.id, to: { kind: 'rota', id: rota.id } }] },
  ])
  await assert.rejects(deleteRota(ctx, { id: rota.id }), { code: 'alerts.rotaUsed' })
  await route()
  await deleteRota(ctx, { id: rota.id })
})
