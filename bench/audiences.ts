/*
 * Audiences: estimates and refreshes over customers and events in the real tables, through the API, beside SQL written by
 * hand for the same question on the same tables, in the same run.
 *
 *   npm run bench -- audiences [--json] [--customers 1000000] [--events 50000000] [--rounds 9]
 *
 * The full size takes about five minutes, most of it making the events, and 6 GB of disk. Product and hand-written SQL
 * take turns; a definition whose two answers differ ends the benchmark.
 */
import { join } from 'node:path'
import { sql as pgSql } from 'kysely'
import { ch, openLog, readConfig } from '#platform'
import { openApp } from '../src/app.ts'
import { median, openReport, percentile } from './support/figures.ts'
import { makeFacts, settle, traits } from './support/made-up-facts.ts'
import { readOptions } from './support/options.ts'
import { scratchDir } from './support/scratch.ts'

const { sql } = ch

const { customers, events, rounds, json } = readOptions('audiences', {
  customers: [1_000_000, 'customers'],
  events: [50_000_000, 'events'],
  rounds: [9, 'estimates of each definition'],
})
const report = openReport('audiences', { json })
const config = readConfig({ ZHIYIN_DATA_DIR: join(scratchDir(), 'data'), ZHIYIN_PORT: '0', ZHIYIN_LOG_LEVEL: 'warn' })
// The clock stands still, so that both sides mean the same "last 30 days".
const at = new Date(Math.floor(Date.now() / 1_000) * 1_000)
const app = await openApp(config, {
  work: false,
  log: openLog(config, { write: (line) => process.stderr.write(line) }),
  now: () => at,
})
const clickhouse = app.ctx.ch

const call = async <T>(method: 'POST' | 'PUT', url: string, payload: object): Promise<T> => {
  const answer = await app.http.app.inject({ method, url, payload, headers: app.http.localHeaders })
  if (answer.statusCode >= 400) throw new Error(`${method} ${url}: ${answer.body}`)
  return (answer.body === '' ? undefined : JSON.parse(answer.body)) as T
}

for (const { trait, type } of traits) await call('PUT', `/api/traits/${trait}`, { type })
const madeAt = performance.now()
await makeFacts(clickhouse, { customers, events, at, say: report.say })
await pgSql`insert into audiences.tag (key, title, kind, type, state, created_at, created_by, changed_at, changed_by)
  values ('score', 'Score', 'model', 'number', 'active', now(), 'bench', now(), 'bench')`.execute(app.ctx.pg)
await clickhouse.command(
  sql`insert into tag_values select 1, toUInt32(number + 1), ${ch.moment(at)} - toIntervalDay(1 + version * 30), 2 - version, [toString(score)], score from (select number, arrayJoin([0, 1]) as version, (cityHash64(number, version) % 1001) / 1000 as score from numbers(${ch.u64(customers)})) where version = 0 or number % 5 = 0`,
)
report.say('waiting for merges')
await settle(clickhouse, 120)
report.add({
  figure: 'events made inside the engine',
  value: events / ((performance.now() - madeAt) / 1_000),
  unit: 'events/s',
})

const daysAgo = (days: number) => ch.moment(new Date(at.getTime() - days * 86_400_000))
const now = ch.moment(at)

/**
 * The SQL somebody who knows ClickHouse writes for the same question: sub-queries of customers, the latest version of a
 * trait by argMax. `no` is the customer a row counts for.
 */
const byHand = (no: ch.Sql) => {
  const married = sql`select ${no} as c from traits where trait = 'marital' group by c having argMax(text, at) = 'married'`
  const middleAged = sql`select ${no} as c from traits where trait = 'age' group by c having argMax(number, at) between 35 and 50`
  const graduates = sql`select ${no} as c from traits where trait = 'education' group by c having argMax(text, at) = 'university.degree'`
  const viewers = sql`select ${no} as c from events where event = 'loan_viewed' and ts >= ${daysAgo(30)} and ts <= ${now}`
  const bigViewers = sql`select ${no} as c from events where event = 'loan_viewed' and ts >= ${daysAgo(30)} and ts <= ${now} and JSONExtractFloat(properties, 'amount') >= 5000 group by c having count() >= 2`
  const applicants = sql`select ${no} as c from events where event = 'loan_applied' and ts >= ${daysAgo(90)} and ts <= ${now}`
  const scores = sql`select ${no} as c, argMax(number, (at, run, cityHash64(values) % 2147483648)) as score from tag_values where tag_no = 1 and at <= ${now} group by c`
  // By window functions: the events of the two names one after another for each customer.
  const followed = sql`select c from (select c, event, ts, max(if(event = 'loan_viewed', ts, null)) over (partition by c order by ts, message_hash rows between unbounded preceding and 1 preceding) as viewed from (select ${no} as c, event, ts, message_hash from events where event in ('loan_viewed', 'loan_applied') and ts >= ${daysAgo(90)} and ts <= ${now})) where event = 'loan_applied' and viewed >= ts - toIntervalDay(7)`
  const richest = sql`select c from (select ${no} as c, sum(JSONExtractFloat(properties, 'amount')) as paid from events where event = 'loan_viewed' and ts >= ${daysAgo(30)} and ts <= ${now} group by c) order by paid desc, c limit 10000`
  return {
    'a tag between two values': sql`customer_no in (select c from (${scores}) where score between 0.8 and 1)`,
    'the 10,000 highest': sql`customer_no in (${richest})`,
    'one event within 7 days of another': sql`customer_no in (${followed})`,
    'an event in 30 days': sql`customer_no in (${viewers})`,
    'three traits': sql`customer_no in (${married}) and customer_no in (${middleAged}) and customer_no in (${graduates})`,
    'three conditions': sql`customer_no in (${married}) and customer_no in (${bigViewers}) and customer_no not in (${applicants})`,
    'five conditions': sql`customer_no in (${married}) and customer_no in (${middleAged}) and customer_no in (${graduates}) and customer_no in (${bigViewers}) and customer_no not in (${applicants})`,
  }
}

const bigViews = {
  event: 'loan_viewed',
  count: { gte: 2 },
  within: '30 days',
  where: [{ property: 'amount', gte: 5000 }],
}
const notApplied = { not: { event: 'loan_applied', within: '90 days' } }
const threeTraits = [
  { trait: 'marital', is: 'married' },
  { trait: 'age', between: [35, 50] },
  { trait: 'education', in: ['university.degree'] },
]
const definitions = {
  'a tag between two values': { tag: 'score', between: [0.8, 1] },
  'the 10,000 highest': { top: 10_000, of: { event: 'loan_viewed', sum: 'amount', within: '30 days' } },
  'one event within 7 days of another': {
    sequence: [{ event: 'loan_viewed' }, { event: 'loan_applied', within: '7 days' }],
    within: '90 days',
  },
  'an event in 30 days': { event: 'loan_viewed', within: '30 days' },
  'three traits': { all: threeTraits },
  'three conditions': { all: [threeTraits[0], bigViews, notApplied] },
  'five conditions': { all: [...threeTraits, bigViews, notApplied] },
} satisfies Record<keyof ReturnType<typeof byHand>, object>

const timed = async <T>(run: () => Promise<T>): Promise<{ ms: number; result: T }> => {
  const startedAt = performance.now()
  const result = await run()
  return { ms: performance.now() - startedAt, result }
}

const resolved = sql`dictGetOrDefault('customer_override', 'to_no', toUInt64(customer_no), customer_no)`
const everybody = { plain: sql`live = 1`, merged: sql`live = 1 and ${resolved} = customer_no` }
const conditionsOf = (merges: boolean) => byHand(merges ? resolved : sql`customer_no`)
const names = Object.keys(definitions) as (keyof typeof definitions)[]

const compareEstimates = async (merges: boolean) => {
  const universe = merges ? everybody.merged : everybody.plain
  for (const name of names) {
    const ours: number[] = []
    const theirs: number[] = []
    let sizes: [number, number] = [0, 0]
    const question = sql`select toUInt32(count()) as size from customers final where ${universe} and ${conditionsOf(merges)[name]}`
    // One unmeasured turn each: the first reads what the page cache does not hold yet.
    for (let round = -1; round < rounds; round++) {
      const our = await timed(() =>
        call<{ size: number }>('POST', '/api/audiences/estimate', { definition: definitions[name] }),
      )
      const their = await timed(() => clickhouse.one<{ size: number }>(question))
      sizes = [our.result.size, their.result?.size ?? -1]
      if (round < 0) continue
      ours.push(our.ms)
      theirs.push(their.ms)
    }
    if (sizes[0] !== sizes[1]) throw new Error(`${name}: the estimate says ${sizes[0]}, SQL by hand ${sizes[1]}`)
    const label = `estimate, ${name}${merges ? ', merges' : ''}`
    report.say(`${label}: ${sizes[0]} members`)
    report.add({
      figure: label,
      value: median(ours) / 1_000,
      unit: 's',
      target: { of: 'value', most: 1 },
      against: 'SQL by hand',
      ratio: median(ours) / median(theirs),
    })
    report.add({ figure: `${label}, slowest`, value: percentile(ours, 100) / 1_000, unit: 's' })
  }
}

const compareRefreshes = async (merges: boolean) => {
  const universe = merges ? everybody.merged : everybody.plain
  for (const name of names) {
    const { id } = await call<{ id: string }>('POST', '/api/audiences', {
      name: `${name}${merges ? ', merges' : ''}`,
      definition: definitions[name],
    })
    const ours: number[] = []
    const theirs: number[] = []
    for (let round = -1; round < rounds; round++) {
      const our = await timed(() => call('POST', `/api/audiences/${id}/refresh`, {}))
      const their = await timed(() =>
        clickhouse.command(
          sql`insert into bench_membership select ${ch.u32(round + 1)}, groupBitmapState(customer_no) from customers final where ${universe} and ${conditionsOf(merges)[name]}`,
        ),
      )
      if (round < 0) continue
      ours.push(our.ms)
      theirs.push(their.ms)
    }
    const label = `refresh, ${name}${merges ? ', merges' : ''}`
    report.add({
      figure: label,
      value: median(ours) / 1_000,
      unit: 's',
      target: { of: 'ratio', most: 1.3 },
      against: 'SQL by hand',
      ratio: median(ours) / median(theirs),
    })
  }
}

await clickhouse.command(
  'create table bench_membership (refresh UInt32, members AggregateFunction(groupBitmap, UInt32)) engine = MergeTree order by refresh',
)
await compareEstimates(false)
await compareRefreshes(false)

// One customer in a hundred was merged into the one before.
await clickhouse.command(
  sql`insert into customer_overrides select number * 100 + 2, number * 100 + 1, 1 from numbers(${ch.u64(Math.floor(customers / 100))})`,
)
await clickhouse.command('system reload dictionary customer_override')
await compareEstimates(true)
await compareRefreshes(true)

await app.stop()
report.end()
process.exit()
