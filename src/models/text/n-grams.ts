import type { Folded } from './fold.ts'

/** The longest n-gram that is read. */
export const longest = 3
/** Distinct n-grams kept of one text: 2,000 characters have at most three times as many. */
const most = 6_016
const tableBits = 14
const fewestBits = 8

/** The distinct n-grams of one text, each as a 32-bit hash. Only the first `length` count. */
export interface NGrams {
  hashes: Uint32Array
  length: number
  /** Place of the first unit of each, and how many units it has: for explanations. */
  starts: Uint16Array
  lengths: Uint8Array
}

/** Reads n-grams of 1 to 3 units, again and again into the same place. Not to be shared by threads. */
export const nGramReader = () => {
  const found: NGrams = {
    hashes: new Uint32Array(most),
    length: 0,
    starts: new Uint16Array(most),
    lengths: new Uint8Array(most),
  }
  const { hashes, starts, lengths } = found
  const keys = new Uint32Array(1 << tableBits)
  const turns = new Uint32Array(1 << tableBits)
  let turn = 0
  /** @param from, to the part of the folded text that is read */
  return ({ units, length }: Folded, from = 0, to = length): NGrams => {
    turn = (turn + 1) >>> 0
    // A short text is looked up in the front of the table alone, which stays in the nearest cache; the order is the same.
    let bits = fewestBits
    while (bits < tableBits && 1 << bits < (to - from) * longest * 2) bits++
    const shift = 32 - bits
    const mask = (1 << bits) - 1
    let count = 0
    for (let start = from; start < to; start++) {
      // FNV-1a over units, one hash per length that begins here.
      let hash = 0x811c9dc5
      const end = Math.min(to, start + longest)
      for (let at = start; at < end; at++) {
        hash = Math.imul(hash ^ (units[at] as number), 0x01000193)
        hash ^= hash >>> 15
        const key = Math.imul(hash, 0x2c1b3c6d) >>> 0
        let place = key >>> shift
        while (turns[place] === turn && keys[place] !== key) place = (place + 1) & mask
        if (turns[place] === turn) continue
        turns[place] = turn
        keys[place] = key
        hashes[count] = key
        starts[count] = start
        lengths[count] = at - start + 1
        count++
      }
    }
    found.length = count
    return found
  }
}
