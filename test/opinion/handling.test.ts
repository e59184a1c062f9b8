import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import JSZip from 'jszip'
import { sql } from 'kysely'
import { exclusionsOf } from '#compliance'
import { type Ctx, ch, permissionsOf, type Role } from '#platform'
import { aCustomer, startTestApp } from '#test'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import type { Frozen } from '../../src/campaigns/plans/frozen.ts'
import { decideReview, withdrawReview } from '../../src/compliance/review/decide.ts'
import type { Pack } from '../../src/opinion/complaint-packs/pack-contract.ts'
import type { Effect } from '../../src/opinion/incidents/effect-contract.ts'
import type { EntryPage, Incident } from '../../src/opinion/incidents/incident-contract.ts'
import type { Statement } from '../../src/opinion/statements/statement-contract.ts'
import { submitStatement } from '../../src/opinion/statements/store.ts'
import { ticketsFromBatch } from '../../src/opinion/tickets/from-posts.ts'
import type { Ticket, TicketPage, TicketStatistics } from '../../src/opinion/tickets/ticket-contract.ts'

// Whole program: what incidents, statements, packs and tickets do over HTTP, and what follows elsewhere.
const app = await startTestApp({ work: true })
const { ctx, ok, call } = app
const pr = { roles: ['pr'] as Role[] }
const legal = { roles: ['legal'] as Role[] }
const service = { roles: ['service'] as Role[] }
const lawyer: Ctx = {
  ...ctx,
  actor: { kind: 'user', id: 'lawyer', name: '沈律师', roles: ['legal'], permissions: permissionsOf(['legal']) },
}
const until = async <T>(ask: () => Promise<T>, done: (answer: T) => boolean): Promise<T> => {
  for (let i = 0; i < 400; i++) {
    const answer = await ask()
    if (done(answer)) return answer
    await sleep(50)
  }
  throw new Error('it did not happen')
}
const hour = 3_600_000
const ago = (hours: number) => new Date(Date.now() - hours * hour)

const { rows: events } = await sql<{ id: number }>`
  insert into opinion.event (title, gist, first_post_id, first_at, last_at, posts, authors, platforms, created_at, changed_at)
  values ('安心贷被指隐形收费', '多名用户称被收取担保费', '1001', ${ago(30)}, ${ago(1)}, 120, 80, 3, now(), now()) returning id`.execute(
  ctx.pg,
)
const eventId = events[0]?.id ?? 0
const { rows: subjects } = await sql<{ id: number }>`
  insert into opinion.subject (kind, name, own, colour, created_at, created_by, changed_at, changed_by)
  values ('brand', '明月消费金融', true, '#0e766c', now(), 't', now(), 't') returning id`.execute(ctx.pg)
const subjectId = subjects[0]?.id ?? 0

const post = (id: number, at: Date, more: Record<string, unknown> = {}) => ({
  drill_id: 0,
  published_at: at.toISOString().replace('T', ' ').replace('Z', ''),
  post_id: String(id),
  batch: '1',
  source_id: 1,
  platform: 'weibo',
  kind: 'post',
  url: `https://weibo.example/${id}`,
  title: '',
  text: `安心贷多收了担保费 ${id}`,
  first_seen_at: at.toISOString().replace('T', ' ').replace('Z', ''),
  seen_at: at.toISOString().replace('T', ' ').replace('Z', ''),
  subjects: [subjectId],
  aspects: ['hidden-fee'],
  cluster_id: '77',
  number: '1',
  extra: '',
  ...more,
})

const incident = await ok<Incident>(
  'POST',
  '/api/opinion/incidents',
  { title: '安心贷被指隐形收费', level: 'severe', reason: '热搜第 12 位', eventIds: [eventId] },
  pr,
)
const at = (path: string) => `/api/opinion/incidents/${incident.id}${path}`

const sendFile = (url: string, name: string, bytes: Buffer) => {
  const body = Buffer.concat([
    Buffer.from(
      `--x\r\ncontent-disposition: form-data; name="file"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n`,
    ),
    bytes,
    Buffer.from('\r\n--x--\r\n'),
  ])
  return app.app.http.app.inject({
    method: 'POST',
    url,
    headers: { ...app.app.http.localHeaders, 'content-type': 'multipart/form-data; boundary=x' },
    payload: body,
  })
}

test('a file is taken by what it is, kept sealed, given back exactly, and shredded with a reason', async () => {
  const send = (name: string, bytes: Buffer) =>
    sendFile(at(`/attachments?note=${encodeURIComponent('营业执照')}`), name, bytes)
  const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]), Buffer.alloc(500, 7)])
  assert.equal((await send('not-a-picture.png', Buffer.from('<script>'))).statusCode, 415)
  assert.equal((await send('page.html', Buffer.from('<p>'))).statusCode, 415)
  const taken = (await send('licence.png', png)).json<Incident>()
  const file = taken.attachments.at(-1)
  assert.equal(file?.bytes, png.length)
  const { rows } = await sql<{
    sealed: Uint8Array
  }>`select sealed from opinion.attachment where id = ${file?.id}::uuid`.execute(ctx.pg)
  assert.equal(Buffer.from(rows[0]?.sealed ?? []).includes(png.subarray(0, 40)), false)
  const back = await app.app.http.app.inject({
    method: 'GET',
    url: at(`/attachments/${file?.id}`),
    headers: app.app.http.localHeaders,
  })
  assert.deepEqual(back.rawPayload, png)
  const other = (await send('wrong.txt', Buffer.from('误传'))).json<Incident>()
  const wrong = other.attachments.at(-1)?.id
  await ok('POST', at(`/attachments/${wrong}/remove`), { reason: '传错文件' }, pr)
  assert.equal((await call('GET', at(`/attachments/${wrong}`), undefined, pr)).status, 410)
})

test('a statement cites approved facts, is bound to its text by the approval, and ends the clock when it is out', async () => {
  await sql`insert into opinion.fact (claim, created_at, changed_at) values ('隐形收费', now(), now())`.execute(ctx.pg)
  await sql`insert into opinion.fact_version (fact_id, version, claim, fact, evidence, valid_from, state, written_by, written_name, written_at)
    values (1, 1, '隐形收费', '安心贷的全部费用均在合同首页列明，综合年化成本不超过 24%。', '合同模板', ${ago(48)}, 'approved', 'x', 'x', now())`.execute(
    ctx.pg,
  )
  const url = '/api/opinion/statements'
  const suggested = await ok<{ kind: string; body: string }>(
    'GET',
    `${url}/suggestion?incidentId=${incident.id}`,
    undefined,
    pr,
  )
  assert.equal(suggested.kind, 'holding', 'nothing was said yet')
  const draft = await ok<Statement>(
    'POST',
    url,
    {
      kind: 'rebuttal',
      incidentId: incident.id,
      title: '关于收费的声明',
      body: '网传信息不属实，我们是最好的。【联系电话】',
      facts: [99],
    },
    pr,
  )
  const reasons = draft.findings.map(({ reason, action }) => `${action} ${reason}`)
  assert.ok(reasons.includes('block placeholder') && reasons.includes('block factUnknown'), reasons.join())
  assert.equal((await call('POST', `${url}/${draft.id}/submit`, { note: '' }, pr)).status, 409)
  const text = {
    title: '关于收费的声明',
    body: '网传信息不属实。安心贷的全部费用均在合同首页列明。',
    facts: [1],
    basedOn: 1,
  }
  await ok('POST', `${url}/${draft.id}/versions`, text, pr)
  assert.equal((await call('POST', `${url}/${draft.id}/versions`, text, pr)).status, 409, 'written on an old version')
  const fact = (more: ReturnType<typeof sql>) =>
    sql`update opinion.fact_version set ${more} where fact_id = 1`.execute(ctx.pg)
  await fact(sql`version = 2`)
  // Whoever submits does not decide about that, and takes it back; he wrote no word of it and may decide about the next.
  const { reviewId: first } = await submitStatement(lawyer, { id: draft.id, note: '请审' })
  await withdrawReview(lawyer, { id: first ?? 0, text: '应由撰稿人提交' })
  const sent = await ok<Statement>('POST', `${url}/${draft.id}/submit`, { note: '请审' }, pr)
  assert.deepEqual([sent.state, sent.version], ['review', 3], 'with a newer fact it is another text')
  assert.equal(new Set(sent.versions.map(({ hash }) => hash)).size, 3, 'what was before stays as it was')
  await assert.rejects(
    sql`update opinion.statement_version set body = '改' where statement_id = ${draft.id}`.execute(ctx.pg),
    /never changed/,
  )
  const publication = { place: '官方微博', url: 'https://weibo.example/statement' }
  assert.equal((await call('POST', `${url}/${draft.id}/publications`, publication, pr)).status, 409)
  const findings = (await ok<{ findings: { no: number }[] }>('GET', `/api/reviews/${sent.reviewId}`)).findings
  await decideReview(lawyer, {
    id: sent.reviewId ?? 0,
    decision: 'approve',
    note: '',
    justifications: findings.map(({ no }) => ({ no, text: '已核实' })),
  })
  const edited = await ok<Statement>(
    'POST',
    `${url}/${draft.id}/versions`,
    { ...text, body: `${text.body}欢迎监督。`, basedOn: 3 },
    pr,
  )
  assert.equal(edited.state, 'draft', 'an edit is not approved')
  assert.equal((await call('POST', `${url}/${draft.id}/publications`, publication, pr)).status, 409)
  const back = await ok<Statement>('POST', `${url}/${draft.id}/versions`, { ...text, basedOn: 4 }, pr)
  assert.equal(back.state, 'approved', 'exactly the approved text again')
  await fact(sql`state = 'withdrawn', decided_at = now()`)
  assert.equal((await call('POST', `${url}/${draft.id}/publications`, publication, pr)).status, 409, 'its fact is gone')
  await fact(sql`state = 'approved', decided_at = null`)
  const early = await call('POST', `${url}/${draft.id}/publications`, { ...publication, at: ago(12).toISOString() }, pr)
  assert.equal(early.status, 409, 'nothing goes out before its approval')
  await sql`update compliance.review set decided_at = ${ago(13)} where id = ${sent.reviewId}`.execute(ctx.pg)
  const out = await ok<Statement>(
    'POST',
    `${url}/${draft.id}/publications`,
    { ...publication, at: ago(12).toISOString() },
    pr,
  )
  assert.equal(out.published.length, 1)
  const now = await ok<Incident>('GET', at(''), undefined, pr)
  assert.equal(now.clocks.find(({ kind }) => kind === 'statement')?.standing, 'met')
  const timeline = await ok<EntryPage>('GET', at('/entries?kinds=statement'), undefined, pr)
  assert.ok(timeline.items.some(({ detail }) => detail['what'] === 'published'))
})

test('effect: posts before and after the statement, with intervals; without posts an honest nothing', async () => {
  const none = await ok<{ effect: Effect | null }>('GET', at('/effect?hours=6'), undefined, pr)
  assert.equal(none.effect?.verdict, 'insufficient')
  const rows = [...Array(200).keys()].map((i) => {
    // Ten an hour for 20 hours before the statement, one an hour after it.
    const hours = i < 190 ? 12.05 + (i % 19) + (i / 19) * 0.05 : 11.5 - (i - 190)
    return {
      drill_id: 0,
      subject_id: subjectId,
      published_at: ago(hours).toISOString().replace('T', ' ').replace('Z', ''),
      post_id: String(5_000 + i),
      toward: i < 190 ? -1 : 0,
      cluster_id: '77',
      number: '1',
      batch: '1',
    }
  })
  await ctx.ch.insert('mentions', rows)
  await ctx.ch.insert('cluster_events', [{ drill_id: 0, cluster_id: '77', event_id: eventId, number: '1' }])
  const { effect } = await ok<{ effect: Effect | null }>('GET', at('/effect?hours=20'), undefined, pr)
  assert.equal(effect?.before.posts, 190)
  assert.equal(effect?.after.posts, 10)
  assert.equal(effect?.verdict, 'fewer')
  assert.equal(effect?.moodVerdict, 'better')
  assert.ok((effect?.rateRatio?.high ?? 1) < 0.5)
})

test('a complaint pack holds report, posts, documents and hashes; only legal makes it, and nothing offers deletion', async () => {
  await ctx.ch.insert('posts', [post(1001, ago(30)), post(1002, ago(29))])
  const file = (await ok<Incident>('GET', at(''), undefined, pr)).attachments.find(
    ({ removedAt }) => removedAt === null,
  )
  const given = {
    incidentId: incident.id,
    target: 'platform',
    platform: '微博',
    category: 'rumour',
    claim: '该账号编造我公司收费信息，请依法处理。',
    bases: ['civil-1195', 'black-mouth-2025'],
    posts: ['1001', '1002'],
    documents: [file?.id],
  }
  assert.equal((await call('POST', '/api/opinion/complaint-packs', given, pr)).status, 403)
  assert.equal((await call('POST', '/api/opinion/complaint-packs', { ...given, posts: ['1'] }, legal)).status, 400)
  const pack = await ok<Pack>('POST', '/api/opinion/complaint-packs', given, legal)
  const download = await app.app.http.app.inject({
    method: 'GET',
    url: `/api/opinion/complaint-packs/${pack.id}/file`,
    headers: app.app.http.localHeaders,
  })
  const zip = await JSZip.loadAsync(download.rawPayload, { checkCRC32: true })
  const names = Object.keys(zip.files)
  assert.ok(
    names.includes('投诉通知书.html') &&
      names.includes('SHA256SUMS') &&
      names.some((name) => name.includes('licence.png')),
  )
  assert.match((await zip.file('投诉通知书.html')?.async('string')) ?? '', /第一千一百九十五条/)
  await ok('POST', `/api/opinion/complaint-packs/${pack.id}/submitted`, { receipt: 'WB2026-1' }, legal)
  assert.equal(
    (await call('POST', `/api/opinion/complaint-packs/${pack.id}/submitted`, { receipt: '' }, legal)).status,
    409,
  )
  const routes = app.app.http.app.printRoutes({ commonPrefix: false })
  assert.doesNotMatch(routes, /delete-post|remove-post|suppress/)
})

test('a product in a crisis: its campaigns are paused with the incident as reason, others run on, and people let them go on', async () => {
  const campaign = async (name: string, offerId: number): Promise<number> => {
    const definition = CampaignDefinition.parse({
      trigger: { kind: 'api' },
      product: 'loan',
      journey: { start: 'end', steps: { end: { kind: 'exit' } } },
    })
    const frozen: Frozen = {
      category: 'marketing',
      priority: 50,
      definition,
      audiences: {},
      creatives: {},
      offers: { [offerId]: { hash: 'h', version: 1, content: {} } },
    }
    const { rows } = await sql<{ id: number }>`
      insert into campaigns.campaign (name, category, priority, state, definition, live_version, live_hash, created_at, created_by, changed_at,
        changed_by, edited_by)
      values (${name}, 'marketing', 50, 'running', ${JSON.stringify(definition)}, 1, 'h', now(), 't', now(), 't', 't') returning id`.execute(
      ctx.pg,
    )
    const id = rows[0]?.id ?? 0
    await sql`insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
      values (${id}, 1, ${JSON.stringify(frozen)}, 'h', now(), 't')`.execute(ctx.pg)
    return id
  }
  const [hit, other] = [await campaign('安心贷拉新', 41), await campaign('悦享卡拉新', 42)]
  await ok('POST', at('/product-crisis'), { productKey: 'offer:41', reason: '收费争议未澄清前暂停投放' }, pr)
  const stateOf = async (id: number) => (await ok<{ state: string }>('GET', `/api/campaigns/${id}`)).state
  await until(
    () => stateOf(hit),
    (state) => state === 'paused',
  )
  assert.equal(await stateOf(other), 'running')
  const listed = await ok<{ items: { id: number; state: string }[] }>(
    'GET',
    `/api/campaigns/of-crisis?incidentId=${incident.id}`,
    undefined,
    pr,
  )
  assert.deepEqual(
    listed.items.map(({ id, state }) => [id, state]),
    [[hit, 'paused']],
  )
  await ok('POST', `/api/campaigns/${hit}/resume`)
  assert.equal(await stateOf(hit), 'running')
  assert.equal(
    (await call('POST', at('/product-crisis'), { productKey: 'loan', reason: '测试' }, { roles: ['marketer'] })).status,
    403,
  )
})

test('complaint records become tickets once; the state of the reply follows; praise by a click', async () => {
  const record = (replyState: string) =>
    JSON.stringify({ complaint: { number: 'HM1', appeal: ['退还担保费'], amountFen: 120_000, replyState } })
  await ctx.ch.insert('posts', [
    post(2001, ago(3), {
      kind: 'complaint',
      platform: 'heimao',
      title: '乱收担保费',
      batch: '9',
      extra: record('submitted'),
    }),
  ])
  assert.equal(await ticketsFromBatch(ctx, { batch: 9, drillId: 0 }), 1)
  assert.equal(await ticketsFromBatch(ctx, { batch: 9, drillId: 0 }), 0)
  await ctx.ch.insert('posts', [
    post(2001, ago(3), {
      kind: 'complaint',
      platform: 'heimao',
      title: '乱收担保费',
      batch: '10',
      number: '2',
      extra: record('replied'),
    }),
  ])
  await ticketsFromBatch(ctx, { batch: 10, drillId: 0 })
  const { items } = await ok<TicketPage>('GET', '/api/opinion/tickets?postId=2001', undefined, service)
  const ticket = await ok<Ticket>('GET', `/api/opinion/tickets/${items[0]?.id}`, undefined, service)
  assert.equal(ticket.replyState, 'replied')
  assert.equal(ticket.amountFen, 120_000)
  assert.equal(ticket.reason, 'fee.hidden')
  // What the customer sent in lies sealed with the ticket, and is shredded with a reason.
  const files = `/api/opinion/tickets/${ticket.id}/attachments`
  const taken = (await sendFile(files, 'receipt.txt', Buffer.from('担保费收据'))).json<Ticket>()
  const [file] = taken.attachments
  assert.equal(taken.entries.at(-1)?.kind, 'file')
  assert.equal((await call<string>('GET', `${files}/${file?.id}`, undefined, service)).body, '担保费收据')
  assert.equal((await call('GET', `/api/opinion/incidents/1/attachments/${file?.id}`, undefined, service)).status, 404)
  await ok('POST', `${files}/${file?.id}/remove`, { reason: '传错文件' }, service)
  assert.equal((await call('GET', `${files}/${file?.id}`, undefined, service)).status, 410)
  await ok('POST', '/api/opinion/tickets/from-post', { postId: '1001', kind: 'praise' }, service)
  assert.equal(
    (await call('POST', '/api/opinion/tickets/from-post', { postId: '1001', kind: 'praise' }, service)).status,
    409,
  )
  assert.equal(
    (await call('POST', '/api/opinion/tickets/from-post', { postId: '999', kind: 'praise' }, service)).status,
    404,
  )
})

test('a complaint linked to a customer stops marketing to him until the last of his complaints is closed', async () => {
  const customer = await aCustomer(ctx, { traits: { phone: '13800138111', name: '王小明', birthday: '1985-01-01' } })
  const make = (number: string) =>
    ok<Ticket>(
      'POST',
      '/api/opinion/tickets',
      {
        kind: 'complaint',
        title: '多收费用',
        text: '本人电话 13800138111',
        number,
        platform: '12378',
        regulated: true,
      },
      service,
    )
  const [first, second] = [await make('A1'), await make('A2')]
  assert.equal(
    (
      await call(
        'POST',
        '/api/opinion/tickets',
        { kind: 'complaint', title: '多收费用', number: 'A1', platform: '12378' },
        service,
      )
    ).status,
    409,
  )
  assert.doesNotMatch(first.text, /13800138111/)
  const days = (Date.parse(first.clocks[2]?.dueAt ?? '') - Date.parse(first.receivedAt)) / (24 * hour)
  assert.equal(days, 15, 'a complaint of the regulator has fifteen days')
  const link = { kind: 'phone', value: '13800138111', purpose: '核实监管转办投诉' }
  const path = (ticket: Ticket, tail: string) => `/api/opinion/tickets/${ticket.id}/${tail}`
  assert.equal((await call('POST', path(first, 'customer'), link, pr)).status, 403)
  assert.equal((await call('POST', path(first, 'customer'), { ...link, value: '13800138999' }, service)).status, 404)
  const linked = await ok<Ticket>('POST', path(first, 'customer'), link, service)
  assert.equal(linked.customer?.marketingPaused, true)
  assert.doesNotMatch(JSON.stringify(linked), /13800138111|王小明/)
  assert.equal(
    (await ok<Ticket>('GET', path(first, '').replace(/\/$/, ''), undefined, pr)).customer,
    null,
    'who may not link does not see who he is',
  )
  await ok('POST', path(second, 'customer'), link, service)
  const excluded = async () => {
    const found = await exclusionsOf(ctx, [customer.no], { category: 'marketing', product: 'loan' })
    return JSON.stringify(found.get(customer.no) ?? {}).includes('OPEN_COMPLAINT')
  }
  assert.equal(await excluded(), true)
  const blocked = await call(
    'POST',
    path(first, 'answers'),
    { text: '我们保证百分百通过，绝对最低利率', channel: 'phone' },
    service,
  )
  assert.equal(blocked.status, 409)
  await ok(
    'POST',
    path(first, 'answers'),
    { text: '已核实，多收的担保费将在三个工作日内退回。', channel: 'phone' },
    service,
  )
  assert.equal((await call('POST', path(first, 'survey'), {}, service)).status, 409, 'asked too early')
  await ok('POST', path(first, 'move'), { to: 'solved', text: '已退费' }, service)
  const { url } = await ok<{ url: string }>('POST', path(first, 'survey'), {}, service)
  const page = new URL(url).pathname
  const answer = await app.app.http.app.inject({
    method: 'POST',
    url: page,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: 'score=4&note=还可以',
  })
  assert.equal(answer.statusCode, 200)
  assert.equal((await app.app.http.app.inject({ method: 'GET', url: `${page.slice(0, -3)}abc` })).statusCode, 404)
  const closed = await ok<Ticket>('POST', path(first, 'move'), { to: 'closed', text: '客户认可' }, service)
  assert.deepEqual([closed.satisfaction, closed.satisfiedHow], [4, 'link'])
  assert.equal(await excluded(), true, 'another complaint of his is open')
  await ok('POST', path(second, 'customer/unlink'), { reason: '不是本人' }, service)
  assert.equal(await excluded(), false)
  const day = new Date(Date.now() + 8 * hour).toISOString().slice(0, 10)
  const figures = await ok<TicketStatistics>(
    'GET',
    `/api/opinion/tickets/statistics?from=${day}&to=${day}`,
    undefined,
    pr,
  )
  assert.equal(figures.satisfaction.mean, 4)
  assert.ok(figures.received >= 2)
  const csv = await call<string>('GET', `/api/opinion/tickets/export?from=${day}&to=${day}`, undefined, pr)
  assert.doesNotMatch(csv.body, /13800138111|王小明/)
  const { rows: trail } = await sql<{ n: number }>`
    select count(*)::int as n from platform.audit where action in ('ticket.link', 'ticket.unlink')`.execute(ctx.pg)
  assert.equal(trail[0]?.n, 3)
})

test('case file and regulator report say what is stored, with a hash; both are on record', async () => {
  const file = await call<string>('GET', at('/file'), undefined, pr)
  assert.match(file.body, /安心贷被指隐形收费/)
  assert.match(file.body, /SHA-256：[0-9a-f]{64}/)
  for (const [format, begins] of [
    ['docx', 'PK'],
    ['pdf', '%PDF-'],
  ] as const) {
    const made = await call<string>('GET', at(`/file?format=${format}`), undefined, pr)
    assert.deepEqual([made.status, made.body.slice(0, begins.length)], [200, begins])
  }
  const report = await ok<{ clock: { kind: string } | null; sections: { title: string }[] }>(
    'GET',
    at('/regulator-report'),
    undefined,
    legal,
  )
  assert.equal(report.clock?.kind, 'regulator')
  assert.equal(report.sections.length, 5)
  const posts = await ctx.ch.one<{ n: number }>(ch.sql`select toUInt32(count()) as n from posts`)
  assert.ok((posts?.n ?? 0) > 0)
})
