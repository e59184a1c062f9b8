import { join } from 'node:path'
import { ch, openClickHouse } from '#platform'
import { makeEvents, settle } from './made-up-facts.ts'
import { runPeer } from './processes.ts'

/**
 * Events for the customers of a data directory that no server holds, made inside the engine.
 * @returns numbers of some customers, spread over all of them
 */
export const seedTimelines = (dataDir: string, events: number): Promise<number[]> =>
  runPeer(import.meta.filename, [dataDir, String(events)])

const seed = async (dataDir: string, events: number): Promise<number[]> => {
  const clickhouse = await openClickHouse({ dir: join(dataDir, 'clickhouse'), database: 'zhiyin' })
  const count = await clickhouse.one<{ most: number }>(ch.sql`select max(customer_no) as most from customers`)
  await makeEvents(clickhouse, { customers: count?.most ?? 0, events, at: new Date(), say: () => undefined })
  await settle(clickhouse, 60)
  const rows = await clickhouse.rows<{ no: number }>(
    ch.sql`select customer_no as no from customers final where live = 1 order by cityHash64(customer_no) limit 20000`,
  )
  await clickhouse.close()
  return rows.map(({ no }) => no)
}

const [dataDir, events] = process.argv.slice(2)
if (import.meta.main && dataDir !== undefined) {
  process.stdout.write(`${JSON.stringify(await seed(dataDir, Number(events)))}\n`)
  process.exit()
}
