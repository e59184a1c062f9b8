import { fold, foldedSpace } from '../../models/in-threads.ts'

const folded = foldedSpace()

/** A text as word lists are matched on it: full width, traditional and capital letters plain; runs of digits one zero. */
export const plain = (text: string): string => {
  const { units, length } = fold(text, folded)
  let out = ''
  for (let from = 1; from < length - 1; from += 4_096)
    out += String.fromCharCode(...units.subarray(from, Math.min(length - 1, from + 4_096)))
  return out
}
