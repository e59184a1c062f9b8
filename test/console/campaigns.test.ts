import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { aCustomer, startTestApp } from '#test'
import { choose, signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const { ctx } = app

const walker = await aCustomer(ctx, {
  traits: { city: '杭州', age: 41 },
  events: [
    { event: 'Loan Viewed', at: new Date(Date.now() - 3_600_000), properties: { amount: 9000 } },
    { event: 'Application Submitted', at: new Date(Date.now() - 1_800_000), properties: {} },
  ],
})
const sms = await app.ok<{ id: number }>('POST', '/api/creatives', {
  name: '三十分钟内的方案介绍',
  category: 'service',
  product: 'other',
  content: {
    channel: 'sms',
    signature: '知音消费金融',
    text: '您关注的服务已经准备好，登录应用即可查看。',
    optOut: '',
  },
})
await app.ok('POST', '/api/creatives', {
  name: '回访话术',
  category: 'service',
  product: 'other',
  content: { channel: 'call', opening: '您好，这里是知音消费金融客服。' },
})

const shots = process.env['ZHIYIN_SHOTS']
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}
const fits = (page: Page) => page.waitForFunction('document.documentElement.scrollWidth <= innerWidth')

/** A draft whose journey is empty, made as a program would. */
const aDraft = async (name: string) => {
  const { id } = await app.ok<{ id: number }>('POST', '/api/campaigns', {
    name,
    category: 'service',
    definition: { trigger: { kind: 'api' }, purpose: 'service', journey: { start: null, steps: {} } },
  })
  return id
}
const saved = (page: Page) => page.locator('.c-saved', { hasText: '已保存' }).waitFor()
const insert = async (page: Page, kind: string) =>
  page.getByRole('dialog', { name: '在这里插入步骤' }).getByRole('button', { name: kind }).first().click()
interface Stored {
  definition: { journey: { start: string | null; steps: Record<string, { kind: string; next?: string | null }> } }
  review: { id: number; state: string } | null
}
const stored = (id: number) => app.ok<Stored>('GET', `/api/campaigns/${id}`)
/** Waits until what is stored is so: a draft saves itself a moment after its last change. */
const becomes = async (page: Page, id: number, holds: (stored: Stored) => boolean, what: string) => {
  for (let tries = 0; tries < 100; tries += 1) {
    if (holds(await stored(id))) return
    await page.waitForTimeout(150)
  }
  assert.fail(`never stored: ${what}`)
}
const nextOf = ({ definition }: Stored, step: string) => definition.journey.steps[step]?.next

test('from a template to a design in two steps; what is missing is told and leads to its step', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto('/campaigns')
  await page.getByText('还没有营销活动').waitFor()
  await shoot(page, 'list-empty')
  await page.getByRole('button', { name: '贷款页浏览未申请' }).click()
  await page.getByLabel('名称', { exact: true }).fill('浏览未申请')
  await shoot(page, 'wizard-whom')
  await page.getByRole('button', { name: '保存并设计旅程' }).click()
  await page.getByText('2 处没有填完').waitFor()
  await page.locator('.react-flow__node').nth(4).waitFor()
  await shoot(page, 'design')
  await page.getByRole('list', { name: '问题' }).getByRole('button', { name: '电话回访' }).click()
  assert.equal(await page.getByLabel('步骤名称').inputValue(), '电话回访')
  await choose(page, '电话任务 素材', '回访话术')
  // A reload loses nothing that could not be saved yet.
  await page.getByText('1 处没有填完').waitFor()
  await page.reload()
  await page.getByText('1 处没有填完').waitFor()
  await page.getByRole('list', { name: '问题' }).getByRole('button', { name: '介绍适合的方案' }).click()
  await choose(page, '短信 素材', '三十分钟')
  await saved(page)
  for (const [tab, name] of [
    ['受众与触发', 'audience'],
    ['目标与预算', 'goal'],
    ['检查与审核', 'review'],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click()
    await page.locator('.grid-main').waitFor()
    await page.locator('.bones').first().waitFor({ state: 'detached' })
    await shoot(page, `tab-${name}`)
    await page.setViewportSize({ width: 390, height: 844 })
    await fits(page)
    await shoot(page, `tab-${name}-390`)
    await page.setViewportSize({ width: 1440, height: 900 })
  }
  assert.deepEqual(faults, [])
})

test('by mouse: steps are dragged, inserted, connected and moved; changes are undone and redone, saved, and there after a reload', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  const id = await aDraft('鼠标')
  await page.goto(`/campaigns/${id}`)
  await page.getByRole('button', { name: '添加第一个步骤' }).waitFor()
  const palette = page.locator('.j-palette')
  await palette.getByRole('button', { name: '发送消息' }).dragTo(page.locator('.react-flow__pane'))
  await page.getByRole('button', { name: '添加渠道' }).click()
  await page.getByRole('menuitem', { name: '短信' }).click()
  await choose(page, '短信 素材', '三十分钟')
  await saved(page)
  await page.getByRole('button', { name: '预览 三十分钟内的方案介绍' }).click()
  const preview = page.getByRole('dialog', { name: '三十分钟内的方案介绍' })
  await preview.locator('.phone').getByText('您关注的服务已经准备好').waitFor()
  await shoot(page, 'preview')
  await page.keyboard.press('Escape')
  await preview.waitFor({ state: 'hidden' })
  // On the line, by its plus.
  await page.getByRole('button', { name: '在“进入旅程”之后插入步骤' }).click()
  await shoot(page, 'insert')
  await insert(page, '等待一段时间')
  await page.getByRole('spinbutton', { name: '等待时长' }).fill('2')
  await becomes(page, id, ({ definition }) => definition.journey.start === 'wait1', 'the step on the line')
  assert.equal(nextOf(await stored(id), 'wait1'), 'message1')
  // A line is drawn from an exit to a step: round in a circle, with a wait in it.
  const node = (step: string) => page.locator(`.react-flow__node[data-id="${step}"]`)
  await palette.getByRole('button', { name: '条件分支' }).click()
  await node('branch1').waitFor()
  await page.keyboard.press('Control+z')
  await node('branch1').waitFor({ state: 'detached' })
  await page.keyboard.press('Control+y')
  await node('branch1').waitFor()
  await page.getByRole('button', { name: '删除 条件分支' }).click()
  await node('branch1').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: '看全图' }).click()
  await page.waitForTimeout(500)
  const middle = async (place: string, step: string) => {
    const box = await node(step).locator(`.react-flow__handle-${place}`).boundingBox()
    assert.ok(box)
    return [box.x + box.width / 2, box.y + box.height / 2] as const
  }
  await page.mouse.move(...(await middle('bottom', 'message1')))
  await page.mouse.down()
  await page.mouse.move(...(await middle('top', 'wait1')), { steps: 8 })
  await page.mouse.up()
  await becomes(page, id, (now) => nextOf(now, 'message1') === 'wait1', 'the line that was drawn')
  await page.getByRole('button', { name: '撤销' }).click()
  await becomes(page, id, (now) => nextOf(now, 'message1') === null, 'the line taken back')
  await page.reload()
  await node('message1').waitFor()
  assert.equal(await page.locator('.react-flow__node').count(), 3)
  // Copied and pasted, then both removed.
  await node('message1').click()
  await page.keyboard.press('Control+c')
  await page.keyboard.press('Control+v')
  await node('message2').waitFor()
  await page.getByRole('button', { name: '1 个问题' }).waitFor()
  await shoot(page, 'unreachable')
  await page.keyboard.press('Delete')
  await node('message2').waitFor({ state: 'detached' })
  assert.deepEqual(faults, [])
})

test('by keyboard alone: a step is found, put in behind another, edited and removed', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  const id = await aDraft('键盘')
  await page.goto(`/campaigns/${id}`)
  const first = page.getByRole('button', { name: '添加第一个步骤' })
  await first.focus()
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: '在这里插入步骤' })
  await dialog.getByRole('button', { name: '达成目标' }).focus()
  await page.keyboard.press('Enter')
  const node = (step: string) => page.locator(`.react-flow__node[data-id="${step}"]`)
  await node('goal1').waitFor()
  await dialog.waitFor({ state: 'hidden' })
  await node('goal1').focus()
  await page.keyboard.press('+')
  await dialog.getByRole('button', { name: '离开旅程' }).focus()
  await page.keyboard.press('Enter')
  await node('exit1').waitFor()
  await dialog.waitFor({ state: 'hidden' })
  await page.keyboard.press('ArrowUp')
  await node('goal1').and(page.locator('.selected')).waitFor()
  await node('goal1').focus()
  await page.keyboard.press('Enter')
  await page.locator('#j-step-name:focus').waitFor()
  await page.keyboard.type('完成')
  await node('goal1').getByText('完成').waitFor()
  await becomes(page, id, (now) => nextOf(now, 'goal1') === 'exit1', 'the step put in')
  await node('exit1').focus()
  await page.keyboard.press('Enter')
  await node('exit1').focus()
  await page.keyboard.press('Delete')
  await node('exit1').waitFor({ state: 'detached' })
  await becomes(page, id, (now) => nextOf(now, 'goal1') === null, 'the step removed')
  assert.deepEqual(faults, [])
})

test("another's edit is told and nothing is overwritten unasked", async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  const id = await aDraft('两个人')
  await page.goto(`/campaigns/${id}?tab=goal`)
  const priority = page.getByRole('spinbutton', { name: '优先级' })
  await priority.waitFor()
  await app.ok('PATCH', `/api/campaigns/${id}`, { priority: 70 })
  await priority.fill('20')
  await priority.blur()
  await page.getByText('别人也在修改这个活动').waitFor()
  assert.equal((await app.ok<{ priority: number }>('GET', `/api/campaigns/${id}`)).priority, 70)
  await shoot(page, 'conflict')
  await page.getByRole('button', { name: '用我的覆盖' }).click()
  await page.getByText('别人也在修改这个活动').waitFor({ state: 'detached' })
  await saved(page)
  assert.equal((await app.ok<{ priority: number }>('GET', `/api/campaigns/${id}`)).priority, 20)
  assert.deepEqual(faults, [])
})

test('on a phone the journey is a list with the same operations; it is simulated, checked and submitted', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'], { width: 390, height: 844 })
  const id = await aDraft('手机')
  await page.goto(`/campaigns/${id}`)
  await page.getByRole('button', { name: '添加第一个步骤' }).click()
  await insert(page, '发送消息')
  const form = page.getByRole('dialog', { name: '步骤设置' })
  await form.getByRole('button', { name: '添加渠道' }).click()
  await page.getByRole('menuitem', { name: '短信' }).click()
  await choose(page, '短信 素材', '三十分钟')
  await shoot(page, 'phone-form')
  await form
    .getByRole('button', { name: '关闭' })
    .or(form.getByRole('button', { name: 'Close' }))
    .first()
    .click()
  await page.getByRole('button', { name: '在“下一步”之后插入步骤' }).last().click()
  await insert(page, 'A/B 实验')
  await form.getByRole('button', { name: '添加一路' }).click()
  await form.getByText('合计 100%').waitFor()
  await shoot(page, 'phone-shares')
  await form.getByRole('button', { name: '删除 A/B 实验' }).click()
  await saved(page)
  await fits(page)
  await shoot(page, 'phone-list')
  await page.getByRole('tab', { name: '模拟' }).click()
  await page.getByText('抽样').click()
  await page.getByRole('button', { name: '开始模拟' }).click()
  await page.getByText('第 1 / 1 步').waitFor()
  await fits(page)
  await shoot(page, 'phone-simulated')
  await page.getByRole('tab', { name: '检查与审核' }).click()
  await page.getByRole('button', { name: '提交审核' }).click()
  await page.getByText('待审核').first().waitFor()
  assert.equal((await stored(id)).review?.state, 'review')
  await shoot(page, 'phone-submitted')
  await page.goto('/campaigns')
  await page.getByRole('link', { name: '手机' }).waitFor()
  await fits(page)
  await shoot(page, 'phone-campaigns')
  assert.deepEqual(faults, [])
})

test('approved by another person it is published after a dry run; who is inside stands on the canvas, leading to the people', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  const { id } = await app.ok<{ id: number }>(
    'POST',
    '/api/campaigns',
    {
      name: '上线',
      category: 'service',
      definition: {
        trigger: { kind: 'api' },
        purpose: 'service',
        budget: { sends: 100 },
        journey: {
          start: 'wait1',
          steps: {
            wait1: { kind: 'wait', for: { amount: 1, unit: 'days' }, next: 'message1' },
            message1: { kind: 'message', channels: [{ channel: 'sms', creativeId: sms.id }], next: null },
          },
        },
      },
    },
    { roles: ['marketer'] },
  )
  await page.goto(`/campaigns/${id}?tab=review`)
  await page.getByRole('button', { name: '提交审核' }).click()
  await page.getByText('待审核').first().waitFor()
  const { review } = await stored(id)
  const says = async (role: 'legal' | 'compliance', what: string, data: object) => {
    const { context } = await signedInWindow(app, [role])
    const answer = await context.request.post(`/api/reviews/${review?.id}/${what}`, {
      data,
      headers: { origin: app.url, 'x-zhiyin': '1' },
    })
    assert.equal(answer.status(), 200)
  }
  await says('legal', 'decision', { decision: 'approve' })
  await says('compliance', 'opinion', { opinion: 'agree' })
  assert.equal((await stored(id)).review?.state, 'approved')
  await page.reload()
  await page.getByText('已通过').first().waitFor()
  await page.getByRole('button', { name: '发布上线' }).click()
  const dialog = page.getByRole('dialog', { name: '发布“上线”？' })
  await dialog.getByText('费用上限').waitFor()
  await shoot(page, 'publish')
  await dialog.getByRole('button', { name: '发布上线' }).click()
  await dialog.waitFor({ state: 'hidden' })
  const { entered } = await app.ok<{ entered: number }>('POST', `/api/campaigns/${id}/entries`, {
    people: [{ customerId: String(walker.no) }],
  })
  assert.equal(entered, 1)
  await page.getByRole('tab', { name: '运行', exact: true }).click()
  await page.locator('.react-flow__node[data-id="wait1"]').click()
  await page.getByRole('button', { name: '看看是谁' }).click()
  await page.getByRole('dialog', { name: '“等待一段时间”的客户' }).getByRole('button', { name: '经过' }).click()
  await page.getByRole('dialog', { name: '经过' }).getByText('等待一段时间').waitFor()
  await shoot(page, 'run-people')
  const through = page.getByRole('dialog', { name: '经过' })
  await through.getByRole('button', { name: '移到其他步骤' }).click()
  const move = page.getByRole('dialog', { name: '移到其他步骤' })
  await choose(page, '移到哪一步', '发送消息')
  await move.getByLabel('原因').fill('客户来电要求现在就发')
  await shoot(page, 'move')
  await move.getByRole('button', { name: '移到其他步骤' }).click()
  await move.waitFor({ state: 'hidden' })
  await through.getByText('人工调整').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await shoot(page, 'run')
  await page.getByRole('tab', { name: '版本' }).click()
  await page.getByRole('button', { name: '与草稿比较' }).click()
  await page.getByText('草稿和这一版没有差别').waitFor()
  await page.keyboard.press('Escape')
  // The draft goes on; both sides are read in words.
  const { definition } = await app.ok<{ definition: object & { journey: { steps: Record<string, object> } } }>(
    'GET',
    `/api/campaigns/${id}`,
  )
  const { wait1, message1 } = definition.journey.steps
  const branch1 = {
    kind: 'branch',
    arms: [{ name: '年长', when: { all: [{ trait: 'age', gt: 40 }] }, next: 'message1' }],
    otherwise: null,
  }
  await app.ok('PATCH', `/api/campaigns/${id}`, {
    definition: {
      ...definition,
      only: { all: [{ trait: 'city', is: '杭州' }] },
      journey: { start: 'wait1', steps: { wait1: { ...wait1, next: 'branch1' }, branch1, message1 } },
    },
  })
  await page.reload()
  await page.getByRole('button', { name: '与草稿比较' }).click()
  const compared = page.getByRole('dialog', { name: '第 1 版 → 草稿' })
  await compared.getByText(/年长：.*年龄.*40/).waitFor()
  await compared.getByText('下一步 → 条件分支').waitFor()
  await shoot(page, 'compare')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: '暂停' }).click()
  await page.getByRole('button', { name: '内容有误' }).click()
  await page.getByRole('dialog', { name: '暂停这个活动？' }).getByRole('button', { name: '暂停', exact: true }).click()
  await page.getByText('已暂停').waitFor()
  await page.goto('/campaigns')
  await page.getByRole('link', { name: '上线' }).waitFor()
  await choose(page, '性质', '营销')
  await page
    .getByText('没有符合条件的活动')
    .or(page.getByRole('link', { name: '浏览未申请' }))
    .first()
    .waitFor()
  await page.getByRole('link', { name: '上线' }).waitFor({ state: 'detached' })
  await shoot(page, 'list')
  assert.deepEqual(faults, [])
})
