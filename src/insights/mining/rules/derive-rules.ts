import type { ItemSets } from './item-sets.ts'
import { measuresOf, type RuleMeasures } from './rule-measures.ts'

export interface RuleOptions {
  baskets: number
  minConfidence: number
  /** 0 keeps rules of things that avoid each other too. */
  minLift: number
  /** Items of both sides together; 1 also yields rules with an empty left side, "whoever it is". */
  minLength: number
  /** `one` item on the right, or `any` number. */
  right: 'one' | 'any'
}

export interface Rule extends RuleMeasures {
  left: number[]
  right: number[]
  /** Baskets with both sides. */
  count: number
  /** Whether a rule with the same right side and less on the left is as sure or surer: then this one says nothing new. */
  redundant: boolean
}

/**
 * The rules that frequent item sets hold, with their measures, those of the highest lift first.
 *
 * A rule X → Y is redundant when some X' that is part of X (the empty one too: its confidence is how common Y is) has a
 * confidence at least as high (Bayardo, Agrawal, Gunopulos 2000; as `is.redundant` of arules).
 */
export const deriveRules = (sets: ItemSets, options: RuleOptions): Rule[] => {
  const { baskets, minConfidence, minLift, minLength, right } = options
  const countOf = lookup(sets, baskets)
  const rules: Rule[] = []
  const consider = (items: readonly number[], both: number, rightMask: number) => {
    const leftMask = (1 << items.length) - 1 - rightMask
    const leftCount = countOf(items, leftMask)
    // A hair below the bound counts as on it: 0.8 is not a binary fraction.
    if (both < minConfidence * leftCount - 1e-9 * leftCount) return
    const rightCount = countOf(items, rightMask)
    const measures = measuresOf({ baskets, left: leftCount, right: rightCount, both })
    if (measures.lift < minLift - 1e-12) return
    rules.push({
      left: pick(items, leftMask),
      right: pick(items, rightMask),
      count: both,
      ...measures,
      redundant: isRedundant(items, leftMask, rightMask, both / leftCount),
    })
  }
  const isRedundant = (items: readonly number[], leftMask: number, rightMask: number, confidence: number): boolean => {
    // Every true part of the left side: sub-masks downwards, the empty one last.
    for (let part = (leftMask - 1) & leftMask; leftMask > 0; part = (part - 1) & leftMask) {
      const general = countOf(items, part | rightMask) / countOf(items, part)
      if (general >= confidence - 1e-12) return true
      if (part === 0) return false
    }
    return false
  }
  for (let set = 0; set < sets.size; set++) {
    const items = Array.from(sets.items.subarray(sets.starts[set], sets.starts[set + 1]))
    if (items.length < minLength) continue
    const both = sets.counts[set] as number
    const all = (1 << items.length) - 1
    if (items.length === 1) consider(items, both, all)
    else if (right === 'one') for (let i = 0; i < items.length; i++) consider(items, both, 1 << i)
    else for (let mask = 1; mask < all; mask++) consider(items, both, mask)
  }
  return rules.sort((a, b) => b.lift - a.lift || b.count - a.count || compareLists(a.left, b.left))
}

const pick = (items: readonly number[], mask: number) => items.filter((_, i) => mask & (1 << i))

const compareLists = (a: readonly number[], b: readonly number[]) => {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number)
  return a.length - b.length
}

/** How many baskets hold the items of `mask`: found by a hash of the items that does not mind their order. */
const lookup = ({ starts, items, counts, size }: ItemSets, baskets: number) => {
  let slots = 16
  while (slots < size * 2) slots *= 2
  const table = new Int32Array(slots).fill(-1)
  const slotOf = (hash: number) => {
    const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    return (mixed ^ (mixed >>> 13)) & (slots - 1)
  }
  for (let set = 0; set < size; set++) {
    let hash = 0
    for (let i = starts[set] as number; i < (starts[set + 1] as number); i++)
      hash = (hash + spread(items[i] as number)) | 0
    let slot = slotOf(hash)
    while (table[slot] !== -1) slot = (slot + 1) & (slots - 1)
    table[slot] = set
  }
  return (of: readonly number[], mask: number): number => {
    if (mask === 0) return baskets
    let hash = 0
    for (let i = 0; i < of.length; i++) if (mask & (1 << i)) hash = (hash + spread(of[i] as number)) | 0
    for (let slot = slotOf(hash); ; slot = (slot + 1) & (slots - 1)) {
      const set = table[slot] as number
      // Every part of a frequent set is frequent, so it is there.
      if (set === -1) throw new Error('a part of a frequent set is missing')
      let at = starts[set] as number
      const end = starts[set + 1] as number
      let same = true
      for (let i = 0; i < of.length && same; i++) if (mask & (1 << i)) same = at < end && items[at++] === of[i]
      if (same && at === end) return counts[set] as number
    }
  }
}

const spread = (item: number) => {
  const mixed = Math.imul(item + 0x9e3779b9, 0x85ebca6b)
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35)
}
