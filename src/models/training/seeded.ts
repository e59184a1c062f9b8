/** Random numbers that are the same for the same seed. */
export const seeded = (seed: number) => {
  let state = seed >>> 0
  /** 0 up to, not including, 1. */
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 4_294_967_296
  }
  return {
    next,
    /** In place. */
    shuffle: (numbers: Int32Array): void => {
      for (let last = numbers.length - 1; last > 0; last--) {
        const other = Math.floor(next() * (last + 1))
        const held = numbers[last] ?? 0
        numbers[last] = numbers[other] ?? 0
        numbers[other] = held
      }
    },
  }
}

/** 32-bit hash of a text: which tenth or fold it falls into. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  hash ^= hash >>> 13
  return hash >>> 0
}
