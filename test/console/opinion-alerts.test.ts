import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { NewChannel } from '../../src/opinion/alerts/channel-contract.ts'
import { changeChannel, createChannel } from '../../src/opinion/alerts/channels.ts'
import { escalateDue } from '../../src/opinion/alerts/escalate.ts'
import { fireAlert } from '../../src/opinion/alerts/fire.ts'
import { flushGroups } from '../../src/opinion/alerts/flush.ts'
import { ackKey, ackUrl } from '../../src/opinion/alerts/links.ts'
import { sendNotices } from '../../src/opinion/alerts/post-box.ts'
import { readEventAlert } from '../../src/opinion/alerts/read.ts'
import { NewRota } from '../../src/opinion/alerts/rota-contract.ts'
import { createRota } from '../../src/opinion/alerts/rotas.ts'
import { changeRouting, currentRouting } from '../../src/opinion/alerts/routing-store.ts'
import { startAlertSandbox } from '../../src/opinion/alerts/sandbox.ts'
import { gradeFacts } from '../../src/opinion/grading/grades.ts'
import { someFacts } from '../opinion/event-facts.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, env: { ZHIYIN_WEBHOOKS_PRIVATE: 'true' } })
const { ctx } = app
const world = await startAlertSandbox()
after(() => world.stop())
const shots = process.env['ZHIYIN_SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}
const beyond = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')

const made = await createChannel(
  ctx,
  NewChannel.parse({
    kind: 'dingtalk',
    name: '舆情值守群',
    secrets: { url: world.url('dingtalk'), secret: 'SEC-sandbox' },
  }),
)
await changeChannel(ctx, { id: made.id, state: 'on', basedOn: made.version })
const routing = await currentRouting(ctx)
await changeRouting(ctx, {
  document: {
    ...routing.document,
    receivers: [{ name: 'duty', title: '舆情值守', channels: [made.id], people: [] }],
    root: {
      ...routing.document.root,
      routes: [
        {
          id: 'night',
          name: '催收与隐私',
          match: { aspects: ['harsh-collection', 'privacy-leak'] },
          continue: true,
          receiver: 'duty',
        },
        { id: 'rival', name: '竞品', match: { subjectKinds: ['competitor'] }, repeatMinutes: 1_440 },
      ],
    },
  },
  reason: '初次配置',
  basedOn: routing.version,
})
const at = ctx.now().toISOString()
const happens = async (eventId: number, change: Parameters<typeof someFacts>[0]) => {
  await gradeFacts(ctx, someFacts({ eventId, at, ...change }))
  await fireAlert(ctx, { eventId })
}
await happens(1, {
  title: '“会员费自动续扣”话题登上热搜',
  hotListRank: 17,
  posts: 2_143,
  authors: 1_288,
  reach: 8_400_000,
  z: 9.4,
  platforms: ['weibo', 'douyin', 'xiaohongshu'],
  authorClasses: ['person', 'verified', 'media'],
  verifiedFollowers: 320_000,
})
await happens(2, {
  title: '催收电话打到单位，多人反映',
  bursting: true,
  aspects: [{ aspect: 'harsh-collection', share: 0.8 }],
  posts: 86,
  authors: 71,
})
await happens(3, { title: '客服热线排队时间长' })
await escalateDue(ctx)
await flushGroups(ctx)
await sendNotices(ctx)

test('an alert is read with its receipts and acknowledged; the level is raised with a reason', async () => {
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto('/opinion/alerts')
  await page.getByRole('link', { name: '“会员费自动续扣”话题登上热搜' }).waitFor()
  await shot(page, 'alerts-board-1440')
  await page.getByRole('link', { name: '“会员费自动续扣”话题登上热搜' }).click()
  await page.getByText('登上热搜前 50 且负面').first().waitFor()
  await page.getByText('{"errcode":0,"errmsg":"ok"}').waitFor()
  await shot(page, 'alert-1440')
  await page.getByRole('button', { name: '确认', exact: true }).click()
  await page.getByText('已确认', { exact: true }).first().waitFor()
  await page.goto('/opinion/alerts')
  await page.getByRole('link', { name: '客服热线排队时间长' }).click()
  await page.getByRole('button', { name: '调整等级' }).click()
  await page.getByRole('radio', { name: '中等' }).locator('..').click()
  await page.getByLabel('修改原因').fill('媒体已来电询问')
  await page.getByRole('button', { name: /^升\s*级$/ }).click()
  await page.getByText('媒体已来电询问').first().waitFor()
  assert.deepEqual(faults, [])
})

test('a channel is tested and shows the provider’s answer; the tree says where an alert would go', async () => {
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto('/opinion/alerts?tab=channels')
  await page.getByRole('button', { name: '发送测试 舆情值守群' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '发送测试' }).click()
  await page.getByText(/对方已接受/).waitFor()
  await shot(page, 'channels-test-1440')
  assert.equal(world.heard('/dingtalk/duty').at(-1)?.title, '【测试】舆情预警通道')
  await page.goto('/opinion/alerts?tab=routing')
  await page.getByText('催收与隐私').waitFor()
  await page.getByRole('button', { name: '预演' }).click()
  await page.getByText('分派给“舆情值守”').waitFor()
  await shot(page, 'routing-1440')
  await page.getByRole('button', { name: '修改分派' }).click()
  await page.getByLabel('修改原因').waitFor()
  await shot(page, 'routing-edit-1440')
  assert.deepEqual(faults, [])
})

test('severe alerts are silenced by a second person, and the alert says by whom', async () => {
  const until = new Date(ctx.now().getTime() + 3_600_000).toISOString()
  await app.ok('POST', '/api/opinion/silences', { match: { event: 1 }, reason: '统一答复中', until })
  const { page, faults } = await signedInWindow(app, ['pr'])
  await page.goto('/opinion/alerts?tab=silences')
  await page.getByText('严重预警照常通知，等待第二人同意').waitFor()
  await page.getByRole('button', { name: '同意静默严重预警' }).click()
  await page.getByRole('dialog').getByRole('textbox').fill('监管已知情')
  await page.getByRole('dialog').getByRole('button', { name: '同意静默严重预警' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByText(/严重预警静默至.*监管已知情/).waitFor()
  await shot(page, 'silence-severe-1440')
  await page.goto('/opinion/alerts/1')
  await page.getByText(/设置了静默/).waitFor()
  await page.getByRole('button', { name: '静默', exact: true }).click()
  await page.getByText('最长 24 小时，到期后可再建').waitFor()
  await shot(page, 'silence-new-1440')
  assert.deepEqual(faults, [])
})

test('the link of a message opens a page that acknowledges only when its button is pressed', async () => {
  const window = await signedInWindow(app, ['pr'])
  const { rows } = await sql<{ id: string }>`
    insert into opinion.ack_link (alert_id, edition, person, person_name, notice_id, expires_at)
    select a.id, a.edition, 'wang', '王值班', n.id, now() + interval '1 hour' from opinion.alert a, opinion.notice n
    where a.event_id = 2 order by n.id limit 1 returning id::text as id`.execute(ctx.pg)
  const path = new URL(ackUrl(ctx, await ackKey(ctx), rows[0]?.id ?? '')).pathname
  const page = await window.page.context().newPage()
  await page.goto(path)
  await page.getByText('确认人：王值班').waitFor()
  const stateOf = async () => (await readEventAlert(ctx, { eventId: 2 })).state
  assert.equal(await stateOf(), 'firing', 'looked at only')
  await shot(page, 'ack-page')
  await page.getByRole('button', { name: '确认收到' }).click()
  await page.getByText('王值班，谢谢').waitFor()
  assert.equal(await stateOf(), 'acknowledged')
  await page.goto(path)
  await page.getByText('已经有人确认').waitFor()
  assert.equal((await page.goto(`${path.slice(0, -1)}x`))?.status(), 404)
})

test('rules are drafted by one, tried on history, approved by another', async () => {
  const writer = await signedInWindow(app, ['pr'])
  await writer.page.goto('/opinion/grading')
  await writer.page.getByText('首次处置').first().waitFor()
  await shot(writer.page, 'levels-1440')
  await writer.page.getByRole('tab', { name: '定级规则' }).click()
  await writer.page.getByRole('button', { name: '起草修改' }).click()
  await writer.page.getByRole('button', { name: '删除规则 登上热搜前 50 且负面' }).click()
  await writer.page.getByRole('button', { name: '删除规则 三个以上平台同时激增且负面' }).click()
  await writer.page.getByRole('button', { name: '在历史上试算' }).click()
  await writer.page.getByText(/“严重”由 1 个变为 0 个/).waitFor()
  await shot(writer.page, 'rules-trial-1440')
  await writer.page.getByLabel('修改原因').fill('热搜单独成规则过严')
  await writer.page.getByRole('button', { name: '保存草稿' }).click()
  await writer.page.getByRole('button', { name: '提交批准' }).click()
  await writer.page.getByText('自己起草的版本须由他人批准').waitFor()
  const legal = await signedInWindow(app, ['legal'])
  await legal.page.goto('/opinion/grading?tab=rules')
  await legal.page.getByRole('button', { name: '批准并生效' }).click()
  await legal.page.getByText('第 2 版 · 现行').waitFor()
  await shot(legal.page, 'rules-1440')
  for (const tab of ['workTime', 'plans']) {
    await legal.page.goto(`/opinion/grading?tab=${tab}`)
    await legal.page.getByText('现行').first().waitFor()
    await shot(legal.page, `grading-${tab}-1440`)
  }
  assert.deepEqual([...writer.faults, ...legal.faults], [])
})

test('on a phone: board, alert, levels and rota fit', async () => {
  const people = await ctx.pg.selectFrom('platform.app_user').select('id').execute()
  await createRota(
    ctx,
    NewRota.parse({
      name: '舆情值班',
      rules: {
        members: people.map(({ id }) => id).slice(0, 3),
        firstDay: '2026-01-05',
        handOver: '09:00',
        holidays: 'nobody',
      },
    }),
  )
  const { page, faults } = await signedInWindow(app, ['pr'], { width: 390, height: 844 })
  const pages = [
    ['/opinion/alerts', 'alerts-board', '催收电话打到单位，多人反映'],
    ['/opinion/alerts/1', 'alert', '送达凭证'],
    ['/opinion/alerts?tab=rota', 'rota', '舆情值班'],
    ['/opinion/alerts?tab=routing', 'routing', '催收与隐私'],
    ['/opinion/alerts?tab=people', 'people', '联系方式'],
    ['/opinion/alerts?tab=silences', 'silences', '统一答复中'],
    ['/opinion/grading', 'levels', '首次处置'],
  ] as const
  for (const [path, name, text] of pages) {
    await page.goto(path)
    await page.getByText(text).first().waitFor()
    await shot(page, `${name}-390`)
    assert.ok((await beyond(page)) <= 0, `${name} fits`)
  }
  assert.deepEqual(faults, [])
})
