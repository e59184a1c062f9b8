import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { makeLink } from '../../src/customers/links/store.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'
import { aBase, facts } from './support.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
const { first, again } = await aBase(app.ctx, { people: 160, doubles: 30 })
for (const [i, kind] of (['guarantor', 'household', 'referrer'] as const).entries())
  await makeLink(app.ctx, {
    kind,
    from: first[20 + i]?.id ?? '',
    to: first[23]?.id ?? '',
    evidence: kind === 'guarantor' ? '保证合同 2026-18' : '',
  })
const project = await app.ok<{ id: string }>('POST', '/api/matching/projects', { name: '全部客户' })

const shots = process.env.ZHIYIN_SHOTS
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/matching-${name}.png`, fullPage: true })
}
const fitsWidth = async (page: Page, what: string) => {
  const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
  assert.equal(beyond, 0, `${what} is ${beyond} px wider than the screen`)
  assert.equal(await page.locator('.state-failed').count(), 0, `${what} shows a failure`)
}

test('a run shows its progress, what it learned and what to review; keys decide; a link is taken back', async () => {
  const { page, faults } = await signedInWindow(app, ['service'], { width: 1440, height: 1000 })
  await page.goto('/matching')
  await page.getByRole('link', { name: '全部客户' }).click()
  await page.getByRole('button', { name: '对全部客户运行' }).click()
  await page.getByText('已完成').first().waitFor()
  await page.getByRole('img', { name: /记录对按权重的分布/ }).waitFor()
  await page.getByText(/轮后收敛/).waitFor()
  await page.waitForTimeout(600)
  await shot(page, 'project-1440')
  await fitsWidth(page, 'the project')

  await page.getByRole('button', { name: /^开始复核/ }).click()
  await page.getByRole('heading', { name: '复核疑似同一人' }).waitFor()
  await page.getByRole('table', { name: '复核疑似同一人' }).waitFor()
  await page.waitForTimeout(300)
  await shot(page, 'review-1440')
  const text = (await page.locator('main').textContent()) ?? ''
  for (let i = 0; i < 30; i++) assert.ok(!text.includes(facts(i).name), 'names are masked')
  const left = async () => Number(/还有 (\d+) 对/.exec((await page.locator('main').textContent()) ?? '')?.[1])
  const before = await left()
  await page.keyboard.press('a')
  await page.getByText(`还有 ${before - 1} 对`).waitFor()
  await page.keyboard.press('r')
  await page.getByText(`还有 ${before - 2} 对`).waitFor()
  await page.keyboard.press('s')
  await page.getByRole('button', { name: /不是同一人/ }).click()
  await page.getByText(`还有 ${before - 3} 对`).waitFor()

  await page.goto(`/matching/${project.id}`)
  await page.getByRole('tab', { name: '已合并' }).click()
  await page.getByRole('button', { name: '撤销合并' }).click()
  await page.getByRole('textbox', { name: '原因（写入审计）' }).fill('核对后不是一个人')
  await page.getByRole('dialog').getByRole('button', { name: '撤销合并' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await page.getByRole('tab', { name: '已撤销' }).click()
  await page.getByText('核对后不是一个人').waitFor()

  await page.getByRole('button', { name: '规则设置' }).click()
  await page.getByRole('button', { name: '添加规则' }).waitFor()
  await page.waitForTimeout(400)
  await shot(page, 'plan-1440')
  await page.getByRole('spinbutton', { name: '合并阈值' }).fill('97')
  await page
    .getByRole('button', { name: '保 存' })
    .or(page.getByRole('button', { name: '保存' }))
    .click()
  await page.getByRole('button', { name: '添加规则' }).waitFor({ state: 'hidden' })
  assert.equal(
    (await app.ok<{ plan: { linkFrom: number } }>('GET', `/api/matching/projects/${project.id}`)).plan.linkFrom,
    0.97,
  )
  assert.deepEqual(faults, [])
})

test('links stand on the customer page as a picture and as a list, and can be added', async () => {
  const { page, faults } = await signedInWindow(app, ['service'], { width: 1440, height: 1000 })
  await page.goto(`/customers/${first[23]?.id}`)
  await page.getByRole('img', { name: /关系图：4 位客户，3 条关系/ }).waitFor()
  await page.getByText('保证合同 2026-18').waitFor()
  await page.getByRole('button', { name: '登记关系' }).click()
  await page.getByRole('textbox', { name: '对方客户编号' }).fill(first[30]?.id ?? '')
  await page.getByRole('dialog').getByRole('button', { name: '登记关系' }).click()
  await page.getByRole('img', { name: /关系图：5 位客户，4 条关系/ }).waitFor()
  await page.waitForTimeout(800)
  await shot(page, 'links-1440')
  await fitsWidth(page, 'the customer')
  assert.deepEqual(faults, [])
})

/** All text but what is marked as Chinese on purpose. Runs in the page. */
const wordsOnPage = `(() => {
  const copy = document.body.cloneNode(true)
  for (const own of copy.querySelectorAll('[lang="zh-CN"], script, style, noscript')) own.remove()
  return copy.textContent
})()`

test('every page of matching speaks English at a switch', async () => {
  const { page, faults } = await signedInWindow(app, ['admin'])
  await page.goto('/')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  for (const path of ['/matching', `/matching/${project.id}`, `/matching/${project.id}/review`]) {
    await page.goto(path)
    await page.locator('h1').waitFor()
    await page.locator('.bones').first().waitFor({ state: 'detached' })
    // Names, genders and reasons that the tests made up in Chinese, and the start of an address.
    const left = (await page.evaluate<string>(wordsOnPage))
      .replaceAll(/全部客户|\p{Script=Han}\*+|上海市浦东新区|核对后不是一个人|复核确认(?:为|不是)同一人|同学/gu, '')
      .match(/\p{Script=Han}+/gu)
    assert.deepEqual(left, null, `${path} still says ${left?.join(', ')}`)
  }
  assert.deepEqual(faults, [])
})

test('every page of matching works on a phone', async () => {
  const { page, faults } = await signedInWindow(app, ['admin'], { width: 390, height: 844 })
  for (const [path, name] of [
    ['/matching', 'list'],
    [`/matching/${project.id}`, 'project'],
    [`/matching/${project.id}/review`, 'review'],
    [`/customers/${first[23]?.id}`, 'links'],
  ] as const) {
    await page.goto(path)
    await page.locator('h1').waitFor()
    await page.locator('.bones').first().waitFor({ state: 'detached' })
    await page.waitForTimeout(700)
    await shot(page, `${name}-390`)
    await fitsWidth(page, path)
  }
  assert.ok(again.length > 0)
  assert.deepEqual(faults, [])
})
