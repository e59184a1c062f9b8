import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { someCustomers, startTestApp } from '#test'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const dayMs = 86_400_000
const midnight = Math.floor(Date.now() / dayMs) * dayMs

// Eight weeks of 120 people: they open, view, apply and draw, fewer and fewer, and come back less and less.
await someCustomers(
  app.ctx,
  Array.from({ length: 120 }, (_, i) => {
    const start = midnight - (8 - (i % 8)) * 7 * dayMs + (i % 5) * 3_600_000
    const at = (days: number, minutes = 0) =>
      new Date(Math.min(start + days * dayMs + minutes * 60_000, Date.now() - 60_000))
    const channel = ['app', 'wechat', 'search'][i % 3]
    const back = [7, 14, 21, 28, 35].filter((days, week) => i % (week + 2) === 0 && start + days * dayMs < Date.now())
    return {
      userId: `insight-${i}`,
      at: at(0),
      traits: { city: i % 4 ? '上海' : '北京', name: '王小明' },
      events: [
        { event: 'app_opened', at: at(0), properties: { channel } },
        { event: 'loan_viewed', at: at(0, 5 + (i % 7)), properties: { channel, amount: 1000 + 10 * i } },
        ...(i % 3
          ? [{ event: 'loan_applied', at: at(0, 40 + i), properties: { channel, amount: 1000 + 10 * i } }]
          : []),
        ...(i % 6 === 1 ? [{ event: 'repaid', at: at(2, i), properties: { amount: 900 } }] : []),
        ...back.flatMap((days) => [
          { event: 'app_opened', at: at(days), properties: { channel: 'app' } },
          { event: 'loan_viewed', at: at(days, 9), properties: { channel: 'app', amount: 500 } },
        ]),
      ],
    }
  }),
)

const ready = async (page: Page) => {
  await page.locator('h1').waitFor()
  await page.locator('.bones').first().waitFor({ state: 'detached' })
}
const period = { within: '90 days' }
const questions = {
  trend: {
    period,
    granularity: 'week',
    series: [{ event: 'loan_viewed' }, { event: 'loan_viewed', measure: 'people' }],
  },
  funnel: {
    period,
    steps: [{ event: 'app_opened' }, { event: 'loan_viewed' }, { event: 'loan_applied' }, { event: 'repaid' }],
    window: '7 days',
    timing: true,
  },
  retention: { period, start: { event: 'app_opened' }, back: { event: 'app_opened' }, unit: 'week', units: 6 },
  sessions: { period },
  paths: { period, anchor: { event: 'app_opened', at: 'start' }, steps: 4 },
  interval: { period, from: { event: 'loan_viewed' }, to: { event: 'loan_applied' }, window: '2 days' },
  attribution: {
    period,
    conversion: { event: 'loan_applied' },
    touches: [{ event: 'app_opened' }],
    channel: 'channel',
    value: 'amount',
    lookback: '7 days',
  },
}
const addressOf = (kind: keyof typeof questions) =>
  `/insights/explore/${kind}?q=${encodeURIComponent(JSON.stringify({ kind, ...questions[kind] }))}`

for (const width of [1440, 390])
  test(`every analysis opens from its address with its answer, at ${width} px`, async () => {
    const { page, faults } = await signedInWindow(app, ['analyst'], { width, height: 900 })
    for (const kind of Object.keys(questions) as (keyof typeof questions)[]) {
      await page.goto(addressOf(kind))
      await ready(page)
      await page.getByText(/^截至 /).waitFor()
      await page.locator('.chart svg, table.heat, .funnel').first().waitFor()
      assert.equal(await page.locator('.state-failed').count(), 0, `${kind} shows a failure`)
      const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
      assert.equal(beyond, 0, `${kind} is ${beyond} px wider than the screen`)
    }
    assert.deepEqual(faults, [])
  })

test('a funnel is put together, asked, and who dropped out becomes a list; the report goes on a dashboard', async () => {
  const { page, faults } = await signedInWindow(app, ['analyst'])
  await page.goto('/insights')
  await ready(page)
  await page.getByRole('link', { name: /漏斗/ }).first().click()
  await page.getByRole('heading', { name: '漏斗', level: 1 }).waitFor()
  await choose(page, '第 1 步', '打开应用', { typed: 'app_opened' })
  await choose(page, '第 2 步', '浏览贷款', { typed: 'loan_viewed' })
  await choose(page, '第 3 步', '申请贷款', { typed: 'loan_applied' })
  await choose(page, '时间', '近 90 天')
  await page.getByRole('button', { name: '查询' }).click()
  await page.getByText(/^截至 /).waitFor()
  assert.match(page.url(), /q=/)
  const dropped = page.getByRole('button', { name: '查看人群：第 3 步 · 流失' })
  assert.equal(await dropped.textContent(), '40')

  await dropped.click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText('共 40 人').waitFor()
  await drawer.getByText('王**').first().waitFor()
  await drawer.getByLabel('名单名称').fill('浏览未申请')
  await drawer.getByRole('button', { name: '保存为名单' }).click()
  await page.getByText('名单已保存，共 40 人').waitFor()
  await drawer.getByRole('link', { name: '查看名单' }).waitFor()
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'hidden' })
  const { items } = await app.ok<{ items: { name: string; kind: string; size: number }[] }>(
    'GET',
    '/api/audiences/lists',
  )
  assert.deepEqual(
    items.map(({ name, kind, size }) => [name, kind, size]),
    [['浏览未申请', 'insight', 40]],
  )

  await page.getByRole('button', { name: '保存报表' }).click()
  await page.getByRole('dialog', { name: '保存报表' }).getByLabel('名称').fill('进件转化')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByRole('heading', { name: '进件转化', level: 1 }).waitFor()
  await choose(page, '流失预警', '流失预警: 一般')

  await page.goto('/insights')
  await page.getByRole('button', { name: '新建看板' }).click()
  await page.getByRole('dialog', { name: '新建看板' }).getByLabel('名称').fill('增长')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByRole('heading', { name: '增长', level: 1 }).waitFor()
  await page.getByRole('button', { name: '添加报表' }).click()
  await choose(page, '添加报表', '进件转化')
  await page.locator('.board .chart svg').waitFor()
  // Wider by keyboard.
  await page.getByRole('button', { name: '进件转化: 加宽' }).press('Enter')
  await page.locator('.board-w3').waitFor()
  await page.getByRole('button', { name: '完成' }).click()
  await page.reload()
  await page.locator('.board-w3 .chart svg').waitFor()
  assert.deepEqual(faults, [])
})

test('an answer leaves the page as a picture and as tables', async () => {
  const { page } = await signedInWindow(app, ['analyst'])
  await page.goto(addressOf('retention'))
  await page.getByText(/^截至 /).waitFor()
  for (const [item, name] of [
    ['图片 PNG', '留存.png'],
    ['表格 CSV', '留存.csv'],
    ['表格 XLSX', '留存.xlsx'],
  ] as const) {
    await page.getByRole('button', { name: '导出' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: item }).click(),
    ])
    assert.equal(download.suggestedFilename(), name)
  }
})

test('the pages speak English too; no Chinese of ours is left', async () => {
  const { page } = await signedInWindow(app, ['analyst'])
  await page.goto('/insights')
  await ready(page)
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Insights' }).waitFor()
  for (const path of ['/insights', ...(Object.keys(questions) as (keyof typeof questions)[]).map(addressOf)]) {
    await page.goto(path)
    await ready(page)
    if (path !== '/insights') await page.getByText(/^As of /).waitFor()
    const words = (await page.locator('main').textContent()) ?? ''
    const left = words.replaceAll(/同学|进件转化|增长/g, '').match(/\p{Script=Han}+/gu)
    assert.deepEqual(left, null, `${path} still says ${left?.join(', ')}`)
  }
})

test('who may not see customers sees numbers without a way to the people', async () => {
  const { page } = await signedInWindow(app, ['pr'])
  await page.goto(addressOf('funnel'))
  await page.getByText(/^截至 /).waitFor()
  assert.equal(await page.locator('.q-count').count(), 0)
})
