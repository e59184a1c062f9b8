import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { preferenceLink, recordConsents, smsReplied } from '#compliance'
import { someCustomers, startTestApp } from '#test'
import { saveDraft } from '../../src/compliance/consent/notices.ts'
import { addExclusion } from '../../src/compliance/exclusions/store.ts'
import { aNotice, aNoticeText } from '../compliance/notices.ts'
import { choose, openWindow, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
const { ctx } = app
const shots = process.env['ZHIYIN_SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
const settled = async (page: Page) => {
  await page.locator('h1').waitFor()
  await page.locator('.bones').first().waitFor({ state: 'detached' })
}

const people = await someCustomers(
  ctx,
  Array.from({ length: 6 }, (_, i) => ({
    userId: `consent-page-${i}`,
    traits: {
      name: '赵敏',
      phone: `1391236000${i}`,
      email: `zhao${i}@mail.cn`,
      birthday: i === 1 ? '2015-05-01' : '1990-05-01',
    },
  })),
)
const no = (i: number) => people[i]?.no ?? 0
await aNotice(ctx, 'v1')
await recordConsents(
  ctx,
  people.flatMap(({ no: customerNo }, i) =>
    (['sms', 'email'] as const).map((channel) => ({
      customerNo,
      purpose: 'marketing',
      channel,
      status: 'granted' as const,
      at: new Date(Date.now() - (i + 2) * 86_400_000),
      noticeVersion: i === 5 ? '2019-app' : 'v1',
      source: 'import' as const,
      evidence: { method: 'app-registration', evidence: `form-${i}` },
    })),
  ),
)

test('a lawyer drafts a notice, sees what is missing and what changed, and publishes it', async () => {
  const { page, faults } = await signedInWindow(app, ['compliance'])
  await page.goto('/consents')
  await page.getByText('“2019-app”').waitFor()
  await shot(page, 'consents')
  await page.getByRole('link', { name: '营销推广' }).click()
  await settled(page)
  await page.getByRole('button', { name: '编辑用途' }).click()
  await page.getByRole('dialog').getByLabel('应用内消息').check()
  await shot(page, 'purpose-edit')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /保 ?存/ })
    .click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '起草新版本' }).click()
  await page.getByLabel('保存期限').fill('')
  await shot(page, 'notice-editor')
  await page.getByRole('button', { name: '保存草稿' }).first().click()
  await page.getByText('还缺少法律要求的内容：保存期限').waitFor()
  await saveDraft(ctx, { key: 'marketing', content: aNoticeText({ kinds: ['手机号码', '产品使用情况', '位置'] }) })
  await page.reload()
  await page.getByRole('button', { name: /^发 ?布$/ }).waitFor()
  await page.locator('ins', { hasText: '位置' }).waitFor()
  await shot(page, 'notice-draft')
  await page.getByRole('button', { name: /^发 ?布$/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('此前的同意将不再有效').waitFor()
  await dialog.getByRole('button', { name: /^发 ?布$/ }).click()
  await page.locator('.version-list', { hasText: '需重新同意' }).waitFor()
  await shot(page, 'notice-published')
  await page.goto('/consents')
  await settled(page)
  await page.getByRole('tab', { name: '参数' }).click()
  await page.getByRole('table', { name: '参数' }).waitFor()
  await shot(page, 'consent-settings')
  assert.deepEqual(faults, [])
})

test('the profile shows consents with their proof; staff record a word and end an exclusion', async () => {
  await addExclusion(ctx, {
    customerId: no(2),
    kind: 'complaint',
    until: null,
    reason: '投诉处理中',
    evidence: 'CASE-17',
  })
  await smsReplied(ctx, { phone: '13912360002', text: 'td', at: new Date(), provider: 'aliyun' })
  const { page, faults } = await signedInWindow(app, ['service'])
  await page.goto(`/customers/${no(2)}`)
  const panel = page.locator('.panel', { hasText: '授权与排除' })
  await panel.getByText('投诉处理中').first().waitFor()
  await panel.getByText('请勿联系 139****0002').waitFor()
  await shot(page, 'customer-consents')
  await panel.getByRole('button', { name: '登记授权' }).click()
  const dialog = page.getByRole('dialog')
  await choose(page, '客户表示', '撤回')
  await choose(page, '渠道', '电子邮件')
  await dialog.getByLabel('凭据').fill('REC-20260301-17')
  await shot(page, 'record-consent')
  await dialog.getByRole('button', { name: '登记授权' }).click()
  await panel.getByText('REC-20260301-17').waitFor()
  await panel.getByRole('button', { name: '结束排除: 投诉处理中' }).click()
  await page.getByLabel('结束原因').fill('投诉已结案')
  await page.getByRole('dialog').getByRole('button', { name: '结束排除' }).click()
  await panel.getByText('投诉已结案').waitFor()
  await page.goto(`/customers/${no(1)}`)
  await page.locator('.panel', { hasText: '授权与排除' }).getByText('不发一切消息').waitFor()
  assert.deepEqual(faults, [])
})

test('addresses are barred, found in full, imported and taken off by two persons', async () => {
  const { page, faults } = await signedInWindow(app, ['compliance'])
  await page.goto('/do-not-contact')
  await settled(page)
  await page.getByRole('button', { name: '添加号码' }).click()
  await page.getByRole('dialog').getByLabel('号码或邮箱').fill('139 8888 7777')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /保 ?存/ })
    .click()
  await page.getByText('139****7777').waitFor()
  await page.getByRole('button', { name: '导入名单' }).click()
  await page.getByRole('dialog').getByText('粘贴').click()
  await page.getByRole('dialog').getByLabel('每行一个').fill('13988880001\n13988880002\nnot-a-number')
  await shot(page, 'dnc-import')
  await page.getByRole('dialog').getByRole('button', { name: '开始导入' }).click()
  await page.getByText('新增 2 · 已有 0 · 未用 1').waitFor()
  await page.getByText('139****0002').first().waitFor()
  const search = page.getByLabel('输入完整的手机号码或邮箱查找')
  await search.fill('13988887777')
  await page.getByText('共 1 条').waitFor()
  await page.getByRole('button', { name: '申请移除' }).click()
  await page.getByRole('dialog').getByLabel('原因').fill('号码已换主人')
  await page.getByRole('dialog').getByRole('button', { name: '申请移除' }).click()
  await page.getByText('等待另一人复核').waitFor()
  await search.fill('')
  await shot(page, 'dnc')
  const second = await signedInWindow(app, ['compliance'], { width: 390, height: 844 })
  await second.page.goto('/do-not-contact')
  await settled(second.page)
  await shot(second.page, 'dnc-390')
  await second.page.getByRole('button', { name: /^复 ?核$/ }).click()
  await second.page.getByRole('dialog').getByText('号码已换主人').waitFor()
  await second.page.getByRole('dialog').getByRole('button', { name: '同意移除' }).click()
  await second.page.getByRole('table').getByText('139****7777').waitFor({ state: 'detached' })
  await page.goto('/exclusions')
  await settled(page)
  await page.getByRole('button', { name: '添加排除' }).first().click()
  await page
    .getByRole('dialog')
    .getByLabel('客户编号')
    .fill(String(no(3)))
  await page.getByRole('dialog').getByLabel('说明').fill('困难帮扶申请已受理')
  await choose(page, '原因', '困难帮扶', { nth: 1 })
  await page.getByRole('dialog').getByRole('button', { name: '添加排除' }).click()
  await page.getByRole('table', { name: '排除名单' }).getByText('困难帮扶申请已受理').waitFor()
  await shot(page, 'exclusions')
  assert.deepEqual([...faults, ...second.faults], [])
})

test('preference centre on a phone: one tap each, one button for all, without signing in', async () => {
  const link = new URL((await preferenceLink(ctx, no(4))).url).pathname
  const { page, faults } = await openWindow(app.url, { width: 390, height: 844 })
  await page.goto(link)
  await page.getByRole('heading', { name: '消息偏好' }).waitFor()
  await shot(page, 'preference-centre-390')
  await page.getByText('查看告知书全文').click()
  await page.getByText('明月消费金融有限公司').first().waitFor()
  await shot(page, 'preference-notice-390')
  await page.getByRole('button', { name: '关闭营销推广：短信' }).click()
  await page.getByText('已关闭，立即生效').waitFor()
  await page.getByRole('button', { name: '同意营销推广：应用推送' }).click()
  await page.getByText('已开启，您可以随时关闭').waitFor()
  await page.getByRole('button', { name: '关闭个性化推荐' }).click()
  await page.getByText('只展示不针对个人特征的内容').waitFor()
  await page.getByRole('button', { name: /全部退订/ }).click()
  await page.getByText('已全部退订').waitFor()
  assert.equal(await page.getByRole('button', { name: /^关闭营销推广/ }).count(), 0)
  await shot(page, 'preference-all-off-390')
  const fits = await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')
  assert.ok(fits, 'nothing stands beyond the edge')
  await page.goto(link.replace('/p/', '/u/'))
  await page.getByRole('button', { name: '确认退订推广邮件' }).click()
  await page.getByRole('heading', { name: '已退订' }).waitFor()
  assert.deepEqual(faults, [])
})

test('the pages fit a phone', async () => {
  const { page, faults } = await signedInWindow(app, ['compliance'], { width: 390, height: 844 })
  for (const [path, name] of [
    ['/consents', 'consents-390'],
    ['/consents/marketing', 'purpose-390'],
    ['/exclusions', 'exclusions-390'],
    [`/customers/${no(2)}`, 'customer-consents-390'],
  ] as const) {
    await page.goto(path)
    await settled(page)
    await page.locator('.bones').first().waitFor({ state: 'detached' })
    await shot(page, name)
    assert.ok(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), path)
  }
  assert.deepEqual(faults, [])
})
