import { growing, reserve } from './growing.ts'

/** Items by basket: basket i holds `items[starts[i]] … items[starts[i + 1] − 1]`, numbers below `itemCount`, each once, in any order. */
export interface Baskets {
  starts: Uint32Array
  items: Uint32Array
  itemCount: number
}

/** Frequent item sets: set i is `items[starts[i]] … items[starts[i + 1] − 1]`, the rarest item first, held by `counts[i]` baskets. */
export interface ItemSets {
  starts: Uint32Array
  items: Uint32Array
  counts: Uint32Array
  size: number
}

export interface MineOptions {
  /** A set is frequent when at least so many baskets hold all of it; 1 or more. */
  minCount: number
  /** Items of the largest set looked for. */
  maxLength: number
  /** More sets than this end the search. */
  mostSets: number
  /** Told now and then which share of the work is done, 0 to 1. */
  onProgress?: (share: number) => void
}

/** There are more frequent sets than asked for: the bound on their frequency is too low for these baskets. */
export class TooManySets extends Error {
  readonly most: number
  constructor(most: number) {
    super(`more than ${most} frequent sets`)
    this.name = 'TooManySets'
    this.most = most
  }
}

/**
 * All sets of items that at least `minCount` baskets hold, exactly, with how many hold them.
 *
 * Pattern growth: each set is extended by items more frequent than its rarest, counted in one pass over the baskets that
 * hold it (which are copied without the items that can no longer matter). The work is that of reading those baskets; no
 * candidate is made that no basket holds. Baskets alike are counted once with a weight.
 * Ideas: Han, Pei, Yin 2000 (FP-growth); Uno, Kiyomi, Arimura 2004 (LCM, "occurrence deliver").
 * @throws TooManySets
 */
// A basket in `rows` is its weight, negative, then its items by rank, ascending: one array, no index to keep in step.
export const mineItemSets = (
  baskets: Baskets,
  { minCount, maxLength, mostSets, onProgress }: MineOptions,
): ItemSets => {
  const { itemOf, rows, counts: itemCounts } = ranked(baskets, minCount)
  const ranks = itemOf.length
  const found = { starts: growing(), items: growing(4_096), counts: growing() }
  const prefix = new Uint32Array(maxLength)

  const emit = (length: number, count: number) => {
    const { starts, items, counts } = found
    if (counts.length === mostSets) throw new TooManySets(mostSets)
    reserve(starts, 1)
    reserve(counts, 1)
    reserve(items, length)
    starts.array[starts.length++] = items.length
    counts.array[counts.length++] = count
    for (let i = 0; i < length; i++) items.array[items.length++] = itemOf[prefix[i] as number] as number
  }

  /** Occurrences of each item of `rows` below `limit`, as positions, item after item. */
  const places = (rows: Int32Array, length: number, limit: number) => {
    const starts = new Uint32Array(limit + 1)
    for (let p = 0; p < length; p++) {
      const item = rows[p] as number
      if (item >= 0) starts[item + 1] = (starts[item + 1] as number) + 1
    }
    for (let item = 0; item < limit; item++) starts[item + 1] = (starts[item + 1] as number) + (starts[item] as number)
    const next = starts.slice(0, limit)
    const at = new Uint32Array(starts[limit] as number)
    for (let p = 0; p < length; p++) {
      const item = rows[p] as number
      if (item >= 0) {
        at[next[item] as number] = p
        next[item] = (next[item] as number) + 1
      }
    }
    return { starts, at }
  }

  // One counter and one buffer per depth: what a level needs is known only while it runs, and it never runs twice at once.
  const counters = Array.from({ length: maxLength }, () => new Uint32Array(ranks))
  const buffers: Int32Array[] = Array.from({ length: maxLength }, () => new Int32Array(0))

  const grow = (depth: number, rows: Int32Array, length: number, limit: number) => {
    const counts = counters[depth] as Uint32Array
    const { starts, at } = places(rows, length, limit)
    for (let item = 0; item < limit; item++) {
      const from = starts[item] as number
      const to = starts[item + 1] as number
      if (from === to) continue
      prefix[depth] = item
      if (depth === 0 && onProgress && (item & 15) === 0) onProgress(to / at.length)
      counts.fill(0, 0, item)
      let kept = 0
      for (let o = from; o < to; o++) {
        const place = at[o] as number
        let p = place - 1
        while ((rows[p] as number) >= 0) p--
        const weight = -(rows[p] as number)
        kept += place - p
        for (p++; p < place; p++) {
          const other = rows[p] as number
          counts[other] = (counts[other] as number) + weight
        }
      }
      let frequent = 0
      let highest = 0
      for (let other = 0; other < item; other++) {
        const count = counts[other] as number
        if (count < minCount) continue
        prefix[depth + 1] = other
        emit(depth + 2, count)
        frequent++
        highest = other
      }
      if (frequent < 2 || depth + 2 >= maxLength) continue
      let below = buffers[depth] as Int32Array
      if (below.length < kept) below = buffers[depth] = new Int32Array(kept + (kept >> 2))
      let end = 0
      for (let o = from; o < to; o++) {
        const place = at[o] as number
        let p = place - 1
        while ((rows[p] as number) >= 0) p--
        const start = end
        below[end++] = rows[p] as number
        for (p++; p < place; p++) {
          const other = rows[p] as number
          if ((counts[other] as number) >= minCount) below[end++] = other
        }
        // One item alone extends the set once, and that is counted already.
        if (end - start < 3) end = start
      }
      grow(depth + 1, below, end, highest + 1)
    }
  }

  for (let item = 0; item < ranks; item++) {
    prefix[0] = item
    emit(1, itemCounts[item] as number)
  }
  if (maxLength > 1) grow(0, rows, rows.length, ranks)
  const { starts, items, counts } = found
  reserve(starts, 1)
  starts.array[starts.length] = items.length
  return {
    starts: starts.array.subarray(0, starts.length + 1),
    items: items.array.subarray(0, items.length),
    counts: counts.array.subarray(0, counts.length),
    size: counts.length,
  }
}

/** Frequent items by rank, the most frequent first; baskets as rows of ranks, ascending, those alike together. */
const ranked = ({ starts, items, itemCount }: Baskets, minCount: number) => {
  const countOf = new Uint32Array(itemCount)
  for (const item of items) countOf[item] = (countOf[item] as number) + 1
  const frequent = Array.from(countOf.keys()).filter((item) => (countOf[item] as number) >= minCount)
  frequent.sort((a, b) => (countOf[b] as number) - (countOf[a] as number) || a - b)
  const none = 0xffffffff
  const rankOf = new Uint32Array(itemCount).fill(none)
  frequent.forEach((item, rank) => {
    rankOf[item] = rank
  })
  const rows = new Int32Array(items.length + starts.length)
  const basketCount = starts.length - 1
  // Baskets met before, by a hash of their items: place of their row. Each item counts as a number drawn anew: sums of
  // ranks themselves are few, and then most baskets would be looked for among thousands.
  const spread = Int32Array.from(frequent, (_, rank) => {
    const mixed = Math.imul(rank + 0x9e3779b9, 0x85ebca6b)
    return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) ^ (mixed >>> 13)
  })
  let slots = 1_024
  while (slots < basketCount * 2) slots *= 2
  const met = new Uint32Array(slots).fill(none)
  let end = 0
  for (let basket = 0; basket < basketCount; basket++) {
    const start = end
    rows[end++] = -1
    let hash = 0
    for (let i = starts[basket] as number; i < (starts[basket + 1] as number); i++) {
      const rank = rankOf[items[i] as number] as number
      if (rank === none) continue
      let p = end++
      // Insertion keeps short rows in order faster than a sort of a slice.
      for (; p > start + 1 && (rows[p - 1] as number) > rank; p--) rows[p] = rows[p - 1] as number
      rows[p] = rank
      hash = (hash + (spread[rank] as number)) | 0
    }
    if (end - start < 3) {
      // A single item is counted above and has no pairs.
      end = start
      continue
    }
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    let slot = (hash ^ (hash >>> 13)) & (slots - 1)
    for (; (met[slot] as number) !== none; slot = (slot + 1) & (slots - 1)) {
      if (sameRow(rows, met[slot] as number, start, end)) break
    }
    const before = met[slot] as number
    if (before === none) met[slot] = start
    else {
      rows[before] = (rows[before] as number) - 1
      end = start
    }
  }
  return { itemOf: frequent, rows: rows.subarray(0, end), counts: frequent.map((item) => countOf[item] as number) }
}

const sameRow = (rows: Int32Array, before: number, start: number, end: number): boolean => {
  for (let i = 1; i < end - start; i++) if (rows[before + i] !== rows[start + i]) return false
  // The row before must end where this one does: behind it stands the next weight, or this row.
  return before + end - start === start || (rows[before + end - start] as number) < 0
}
