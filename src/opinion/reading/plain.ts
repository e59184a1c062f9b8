import { type Folded, fold, foldedSpace } from '../../models/in-threads.ts'

const folded = foldedSpace()

/** A folded text without the spaces at either end. */
export const plainOf = ({ units, length }: Folded): string => {
  let out = ''
  for (let from = 1; from < length - 1; from += 4_096)
    out += String.fromCharCode(...units.subarray(from, Math.min(length - 1, from + 4_096)))
  return out
}

/** A text as word lists are matched on it: full width, traditional and capital letters plain; runs of digits one zero. */
export const plain = (text: string): string => plainOf(fold(text, folded))
