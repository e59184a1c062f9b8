import type { Random } from '../random.ts'

/** `size` different places below `count`, ascending; all of them when there are no more. */
export const sample = (count: number, size: number, random: Random): Uint32Array => {
  if (size >= count) return Uint32Array.from({ length: count }, (_, i) => i)
  const places = new Uint32Array(size)
  // Each place is taken with the chance that as many as are still wanted are among those still left (Knuth, algorithm S).
  for (let i = 0, taken = 0; taken < size; i++) {
    if (random.next() * (count - i) < size - taken) places[taken++] = i
  }
  return places
}

/** `size` places below `count`, drawn with returning. */
export const bootstrap = (count: number, size: number, random: Random): Uint32Array =>
  Uint32Array.from({ length: size }, () => random.below(count))
