import { bareText } from '../text/fold.ts'
import { hashOf } from './seeded.ts'

const shingles = (bare: string): Set<number> => {
  const found = new Set<number>()
  for (let start = 0; start + 4 <= bare.length; start++) found.add(hashOf(bare.slice(start, start + 4)))
  return found
}

/**
 * Tells whether a text is, but for little, one of those held back: the same Chinese characters, a Jaccard similarity of .5 or
 * more of its runs of four characters, or four fifths of the shorter inside the longer (from 20 runs on).
 */
export const nearTo = (held: readonly string[]): ((text: string) => boolean) => {
  const exact = new Set(held.map((text) => bareText(text) || text))
  const sizes: number[] = []
  const holders = new Map<number, number[]>()
  held.forEach((text, index) => {
    const runs = shingles(bareText(text))
    sizes.push(runs.size)
    for (const run of runs) {
      const holding = holders.get(run)
      if (holding) holding.push(index)
      else holders.set(run, [index])
    }
  })
  return (text) => {
    const bare = bareText(text)
    if (exact.has(bare || text)) return true
    const runs = shingles(bare)
    const shared = new Map<number, number>()
    for (const run of runs) for (const index of holders.get(run) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1)
    for (const [index, count] of shared) {
      const size = sizes[index] ?? 0
      if (count >= (runs.size + size - count) / 2) return true
      if (count >= 20 && count >= 0.8 * Math.min(runs.size, size)) return true
    }
    return false
  }
}
