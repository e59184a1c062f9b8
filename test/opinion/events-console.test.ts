import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { splitEvent } from '../../src/opinion/events/changes.ts'
import { EventPostQuery } from '../../src/opinion/events/events-contract.ts'
import { readEventPosts } from '../../src/opinion/events/read.ts'
import { turnEvents } from '../../src/opinion/events/turn.ts'
import { linkFacts } from '../../src/opinion/facts/links.ts'
import { takeIn } from '../../src/opinion/intake/take-in.ts'
import { createRule, createSubject } from '../../src/opinion/subjects/store.ts'
import { NewSubject, RuleDefinition } from '../../src/opinion/subjects/subject-contract.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
const { ctx } = app

const shots = process.env['ZHIYIN_SCREENSHOTS']
const shoot = async (page: Page, name: string): Promise<void> => {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.waitForTimeout(900)
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
const wide = { width: 1440, height: 900 }
const narrow = { width: 390, height: 844 }
const minute = 60_000

/** A number that looks random and is the same at each run. */
const numbered = (n: number) => ((n * 2_654_435_761) >>> 0) / 4_294_967_296

/** Stories of the last day, one of them passed on over five layers and four platforms. */
const aDay = () => {
  const now = Date.now()
  const stories = readFileSync(join(import.meta.dirname, '../../src/opinion/events/stories.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as [string, string])
  const places = ['weibo', 'news', 'douyin', 'zhihu', 'xiaohongshu', 'tieba']
  const told = stories.map(([story, text], n) => ({
    guid: `s${n}`,
    platform: places[n % places.length],
    kind: n % places.length === 1 ? 'article' : 'post',
    text,
    url: `https://example.com/${n}`,
    publishedAt: new Date(now - (story === 'lingyun-collect' ? 300 - n * 30 : 1_300 - n * 25) * minute).toISOString(),
    author:
      n % places.length === 1
        ? { id: `m${n}`, name: '城市晚报', class: 'media', followers: 820_000 }
        : { id: `u${n}`, name: `用户${n}`, class: 'person', followers: Math.round(numbered(n) * 5_000) },
    engagement: { likes: Math.round(numbered(n + 7) * 400), comments: Math.round(numbered(n + 9) * 90), reposts: 12 },
  }))
  const copies = Array.from({ length: 90 }, (_, n) => {
    const parent = n < 12 ? 's0' : `c${Math.floor(numbered(n) * Math.min(n, 30))}`
    return {
      guid: `c${n}`,
      platform: 'weibo',
      kind: 'repost',
      text: ['转发微博', '太过分了，必须严查', '转给家里老人看', '希望有关部门管管'][n % 4],
      url: '',
      publishedAt: new Date(now - (280 - n * 3) * minute).toISOString(),
      author: {
        id: `r${n}`,
        name: `网友${n}`,
        class: n === 14 ? 'verified' : 'person',
        followers: n === 14 ? 260_000 : n * 13,
      },
      engagement: {},
      rootGuid: 's0',
      ...(n % 5 !== 4 && { parentGuid: parent }),
    }
  })
  return [...told, ...copies]
}

test('events are looked through, opened, split, merged back; a fact is written and approved', async () => {
  const { id } = await createSubject(
    ctx,
    NewSubject.parse({ kind: 'brand', name: '凌云消费金融', own: true, colour: '#0e766c' }),
  )
  const definition = RuleDefinition.parse({ expression: '凌云' })
  await createRule(ctx, { id, name: '名称', on: true, reason: '', definition })
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  await takeIn(ctx, { sourceId: 1, items: aDay() })
  const { page, faults } = await signedInWindow(app, ['pr'], wide)
  await page.goto('/opinion/events')
  const story = page.getByRole('link', { name: /催收/ }).first()
  await story.waitFor()
  while (await turnEvents(ctx));
  await page.reload()
  await story.waitFor()
  await shoot(page, 'events-1440')
  await page.getByLabel('搜索标题与摘要').fill('没有这样的事件')
  await page.getByText('没有符合条件的事件').waitFor()
  await page.getByRole('button', { name: '清除条件' }).click()
  await story.waitFor()
  await page.getByRole('heading', { name: '舆情事件' }).click()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByText('跨平台路径').waitFor()
  await page.goto('/opinion/events')
  await story.click()
  await page.getByText('跨平台路径').waitFor()
  await page.getByRole('img', { name: /帖文数/ }).waitFor()
  await shoot(page, 'event-1440')
  await page.getByRole('tab', { name: '传播' }).click()
  await page.getByText('二次传播').waitFor()
  await page.locator('.spread-tree svg').waitFor()
  await page.waitForTimeout(300)
  await shoot(page, 'event-spread-1440')

  await page.getByRole('tab', { name: '帖文' }).click()
  await page.getByRole('checkbox').nth(1).check()
  await page.getByRole('button', { name: '拆分' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(/新事件标题/).fill('另一个说法')
  await dialog.getByLabel(/原因/).fill('不是同一件事')
  await dialog.getByRole('button', { name: /拆\s?分/ }).click()
  await page.getByRole('heading', { name: '另一个说法' }).waitFor()
  await page.goBack()
  await page.getByRole('tab', { name: '变更' }).click()
  await page.getByRole('button', { name: '撤销' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('看错了')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /撤\s?销/ })
    .click()
  await page.getByText('已撤销').first().waitFor()
  await shoot(page, 'event-changes-1440')

  // What the program would not put together is suggested with why, and taken in with one click.
  const told = page.url()
  const parts = Number(told.split('/').at(-1))
  const { items } = await readEventPosts(ctx, { ...EventPostQuery.parse({}), id: parts })
  const copied = items.find(({ copies }) => copies > 1)
  await splitEvent(ctx, { id: parts, posts: [copied?.id ?? ''], title: '另一个角度', reason: '先分开看' })
  await ctx.pg.deleteFrom('opinion.event_apart').execute()
  while (await turnEvents(ctx));
  await page.goto(told)
  await page.getByRole('heading', { name: '可能是同一件事' }).waitFor()
  await shoot(page, 'event-together-1440')
  await page.getByRole('button', { name: '并入本事件' }).first().click()
  await page.getByText('已并入，可在「变更」撤销').waitFor()

  await page.goto('/opinion/facts')
  await page.getByRole('button', { name: '新建事实' }).first().click()
  const form = page.getByRole('dialog')
  await form.getByLabel('外界说法').fill('凌云催收员冒充民警恐吓老人致晕倒')
  await form
    .getByRole('textbox', { name: /^事实/ })
    .fill('涉事人员为外包机构员工，已被警方处理；我司于 3 月 9 日终止合作并向老人及家属道歉。')
  await form.getByRole('textbox', { name: /^依据(?!链接)/ }).fill('警情通报；外包合同终止函 2026-031')
  await form.getByRole('button', { name: '保存并送核准' }).click()
  await page.getByText('待核准').first().waitFor()
  const lawyer = await signedInWindow(app, ['legal'], wide)
  await lawyer.page.goto('/opinion/facts')
  await lawyer.page.getByRole('button', { name: /冒充民警/ }).click()
  await lawyer.page.getByRole('button', { name: /核\s?准/ }).click()
  await lawyer.page.getByText('已核准').first().waitFor()
  await linkFacts(ctx, { since: new Date(Date.now() - 3 * 86_400_000) })
  // Its drawer is open: the address names it.
  await page.reload()
  await page
    .getByRole('button', { name: /确\s?认/ })
    .first()
    .click()
  await page.getByText('已确认').first().waitFor()
  await shoot(page, 'fact-1440')
  await page.goto('/opinion/facts')
  await page.getByText(/1 已确认/).waitFor()
  await shoot(page, 'facts-1440')

  await page.setViewportSize(narrow)
  for (const [path, name, sign] of [
    ['/opinion/events', 'events-390', /催收/],
    ['/opinion/facts', 'facts-390', /冒充民警/],
  ] as const) {
    await page.goto(path)
    await page.getByText(sign).first().waitFor()
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), true, path)
    await shoot(page, name)
  }
  await page.goto('/opinion/events')
  await story.click()
  await page.getByText('跨平台路径').waitFor()
  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), true, 'event')
  await shoot(page, 'event-390')
  await page.getByRole('tab', { name: '传播' }).click()
  await page.getByText('二次传播').waitFor()
  await shoot(page, 'event-spread-390')
  assert.deepEqual(faults, [])
})
