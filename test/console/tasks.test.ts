import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { consentsOf, recordConsents } from '#compliance'
import { startTestApp } from '#test'
import { startWechatSandbox } from '../../src/campaigns/channels/wechat/sandbox.ts'
import { CampaignDefinition } from '../../src/campaigns/contract.ts'
import { BranchContent, CallContent } from '../../src/campaigns/creatives/content-contract.ts'
import { createProvider } from '../../src/campaigns/delivery/providers.ts'
import type { Frozen } from '../../src/campaigns/plans/frozen.ts'
import { makeTasks } from '../../src/campaigns/tasks/desk.ts'
import { people, setLimit } from '../campaigns/gate-support.ts'
import { aNotice } from '../compliance/notices.ts'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const { ctx } = app
await aNotice(ctx)
const shots = process.env['ZHIYIN_SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
const beyond = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')

// The test runs at any hour of the day.
await setLimit(ctx, 'hours', { rules: [] })
await setLimit(ctx, 'holdout', { share: 0 })

const task = (channel: 'call' | 'branch', creativeId: number, name: string, team: string, step: string) => ({
  [step]: {
    kind: 'task',
    channel,
    creativeId,
    name,
    team,
    dueIn: { amount: 2, unit: 'days' },
    outcomes: { interested: null },
    next: null,
  },
})
const definition = CampaignDefinition.parse({
  trigger: { kind: 'api' },
  product: 'other',
  journey: {
    start: 'call',
    steps: {
      ...task('call', 1, '回访未完成申请', '电销一组', 'call'),
      ...task('branch', 2, '到店补充资料', '静安支行', 'branch'),
    },
  },
})
const call = CallContent.parse({
  channel: 'call',
  opening: '您好，这里是明月消费金融，请问是{{ customer.name }}吗？您上周看过我们的贷款页面，想问问有没有可以帮您的。',
  blocks: [{ title: '产品介绍', text: '我们的“安心贷”按日计息，可以随时提前还款，年化综合成本以合同为准。' }],
  questions: [
    { ask: '您方便说说资金用途吗？', answers: ['装修', '教育', '周转', '不方便'] },
    { ask: '大概什么时候需要？', answers: ['本周', '一个月内', '还没想好'] },
  ],
  never: ['保证通过、包过', '不查征信', '年化成本以外的其他说法'],
  closing: '感谢您的时间，再见。',
})
const branch = BranchContent.parse({
  channel: 'branch',
  title: '请客户补充收入证明',
  text: '{{ customer.name }}预约到店，请核对身份证并补齐资料。',
  checklist: ['核对身份证原件', '复印收入证明', '告知综合成本并签字'],
})
const frozen: Frozen = {
  category: 'marketing',
  priority: 50,
  definition,
  audiences: {},
  creatives: {
    1: { hash: 'h', version: 1, channel: 'call', content: call },
    2: { hash: 'h', version: 1, channel: 'branch', content: branch },
  },
  offers: {},
}
const { rows: made } = await sql<{ id: number }>`
  insert into campaigns.campaign (name, category, priority, state, definition, live_version, created_at, created_by, changed_at,
    changed_by, edited_by)
  values ('未完成申请回访', 'marketing', 50, 'running', ${JSON.stringify(definition)}, 1, now(), 't', now(), 't', 't')
  returning id`.execute(ctx.pg)
const campaignId = made[0]?.id ?? 0
await sql`insert into campaigns.version (campaign_id, version, frozen, content_hash, published_at, published_by)
  values (${campaignId}, 1, ${JSON.stringify(frozen)}, 'h', now(), 't')`.execute(ctx.pg)
const plan = async (nos: readonly number[], channel: 'call' | 'branch', creative: number) => {
  await sql`
    insert into campaigns.send (campaign_id, version, step, customer_no, entry_no, pass, entry_id, category, channel, creative_id, state,
      decided_at, not_before, not_after, key)
    select ${campaignId}, 1, ${channel}, no, 1, 1, 0, 'marketing', ${channel}, ${creative}, 'planned', now(), now(),
      now() + interval '7 days', ${channel}::text || no from unnest(${[...nos]}::int[]) as n (no)`.execute(ctx.pg)
  while ((await makeTasks(ctx)) > 0);
}
const names = ['王小明', '李思雨', '赵敏', '钱进', '孙立', '周然']
const nos: number[] = []
for (const name of names) nos.push(...(await people(ctx, 1, { channels: ['call', 'branch'], traits: { name } })))
await plan(nos, 'call', 1)
await plan(nos.slice(0, 2), 'branch', 2)

test('staff takes a call, reads the script, calls and writes back, all by keyboard', async () => {
  const { page, faults } = await signedInWindow(app, ['service'])
  await page.goto('/tasks')
  await page.getByRole('link', { name: '回访未完成申请' }).first().waitFor()
  await shot(page, 'tasks-list-1440')
  await choose(page, '方式', '电话')
  await page.getByRole('link', { name: '到店补充资料' }).first().waitFor({ state: 'hidden' })
  await page.locator('h1').click()
  await page.keyboard.press('n')
  await page.getByText('请问是王小明吗').waitFor()
  await page.getByRole('button', { name: '装修' }).click()
  await shot(page, 'task-1440')
  await page.keyboard.press('c')
  await page.locator('.task-phone').waitFor()
  assert.match((await page.locator('.task-phone').textContent()) ?? '', /^1\d{2} \d{4} \d{4}$/)
  await page.keyboard.press('1')
  await page.getByLabel('备注').fill('想先了解额度，电话 13912345678')
  await shot(page, 'task-called-1440')
  await page.keyboard.press('Control+Enter')
  await page.getByText('这条任务已结束').waitFor()
  await page.getByText(/您方便说说资金用途吗？ 装修/).waitFor()
  assert.equal(await page.getByText('13912345678').count(), 0)
  await page.keyboard.press('n')
  await page.getByText('请问是李思雨吗').waitFor()
  assert.deepEqual(faults, [])
})

test('on a phone at the branch: checklist, outcome, and a wish not to be called takes effect', async () => {
  const { page, faults } = await signedInWindow(app, ['service'], { width: 390, height: 844 })
  await page.goto('/tasks')
  await page.getByRole('link', { name: '到店补充资料' }).first().waitFor()
  assert.ok((await beyond(page)) <= 0, 'the list fits')
  await shot(page, 'tasks-list-390')
  await page.getByRole('link', { name: '到店补充资料' }).first().click()
  await page.getByText('核对身份证原件').waitFor()
  await page.getByRole('button', { name: '领取' }).click()
  await page.getByRole('checkbox', { name: '核对身份证原件' }).check()
  await page.getByRole('button', { name: '要求不再致电' }).click()
  await page.getByText(/立即撤回电话营销授权/).waitFor()
  assert.ok((await beyond(page)) <= 0, 'the task fits')
  await shot(page, 'task-branch-390')
  await page.getByRole('button', { name: '保存结果' }).click()
  await page.getByText('这条任务已结束').waitFor()
  await shot(page, 'task-done-390')
  assert.match(JSON.stringify([...(await consentsOf(ctx, nos.slice(0, 2)))]), /withdrawn/)
  assert.deepEqual(faults, [])
})

test('tasks go to a call centre and its outcomes come back, each line told', async () => {
  const { page, faults } = await signedInWindow(app, ['service'])
  await page.goto('/tasks')
  await choose(page, '方式', '电话')
  await page.getByRole('button', { name: '交给呼叫中心' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('含完整号码').click()
  await dialog.getByLabel('用途').fill('交外呼中心回访')
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: '导出 CSV' }).click(),
  ])
  const csv = readFileSync(await file.path(), 'utf8')
  assert.match(csv, /"139\d{8}"/)
  const ids = [...csv.matchAll(/^"(\d+)"/gm)].map(([, id]) => id)
  assert.ok(ids.length >= 3)
  await shot(page, 'tasks-export-1440')
  await dialog
    .getByRole('button', { name: /关\s?闭/ })
    .last()
    .click()
  await page.getByRole('button', { name: '导入结果' }).click()
  await dialog
    .getByLabel('或粘贴在这里')
    .fill(`任务编号,结果,备注\n${ids[0]},无人接听,\n${ids[1]},没有意向,\n999999,有意向,\nx,喜欢,`)
  await dialog.getByText('读到 3 行，1 行有误').waitFor()
  await shot(page, 'tasks-results-1440')
  await dialog.getByRole('button', { name: '导入 3 行' }).click()
  await dialog.getByText('写入 2 条，1 条没有写入').waitFor()
  await dialog.getByText('没有这条任务').waitFor()
  assert.deepEqual(faults, [])
})

test('who withdrew since is not called: the desk says why', async () => {
  const [no = 0] = await people(ctx, 1, { channels: ['call'], traits: { name: '吴迪' } })
  await plan([no], 'call', 1)
  const { rows } = await sql<{
    id: string
  }>`select id::text as id from campaigns.task where customer_no = ${no}`.execute(ctx.pg)
  await recordConsents(ctx, [
    {
      customerNo: no,
      purpose: 'marketing',
      channel: 'call',
      status: 'withdrawn',
      at: ctx.now(),
      noticeVersion: null,
      source: 'staff',
      evidence: {},
    },
  ])
  const { page, faults } = await signedInWindow(app, ['service'], { width: 390, height: 844 })
  await page.goto(`/tasks/${rows[0]?.id}`)
  await page.getByRole('button', { name: '领取' }).click()
  await page.getByRole('button', { name: '拨打' }).click()
  await page.getByText('不能联系：授权已撤回').waitFor()
  await shot(page, 'task-refused-390')
  assert.equal(await page.locator('.task-phone').count(), 0)
  assert.deepEqual(faults, [])
})

test('a QR code for a place, drawn here and ready to download', async () => {
  const platform = await startWechatSandbox()
  after(() => platform.stop())
  await createProvider(ctx, {
    name: '明月服务号',
    kind: 'wechat.official',
    settings: { appId: 'wx0123456789abcdef', endpoint: platform.url },
    secrets: {
      appSecret: 'sandbox-secret',
      token: 'sandbox-token',
      encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
    },
    carries: 'all',
    unitCostMillifen: 0,
    perSecond: null,
    perMinute: null,
    perDay: null,
  })
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto('/channels')
  await page.getByRole('button', { name: '渠道二维码' }).click()
  await page.getByText('还没有二维码').waitFor()
  await page.getByRole('button', { name: '新建二维码' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('明月服务号').waitFor()
  await dialog.getByLabel('名称').fill('静安店门口海报')
  await dialog.getByLabel('地点').fill('静安支行')
  await shot(page, 'qr-new-1440')
  await dialog.getByRole('button', { name: '新建二维码' }).click()
  await page.getByRole('img', { name: '“静安店门口海报”的二维码' }).waitFor()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '下载图片' }).click(),
  ])
  assert.equal(file.suggestedFilename(), '静安店门口海报.png')
  await shot(page, 'qr-1440')
  await page.setViewportSize({ width: 390, height: 844 })
  assert.ok((await beyond(page)) <= 0)
  await shot(page, 'qr-390')
  assert.deepEqual(faults, [])
})
