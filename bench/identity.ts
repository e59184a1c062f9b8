/*
 * Identity without a shared key: FEBRL 1 to 3 with and without the social-security number, then a million made-up Chinese
 * records with known truth through the same engine, on the thread it runs on in the product.
 *
 *   npm run bench -- identity [--json] [--records 1000000]
 *
 * About two minutes at full size. The floor is what an exact match of the social-security number finds.
 */
import { columnsOf, matchRecords } from '../src/customers/matching/match.ts'
import { memoryOf, openReport } from './support/figures.ts'
import { febrlPerson, febrlPlan, pairwiseQuality, readFebrl } from './support/identity-sets.ts'
import { matchMadeUp } from './support/match-made-up.ts'
import { readOptions } from './support/options.ts'

const { records, json } = readOptions('identity', { records: [1_000_000, 'made-up records'] })
const report = openReport('identity', { json })

for (const set of [1, 2, 3]) {
  const rows = readFebrl(set)
  const people = rows.map(febrlPerson)
  const floor = pairwiseQuality(
    people,
    rows.map(({ soc_sec_id }, index) => soc_sec_id || `none ${index}`),
  ).f1
  for (const [withNumber, least] of [
    [true, 0.995],
    [false, 0.9935],
  ] as const) {
    const plan = febrlPlan({ withNumber })
    const startedAt = performance.now()
    const { clusters, candidates } = matchRecords(plan, columnsOf(plan, rows))
    const seconds = (performance.now() - startedAt) / 1_000
    const { precision, recall, f1 } = pairwiseQuality(people, [...clusters.of])
    const label = `FEBRL ${set} ${withNumber ? 'with' : 'without'} the number`
    report.say(`${label}: ${candidates} candidates, ${seconds.toFixed(1)} s`)
    report.add({ figure: `${label}, precision`, value: precision, unit: '' })
    report.add({ figure: `${label}, recall`, value: recall, unit: '' })
    report.add({
      figure: `${label}, F1`,
      value: f1,
      unit: '',
      target: { of: 'value', least },
      against: `equal numbers ${floor.toFixed(4)}`,
      ratio: f1 / floor,
    })
  }
}

const before = memoryOf(process.pid)?.nowMb ?? 0
report.say(`${records} made-up records; ${Math.round(before)} MB before`)
const made = matchMadeUp(records, (text) => report.say(text))
report.add({ figure: 'made-up records', value: records, unit: 'records' })
report.add({ figure: 'candidates compared', value: made.candidates, unit: 'pairs' })
report.add({
  figure: 'read, learned, compared and clustered',
  value: made.seconds,
  unit: 's',
  target: { of: 'value', most: 120 },
})
report.add({
  figure: 'highest memory of the process',
  value: made.peakMb,
  unit: 'MB',
  target: { of: 'value', most: 2_000 },
})
report.add({ figure: 'precision', value: made.quality.precision, unit: '' })
report.add({ figure: 'recall', value: made.quality.recall, unit: '' })
report.add({
  figure: 'F1',
  value: made.quality.f1,
  unit: '',
  against: 'equal ID cards',
  ratio: made.quality.f1 / made.floor,
})
report.end()
