import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import type { Incident } from '../../src/opinion/incidents/incident-contract.ts'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const { ctx, ok } = app
const shots = process.env['ZHIYIN_SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
const beyond = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
const hour = 3_600_000
const ago = (hours: number) => new Date(Date.now() - hours * hour)

// A case that looks like one: posts before and after a first deed, two other cases, a fact, tickets.
const { rows: events } = await sql<{ id: number }>`
  insert into opinion.event (title, gist, first_post_id, first_at, last_at, posts, authors, platforms, bursting, created_at, changed_at)
  values ('安心贷被指隐形收费', '多名用户称放款时被收取未告知的担保费，截图在微博、小红书被大量转发', '1001', ${ago(30)}, ${ago(1)}, 1268, 842, 4, true, now(), now()),
    ('催收电话打到单位', '有用户称逾期三天后单位同事接到催收电话', '1002', ${ago(9)}, ${ago(2)}, 86, 61, 2, false, now(), now()) returning id`.execute(
  ctx.pg,
)
const [first, second] = events.map(({ id }) => id)
const open = (title: string, level: string, eventIds: number[]) =>
  ok<Incident>('POST', '/api/opinion/incidents', { title, level, reason: '登上热搜', eventIds, summary: '' })
const incident = await open('安心贷被指隐形收费', 'severe', [first ?? 0])
await open('催收电话打到单位', 'moderate', [second ?? 0])
await open('门店排队时间长', 'minor', [])
await sql`insert into opinion.fact (claim, created_at, changed_at) values ('隐形收费', now(), now())`.execute(ctx.pg)
await sql`insert into opinion.fact_version (fact_id, version, claim, fact, evidence, valid_from, state, written_by, written_name, written_at)
  values (1, 1, '隐形收费', '安心贷的全部费用均在合同首页列明，综合年化成本不超过 24%。', '合同模板', ${ago(48)}, 'approved', 'x', 'x', now())`.execute(
  ctx.pg,
)
await ctx.ch.insert(
  'mentions',
  [...Array(420).keys()].map((i) => ({
    drill_id: 0,
    subject_id: 1,
    published_at: ago(i < 340 ? 8 + (i % 20) + (i % 7) / 9 : 7.9 - (i - 340) / 12)
      .toISOString()
      .replace('T', ' ')
      .replace('Z', ''),
    post_id: String(5_000 + i),
    toward: i % (i < 340 ? 4 : 2) > 0 ? -1 : 0,
    cluster_id: '77',
    number: '1',
    batch: '1',
  })),
)
await ctx.ch.insert('cluster_events', [{ drill_id: 0, cluster_id: '77', event_id: first ?? 0, number: '1' }])
for (const [title, kind, number] of [
  ['放款时扣了担保费，要求退还', 'complaint', 'HM20260301'],
  ['客服小林耐心解决了我的问题', 'praise', null],
] as const)
  await ok('POST', '/api/opinion/tickets', {
    kind,
    title,
    text: '放款 10000 元到手 9400 元，合同里没有写清楚。联系电话 13912345678',
    number,
    platform: number === null ? null : 'heimao',
    amountFen: number === null ? null : 60_000,
    appeal: number === null ? [] : ['退还费用', '道歉'],
    reason: kind === 'praise' ? 'praise.person' : 'fee.hidden',
    incidentId: kind === 'praise' ? null : incident.id,
  })

test('a case is acknowledged, worked on in its lanes, spoken about, and its deadlines are seen', async () => {
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto('/opinion/incidents')
  await page.getByText('门店排队时间长').waitFor()
  await shot(page, 'incidents-board-1440')
  await page.locator('h1').click()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: /安心贷被指隐形收费/ }).waitFor()
  await page.getByRole('button', { name: '签收' }).click()
  await page.getByRole('button', { name: '开始处置' }).click()
  await page.getByRole('button', { name: '申请关闭' }).waitFor()
  // The first deed was hours ago, so that there is something to compare.
  await sql`update opinion.incident set acted_at = ${ago(8)} where id = ${incident.id}`.execute(ctx.pg)
  const lane = page.getByRole('region', { name: '公关' })
  await lane.getByRole('button', { name: '添加任务' }).click()
  await page.getByLabel('任务', { exact: true }).fill('联系首发博主核实情况')
  await page.getByRole('dialog').getByRole('button', { name: '添加任务' }).click()
  await lane.getByText('联系首发博主核实情况').waitFor()
  await page.getByLabel(/说点什么/).fill('已联系，对方愿意删改不实部分，电话 13912345678')
  await page.getByRole('checkbox', { name: '记为决定' }).check()
  await page.getByRole('button', { name: '发送' }).click()
  await page.getByText(/139\*\*\*\*5678/).waitFor()
  assert.equal(await page.getByText('13912345678').count(), 0)
  await page.reload()
  await page.getByText('明显减少').or(page.getByText('没有可信的变化')).first().waitFor()
  await shot(page, 'incident-1440')
  assert.deepEqual(faults, [])
})

test('a statement is begun from the case, checked while it is written, and submitted with a fact', async () => {
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto(`/opinion/statements/new?incident=${incident.id}`)
  await choose(page, '类型', '辟谣')
  await choose(page, '套用模板', '辟谣声明')
  await page.getByText('还有未填写的占位').first().waitFor()
  await page.getByRole('checkbox', { name: '隐形收费' }).check()
  await page.getByLabel('标题').fill('关于网传隐形收费的声明')
  await page.getByLabel('正文').fill('近日网络流传我公司“隐形收费”的信息不属实。安心贷的全部费用均在合同首页列明。')
  await page.getByText('没有发现问题').waitFor()
  await shot(page, 'statement-1440')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByRole('button', { name: '提交法务审批' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '提交法务审批' }).click()
  await page.getByText('审批中').first().waitFor()
  assert.deepEqual(faults, [])
})

test('on a phone: the case and a ticket fit; the ticket is taken, answered and solved', async () => {
  const { page, faults } = await signedInWindow(app, ['service'], { width: 390, height: 844 })
  await page.goto('/opinion/incidents')
  await page.getByText('门店排队时间长').waitFor()
  assert.ok((await beyond(page)) <= 0, 'the board fits')
  await shot(page, 'incidents-board-390')
  await page.goto(`/opinion/incidents/${incident.id}`)
  await page.getByText('联系首发博主核实情况').first().waitFor()
  await shot(page, 'incident-390')
  assert.ok((await beyond(page)) <= 0, 'the case fits')
  await page.goto('/opinion/tickets')
  await page.getByRole('link', { name: '放款时扣了担保费，要求退还' }).click()
  await page.getByRole('button', { name: '受理' }).click()
  await page.getByLabel('答复内容').fill('已核实，多收的担保费将在三个工作日内退回。')
  await page.getByRole('button', { name: '记录答复' }).click()
  await page.getByText(/电话：已核实/).waitFor()
  assert.ok((await beyond(page)) <= 0, 'the ticket fits')
  await shot(page, 'ticket-390')
  await page.getByRole('button', { name: '标记解决' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('已退费')
  await page.getByRole('dialog').getByRole('button', { name: '标记解决' }).click()
  await page.getByRole('button', { name: '生成评价链接' }).click()
  await page.getByText(/satisfaction\//).waitFor()
  assert.deepEqual(faults, [])
})

if (shots)
  test('pictures of the other pages', async () => {
    const { page } = await signedInWindow(app, ['pr', 'legal', 'service', 'compliance'])
    for (const [path, name] of [
      ['/opinion/tickets', 'tickets-1440'],
      ['/opinion/tickets/1', 'ticket-1440'],
      ['/opinion/statements', 'statements-1440'],
      ['/opinion/statements/1', 'statement-one-1440'],
    ] as const) {
      await page.goto(path)
      await page.waitForTimeout(1500)
      await shot(page, name)
    }
    await page.goto('/opinion/tickets')
    await page.getByRole('tab', { name: '统计' }).click()
    await page.waitForTimeout(1500)
    await shot(page, 'ticket-figures-1440')
    await page.goto('/opinion/incidents')
    await page.getByRole('tab', { name: '按条线' }).click()
    await page.waitForTimeout(1000)
    await shot(page, 'incidents-lanes-1440')
    await page.getByRole('tab', { name: '动态' }).click()
    await page.waitForTimeout(1000)
    await shot(page, 'incidents-feed-1440')
    await page.getByRole('button', { name: '处置参数' }).click()
    await page.waitForTimeout(1000)
    await shot(page, 'incidents-settings-1440')
  })
