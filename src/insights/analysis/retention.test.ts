import assert from 'node:assert/strict'
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import { ch } from '#platform'
import { aCtx } from '#test'
import { type MadeUp, randomFrom, sceneAt, storeEvents } from '../../../test/insights/made-up-events.ts'
import { type AskedQuestion, type QuestionOf, RetentionQuestion } from './contract.ts'
import { answerRetention, retentionMembers } from './retention.ts'

const ctx = await aCtx()
const ask = <T>(query: ch.Sql) => ctx.ch.rows<T>(query)

type Question = QuestionOf<'retention'>
const asked = (question: Omit<Extract<AskedQuestion, { kind: 'retention' }>, 'kind' | 'period'>): Question =>
  RetentionQuestion.parse({ kind: 'retention', period: { from: '2026-03-02', to: '2026-03-15' }, ...question })
const scene = sceneAt('2026-03-02T00:00:00+08:00', '2026-03-15T23:59:59.999+08:00', '2026-03-20T12:00:00+08:00')

const dayMs = 86_400_000
const random = randomFrom(11)
const pick = <T>(values: readonly T[]) => values[Math.floor(random() * values.length)] as T
const events: MadeUp[] = Array.from({ length: 1_200 }, () => ({
  no: 1 + Math.floor(random() * 200),
  event: pick(['open', 'open', 'repay', 'other']),
  // Some before the period: they make later starts no first ones. Midnights of Shanghai and instants beside them.
  ms: scene.from.getTime() - 5 * dayMs + Math.floor(random() * 23) * dayMs + pick([0, 1, dayMs - 1, dayMs / 2]),
  hash: BigInt(Math.floor(random() * 2 ** 32)) << 32n,
  properties: { city: pick(['sh', 'bj', 'gz']) },
})).filter(({ ms }) => ms <= scene.world.at.getTime())
await storeEvents(ctx, events)

// ——— The same, person by person ———

const dayOf = (ms: number) => Math.floor((ms - scene.from.getTime()) / dayMs)
const lengths = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs }
const expected = (question: Question): number[][] => {
  const { unit, units, entry, align, returned } = question
  const length = lengths[unit] / dayMs
  const cohorts = Math.ceil(14 / length)
  const table = Array.from({ length: cohorts }, () => Array.from({ length: units + 2 }, () => 0))
  for (let no = 1; no <= 200; no++) {
    const own = events.filter((one) => one.no === no).sort((a, b) => a.ms - b.ms)
    const starts = own.filter(({ event, ms }) => event === question.start.event && ms <= scene.to.getTime())
    const backs = own.filter(({ event }) => event === question.back.event)
    const inside = starts.filter(({ ms }) => ms >= scene.from.getTime())
    const first = starts[0]
    const begun = entry === 'each' ? inside : first && first.ms >= scene.from.getTime() ? [first] : []
    for (const cohort of new Set(begun.map(({ ms }) => Math.floor(dayOf(ms) / length)))) {
      const places =
        align === 'calendar'
          ? backs
              .filter(({ ms }) => ms >= scene.from.getTime())
              .map(({ ms }) => Math.floor(dayOf(ms) / length) - cohort)
          : backs
              .filter(({ ms }) => ms > (first?.ms ?? 0))
              .map(({ ms }) => Math.floor((ms - (first?.ms ?? 0)) / lengths[unit]))
      const row = table[cohort] as number[]
      row[0] = (row[0] ?? 0) + 1
      for (let i = 0; i <= units; i++)
        if (
          places.some((place) =>
            returned === 'on' ? place === i : place >= i && (align === 'calendar' || place <= units),
          )
        )
          row[i + 1] = (row[i + 1] ?? 0) + 1
    }
  }
  return table
}

const questions: Record<string, Question> = {
  'weeks of the calendar, newcomers': asked({
    start: { event: 'open' },
    back: { event: 'repay' },
    unit: 'week',
    units: 1,
  }),
  'days, the same event': asked({ start: { event: 'open' }, back: { event: 'open' }, unit: 'day', units: 4 }),
  'days, every start': asked({
    start: { event: 'open' },
    back: { event: 'repay' },
    unit: 'day',
    units: 4,
    entry: 'each',
  }),
  'days, every start of the same event': asked({
    start: { event: 'open' },
    back: { event: 'open' },
    unit: 'day',
    units: 5,
    entry: 'each',
  }),
  'days, in that unit or later': asked({
    start: { event: 'open' },
    back: { event: 'repay' },
    unit: 'day',
    units: 3,
    returned: 'orLater',
  }),
  'rolling days': asked({
    start: { event: 'open' },
    back: { event: 'repay' },
    unit: 'day',
    units: 4,
    align: 'rolling',
  }),
  'sixty units and more': asked({
    start: { event: 'open' },
    back: { event: 'repay' },
    unit: 'day',
    units: 60,
    entry: 'each',
  }),
}

for (const [name, question] of Object.entries(questions))
  test(`retention counts who came back: ${name}`, async () => {
    const { groups } = await answerRetention(ask, question, scene)
    const table = groups[0]?.cohorts.map(({ people, units }) => [people, ...units.map((unit) => unit?.people ?? 0)])
    assert.deepEqual(table, expected(question))
  })

test('a unit that has not begun has no number, one that is not over is marked', async () => {
  const { groups } = await answerRetention(ask, questions['days, the same event'] as Question, scene)
  const last = groups[0]?.cohorts.at(-1)
  // The last cohort began on the 15th; it is noon of the 20th.
  assert.deepEqual(
    last?.units.map((unit) => unit?.open ?? null),
    [false, false, false, false, false],
  )
  const weeks = await answerRetention(
    ask,
    { ...(questions['weeks of the calendar, newcomers'] as Question), units: 2 },
    scene,
  )
  assert.deepEqual(
    weeks.groups[0]?.cohorts.at(-1)?.units.map((unit) => unit?.open ?? null),
    [false, true, null],
  )
})

test('a breakdown splits cohorts without losing anybody; people behind a cell are those it counts', async () => {
  const question = { ...(questions['days, every start'] as Question), breakdown: { property: 'city', most: 2 } }
  const whole = await answerRetention(ask, questions['days, every start'] as Question, scene)
  const split = await answerRetention(ask, question, scene)
  assert.deepEqual(
    split.groups.map(({ others }) => others),
    [false, false, true],
  )
  whole.groups[0]?.cohorts.forEach(({ people, at, units }, i) => {
    assert.equal(
      split.groups.reduce((sum, { cohorts }) => sum + (cohorts[i]?.people ?? 0), 0),
      people,
      at,
    )
    assert.equal(
      split.groups.reduce((sum, { cohorts }) => sum + (cohorts[i]?.units[1]?.people ?? 0), 0),
      units[1]?.people,
    )
  })
  const cohort = whole.groups[0]?.cohorts[3]
  for (const outcome of ['returned', 'lost'] as const) {
    const members = retentionMembers(
      questions['days, every start'] as Question,
      { kind: 'retention', cohort: cohort?.at, unit: 1, outcome },
      scene,
    )
    const [row] = await ask<{ n: number }>(
      ch.sql`select toUInt32(bitmapCardinality(members)) as n from (${members ?? ch.sql``})`,
    )
    const back = cohort?.units[1]?.people ?? 0
    assert.equal(row?.n, outcome === 'returned' ? back : (cohort?.people ?? 0) - back)
  }
})

// UCI Online Retail, CC BY 4.0. The figures of the cohort equal those published with many analyses of the set.
const data = process.env.ZHIYIN_EVAL_DATA ?? join(import.meta.dirname, '../../../../shared/data')
const file = join(data, 'online-retail/online-retail.csv.gz')

test('Online Retail: the cohort of December 2010 by month', async () => {
  assert.ok(existsSync(file), `${file} is missing; set ZHIYIN_EVAL_DATA to the folder of the evaluation data`)
  let rows = 0
  const orders = new Map<string, MadeUp>()
  const lines = createReadStream(file)
    .pipe(createGunzip())
    .pipe(parse({ columns: true, bom: true }))
  for await (const line of lines) {
    const { InvoiceNo, InvoiceDate, CustomerID, Quantity, UnitPrice } = line as Record<string, string>
    if (!CustomerID || InvoiceNo?.startsWith('C') || !(Number(Quantity) > 0) || !(Number(UnitPrice) > 0)) continue
    rows += 1
    const key = `${InvoiceNo} ${InvoiceDate}`
    if (orders.has(key)) continue
    const ms = Date.parse(`${InvoiceDate?.replace(' ', 'T')}+08:00`)
    orders.set(key, { no: Number(CustomerID), event: 'order', ms, hash: BigInt(rows) << 40n, properties: {} })
  }
  const batch = [...orders.values()]
  assert.equal(rows, 397_884)
  assert.equal(new Set(batch.map(({ no }) => no)).size, 4_338)
  await storeEvents(ctx, batch)
  const question = RetentionQuestion.parse({
    kind: 'retention',
    period: { from: '2010-12-01', to: '2011-12-31' },
    start: { event: 'order' },
    back: { event: 'order' },
    unit: 'month',
    units: 12,
  })
  const year = sceneAt('2010-12-01T00:00:00+08:00', '2011-12-31T23:59:59.999+08:00', '2026-03-20T12:00:00+08:00')
  const { groups } = await answerRetention(ask, question, year)
  const december = groups[0]?.cohorts[0]
  const published = [885, 324, 286, 340, 321, 352, 321, 309, 313, 350, 331, 445, 235]
  assert.deepEqual(
    december?.units.map((unit) => unit?.people),
    published,
  )
  assert.equal(december?.people, 885)
})
