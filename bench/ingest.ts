/*
 * Tracking: how many events per second our server stores, with identity, typed traits, personal data looked for and
 * duplicates out, beside a bare server that does none of these and beside the engine alone, all in one run.
 *
 *   npm run bench -- ingest [--json] [--seconds 6] [--rounds 3] [--users 100000] [--connections 16]
 *
 * Three minutes. Rounds alternate between the two servers, and medians are compared: speeds of this kind of machine drift
 * by a factor of two within minutes, ratios do not. The load generator runs on the same processors.
 */
import { join } from 'node:path'
import { startBareIngest } from './support/bare-ingest.ts'
import { median, memoryOf, openReport, processorSeconds, sleep, untilQuiet } from './support/figures.ts'
import { readOptions } from './support/options.ts'
import { runZhiyin, startZhiyin } from './support/processes.ts'
import { rawInsert } from './support/raw-insert.ts'
import { scratchDir } from './support/scratch.ts'
import { type Load, type Served, trackingLoad } from './support/tracking-load.ts'

const { seconds, rounds, users, connections, json } = readOptions('ingest', {
  seconds: [6, 'seconds per round'],
  rounds: [3, 'rounds of each server at each size'],
  users: [100_000, 'people that the messages are about'],
  connections: [16, 'connections of the load generator'],
})
const report = openReport('ingest', { json })
const dir = scratchDir()
const ourDir = join(dir, 'zhiyin')

report.say('starting on an empty directory')
let server = await startZhiyin(ourDir)
report.add({ figure: 'first start', value: server.readySeconds, unit: 's', target: { of: 'value', most: 15 } })
await sleep(5_000)
const idle = memoryOf(server.pid)
if (idle) report.add({ figure: 'idle memory', value: idle.nowMb, unit: 'MB', target: { of: 'value', most: 700 } })
await server.stop()
server = await startZhiyin(ourDir)
report.add({ figure: 'restart', value: server.readySeconds, unit: 's', target: { of: 'value', most: 3 } })

const { result: source } = await runZhiyin<{ writeKey: string }>(ourDir, [
  'sources',
  'create',
  '--name',
  'bench',
  '--quota',
  '1000000',
  '--json',
])
const bare = await startBareIngest(join(dir, 'bare'), 'dev')
const ours = trackingLoad(server.url, { writeKey: source.writeKey, users, connections })
const theirs = trackingLoad(bare.url, { writeKey: 'dev', users, connections })

// Everyone is met for the first time: a customer and two identifiers each, the heaviest thing tracking can ask for.
report.say(`${users} people seen for the first time`)
const firstSight = await ours.run(100, { requests: Math.ceil(users / 100) })
await untilQuiet(server.pid, 5)
const bareFirst = await theirs.run(100, { requests: Math.ceil(users / 100) })
await untilQuiet(bare.pid, 5)
report.add({
  figure: 'first sight of everyone',
  value: firstSight.eventsPerSecond,
  unit: 'events/s',
  against: 'bare server',
  ratio: firstSight.eventsPerSecond / bareFirst.eventsPerSecond,
})
report.add({
  figure: 'first sight of everyone, p99',
  value: firstSight.p99,
  unit: 'ms',
  against: 'bare server',
  ratio: firstSight.p99 / bareFirst.p99,
})

const raw = await rawInsert(join(dir, 'raw'), { rows: 4_000, seconds: Math.min(seconds, 5) })
report.add({ figure: 'engine alone, our table', value: raw.ours, unit: 'events/s' })
report.add({ figure: 'engine alone, plain table', value: raw.plain, unit: 'events/s' })

let failed = firstSight.failed
interface Round extends Served {
  /** Of the server, per event, µs. Says more than its speed does when others use the machine too. */
  processorMicros: number
}
const measured = async (load: Load, pid: number, size: number): Promise<Round> => {
  const before = processorSeconds(pid)
  const served = await load.run(size, { seconds })
  return { ...served, processorMicros: ((processorSeconds(pid) - before) * 1e6) / served.acknowledged }
}
const medianOf = (rounds: readonly Round[], pick: (one: Round) => number) => median(rounds.map(pick))
for (const size of [100, 20, 1]) {
  const our: Round[] = []
  const their: Round[] = []
  for (let round = 1; round <= rounds; round++) {
    report.say(`batches of ${size}, round ${round} of ${rounds}`)
    our.push(await measured(ours, server.pid, size))
    await untilQuiet(server.pid, 5)
    their.push(await measured(theirs, bare.pid, size))
    await untilQuiet(bare.pid, 5)
  }
  failed += our.reduce((sum, one) => sum + one.failed, 0)
  const name = `batches of ${size}`
  const ourSpeed = medianOf(our, (one) => one.eventsPerSecond)
  const theirSpeed = medianOf(their, (one) => one.eventsPerSecond)
  report.add({ figure: `${name}, bare server`, value: theirSpeed, unit: 'events/s' })
  report.add({
    figure: name,
    value: ourSpeed,
    unit: 'events/s',
    against: 'bare server',
    ratio: ourSpeed / theirSpeed,
    ...(size === 100 && { target: { of: 'ratio', least: 0.5 } }),
  })
  if (size === 100)
    report.add({
      figure: name,
      value: ourSpeed,
      unit: 'events/s',
      against: 'engine alone, our table',
      ratio: ourSpeed / raw.ours,
    })
  const ourMicros = medianOf(our, (one) => one.processorMicros)
  report.add({
    figure: `${name}, processor time per event`,
    value: ourMicros,
    unit: 'µs',
    against: 'bare server',
    ratio: ourMicros / medianOf(their, (one) => one.processorMicros),
  })
  report.add({
    figure: `${name}, p50`,
    value: medianOf(our, (one) => one.p50),
    unit: 'ms',
    against: 'bare server',
    ratio: medianOf(our, (one) => one.p50) / medianOf(their, (one) => one.p50),
  })
  report.add({
    figure: `${name}, p99`,
    value: medianOf(our, (one) => one.p99),
    unit: 'ms',
    target: { of: 'value', most: 100 },
    against: 'bare server',
    ratio: medianOf(our, (one) => one.p99) / medianOf(their, (one) => one.p99),
  })
}

const loaded = memoryOf(server.pid)
if (loaded) report.add({ figure: 'memory at its highest', value: loaded.peakMb, unit: 'MB' })
await bare.stop()
report.add({ figure: 'stop after the load', value: await server.stop(), unit: 's' })
server = await startZhiyin(ourDir)
report.add({
  figure: 'restart after the load',
  value: server.readySeconds,
  unit: 's',
  target: { of: 'value', most: 3 },
})

// A request that was cut off when its round ended is stored and not acknowledged, so there may be more, never fewer.
const { result: key } = await runZhiyin<{ key: string }>(ourDir, [
  'keys',
  'create',
  '--name',
  'bench',
  '--role',
  'admin',
  '--json',
])
const answer = await fetch(`${server.url}/api/stats`, { headers: { authorization: `Bearer ${key.key}` } })
const { events } = (await answer.json()) as { events: number }
report.add({
  figure: 'events stored',
  value: events,
  unit: 'events',
  target: { of: 'value', least: ours.acknowledged(), most: ours.made() },
  against: 'acknowledged',
  ratio: events / ours.acknowledged(),
})
report.add({ figure: 'requests failed', value: failed, unit: 'requests', target: { of: 'value', most: 0 } })
await server.stop()
report.end()
