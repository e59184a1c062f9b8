import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { nGrams } from './n-grams.ts'

/** The classifier in use; its card is `models/sentiment-1.md`. */
export const sentimentModel = 'sentiment-1'

interface Weights {
  scale: number
  bias: number
  weights: Int8Array
}
let held: Weights | undefined

const load = (): Weights => {
  const file = readFileSync(join(import.meta.dirname, 'models', `${sentimentModel}.bin`))
  if (file.toString('latin1', 0, 4) !== 'ZYS1') throw new Error(`${sentimentModel}.bin is not a sentiment model`)
  const buckets = file.readUInt32LE(12)
  return {
    scale: file.readFloatLE(4),
    bias: file.readFloatLE(8),
    weights: new Int8Array(file.buffer, file.byteOffset + 16, buckets),
  }
}

/** The probability that a text is positive, 0 to 1; .5 for a text without known n-grams. */
export const positiveProbability = (text: string): number => {
  held ??= load()
  const { scale, bias, weights } = held
  const features = nGrams(text)
  let sum = 0
  for (const feature of features) sum += weights[feature] ?? 0
  return 1 / (1 + Math.exp(-(bias + (scale * sum) / Math.sqrt(features.length || 1))))
}
