import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { takeIn } from '../../src/opinion/intake/take-in.ts'
import { createRule, createSubject } from '../../src/opinion/subjects/store.ts'
import { NewSubject, RuleDefinition } from '../../src/opinion/subjects/subject-contract.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
const { ctx } = app
const shots = process.env['ZHIYIN_SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })
/** A picture of the page at both widths, and nothing beyond the narrow one's edge. */
const seen = async (page: Page, name: string) => {
  const look = async (size: string) => {
    if (shots) {
      await page.waitForTimeout(600)
      await page.screenshot({ path: join(shots, `${name}-${size}.png`), fullPage: true })
    }
  }
  await look('wide')
  await page.setViewportSize({ width: 390, height: 844 })
  const beyond = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')
  await look('phone')
  await page.setViewportSize({ width: 1440, height: 900 })
  assert.ok(beyond <= 0, `${name} is ${beyond} px too wide on a phone`)
}

const brands = [
  ['星河消费金融', 'brand', true],
  ['快易贷', 'competitor', false],
  ['云帆金服', 'competitor', false],
] as const
for (const [name, kind, own] of brands) {
  const { id } = await createSubject(ctx, NewSubject.parse({ kind, own, name, colour: '#0e766c' }))
  await createRule(ctx, {
    id,
    name: '名称',
    on: true,
    reason: '',
    definition: RuleDefinition.parse({ expression: name }),
  })
}
const texts = [
  '星河消费金融的外包催收一天打了四十多个电话，还打到我单位，太过分了，我要投诉到 12378',
  '星河消费金融提前还款要收违约金，合同里根本没写清楚，客服也说不明白',
  '星河消费金融放款很快，客服态度也好，推荐给需要周转的朋友',
  '快易贷砍头息严重，借一万到手九千，大家避雷',
  '云帆金服利率下调了，比以前便宜不少，挺好的',
]
const day = 86_400_000
/** Yesterday as Shanghai counts days, at a share of it. */
const yesterday = (share: number) =>
  new Date(Math.floor((Date.now() + 8 * 3_600_000) / day) * day - 8 * 3_600_000 - day + share * day)
const platforms = ['weibo', 'zhihu', 'xiaohongshu', 'heimao', 'news'] as const
// A source that was watched before yesterday: what it brings is news at whatever hour of today this runs.
await sql`insert into opinion.source (id, name, kind, platform, post_kind, config, timetable, politeness, terms, has_secret, "on", created_at, created_by, changed_at)
  overriding system value values (1000, '旧源', 'webhook', 'weibo', 'post', '{}', '{}', '{}', '{}', false, false, ${yesterday(-1)}, 't', ${yesterday(-1)})`.execute(
  ctx.pg,
)
await takeIn(ctx, {
  sourceId: 1_000,
  items: Array.from({ length: 120 }, (_, n) => {
    const platform = platforms[n % platforms.length] ?? 'weibo'
    return {
      guid: `p${n}`,
      platform,
      kind: platform === 'heimao' ? 'complaint' : platform === 'news' ? 'article' : 'post',
      title: platform === 'news' ? '助贷平台收费调查' : '',
      text: `${texts[(n * 3) % texts.length]}${n % 3 === 0 ? `（${n} 楼）` : ''}`,
      url: `https://example.com/p/${n}`,
      publishedAt: yesterday((n + 0.5) / 130).toISOString(),
      author: {
        id: `u${n % 40}`,
        name: platform === 'news' ? '财经日报' : '李小明',
        class: platform === 'news' ? 'media' : 'person',
        followers: (n * 977) % 50_000,
      },
      engagement: { likes: (n * 37) % 900, comments: n % 50, reposts: n % 20 },
      ...(platform === 'heimao' && { complaint: { number: `H${n}`, appeal: ['道歉'], replyState: 'submitted' } }),
    }
  }),
})

/** Waits until every event found in what was taken in has its level: a report made before that is rightly not the same later. */
const graded = async () => {
  for (let tries = 0; tries < 600; tries += 1) {
    const { rows } = await sql<{ ready: boolean }>`
      select exists (select 1 from opinion.event where drill_id = 0) and not exists (select 1 from opinion.event_queue)
        and not exists (select 1 from opinion.event e where e.drill_id = 0 and e.merged_into is null
          and not exists (select 1 from opinion.event_level l where l.event_id = e.id)) as ready`.execute(ctx.pg)
    if (rows[0]?.ready) return
    await new Promise((done) => setTimeout(done, 100))
  }
  assert.fail('events were not graded')
}

test('a brief: every sentence has its posts, four files, made by itself each morning', async () => {
  await graded()
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto('/opinion/reports')
  await page.getByText('还没有简报').waitFor()
  await page.getByRole('button', { name: '生成简报' }).first().click()
  await page.getByRole('dialog').getByRole('button', { name: '生成简报' }).click()
  await page.waitForURL(/\/opinion\/reports\/\d+$/)
  const bases = page.locator('.report-basis')
  await bases.first().waitFor()
  await page.locator('.report-chart').first().waitFor()
  await seen(page, 'report')

  // Each of the four files arrives, and is what it says.
  for (const [name, starts] of [
    ['网页', '<!doctype html'],
    ['Word', 'PK'],
    ['PDF', '%PDF'],
    ['Excel', 'PK'],
  ] as const) {
    await page.getByRole('button', { name: '下载' }).hover()
    const arriving = page.waitForEvent('download')
    await page.getByRole('menuitem').getByText(name, { exact: true }).click()
    const stream = await (await arriving).createReadStream()
    const bytes = Buffer.concat(await Array.fromAsync(stream, (part: Buffer) => part))
    assert.equal(bytes.subarray(0, starts.length).toString('latin1').toLowerCase(), starts.toLowerCase(), name)
  }
  await page.getByRole('button', { name: '重新核对' }).click()
  await page.getByText('与现有数据一致').waitFor()

  // Behind a sentence are posts, and they say it.
  await bases.first().click()
  const ids = page.locator('.report-ids a')
  const id = (await ids.first().textContent()) ?? ''
  assert.match(id, /^\d+$/)
  await ids.first().click()
  await page.locator('.post-full').waitFor()
  assert.match((await page.locator('.post-full').textContent()) ?? '', /星河消费金融/)

  await page.goto('/opinion/reports')
  await page.getByRole('link', { name: /日报/ }).waitFor()
  await seen(page, 'reports')
  await page.getByText('定时简报', { exact: true }).click()
  await page.getByText('没有定时简报').waitFor()
  assert.deepEqual(faults, [])
})

test('a brief is made each morning by itself', async () => {
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto('/opinion/reports')
  await page.getByText('定时简报', { exact: true }).click()
  await page.getByRole('button', { name: '新建定时简报' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称').fill('每日晨报')
  await dialog.getByLabel('收件邮箱').fill('pr@example.com')
  if (shots) await page.screenshot({ path: join(shots, 'schedule-dialog.png') })
  await dialog.getByRole('button', { name: '保存' }).click()
  await page.getByText('每日晨报').waitFor()
  await seen(page, 'schedules')
  assert.deepEqual(faults, [])
})

test('a month is reviewed by one and finished by another', async () => {
  const writer = await signedInWindow(app, ['pr'])
  const last = new Date(Date.now() + 8 * 3_600_000)
  last.setUTCDate(0)
  const month = `${last.toISOString().slice(0, 7)}-01`
  const { page } = writer
  await page.goto('/opinion/reviews')
  await page.getByRole('link', { name: month.slice(0, 7) }).click()
  await page.getByLabel('做得好的').fill('催收投诉 15 分钟内确认，口径统一，当天发布声明。')
  await page.getByLabel('没做好的').fill('外包机构的录音调取慢，法务两小时后才拿到。')
  await page.locator('.review-area').first().locator('.ant-rate-star').nth(3).click()
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存').waitFor()
  await page.getByLabel('做什么').fill('与外包催收约定一小时内交录音')
  await page.getByLabel('谁来做').fill('王晓')
  await page.getByRole('button', { name: '添加行动项' }).click()
  await page.locator('.review-what', { hasText: '一小时内交录音' }).waitFor()

  const other = await signedInWindow(app, ['legal'])
  await other.page.goto(`/opinion/reviews/${month}`)
  await other.page.locator('.review-areas').waitFor()
  await seen(other.page, 'review')
  await other.page.getByRole('button', { name: '定稿' }).click()
  await other.page.getByRole('dialog').getByRole('button', { name: '定稿' }).click()
  await other.page.locator('.review-hash').waitFor()
  await other.page.goto('/opinion/reviews')
  await other.page.getByRole('link', { name: month.slice(0, 7) }).waitFor()
  await seen(other.page, 'reviews')
  assert.deepEqual([...writer.faults, ...other.faults], [])
})

test('a survey is taken in with its method, and shown with its interval', async () => {
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto('/opinion/awareness')
  await page.getByRole('button', { name: '导入调研' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('名称', { exact: true }).fill('2026 年三季度品牌调查')
  await dialog.getByLabel('方法', { exact: true }).fill('线上问卷，18–55 岁有消费信贷经历者，按城市等级配额')
  await dialog.getByLabel('有效样本').fill('1200')
  await dialog
    .getByLabel('数据', { exact: true })
    .fill('品牌,无提示,第一提及,提示后\n星河消费金融,216,96,720\n快易贷,360,180,900\n云帆金服,84,24,480')
  await dialog.getByRole('button', { name: '导入调研' }).click()
  await page.getByRole('heading', { name: /三季度品牌调查/ }).waitFor()
  await page.locator('.interval-value', { hasText: '18%' }).first().waitFor()
  await seen(page, 'awareness')
  assert.deepEqual(faults, [])
})

test('a drill: written, previewed, planned, run at sixty times the pace, scored, reported', async () => {
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto('/opinion/drills')
  await page.getByText('还没有演练').waitFor()
  await page.getByRole('tab', { name: '剧本库' }).click()
  await page.locator('.scenario').first().waitFor()
  await seen(page, 'scenarios')

  // Another's story becomes one's own: faults are named, the first posts shown.
  await page.locator('.scenario').first().getByRole('link', { name: '复制' }).click()
  const name = page.getByRole('textbox', { name: '名称', exact: true })
  assert.match(await name.inputValue(), /（副本）$/)
  await name.fill('')
  await page.getByRole('button', { name: '保存剧本' }).click()
  await page.getByText('名称 2–80 个字').waitFor()
  await name.fill('一小时快演')
  await page.getByLabel('网友人次').fill('120')
  await page.getByRole('button', { name: '预览', exact: true }).click()
  await page.locator('.preview-posts li').nth(19).waitFor()
  assert.match((await page.locator('.preview-posts li').first().textContent()) ?? '', /第 0 分钟.*【演练】/)
  await seen(page, 'scenario')
  await page.getByRole('button', { name: '保存剧本' }).click()
  const mine = page.locator('.scenario', { hasText: '一小时快演' })
  await mine.getByRole('button', { name: '删除' }).click()
  await mine.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '撤销' }).click()
  await mine.waitFor()

  await mine.getByRole('button', { name: '用它演练' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('60 倍').click()
  if (shots) await page.screenshot({ path: join(shots, 'drill-plan.png') })
  await dialog.getByRole('button', { name: '安排演练' }).click()
  await page.waitForURL(/\/opinion\/drills\/\d+$/)
  const drillId = Number(new URL(page.url()).pathname.split('/').at(-1))
  await page.getByText('这是演练').waitFor()
  await page.getByRole('button', { name: '开始', exact: true }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^开\s*始$/ })
    .click()
  // The first beat lights up by itself, its event follows.
  await page.locator('.drill-beat-out').first().waitFor()
  await page.locator('.drill-brought li').first().waitFor()
  await seen(page, 'drill-running')
  await page.getByRole('button', { name: /^暂\s*停$/ }).click()
  await page.getByRole('button', { name: /^继\s*续$/ }).waitFor()
  await page.getByRole('button', { name: '结束并评分' }).click()
  await page.getByLabel('小结').fill('确认偏慢，下次值班先确认再核实。')
  await page.getByRole('dialog').getByRole('button', { name: '结束并评分' }).click()
  await page.getByText('最终得分').waitFor()
  await seen(page, 'drill-ended')

  // Its posts are there for who asks for the drill, and nowhere else.
  await page.goto(`/opinion/posts?drill=${drillId}&days=all`)
  await page.locator('.post', { hasText: '【演练】' }).first().waitFor()
  await page.goto('/opinion/posts?days=all&q=演练')
  await page.locator('.state').waitFor()
  await page.goto(`/opinion/drills/${drillId}`)
  await page.getByRole('button', { name: '生成演练报告' }).click()
  await page.waitForURL(/\/opinion\/reports\/\d+$/)
  await page.locator('.report-basis').first().waitFor()
  await seen(page, 'drill-report')
  await page.locator('.report-basis').first().click()
  await page.locator('.report-ids a').first().click()
  await page.locator('.post-full', { hasText: '【演练】' }).waitFor()
  await page.goto('/opinion/drills')
  await page.getByRole('link', { name: /一小时快演/ }).waitFor()
  await seen(page, 'drills')
  assert.deepEqual(faults, [])
})
