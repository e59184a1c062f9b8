/*
 * Bursts of public opinion: false alarms in usual days, delay and misses of real repost timings (CED, events of 100 reposts
 * and more) put into a simulated background, with all and with some of the reposts collected.
 *
 *   npm run bench -- bursts [--json] [--days 2000] [--every 1] [--seed 42]
 *
 * The timings are read from ZHIYIN_EVAL_DATA (../shared/data).
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { delayAt, detect, falseAlarms, readCedTimings } from './support/burst-simulation.ts'
import { openReport } from './support/figures.ts'
import { readOptions } from './support/options.ts'

const { days, every, seed, json } = readOptions('bursts', {
  days: [2_000, 'brand days of background'],
  every: [1, 'take each so-manieth event'],
  seed: [42, 'of all random numbers'],
})
const report = openReport('bursts', { json })
const file = join(
  resolve(process.env['ZHIYIN_EVAL_DATA'] ?? join(import.meta.dirname, '../../shared/data')),
  'ced/events.jsonl.gz',
)
if (!existsSync(file)) throw new Error(`${file} is missing`)
const events = readCedTimings(file, 100).filter((_, n) => n % every === 0)
report.say(`${events.length} events of CED, ${days} brand days`)

for (const waves of [0, 0.4])
  for (const perHour of [2, 20]) {
    const scene = { perHour, waves, seed }
    const where = `${perHour}/h${waves > 0 ? ' in waves' : ''}`
    report.add({
      figure: `false alarms per brand and day, ${where}`,
      value: falseAlarms(scene, days) / days,
      unit: '',
      ...(waves === 0 && { target: { of: 'value', most: 0.05 } }),
    })
    for (const [kept, engagement] of [
      [1, false],
      [0.3, false],
      [0.1, false],
      [0.3, true],
      [0.1, true],
    ] as const) {
      if (waves > 0 && kept < 1) continue
      const found = detect(events, scene, { kept, engagement })
      const how = `${where}${kept < 1 ? `, ${kept * 100} % collected` : ''}${engagement ? ', with counts' : ''}`
      const target = kept === 1 && waves === 0 ? { target: { of: 'value' as const, most: 10 } } : {}
      report.add({ figure: `median delay, ${how}`, value: delayAt(found, 50), unit: 'min', ...target })
      report.add({ figure: `p90 delay, ${how}`, value: delayAt(found, 90), unit: 'min' })
      report.add({ figure: `missed in 48 h, ${how}`, value: (100 * found.misses) / events.length, unit: '%' })
    }
  }
report.end()
