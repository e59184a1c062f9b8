import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { writeSetting } from '#platform'
import { aCustomer, startTestApp } from '#test'
import { NewCampaign } from '../../src/campaigns/contract.ts'
import { NewCreative } from '../../src/campaigns/creatives/creative-contract.ts'
import { createCreative } from '../../src/campaigns/creatives/store.ts'
import { submitCampaign } from '../../src/campaigns/plans/publish.ts'
import { createCampaign } from '../../src/campaigns/plans/store.ts'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const { ctx } = app
await writeSetting(ctx, 'companyName', '明月消费金融')
const customer = await aCustomer(ctx, { traits: { name: '王小明', phone: '13912345678', city: '杭州' } })

const shots = process.env['ZHIYIN_SHOTS']
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}
/** Neither a page nor anything on it is wider than the window. */
const fits = async (page: Page) => {
  const content = await page.evaluate<number>('document.documentElement.scrollWidth')
  const width = page.viewportSize()?.width ?? 0
  assert.ok(content <= width, `${content} px wide in a window of ${width}`)
}
const save = async (page: Page) => {
  await page.getByRole('button', { name: /^保存/ }).click()
  await page.getByText('已保存').first().waitFor()
}

const { page: writer, faults: writersFaults } = await signedInWindow(app, ['marketer'])
const { page: reviewer, faults: reviewersFaults } = await signedInWindow(app, ['legal'])
let address = ''

test('an SMS is written: parts counted, a forbidden word underlined where it stands, and mended', async () => {
  await writer.goto('/creatives')
  await writer.getByText('还没有素材').waitFor()
  await writer.getByRole('button', { name: '新建素材' }).first().click()
  await shoot(writer, 'creative-channels-1440')
  await writer.getByRole('button', { name: /^短信/ }).click()
  await writer.getByLabel('名称', { exact: true }).fill('年末账单分期')
  await writer.getByLabel('签名', { exact: true }).fill('明月消费金融')
  const text = writer.getByLabel('正文', { exact: true })
  await text.fill('{{ customer.city }}的朋友，账单分期秒 到 账，限时抢购，详询客服4000000000。')
  await writer.locator('mark.mark-bad', { hasText: '秒 到 账' }).waitFor({ state: 'attached' })
  await writer.locator('.finding', { hasText: '诱导借贷' }).getByText('变形写法').waitFor()
  await shoot(writer, 'creative-blocked-1440')
  await save(writer)
  address = writer.url()
  assert.match(address, /\/creatives\/\d+$/)
  assert.ok(await writer.getByRole('button', { name: '提交审核' }).isDisabled())

  await text.fill('{{ customer.city }}的朋友，账单分期限时抢购开始，详询客服4000000000。')
  await writer.getByText('处必须修改').waitFor({ state: 'detached' })
  await writer.locator('mark.mark-warn', { hasText: '限时抢购' }).waitFor({ state: 'attached' })
  await writer
    .getByTestId('length')
    .getByText(/^\d+ 字 · 1 条$/)
    .waitFor()
  await writer.getByText('预计 0.045 元/人').waitFor()
  assert.deepEqual(writersFaults, [])
})

test('the preview is for whom one chooses: a real customer masked, with nothing known what is missing', async () => {
  const text = writer.getByLabel('正文', { exact: true })
  const before = await text.inputValue()
  await text.fill('{{ customer.name }}您好')
  await writer.locator('.finding-item', { hasText: '这是个人信息' }).waitFor()
  await choose(writer, '给谁看', '真实客户')
  await writer.getByLabel('客户编号').fill(customer.id)
  await writer.locator('.bubble', { hasText: '王**您好' }).waitFor()
  await choose(writer, '给谁看', '一无所知的客户')
  await writer.getByText('customer.name（第 1 行）').waitFor()
  // A variable is inserted where the cursor stands.
  await choose(writer, '插入变量', 'customer.city', { nth: 1, typed: 'city' })
  assert.match(await text.inputValue(), /\{\{ customer\.city \}\}/)
  await text.fill(before)
  await choose(writer, '给谁看', '示例客户')
  assert.deepEqual(writersFaults, [])
})

test('another person sees it as the recipient does, justifies the flag and approves; an edit voids', async () => {
  await save(writer)
  await writer.getByRole('button', { name: '提交审核' }).click()
  await writer.getByLabel('给审核人的话').fill('请今天看一下')
  await writer.getByRole('dialog').getByRole('button', { name: '提交审核' }).click()
  await writer.getByText('当前版本正在审核').waitFor()

  await reviewer.goto('/reviews')
  await shoot(reviewer, 'reviews-1440')
  await reviewer.getByRole('link', { name: '年末账单分期' }).click()
  await reviewer.locator('.bubble', { hasText: '账单分期限时抢购开始' }).waitFor()
  await reviewer.getByText('请今天看一下').waitFor()
  const approve = reviewer.getByRole('button', { name: '通过', exact: true })
  await approve.waitFor()
  assert.ok(await approve.isDisabled())
  await reviewer.getByLabel('为什么可以保留 1').fill('活动确有截止日期，见规则第 3 条')
  await shoot(reviewer, 'review-1440')
  await approve.click()
  await reviewer.getByText('已通过').first().waitFor()
  await reviewer.getByText('活动确有截止日期，见规则第 3 条').first().waitFor()

  await writer.reload()
  await writer.getByText('当前版本已审核通过').waitFor()
  await writer.getByLabel('正文', { exact: true }).fill('账单分期说明，详询客服4000000000。')
  await save(writer)
  await writer.getByText('第 3 版').waitFor()
  await writer.getByText('未提交').waitFor()
  await writer.getByRole('tab', { name: '版本' }).click()
  await writer.locator('ins.stretch-new').first().waitFor()
  await shoot(writer, 'creative-versions-1440')

  // What waits is void as soon as its words change; the reviewer sees why.
  await writer.getByRole('tab', { name: '编辑' }).click()
  await writer.getByRole('button', { name: '提交审核' }).click()
  await writer.getByRole('dialog').getByRole('button', { name: '提交审核' }).click()
  await writer.getByText('当前版本正在审核').waitFor()
  await writer.getByLabel('正文', { exact: true }).fill('账单分期说明，详询客服4001111111。')
  await save(writer)
  await reviewer.goto('/reviews')
  await reviewer.getByRole('tab', { name: '全部', exact: true }).click()
  await reviewer.getByRole('link', { name: '年末账单分期' }).first().click()
  await reviewer.getByText('内容已修改，本次审核作废').first().waitFor()
  assert.deepEqual([...writersFaults, ...reviewersFaults], [])
})

test('pop-ups close at the first touch of a mark of 44 px; a mail is shown in a frame that runs nothing', async () => {
  await writer.goto('/creatives/new')
  await writer.getByRole('button', { name: /^App 资源位/ }).click()
  await writer.getByLabel('标题', { exact: true }).fill('账单分期')
  const close = writer.getByRole('button', { name: '关闭', exact: true })
  const size = await close.boundingBox()
  assert.ok(size && size.width >= 44 && size.height >= 44, JSON.stringify(size))
  await shoot(writer, 'creative-popup-1440')
  await close.click()
  await writer.getByText('已关闭，客户点一次就消失').waitFor()

  await writer.goto('/creatives/new')
  await writer.getByRole('button', { name: /^邮件/ }).click()
  await writer.getByLabel('名称', { exact: true }).fill('年度账单')
  await writer.getByLabel('发件人名称', { exact: true }).fill('明月消费金融')
  await writer.getByLabel('主题', { exact: true }).fill('您的年度账单')
  await writer.getByLabel('文字', { exact: true }).first().fill('您的年度账单')
  await writer.getByLabel('文字', { exact: true }).nth(1).fill('{{ customer.city }}的朋友，账单已生成。')
  await writer.getByLabel('页脚', { exact: true }).fill('明月消费金融 客服电话 400-000-0000')
  const frame = writer.locator('.mail-frame iframe')
  await frame.waitFor()
  assert.equal(await frame.getAttribute('sandbox'), '')
  await frame.contentFrame().getByText('账单已生成').waitFor()
  await frame.contentFrame().getByText('退订此类邮件').waitFor()
  await writer.getByText('没有发现问题').waitFor()
  await shoot(writer, 'creative-mail-1440')
  await writer.getByRole('tab', { name: '纯文本' }).click()
  await writer.locator('.mail-text', { hasText: '账单已生成' }).waitFor()
  await save(writer)
  assert.deepEqual(writersFaults, [])
})

test('a campaign is reviewed with its people, budget, steps and messages; consumer protection speaks last', async () => {
  const creative = await createCreative(
    ctx,
    NewCreative.parse({
      name: '到期提醒',
      category: 'service',
      content: {
        channel: 'sms',
        signature: '明月消费金融',
        text: '您本期账单将于近日到期，请留意还款日。',
        optOut: '',
      },
    }),
  )
  const campaign = await createCampaign(
    ctx,
    NewCampaign.parse({
      name: '还款日提醒',
      category: 'service',
      definition: {
        trigger: { kind: 'api' },
        journey: {
          start: 'remind',
          steps: {
            remind: {
              kind: 'message',
              name: '到期前提醒',
              channels: [{ channel: 'sms', creativeId: creative.id }],
              next: null,
            },
          },
        },
        budget: { sends: 1_000, costFen: 50_000 },
      },
    }),
  )
  await submitCampaign(ctx, { id: campaign.id, note: '' })
  const { page, faults } = await signedInWindow(app, ['compliance'])
  await page.goto('/reviews')
  await page.getByRole('link', { name: '还款日提醒' }).click()
  await page.getByText('最多 1,000 次触达').waitFor()
  await page.getByText('到期前提醒').first().waitFor()
  await page.locator('.bubble', { hasText: '您本期账单将于近日到期' }).waitFor()
  for (const field of await page.getByLabel(/^为什么可以保留/).all()) await field.fill('已核对，属实')
  await shoot(page, 'review-campaign-1440')
  await page.getByRole('button', { name: '通过', exact: true }).click()
  await page.getByText('待消保意见').first().waitFor()
  await page.getByRole('radio', { name: '同意', exact: true }).check()
  await page.getByRole('button', { name: '提交意见' }).click()
  await page.getByText('已通过').first().waitFor()
  assert.deepEqual(faults, [])
})

test('everything fits a phone', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer', 'legal'], { width: 390, height: 844 })
  await page.goto('/creatives')
  await page.getByRole('link', { name: '年末账单分期' }).waitFor()
  await fits(page)
  await shoot(page, 'creatives-390')
  await page.goto(new URL(address).pathname)
  await page.locator('.phone').waitFor()
  await page.getByText('没有发现问题').waitFor()
  await fits(page)
  await shoot(page, 'creative-390')
  await page.goto('/reviews')
  await page.getByRole('tab', { name: '全部', exact: true }).click()
  await page.getByRole('link', { name: '年末账单分期' }).last().click()
  await page.locator('.phone').waitFor()
  await fits(page)
  await shoot(page, 'review-390')
  assert.deepEqual(faults, [])
})
