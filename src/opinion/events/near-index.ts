import { jaccard } from './grams.ts'

/**
 * Near-duplicates of short texts: MinHash, 32 bands of 4 rows, every candidate verified by its exact Jaccard likeness.
 * Source: Broder 1997 (min-wise hashing), Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, ch. 3 (banding).
 * A pair of likeness s becomes a candidate with probability 1 − (1 − s⁴)³².
 */
const bands = 32
const rows = 4
const hashes = bands * rows

/** From here on two texts are near-duplicates. */
export const nearFrom = 0.5
/** Copies so like one already held that they would find nothing it does not find: they are not kept beside it. */
const sameFrom = 0.9
/** Fewer grams than this say too little: such a text is like another only when it is equal. */
const fewestGrams = 6
/** Of a bucket that very many texts fall into, the latest are looked at. */
const deepest = 48

const highest = 0x80000000
/** Odd multipliers and offsets of 128 hash functions, from a fixed seed: every process and every start has the same. */
const multipliers = new Int32Array(hashes)
/** The highest bit turned over: signed numbers then compare as the unsigned hashes would, in one instruction. */
const offsets = new Int32Array(hashes)
{
  let state = 0x9e3779b9
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  for (let at = 0; at < hashes; at++) {
    multipliers[at] = next() | 1
    offsets[at] = next() ^ highest
  }
}

/** Grams of the text, mixed. */
let mixed = new Int32Array(2_048)

/** One number per band of the text's signature, written into `into` (32 long). */
const signBands = (grams: Uint32Array, into: Uint32Array): void => {
  const count = grams.length
  if (count > mixed.length) mixed = new Int32Array(count)
  for (let at = 0; at < count; at++) {
    // Grams of one script are close numbers: they are mixed before the linear hashes see them.
    const gram = grams[at] as number
    let mixing = Math.imul(gram ^ (gram >>> 16), 0x85ebca6b)
    mixing = Math.imul(mixing ^ (mixing >>> 13), 0xc2b2ae35)
    mixed[at] = mixing ^ (mixing >>> 16)
  }
  for (let band = 0; band < bands; band++) {
    let hash = Math.imul(band + 1, 0x9e3779b1)
    // One hash function after the other, two at once: their minima stay in registers.
    for (let row = band * rows; row < (band + 1) * rows; row += 2) {
      const multiplier = multipliers[row] as number
      const offset = offsets[row] as number
      const otherMultiplier = multipliers[row + 1] as number
      const otherOffset = offsets[row + 1] as number
      let least = 0x7fffffff
      let otherLeast = 0x7fffffff
      for (let at = 0; at < count; at++) {
        const gram = mixed[at] as number
        const one = (Math.imul(gram, multiplier) + offset) | 0
        const other = (Math.imul(gram, otherMultiplier) + otherOffset) | 0
        if (one < least) least = one
        if (other < otherLeast) otherLeast = other
      }
      hash = Math.imul(hash ^ least ^ highest, 0x01000193)
      hash ^= hash >>> 15
      hash = Math.imul(hash ^ otherLeast ^ highest, 0x01000193)
      hash ^= hash >>> 15
    }
    into[band] = hash >>> 0
  }
}

/** Texts of one stretch of time; the oldest stretch is dropped whole. */
interface Stretch {
  count: number
  newestAt: number
  /** Head of the chain per bucket, entry + 1. */
  heads: Int32Array
  /** Before this entry in the bucket of each of its bands, entry + 1. */
  links: Int32Array
  grams: Uint32Array[]
  clusters: string[]
  stamps: Int32Array
}

const stretchOf = (size: number): Stretch => ({
  count: 0,
  newestAt: 0,
  heads: new Int32Array(2 ** Math.ceil(Math.log2(size * bands))),
  links: new Int32Array(size * bands),
  grams: [],
  clusters: [],
  stamps: new Int32Array(size),
})

export interface NearMatch {
  cluster: string
  /** Exact Jaccard likeness of the 2-grams, `nearFrom` to 1. */
  likeness: number
}

export interface NearIndex {
  /** The most like texts held, best first. Empty when none is near. */
  matches: (grams: Uint32Array, most?: number) => NearMatch[]
  /** Holds a text under its cluster. */
  add: (grams: Uint32Array, cluster: string, at: number) => void
  /** The cluster of this text: that of the most like one held, else `id`, which founds one. Holds it when it adds something. */
  place: (grams: Uint32Array, text: string, id: string, at: number) => NearMatch
  /** Forgets what is older. */
  forget: (before: number) => void
  size: () => number
}

/**
 * An index of the texts of a sliding window, bounded in memory: about 0.5 kB for each distinct text of 60 characters.
 * Pure but for what it holds; 20 to 45 µs a text, more where many held are like it.
 * @param most distinct texts held; beyond it the oldest eighth goes
 */
export const openNearIndex = (most = 262_144): NearIndex => {
  const stretchSize = Math.max(512, Math.ceil(most / 8))
  const stretches: Stretch[] = []
  /** Equal texts, and texts too short to be like another but by being equal. */
  let equal = new Map<string, { cluster: string; at: number }>()
  const found = new Uint32Array(bands)
  let turn = 0

  const search = (grams: Uint32Array): NearMatch[] => {
    const hits: NearMatch[] = []
    turn = turn === 0x7fffffff ? 1 : turn + 1
    for (const stretch of stretches) {
      const mask = stretch.heads.length - 1
      for (let band = 0; band < bands; band++) {
        let at = stretch.heads[(found[band] as number) & mask] as number
        for (let depth = 0; at !== 0 && depth < deepest; depth++) {
          const entry = at - 1
          at = stretch.links[entry * bands + band] as number
          if (stretch.stamps[entry] === turn) continue
          stretch.stamps[entry] = turn
          const other = stretch.grams[entry]
          if (!other || Math.min(grams.length, other.length) < nearFrom * Math.max(grams.length, other.length)) continue
          const likeness = jaccard(grams, other, nearFrom)
          if (likeness >= nearFrom) hits.push({ cluster: stretch.clusters[entry] ?? '', likeness })
        }
      }
    }
    return hits.sort((a, b) => b.likeness - a.likeness)
  }

  const hold = (grams: Uint32Array, cluster: string, at: number) => {
    let stretch = stretches.at(-1)
    if (!stretch || stretch.count === stretchSize) {
      if (stretches.length === 8) stretches.shift()
      stretch = stretchOf(stretchSize)
      stretches.push(stretch)
    }
    const entry = stretch.count++
    const mask = stretch.heads.length - 1
    for (let band = 0; band < bands; band++) {
      const bucket = (found[band] as number) & mask
      stretch.links[entry * bands + band] = stretch.heads[bucket] as number
      stretch.heads[bucket] = entry + 1
    }
    stretch.grams[entry] = grams
    stretch.clusters[entry] = cluster
    if (at > stretch.newestAt) stretch.newestAt = at
  }

  const rememberEqual = (text: string, cluster: string, at: number) => {
    // Beyond its bound the older half goes: a map keeps the order in which things came.
    if (equal.size >= most) equal = new Map([...equal].slice(Math.floor(most / 2)))
    equal.set(text, { cluster, at })
  }

  return {
    matches: (grams, limit = 50) => {
      if (grams.length < fewestGrams) return []
      signBands(grams, found)
      return search(grams).slice(0, limit)
    },
    add: (grams, cluster, at) => {
      if (grams.length < fewestGrams) return
      signBands(grams, found)
      hold(grams, cluster, at)
    },
    place: (grams, text, id, at) => {
      if (text === '') return { cluster: id, likeness: 0 }
      const same = equal.get(text)
      if (same) {
        same.at = Math.max(same.at, at)
        return { cluster: same.cluster, likeness: 1 }
      }
      let match: NearMatch = { cluster: id, likeness: 0 }
      if (grams.length >= fewestGrams) {
        signBands(grams, found)
        match = search(grams)[0] ?? match
        if (match.likeness < sameFrom) hold(grams, match.cluster, at)
      }
      rememberEqual(text, match.cluster, at)
      return match
    },
    forget: (before) => {
      while (stretches[0] && stretches[0].newestAt < before) stretches.shift()
      for (const [text, { at }] of equal) if (at < before) equal.delete(text)
    },
    size: () => stretches.reduce((sum, { count }) => sum + count, 0),
  }
}
