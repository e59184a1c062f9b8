/*
 * Association rules: Groceries beside node-fpgrowth in the same run (sets only, which is all that one finds), then many
 * made-up baskets, sets and rules, as the product runs them: on a thread.
 *
 *   npm run bench -- rules [--json] [--baskets 1000000] [--length 10] [--items 2000] [--rounds 5]
 *
 * Groceries is read from ZHIYIN_EVAL_DATA (../shared/data); without it only the made-up baskets are measured.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { FPGrowth } from 'node-fpgrowth'
import { inThread } from '../src/insights/mining/in-thread.ts'
import { randomOf } from '../src/insights/mining/random.ts'
import { type Baskets, mineItemSets } from '../src/insights/mining/rules/item-sets.ts'
import { median, memoryOf, openReport } from './support/figures.ts'
import { readOptions } from './support/options.ts'

const { baskets, length, items, rounds, json } = readOptions('rules', {
  baskets: [1_000_000, 'made-up baskets'],
  length: [10, 'items of one'],
  items: [2_000, 'different items'],
  rounds: [5, 'rounds over Groceries'],
})
const report = openReport('rules', { json })
const seconds = (since: number) => (performance.now() - since) / 1_000

const file = join(
  resolve(process.env['ZHIYIN_EVAL_DATA'] ?? join(import.meta.dirname, '../../shared/data')),
  'groceries/baskets.jsonl.gz',
)
if (existsSync(file)) await groceries()
else report.say(`${file} is missing: Groceries is not measured`)

async function groceries() {
  const named = gunzipSync(readFileSync(file))
    .toString()
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { items: string[] }).items)
  const ids = new Map<string, number>()
  const idOf = (name: string) => {
    const id = ids.get(name) ?? ids.size
    ids.set(name, id)
    return id
  }
  const numbered = named.map((basket) => basket.map(idOf))
  const minCount = Math.ceil(named.length * 0.001)
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = -1; round < rounds; round++) {
    let startedAt = performance.now()
    const starts = new Uint32Array(named.length + 1)
    numbered.forEach((basket, i) => {
      starts[i + 1] = (starts[i] ?? 0) + basket.length
    })
    const packed = { starts, items: Uint32Array.from(numbered.flat()), itemCount: ids.size }
    const { size } = mineItemSets(packed, { minCount, maxLength: 10, mostSets: 1_000_000 })
    const our = seconds(startedAt)
    startedAt = performance.now()
    const found = await new FPGrowth<number>(0.001).exec(numbered)
    const their = seconds(startedAt)
    if (size !== found.length) throw new Error(`we find ${size} sets, node-fpgrowth ${found.length}`)
    if (round < 0) continue
    ours.push(our)
    theirs.push(their)
  }
  report.add({ figure: 'Groceries at .001, node-fpgrowth', value: median(theirs), unit: 's' })
  report.add({
    figure: 'Groceries at .001',
    value: median(ours),
    unit: 's',
    target: { of: 'ratio', most: 1 },
    against: 'node-fpgrowth',
    ratio: median(ours) / median(theirs),
  })
}

/** Popularity falls as in shops (Zipf); every other basket holds most of one of 200 groups of four that go together. */
const madeUp = (): Baskets => {
  const random = randomOf(7)
  const cumulative = new Float64Array(items)
  let sum = 0
  for (let i = 0; i < items; i++) {
    sum += 1 / (i + 10)
    cumulative[i] = sum
  }
  const draw = () => {
    const at = random.next() * sum
    let [low, high] = [0, items - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((cumulative[middle] ?? 0) < at) low = middle + 1
      else high = middle
    }
    return low
  }
  const groups = Array.from({ length: 200 }, () => Array.from({ length: 4 }, () => random.below(items)))
  const starts = new Uint32Array(baskets + 1)
  const flat = new Uint32Array(baskets * length)
  let end = 0
  for (let basket = 0; basket < baskets; basket++) {
    const held = new Set<number>()
    if (random.next() < 0.5)
      for (const item of groups[random.below(groups.length)] ?? []) if (random.next() < 0.8) held.add(item)
    while (held.size < length) held.add(draw())
    flat.set([...held].slice(0, length), end)
    end += length
    starts[basket + 1] = end
  }
  return { starts, items: flat, itemCount: items }
}

for (const support of [0.01, 0.001]) {
  report.say(`making ${baskets} baskets`)
  const made = madeUp()
  const startedAt = performance.now()
  const found = await inThread(
    'rules',
    {
      baskets: made,
      minCount: Math.ceil(baskets * support),
      maxLength: 10,
      mostSets: 3_000_000,
      mostRules: 200_000,
      rules: { baskets, minConfidence: 0.3, minLift: 1, minLength: 2, right: 'one' },
    },
    [made.starts.buffer as ArrayBuffer, made.items.buffer as ArrayBuffer],
  )
  report.say(`support ${support}: ${found.itemSets} sets, ${found.total} rules`)
  report.add({
    figure: `${baskets.toLocaleString('en-US')} baskets of ${length}, support ${support}`,
    value: seconds(startedAt),
    unit: 's',
    target: { of: 'value', most: 30 },
  })
}
report.add({ figure: 'memory at its highest', value: memoryOf(process.pid)?.peakMb ?? Number.NaN, unit: 'MB' })
report.end()
