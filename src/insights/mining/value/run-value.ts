import { zone } from '#audiences'
import { ch } from '#platform'
import type { ValueQuestion, ValueResult } from '../contract.ts'
import { scopeOf } from '../facts.ts'
import { inThread } from '../in-thread.ts'
import { problem } from '../problem.ts'
import { purchasesOf } from '../purchases.ts'
import type { RunScope } from '../run-scope.ts'
import type { FittedValue } from './fit-value.ts'

const { sql, str, uuid, moment } = ch

/** Fits the models; keeps a score per person (alive, expected, value) and groups of people by them. */
export const runValue = async (
  { ctx, id, asOf, signal, report }: RunScope,
  question: ValueQuestion,
): Promise<ValueResult> => {
  report('reading', 0)
  const scope = await scopeOf(ctx, { who: question.who, asOf })
  // What somebody buys on one day is one purchase; the first one only makes him a customer.
  const days = sql`select customer_no, toDate(ts, ${str(zone)}) as day, sum(ifNull(amount, 0)) as amount from (${purchasesOf(scope, question, null)}) group by customer_no, day`
  const people = sql`select customer_no, toUInt32(count() - 1) as repeats, toUInt32(max(day) - min(day)) as last, toUInt32(dateDiff('day', min(day), toDate(${moment(asOf)}, ${str(zone)}))) as age, if(count() > 1, (sum(amount) - argMin(amount, day)) / (count() - 1), nan) as money from (${days}) group by customer_no`
  const histories = await readHistories(ctx.ch.stream(sql`select * from (${people})`, { signal, timeoutSeconds: 600 }))
  if (histories.nos.length === 0) throw problem.nobody()
  report('fitting', 0.3)
  const { horizonDays, discountRate, margin, amount } = question
  const fitted = await inThread(
    'value',
    { ...histories, options: { horizonDays, discountRate, margin, hasAmount: amount !== null } },
    Object.values(histories).map(({ buffer }) => buffer),
    { signal, onProgress: (share) => report('fitting', 0.3 + share * 0.4) },
  ).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'NoRepeats') throw problem.noRepeats()
    throw error
  })
  report('writing', 0.7)
  await writeScores({ ctx, id, signal, report }, fitted)
  report('writing', 0.9)
  return { kind: 'value', ...fitted.result, ...(await writeParts(ctx, id, fitted.result.gammaGamma !== null)) }
}

interface PersonRow {
  customer_no: number
  repeats: number
  last: number
  age: number
  /** Null: not a number, there was one purchase only. */
  money: number | null
}

const readHistories = async (blocks: AsyncIterable<PersonRow[]>) => {
  const rows: PersonRow[][] = []
  for await (const block of blocks) rows.push(block)
  const count = rows.reduce((sum, block) => sum + block.length, 0)
  const found = {
    nos: new Uint32Array(count),
    repeats: new Float64Array(count),
    lastDays: new Float64Array(count),
    ageDays: new Float64Array(count),
    money: new Float64Array(count),
  }
  let i = 0
  for (const block of rows)
    for (const { customer_no, repeats, last, age, money } of block) {
      found.nos[i] = customer_no
      found.repeats[i] = repeats
      found.lastDays[i] = last
      found.ageDays[i] = age
      found.money[i] = money ?? Number.NaN
      i++
    }
  return found
}

const blockPeople = 20_000

const writeScores = async (
  { ctx, id, signal, report }: Pick<RunScope, 'ctx' | 'id' | 'signal' | 'report'>,
  { nos, alive, expected, value }: FittedValue,
) => {
  const scores = { alive, expected, value }
  for (let at = 0; at < nos.length; at += blockPeople) {
    signal.throwIfAborted()
    let body = ''
    for (let i = at; i < Math.min(nos.length, at + blockPeople); i++)
      for (const [score, values] of Object.entries(scores))
        if (!Number.isNaN(values[i])) body += `${id}\t${score}\t${nos[i]}\t${values[i]}\n`
    await ctx.ch.insert('insight_scores', body)
    report('writing', 0.7 + (0.2 * at) / nos.length)
  }
}

interface PartRow {
  part: string
  people: number
  alive: number
  expected: number
  value: number | null
}

/** Groups by chance to stay (tenths of 1) and by value (tenths of the people), with their figures. */
const writeParts = async (ctx: RunScope['ctx'], id: string, hasValue: boolean) => {
  // Names of their own: an alias that is also a column would be taken for the column's aggregate.
  const people = sql`select customer_no, maxIf(value, score = 'alive') as stays, maxIf(value, score = 'expected') as comes, maxIf(value, score = 'value') as worth from insight_scores final where run_id = ${uuid(id)} group by customer_no`
  // Without money the most purchases are the most valuable.
  const ranked = sql`select *, arrayJoin([concat('alive:', toString(least(9, toUInt8(floor(stays * 10))))), concat('value:', toString(tenth))]) as part from (select *, ntile(10) over (order by ${hasValue ? sql`worth` : sql`comes`} desc, customer_no) as tenth from (${people}))`
  await ctx.ch.command(
    sql`insert into insight_groups select ${uuid(id)}, part, groupBitmapState(customer_no) from (${ranked}) group by part`,
  )
  const rows = await ctx.ch.rows<PartRow>(
    sql`select part, toUInt32(count()) as people, avg(stays) as alive, sum(comes) as expected, sum(worth) as value from (${ranked}) group by part order by toUInt8(splitByChar(':', part)[2])`,
  )
  const parts = rows.map((row) => ({ ...row, value: row.value ?? 0 }))
  return {
    aliveBands: parts.filter(({ part }) => part.startsWith('alive:')),
    valueTenths: parts.filter(({ part }) => part.startsWith('value:')),
  }
}
