import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runPeer } from './processes.ts'

/** Rows per second of the engine alone. */
export interface RawInsert {
  /** Our table `events` with both projections, tab-separated bodies made beforehand. */
  ours: number
  /** The plain table of the bare server, JSON rows made beforehand. */
  plain: number
}

/**
 * What the engine takes in with nobody before it: bodies of `rows` rows are made first, then inserted one after another
 * for `seconds` into each of two tables. In a process of its own, so its memory and threads are gone afterwards.
 */
export const rawInsert = (dir: string, { rows, seconds }: { rows: number; seconds: number }): Promise<RawInsert> =>
  runPeer(import.meta.filename, [dir, String(rows), String(seconds)])

const schema = (): string => {
  const text = readFileSync(join(import.meta.dirname, '../../migrations/clickhouse/0001-events.sql'), 'utf8')
  const statement = /create table if not exists events \([\s\S]*?;/.exec(text)?.[0]
  if (!statement) throw new Error('The migration no longer makes the table events')
  return statement.slice(0, -1)
}

const measure = async (dir: string, rows: number, seconds: number): Promise<RawInsert> => {
  const { Session } = await import('chdb')
  const session = new Session(dir)
  session.query('create database z')
  session.query('use z')
  session.query(schema())
  session.query(`create table plain (message_id String, type LowCardinality(String), user_id String, anonymous_id String,
    event LowCardinality(String), ts DateTime64(3), received DateTime64(3), properties String, context String)
    engine = MergeTree order by (event, ts)`)
  const properties = JSON.stringify({
    amount: 5000,
    term: 12,
    channel: 'wechat',
    page: '/loan',
    product: 'cash-12',
    coupon: null,
  })
  const context = JSON.stringify({
    library: { name: 'bench', version: '1' },
    ip: '10.0.0.1',
    locale: 'zh-CN',
    timezone: 'Asia/Shanghai',
    userAgent: 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36',
    app: { name: 'demo', version: '3.2.1' },
  })
  let n = 0
  const now = () => new Date().toISOString().slice(0, 23).replace('T', ' ')
  const eventOf = (at: number) => (at % 3 ? 'Loan Viewed' : 'Coupon Clicked')
  const ourRow = () => {
    const at = n++
    const customer = (at * 7_919) % 100_000
    return `${eventOf(at)}\t${customer}\t${now()}\t${BigInt.asUintN(64, BigInt(at) * 0x9e37_79b9_7f4a_7c15n)}\tbench-${at}\ttrack\t1\t0\t${now()}\t${now()}\t${properties}\t${context}\n`
  }
  const plainRow = () => {
    const at = n++
    const user = (at * 7_919) % 100_000
    return `${JSON.stringify({ message_id: `bench-${at}`, type: 'track', user_id: `u${user}`, anonymous_id: `a${user}`, event: eventOf(at), ts: now(), received: now(), properties, context })}\n`
  }
  const speed = async (table: string, format: 'TabSeparated' | 'JSONEachRow', row: () => string): Promise<number> => {
    const bodies = Array.from({ length: 12 }, () => Buffer.from(Array.from({ length: rows }, row).join('')))
    await session.insert({ table, format, values: bodies[0] ?? '' })
    let inserted = 0
    const startedAt = performance.now()
    while (performance.now() - startedAt < seconds * 1_000) {
      await session.insert({ table, format, values: bodies[(inserted / rows) % bodies.length] ?? '' })
      inserted += rows
    }
    return inserted / ((performance.now() - startedAt) / 1_000)
  }
  const ours = await speed('events', 'TabSeparated', ourRow)
  const plain = await speed('plain', 'JSONEachRow', plainRow)
  session.close()
  return { ours, plain }
}

const [dir, rows, seconds] = process.argv.slice(2)
if (import.meta.main && dir !== undefined)
  process.stdout.write(`${JSON.stringify(await measure(dir, Number(rows), Number(seconds)))}\n`)
