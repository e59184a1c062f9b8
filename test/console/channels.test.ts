import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { startSmsSandbox } from '../../src/campaigns/channels/sms/sandbox.ts'
import { openCourier } from '../../src/campaigns/delivery/courier.ts'
import { aCampaign, anAccount, everyoneMay, people, planned, sameText, secret } from '../campaigns/delivery-world.ts'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const { ctx } = app
const sandbox = await startSmsSandbox({ secret })
after(() => sandbox.stop())
const shots = process.env.ZHIYIN_SCREENSHOTS
if (shots) mkdirSync(shots, { recursive: true })
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

test('from an empty page to an account that is checked, tried and switched on', async () => {
  const { page, faults } = await signedInWindow(app, ['admin'])
  await page.goto('/channels')
  await page.getByText('还没有服务商账号').waitFor()
  await page.getByRole('button', { name: '添加账号' }).first().click()
  await choose(page, '类型', '自有短信网关')
  await page.getByLabel('名称').fill('自有网关')
  await page.getByLabel('发送地址').fill(`${sandbox.url}/send`)
  await page.getByLabel('签名密钥').fill(secret)
  await page.getByLabel('查询地址').fill(`${sandbox.url}/query`)
  await shot(page, 'channel-new-1440')
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByRole('heading', { name: '自有网关' }).waitFor()
  await page.getByRole('button', { name: '测试连接' }).click()
  await page.getByText(/连接正常/).waitFor()
  await page.getByLabel('手机号').fill('13911112222')
  await page.getByLabel('短信签名').fill('明月')
  await page.getByRole('button', { name: /发\s*送/, exact: true }).click()
  await page.getByText('已受理').waitFor()
  assert.equal(sandbox.ledger.ofNumber('13911112222').length, 1)
  assert.equal(await page.getByText('13911112222').count(), 0, 'the number is kept masked')
  await page.getByRole('switch').click()
  await page.getByText('空闲').first().waitFor()
  assert.deepEqual(faults, [])
})

test('health, errors and order stand on the page at both widths; arming after a restore is asked for', async () => {
  const nos = await people(ctx, 120)
  await anAccount(ctx, 'sms.aliyun', sandbox.url, { perSecond: 500, perDay: 100_000 })
  const campaign = await aCampaign(ctx)
  const courier = openCourier(ctx, { recheck: everyoneMay, compose: sameText })
  sandbox.fault({ kind: 'refuse', code: 'isv.AMOUNT_NOT_ENOUGH', times: 1 })
  await planned(ctx, campaign, nos)
  await courier.round()
  sandbox.fault({ kind: 'resetAfterAccept', times: 1 })
  await planned(ctx, campaign, nos.slice(0, 30), { pass: 2 })
  await courier.round()
  await planned(ctx, campaign, nos.slice(0, 9), { pass: 3 })
  await sql`insert into platform.setting (name, value, changed_at, changed_by) values ('sendsArmed', 'false', now(), 'restore')`.execute(
    ctx.pg,
  )

  // A mail that broke off: nobody can be asked, so a person says what became of it.
  await sql`
    update campaigns.send set state = 'unknown', asked_at = null, lease_until = now(), error = 'ECONNRESET',
      provider_id = (select id from campaigns.provider where name = '自有网关'), queued_at = now() - interval '1 day'
    where id in (select id from campaigns.send where campaign_id = ${campaign} and pass = 1 order by id limit 5)`.execute(
    ctx.pg,
  )

  const { page, faults } = await signedInWindow(app, ['admin'])
  await page.goto('/channels')
  await page.getByText('发送已停用').waitFor()
  await page.getByRole('link', { name: '自有网关' }).waitFor()
  await shot(page, 'channels-1440')
  const before = await page.locator('tbody tr').first().textContent()
  await page.getByRole('button', { name: /提前/ }).nth(1).click()
  // The page's policy lets nothing be evaluated, so the change is looked for from outside.
  for (let i = 0; i < 100 && (await page.locator('tbody tr').first().textContent()) === before; i++)
    await page.waitForTimeout(100)
  assert.notEqual(await page.locator('tbody tr').first().textContent(), before)
  await page.getByRole('link', { name: '自有网关' }).click()
  await page.getByText('最近一天的错误').waitFor()
  await page.locator('.chart svg, .chart canvas').first().waitFor()
  await page.getByText('待人工核实').waitFor()
  await shot(page, 'channel-1440')
  await page.getByRole('button', { name: '已发出' }).click()
  await page.getByRole('button', { name: '服务器日志显示已投递' }).click()
  await shot(page, 'channel-decide-1440')
  await page.getByRole('dialog').getByRole('button', { name: '已发出' }).click()
  await page.getByText('已核实 5 条').waitFor()
  await page.getByText('待人工核实').waitFor({ state: 'detached' })
  await sql`update campaigns.send set state = 'unknown', asked_at = null, queued_at = now() - interval '1 day'
    where campaign_id = ${campaign} and provider_id = (select id from campaigns.provider where name = '自有网关')`.execute(
    ctx.pg,
  )
  await page.goto('/channels')
  await page.getByRole('button', { name: '确认并恢复发送' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '确认并恢复发送' }).click()
  await page.getByText('发送已停用').waitFor({ state: 'detached' })

  const phone = await signedInWindow(app, ['admin'], { width: 390, height: 844 })
  await phone.page.goto('/channels')
  await phone.page.getByRole('link', { name: '自有网关' }).waitFor()
  await shot(phone.page, 'channels-390')
  await phone.page.getByRole('link', { name: '自有网关' }).click()
  await phone.page.getByText('最近一天的错误').waitFor()
  await phone.page.locator('.chart svg, .chart canvas').first().waitFor()
  await shot(phone.page, 'channel-390')
  const wide = await phone.page.evaluate('document.documentElement.scrollWidth > window.innerWidth')
  assert.equal(wide, false)
  const marketer = await signedInWindow(app, ['marketer'])
  await marketer.page.goto('/channels')
  await marketer.page.getByRole('link', { name: '自有网关' }).waitFor()
  assert.equal(await marketer.page.getByRole('button', { name: '添加账号' }).count(), 0)
  assert.deepEqual([...faults, ...phone.faults, ...marketer.faults], [])
})
