/*
 * Profiles: GET /api/customers/{id} and its timeline at 500 requests per second, open loop, over imported customers with
 * events, beside a bare point read (Fastify, one row of the same embedded Postgres) in the same run.
 *
 *   npm run bench -- profile [--json] [--customers 1000000] [--events 5000000] [--seconds 10] [--rate 500]
 *
 * Three to five minutes at full size, most of it importing the customers.
 */
import { join } from 'node:path'
import { writeFiles } from '#simulator'
import { startBareProfile } from './support/bare-profile.ts'
import { median, openReport, type Target } from './support/figures.ts'
import { type Answered, openLoop } from './support/open-loop.ts'
import { readOptions } from './support/options.ts'
import { runZhiyin, startZhiyin } from './support/processes.ts'
import { scratchDir } from './support/scratch.ts'
import { seedTimelines } from './support/seed-timelines.ts'

const { customers, events, seconds, rate, rounds, json } = readOptions('profile', {
  customers: [1_000_000, 'customers imported'],
  events: [5_000_000, 'events, spread over 180 days'],
  seconds: [10, 'seconds per round'],
  rate: [500, 'requests per second'],
  rounds: [3, 'rounds of each'],
})
const report = openReport('profile', { json })
const dir = scratchDir()
const ourDir = join(dir, 'zhiyin')

report.say(`writing and importing ${customers} customers`)
const { files, mappings } = await writeFiles({
  customers,
  seed: 'bench',
  months: 1,
  events: 0,
  dir: join(dir, 'files'),
})
await runZhiyin(ourDir, ['import', 'customers', files.customers, '--mapping', mappings.customers, '--json'])
report.say(`making ${events} events`)
const { nos, most, engineMs } = await seedTimelines(ourDir, events)

const server = await startZhiyin(ourDir)
const bare = await startBareProfile(join(dir, 'bare'), most)
const { result: key } = await runZhiyin<{ key: string }>(ourDir, [
  'keys',
  'create',
  '--name',
  'bench',
  '--role',
  'analyst',
  '--json',
])
const headers = { authorization: `Bearer ${key.key}` }
const no = (n: number) => nos[(n * 7_919) % nos.length] ?? 1

const reads = {
  'bare point read': () =>
    openLoop(bare.url, { path: (n) => `/customers/${no(n)}`, perSecond: rate, seconds, headers: {}, connections: 64 }),
  profile: () =>
    openLoop(server.url, {
      path: (n) => `/api/customers/${no(n)}`,
      perSecond: rate,
      seconds,
      headers,
      connections: 64,
    }),
  timeline: () =>
    openLoop(server.url, {
      path: (n) => `/api/customers/${no(n)}/timeline?limit=20`,
      perSecond: rate,
      seconds,
      headers,
      connections: 64,
    }),
}
const names = Object.keys(reads) as (keyof typeof reads)[]
const answered: Record<keyof typeof reads, Answered[]> = { 'bare point read': [], profile: [], timeline: [] }
for (let round = 0; round <= rounds; round++) {
  for (const name of names) {
    report.say(`${name}, ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`)
    const one = await reads[name]()
    if (round > 0) answered[name].push(one)
  }
}

const p50 = (of: keyof typeof reads) => median(answered[of].map((one) => one.p50))
const p99 = (of: keyof typeof reads) => median(answered[of].map((one) => one.p99))
const most10ms: Target = { of: 'value', most: 10 }
const against = 'bare point read'
report.add({ figure: `${against} at ${rate}/s, p50`, value: p50(against), unit: 'ms' })
report.add({ figure: `${against} at ${rate}/s, p99`, value: p99(against), unit: 'ms' })
report.add({
  figure: `profile at ${rate}/s, p50`,
  value: p50('profile'),
  unit: 'ms',
  against,
  ratio: p50('profile') / p50(against),
})
report.add({
  figure: `profile at ${rate}/s, p99`,
  value: p99('profile'),
  unit: 'ms',
  target: most10ms,
  against,
  ratio: p99('profile') / p99(against),
})
const engine = 'one timeline by SQL alone'
report.add({ figure: engine, value: median(engineMs), unit: 'ms' })
report.add({
  figure: `timeline at ${rate}/s, p50`,
  value: p50('timeline'),
  unit: 'ms',
  against: engine,
  ratio: p50('timeline') / median(engineMs),
})
report.add({
  figure: `timeline at ${rate}/s, p99`,
  value: p99('timeline'),
  unit: 'ms',
  target: most10ms,
  against: engine,
  ratio: p99('timeline') / median(engineMs),
})
for (const name of names) {
  const sent = median(answered[name].map(({ offered }) => offered))
  report.add({ figure: `${name}, sent`, value: sent, unit: 'requests/s', target: { of: 'value', least: rate * 0.99 } })
  const failed = answered[name].reduce((sum, one) => sum + one.failed, 0)
  report.add({ figure: `${name}, failed`, value: failed, unit: 'requests', target: { of: 'value', most: 0 } })
}
await bare.stop()
await server.stop()
report.end()
