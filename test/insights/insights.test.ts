import assert from 'node:assert/strict'
import test from 'node:test'
import Excel from 'exceljs'
import { sql } from 'kysely'
import { anApiKey, someCustomers, startTestApp } from '#test'
import { answer } from '../../src/insights/analysis/ask.ts'
import {
  type Alarm,
  type Asked,
  type Dashboard,
  type DashboardView,
  type PeoplePage,
  Question,
  type Report,
} from '../../src/insights/analysis/contract.ts'
import { watchFunnels } from '../../src/insights/analysis/watch.ts'

const app = await startTestApp()
const { ctx } = app
const now = Date.now()
const hourMs = 3_600_000
const ago = (hours: number) => new Date(now - hours * hourMs)

// Thirty people view, twenty of them apply an hour later, ten draw the day after; ten live in Shanghai.
const people = await someCustomers(
  ctx,
  Array.from({ length: 30 }, (_, i) => ({
    userId: `insight-${i}`,
    traits: { city: i < 10 ? '上海' : '北京', name: '王小明' },
    at: ago(100),
    events: [
      { event: 'loan_viewed', at: ago(72), properties: { channel: i % 2 ? 'app' : 'wechat', amount: 1000 * i } },
      ...(i < 20 ? [{ event: 'loan_applied', at: ago(71) }] : []),
      ...(i < 10 ? [{ event: 'loan_drawn', at: ago(48) }] : []),
    ],
  })),
)
const nos = people.map(({ no }) => no)

const funnel = {
  kind: 'funnel',
  period: { within: '10 days' },
  steps: [{ event: 'loan_viewed' }, { event: 'loan_applied' }, { event: 'loan_drawn' }],
  window: '2 days',
}
const stepsOf = ({ answer }: Asked) =>
  answer.kind === 'funnel' ? answer.groups.map(({ steps }) => steps.map(({ people }) => people)) : []
const refused = async (
  code: string,
  status: number,
  verb: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: object,
  key?: string,
) => {
  const answer = await app.call<{ code: string }>(verb, path, body, key === undefined ? {} : { key })
  assert.deepEqual([answer.body.code, answer.status], [code, status])
}
const ask = (question: object) => app.ok<Asked>('POST', '/api/insights/answer', { question })

test('a question is answered for all, for people of a definition, an audience and a list, and by trait and tag', async () => {
  assert.deepEqual(stepsOf(await ask(funnel)), [[30, 20, 10]])
  const shanghai = { trait: 'city', is: '上海' }
  assert.deepEqual(stepsOf(await ask({ ...funnel, people: { definition: shanghai } })), [[10, 10, 10]])
  const audience = await app.ok<{ id: string }>('POST', '/api/audiences', { name: '上海', definition: shanghai })
  assert.deepEqual(stepsOf(await ask({ ...funnel, people: { audience: audience.id } })), [[10, 10, 10]])
  const list = await app.ok<{ id: string; size: number }>('POST', '/api/insights/lists', {
    question: funnel,
    place: { kind: 'funnel', step: 2, outcome: 'dropped' },
    name: '看了没申请',
  })
  assert.equal(list.size, 10)
  assert.deepEqual(stepsOf(await ask({ ...funnel, people: { list: list.id } })), [[10, 0, 0]])
  const byCity = await ask({ ...funnel, breakdown: { trait: 'city' } })
  assert.ok(byCity.answer.kind === 'funnel')
  assert.deepEqual(
    byCity.answer.groups.map(({ group, steps }) => [group, steps.map(({ people }) => people)]),
    [
      ['北京', [20, 10, 0]],
      ['上海', [10, 10, 10]],
    ],
  )
  await refused('insights.sealed', 400, 'POST', '/api/insights/answer', {
    question: { ...funnel, breakdown: { trait: 'name' } },
  })
  await refused('insights.unknownTag', 400, 'POST', '/api/insights/answer', {
    question: { ...funnel, breakdown: { tag: 'gone' } },
  })
  await refused('platform.invalid', 400, 'POST', '/api/insights/answer', { question: { ...funnel, window: 'soon' } })
})

test('a breakdown by tag takes the value as of now; who has several counts with each', async () => {
  const stamp = (date: Date) => date.toISOString().replace('T', ' ').replace('Z', '')
  await sql`insert into audiences.tag (key, title, kind, type, multi, state, created_at, created_by, changed_at, changed_by)
    values ('taste', '偏好', 'manual', 'string', true, 'active', now(), 'test', now(), 'test')`.execute(ctx.pg)
  const tag = await ctx.pg.selectFrom('audiences.tag').select('no').where('key', '=', 'taste').executeTakeFirstOrThrow()
  const value = (customer_no: number, hours: number, values: string[]) => ({
    tag_no: tag.no,
    customer_no,
    at: stamp(ago(hours)),
    run: 1,
    values,
  })
  const [a, b, c] = nos
  assert.ok(a && b && c)
  const rows = [
    value(a, 50, ['tea']),
    value(a, 5, ['coffee', 'tea']),
    value(b, 5, ['tea']),
    value(c, 5, ['tea']),
    value(c, 4, []),
  ]
  await ctx.ch.insert('tag_values', rows, { columns: ['tag_no', 'customer_no', 'at', 'run', 'values'] })
  const question = {
    kind: 'trend',
    period: { within: '10 days' },
    granularity: 'month',
    series: [{ event: 'loan_drawn', measure: 'people' }],
    breakdown: { tag: 'taste' },
  }
  const { answer: found } = await ask(question)
  assert.ok(found.kind === 'trend')
  assert.deepEqual(
    found.lines.map(({ group, total }) => [group, total]),
    [
      ['', 8],
      ['tea', 2],
      ['coffee', 1],
    ],
  )
})

test('an answer nobody waits for any longer is stopped', async () => {
  const gone = new AbortController()
  const question = Question.parse({ ...funnel, window: '5 days' })
  const asked = answer(ctx, question, gone.signal)
  gone.abort(new Error('hung up'))
  await assert.rejects(asked, /hung up/)
})

test('behind every number stand people, masked, and only for who may see customers', async () => {
  const place = { kind: 'funnel', step: 3, outcome: 'dropped' }
  const first = await app.ok<PeoplePage>('POST', '/api/insights/people', { question: funnel, place, limit: 6 })
  assert.equal(first.total, 10)
  const rest = await app.ok<PeoplePage>('POST', '/api/insights/people', {
    question: funnel,
    place,
    limit: 6,
    after: first.next,
  })
  assert.deepEqual(
    [...first.items, ...rest.items].map(({ id }) => Number(id)),
    nos.slice(10, 20),
  )
  assert.ok(first.items.every(({ display }) => display.name !== '王小明'))
  const pr = await anApiKey(ctx, 'pr')
  await refused('platform.forbidden', 403, 'POST', '/api/insights/people', { question: funnel, place }, pr)
  await refused('platform.forbidden', 403, 'POST', '/api/insights/lists', { question: funnel, place, name: 'x' }, pr)
  await refused('insights.otherPlace', 400, 'POST', '/api/insights/people', {
    question: funnel,
    place: { kind: 'attribution', channel: 'app' },
  })
})

test('merged customers count once, with the events of both', async () => {
  const [a, b] = await someCustomers(ctx, [
    { userId: 'merge-a', events: [{ event: 'half_one', at: ago(5) }] },
    { userId: 'merge-b', events: [{ event: 'half_two', at: ago(4) }] },
  ])
  const question = { ...funnel, steps: [{ event: 'half_one' }, { event: 'half_two' }] }
  assert.deepEqual(stepsOf(await ask(question)), [[1, 0]])
  await app.ok('POST', '/api/customers/merge', { into: a?.id, from: b?.id, reason: 'same person' })
  // Within the minute the earlier answer stands, for no event has arrived.
  assert.deepEqual(stepsOf(await ask({ ...question, window: '3 days' })), [[1, 1]])
})

test('an answer stands for a minute, but not when events have arrived', async () => {
  const question = { kind: 'trend', period: { within: '2 days' }, series: [{ event: 'fresh' }] }
  const total = async () => {
    const { answer, asOf } = await ask(question)
    return { total: answer.kind === 'trend' ? answer.lines[0]?.total : undefined, asOf }
  }
  const before = await total()
  assert.equal(before.total, 0)
  assert.equal((await total()).asOf, before.asOf)
  await someCustomers(ctx, [{ userId: 'insight-fresh', events: [{ event: 'fresh', at: ago(1) }] }])
  assert.equal((await total()).total, 1)
})

test('an answer leaves as CSV and XLSX, its columns in the language of the reader', async () => {
  const csv = await app.ok<string>('POST', '/api/insights/table', { question: funnel, format: 'csv' })
  const [head, first] = csv.replace('\ufeff', '').split('\r\n')
  assert.equal(head, '分组,步骤,事件,人数,占首步,占上一步,流失,距首步中位时长（秒）,距上一步中位时长（秒）')
  assert.equal(first, ',1,loan_viewed,30,1,1,0,,')
  const answer = await app.app.http.app.inject({
    method: 'POST',
    url: '/api/insights/table',
    headers: app.app.http.localHeaders,
    payload: { question: funnel, format: 'xlsx', language: 'en' },
  })
  const workbook = new Excel.Workbook()
  await workbook.xlsx.load(Uint8Array.from(answer.rawPayload).buffer)
  const sheet = workbook.worksheets[0]
  assert.equal(sheet?.getRow(1).getCell(3).value, 'event')
  assert.equal(sheet?.getRow(4).getCell(4).value, 10)
})

test('reports and dashboards are seen by their owner and the roles they are shared with, changed by the owner', async () => {
  const [marketer, other, risk] = [
    await anApiKey(ctx, 'marketer'),
    await anApiKey(ctx, 'marketer'),
    await anApiKey(ctx, 'risk'),
  ]
  const report = await app.ok<Report>(
    'POST',
    '/api/insights/reports',
    { name: '转化', question: funnel },
    { key: marketer },
  )
  assert.equal(report.mine, true)
  const tiles = [{ report: report.id, width: 2, height: 1 }]
  const dashboard = await app.ok<Dashboard>(
    'POST',
    '/api/insights/dashboards',
    { name: '增长', roles: ['risk'], tiles, refreshSeconds: 60 },
    { key: marketer },
  )
  await refused('insights.unknownReport', 404, 'GET', `/api/insights/reports/${report.id}`, undefined, other)
  await refused('insights.unknownDashboard', 404, 'GET', `/api/insights/dashboards/${dashboard.id}`, undefined, other)
  const seen = () => app.ok<DashboardView>('GET', `/api/insights/dashboards/${dashboard.id}`, undefined, { key: risk })
  assert.deepEqual([(await seen()).reports, (await seen()).mine, (await seen()).tiles], [[], false, tiles])
  await app.ok('PATCH', `/api/insights/reports/${report.id}`, { roles: ['risk'] }, { key: marketer })
  assert.deepEqual(
    (await seen()).reports.map(({ id, mine }) => [id, mine]),
    [[report.id, false]],
  )
  await refused('insights.notYours', 403, 'PATCH', `/api/insights/reports/${report.id}`, { name: 'mine' }, risk)
  await refused('insights.notYours', 403, 'DELETE', `/api/insights/dashboards/${dashboard.id}`, undefined, risk)
  const listed = await app.ok<{ items: Report[] }>('GET', '/api/insights/reports', undefined, { key: other })
  assert.ok(!listed.items.some(({ id }) => id === report.id))
  await app.ok('DELETE', `/api/insights/reports/${report.id}`, undefined, { key: marketer })
  assert.deepEqual((await seen()).reports, [])
})

test('a watched funnel raises one alarm for an hour below the same hour of four weeks', async () => {
  const hour = Math.floor(now / hourMs) * hourMs - 2 * hourMs
  const at = (ms: number) => new Date(ms)
  const weekMs = 168 * hourMs
  await someCustomers(
    ctx,
    Array.from({ length: 5 }, (_, week) => week).flatMap((week) =>
      Array.from({ length: 60 }, (_, i) => ({
        userId: `watched-${week}-${i}`,
        at: at(hour - week * weekMs),
        events: [
          { event: 'entered', at: at(hour - week * weekMs + i * 1_000) },
          // This week the step is broken: five of sixty instead of thirty.
          ...(i < (week === 0 ? 5 : 30)
            ? [{ event: 'passed', at: at(hour - week * weekMs + i * 1_000 + 60_000) }]
            : []),
        ],
      })),
    ),
  )
  const question = {
    kind: 'funnel',
    period: { within: '7 days' },
    steps: [{ event: 'entered' }, { event: 'passed' }],
    window: '1 day',
  }
  const report = await app.ok<Report>('POST', '/api/insights/reports', { name: '进件', question })
  const watch = { sensitivity: 'normal' }
  await app.ok('PATCH', `/api/insights/reports/${report.id}`, { watch })
  const signal = new AbortController().signal
  await watchFunnels(ctx, {}, signal)
  await watchFunnels(ctx, {}, signal)
  const alarms = async () => (await app.ok<{ items: Alarm[] }>('GET', '/api/insights/alarms')).items
  const [alarm, ...more] = await alarms()
  assert.deepEqual(more, [])
  assert.deepEqual(
    [alarm?.step, alarm?.stepName, alarm?.observed, alarm?.of, alarm?.expected],
    [2, 'passed', 5, 60, 30],
  )
  assert.equal(alarm?.hour, at(hour).toISOString())
  await app.ok('POST', `/api/insights/alarms/${alarm?.id}/acknowledge`)
  assert.ok((await alarms())[0]?.acknowledgedAt)
  const trend = { kind: 'trend', period: { within: '7 days' }, series: [{ event: 'entered' }] }
  const other = await app.ok<Report>('POST', '/api/insights/reports', { name: '趋势', question: trend })
  await refused('insights.notAFunnel', 400, 'PATCH', `/api/insights/reports/${other.id}`, { watch })
})
