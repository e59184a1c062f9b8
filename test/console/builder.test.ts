import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { aCustomer, startTestApp } from '#test'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const { ctx } = app

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
const list = '1c9a3a51-30a8-4c6f-8d0a-52f3a2f0a009'

// Before anybody asks for the fields of the builder, which the server remembers for a while.
const walker = await aCustomer(ctx, {
  traits: { city: '杭州', age: 41, phone: '13912345601' },
  events: [
    { event: 'loan_viewed', at: hoursAgo(50), properties: { amount: 9000, applicationNo: 'A1' } },
    { event: 'loan_applied', at: hoursAgo(30), properties: { amount: 9000, applicationNo: 'A1' } },
  ],
})
await aCustomer(ctx, {
  traits: { city: '上海', age: 28 },
  events: [
    { event: 'loan_viewed', at: hoursAgo(5), properties: { amount: 100, applicationNo: 'A2' } },
    { event: 'repaid', at: hoursAgo(4), properties: { amount: 100, applicationNo: 'A2' } },
  ],
})
await sql`insert into audiences.tag (key, title, kind, type, state, created_at, created_by, changed_at, changed_by) values
  ('tier', '客户分层', 'manual', 'string', 'active', now(), 'test', now(), 'test'),
  ('score', '响应分', 'model', 'number', 'active', now(), 'test', now(), 'test')`.execute(ctx.pg)
await ctx.ch.insert('tag_values', [
  { tag_no: 1, customer_no: walker.no, at: '2026-01-01 00:00:00.000', run: 1, values: ['黄金'], number: null },
  { tag_no: 2, customer_no: walker.no, at: '2026-01-01 00:00:00.000', run: 1, values: ['0.9'], number: 0.9 },
])
await sql`insert into audiences.list (id, name, kind, size, content_hash, as_of, created_at, created_by)
  values (${list}, '国庆活动名单', 'upload', 1, '', now(), now(), 'test')`.execute(ctx.pg)

const further = async (page: Page, name: string, nth = 0) => {
  await page.getByRole('button', { name: '更多条件' }).nth(nth).click()
  await page.getByRole('menuitem', { name, exact: true }).click()
}
const shots = process.env['ZHIYIN_SHOTS']
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}

test('a sequence is built step by step, read in a sentence, counted and saved', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto('/audiences/new')
  await page.getByLabel('名称', { exact: true }).fill('浏览后申请')
  await further(page, '行为顺序')
  await choose(page, '选择行为', '浏览贷款', { typed: 'loan_viewed' })
  await choose(page, '选择行为', '申请贷款', { nth: 1, typed: 'loan_applied' })
  await page.getByRole('button', { name: '期间排除' }).click()
  await choose(page, '选择行为', '还款', { nth: 1, typed: 'repaid' })
  await choose(page, '同一', '同一')
  await choose(page, '事件字段', 'applicationNo')
  await page
    .getByText('最近 90 天内同一 applicationNo 下先做“浏览贷款”，之后 7 天内（期间没有“还款”）做“申请贷款”的客户。')
    .waitFor()
  await page.locator('.estimate-size:not(.estimate-old)').getByText(/^1 /).waitFor()
  await shoot(page, 'sequence-1440')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('heading', { name: '浏览后申请' }).waitFor()
  assert.deepEqual(faults, [])
})

test('every further condition can be filled in, and the whole is counted', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto('/audiences/new')
  const add = page.locator('.b-add').last()
  await add.getByRole('button', { name: '标签' }).click()
  await choose(page, '选择标签', '响应分', { typed: 'score' })
  await page.getByLabel('从', { exact: true }).fill('0.5')
  await page.getByLabel('到', { exact: true }).fill('1')
  await further(page, '排名')
  await choose(page, '选择行为', '浏览贷款', { typed: 'loan_viewed' })
  await further(page, '可触达')
  await further(page, '授权状态')
  await page.getByRole('combobox', { name: '授权状态' }).click()
  await page.locator('.ant-select-item-option', { hasText: '未表态' }).click()
  await page.keyboard.press('Escape')
  await further(page, '随机分流')
  await page.getByLabel('到', { exact: true }).last().fill('100')
  await further(page, '名单')
  await page.getByRole('combobox', { name: '属于或不属于' }).click()
  await page.locator('.ant-select-item-option', { hasText: '不属于' }).last().click()
  await choose(page, '选择名单', '国庆活动名单')
  await further(page, '抽样')
  await page.locator('.estimate-size:not(.estimate-old)').getByText(/^1 /).waitFor()
  const sentence = (await page.locator('.editor-side .reading').textContent()) ?? ''
  for (const part of [
    '标签“响应分”在 0.5 到 1 之间',
    '最近 90 天内“浏览贷款”次数居前 1,000 名',
    '可通过短信触达',
    '对“营销”已同意或未表态',
    '随机分流的 0% 至 100% 中',
    '不在名单“国庆活动名单”中',
    '在从“全部客户”中随机抽取的 1,000 人之内',
  ])
    assert.ok(sentence.includes(part), `${part}: ${sentence}`)
  await shoot(page, 'all-1440')
  await page.setViewportSize({ width: 390, height: 844 })
  await page.waitForFunction('document.documentElement.scrollWidth <= innerWidth')
  await shoot(page, 'all-390')
  assert.deepEqual(faults, [])
})

test('what was done is undone and done again; a condition is moved, copied and pasted by keyboard', async () => {
  const { page, context, faults } = await signedInWindow(app, ['marketer'])
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto('/audiences/new')
  const add = page.locator('.b-add').last()
  const sentence = page.locator('.editor-side .reading')
  await add.getByRole('button', { name: '属性' }).click()
  await choose(page, '选择属性', 'city', { typed: 'city' })
  await choose(page, '值', '杭州')
  await add.getByRole('button', { name: '行为' }).click()
  await choose(page, '选择行为', '浏览贷款', { typed: 'loan_viewed' })
  const first = (await sentence.textContent()) ?? ''
  await page.locator('.b-handle').nth(1).focus()
  await page.keyboard.press('ArrowUp')
  await sentence.filter({ hasText: /^最近 30 天内做过“浏览贷款”，且/ }).waitFor()
  await page.getByRole('button', { name: '撤销' }).click()
  await sentence.filter({ hasText: first }).waitFor()
  await page.getByRole('button', { name: '重做' }).click()
  await page.locator('.b-handle').nth(0).focus()
  await page.keyboard.press('Control+c')
  await page.getByText('已复制，可粘贴到本页或其他人群').waitFor()
  await page.keyboard.press('Control+v')
  await page.locator('.b-leaf').nth(2).waitFor()
  assert.equal((await sentence.textContent())?.match(/浏览贷款/g)?.length, 2)
  await page.locator('.b-handle').nth(1).focus()
  await page.keyboard.press('Delete')
  await page.locator('.b-leaf').nth(2).waitFor({ state: 'detached' })
  assert.equal((await sentence.textContent())?.match(/浏览贷款/g)?.length, 1)
  assert.deepEqual(faults, [])
})
