/*
 * Import: a file of made-up customers (accounts, ID cards, phones, names, 21 columns) through `zhiyin import` into a running
 * server, beside the same file copied as it is into one bare table of the same embedded Postgres, in the same run.
 *
 *   npm run bench -- import [--json] [--customers 1000000]
 *
 * Two to four minutes at full size and 5 GB of disk.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { writeFiles } from '#simulator'
import { bareImport } from './support/bare-import.ts'
import { memoryOf, openReport } from './support/figures.ts'
import { readOptions } from './support/options.ts'
import { runZhiyin, startZhiyin } from './support/processes.ts'
import { scratchDir } from './support/scratch.ts'

const { customers, json } = readOptions('import', { customers: [1_000_000, 'rows of the file'] })
const report = openReport('import', { json })
const dir = scratchDir()

report.say(`writing ${customers} customers`)
const { files, mappings } = await writeFiles({
  customers,
  seed: 'bench',
  months: 1,
  events: 0,
  dir: join(dir, 'files'),
})
report.add({ figure: 'size of the file', value: statSync(files.customers).size / 1e6, unit: 'MB' })

report.say('copying it into a bare table')
const bare = await bareImport(files.customers, join(dir, 'bare'))
if (bare.rows !== customers) throw new Error(`The bare table holds ${bare.rows} rows`)
report.add({ figure: 'COPY into one bare table', value: bare.rows / bare.seconds, unit: 'rows/s' })

report.say('importing it')
const ourDir = join(dir, 'zhiyin')
const server = await startZhiyin(ourDir)
const { result, seconds } = await runZhiyin<{ read: number; accepted: number; merged: number; rejected: number }>(
  ourDir,
  ['import', 'customers', files.customers, '--mapping', mappings.customers, '--json'],
)
const rowsPerSecond = customers / seconds
report.add({
  figure: 'zhiyin import customers',
  value: rowsPerSecond,
  unit: 'rows/s',
  against: 'COPY into one bare table',
  ratio: rowsPerSecond / (bare.rows / bare.seconds),
})
report.add({
  figure: '1,000,000 customers',
  value: 1_000_000 / rowsPerSecond,
  unit: 's',
  target: { of: 'value', most: 60 },
})
const { read, accepted, merged, rejected } = result
report.add({
  figure: 'rows accounted for',
  value: accepted + merged + rejected,
  unit: 'rows',
  target: { of: 'value', least: customers, most: customers },
  against: 'rows read',
  ratio: (accepted + merged + rejected) / read,
})
report.add({ figure: 'rows rejected', value: rejected, unit: 'rows' })
const memory = memoryOf(server.pid)
if (memory) report.add({ figure: 'memory at its highest', value: memory.peakMb, unit: 'MB' })
await server.stop()
report.end()
