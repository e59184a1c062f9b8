import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { someCustomers, startTestApp } from '#test'
import { randomOf } from '../../src/insights/mining/random.ts'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })

// A small shop: regulars in Hangzhou who buy bread with butter, passers-by in Wuhan who buy once.
const random = randomOf(1)
const items = ['面包', '黄油', '牛奶', '鸡蛋', '咖啡', '茶']
const day = (n: number) => new Date(Date.UTC(2026, 0, 1) + n * 86_400_000).toISOString()
await someCustomers(
  app.ctx,
  Array.from({ length: 90 }, (_, i) => {
    const regular = i % 3 !== 0
    const times = regular ? 2 + random.below(6) : 1
    return {
      traits: {
        age: regular ? 26 + random.below(10) : 52 + random.below(12),
        city: regular ? '杭州' : '武汉',
        income: regular ? 9_000 + random.below(3_000) : 4_000 + random.below(1_500),
      },
      events: Array.from({ length: times }, (_, n) => {
        const bought = items.filter((item) =>
          item === '面包' || item === '黄油' ? regular && random.next() < 0.8 : random.next() < 0.3,
        )
        const order = `A${i}-${n}`
        const at = day(regular ? 10 + random.below(130) : random.below(60))
        return (bought.length > 0 ? bought : ['茶']).map((item) => ({
          event: 'purchase',
          at,
          properties: { item, order, amount: 20 + random.below(80) * (regular ? 3 : 1) },
        }))
      }).flat(),
    }
  }),
)

const shots = process.env['ZHIYIN_SHOTS']
const shoot = async (page: Page, name: string) => {
  if (!shots) return
  mkdirSync(shots, { recursive: true })
  await page.waitForTimeout(700)
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
const { page, faults } = await signedInWindow(app, ['analyst'])
const begin = async (kind: string) => {
  await page.goto('/mining')
  await page
    .getByRole('link', { name: new RegExp(kind) })
    .first()
    .click()
}
const done = () => page.getByText('已完成').waitFor()

test('RFM: asked, answered, and a class leads to its people, who become a list', async () => {
  await begin('价值分层')
  await page.getByRole('textbox', { name: '名称' }).fill('春季价值分层')
  await choose(page, '购买行为', 'purchase', { typed: 'purch' })
  await choose(page, '金额字段', 'amount')
  await choose(page, '订单号字段', 'order')
  await shoot(page, 'rfm-form')
  await page.getByRole('button', { name: '开始分析' }).click()
  await done()
  await page.getByRole('heading', { name: '春季价值分层' }).waitFor()
  await shoot(page, 'rfm')
  const classes = page.getByRole('table', { name: '八类客户' })
  const [first] = await classes.getByRole('button', { name: /查看客户/ }).all()
  const count = (await first?.textContent())?.replace(/\D/g, '')
  await first?.click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText(`共 ${count} 人`).waitFor()
  await shoot(page, 'people')
  await drawer.getByRole('button', { name: '存为名单' }).click()
  await page.getByRole('dialog', { name: '存为名单' }).getByRole('button', { name: '保存' }).click()
  await page.getByText(/已存为名单/).waitFor()
  const { items: lists } = await app.ok<{ items: { size: number; kind: string }[] }>('GET', '/api/audiences/lists')
  assert.deepEqual(
    lists.map(({ size, kind }) => [String(size), kind]),
    [[count, 'insight']],
  )
})

test('an RFM answer becomes a tag that is in use', async () => {
  await page.goto('/mining')
  await page.getByRole('link', { name: '春季价值分层' }).click()
  await page.getByRole('button', { name: '存为标签' }).click()
  await page.getByRole('textbox', { name: '标签键' }).fill('value_class')
  await page.getByRole('dialog').getByRole('button', { name: '保存' }).click()
  await page.getByText('已启用，正在计算').waitFor()
  for (let tries = 0; ; tries++) {
    const held = await app.ok<{ covered: number }>('GET', '/api/tags/value_class/distribution')
    if (held.covered === 90) break
    assert.ok(tries < 60, 'the tag has no values after a minute')
    await page.waitForTimeout(1_000)
  }
})

test('customer value shows what is expected and how well the models fit', async () => {
  await begin('客户价值')
  await choose(page, '购买行为', 'purchase', { typed: 'purch' })
  await choose(page, '金额字段', 'amount')
  await page.getByRole('button', { name: '开始分析' }).click()
  await done()
  await page.getByRole('table', { name: '价值十分位' }).waitFor()
  await page.getByText('BG/NBD α').waitFor()
  await shoot(page, 'value')
})

test('clusters are told in words, named, and drawn', async () => {
  await begin('聚类')
  const add = (kind: string) => page.getByRole('button', { name: kind, exact: true }).click()
  for (const [nth, trait] of ['age', 'income', 'city'].entries()) {
    await add('属性')
    await page.getByRole('combobox', { name: '属性', exact: true }).nth(nth).click()
    await page
      .locator('.ant-select-dropdown:not(.ant-select-dropdown-hidden) .ant-select-item-option')
      .filter({ hasText: { age: '年龄', income: '收入', city: '城市' }[trait] ?? trait })
      .first()
      .click()
  }
  await add('行为')
  await choose(page, '行为', 'purchase', { typed: 'purch' })
  await page.getByRole('spinbutton', { name: '到' }).fill('5')
  await shoot(page, 'clusters-form')
  await page.getByRole('button', { name: '开始分析' }).click()
  await done()
  await page.getByText('轮廓系数建议 2 群').waitFor()
  await page.getByText(/杭州.*占/).waitFor()
  await page.getByRole('button', { name: '为分群命名' }).click()
  await page.getByRole('textbox', { name: '第 1 群' }).fill('杭州常客')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('杭州常客').first().waitFor()
  await shoot(page, 'clusters')
})

test('rules are sorted, filtered, pruned and drawn; whom to suggest something to is one click away', async () => {
  await begin('关联规则')
  await choose(page, '行为', 'purchase', { typed: 'purch' })
  await choose(page, '项目', 'item')
  await choose(page, '一篮是', '一个订单号')
  await choose(page, '订单号字段', 'order')
  await page.getByRole('spinbutton', { name: '最小支持度' }).fill('2')
  await page.getByRole('spinbutton', { name: '最小置信度' }).fill('10')
  await shoot(page, 'rules-form')
  await page.getByRole('button', { name: '开始分析' }).click()
  await done()
  const table = page.getByRole('table', { name: '关联规则' })
  await table.waitFor()
  const fitting = async () => Number((await page.getByText(/^符合 [\d,]+ 条$/).textContent())?.replace(/\D/g, ''))
  const before = await fitting()
  await shoot(page, 'rules')
  await page.getByRole('checkbox', { name: '隐藏冗余规则' }).check()
  await page.getByText('冗余', { exact: true }).first().waitFor({ state: 'detached' })
  assert.ok((await fitting()) < before)
  await page.getByRole('textbox', { name: '搜索项目' }).fill('黄油')
  await table.getByRole('button', { name: '可推荐的人' }).first().click()
  await page
    .getByRole('dialog')
    .getByText(/还没有/)
    .waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('散点', { exact: true }).click()
  await page.getByRole('img', { name: /支持度 × 置信度/ }).waitFor()
  await shoot(page, 'rules-scatter')
  await page.getByText('网络', { exact: true }).click()
  await page.getByRole('img', { name: /项目之间的规则/ }).waitFor()
  await shoot(page, 'rules-graph')
  await page.getByRole('button', { name: '导出' }).click()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()])
  assert.match(download.suggestedFilename(), /^rules-.*\.csv$/)
  assert.deepEqual(faults, [])
})

test('on a phone nothing stands beyond the edge', async () => {
  const phone = await signedInWindow(app, ['marketer'], { width: 390, height: 844 })
  await phone.page.goto('/mining')
  await phone.page.getByText('已完成').first().waitFor()
  const fits = async (what: string) =>
    assert.ok(
      await phone.page.evaluate<boolean>(
        'document.documentElement.scrollWidth <= document.documentElement.clientWidth',
      ),
      what,
    )
  await fits('overview')
  await shoot(phone.page, 'phone-mining')
  const { items } = await app.ok<{ items: { id: string; kind: string }[] }>('GET', '/api/insights/mining/runs')
  for (const { id, kind } of items) {
    await phone.page.goto(`/mining/runs/${id}`)
    await phone.page.getByText('已完成').first().waitFor()
    await fits(kind)
    await shoot(phone.page, `phone-${kind}`)
    await phone.page.goto(`/mining/new/${kind}?from=${id}`)
    await phone.page.getByRole('button', { name: '开始分析' }).waitFor()
    await fits(`${kind} form`)
    await shoot(phone.page, `phone-${kind}-form`)
  }
  assert.deepEqual(phone.faults, [])
})
