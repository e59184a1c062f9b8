import { openColumn } from '../../src/customers/matching/columns.ts'
import { comparisons } from '../../src/customers/matching/comparisons.ts'
import { type MatchPlan, matchRecords } from '../../src/customers/matching/match.ts'
import { memoryOf } from './figures.ts'
import { type PairwiseQuality, pairwiseQuality } from './identity-sets.ts'
import { type MadeUpRecord, madeUpRecords } from './made-up-people.ts'

/** What a consumer-finance company's base is matched by; the product's default project says the same. */
const plan: MatchPlan = {
  fields: [
    { field: 'name', comparison: 'chineseName', termFrequency: true, own: true },
    { field: 'idCard', comparison: 'digits', strong: true },
    { field: 'phone', comparison: 'digits' },
    { field: 'birthday', comparison: 'date', own: true },
    { field: 'gender', comparison: 'exact' },
    { field: 'address', comparison: 'address' },
  ],
  blocking: [
    [{ field: 'idCard', form: 'whole' }],
    [{ field: 'phone', form: 'whole' }],
    [
      { field: 'name', form: 'nameKey' },
      { field: 'birthday', form: 'whole' },
    ],
    [
      { field: 'name', form: 'whole' },
      { field: 'birthday', form: 'year' },
    ],
    [
      { field: 'name', form: 'nameKey' },
      { field: 'address', form: 'road' },
    ],
  ],
  linkFrom: 0.9,
  reviewFrom: 0.2,
}

/** Makes the records, matches them and looks at the truth. Making them is not counted. */
export const matchMadeUp = (
  records: number,
  say: (text: string) => void,
): { seconds: number; peakMb: number; candidates: number; quality: PairwiseQuality; floor: number } => {
  const columns = plan.fields.map(({ comparison }) => openColumn(comparisons[comparison]))
  const people = new Int32Array(records)
  let seconds = 0
  let at = 0
  let batch: MadeUpRecord[] = []
  const take = () => {
    const startedAt = performance.now()
    for (const record of batch)
      for (const [f, { field }] of plan.fields.entries()) columns[f]?.push(record[field as keyof MadeUpRecord])
    seconds += (performance.now() - startedAt) / 1_000
    batch = []
  }
  for (const { person, record } of madeUpRecords(records)) {
    people[at++] = person
    batch.push(record)
    if (batch.length === 10_000) take()
  }
  take()
  say(`read in ${seconds.toFixed(1)} s`)
  const startedAt = performance.now()
  let last = ''
  const built = columns.map((column) => column.build())
  const idCards = built[1]?.codes ?? new Int32Array()
  const { clusters, candidates, learned, contradicted, keysLeftOut } = matchRecords(plan, built, {
    onProgress: (step) => {
      if (step !== last) say(`${step} from ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`)
      last = step
    },
  })
  seconds += (performance.now() - startedAt) / 1_000
  // Before the answer is compared with the truth, which takes memory of its own.
  const peakMb = memoryOf(process.pid)?.peakMb ?? Number.NaN
  say(
    `${learned.changes.length} rounds, ${clusters.split} clusters split, ${clusters.refused} links refused, ${contradicted} contradicted, keys left out ${keysLeftOut.join(' ')}`,
  )
  for (const { name, m, weights } of learned.fields)
    say(
      `${name}: m ${m.map((value) => value.toFixed(3)).join(' ')}, bits ${weights.map((bits) => bits.toFixed(1)).join(' ')}`,
    )
  return {
    seconds,
    peakMb,
    candidates,
    quality: pairwiseQuality([...people], [...clusters.of]),
    floor: pairwiseQuality(
      [...people],
      Array.from(idCards, (code, index) => (code === 0 ? -1 - index : code)),
    ).f1,
  }
}
