import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestApp } from '#test'
import { startSourceSandbox } from '../../src/opinion/sources/sandbox.ts'
import type { SourceView } from '../../src/opinion/sources/sources-contract.ts'
import { choose, signedInWindow, startBrowser, type Visit } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ work: true, listen: true, env: { ZHIYIN_WEBHOOKS_PRIVATE: 'true' } })
const sandbox = await startSourceSandbox()
after(() => sandbox.stop())
const shots = process.env.ZHIYIN_SHOTS
const shoot = async ({ page }: Visit, name: string) => {
  if (shots) {
    await sleep(600)
    await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
  }
}

const stories = [
  ['借款时被捆绑会员费 299 元', '下款页面默认勾选会员，联系客服让我找第三方退。'],
  ['提前还款要收违约金吗', '合同里没写，结果还清那天多扣了 3%。'],
  ['催收打到我单位来了', '逾期两天，通讯录的人都接到电话，手机 13812345678。'],
  ['利率到底是多少', '页面写日息万五，算下来综合年化超过 24%。'],
  ['客服解释得很清楚，点赞', '账单疑问当天就处理好了。'],
] as const
for (let n = 0; n < 60; n++) {
  const [title, text] = stories[n % stories.length] ?? stories[0]
  sandbox.publish({
    id: `story-${n}`,
    title,
    text: `${text}（${n}）`,
    at: new Date(Date.now() - n * n * 20_000),
    author: `用户${n}`,
    likes: n * 731,
    comments: n,
  })
}
sandbox.setHotList([
  { title: '某消费金融被投诉捆绑会员', heat: 5_120_000 },
  { title: '年底促消费政策解读', heat: 3_200_000 },
  { title: '教你看懂综合年化利率', heat: 1_900_000 },
])
const terms = {
  basis: 'public',
  note: '公开页面，站点条款允许非商业性监测；每次读取不超过 50 条',
  sampling: '最新 50 条',
}
const politeness = { requestsPerMinute: 600, robots: true }
const create = (name: string, platform: string, config: object) =>
  app.ok<{ id: number }>('POST', '/api/opinion/sources', { name, platform, config, terms, politeness })
const view = (id: number) => app.ok<SourceView>('GET', `/api/opinion/sources/${id}`)
const until = async (look: () => Promise<boolean>) => {
  for (let tries = 0; tries < 300; tries++) {
    if (await look()) return
    await sleep(100)
  }
  throw new Error('it did not come')
}

test('a source is tried out, made, read and watched from the console', async () => {
  await create('财经要闻 RSS', 'news', { kind: 'feed', url: `${sandbox.url}/rss` })
  const hot = await create('微博热搜', 'weibo', {
    kind: 'json',
    url: `${sandbox.url}/api/hot`,
    itemsAt: 'data',
    map: { guid: 'word', title: 'word', rank: 'rank', heat: 'num' },
    hotList: '微博热搜',
  })
  const dead = await create('行业论坛', 'forum', { kind: 'feed', url: 'http://127.0.0.1:9/feed' })
  await create('投诉导出', 'heimao', { kind: 'files' })
  await until(async () => (await view(dead.id)).fault !== null && (await view(hot.id)).lastNewAt !== null)
  sandbox.setHotList([
    { title: '教你看懂综合年化利率', heat: 6_900_000 },
    { title: '某消费金融被投诉捆绑会员', heat: 5_520_000 },
    { title: '双十二攻略', heat: 900_000 },
  ])
  await app.ok('POST', `/api/opinion/sources/${hot.id}/ask`)

  const visit = await signedInWindow(app, ['pr'])
  const { page } = visit
  await page.goto('/opinion/sources')
  await page.getByText('行业论坛').waitFor()
  await page.getByText('读取失败').first().waitFor()
  await page.getByRole('button', { name: '修改', exact: true }).click()
  await page.getByRole('spinbutton', { name: '评论' }).fill('180')
  await page.getByLabel('修改原因').fill('评论只看半年')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('180 天').waitFor()
  await shoot(visit, 'list')

  await page.getByRole('button', { name: '新建信源' }).click()
  await page.getByRole('button', { name: /JSON 接口/ }).click()
  await page.getByLabel('名称', { exact: true }).fill('舆情接口')
  await page.getByLabel('地址', { exact: true }).fill(`${sandbox.url}/api/posts`)
  const attempt = page.getByRole('button', { name: '试读取' })
  await attempt.click()
  await page.getByText('返回的内容不是所选的格式').waitFor()
  await page.getByRole('button', { name: '用作列表位置' }).click()
  await page.getByRole('button', { name: '采用建议的对应关系' }).click()
  await attempt.click()
  await page.getByText('找到 20 条').waitFor()
  assert.ok(!(await page.content()).includes('13812345678'), 'what is shown is masked')
  await page.getByLabel('使用条款说明').fill('与对方签有数据服务合同')
  await choose(page, '依据', '合同约定')
  await shoot(visit, 'editor')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByRole('heading', { name: '舆情接口' }).waitFor()
  await page.getByText('没有变化').or(page.getByText('有新内容')).first().waitFor()
  await shoot(visit, 'source')

  await page.goto('/opinion/hot-lists')
  await page.getByText('双十二攻略').waitFor()
  await shoot(visit, 'hot')
  assert.deepEqual(visit.faults, [])
})

test('a file is looked at before it is imported; a phone shows it all', async () => {
  const visit = await signedInWindow(app, ['pr', 'legal'], { width: 390, height: 844 })
  const { page } = visit
  await page.goto('/opinion/sources')
  await page.getByRole('link', { name: '投诉导出' }).click()
  await page.getByLabel('选择文件').setInputFiles({
    name: '投诉 2026-11.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(
      '投诉编号,标题,投诉对象,诉求,金额,状态,内容,投诉时间\n1737001,捆绑会员,某某消费金融,退款,299,已回复,下款时扣了会员费,2026-11-20 10:00\n,没有编号,,,,,内容,2026-11-20\n',
    ),
  })
  await page.getByText('识别为：投诉平台导出').waitFor()
  await shoot(visit, 'phone-file')
  await page.getByRole('button', { name: '开始导入' }).click()
  await page.getByText('读到 2 行 · 新增 1 · 已有 0 · 未通过 1').waitFor()
  await page.getByRole('link', { name: '下载未通过的行' }).waitFor()
  await shoot(visit, 'phone-imported')
  await page.goto('/opinion/sources')
  await page.getByText('微博热搜').first().waitFor()
  await page.getByText('180 天').waitFor()
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), 'nothing sticks out')
  await shoot(visit, 'phone-list')
  await page.goto('/opinion/sources/new')
  await page.getByLabel('使用条款说明').waitFor()
  await shoot(visit, 'phone-editor')
  await page.goto('/opinion/hot-lists')
  await page.getByText('双十二攻略').waitFor()
  await shoot(visit, 'phone-hot')
  await page.goto('/opinion/evidence')
  await page.getByRole('button', { name: '校验' }).first().click()
  await page.getByText('内容未被改动，与审计记录一致').waitFor()
  await shoot(visit, 'phone-evidence')
  assert.ok(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'), 'nothing sticks out')
  assert.deepEqual(visit.faults, [])
})
