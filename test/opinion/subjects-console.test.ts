import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { takeIn } from '../../src/opinion/intake/take-in.ts'
import { goldPosts } from '../../src/opinion/reading/gold.ts'
import { createRule, createSubject } from '../../src/opinion/subjects/store.ts'
import { NewSubject, RuleDefinition } from '../../src/opinion/subjects/subject-contract.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const { ctx } = app
const shots = process.env['ZHIYIN_SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })
const shot = async (page: Page, name: string, fullPage = false) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage })
}
const beyond = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')

const subjects: Record<string, number> = {}
const texts = [
  '信用飞的客服一直是机器人，根本没有人工，打了三天电话没人接，太失望了',
  '信*飞利息高得离谱，借一万还一万四，还收什么会员费',
  '说说信用飞提前还款要收违约金的事，合同里根本没写清楚',
  '信用飞审批很快，五分钟到账，客服态度很好，推荐给需要周转的朋友',
  '芯用飞天天给我爸妈打电话催收，爆通讯录，我要投诉到银保监会',
  '记者调查：助贷平台信用飞综合年化超过36%，用户称被收取担保费',
  '快易贷也一样，砍头息严重，大家避雷',
  '快易贷今天放款了，额度给得挺高，非常满意',
]
for (const [name, kind, own, colour] of [
  ['信用飞', 'brand', true, '#0e766c'],
  ['飞享贷', 'product', true, '#2a5f9e'],
  ['快易贷', 'competitor', false, '#bf3f27'],
] as const) {
  const { id } = await createSubject(
    ctx,
    NewSubject.parse({
      kind,
      own,
      name,
      colour,
      owner: '王晓',
      parentId: kind === 'product' ? subjects['信用飞'] : null,
    }),
  )
  subjects[name] = id
  const variants =
    name === '信用飞' ? [{ word: '信用飞', text: '芯用飞', kind: 'homophone', risk: 'low', perMillion: 0 }] : []
  await createRule(ctx, {
    id,
    name: '名称',
    on: true,
    reason: '',
    definition: RuleDefinition.parse({
      expression: name,
      variants: [
        ...variants,
        ...(name === '信用飞'
          ? [{ word: '信用飞', text: '信*飞', kind: 'masked', risk: 'some', perMillion: null }]
          : []),
      ],
    }),
  })
}
const platforms = ['weibo', 'zhihu', 'xiaohongshu', 'news', 'tieba', 'heimao'] as const
await takeIn(ctx, {
  sourceId: 1,
  items: Array.from({ length: 160 }, (_, n) => ({
    guid: `p${n}`,
    platform: platforms[n % platforms.length],
    kind: n % platforms.length === 3 ? 'article' : 'post',
    title: n % platforms.length === 3 ? '助贷平台收费调查' : '',
    text: `${texts[(n * 5) % texts.length]}${n % 4 === 0 ? `（第${n}楼）` : ''}`,
    url: `https://example.com/p/${n}`,
    publishedAt: new Date(Date.now() - (n * n * 25 + n) * 60_000).toISOString(),
    author: {
      id: `u${n % 40}`,
      name: n % 6 === 3 ? '财经日报' : '李小明',
      class: n % 6 === 3 ? 'media' : 'person',
      followers: (n * 977) % 50_000,
    },
    engagement: { likes: (n * 37) % 900, comments: n % 50, reposts: n % 20, views: n * 310 },
  })),
})

test('a PR officer writes a rule, tries it, finds posts by it and watches the wall', async () => {
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto('/opinion/subjects')
  await page.getByRole('link', { name: '信用飞' }).waitFor()
  await shot(page, 'subjects', true)

  // A new subject gets its rule with the disguises listed.
  await page.getByRole('button', { name: '新建监测对象' }).click()
  await page.getByRole('textbox', { name: '名称', exact: true }).fill('飞信贷')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('heading', { name: '飞信贷' }).waitFor()
  await page.getByRole('button', { name: '新建规则' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByText('谐音').waitFor()
  await drawer.getByLabel('匹配表达式').fill('飞信贷 +(利息')
  await drawer.getByText('括号没有结束').waitFor()
  await shot(page, 'rule-error')
  await drawer.getByRole('button', { name: '采用' }).click()
  await drawer.getByLabel('匹配表达式').fill('信用飞 +(利息|催收|客服)')
  await drawer.getByLabel('粘贴一段文字').fill('信*飞的利息太高')
  await drawer.getByText('命中（变体写法）').waitFor()
  await drawer.getByRole('button', { name: '用历史帖文测试' }).click()
  await drawer.getByText(/会命中 \d+ 条/).waitFor()
  await shot(page, 'rule')
  await drawer.getByRole('button', { name: '保存并生效' }).click()
  await page.getByText('信用飞 +(利息|催收|客服)').waitFor()

  await page.goto(`/opinion/subjects/${subjects['信用飞']}`)
  await page.getByText('声量份额').first().waitFor()
  await page.getByRole('heading', { name: '主要发声者' }).waitFor()
  await page.waitForTimeout(700)
  await shot(page, 'subject', true)

  await page.goto('/opinion/posts?days=30')
  await page.locator('.post').first().waitFor()
  await page.locator('.facet').first().waitFor()
  await shot(page, 'posts')
  // Search by keyboard, then walk with j and k.
  await page.keyboard.press('/')
  await page.keyboard.type('利息 -砍头息')
  await page.keyboard.press('Enter')
  await page.waitForURL(/q=/)
  await page.locator('.post', { hasNotText: '利息' }).first().waitFor({ state: 'detached' })
  await page.locator('body').click({ position: { x: 5, y: 5 } })
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByText('帖文详情').waitFor()
  await page.locator('.post-full').waitFor()
  await shot(page, 'post')
  // Any reading can be put right where it is read, doubtful or not.
  await page.getByRole('button', { name: '更正判读' }).click()
  const correction = page.getByRole('dialog', { name: '更正对这条帖文的判读' })
  await correction.getByRole('combobox', { name: '正确的判读' }).click()
  await page.locator('.ant-select-item-option', { hasText: '正面' }).click()
  await shot(page, 'post-correct')
  await correction.getByRole('button', { name: '保存' }).click()
  await correction.waitFor({ state: 'detached' })
  await page.locator('.post-detail', { hasText: '已人工更正：情感' }).waitFor()
  const first = new URL(page.url()).searchParams.get('post')
  await page.keyboard.press('j')
  await page.waitForURL((url) => url.searchParams.get('post') !== first)
  await page.keyboard.press('Escape')
  await page.waitForURL((url) => !url.searchParams.has('post'))

  // A span chosen on the picture narrows the list.
  const plot = page.locator('.histogram-plot')
  const box = await plot.boundingBox()
  assert.ok(box)
  await page.mouse.move(box.x + box.width * 0.7, box.y + 20)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.99, box.y + 20)
  await page.mouse.up()
  await page.waitForURL(/from=/)

  await page.getByRole('button', { name: '已存搜索' }).click()
  await page.getByRole('textbox', { name: '名称', exact: true }).fill('利息投诉')
  await page.getByRole('button', { name: '保存此搜索' }).click()
  await page.getByRole('button', { name: '利息投诉' }).waitFor()

  const { items } = await app.ok<{ items: { id: number }[] }>('GET', '/api/opinion/scenarios')
  const drill = await app.ok<{ id: number }>('POST', '/api/opinion/drills', {
    scenarioId: items[0]?.id,
    name: '季度演练',
    subjectId: subjects['信用飞'],
  })
  for (const move of ['start', 'end']) await app.ok('POST', `/api/opinion/drills/${drill.id}/${move}`, {})
  await page.goto('/opinion/wall')
  await page.locator('.wall-stream li').first().waitFor()
  // A drill is looked at by itself, and says that it is one.
  await page.getByRole('combobox', { name: '显示范围' }).click()
  await page.locator('.ant-select-item-option', { hasText: '季度演练' }).click()
  await page.getByText('这里显示的是演练内容').waitFor()
  assert.equal(await page.locator('.wall-stream li').count(), 0, 'nothing real among it')
  await page.getByRole('combobox', { name: '显示范围' }).click()
  await page.locator('.ant-select-item-option', { hasText: '真实舆情' }).click()
  await page.locator('.wall-stream li').first().waitFor()
  await page.waitForTimeout(700)
  await shot(page, 'wall', true)
  await page.getByRole('button', { name: '进入大屏' }).click()
  await page.locator('.wall-screen').waitFor()
  await page.waitForTimeout(700)
  await shot(page, 'wall-screen')
  await page.keyboard.press('Escape')
  await page.locator('.wall-screen').waitFor({ state: 'detached' })
  assert.deepEqual(faults, [])
})

test('on a phone nothing is cut off', async () => {
  const { page, faults } = await signedInWindow(app, ['pr'], {
    width: 390,
    height: 844,
  })
  for (const [path, ready, name] of [
    ['/opinion/posts?days=30', '.post', 'posts-phone'],
    ['/opinion/subjects', '.subject-name', 'subjects-phone'],
    [`/opinion/subjects/${subjects['信用飞']}`, '.ranking', 'subject-phone'],
    ['/opinion/wall', '.wall-stream li', 'wall-phone'],
  ] as const) {
    await page.goto(path)
    await page.locator(ready).first().waitFor()
    assert.ok((await beyond(page)) <= 0, path)
    await shot(page, name, path.endsWith('wall') || path.includes('subjects'))
  }
  assert.deepEqual(faults, [])
})

test('an analyst answers by key what the model leaves to him, and takes it back', async () => {
  await app.ok('POST', '/api/opinion/subjects', { kind: 'brand', name: '星河消费金融', own: true })
  await takeIn(ctx, {
    sourceId: 1,
    items: goldPosts()
      .filter(({ split }) => split === 'test')
      .slice(0, 60)
      .map(({ id, text, platform }) => ({ guid: id, text, platform, publishedAt: ctx.now().toISOString() })),
  })
  const { page, faults } = await signedInWindow(app, ['analyst'], { width: 1440, height: 900 })
  await page.goto('/opinion/labels')
  await page.locator('.label-card').waitFor()
  await shot(page, 'labels-1440')
  const first = await page.locator('.label-card .label-ask').textContent()
  await page.keyboard.press('Enter')
  await page
    .getByText(/已记下/)
    .first()
    .waitFor()
  await page.getByRole('tab', { name: '复核记录' }).click()
  await page.getByText('同意模型').first().waitFor()
  await shot(page, 'corrections-1440')
  await page
    .getByRole('button', { name: /撤\s*回/ })
    .first()
    .click()
  await page.getByText('已撤回').first().waitFor()
  assert.ok(first)
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/opinion/labels')
  await page.locator('.label-card').waitFor()
  await shot(page, 'labels-390')
  await page.goto('/opinion/models')
  await page.getByText('posts-1').first().waitFor()
  await shot(page, 'models-390')
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.getByRole('button', { name: 'posts-1' }).click()
  await page.getByText('micro-F1 of aspects').waitFor()
  await shot(page, 'models-1440')
  assert.deepEqual(faults, [])
})
