import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { decideSends } from '../../src/campaigns/gate/decide.ts'
import { stateExclusions } from '../../src/compliance/exclusions/store.ts'
import { aCampaign, people, setLimit } from '../campaigns/gate-support.ts'
import { aNotice } from '../compliance/notices.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const { ctx } = app
await aNotice(ctx)
await setLimit(ctx, 'holdout', { share: 0 })
const [agreed = 0, ...more] = await people(ctx, 6, { traits: { name: '赵敏' } })
const [silent = 0, complains = 0] = await people(ctx, 2, { channels: [], traits: { name: '钱进' } })
const { id, request } = await aCampaign(ctx, { product: 'loan', budget: { sends: 3 } })
await stateExclusions(ctx, [
  {
    customerNo: complains,
    kind: 'complaint',
    since: ctx.now(),
    until: null,
    reason: '工单 1',
    evidence: {},
    source: 'staff',
  },
])
const again = [agreed, silent, complains, ...more]
await decideSends(
  ctx,
  again.map((no) => request(no)),
)

const pictures = process.env['ZHIYIN_TEST_PICTURES']
const picture = async (page: Page, name: string) => {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: true })
}
const beyond = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')

test('the profile tells why a customer did not get it, and what would happen now', async () => {
  const { page, faults } = await signedInWindow(app, ['compliance'])
  await page.goto(`/customers/${silent}`)
  await page.getByRole('heading', { name: '触达与拦截' }).waitFor()
  await page.getByText('没有授权').first().waitFor()
  await page.getByRole('button', { name: '为什么没收到？' }).last().click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText('此刻会怎样？').waitFor()
  await drawer.getByText('会被拦截').waitFor()
  await drawer
    .getByText(/沉默视为拒绝/)
    .first()
    .waitFor()
  assert.equal(await drawer.locator('.gate-steps > li').count(), 11)
  await picture(page, 'gate-why')
  await page.keyboard.press('Escape')

  await page.goto(`/refusals?campaign=${id}`)
  await page.getByRole('button', { name: '没有授权' }).click()
  await page.getByRole('button', { name: '查看客户' }).click()
  await page.getByRole('dialog').getByRole('link').first().waitFor()
  await picture(page, 'gate-refusals-people')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await picture(page, 'gate-refusals')
  assert.deepEqual(faults, [])
})

test('compliance changes a limit with its source and reason; others read it', async () => {
  const { page, faults } = await signedInWindow(app, ['compliance'])
  await page.goto('/limits')
  await page.getByRole('heading', { name: '频次' }).waitFor()
  await page.getByText('营销短信 24 小时', { exact: true }).waitFor()
  await picture(page, 'gate-limits')
  await page.getByRole('button', { name: '修改频次' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('spinbutton', { name: '营销短信 30 天 最多次数' }).fill('3')
  await picture(page, 'gate-limit-change')
  const save = dialog.getByRole('button', { name: /保\s?存/ })
  assert.ok(await save.isDisabled(), 'not without a reason')
  await dialog.getByRole('textbox', { name: '修改原因' }).fill('投诉增加')
  await save.click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByText('30 天（滚动）内最多 3 次').waitFor()
  await page.getByRole('button', { name: '频次 · 历史' }).click()
  await page.getByRole('dialog').getByText('投诉增加').waitFor()
  await page.keyboard.press('Escape')
  assert.deepEqual(faults, [])

  const other = await signedInWindow(app, ['marketer'])
  await other.page.goto('/limits')
  await other.page.getByText('只有合规人员可以修改。').waitFor()
  assert.equal(await other.page.getByRole('button', { name: '修改频次' }).count(), 0)
  await other.page.goto(`/customers/${complains}`)
  await other.page.getByText('钱').first().waitFor()
  assert.deepEqual(other.faults, [])
})

test('on a phone nothing runs over the edge', async () => {
  const { page, faults } = await signedInWindow(app, ['compliance'], { width: 390, height: 844 })
  for (const [path, wait, name] of [
    ['/limits', '营销短信 24 小时', 'gate-limits-390'],
    [`/refusals?campaign=${id}`, '没有授权', 'gate-refusals-390'],
    [`/customers/${silent}`, '没有授权', 'gate-profile-390'],
  ] as const) {
    await page.goto(path)
    await page.getByText(wait).first().waitFor()
    assert.ok((await beyond(page)) <= 0, path)
    await picture(page, name)
  }
  await page.getByRole('button', { name: '为什么没收到？' }).last().click()
  await page.getByRole('dialog').getByText('此刻会怎样？').waitFor()
  await picture(page, 'gate-why-390')
  assert.deepEqual(faults, [])
})
