import { createHash } from 'node:crypto'

/** SHA-256 over texts and labels in their order, as cards tell it. */
export const dataHash = (rows: Iterable<readonly [text: string, label: string]>): string => {
  const hash = createHash('sha256')
  for (const [text, label] of rows) hash.update(label).update('\0').update(text).update('\0')
  return hash.digest('hex')
}
