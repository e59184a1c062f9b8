/*
 * Insights: a three-step funnel and the retention of eight weeks over customers and events in the real tables, through the
 * API, beside SQL written by hand for the same question on the same tables, in the same run.
 *
 *   npm run bench -- insights [--json] [--customers 1000000] [--events 50000000] [--rounds 5]
 *
 * The full size takes about six minutes, most of it making the events, and 6 GB of disk. Product and hand-written SQL take
 * turns; a question whose two answers differ ends the benchmark. Answers are not given from memory: the period moves by a
 * millisecond of the clock from round to round.
 */
import { join } from 'node:path'
import { ch, openLog, readConfig } from '#platform'
import { openApp } from '../src/app.ts'
import type { Asked } from '../src/insights/analysis/contract.ts'
import { median, openReport, percentile } from './support/figures.ts'
import { makeFacts, settle } from './support/made-up-facts.ts'
import { readOptions } from './support/options.ts'
import { scratchDir } from './support/scratch.ts'

const { sql, moment } = ch

const { customers, events, rounds, json } = readOptions('insights', {
  customers: [1_000_000, 'customers'],
  events: [50_000_000, 'events'],
  rounds: [5, 'turns of each question'],
})
const report = openReport('insights', { json })
const config = readConfig({ ZHIYIN_DATA_DIR: join(scratchDir(), 'data'), ZHIYIN_PORT: '0', ZHIYIN_LOG_LEVEL: 'warn' })
let at = new Date(Math.floor(Date.now() / 1_000) * 1_000)
const app = await openApp(config, {
  work: false,
  log: openLog(config, { write: (line) => process.stderr.write(line) }),
  now: () => at,
})
const clickhouse = app.ctx.ch

await makeFacts(clickhouse, { customers, events, at, say: report.say })
report.say('waiting for merges')
await settle(clickhouse, 120)

const dayMs = 86_400_000
const ask = async (question: object): Promise<Asked> => {
  const answer = await app.http.app.inject({
    method: 'POST',
    url: '/api/insights/answer',
    payload: { question },
    headers: app.http.localHeaders,
  })
  if (answer.statusCode >= 400) throw new Error(answer.body)
  return JSON.parse(answer.body) as Asked
}

interface Matter {
  name: string
  question: (round: number) => object
  /** The answer as numbers that can be compared. */
  read: (asked: Asked) => number[]
  byHand: (round: number) => Promise<number[]>
}

const numbers = (values: readonly (string | number)[] | undefined) => (values ?? []).map(Number)

/** Days of Shanghai; the last whole one is yesterday. */
const dayOf = (daysAgo: number) => new Date(at.getTime() + 8 * 3_600_000 - daysAgo * dayMs).toISOString().slice(0, 10)
const startOf = (day: string) => new Date(`${day}T00:00:00+08:00`)
const endOf = (day: string) => new Date(startOf(day).getTime() + dayMs - 1)
/** Another filter each round, true of all rows, so that no answer is kept: nobody asks for less than nothing. */
const where = (round: number) => [{ property: 'amount', gte: -1 - round }]
const whereByHand = (round: number) => sql`JSONExtractFloat(properties, 'amount') >= ${ch.f64(-1 - round)}`

const [funnelFrom, funnelTo] = [dayOf(170), dayOf(10)]
const funnelSteps = ['loan_viewed', 'loan_applied', 'loan_approved'] as const
const funnel: Matter = {
  name: 'funnel of three steps, 160 days, a week to convert',
  question: () => ({
    kind: 'funnel',
    period: { from: funnelFrom, to: funnelTo },
    steps: funnelSteps.map((event) => ({ event })),
    window: '7 days',
  }),
  read: ({ answer }) => (answer.kind === 'funnel' ? (answer.groups[0]?.steps.map(({ people }) => people) ?? []) : []),
  byHand: async () => {
    const row = await clickhouse.one<{ steps: string[] }>(
      sql`select [countIf(level >= 1), countIf(level >= 2), countIf(level >= 3)] as steps from (
        select customer_no, windowFunnel(604800000)(toUInt64(toUnixTimestamp64Milli(ts)), event = 'loan_viewed' and ts <= ${moment(endOf(funnelTo))}, event = 'loan_applied', event = 'loan_approved') as level
        from events where event in ('loan_viewed', 'loan_applied', 'loan_approved') and ts >= ${moment(startOf(funnelFrom))} and ts <= ${moment(new Date(endOf(funnelTo).getTime() + 7 * dayMs))}
        group by customer_no)`,
    )
    return numbers(row?.steps)
  },
}

/** With a filter on the first step: reading properties is most of the work on both sides. */
const filteredFunnel: Matter = {
  name: 'the same with a filter on the first step',
  question: (round) => ({
    kind: 'funnel',
    period: { from: funnelFrom, to: funnelTo },
    steps: funnelSteps.map((event, i) => (i === 0 ? { event, where: where(round) } : { event })),
    window: '7 days',
  }),
  read: funnel.read,
  byHand: async (round) => {
    const row = await clickhouse.one<{ steps: string[] }>(
      sql`select [countIf(level >= 1), countIf(level >= 2), countIf(level >= 3)] as steps from (
        select customer_no, windowFunnel(604800000)(toUInt64(toUnixTimestamp64Milli(ts)), event = 'loan_viewed' and ${whereByHand(round)} and ts <= ${moment(endOf(funnelTo))}, event = 'loan_applied', event = 'loan_approved') as level
        from events where event in ('loan_viewed', 'loan_applied', 'loan_approved') and ts >= ${moment(startOf(funnelFrom))} and ts <= ${moment(new Date(endOf(funnelTo).getTime() + 7 * dayMs))}
        group by customer_no)`,
    )
    return numbers(row?.steps)
  },
}

/** The Monday of the week nine weeks ago, so that every unit of the first cohort is over. */
const monday = (() => {
  const start = startOf(dayOf(70))
  const weekday = (new Date(start.getTime() + 8 * 3_600_000).getUTCDay() + 6) % 7
  return new Date(start.getTime() - weekday * dayMs)
})()
const dayText = (instant: Date) => new Date(instant.getTime() + 8 * 3_600_000).toISOString().slice(0, 10)
const weekText = dayText(monday)
const lastDay = dayText(new Date(monday.getTime() + 6 * dayMs))

const retention: Matter = {
  name: 'retention of eight weeks, everybody who was there in a week',
  question: () => ({
    kind: 'retention',
    period: { from: weekText, to: lastDay },
    start: { event: 'app_opened' },
    back: { event: 'app_opened' },
    unit: 'week',
    units: 8,
    entry: 'each',
  }),
  read: ({ answer }) =>
    answer.kind === 'retention' ? (answer.groups[0]?.cohorts[0]?.units.map((unit) => unit?.people ?? 0) ?? []) : [],
  byHand: async () => {
    const row = await clickhouse.one<{ weeks: string[] }>(
      sql`select [countIf(b[1]), countIf(b[1] and b[2]), countIf(b[1] and b[3]), countIf(b[1] and b[4]), countIf(b[1] and b[5]), countIf(b[1] and b[6]), countIf(b[1] and b[7]), countIf(b[1] and b[8]), countIf(b[1] and b[9])] as weeks from (
        select customer_no, arrayMap(i -> bitTest(bits, i), range(9)) as b from (
          select customer_no, groupBitOr(bitShiftLeft(toUInt64(1), intDiv(toUInt32(toUnixTimestamp(ts)) - ${ch.u32(monday.getTime() / 1_000)}, 604800))) as bits
          from events where event = 'app_opened' and ts >= ${moment(monday)} and ts < ${moment(new Date(monday.getTime() + 9 * 7 * dayMs))} group by customer_no))`,
    )
    return numbers(row?.weeks)
  },
}

const timed = async <T>(run: () => Promise<T>): Promise<{ ms: number; result: T }> => {
  const startedAt = performance.now()
  const result = await run()
  return { ms: performance.now() - startedAt, result }
}

for (const { name, question, read, byHand } of [funnel, filteredFunnel, retention]) {
  const ours: number[] = []
  const theirs: number[] = []
  // One unmeasured turn each: the first reads what the page cache does not hold yet.
  for (let round = -1; round < rounds; round++) {
    // An answer stands for a minute while nothing arrives: something arrives.
    await clickhouse.command(
      sql`insert into events (event, customer_no, ts, message_hash) select 'elsewhere', 1, ${moment(at)}, ${ch.u64(round + 1)}`,
    )
    at = new Date(at.getTime() + 1)
    const our = await timed(() => ask(question(round)))
    const their = await timed(() => byHand(round))
    const [mine, hand] = [read(our.result).join(), their.result.join()]
    if (mine !== hand) throw new Error(`${name}: the API says ${mine}, SQL by hand ${hand}`)
    if (round < 0) {
      report.say(`${name}: ${mine}`)
      continue
    }
    ours.push(our.ms)
    theirs.push(their.ms)
  }
  report.add({
    figure: name,
    value: median(ours) / 1_000,
    unit: 's',
    target: { of: 'ratio', most: 1.3 },
    against: 'SQL by hand',
    ratio: median(ours) / median(theirs),
  })
  report.add({ figure: `${name}, slowest`, value: percentile(ours, 100) / 1_000, unit: 's' })
}

const timingQuestion = { ...funnel.question(0), timing: true }
const withTiming = await timed(() => ask(timingQuestion))
report.add({
  figure: 'the funnel with time to convert, walking through each one’s events',
  value: withTiming.ms / 1_000,
  unit: 's',
})

await app.stop()
report.end()
process.exit()
