import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { aCustomer, aSource, startTestApp } from '#test'
import { takeIn } from '../../src/opinion/intake/take-in.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
const source = await aSource(app.ctx, { name: '核心系统' })
const customer = await aCustomer(app.ctx, {
  traits: { name: '赵敏', phone: '13800001234', city: '上海', age: 41 },
  events: [{ event: 'loan_viewed', properties: { amount: 8000, channel: 'app' } }],
})
const audience = await app.ok<{ id: string }>('POST', '/api/audiences', {
  name: '上海客户',
  definition: { all: [{ trait: 'city', is: '上海' }] },
})
await app.ok('POST', `/api/audiences/${audience.id}/refresh`)

const pages = [
  '/',
  '/customers',
  `/customers/${customer.id}`,
  '/customers/conflicts',
  '/audiences',
  '/audiences/new',
  `/audiences/${audience.id}`,
  `/audiences/${audience.id}/edit`,
  '/imports',
  '/imports/new',
  '/sources',
  `/sources/${source.id}`,
  '/system/users',
  '/system/keys',
  '/system/dictionary',
  '/system/jobs',
  '/system/audit',
  '/system/doctor',
  '/account',
]

/** All text but what is marked as Chinese on purpose: the name, the switch back. Runs in the page. */
const wordsOnPage = `(() => {
  const copy = document.body.cloneNode(true)
  for (const own of copy.querySelectorAll('[lang="zh-CN"], script, style, noscript')) own.remove()
  return copy.textContent
})()`

const settled = async (page: Page) => {
  await page.locator('h1').waitFor()
  await page.locator('.bones').first().waitFor({ state: 'detached' })
}

/** What the background work of the program brings within half a minute. */
const appears = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (let attempt = 0; attempt < 600; attempt++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('it did not appear')
}

const textsIn = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(textsIn)
      : []

test('every page works on a phone: nothing sticks out, nothing fails', async () => {
  const { page, faults } = await signedInWindow(app, ['admin'], { width: 390, height: 844 })
  for (const path of pages) {
    await page.goto(path)
    await settled(page)
    const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
    assert.equal(beyond, 0, `${path} is ${beyond} px wider than the screen`)
    assert.equal(await page.locator('.state-failed').count(), 0, `${path} shows a failure`)
  }
  await page.goto('/')
  await page.getByRole('button', { name: '打开导航' }).click()
  await page.getByRole('dialog').getByRole('link', { name: '人群', exact: true }).click()
  await page.getByRole('heading', { name: '人群' }).waitFor()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  assert.deepEqual(faults, [])
})

test('every page speaks English at a switch, and remembers it; no Chinese of ours is left', async () => {
  const { page, faults } = await signedInWindow(app, ['admin'])
  await page.goto('/')
  await page.getByRole('button', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
  for (const path of pages) {
    await page.goto(path)
    await settled(page)
    assert.equal(await page.evaluate('document.documentElement.lang'), 'en')
    const words = await page.evaluate<string>(wordsOnPage)
    // Names that the tests themselves made up in Chinese.
    const left = words.replaceAll(/核心系统|上海客户|上海|赵\*+|赵敏|同学|测|试/g, '').match(/\p{Script=Han}+/gu)
    assert.deepEqual(left, null, `${path} still says ${left?.join(', ')}`)
  }
  await page.getByRole('button', { name: '中文' }).click()
  await page.getByRole('heading', { name: '我的账户' }).waitFor()
  assert.deepEqual(faults, [])
})

test('every page of public opinion speaks English on a phone: nothing sticks out, nothing fails', async () => {
  const subject = await app.ok<{ id: number }>('POST', '/api/opinion/subjects', {
    kind: 'brand',
    name: 'Xinghe',
    own: true,
  })
  await app.ok('POST', `/api/opinion/subjects/${subject.id}/rules`, {
    name: 'main',
    on: true,
    reason: '',
    definition: { expression: 'Xinghe' },
  })
  const at = Date.now()
  await takeIn(app.ctx, {
    sourceId: 1,
    items: Array.from({ length: 12 }, (_, n) => ({
      guid: `walk${n}`,
      platform: n % 2 === 0 ? 'weibo' : 'news',
      text: `Xinghe asked for a fee that is in no contract, and its hot line hung up on me ${'again '.repeat(n % 3)}`,
      url: `https://example.com/walk/${n}`,
      publishedAt: new Date(at - (n + 1) * 60_000).toISOString(),
      author: { id: `w${n}`, name: 'Lin', class: 'person', followers: 90 },
    })),
  })
  const event = await appears(() => app.ctx.pg.selectFrom('opinion.event').select('id').executeTakeFirst())
  const incident = await app.ok<{ id: number }>('POST', '/api/opinion/incidents', {
    title: 'Hidden fees',
    level: 'severe',
    reason: 'seen everywhere',
    eventIds: [event.id],
    summary: '',
  })
  const parts = [
    'wall',
    'posts',
    'subjects',
    `subjects/${subject.id}`,
    'events',
    `events/${event.id}`,
    'facts',
    'alerts',
    'grading',
    'incidents',
    `incidents/${incident.id}`,
    'statements',
    'statements/new',
    'tickets',
    'reports',
    'reviews',
    'awareness',
    'drills',
    'scenarios/new',
    'labels',
    'models',
    'sources',
    'sources/new',
    'hot-lists',
    'evidence',
  ]
  const { rows: policies } = await sql<{ document: unknown }>`select document from opinion.policy`.execute(app.ctx.pg)
  const terms = await app.ok<{ current: { source: string } }>('GET', '/api/opinion/post-terms')
  const settings = [...textsIn(policies.map(({ document }) => document)), terms.current.source, '同学', '{名称}'].sort(
    (a, b) => b.length - a.length,
  )
  const { page, faults } = await signedInWindow(app, ['admin'], { width: 390, height: 844 })
  await page.addInitScript("localStorage.setItem('zhiyin.preferences', 'en light')")
  const wrong: string[] = []
  for (const part of parts) {
    await page.goto(`/opinion/${part}`)
    await settled(page)
    const words = await page.evaluate<string>(wordsOnPage)
    // The name of the user, plans and deadlines as the installation keeps them, and what a story writes for a subject's name.
    const left = settings.reduce((rest, name) => rest.replaceAll(name, ''), words).match(/\p{Script=Han}+/gu)
    if (left) wrong.push(`${part} still says ${left.join(', ')}`)
    const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
    if (beyond > 0) wrong.push(`${part} is ${beyond} px wider than the screen`)
    if ((await page.locator('.state-failed').count()) > 0) wrong.push(`${part} shows a failure`)
  }
  assert.deepEqual(wrong, [])
  assert.deepEqual(faults, [])
})

test('the keyboard reaches everything: skip link, search, command palette', async () => {
  const { page } = await signedInWindow(app, ['admin'])
  await page.goto('/')
  await settled(page)
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate('document.activeElement.textContent'), '跳到正文')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate('document.activeElement.id'), 'main')

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: '快速前往' }).waitFor()
  await page.keyboard.type('上海客户')
  await page.getByRole('option', { name: '上海客户' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '上海客户' }).waitFor()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })

  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: '快速前往' }).waitFor()
  await page.keyboard.type('138 0000 1234')
  await page.getByRole('option', { name: '赵' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '赵*' }).waitFor()

  await page.goto('/system/dictionary')
  await settled(page)
  await page.keyboard.press('/')
  await page.keyboard.type('city')
  await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' })
})

test('what fails says why and can be tried again', async () => {
  const { page } = await signedInWindow(app, ['admin'])
  await page.route('**/api/audiences?*', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'platform.unavailable', status: 503, title: 'A store cannot be reached' }),
    }),
  )
  await page.goto('/audiences')
  await page.getByRole('alert').getByText('存储暂时不可用').waitFor()
  await page.unroute('**/api/audiences?*')
  await page.getByRole('button', { name: '重试' }).click()
  await page.getByRole('link', { name: '上海客户' }).waitFor()

  await page.goto('/customers/999999')
  await page.getByRole('alert').getByText('没有这位客户').waitFor()
  await page.goto('/no/such/page')
  await page.getByRole('heading', { name: '这里没有页面' }).first().waitFor()
})

test('dark and light follow the system until somebody chooses', async () => {
  const { page } = await signedInWindow(app, ['admin'], { dark: true })
  await page.goto('/')
  await settled(page)
  await page.locator('html[data-theme=dark]').waitFor()
  await page.emulateMedia({ colorScheme: 'light' })
  await page.locator('html[data-theme=light]').waitFor()
  await page.getByRole('button', { name: '外观: 跟随系统' }).click()
  await page.getByRole('button', { name: '外观: 浅色' }).click()
  await page.reload()
  await page.locator('html[data-theme=dark]').waitFor()
})
