import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { sql } from 'kysely'
import type { Page } from 'playwright-core'
import { saveList } from '#audiences'
import { someCustomers, startTestApp } from '#test'
import { published } from '../campaigns/published.ts'
import { signedInWindow, startBrowser } from '../support/browser.ts'

await startBrowser()
const app = await startTestApp({ listen: true, work: true })
const { ctx } = app
const shots = process.env['ZHIYIN_SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })
const shot = async (page: Page, name: string) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
}

const people = await someCustomers(ctx, [{}, {}, {}])
const list = await saveList(ctx, {
  name: '沉睡客户',
  kind: 'upload',
  why: 'test',
  madeOf: {},
  members: people.map(({ no }) => no),
})
const id = await published(ctx, { trigger: { kind: 'list', listId: list.id } })
const at = (hours: number) => new Date(Date.now() - hours * 3_600_000)
await sql`
  insert into campaigns.run (campaign_id, version, kind, occurrence, due_at, state, reason, total, handed, entered, created_at)
  values (${id}, 1, 'list', 'before', ${at(30)}, 'missed', 'overdue', null, 0, 0, ${at(30)}),
    (${id}, 1, 'list', 'once', ${at(50)}, 'done', null, 120000, 120000, 118204, ${at(50)})`.execute(ctx.pg)
await sql`
  insert into campaigns.trigger_tally (campaign_id, hour, outcome, count)
  values (${id}, ${at(2)}, 'matched', 1203), (${id}, ${at(2)}, 'late', 4), (${id}, ${at(26)}, 'matched', 980)`.execute(
  ctx.pg,
)

test('a marketer sees how people come in, why a batch was missed, and makes up for it', async () => {
  const { page, faults } = await signedInWindow(app, ['marketer'])
  await page.goto(`/campaigns/${id}?tab=run`)
  await page.getByText('到点时系统未运行，超过一小时不再补').waitFor()
  await page.getByText('1,203').waitFor()
  await shot(page, 'trigger-runs')
  await page.getByRole('button', { name: '补跑' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '补跑' }).click()
  await page.getByText('到点时系统未运行，超过一小时不再补').waitFor({ state: 'detached' })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.getByText('118,204').waitFor()
  await shot(page, 'trigger-runs-390')
  await page.waitForFunction('document.documentElement.scrollWidth <= innerWidth')
  assert.deepEqual(faults, [])
})
