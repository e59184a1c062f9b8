import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { takeIn } from '../../src/opinion/intake/take-in.ts'
import { goldPosts } from '../../src/opinion/reading/gold.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
await app.ok('POST', '/api/opinion/subjects', { kind: 'brand', name: '星河消费金融', own: true })
await takeIn(app.ctx, {
  sourceId: 1,
  items: goldPosts()
    .filter(({ split }) => split === 'test')
    .slice(0, 60)
    .map(({ id, text, platform }) => ({ guid: id, text, platform, publishedAt: app.ctx.now().toISOString() })),
})
const shots = process.env.ZHIYIN_TEST_SHOTS
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}

test('an analyst answers by key what the model leaves to him, and takes it back', async () => {
  const { page, faults } = await signedInWindow(app, ['analyst'], { width: 1440, height: 900 })
  await page.goto('/opinion/labels')
  await page.locator('.label-card').waitFor()
  await shot(page, 'labels-1440')
  const first = await page.locator('.label-card .label-ask').textContent()
  await page.keyboard.press('Enter')
  await page
    .getByText(/已记下/)
    .first()
    .waitFor()
  await page.getByRole('tab', { name: '复核记录' }).click()
  await page.getByText('同意模型').first().waitFor()
  await shot(page, 'corrections-1440')
  await page
    .getByRole('button', { name: /撤\s*回/ })
    .first()
    .click()
  await page.getByText('已撤回').first().waitFor()
  assert.ok(first)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/opinion/labels')
  await page.locator('.label-card').waitFor()
  await shot(page, 'labels-390')
  await page.goto('/opinion/models')
  await page.getByText('posts-1').first().waitFor()
  await shot(page, 'models-390')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('button', { name: 'posts-1' }).click()
  await page.getByText('micro-F1 of aspects').waitFor()
  await shot(page, 'models-1440')
  assert.deepEqual(faults, [])
})
