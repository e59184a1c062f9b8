import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { saveList } from '#audiences'
import { recordConsents } from '#compliance'
import { someCustomers, startTestApp } from '#test'
import { publishNotice, saveDraft } from '../../src/compliance/consent/notices.ts'
import { createPurpose } from '../../src/compliance/consent/purposes.ts'
import { aNoticeText } from '../compliance/notices.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })

const shots = process.env['ZHIYIN_SCREENSHOTS']
const shoot = async (page: Page, name: string): Promise<void> => {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.waitForTimeout(600)
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
const wide = { width: 1440, height: 900 }
const narrow = { width: 390, height: 844 }
const recipient = '腾讯广告'

test('an ad audience is registered, approved by another person, exported and downloaded', async () => {
  const { ctx } = app
  await createPurpose(ctx, {
    key: 'adsTencent',
    title: '向腾讯广告提供加密手机号',
    description: '',
    basis: 'consent',
    separate: 'recipient',
    recipient,
    channels: [],
  })
  const content = aNoticeText({
    recipients: [
      { name: recipient, contact: '0755-0000', purpose: '投放广告', manner: '加密文件', kinds: ['手机号码'] },
    ],
  })
  const { number } = await saveDraft(ctx, { key: 'adsTencent', label: 'v1', content })
  await publishNotice(ctx, { key: 'adsTencent', number })
  const made = await someCustomers(
    ctx,
    Array.from({ length: 120 }, (_, i) => ({ traits: { phone: String(13_700_000_000 + i), birthday: '1990-05-05' } })),
  )
  await recordConsents(
    ctx,
    made.slice(0, 110).map(({ no }) => ({
      customerNo: no,
      purpose: 'adsTencent',
      channel: null,
      status: 'granted' as const,
      at: new Date(Date.now() - 60_000),
      noticeVersion: 'v1',
      source: 'staff' as const,
      evidence: {},
    })),
  )
  const members = made.map(({ no }) => no)
  await saveList(ctx, { name: '高潜名单', kind: 'upload', why: '', madeOf: {}, members })

  const { page, faults } = await signedInWindow(app, ['marketer'], wide)
  await page.goto('/ad-audiences')
  await page.getByText('还没有广告人群').waitFor()
  await page.getByRole('button', { name: '新建广告人群' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel('名称', { exact: true }).fill('三月高潜')
  await form.getByLabel('接收方名称').fill(recipient)
  await page.keyboard.press('Escape')
  await form.getByLabel('接收方联系方式').fill('客服 0755-0000')
  await form.getByLabel('合同编号').fill('HT-2026-017')
  await form.getByLabel('提供目的').fill('在腾讯系广告位投放，至六月底')
  await form.getByLabel('人群或名单').click()
  await page
    .getByTitle(/高潜名单/)
    .last()
    .click()
  await form.getByLabel('最少人数').fill('100')
  await form.getByRole('button', { name: /保\s?存/ }).click()
  await page.getByText('按现在的内容还没有获得批准').waitFor()
  await page.getByRole('button', { name: '提交审核' }).click()
  await page.getByText('待审核').first().waitFor()

  const lawyer = await signedInWindow(app, ['legal'], wide)
  await lawyer.page.goto('/reviews')
  await lawyer.page.getByRole('link', { name: '三月高潜' }).click()
  await lawyer.page.getByText('HT-2026-017').first().waitFor()
  await shoot(lawyer.page, 'ad-review-1440')
  await lawyer.page.getByRole('button', { name: /^通\s?过/ }).click()
  await lawyer.page.getByText('已通过').first().waitFor()

  await page.goto('/ad-audiences')
  await page.getByRole('button', { name: '三月高潜' }).click()
  await page.getByRole('button', { name: '导出差异' }).click()
  await page.getByText('新增 APPEND').waitFor()
  await page.getByText('没有授权').first().waitFor()
  await shoot(page, 'ad-audience-1440')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '下载' }).click()])
  assert.match(file.suggestedFilename(), /append-1\.zip$/)
  await page
    .getByRole('button', { name: /Close|关闭/ })
    .first()
    .click()
  await page.getByText(/新增 1\d\d ·/).waitFor()
  await shoot(page, 'ad-audiences-1440')

  await page.setViewportSize(narrow)
  await page.getByRole('button', { name: '三月高潜' }).click()
  await page.getByText('新增 APPEND').waitFor()
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), true)
  await shoot(page, 'ad-audience-390')
  assert.deepEqual(faults, [])
})
