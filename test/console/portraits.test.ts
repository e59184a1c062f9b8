import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { scratchDir, someCustomers, startTestApp } from '#test'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
const shots = process.env['ZHIYIN_SHOTS']
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

const cities = ['上海市', '成都市', '广州市', '杭州市', '武汉市']
const made = Array.from({ length: 260 }, (_, i) => {
  const loyal = i % 3 === 0
  return {
    userId: `portrait-${i}`,
    traits: {
      phone: `1385550${1000 + i}`,
      age: loyal ? 35 + (i % 20) : 20 + (i % 30),
      city: loyal && i % 5 !== 0 ? '上海市' : cities[i % 5],
      gender: i % 2 ? '女' : '男',
      education: ['本科', '大专', '高中'][(loyal ? i : i + 1) % 3],
      monthlyIncomeFen: (loyal ? 900_000 : 400_000) + (i % 40) * 20_000,
      loyal,
      overdueDays: i % 6,
    },
    events: Array.from({ length: loyal ? 3 : i % 2 }, () => ({ event: 'loan_viewed' })),
  }
})
await someCustomers(app.ctx, made)
const anAudience = async (name: string, definition: object) => {
  const { id } = await app.ok<{ id: string }>('POST', '/api/audiences', { name, definition })
  await app.ok('POST', `/api/audiences/${id}/refresh`)
  return id
}
const loyals = await anAudience('忠诚客户', { trait: 'loyal', is: true })
const older = await anAudience('四十以上', { trait: 'age', gte: 40 })
const shanghai = await anAudience('上海客户', { trait: 'city', is: '上海市' })

test('a portrait names what differs, and a bar leads to its people', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto(`/audiences/${loyals}`)
  await page.getByRole('button', { name: '画像' }).click()
  await page.getByText('「忠诚客户」共 87 人').waitFor()
  await page.getByText('「loyal」由人群定义决定').waitFor()
  await shoot(page, 'portrait-1440')
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: '下载 PNG' }).first().click()
  assert.match((await downloading).suggestedFilename(), /\.png$/)
  const csv = page.waitForEvent('download')
  await page.getByRole('button', { name: '下载 CSV' }).first().click()
  assert.match(readFileSync(await (await csv).path(), 'utf8'), /人群,人数,占比/)

  await page.getByRole('button', { name: /忠诚客户 上海市/ }).press('Enter')
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('用途说明').fill('上海活动')
  await shoot(page, 'people-1440')
  await dialog.getByRole('button', { name: '存为名单' }).click()
  await page.getByRole('heading', { name: /忠诚客户 .*上海市/ }).waitFor()
  const expected = made.filter(({ traits }) => traits.loyal && traits.city === '上海市').length
  await page.locator('.tile-value', { hasText: String(expected) }).waitFor()
  await page.getByRole('table', { name: '客户' }).waitFor()
  await page.getByRole('button', { name: '校验' }).click()
  await page.getByText('校验通过').waitFor()
  await shoot(page, 'list-1440')
  assert.deepEqual(faults, [])
})

test('sets lie over each other, are combined, and stay readable on a phone', async () => {
  const { page, faults } = await signedInWindow(app, ['analyst'])
  const of = `audience:${loyals},audience:${older},audience:${shanghai}`
  await page.goto(`/portraits?of=${of}`)
  await page.getByText('「四十以上」共').waitFor()
  await shoot(page, 'compare-1440')
  await page.goto(`/portraits/overlap?of=${of}`)
  const both = made.filter(({ traits }) => traits.loyal && traits.age >= 40 && traits.city === '上海市').length
  await page.locator('.composer-result', { hasText: new RegExp(`^${both}$`) }).waitFor()
  await shoot(page, 'overlap-1440')
  await page.getByText('差集', { exact: true }).click()
  const minus = made.filter(({ traits }) => traits.loyal && traits.age < 40 && traits.city !== '上海市').length
  await page.locator('.composer-result', { hasText: new RegExp(`^${minus}$`) }).waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await shoot(page, 'overlap-390')
  const wide = () => page.evaluate<boolean>('document.documentElement.scrollWidth <= window.innerWidth + 1')
  assert.ok(await wide(), 'nothing sticks out')
  await page.goto(`/portraits?of=${of}`)
  await page.getByText('「四十以上」共').waitFor()
  await shoot(page, 'compare-390')
  assert.ok(await wide(), 'nothing sticks out')
  assert.deepEqual(faults, [])
})

test('a list is uploaded by phone; who was not found is told masked', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto('/lists')
  await page.getByRole('button', { name: '上传名单' }).first().click()
  const dialog = page.getByRole('dialog')
  const path = join(scratchDir('list'), 'phones.csv')
  const lines = [...made.slice(0, 30).map(({ traits }) => traits.phone), '13900001234', 'nobody']
  writeFileSync(path, ['手机号', ...lines].join('\n'))
  await dialog.locator('input[type=file]').setInputFiles(path)
  await dialog.getByText('手机号（').waitFor()
  await shoot(page, 'upload-1440')
  await dialog.getByRole('button', { name: '开始匹配' }).click()
  await dialog.getByText('找到 30 位客户').waitFor()
  await dialog.getByText('139****1234').waitFor()
  await shoot(page, 'uploaded-1440')
  await dialog.getByRole('button', { name: '查看名单' }).click()
  await page.getByRole('heading', { name: 'phones' }).waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/lists')
  await page.getByRole('link', { name: 'phones' }).first().waitFor()
  await shoot(page, 'lists-390')
  assert.deepEqual(faults, [])
})

test('people like a seed are found, chosen by a slider, and saved', async () => {
  const { page, faults } = await signedInWindow(app, ['analyst'])
  await page.goto(`/lookalikes?seed=audience:${loyals}`)
  const dialog = page.getByRole('dialog')
  await choose(page, '加入行为（近 90 天次数）', '浏览贷款')
  await page.keyboard.press('Escape')
  await dialog.getByRole('button', { name: '开始寻找' }).click()
  await page.getByText('相似度与规模').waitFor()
  await page.getByText('种子由它定义').waitFor()
  await page.getByRole('table', { name: '依据' }).getByText('浏览贷款').waitFor()
  await shoot(page, 'lookalike-1440')
  await page.getByRole('spinbutton', { name: '规模' }).fill('20')
  await page.getByRole('button', { name: '存为名单' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '存为名单' }).click()
  await page.locator('.tile-value', { hasText: '20' }).waitFor()
  await page.goBack()
  await page.getByText('相似度与规模').waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await shoot(page, 'lookalike-390')
  assert.deepEqual(faults, [])
})

test('an anonymous export passes the gate or says why not', async () => {
  const { page, faults } = await signedInWindow(app, ['analyst'])
  await page.goto(`/audiences/${older}`)
  await page.getByRole('button', { name: '导出' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('匿名分析导出').click()
  await choose(page, '列', '性别')
  await choose(page, '列', 'overdueDays')
  await page.keyboard.press('Escape')
  await choose(page, 'overdueDays 识别风险', '准标识')
  await dialog.locator('.ant-select', { hasText: 'overdueDays · 准标识' }).waitFor()
  await shoot(page, 'export-1440')
  await dialog.getByRole('button', { name: '开始导出' }).click()
  await dialog.getByText('每类至少 10 人；').waitFor()
  await shoot(page, 'exported-1440')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: '下载文件' }).click(),
  ])
  assert.match(readFileSync(await download.path(), 'utf8'), /^\ufeffgender,overdueDays/)
  assert.deepEqual(faults, [])
})
