import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { compile, worldOf } from '#audiences'
import { ch } from '#platform'
import { aCtx, evaluationFile } from '#test'
import { classDefinition } from '../../console/src/mining/class-definition.ts'
import type { Definition } from '../../src/audiences/contract.ts'
import { modelOf } from '../../src/audiences/tags/models.ts'
import { Question, type RfmResult, type ValueResult } from '../../src/insights/mining/contract.ts'
import '../../src/insights/mining/tag-models.ts'
import { readPeople, saveAsList } from '../../src/insights/mining/people.ts'
import { answer, readRun, startRun } from '../../src/insights/mining/runs.ts'

const ctx = await aCtx()
const asking = { ...ctx, jobs: { ...ctx.jobs, send: async () => undefined } }
const asked = async (question: object) => {
  const { id } = await startRun(asking, Question.parse(question))
  await answer(ctx, { id }, new AbortController().signal)
  const { error, result } = await readRun(ctx, { id })
  assert.equal(error, null)
  return { id, result }
}

const read = (name: string) => gunzipSync(readFileSync(evaluationFile(name))).toString()

/** Online Retail as events: one per line of an invoice, cancellations and lines without a customer too. */
const loadRetail = async () => {
  const lines: string[] = []
  const customers = new Set<number>()
  const rows = read('online-retail/online-retail.csv.gz').trim().split('\n').slice(1)
  rows.forEach((row, i) => {
    // Only the description, between the second cell and the last five, may hold a comma.
    const cells = row.split(',')
    const [InvoiceNo, StockCode] = cells
    const [Quantity, InvoiceDate = '', UnitPrice, CustomerID = ''] = cells.slice(-5)
    const no = Number(CustomerID)
    if (no === 0) return
    customers.add(no)
    const ts = new Date(`${InvoiceDate.replace(' ', 'T')}+08:00`).toISOString()
    const properties = JSON.stringify({
      invoice: InvoiceNo,
      item: StockCode,
      quantity: Number(Quantity),
      price: Number(UnitPrice),
    })
    lines.push(`purchase\t${no}\t${ts}\t${i}\t${i}\ttrack\t0\t0\t${ts}\t\\N\t${properties}\t{}`)
  })
  await ctx.ch.insert('events', lines.join('\n'))
  await ctx.ch.command(ch.sql`insert into customers select arrayJoin(${ch.u32s([...customers])}), now64(3), 1, 1`)
}

/** Neither cancelled nor given away. */
const sold = [
  { property: 'quantity', gt: 0 },
  { property: 'price', gt: 0 },
]
const retail = {
  event: 'purchase',
  where: sold,
  amount: 'price',
  quantity: 'quantity',
  invoice: 'invoice',
  asOf: '2011-12-10',
}

test('Online Retail: RFM at 2011-12-10 is that of the expected file, person by person', async () => {
  await loadRetail()
  const { id, result: answered } = await asked({ kind: 'rfm', ...retail })
  const result = answered as RfmResult
  assert.equal(result.people, 4_338)
  assert.ok(Math.abs(result.revenue - 8_911_407.9) < 0.01)
  const sizeOf = (part: string) => result.cells.find((cell) => cell.part === part)?.people
  assert.equal(sizeOf('score:555'), 324)
  assert.equal(sizeOf('score:111'), 330)
  assert.equal(
    result.classes.reduce((sum, { people }) => sum + people, 0),
    4_338,
  )
  assert.ok(Math.abs(result.classes.reduce((sum, { revenue }) => sum + revenue, 0) / result.revenue - 1) < 1e-9)

  const expected = parse<Record<string, string>>(read('expected/online_retail_rfm.csv.gz'), { columns: true })
  const figures = await ctx.ch.rows<{ no: number; recency: number; frequency: number; money: number }>(
    ch.sql`select customer_no as no, maxIf(value, score = 'recency') as recency, maxIf(value, score = 'frequency') as frequency, maxIf(value, score = 'money') as money from insight_scores final where run_id = ${ch.uuid(id)} group by no`,
  )
  const cells = await ctx.ch.rows<{ part: string; nos: number[] }>(
    ch.sql`select part, bitmapToArray(groupBitmapMergeState(members)) as nos from insight_groups where run_id = ${ch.uuid(id)} and startsWith(part, 'score:') group by part`,
  )
  const figuresOf = new Map(figures.map((row) => [row.no, row]))
  const cellOf = new Map(cells.flatMap(({ part, nos }) => nos.map((no) => [no, part.slice(6)] as const)))
  for (const { CustomerID = '', R = '', F = '', M = '', r = '', f = '', m = '' } of expected) {
    const no = Number(CustomerID)
    const found = figuresOf.get(no)
    assert.deepEqual([found?.recency, found?.frequency], [Number(R), Number(F)], CustomerID)
    assert.ok(Math.abs((found?.money ?? 0) - Number(M)) < 0.005, CustomerID)
    assert.equal(cellOf.get(no), `${r}${f}${m}`, CustomerID)
  }
  const people = await readPeople(ctx, { id, selection: { parts: ['score:555', 'score:554'] }, limit: 1, after: 0 })
  assert.equal(people.total, 324 + (sizeOf('score:554') ?? 0))
})

test('fifths by rank are equally large; classes by the median and by fixed bounds', async () => {
  const { result: byRank } = await asked({ kind: 'rfm', ...retail, quintiles: 'rank', cut: 'median' })
  const { cells, cuts } = byRank as RfmResult
  const fifth = cells.filter(({ part }) => part[6] === '5').reduce((sum, { people }) => sum + people, 0)
  assert.ok(fifth === 867 || fifth === 868)
  assert.deepEqual([cuts.recency, cuts.frequency], [51, 2])
  const fixed = { recency: 30, frequency: 3, money: 1_000 }
  const { result: byHand } = await asked({ kind: 'rfm', ...retail, cut: 'fixed', fixed })
  const rows = parse<Record<string, string>>(read('expected/online_retail_rfm.csv.gz'), { columns: true })
  const best = rows.filter(({ R, F, M }) => Number(R) <= 30 && Number(F) >= 3 && Number(M) >= 1_000).length
  assert.equal((byHand as RfmResult).classes.find(({ part }) => part === 'class:HHH')?.people, best)
})

test('Online Retail: parameters and likelihood of the models of value', async () => {
  const { id, result: answered } = await asked({ kind: 'value', ...retail, horizonDays: 365 })
  const result = answered as ValueResult
  assert.deepEqual([result.people, result.repeaters], [4_338, 2_790])
  // Weeks; purchases of one day are one. The leaving parameters lie on a flat ridge: nearly nobody has left for good.
  const near = (value: number | undefined, wanted: number, share: number) =>
    assert.ok(Math.abs((value ?? Number.NaN) / wanted - 1) < share, `${value}, wanted ${wanted}`)
  near(result.bgNbd.r, 0.82566, 1e-4)
  near(result.bgNbd.alpha, 9.8902, 1e-4)
  near(result.bgNbd.a, 0.003922, 0.02)
  near(result.bgNbd.b, 6.653, 0.02)
  near(result.bgNbd.logLikelihood, -37_697.3068, 1e-8)
  near(result.gammaGamma?.p, 2.10338, 1e-4)
  near(result.gammaGamma?.q, 3.45118, 1e-4)
  near(result.gammaGamma?.gamma, 485.888, 1e-3)
  near(result.gammaGamma?.logLikelihood, -19_083.3306, 1e-8)
  near(result.gammaGamma?.correlation, 0.0159056, 1e-4)
  const scores = await ctx.ch.rows<{ score: string; n: string; low: number; high: number }>(
    ch.sql`select score, count() as n, min(value) as low, max(value) as high from insight_scores final where run_id = ${ch.uuid(id)} group by score order by score`,
  )
  assert.deepEqual(
    scores.map(({ score, n }) => [score, n]),
    [
      ['alive', '4338'],
      ['expected', '4338'],
      ['value', '4338'],
    ],
  )
  assert.ok((scores[0]?.low ?? -1) >= 0 && (scores[0]?.high ?? 2) <= 1)
  assert.equal(
    result.aliveBands.reduce((sum, { people }) => sum + people, 0),
    4_338,
  )
})

test('tags made of the answers say the same at their date, and follow what is bought later', async () => {
  const { id: rfmId } = await asked({ kind: 'rfm', ...retail })
  const { id: valueId } = await asked({ kind: 'value', ...retail })
  const at = new Date('2011-12-10T00:00:00+08:00')
  const world = { at, zone: 'Asia/Shanghai', merges: false }
  const [classes] = await ctx.ch.rows<{ label: string; people: string; scores: string }>(
    ch.sql`select label, count() as people, countIf(value = 555) as scores from (${await modelOf(ctx, { model: 'rfm', id: rfmId }, world)}) where label = '重要价值客户' group by label`,
  )
  const { result } = await readRun(ctx, { id: rfmId })
  assert.equal(Number(classes?.people), (result as RfmResult).classes.find(({ part }) => part === 'class:HHH')?.people)
  assert.equal(Number(classes?.scores), 324)
  const alive = await modelOf(ctx, { model: 'value', id: `${valueId}:alive` }, world)
  const compared = await ctx.ch.one<{ people: string; apart: number }>(
    ch.sql`select count() as people, max(abs(a.value - b.value)) as apart from (${alive}) as a inner join (select customer_no, value from insight_scores final where run_id = ${ch.uuid(valueId)} and score = 'alive') as b using (customer_no)`,
  )
  assert.equal(Number(compared?.people), 4_338)
  assert.ok((compared?.apart ?? 1) < 1e-9)
})

test('a class saved as an audience holds the same people, and lets go of who buys again', async () => {
  const { id, result } = await asked({ kind: 'rfm', ...retail })
  const { question } = await readRun(ctx, { id })
  if (question.kind !== 'rfm' || result?.kind !== 'rfm') throw new Error('no RFM')
  const peopleOf = async (definition: Definition, at: Date) => {
    const { customerNos } = compile(definition, { ...(await worldOf(ctx, definition)), at })
    return (await ctx.ch.rows<{ customer_no: number }>(customerNos)).map((row) => row.customer_no)
  }
  const at = new Date('2011-12-10T00:00:00+08:00')
  const list = await saveAsList(ctx, {
    id,
    name: '金额高',
    why: '',
    selection: { parts: result.classes.flatMap(({ part }) => (part.endsWith('H') ? [part] : [])) },
  })
  const rescue = classDefinition(question, result, 'LLH', list.id)
  const before = await peopleOf(rescue, at)
  assert.equal(before.length, result.classes.find(({ part }) => part === 'class:LLH')?.people)
  // Without a quantity money is a condition too.
  const { id: plainId, result: plain } = await asked({ kind: 'rfm', ...retail, quantity: null, cut: 'median' })
  const { question: asked2 } = await readRun(ctx, { id: plainId })
  if (asked2.kind !== 'rfm' || plain?.kind !== 'rfm') throw new Error('no RFM')
  for (const code of ['HHH', 'LHL', 'HLH'])
    assert.equal(
      (await peopleOf(classDefinition(asked2, plain, code), at)).length,
      plain.classes.find(({ part }) => part === `class:${code}`)?.people,
      code,
    )

  const [first = 0] = before
  await ctx.ch.insert(
    'events',
    `purchase\t${first}\t2011-12-10T01:00:00.000Z\t999999001\tnew\ttrack\t0\t0\t2011-12-10T01:00:00.000Z\t\\N\t${JSON.stringify({ invoice: 'new', quantity: 1, price: 5 })}\t{}`,
  )
  assert.ok(!(await peopleOf(rescue, new Date('2011-12-10T12:00:00+08:00'))).includes(first))
})
