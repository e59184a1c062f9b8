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
import { median, openReport } from './support/figures.ts'
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
const nos = await seedTimelines(ourDir, events)

const server = await startZhiyin(ourDir)
const bare = await startBareProfile(join(dir, 'bare'), customers)
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

const bareAnswers = answered['bare point read']
for (const name of names) {
  const ours = answered[name]
  const compared = name !== 'bare point read'
  for (const rank of ['p50', 'p99'] as const) {
    const value = median(ours.map((one) => one[rank]))
    report.add({
      figure: `${name} at ${rate}/s, ${rank}`,
      value,
      unit: 'ms',
      ...(compared && { against: 'bare point read', ratio: value / median(bareAnswers.map((one) => one[rank])) }),
      ...(compared && rank === 'p99' && { target: { of: 'value' as const, most: 10 } }),
    })
  }
  report.add({ figure: `${name}, slowest`, value: Math.max(...ours.map(({ max }) => max)), unit: 'ms' })
  report.add({
    figure: `${name}, sent per second`,
    value: median(ours.map(({ offered }) => offered)),
    unit: 'requests/s',
  })
  report.add({
    figure: `${name}, failed`,
    value: ours.reduce((sum, { failed }) => sum + failed, 0),
    unit: 'requests',
    target: { of: 'value', most: 0 },
  })
}
await bare.stop()
await server.stop()
report.end()
