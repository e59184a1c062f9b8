import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { someCustomers, startTestApp } from '#test'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
const day = 86_400_000
const shots = process.env['ZHIYIN_SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

const people = await someCustomers(
  app.ctx,
  Array.from({ length: 60 }, (_, i) => ({
    userId: `console-tag-${i}`,
    traits: { name: '赵敏', phone: `1390000${1000 + i}`, city: ['上海', '成都', '广州'][i % 3], age: 22 + (i % 40) },
    events: Array.from({ length: i % 9 }, (_, n) => ({
      event: 'loan_repaid',
      at: new Date(Date.now() - (n * 6 + (i % 5) + 2) * day),
      properties: { amount: 300 + 50 * i, channel: n % 2 ? '应用' : '微信' },
    })),
  })),
)

const settled = async (page: Page) => {
  await page.locator('h1').waitFor()
  await page.locator('.bones').first().waitFor({ state: 'detached' })
}

test('a marketer makes a statistic with a preview, computes it, and a bar leads to the people behind it', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto('/tags')
  await page.getByRole('heading', { name: '还没有标签' }).waitFor()
  await page.getByRole('button', { name: '新建标签' }).first().click()
  await page.getByRole('radio', { name: '统计' }).waitFor()
  assert.equal(await page.getByRole('radio', { name: 'SQL' }).isDisabled(), true)
  await page.getByLabel('名称', { exact: true }).fill('近 90 天还款次数')
  await page.getByLabel('标识', { exact: true }).fill('repay_count_90d')
  await page.getByLabel('业务口径').fill('近 90 天内成功还款的次数')
  await choose(page, '行为', 'loan_repaid')
  const preview = page.locator('.panel', { hasText: '预览' })
  await preview.getByText('53', { exact: false }).first().waitFor()
  await shot(page, 'tag-editor')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('heading', { name: '近 90 天还款次数' }).waitFor()
  await page.getByRole('button', { name: '启用' }).click()
  await page.getByRole('button', { name: '立即计算' }).click()
  await page.getByRole('list', { name: '分布' }).waitFor()
  await shot(page, 'tag-page')
  await page.getByRole('button', { name: /看看谁是“8”/ }).click()
  await page.getByRole('heading', { name: '近 90 天还款次数：8' }).waitFor()
  await page.getByText('赵*', { exact: false }).first().waitFor()
  await page.goto('/tags/repay_count_90d')
  await page.getByRole('tab', { name: '计算记录' }).click()
  await page.getByRole('table', { name: '计算记录' }).waitFor()
  await shot(page, 'tag-runs')
  assert.deepEqual(faults, [])
})

test('a rule tag is built with the conditions of audiences; a sensitive one waits for another person', async () => {
  const { page, faults } = await signedInWindow(app, ['analyst'])
  await page.goto('/tags/new')
  await page.getByRole('radio', { name: /^规则/ }).click()
  await page.getByLabel('名称', { exact: true }).fill('逾期风险提示')
  await page.getByLabel('标识', { exact: true }).fill('overdue_hint')
  await page.getByLabel('标签值 1').fill('关注')
  await page.getByLabel('其余的人').fill('正常')
  await shot(page, 'tag-rule-editor')
  const made = await app.ok<{ key: string }>('POST', '/api/tags', {
    key: 'overdue_hint',
    title: '逾期风险提示',
    definition: {
      kind: 'rule',
      values: [{ value: '关注', when: { event: 'loan_repaid', did: false, within: '30 days' } }],
      otherwise: '正常',
    },
  })
  await app.ok('POST', `/api/tags/${made.key}/state`, { state: 'active' })
  const reviewer = await signedInWindow(app, ['compliance'])
  await reviewer.page.goto(`/tags/${made.key}`)
  await reviewer.page.getByRole('button', { name: '复核' }).click()
  await shot(reviewer.page, 'tag-review')
  await reviewer.page.getByLabel('复核意见').fill('已核对口径与授权')
  await reviewer.page.getByRole('dialog').getByRole('button', { name: '通过' }).click()
  await reviewer.page.locator('.page-subtitle', { hasText: '使用中' }).waitFor()
  assert.deepEqual([...faults, ...reviewer.faults], [])
})

test('a manual tag is given and removed for good on the page of a customer', async () => {
  await app.ok('POST', '/api/tags', {
    key: 'vip_level',
    title: '贵宾等级',
    definition: { kind: 'manual', values: ['金卡', '银卡'] },
  })
  await app.ok('POST', '/api/tags/vip_level/state', { state: 'active' })
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto(`/customers/${people[8]?.id}`)
  await page.getByRole('button', { name: '打标签' }).click()
  await choose(page, '选择标签', '贵宾等级')
  await choose(page, '选择或输入值', '金卡')
  await page.getByRole('dialog').getByText('打标签').click()
  await page
    .getByRole('button', { name: '确 定' })
    .or(page.getByRole('button', { name: '确定' }))
    .click()
  await page.locator('.customer-tag', { hasText: '金卡' }).waitFor()
  await shot(page, 'customer-tags')
  await page.getByRole('button', { name: '永久移除: 贵宾等级' }).click()
  await page.getByLabel('原因').fill('客户来电要求')
  await page.getByRole('dialog').getByRole('button', { name: '永久移除' }).click()
  await page.locator('.customer-tag', { hasText: '客户要求移除' }).waitFor()
  const answer = await app.call('PUT', `/api/customers/${people[8]?.id}/tags/vip_level`, { values: ['银卡'] })
  assert.equal(answer.status, 409)
  assert.deepEqual(faults, [])
})

test('every page of tags works on a phone, in both languages', async () => {
  const { page, faults } = await signedInWindow(app, ['admin'], { width: 390, height: 844 })
  const pages = [
    '/tags',
    '/tags/new',
    '/tags/repay_count_90d',
    '/tags/repay_count_90d/edit',
    '/tags/overdue_hint',
    '/texts',
  ]
  for (const [i, path] of pages.entries()) {
    await page.goto(path)
    await settled(page)
    const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
    assert.equal(beyond, 0, `${path} is ${beyond} px wider than the screen`)
    assert.equal(await page.locator('.state-failed').count(), 0, `${path} shows a failure`)
    await shot(page, `phone-${i}`)
  }
  const wide = await signedInWindow(app, ['admin'])
  await wide.page.goto('/tags')
  await settled(wide.page)
  await shot(wide.page, 'tags')
  await wide.page.goto('/texts')
  await settled(wide.page)
  await wide.page.getByLabel('粘贴一段客户的话').fill('客服态度很差，利息太高，非常失望')
  await wide.page.getByRole('button', { name: '试一试' }).click()
  await wide.page.getByText('负面').first().waitFor()
  await shot(wide.page, 'texts')
  await wide.page.getByRole('button', { name: 'English' }).click()
  await wide.page.locator('html[lang=en]').waitFor()
  await wide.page.goto('/tags/repay_count_90d')
  await wide.page.getByRole('button', { name: 'Compute now' }).waitFor()
  assert.deepEqual([...faults, ...wide.faults], [])
})
