import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { someCustomers, startTestApp } from '#test'
import { judgeAndScore } from '../../src/customers/quality/score.ts'
import { runningOf } from '../../src/customers/running.ts'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
const cities = ['上海', ' 北京　', 'ＳＨ', '杭州', '']
const people = await someCustomers(
  app.ctx,
  Array.from({ length: 40 }, (_, i) => ({
    traits: {
      name: `王${'明芳伟丽'[i % 4]}`,
      age: i % 10 === 0 ? 17 : 20 + i,
      income: i % 3 === 0 ? '1.2万' : `${3_000 + i}元`,
      ...(i % 5 < 4 && { city: cities[i % 5] }),
    },
    at: new Date(Date.now() - i * 20 * 86_400_000),
  })),
)
const settled = async (page: Page) => {
  await page.locator('h1').waitFor()
  await page.locator('.bones').first().waitFor({ state: 'detached' })
}
const shots = process.env.ZHIYIN_TEST_SHOTS
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}

test('a rule is written, tried, run over everybody, and leads to the people, who are kept as a list', async () => {
  const { page, faults } = await signedInWindow(app, ['analyst'], { width: 1440, height: 900 })
  await page.goto('/quality/rules')
  await settled(page)
  await page.getByRole('button', { name: '新建规则' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: '名称' }).fill('成年')
  await dialog.getByRole('combobox', { name: '资料项' }).fill('age')
  await dialog.getByRole('textbox', { name: '最小' }).fill('18')
  await dialog.getByRole('button', { name: /试\s*跑/ }).click()
  await dialog.getByText('检查 40 个值，4 个不符合').waitFor()
  await shot(page, 'rule-editor')
  await dialog.getByRole('button', { name: /保\s*存/ }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: '跑全部客户' }).click()
  await page.getByRole('link', { name: '4 / 40' }).waitFor({ timeout: 20_000 })
  await shot(page, 'rules')
  await page.getByRole('link', { name: '成年' }).click()
  await page.getByText('小于 18').or(page.getByText('不在 18 到 … 之间')).first().waitFor()
  await shot(page, 'rule')
  await page.getByRole('link', { name: '存为名单' }).click()
  await page.getByText('4 位客户').first().waitFor()
  await page.getByRole('button', { name: '存为名单' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /保\s*存/ })
    .click()
  await page.getByText('已存为名单，共 4 位客户').waitFor()
  assert.deepEqual(faults, [])
})

test('scores, and from a number to the customers behind it', async () => {
  await judgeAndScore(app.ctx, runningOf(app.ctx).dictionary)
  const { page, faults } = await signedInWindow(app, ['analyst'], { width: 1440, height: 900 })
  await page.goto('/quality')
  await settled(page)
  await page.getByRole('heading', { name: '按资料项' }).waitFor()
  await page.locator('.chart svg').first().waitFor()
  await shot(page, 'overview')
  await page.getByRole('link', { name: '缺「城市」的客户' }).click()
  await page.getByText('8 位客户').first().waitFor()
  await shot(page, 'people')
  await page.goto(`/customers/${people[0]?.id}`)
  await page.getByRole('heading', { name: /资料质量/ }).waitFor()
  await page.getByText('有误').waitFor()
  await shot(page, 'profile')
  assert.deepEqual(faults, [])
})

test('a recipe is composed, looked at on a sample, used on everybody and undone', async () => {
  const { page, faults } = await signedInWindow(app, ['analyst'], { width: 1440, height: 900 })
  await page.goto('/quality/recipes')
  await settled(page)
  await page.getByRole('button', { name: '新建清洗方案' }).first().click()
  await page.getByRole('textbox', { name: '方案名称' }).fill('规范')
  await choose(page, '字段', '城市', { typed: 'city' })
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '添加步骤' }).click()
  await choose(page, '字段', '收入', { nth: 1, typed: 'income' })
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '预览' }).click()
  await page.getByText('样本 40 位客户，会改动 40 位').waitFor()
  await shot(page, 'recipe')
  await page.getByRole('button', { name: /保\s*存/ }).click()
  await page.getByRole('button', { name: '用到全部客户' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '用到全部客户' }).click()
  const cleanings = page.getByRole('table', { name: '清洗记录' })
  await cleanings.getByText('完成', { exact: true }).waitFor({ timeout: 20_000 })
  await cleanings.getByText('40 / 40').waitFor()
  await shot(page, 'cleanings')
  await cleanings.getByRole('button', { name: '原值' }).click()
  await page.getByRole('dialog').getByText('1.2万').first().waitFor()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: 'Close' })
    .or(page.locator('.ant-modal-close'))
    .first()
    .click()
  await cleanings.getByRole('button', { name: /撤\s*销/ }).click()
  await page
    .locator('.ant-popover')
    .getByRole('button', { name: /确\s*定/ })
    .click()
  await cleanings.getByText('已撤销').waitFor({ timeout: 20_000 })
  assert.deepEqual(faults, [])
})

test('on a phone nothing sticks out and nothing fails', async () => {
  const rule = (await app.ok<{ items: { id: string }[] }>('GET', '/api/quality/rules')).items[0]
  const paths = [
    '/quality',
    '/quality/rules',
    `/quality/rules/${rule?.id}`,
    '/quality/recipes',
    '/quality/people?what=band&band=9',
  ]
  const { page, faults } = await signedInWindow(app, ['admin'], { width: 390, height: 844 })
  for (const path of paths) {
    await page.goto(path)
    await settled(page)
    const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
    assert.equal(beyond, 0, `${path} is ${beyond} px wider than the screen`)
    assert.equal(await page.locator('.state-failed').count(), 0, `${path} shows a failure`)
    await shot(page, `phone${path.replaceAll(/\W/g, '-')}`)
  }
  assert.deepEqual(faults, [])
})
