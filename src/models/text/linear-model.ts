import { gunzipSync, gzipSync } from 'node:zlib'
import type { NGrams } from './n-grams.ts'

/**
 * Lines over one set of hashed n-grams: weights of one n-gram stand together, one per output, as signed roots in
 * 8 bits: w stands for w · |w|, so that small weights, which are many, are not lost beside large ones. The margin of output k is
 * `biases[k] + scales[k] · Σ w · |w| / √(number of n-grams)`.
 */
export interface LinearModel {
  name: string
  bits: number
  outputs: readonly string[]
  scales: Float32Array
  biases: Float32Array
  /** Whether n-grams that the model does not know count among those that sums are divided by. */
  over: 'all' | 'known'
  /** Bucket → row of weights, −1 for none. */
  rows: Int32Array
  /** w · |w| of each weight. */
  weights: Int16Array
}

interface Header {
  name: string
  bits: number
  outputs: string[]
  scales: number[]
  biases: number[]
  over: 'all' | 'known'
  rows: number
}

/** Buckets of a model in ascending order, as differences in variable-length integers, and the weights in that order. */
const bodyOf = ({ rows, weights, outputs }: LinearModel): { buckets: number; bytes: Buffer } => {
  const steps: number[] = []
  const ordered = new Int8Array(weights.length)
  const root = (weight: number) => Math.sign(weight) * Math.round(Math.sqrt(Math.abs(weight)))
  const width = outputs.length
  let last = 0
  let buckets = 0
  for (let bucket = 0; bucket < rows.length; bucket++) {
    const row = rows[bucket] ?? -1
    if (row < 0) continue
    for (let k = 0; k < width; k++) ordered[buckets * width + k] = root(weights[row * width + k] ?? 0)
    buckets++
    let step = bucket - last
    last = bucket
    for (; step > 127; step >>>= 7) steps.push((step & 127) | 128)
    steps.push(step)
  }
  return { buckets, bytes: Buffer.concat([Buffer.from(steps), Buffer.from(ordered.buffer)]) }
}

const magic = 'ZYM1'

/** Models that belong together and what else is needed to use them. */
export interface ModelFile<Extra> {
  models: readonly LinearModel[]
  /** Goes through JSON. */
  extra: Extra
}

/** As bytes: `ZYM1`, length of the header, header as JSON, bodies one after the other; all in gzip. */
export const encodeModels = ({ models, extra }: ModelFile<unknown>): Buffer => {
  const bodies = models.map(bodyOf)
  const headers = models.map(
    ({ name, bits, outputs, scales, biases, over }, index): Header => ({
      name,
      bits,
      outputs: [...outputs],
      scales: [...scales],
      biases: [...biases],
      over,
      rows: bodies[index]?.buckets ?? 0,
    }),
  )
  const json = Buffer.from(JSON.stringify({ models: headers, extra }))
  const start = Buffer.alloc(8)
  start.write(magic)
  start.writeUInt32LE(json.length, 4)
  return gzipSync(Buffer.concat([start, json, ...bodies.map(({ bytes }) => bytes)]), { level: 9 })
}

/** @throws when the bytes are no models */
export const decodeModels = <Extra>(packed: Uint8Array): ModelFile<Extra> => {
  const bytes = gunzipSync(packed)
  if (bytes.toString('latin1', 0, 4) !== magic) throw new Error('This is not a model file')
  let place = 8 + bytes.readUInt32LE(4)
  const { models: headers, extra } = JSON.parse(bytes.toString('utf8', 8, place)) as { models: Header[]; extra: Extra }
  const models = headers.map((header): LinearModel => {
    const rows = new Int32Array(2 ** header.bits).fill(-1)
    let bucket = 0
    for (let row = 0; row < header.rows; row++) {
      let step = 0
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[place++] ?? 0
        step |= (byte & 127) << shift
        if (byte < 128) break
      }
      bucket += step
      rows[bucket] = row
    }
    const size = header.rows * header.outputs.length
    const roots = new Int8Array(bytes.buffer, bytes.byteOffset + place, size)
    // By index: `from` with a function asks an iterator for each of some million weights, a second at the first post.
    const weights = new Int16Array(size)
    for (let index = 0; index < size; index++) {
      const root = roots[index] as number
      weights[index] = root * Math.abs(root)
    }
    place += size
    return {
      ...header,
      scales: Float32Array.from(header.scales),
      biases: Float32Array.from(header.biases),
      rows,
      weights,
    }
  })
  if (bytes.length !== place) throw new Error('This model file is cut off')
  return { models, extra }
}

const sums = new Int32Array(256)
/** Where the weights of each known n-gram of the text begin. */
const places = new Int32Array(8_192)
/** Outputs added up at once: so many sums stay in registers. */
const block = 8

/** Margins of one text, one per output. @param into overwritten */
export const scoreNGrams = (
  { bits, rows, weights, scales, biases, outputs, over }: LinearModel,
  { hashes, length }: Pick<NGrams, 'hashes' | 'length'>,
  into: Float64Array,
): Float64Array => {
  const width = outputs.length
  const shift = 32 - bits
  let known = 0
  for (let index = 0; index < length; index++) {
    const row = rows[(hashes[index] as number) >>> shift] as number
    if (row >= 0) places[known++] = row * width
  }
  let k = 0
  // The innermost loops of reading: sums in an array, or a default for what cannot be missing, cost half of it each.
  for (; k + block <= width; k += block) {
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    let e = 0
    let f = 0
    let g = 0
    let h = 0
    for (let index = 0; index < known; index++) {
      const from = (places[index] as number) + k
      a = (a + (weights[from] as number)) | 0
      b = (b + (weights[from + 1] as number)) | 0
      c = (c + (weights[from + 2] as number)) | 0
      d = (d + (weights[from + 3] as number)) | 0
      e = (e + (weights[from + 4] as number)) | 0
      f = (f + (weights[from + 5] as number)) | 0
      g = (g + (weights[from + 6] as number)) | 0
      h = (h + (weights[from + 7] as number)) | 0
    }
    sums[k] = a
    sums[k + 1] = b
    sums[k + 2] = c
    sums[k + 3] = d
    sums[k + 4] = e
    sums[k + 5] = f
    sums[k + 6] = g
    sums[k + 7] = h
  }
  for (; k < width; k++) {
    let sum = 0
    for (let index = 0; index < known; index++) sum = (sum + (weights[(places[index] as number) + k] as number)) | 0
    sums[k] = sum
  }
  const norm = 1 / Math.sqrt((over === 'known' ? known : length) || 1)
  for (let k = 0; k < width; k++) into[k] = (biases[k] as number) + (scales[k] as number) * (sums[k] as number) * norm
  return into
}

/**
 * One line of a model with a weight for every bucket, as its signed root: where one output is asked for, a sixth of the memory
 * is touched.
 */
export interface DenseLine {
  bits: number
  scale: number
  bias: number
  over: 'all' | 'known'
  roots: Int8Array
}

const unknown = -128
/** w · |w| by root + 128. */
const squares = Int16Array.from({ length: 256 }, (_, index) => (index - 128) * Math.abs(index - 128))

export const denseLine = (
  { bits, rows, weights, scales, biases, outputs, over }: LinearModel,
  k: number,
): DenseLine => {
  const width = outputs.length
  const roots = new Int8Array(rows.length).fill(unknown)
  for (let bucket = 0; bucket < rows.length; bucket++) {
    const row = rows[bucket] as number
    if (row < 0) continue
    const weight = weights[row * width + k] as number
    roots[bucket] = Math.sign(weight) * Math.sqrt(Math.abs(weight))
  }
  return { bits, scale: scales[k] ?? 0, bias: biases[k] ?? 0, over, roots }
}

/** The margin of one text. @param length n-grams that count; cues appended behind them may be left out */
export const scoreLine = (
  { bits, scale, bias, over, roots }: DenseLine,
  { hashes }: Pick<NGrams, 'hashes'>,
  length: number,
): number => {
  const shift = 32 - bits
  let known = 0
  let sum = 0
  for (let index = 0; index < length; index++) {
    const root = roots[(hashes[index] as number) >>> shift] as number
    if (root === unknown) continue
    known++
    sum = (sum + (squares[root + 128] as number)) | 0
  }
  return bias + (scale * sum) / Math.sqrt((over === 'known' ? known : length) || 1)
}

/** What each n-gram of a text adds to the margin of one output, in the order of the n-grams. */
export const contributions = (model: LinearModel, { hashes, length }: NGrams, output: number): Float64Array => {
  const { bits, rows, weights, scales, outputs, over } = model
  const added = new Float64Array(length)
  let known = 0
  for (let index = 0; index < length; index++) {
    const row = rows[(hashes[index] ?? 0) >>> (32 - bits)] ?? -1
    const weight = row < 0 ? 0 : (weights[row * outputs.length + output] ?? 0)
    if (row >= 0) known++
    added[index] = (scales[output] ?? 0) * weight
  }
  const norm = 1 / Math.sqrt((over === 'known' ? known : length) || 1)
  return added.map((one) => one * norm)
}
