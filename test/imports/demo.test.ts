import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { runCommand, scratchDir, startTestApp, type TestApp } from '#test'
import { loadDemo } from '../../src/cli/demo.ts'
import { dormantName } from '../../src/cli/demo-plans.ts'

test('the demo loads the company through the public import, once, and then lives on', async () => {
  const app = await startTestApp({ work: true, listen: true, env: { ZHIYIN_WEBHOOKS_PRIVATE: 'true' } })
  await openAllDay(app.ok)
  const said: string[] = []
  const options = {
    customers: 600,
    events: 6_000,
    live: false,
    url: app.url,
    say: (text: string) => void said.push(text),
  }
  const stopFirst = await loadDemo(app.app, options)
  const stats = () => app.ok<{ customers: number; events: number }>('GET', '/api/stats')
  const first = await stats()
  assert.ok(first.events >= 6_000, `${first.events} events`)
  assert.ok(first.customers >= 580 && first.customers <= 640, `${first.customers} people`)
  const { items } = await app.ok<{ items: { kind: string; state: string; rejected: number }[] }>('GET', '/api/imports')
  assert.deepEqual(
    items.map(({ kind, state, rejected }) => ({ kind, state, rejected })),
    ['events', 'consents', 'customers', 'customers'].map((kind) => ({ kind, state: 'done', rejected: 0 })),
  )
  const audiences = await app.ok<{ items: { name: string; size: number | null }[] }>('GET', '/api/audiences')
  assert.equal(audiences.items.length, 7)
  assert.deepEqual(
    audiences.items.filter(({ size }) => size === null).map(({ name }) => name),
    [],
  )
  await untilSettled(app.ok)
  await campaignsRun(app)
  await opinionTold(app)
  await stopFirst()

  said.length = 0
  const stop = await loadDemo(app.app, { ...options, live: true })
  assert.deepEqual(said, [])
  const then = await stats()
  for (let waited = 0; (await stats()).events === then.events && waited < 20_000; waited += 200) await pause(200)
  await stop()
  assert.ok((await stats()).events > then.events)
})

/** A crisis of the week was graded, told of, handled and closed in its own time; a brief and a drill are there. */
const opinionTold = async ({ ok }: TestApp) => {
  const { items: incidents } = await ok<{
    items: { id: number; level: string; openedAt: string; closedAt: string | null }[]
  }>('GET', '/api/opinion/incidents?state=closed')
  const [incident] = incidents
  assert.ok(incident, 'the crisis was handled and closed')
  assert.equal(incident.level, 'severe')
  const hoursAgo = (at: string | null) => (Date.now() - Date.parse(at ?? '')) / 3_600_000
  assert.ok(hoursAgo(incident.openedAt) > 20 && hoursAgo(incident.closedAt) > 1, JSON.stringify(incident))
  const { clocks } = await ok<{ clocks: { kind: string; standing: string }[] }>(
    'GET',
    `/api/opinion/incidents/${incident.id}`,
  )
  assert.deepEqual(
    clocks.filter(({ standing }) => standing !== 'met').map(({ kind }) => kind),
    [],
    'each step before its deadline',
  )
  const { counts } = await ok<{ counts: { open: number; late: number } }>('GET', '/api/opinion/tickets')
  assert.ok(counts.open > 0 && counts.late === 0, JSON.stringify(counts))
  const { items: statements } = await ok<{ items: { state: string }[] }>('GET', '/api/opinion/statements')
  assert.deepEqual(
    statements.map(({ state }) => state),
    ['published'],
  )
  const { items: drills } = await ok<{ items: { state: string }[] }>('GET', '/api/opinion/drills')
  assert.deepEqual(
    drills.map(({ state }) => state),
    ['ended'],
  )
  const { items: reports } = await ok<{ items: { kind: string; posts: number }[] }>('GET', '/api/opinion/reports')
  assert.ok(reports.some(({ kind, posts }) => kind === 'daily' && posts > 50))
}

/** The night is no reason for a test to wait. */
const openAllDay = async (ok: TestApp['ok']) => {
  const { limits } = await ok<{ limits: { id: number; name: string; value: { rules: { week: unknown }[] } }[] }>(
    'GET',
    '/api/limits',
  )
  const hours = limits.find(({ name }) => name === 'hours')
  assert.ok(hours)
  const open = [{ from: '00:00', to: '24:00' }]
  await ok('PUT', '/api/limits/hours', {
    value: {
      rules: hours.value.rules.map((rule) => ({
        ...rule,
        week: Array.from({ length: 7 }, () => open),
        holiday: null,
        makeUpWorkday: null,
      })),
    },
    source: '测试',
    reason: '测试在任何时间运行',
    basedOn: hours.id,
  })
}

interface Effects {
  total: { asked: number; refused: number; sent: number; delivered: number; costFen: number }
  refusals: { code: string }[]
  holdout: { treated: { did: number; people: number }; control: { people: number } } | null
  experiments: { arms: { people: number }[] }[]
}

/** Approved by others than who wrote them, sent through the sandboxes, nobody twice, with an effect to look at. */
const campaignsRun = async ({ ok, ctx }: TestApp) => {
  const { campaigns } = await ok<{ campaigns: { id: number; name: string; state: string; createdBy: string }[] }>(
    'GET',
    '/api/campaigns',
  )
  assert.deepEqual(
    campaigns.map(({ state, createdBy }) => `${state} ${createdBy}`),
    Array.from({ length: 3 }, () => 'running 林小满'),
  )
  const { items: reviews } = await ok<{
    items: { state: string; subjectKind: string; approvedBy: string | null; opinion: string | null }[]
  }>('GET', '/api/reviews?limit=200')
  assert.ok(reviews.every(({ state, approvedBy }) => state === 'approved' && approvedBy === '陈律'))
  assert.equal(reviews.filter(({ subjectKind, opinion }) => subjectKind === 'campaign' && opinion !== null).length, 3)

  const dormant = campaigns.find(({ name }) => name === dormantName)
  const { total, refusals, holdout, experiments } = await ok<Effects>('GET', `/api/campaigns/${dormant?.id}/effects`)
  assert.ok(total.sent > 0 && total.delivered > 0 && total.costFen > 0, JSON.stringify(total))
  const codes = refusals.map(({ code }) => code)
  assert.ok(codes.includes('NO_CONSENT') && codes.includes('HOLDOUT_CAMPAIGN'), codes.join(' '))
  assert.ok(holdout && holdout.treated.did > 0 && holdout.control.people > 0)
  assert.ok(experiments[0]?.arms.every(({ people }) => people > 0))
  const { items: tasks } = await ok<{ items: unknown[] }>('GET', '/api/tasks')
  assert.ok(tasks.length > 0)

  const { rows } = await sql<{ twice: number }>`
    select count(*)::int as twice from (
      select campaign_id, step, customer_no from campaigns.send where sent_at is not null
      group by campaign_id, step, customer_no having count(*) > 1) t`.execute(ctx.pg)
  assert.equal(rows[0]?.twice, 0)
}

type Ask = <T>(verb: 'GET', url: string) => Promise<T>

/** The examples that are computed in the background: no page of a first visit stays empty. */
const untilSettled = async (ok: Ask) => {
  const states = async () => {
    const { items: tags } = await ok<{ items: { key: string; covered: number | null }[] }>('GET', '/api/tags')
    const { items: runs } = await ok<{ items: { kind: string; state: string }[] }>('GET', '/api/insights/mining/runs')
    const { items: rules } = await ok<{ items: { base: { state: string } | null }[] }>('GET', '/api/quality/rules')
    const { items: boards } = await ok<{ items: { tiles: unknown[] }[] }>('GET', '/api/insights/dashboards')
    return {
      tags: tags.filter(({ covered }) => (covered ?? 0) > 0).length,
      runs: runs
        .filter(({ state }) => state === 'done')
        .map(({ kind }) => kind)
        .sort(),
      rules: rules.filter(({ base }) => base?.state === 'done').length,
      tiles: boards[0]?.tiles.length,
    }
  }
  const wanted = { tags: 4, runs: ['clusters', 'rfm', 'rules'], rules: 3, tiles: 3 }
  let now = await states()
  for (let waited = 0; JSON.stringify(now) !== JSON.stringify(wanted) && waited < 60_000; waited += 500) {
    await pause(500)
    now = await states()
  }
  assert.deepEqual(now, wanted)
}

test('simulate writes files that import without a reject', async () => {
  const dir = scratchDir('simulated')
  const out = join(dir, 'files')
  const data = join(dir, 'data')
  const made = await runCommand(
    ['simulate', '--customers', '50', '--months', '1', '--seed', 'x', '--out', out, '--json'],
    { dir: data },
  )
  assert.equal(made.code, 0, made.err)
  for (const kind of ['customers', 'events', 'consents']) assert.ok(existsSync(join(out, `${kind}.mapping.json`)))
})
