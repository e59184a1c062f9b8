/** A set of customer numbers: one bit each, since numbers are given out in sequence. A million people take 125 kB. */
export interface Bitset {
  has(no: number): boolean
  /** @returns whether this changed the set */
  put(no: number, present: boolean): boolean
  size(): number
}

export const openBitset = (nos: Iterable<number> = []): Bitset => {
  let words = new Uint32Array(1_024)
  let size = 0
  const has = (no: number) => (((words[no >>> 5] ?? 0) >>> (no & 31)) & 1) === 1
  const set: Bitset = {
    has,
    put: (no, present) => {
      if (has(no) === present) return false
      const word = no >>> 5
      if (word >= words.length) {
        const wider = new Uint32Array(Math.max(word + 1, words.length * 2))
        wider.set(words)
        words = wider
      }
      words[word] = ((words[word] ?? 0) ^ (1 << (no & 31))) >>> 0
      size += present ? 1 : -1
      return true
    },
    size: () => size,
  }
  for (const no of nos) set.put(no, true)
  return set
}
