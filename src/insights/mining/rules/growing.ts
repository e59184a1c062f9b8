/** A Uint32Array that grows at its end: plain lists of numbers take eight times the memory. */
export interface Growing {
  array: Uint32Array
  length: number
}

export const growing = (capacity = 1_024): Growing => ({ array: new Uint32Array(capacity), length: 0 })

/** Makes room for `more` numbers behind the last. */
export const reserve = (list: Growing, more: number): void => {
  const needed = list.length + more
  if (needed <= list.array.length) return
  const larger = new Uint32Array(Math.max(needed, list.array.length * 2))
  larger.set(list.array.subarray(0, list.length))
  list.array = larger
}
