import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { openWindow, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })

const shots = process.env['ZHIYIN_SCREENSHOTS']
const shoot = async (page: Page, name: string): Promise<void> => {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.waitForTimeout(600)
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
const wide = { width: 1440, height: 900 }
const narrow = { width: 390, height: 844 }
/** Nothing wider than the window. */
const fits = async (page: Page) =>
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), true)

const lender = '明月消费金融有限公司'

test('an offer is written with its cost before the eyes, refused above the cap, mended and published', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'], wide)
  await page.goto('/offers')
  await page.getByText('还没有产品方案').waitFor()
  await page.getByRole('button', { name: '新建产品方案' }).first().click()
  await page.getByLabel('名称', { exact: true }).fill('明月e贷')
  await page.getByLabel('机构全称').fill(lender)
  await page.getByLabel('金融许可证号').fill('X0001H299990001')
  await page.getByLabel('地址').fill('上海市浦东新区明月路 1 号')
  await page.getByLabel('联系方式').fill('400-000-1234')
  await page.getByText('12.00%').first().waitFor()

  await page.getByRole('button', { name: '增加一项费用' }).click()
  await page.getByLabel('费率 %').fill('1.2')
  await page.getByText('超过上限').first().waitFor()
  await page.getByText('年化成本超过上限').waitFor()
  await shoot(page, 'editor-above-cap-1440')
  await page.getByRole('button', { name: '删除 1' }).click()
  await page.getByText('未超过上限').waitFor()

  await page.getByRole('button', { name: '采用计算结果' }).click()
  for (const [name, text] of [
    ['逾期罚息', '逾期按借款利率上浮 50%'],
    ['挪用罚息', '挪用按借款利率上浮 100%'],
    ['提前还款费用', '可随时提前还款，不收费'],
  ] as const) {
    await page.getByLabel(name, { exact: true }).fill(text)
    await page.getByLabel(`${name} · 收取方`).fill(lender)
  }
  await page.getByLabel('风险与责任提示').fill('请根据自身还款能力理性借贷，逾期将影响征信记录。')
  await page.getByLabel('售后与投诉').fill('投诉请致电 400-000-1234，15 日内答复。')
  await page.getByText('没有问题，可以发布').waitFor()
  await page.getByRole('button', { name: '保存草稿' }).click()
  await page.getByRole('button', { name: /^发\s?布$/ }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /发\s?布/ })
    .click()
  await page.getByText('第 1 版').first().waitFor()
  await shoot(page, 'offer-1440')

  // Debts too heavy: no offer is made for the person.
  await page.getByLabel('现有月供（元）').fill('99999')
  await page.getByRole('button', { name: /试\s?算/ }).click()
  await page.getByText('债务负担过重').waitFor()

  await page.getByRole('tab', { name: '综合融资成本明示表' }).click()
  await page.getByRole('button', { name: '生成阅读链接' }).click()
  const href = await page.getByRole('link', { name: '打开' }).getAttribute('href')
  assert.ok(href)
  await shoot(page, 'sheet-1440')

  const visit = await openWindow(app.url, narrow)
  await visit.page.goto(href)
  await visit.page.getByRole('heading', { name: '综合融资成本明示表' }).waitFor()
  const confirm = visit.page.getByRole('button', { name: '我已阅读并知晓全部费用' })
  assert.equal(await confirm.isDisabled(), true)
  await shoot(visit.page, 'disclosure-390')
  await fits(visit.page)
  await visit.page.locator('#end').scrollIntoViewIfNeeded()
  await visit.page.getByText('您可以确认了').waitFor()
  await confirm.click()
  await visit.page.getByText('已确认，时间').waitFor()
  assert.deepEqual(visit.faults, [])

  await page.getByRole('tab', { name: '阅读记录' }).click()
  await page.getByText('手机').or(page.getByText('电脑')).first().waitFor()
  await page.setViewportSize(narrow)
  await page.getByRole('tab', { name: '概况' }).click()
  await page.getByText('真实年化成本').waitFor()
  await shoot(page, 'offer-390')
  await fits(page)
  await page.goto('/offers')
  await page.getByRole('link', { name: '明月e贷' }).waitFor()
  await shoot(page, 'offers-390')
  await fits(page)
  await page.setViewportSize(wide)
  await shoot(page, 'offers-1440')
  assert.deepEqual(faults, [])
})

test('a text is checked as it is written: places, articles, fines, what to say instead; own words count at once', async () => {
  const { page, faults } = await signedInWindow(app, ['compliance'], wide)
  await page.goto('/content')
  await page.getByRole('textbox', { name: '文案' }).fill('【明月】秒dao账，必↓款，行业第🔥一！日息万分之三，名额有限')
  await page.getByText('不能发布').waitFor()
  assert.deepEqual(await page.locator('mark.mark-bad').allTextContents(), [
    '秒dao账',
    '必↓款',
    '行业第🔥一',
    '日息万分之三',
  ])
  await page.getByText('广告法第9条第3项').first().waitFor()
  await page
    .getByText(/20 万元以上 100 万元以下/)
    .first()
    .waitFor()
  await shoot(page, 'check-1440')
  await page.setViewportSize(narrow)
  await shoot(page, 'check-390')
  await fits(page)
  await page.setViewportSize(wide)

  await page.getByRole('tab', { name: '词库' }).click()
  await page.getByRole('button', { name: '增加词语' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('词语').fill('星辰计划')
  await dialog.getByLabel('理由').fill('产品已停售')
  await dialog.getByRole('button', { name: /保\s?存/ }).click()
  await page.getByText('产品已停售').waitFor()
  await shoot(page, 'words-1440')
  await page.getByRole('tab', { name: '文案检测' }).click()
  await page.getByRole('textbox', { name: '文案' }).fill('加入星-辰计劃')
  await page.locator('mark', { hasText: '星-辰计劃' }).waitFor()

  await page.getByRole('tab', { name: '成本计算' }).click()
  await page.getByText('13.03%').first().waitFor()
  await shoot(page, 'calculator-1440')
  await page.getByRole('tab', { name: '上限与 LPR' }).click()
  await page.getByText('一年期 LPR 3.00%').first().waitFor()
  await shoot(page, 'caps-1440')
  await page.getByRole('tab', { name: '名单与参数' }).click()
  await page.getByText('自有域名').waitFor()
  await shoot(page, 'settings-1440')
  await page.setViewportSize(narrow)
  await shoot(page, 'settings-390')
  await fits(page)
  for (const [tab, name] of [
    ['上限与 LPR', 'caps'],
    ['词库', 'words'],
    ['成本计算', 'calculator'],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click()
    await page.waitForTimeout(300)
    await shoot(page, `${name}-390`)
    await fits(page)
  }
  assert.deepEqual(faults, [])
})
