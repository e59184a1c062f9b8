/** Rows of sparse presence features, with the length each is divided by. */
export interface Rows {
  /** Where each row begins; one more than there are rows. */
  starts: Int32Array
  features: Int32Array
  /** One over the root of the number of n-grams. */
  norms: Float64Array
  count: number
}

/** Which bucket is which feature: −1 for buckets too rare to learn from. */
export interface Vocabulary {
  bits: number
  /** Whether n-grams that are not features count among those that sums are divided by. */
  over: 'all' | 'known'
  features: Int32Array
  /** The bucket of each feature, ascending. */
  buckets: Int32Array
}

/** Buckets that occur in at least `atLeast` of the texts. @param texts 32-bit hashes of each text */
export const vocabularyOf = (
  texts: readonly Uint32Array[],
  bits: number,
  atLeast: number,
  over: Vocabulary['over'],
): Vocabulary => {
  const seen = new Int32Array(2 ** bits)
  for (const hashes of texts)
    for (const hash of hashes) {
      const bucket = hash >>> (32 - bits)
      seen[bucket] = (seen[bucket] ?? 0) + 1
    }
  const features = new Int32Array(2 ** bits).fill(-1)
  const buckets: number[] = []
  for (let bucket = 0; bucket < seen.length; bucket++)
    if ((seen[bucket] ?? 0) >= atLeast) {
      features[bucket] = buckets.length
      buckets.push(bucket)
    }
  return { bits, over, features, buckets: Int32Array.from(buckets) }
}

/** Texts as rows over a vocabulary. */
export const rowsOf = (texts: readonly Uint32Array[], { bits, features, over }: Vocabulary): Rows => {
  const starts = new Int32Array(texts.length + 1)
  const norms = new Float64Array(texts.length)
  const all = new Int32Array(texts.reduce((sum, { length }) => sum + length, 0))
  let place = 0
  texts.forEach((hashes, row) => {
    starts[row] = place
    for (const hash of hashes) {
      const feature = features[hash >>> (32 - bits)] ?? -1
      if (feature >= 0) all[place++] = feature
    }
    norms[row] = 1 / Math.sqrt((over === 'known' ? place - (starts[row] ?? 0) : hashes.length) || 1)
  })
  starts[texts.length] = place
  return { starts, features: all.subarray(0, place), norms, count: texts.length }
}
