import type { Folded } from './fold.ts'

/** The longest n-gram that is read. */
export const longest = 3
/** Distinct n-grams kept of one text: 2,000 characters have at most three times as many. */
const most = 6_016
const tableBits = 14

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
  const keys = new Uint32Array(1 << tableBits)
  const turns = new Uint32Array(1 << tableBits)
  const mask = (1 << tableBits) - 1
  let turn = 0
  /** @param from, to the part of the folded text that is read */
  return ({ units, length }: Folded, from = 0, to = length): NGrams => {
    turn = (turn + 1) >>> 0
    let count = 0
    for (let start = from; start < to; start++) {
      // FNV-1a over units, one hash per length that begins here.
      let hash = 0x811c9dc5
      for (let n = 0; n < longest && start + n < to; n++) {
        hash = Math.imul(hash ^ (units[start + n] ?? 0), 0x01000193)
        hash ^= hash >>> 15
        const key = Math.imul(hash, 0x2c1b3c6d) >>> 0
        let place = key >>> (32 - tableBits)
        while (turns[place] === turn && keys[place] !== key) place = (place + 1) & mask
        if (turns[place] === turn) continue
        turns[place] = turn
        keys[place] = key
        found.hashes[count] = key
        found.starts[count] = start
        found.lengths[count] = n + 1
        count++
      }
    }
    found.length = count
    return found
  }
}
