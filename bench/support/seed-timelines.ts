import { join } from 'node:path'
import { ch, openClickHouse } from '#platform'
import { makeEvents, settle } from './made-up-facts.ts'
import { runPeer } from './processes.ts'

export interface Seeded {
  /** Some customers, spread over all of them. */
  nos: number[]
  /** The highest number. */
  most: number
  /** Milliseconds of one timeline read by SQL alone, one after another, nothing else running. */
  engineMs: number[]
}

/** Events for the customers of a data directory that no server holds, made inside the engine. */
export const seedTimelines = (dataDir: string, events: number): Promise<Seeded> =>
  runPeer(import.meta.filename, [dataDir, String(events)])

const seed = async (dataDir: string, events: number): Promise<Seeded> => {
  const clickhouse = await openClickHouse({ dir: join(dataDir, 'clickhouse'), database: 'zhiyin' })
  const { sql, u32 } = ch
  const count = await clickhouse.one<{ most: number }>(sql`select max(customer_no) as most from customers`)
  const most = count?.most ?? 0
  await makeEvents(clickhouse, { customers: most, events, at: new Date(), say: () => undefined })
  await settle(clickhouse, 60)
  const rows = await clickhouse.rows<{ no: number }>(
    sql`select customer_no as no from customers final where live = 1 order by cityHash64(customer_no) limit 20000`,
  )
  const nos = rows.map(({ no }) => no)
  const engineMs: number[] = []
  for (const [index, no] of nos.slice(0, 120).entries()) {
    const startedAt = performance.now()
    await clickhouse.rows(
      sql`select ts, event, message_id, type, properties, source_id from events where customer_no = ${u32(no)} order by ts desc limit 20`,
      { settings: { max_threads: 1 } },
    )
    if (index >= 20) engineMs.push(performance.now() - startedAt)
  }
  await clickhouse.close()
  return { nos, most, engineMs }
}

const [dataDir, events] = process.argv.slice(2)
if (import.meta.main && dataDir !== undefined) {
  process.stdout.write(`${JSON.stringify(await seed(dataDir, Number(events)))}\n`)
  process.exit()
}
