import { type ClickHouse, ch } from '#platform'

const { sql, u32, u64, moment } = ch

export interface Facts {
  customers: number
  events: number
  /** Exclusive end of the events. */
  at: Date
}

const dayMs = 86_400_000
/** Rows per insert: with both projections an insert of 2 M rows takes some 500 MB and a few seconds. */
const rowsPerInsert = 2_000_000

/**
 * Fills the tables of a migrated, empty database inside the engine: customers 1…N, six traits each (every tenth with an
 * older version, no two at one instant), events of `days` days, eight names from frequent to rare, some customers forty times as active as
 * others. Everything is a hash of the row number, so the same arguments give the same rows.
 */
export const makeFacts = async (
  clickhouse: ClickHouse,
  { customers, events, at, days = 180, say }: Facts & { days?: number; say: (text: string) => void },
): Promise<void> => {
  const options = { timeoutSeconds: 900, settings: { max_insert_threads: 1, max_threads: 2 } }
  await clickhouse.command(
    sql`insert into customers select number + 1, ${moment(at)} - toIntervalDay(number % 900), 1, 1 from numbers(${u64(customers)})`,
    options,
  )
  for (const { trait, type, text } of traits) {
    const numeric = type === 'integer'
    const value = numeric ? sql`toNullable(toFloat64(${text}))` : sql`null`
    const when =
      type === 'datetime' ? sql`toNullable(${moment(at)} - toIntervalDay(cityHash64(n, 9) % 900))` : sql`null`
    for (const version of [0, 1]) {
      const share = version === 0 ? sql`1` : sql`n % 10 = 0`
      await clickhouse.command(
        sql`insert into traits select ${ch.str(trait)}, toUInt32(n), ${moment(at)} - toIntervalDay(200 - ${u32(version * 100)}) + toIntervalMillisecond(n % 86400000), ${ch.str(type)}, toString(${type === 'datetime' ? sql`assumeNotNull(${when})` : text}), ${value}, ${when}, 0, 1, 0 from (select number + 1 as n, n + ${u64(version * customers)} as h from numbers(${u64(customers)})) where ${share}`,
        options,
      )
    }
  }
  await makeEvents(clickhouse, { customers, events, at, days, say })
}

/** Only the events of `makeFacts`. */
export const makeEvents = async (
  clickhouse: ClickHouse,
  { customers, events, at, days = 180, say }: Facts & { days?: number; say: (text: string) => void },
): Promise<void> => {
  const options = { timeoutSeconds: 900, settings: { max_insert_threads: 1, max_threads: 2 } }
  // Month by month, so that an insert touches one partition, as live traffic does.
  const startMs = at.getTime() - days * dayMs
  const months: { from: number; to: number }[] = []
  for (let from = startMs; from < at.getTime(); ) {
    const next = new Date(from)
    const to = Math.min(at.getTime(), Date.UTC(next.getUTCFullYear(), next.getUTCMonth() + 1, 1))
    months.push({ from, to })
    from = to
  }
  let made = 0
  for (const [index, { from, to }] of months.entries()) {
    const upTo = index === months.length - 1 ? events : Math.round((events * (to - startMs)) / (at.getTime() - startMs))
    while (made < upTo) {
      const rows = Math.min(rowsPerInsert, upTo - made)
      await clickhouse.command(
        sql`insert into events select
            multiIf(k < 50, '$page', k < 75, 'loan_viewed', k < 85, 'coupon_clicked', k < 91, 'app_opened', k < 95, 'loan_applied', k < 98, 'repaid', k < 99, 'loan_approved', 'complained'),
            toUInt32(1 + floor(${u32(customers)} * pow((cityHash64(number, 1) % 1000000) / 1000000, 2))),
            fromUnixTimestamp64Milli(toInt64(${u64(from)} + cityHash64(number, 2) % ${u64(to - from)}), 'UTC') as t,
            cityHash64(number, 3), toString(number), if(k < 50, 'page', 'track'), 1, 0, t, null,
            concat('{"amount":', toString(500 * (1 + cityHash64(number, 4) % 40)), ',"term":', toString(3 * (1 + number % 8)), ',"channel":"', ['app', 'wechat', 'branch', 'web'][1 + number % 4], '","product":"cash-12"}'),
            '{}'
          from (select number, cityHash64(number) % 100 as k from numbers(${u64(made)}, ${u64(rows)}))`,
        options,
      )
      made += rows
      say(`${(made / 1e6).toFixed(1)} M of ${(events / 1e6).toFixed(1)} M events made`)
    }
  }
}

/** Values are an expression over `n`, the customer's number, and `h`, which differs between versions. */
export const traits = [
  {
    trait: 'marital',
    type: 'string',
    text: sql`['married', 'single', 'divorced'][1 + intDiv(cityHash64(h, 11) % 100, 55) + (cityHash64(h, 11) % 100 >= 90)]`,
  },
  { trait: 'age', type: 'integer', text: sql`toInt64(20 + cityHash64(n, 12) % 45)` },
  {
    trait: 'education',
    type: 'string',
    text: sql`['high.school', 'university.degree', 'professional.course', 'basic.9y', 'unknown'][1 + cityHash64(h, 13) % 5]`,
  },
  { trait: 'city', type: 'string', text: sql`concat('city-', toString(cityHash64(n, 14) % 300))` },
  { trait: 'monthlyIncomeFen', type: 'integer', text: sql`toInt64(300000 + 10000 * (cityHash64(h, 15) % 400))` },
  { trait: 'registeredAt', type: 'datetime', text: sql`''` },
] as const

/** Waits until the engine has merged what was inserted, as it has in service, for so many seconds at most. */
export const settle = async (clickhouse: ClickHouse, seconds: number): Promise<void> => {
  const until = performance.now() + seconds * 1_000
  let quiet = 0
  while (quiet < 3 && performance.now() < until) {
    const row = await clickhouse.one<{ running: number }>(sql`select toUInt32(count()) as running from system.merges`)
    quiet = row?.running === 0 ? quiet + 1 : 0
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
