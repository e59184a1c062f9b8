import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { after } from 'node:test'
import type { Page } from 'playwright-core'
import { aSource, someCustomers, startTestApp } from '#test'
import type { Health } from '../../src/audiences/live/contract.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const receiver = createServer((request, reply) => {
  request.resume()
  request.on('end', () => reply.writeHead(204).end())
})
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
after(() => receiver.close())
const address = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/zhiyin`

const app = await startTestApp({ listen: true, work: true, env: { ZHIYIN_WEBHOOKS_PRIVATE: 'true' } })
const source = await aSource(app.ctx)
await someCustomers(app.ctx, [
  { userId: 'zhao', traits: { name: '赵敏', phone: '13800001234' }, events: [{ event: 'order', at: new Date() }] },
  { userId: 'qian', traits: { name: '钱进', phone: '13900005678' } },
])
const { id } = await app.ok<{ id: string }>('POST', '/api/audiences', {
  name: '重要挽留客户',
  definition: { not: { event: 'order', within: '30 days' } },
})
await app.ok('POST', `/api/audiences/${id}/refresh`)

const pictures = process.env['ZHIYIN_TEST_PICTURES']
const picture = async (page: Page, name: string) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}
const beyond = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')

test('an audience is switched live, and a new order moves a person out before the eyes', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto(`/audiences/${id}`)
  await page.getByRole('heading', { name: '重要挽留客户' }).waitFor()
  await page.getByRole('switch', { name: '实时跟随' }).click()
  await page.getByText('实时跟随中').waitFor()
  const size = page.locator('.tile').first().locator('.tile-value')
  await page.waitForFunction(`document.querySelector('.tile .tile-value')?.textContent?.startsWith('1')`)
  await page.getByRole('tab', { name: '实时动态' }).click()

  const answer = await app.send(source.writeKey, '/v1/track', { userId: 'qian', event: 'order', properties: {} })
  assert.equal(answer.status, 200)
  const row = page.getByRole('row', { name: /钱/ })
  await row.getByText('离开').waitFor()
  assert.match((await size.textContent()) ?? '', /^0/)
  assert.ok(!(await row.textContent())?.includes('钱进'), 'names are masked')
  await picture(page, 'living-moves')
  await row.getByRole('link').click()
  await page.getByRole('heading', { name: '钱*' }).waitFor()
  await page.goBack()

  await page.getByRole('tab', { name: '快照' }).click()
  await page.getByRole('button', { name: '冻结快照' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('六月挽留活动的目标名单')
  await page.getByRole('dialog').getByRole('button', { name: '冻结快照' }).click()
  await page.getByText('六月挽留活动的目标名单').first().waitFor()
  await page.getByRole('button', { name: '核对' }).click()
  await page.getByText('核对一致').waitFor()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await picture(page, 'living-snapshots')

  await page.getByRole('button', { name: '推送' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('地址').fill(address)
  await dialog.getByRole('button', { name: /添\s?加/ }).click()
  await dialog.getByText('whsec_').waitFor()
  await dialog.getByRole('button', { name: '发送测试' }).click()
  await dialog.getByText('测试消息').waitFor()
  await picture(page, 'living-webhooks')
  await page.keyboard.press('Escape')

  await page.goto('/audiences')
  await page
    .getByRole('row', { name: /重要挽留客户/ })
    .getByText('实时', { exact: true })
    .waitFor()
  await picture(page, 'living-list')
  assert.deepEqual(faults, [])
})

test('on a phone it is all there, and in English too', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'], { width: 390, height: 844 })
  await page.goto(`/audiences/${id}`)
  await page.getByText('实时跟随中').waitFor()
  for (const tab of ['实时动态', '快照']) {
    await page.getByRole('tab', { name: tab }).click()
    await page.locator('.bones').first().waitFor({ state: 'detached' })
    assert.equal(await beyond(page), 0, tab)
    await picture(page, `living-phone-${tab}`)
  }
  await page.getByRole('button', { name: '推送' }).click()
  await page.getByRole('dialog').getByText(address).waitFor()
  await picture(page, 'living-phone-webhooks')
  assert.equal(await beyond(page), 0)
  assert.deepEqual(faults, [])
})

test('who may only read sees the state and cannot switch it', async () => {
  const { page } = await signedInWindow(app, ['auditor'])
  await page.goto(`/audiences/${id}`)
  await page.getByText('实时跟随中').waitFor()
  assert.ok(await page.getByRole('switch', { name: '实时跟随' }).isDisabled())
  const health = await app.ok<Health>('GET', `/api/audiences/${id}/health`)
  assert.equal(health.stuck, false)
})
