import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { startSmsSandbox } from '../../src/campaigns/channels/sms/sandbox.ts'
import { anAccount, secret } from '../campaigns/delivery-world.ts'
import { people, setLimit } from '../campaigns/gate-support.ts'
import { aNotice } from '../compliance/notices.ts'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

/* The whole way as people go it: an audience, a creative, a campaign from a template, approved by others, sent, measured. */

/** What takes now to the next weekday, half past ten in Shanghai: nothing is put off by quiet hours, whenever this runs. */
const shiftMs = (() => {
  const zoneMs = 8 * 3_600_000
  const start = Date.now()
  const local = new Date(start + zoneMs)
  local.setUTCHours(10, 30, 0, 0)
  while (local.getTime() - zoneMs < start || local.getUTCDay() % 6 === 0) local.setUTCDate(local.getUTCDate() + 1)
  return local.getTime() - zoneMs - start
})()

await startBrowser()
const app = await startTestApp({ listen: true, work: true, now: () => new Date(Date.now() + shiftMs) })
const { ctx } = app
const sandbox = await startSmsSandbox({ secret })
after(() => sandbox.stop())
await anAccount(ctx, 'sms.http', sandbox.url)
await aNotice(ctx)
await setLimit(ctx, 'holdout', { share: 0 })
await people(ctx, 30, { traits: { city: '杭州', name: '张三' } })
await people(ctx, 6, { channels: [], traits: { city: '杭州', name: '李四' } })
await people(ctx, 5, { traits: { city: '上海', name: '王五' } })

const shots = process.env['ZHIYIN_SHOTS']
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/first-${name}.png`, fullPage: true })
}

/** Counts what the person of a window clicks, over all its pages. */
const countClicks = (page: Page) =>
  page.addInitScript(`addEventListener('click', (event) => {
    if (event.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1
  }, true)`)
const clicksOf = (page: Page) => page.evaluate<number>('Number(sessionStorage.clicks ?? 0)')

const { page: marketer, faults: marketersFaults } = await signedInWindow(app, ['marketer'])
const { page: lawyer, faults: lawyersFaults } = await signedInWindow(app, ['legal'])
const { page: officer, faults: officersFaults } = await signedInWindow(app, ['compliance'])
for (const page of [marketer, lawyer, officer]) await countClicks(page)
const go = async (page: Page, name: string) => {
  await page.getByRole('navigation', { name: '主导航' }).getByRole('link', { name, exact: true }).click()
  await page.getByRole('heading', { name, exact: true, level: 1 }).waitFor()
}
const words = '最高可借20万元，年化利率（单利）10.80%，以审批为准，请理性借贷，客服4000000000。'

test('a marketer makes an audience, a creative and a campaign from a template, and hands it in', async () => {
  const page = marketer
  await page.goto('/')
  await go(page, '人群')
  await page.getByRole('button', { name: '新建人群' }).first().click()
  await page.getByLabel('名称', { exact: true }).fill('杭州客户')
  await page.locator('.b-add').last().getByRole('button', { name: '属性' }).click()
  await choose(page, '选择属性', 'city', { typed: 'city' })
  await choose(page, '值', '杭州')
  await page.locator('.estimate-size:not(.estimate-old)').getByText(/^36 /).waitFor()
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('heading', { name: '杭州客户' }).waitFor()

  await go(page, '素材')
  await page.getByRole('button', { name: '新建素材' }).first().click()
  await page.getByRole('button', { name: /^短信/ }).click()
  await page.getByLabel('名称', { exact: true }).fill('唤醒短信')
  await choose(page, '产品类型', '贷款')
  await page.getByLabel('签名', { exact: true }).fill('明月消费金融')
  await page.getByLabel('正文', { exact: true }).fill(words)
  await page.getByTestId('length').getByText(/条$/).waitFor()
  await page.getByText('没有发现问题').waitFor()
  await shoot(page, 'creative')
  await page.getByRole('button', { name: /^保存/ }).click()
  await page.getByText('已保存').first().waitFor()

  await go(page, '营销活动')
  await page.getByRole('button', { name: '沉睡客户唤醒' }).click()
  await page.getByLabel('名称', { exact: true }).fill('杭州客户唤醒')
  await choose(page, '人群', '杭州客户')
  await page.getByRole('button', { name: '保存并设计旅程' }).click()
  const open = page.getByRole('list', { name: '问题' })
  await open.getByRole('button', { name: '说法甲' }).click()
  await choose(page, '短信 素材', '唤醒短信')
  await page.locator('.react-flow__node[data-id="message2"]').click()
  await choose(page, '短信 素材', '唤醒短信')
  await page.locator('.c-saved', { hasText: '已保存' }).waitFor()
  await shoot(page, 'design')
  await page.getByRole('button', { name: /^下一步：/ }).click()
  await shoot(page, 'goal')
  await page.getByRole('button', { name: /^下一步：/ }).click()
  const submit = page.getByRole('button', { name: '提交审核' })
  await page.getByText('没有设置预算上限').waitFor()
  await shoot(page, 'check')
  await submit.click()
  await page.getByText('待审核').first().waitFor()
  assert.deepEqual(marketersFaults, [])
})

test('two others read it, say why its flags may stand, and approve', async () => {
  await lawyer.goto('/')
  await go(lawyer, '审核')
  await lawyer.getByRole('link', { name: '杭州客户唤醒' }).click()
  await lawyer.locator('.bubble', { hasText: '最高可借20万元' }).first().waitFor()
  await shoot(lawyer, 'review')
  for (const field of await lawyer.getByLabel(/^为什么可以保留/).all()) await field.fill('已核对，属实')
  await lawyer.getByRole('button', { name: '通过', exact: true }).click()
  await lawyer.getByText('待消保意见').first().waitFor()
  await officer.goto('/')
  await go(officer, '审核')
  await officer.getByRole('link', { name: '杭州客户唤醒' }).click()
  await shoot(officer, 'opinion')
  await officer.getByRole('radio', { name: '同意', exact: true }).click()
  await officer.getByRole('button', { name: '提交意见' }).click()
  await officer.getByText('已通过').first().waitFor()
  assert.deepEqual([...lawyersFaults, ...officersFaults], [])
})

test('the marketer publishes; it goes out by the provider, once to each, and the effects tell of it', async () => {
  const page = marketer
  await page.reload()
  await page.getByRole('button', { name: '发布上线' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发布上线' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByRole('tab', { name: '效果' }).click()
  // Thirty agreed; a fifth of them is left alone. Those without consent are refused, those elsewhere never asked.
  await page.getByText('触达客户').waitFor()
  for (let looks = 0; looks < 240 && sandbox.counts().messages === 0; looks++) await page.waitForTimeout(250)
  const sent = sandbox.counts().messages
  assert.ok(sent > 0 && sent <= 30, `${sent} messages`)
  await page.getByText('没有授权').first().waitFor()
  await shoot(page, 'effects')
  assert.deepEqual(sandbox.ledger.repeated(), { keys: [], numbers: [] })
  assert.ok((await clicksOf(marketer)) <= 40, 'of the marketer')
  assert.ok((await clicksOf(lawyer)) + (await clicksOf(officer)) <= 10, 'of the two who approve')
  assert.deepEqual(marketersFaults, [])
})
