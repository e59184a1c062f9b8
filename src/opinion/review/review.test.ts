import assert from 'node:assert/strict'
import test from 'node:test'
import { sql } from 'kysely'
import type { Ctx } from '#platform'
import { aCtx } from '#test'
import { addSurvey, importSearchIndex, readAwareness, setLoans } from '../awareness/awareness.ts'
import { netOf, rateOf, shareOf } from '../awareness/intervals.ts'
import { rowsOfText } from '../awareness/rows-of-text.ts'
import { monthOf, spanOf, targetOn, timesOf } from './figures.ts'
import { addAction, changeAction, finishReview, readReview, readTrend, setTarget, writeReview } from './reviews.ts'

const real = await aCtx()

const at = (ctx: Ctx, iso: string): Ctx => ({ ...ctx, now: () => new Date(iso) })
const by = (ctx: Ctx, id: string): Ctx => ({ ...ctx, actor: { ...ctx.actor, id, name: id } })

test('months begin at midnight in Shanghai', () => {
  assert.deepEqual(spanOf('2026-11-01'), {
    from: new Date('2026-10-31T16:00:00Z'),
    to: new Date('2026-11-30T16:00:00Z'),
  })
  assert.equal(monthOf(new Date('2026-10-31T15:59:59Z')), '2026-10-01')
  assert.equal(monthOf(new Date('2026-10-31T16:00:00Z')), '2026-11-01')
})

test('quantiles interpolate; of nothing there is none', () => {
  assert.deepEqual(timesOf([10, 2, 4, 6]), { count: 4, median: 5, p90: 8.8, mean: 5.5 })
  assert.deepEqual(timesOf([]), { count: 0, median: null, p90: null, mean: null })
})

test('the target of a day is that of its level, the newest that held', () => {
  const target = (id: number, validFrom: string, level: 'all' | 'severe', hours: number) => ({
    id,
    validFrom,
    level,
    hours,
    reason: 'x',
    setBy: 'x',
  })
  const targets = [
    target(1, '2000-01-01', 'all', 48),
    target(2, '2026-06-01', 'all', 24),
    target(3, '2026-06-01', 'severe', 12),
  ]
  assert.deepEqual(
    [
      targetOn(targets, '2026-05-31', 'severe'),
      targetOn(targets, '2026-06-01', 'severe'),
      targetOn(targets, '2026-06-30', 'minor'),
    ],
    [48, 12, 24],
  )
})

test('a month is measured, reviewed by one and closed by another, and does not move afterwards', async () => {
  const ctx = at(real, '2026-11-05T02:00:00Z')
  const first = async (query: ReturnType<typeof sql<{ id: number }>>) => (await query.execute(ctx.pg)).rows[0]?.id ?? 0
  const event =
    await first(sql`insert into opinion.event (title, first_post_id, first_at, last_at, created_at, changed_at)
    values ('催收', '1', '2026-10-10T00:00:00Z', '2026-10-10T09:00:00Z', ${ctx.now()}, ${ctx.now()}) returning id`)
  const incident = async (level: string, closed: string | null, eventId?: number) => {
    const id =
      await first(sql`insert into opinion.incident (title, level, opened_how, opened_at, opened_by, acknowledged_at, closed_at, changed_at)
      values ('处置', ${level}, 'hand', '2026-10-10T02:00:00Z', 'x', '2026-10-10T02:30:00Z', ${closed}, ${ctx.now()}) returning id`)
    if (eventId)
      await sql`insert into opinion.incident_event (incident_id, event_id, linked_at, linked_by) values (${id}, ${eventId}, ${ctx.now()}, 'x')`.execute(
        ctx.pg,
      )
  }
  await incident('severe', '2026-10-10T20:00:00Z', event)
  await incident('minor', null)
  // A false alarm is told, and says nothing about speed.
  await incident('severe', '2026-10-10T02:01:00Z')
  await sql`update opinion.incident set outcome = 'false-alarm' where closed_at = '2026-10-10T02:01:00Z'`.execute(
    ctx.pg,
  )
  await setTarget(ctx, { validFrom: '2026-10-01', level: 'severe', hours: 12, reason: '董事会决议' })

  const month = '2026-10-01'
  const { figures, cases } = await readReview(ctx, { month })
  assert.deepEqual([figures.incidents, figures.closed, figures.notCounted], [3, 2, 1])
  const { severe } = figures.byLevel
  // First post at 00:00, opened 02:00, acknowledged 02:30, closed 20:00: 20 h against 12.
  assert.deepEqual(
    [
      severe?.times.detect?.median,
      severe?.times.acknowledge?.median,
      severe?.times.close?.median,
      severe?.times.whole?.median,
      severe?.targetHours,
      severe?.within,
    ],
    [2, 0.5, 18, 20, 12, 0],
  )
  assert.equal(cases.length, 3)

  const [lin, zhou] = [by(ctx, 'lin'), by(ctx, 'zhou')]
  await assert.rejects(finishReview(zhou, { month }), /nothingWritten/)
  await writeReview(lin, {
    month,
    worked: '发现快',
    failed: '声明慢',
    assessment: { speed: { score: 2, why: '20 小时' } },
  })
  await addAction(lin, { month, what: '声明模板先备好', owner: '公关', due: '2026-11-03' })
  const chen = by(ctx, 'chen')
  await writeReview(chen, { month, worked: '发现快', failed: '声明慢', assessment: {} })
  for (const writer of [lin, chen]) await assert.rejects(finishReview(writer, { month }), /sameHand/)
  await assert.rejects(finishReview(zhou, { month: '2026-11-01' }), /monthRuns/)
  const final = await finishReview(zhou, { month })
  assert.match(final.hash ?? '', /^[0-9a-f]{64}$/)
  await assert.rejects(writeReview(lin, { month, worked: 'x', failed: 'x', assessment: {} }), /final/)
  // A new target changes what is measured from now on, not a review that is closed.
  await setTarget(ctx, { validFrom: '2026-10-01', level: 'severe', hours: 30, reason: '更正' })
  assert.equal((await readReview(ctx, { month })).figures.byLevel.severe?.targetHours, 12)
  // Nor does a case that is called otherwise later.
  await sql`update opinion.incident set title = '改名'`.execute(ctx.pg)
  assert.deepEqual((await readReview(ctx, { month })).cases, final.cases)
  const [action] = final.actions
  assert.equal(action?.late, true, 'due two days ago and still open')
  assert.equal((await readReview(ctx, { month: '2026-11-01' })).carried.length, 1)
  await changeAction(lin, { id: action?.id ?? 0, state: 'done', result: '已备' })
  assert.equal((await readReview(ctx, { month: '2026-11-01' })).carried.length, 0)
  assert.equal((await readTrend(ctx, { months: 2 })).months[0]?.incidents, 3)
})

test('intervals are those of the books', () => {
  // Garwood (1936): 10 events, 4.795 to 18.39.
  const rate = rateOf(10, 10_000, 10_000)
  assert.deepEqual([rate.value, rate.low?.toFixed(3), rate.high?.toFixed(2)], [10, '4.795', '18.39'])
  assert.equal(rateOf(0, 10_000, 10_000).high?.toFixed(3), '3.689')
  assert.equal(rateOf(3, 0, 10_000).value, null)
  // 50 for, 30 against of 100: 0.2 ± 1.96 √(0.76/100).
  assert.deepEqual([netOf(50, 30, 100).value?.toFixed(2), netOf(50, 30, 100).low?.toFixed(3)], ['0.20', '0.029'])
  assert.equal(shareOf(0, 0).value, null)
})

test('pasted tables are read in any order; what is wrong is said with its line', async () => {
  assert.deepEqual(
    rowsOfText('指数；日期；品牌\n12；2026-10-01；星河\n\n', { day: ['日期'], brand: ['品牌'], value: ['指数'] }),
    [{ line: 2, cells: { day: '2026-10-01', brand: '星河', value: '12' } }],
  )
  const ctx = at(real, '2026-11-05T02:00:00Z')
  const survey = {
    name: '四季度调研',
    method: '线上样本，按年龄与城市配额，第三方执行',
    from: '2026-10-01',
    to: '2026-10-20',
    asked: 400,
  }
  assert.throws(
    () => addSurvey(ctx, { ...survey, table: '品牌,无提示,第一提及,提示后\n星河,80,30,401' }),
    /moreThanAsked/,
  )
  assert.throws(() => addSurvey(ctx, { ...survey, table: '品牌,无提示,提示后\n星河,80,30' }), /columnMissing/)
  await addSurvey(ctx, { ...survey, table: '品牌,无提示,第一提及,提示后\n星河,80,30,200\n蓝鲸,120,60,260' })
  assert.throws(
    () => importSearchIndex(ctx, { name: '百度指数', table: '日期,品牌,指数\n2026-10-01,星河,很多' }),
    /valueWrong/,
  )
  assert.throws(
    () => importSearchIndex(ctx, { name: '百度指数', table: '日期,品牌,指数\n2026-02-31,星河,9' }),
    /valueWrong/,
    'no such day',
  )
  await importSearchIndex(ctx, { name: '百度指数', table: '日期,品牌,指数\n2026/10/1,星河,100\n2026-10-02,星河,200' })
  await importSearchIndex(ctx, { name: '百度指数', table: '日期,品牌,指数\n2026-10-02,星河,300' })
  await setLoans(ctx, { month: '2026-10-01', product: '', loans: 20_000, source: '业务月报' })
  const { surveys, search, complaints } = await readAwareness(ctx, { months: 2 })
  assert.deepEqual([surveys[0]?.brands[0]?.unaided.value, surveys[0]?.brands[0]?.aided.low?.toFixed(3)], [0.2, '0.451'])
  assert.deepEqual(search[0]?.brands[0]?.months, [{ month: '2026-10-01', mean: 200, days: 2 }])
  assert.deepEqual(
    complaints.map(({ month, loans, rate }) => [month, loans, rate.value]),
    [
      ['2026-10-01', 20_000, 0],
      ['2026-11-01', null, null],
    ],
  )
})
