import { fold, foldedSpace } from '../text/fold.ts'
import { nGramReader } from '../text/n-grams.ts'

/** The hashes of the distinct n-grams of a text, ready to learn from. */
export const hashReader = (): ((text: string) => Uint32Array) => {
  const folded = foldedSpace()
  const read = nGramReader()
  return (text) => {
    const { hashes, length } = read(fold(text, folded))
    return hashes.slice(0, length)
  }
}
