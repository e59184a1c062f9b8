/**
 * Trains the sentiment classifier: `ZHIYIN_EVAL_DATA=… node test/tags/write-sentiment.ts` writes
 * `sentiment-1.bin` and prints the figures of the card. Deterministic: same data, same bytes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { buckets, nGrams } from '../../src/platform/text/n-grams.ts'
import { normaliseText } from '../../src/platform/text/normalise.ts'

const dir = process.env['ZHIYIN_EVAL_DATA'] ?? join(import.meta.dirname, '../../../shared/data')
const read = (name: string) => gunzipSync(readFileSync(join(dir, 'chinese-sentiment', name))).toString('utf8')

interface Example {
  label: 0 | 1
  features: Int32Array
  /** Han characters only: texts that differ in spaces, signs or script alone are one. */
  bare: string
}
const example = (label: string, text: string): Example => ({
  label: label === '1' ? 1 : 0,
  features: nGrams(text),
  bare: normaliseText(text).replaceAll(/[^\p{Script=Han}]+/gu, ''),
})

/** Fields of CSV with quotes and line ends inside them. */
const records = (text: string): string[][] => {
  const rows: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
    if (end !== ',') rows.push([])
  }
  return rows.filter((row) => row.length > 1)
}

const tab = (name: string) =>
  read(name)
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .filter(([label]) => label === '0' || label === '1')
    .map(([label = '', text = '']) => example(label, text))

const hotels = tab('chnsenticorp-train.tsv.gz')
const shopping = records(read('online-shopping-train.csv.gz'))
  .slice(1)
  .filter(([, label]) => label === '0' || label === '1')
  .map(([, label = '', text = '']) => example(label, text))
const food = records(read('waimai-train.csv.gz'))
  .slice(1)
  .filter(([label]) => label === '0' || label === '1')
  .map(([label = '', text = '']) => example(label, text))
const dev = tab('chnsenticorp-dev.tsv.gz')
const held = new Set(dev.map(({ bare }) => bare))
// The corpora share sources: what is in the held-back set but for its punctuation is not learnt from.
const pieces = new Set(
  dev.filter(({ bare }) => bare.length >= 12).flatMap(({ bare }) => [bare.slice(0, 12), bare.slice(-12)]),
)
const apart = ({ bare }: Example) =>
  !held.has(bare) && !(bare.length >= 12 && (pieces.has(bare.slice(0, 12)) || pieces.has(bare.slice(-12))))
const all = [...hotels, ...shopping, ...food]
const train = all.filter(apart)
console.log({ left: all.length - train.length })
console.log({ hotels: hotels.length, shopping: shopping.length, food: food.length, dev: dev.length })

// Logistic regression on n-grams weighted by their naive Bayes log-count ratio (Wang and Manning 2012).
const counts = [new Float64Array(buckets), new Float64Array(buckets)] as const
for (const { label, features } of train) for (const f of features) counts[label][f] = (counts[label][f] ?? 0) + 1
const totals = [0, 1].map((label) => train.filter((one) => one.label === label).length)
const [negative = 1, positive = 1] = totals
const ratio = Float64Array.from({ length: buckets }, (_, f) =>
  Math.log(((counts[1][f] ?? 0) + 1) / (positive + 2) / (((counts[0][f] ?? 0) + 1) / (negative + 2))),
)

let state = 20261122
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 4294967296
}
const order = Int32Array.from({ length: train.length }, (_, i) => i)
const weights = new Float64Array(buckets)
const squares = new Float64Array(buckets).fill(1)
let bias = 0
const rate = 1
const decay = 2e-6
const epochs = 6

const margin = ({ features }: Example, w: (f: number) => number) => {
  let sum = 0
  for (const f of features) sum += w(f)
  return bias + sum / Math.sqrt(features.length || 1)
}
const accuracy = (examples: readonly Example[], w: (f: number) => number) =>
  examples.filter((one) => margin(one, w) > 0 === (one.label === 1)).length / examples.length

for (let epoch = 0; epoch < epochs; epoch++) {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = held
  }
  for (const i of order) {
    const one = train[i]
    if (!one) continue
    const scale = 1 / Math.sqrt(one.features.length || 1)
    const p = 1 / (1 + Math.exp(-margin(one, (f) => (weights[f] ?? 0) * (ratio[f] ?? 0))))
    const error = p - one.label
    for (const f of one.features) {
      const gradient = error * scale * (ratio[f] ?? 0) + decay * (weights[f] ?? 0)
      const square = (squares[f] ?? 0) + gradient * gradient
      squares[f] = square
      weights[f] = (weights[f] ?? 0) - (rate * gradient) / Math.sqrt(square)
    }
    bias -= 0.01 * error
  }
  const w = (f: number) => (weights[f] ?? 0) * (ratio[f] ?? 0)
  console.log({ epoch, train: accuracy(train, w), dev: accuracy(dev, w) })
}

const final = Float64Array.from(weights, (w, f) => w * (ratio[f] ?? 0))
const seen = (f: number) => (counts[0][f] ?? 0) + (counts[1][f] ?? 0)
// What was met twice at most is chance.
for (let f = 0; f < buckets; f++) if (seen(f) < 2) final[f] = 0
const sorted = Float64Array.from(final, Math.abs).sort()
const scale = (sorted[Math.floor(buckets * 0.9999)] ?? 1) / 127
const quantised = Int8Array.from(final, (w) => Math.max(-127, Math.min(127, Math.round(w / scale))))
const w = (f: number) => (quantised[f] ?? 0) * scale
console.log({
  quantised: accuracy(dev, w),
  devPositive: accuracy(
    dev.filter(({ label }) => label === 1),
    w,
  ),
  devNegative: accuracy(
    dev.filter(({ label }) => label === 0),
    w,
  ),
})
const header = Buffer.alloc(16)
header.write('ZYS1')
header.writeFloatLE(scale, 4)
header.writeFloatLE(bias, 8)
header.writeUInt32LE(buckets, 12)
writeFileSync(
  join(import.meta.dirname, '../../src/platform/text/models/sentiment-1.bin'),
  Buffer.concat([header, Buffer.from(quantised.buffer)]),
)
