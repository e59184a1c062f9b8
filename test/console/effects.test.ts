import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { startTestApp } from '#test'
import { copySends } from '../../src/campaigns/effects/copy-sends.ts'
import { people } from '../campaigns/gate-support.ts'
import { published } from '../campaigns/published.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true })
const { ctx } = app

const decided = new Date(Date.now() - 10 * 86_400_000)
const hours = (n: number) => new Date(decided.getTime() + n * 3_600_000)
const nos = await people(ctx, 450, { traits: { name: '周宁' } })

const journey = {
  start: 'ab',
  steps: {
    ab: {
      kind: 'experiment' as const,
      name: '两种说法',
      key: 'words',
      arms: [
        { name: 'A', share: 0.5, next: 'hello' },
        { name: 'B', share: 0.5, next: 'hello' },
      ],
    },
    hello: {
      kind: 'message' as const,
      name: '介绍方案',
      channels: [{ channel: 'sms' as const, creativeId: 1 }],
      next: null,
    },
  },
}
const measured = (more: object = {}) =>
  published(
    ctx,
    {
      trigger: { kind: 'recurring', audienceId: crypto.randomUUID(), timetable: { at: '09:00' } },
      journey,
      goal: { event: 'Application Submitted', withinDays: 3 },
      holdout: 0.2,
      conversionValueFen: 5_000,
      ...more,
    },
    { at: decided },
  )

interface Made {
  state: string
  refusal?: string
  arm?: string
}
const reached = (i: number): Made => ({ state: 'delivered', arm: i % 2 ? 'words:A' : 'words:B' })
/** 300 reached, 20 refused after the draw, 80 left alone, 50 refused before. */
const kindOf = (i: number): Made =>
  i < 300
    ? reached(i)
    : i < 320
      ? { state: 'refused', refusal: 'FREQUENCY_GLOBAL', arm: 'words:A' }
      : i < 400
        ? { state: 'refused', refusal: 'HOLDOUT_CAMPAIGN', arm: 'words:A' }
        : { state: 'refused', refusal: 'NO_CONSENT' }

const insertSends = async (id: number, count: number, kind: (i: number) => Made) => {
  for (const [i, no] of nos.slice(0, count).entries()) {
    const { state, refusal = null, arm = null } = kind(i)
    const went = state === 'delivered'
    await sql`insert into campaigns.send (campaign_id, version, step, customer_no, entry_no, pass, entry_id, category,
        channel, state, refusal, arm, decided_at, sent_at, delivered_at, cost_millifen, key)
      values (${id}, 1, 'hello', ${no}, 1, 1, ${no}, 'marketing', 'sms', ${state}, ${refusal}, ${arm}, ${decided},
        ${went ? hours(1) : null}, ${went ? hours(2) : null}, ${went ? 4_500 : null}, ${`${id}-${no}`})`.execute(ctx.pg)
  }
}

/** 64 of the 320 treated and 8 of the 80 left alone applied. */
const did = [...nos.slice(0, 64), ...nos.slice(320, 328)]
await ctx.ch.insert(
  'events',
  did.map((no, i) => {
    const at = hours(5 + (i % 40))
      .toISOString()
      .replace('T', ' ')
      .replace('Z', '')
    return {
      event: 'Application Submitted',
      customer_no: no,
      ts: at,
      message_hash: String(no * 1_000),
      message_id: `applied-${no}`,
      type: 'track',
      source_id: 1,
      import_id: 0,
      received_at: at,
      sent_at: null,
      properties: '{}',
      context: '{}',
    }
  }),
)
const effective = await measured()
await insertSends(effective, 450, kindOf)
const unsure = await measured()
await insertSends(unsure, 60, (i) => (i < 48 ? reached(i) : { state: 'refused', refusal: 'HOLDOUT_CAMPAIGN' }))
const uncompared = await measured({ holdout: 0 })
await insertSends(uncompared, 5, reached)
await copySends(ctx)

const shots = process.env['ZHIYIN_SHOTS']
const shoot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true })
}
const beyond = (page: Page) => page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth')

test('what the campaign brought stands in a sentence with its interval; reasons lead to the people; everything is exported', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto(`/campaigns/${effective}?tab=effects`)
  await page.getByText(/每 100 位客户多带来 10 位达成目标（95% 区间 .+ 至 .+），合计约 32 位/).waitFor()
  await page.getByText(/花费 ¥13\.50，除以多带来的 32 位，每多一位花 ¥0\.42/).waitFor()
  await page.getByRole('heading', { name: '实验分组 两种说法' }).waitFor()
  await page.getByRole('cell', { name: '介绍方案' }).waitFor()
  await page.locator('canvas, svg').first().waitFor()
  await shoot(page, 'effects')
  await page.getByRole('button', { name: '因“没有授权”被拦截的客户' }).click()
  const drawer = page.getByRole('dialog', { name: '因“没有授权”被拦截的客户' })
  await drawer.getByRole('link').first().waitFor()
  await shoot(page, 'effects-people')
  await page.keyboard.press('Escape')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: '导出 CSV' }).click(),
  ])
  const file = readFileSync(await download.path(), 'utf8')
  assert.match(file, /与留存对照比较,全部,差值,0\.1/)
  assert.match(file, /为什么没有触达,没有授权,人数,50/)
  assert.match(file, /介绍方案 · 短信,已送达,300/)
  await page.locator('.panel').getByRole('link', { name: '拦截分析' }).click()
  await page.waitForURL(`**/refusals?campaign=${effective}`)
  assert.deepEqual(faults, [])
})

test('where the effect cannot be told, it says so and why', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto(`/campaigns/${unsure}?tab=effects`)
  await page.getByText('其中包含 0').waitFor()
  await shoot(page, 'effects-unsure')
  await page.goto(`/campaigns/${uncompared}?tab=effects`)
  await page.getByText('没有留存对照，说不出有多少转化是活动带来的').waitFor()
  await shoot(page, 'effects-uncompared')
  assert.deepEqual(faults, [])
})

test('effects on a phone, in the dark and in English', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'], { width: 390, height: 844, dark: true })
  await page.addInitScript("localStorage.setItem('zhiyin.preferences', 'en dark')")
  await page.goto(`/campaigns/${effective}?tab=effects`)
  await page.getByText(/Of every 100 customers 10 more reached the goal/).waitFor()
  assert.equal(await beyond(page), 0)
  await shoot(page, 'effects-390-dark-en')
  await page.setViewportSize({ width: 1440, height: 900 })
  await shoot(page, 'effects-dark-en')
  await page.goto('/campaigns')
  await page.getByText('Next run').waitFor()
  await shoot(page, 'list-dark-en')
  assert.deepEqual(faults, [])
})
