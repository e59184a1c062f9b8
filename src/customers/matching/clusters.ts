/** Pairs with their weight in bits, in parallel arrays. */
export interface Edges {
  length: number
  a: Int32Array
  b: Int32Array
  weight: Float32Array
}

export interface ClusterOptions {
  records: number
  /** The weight from which a pair is linked. */
  from: number
  /** Codes of identifiers of which nobody has two (0: none): two records with different ones are never in one cluster. */
  strong: readonly Int32Array[]
  /** Pairs that somebody has said are two people. */
  apart?: readonly (readonly [number, number])[]
  /** Weight of any two records, for pairs of a cluster that no key brought together. */
  weightOf: (a: number, b: number) => number
}

export interface Clusters {
  /** Cluster of each record: the lowest record number in it. */
  of: Int32Array
  /** Links refused because of different strong identifiers, or of what somebody has said. */
  refused: number
  /** Clusters of three or more that were taken apart since their parts hung together by a weak link only. */
  split: number
}

/** Larger heaps are a sign of something wrong with the fields; they are not taken apart pair by pair. */
const largestSplit = 150

/**
 * Joins records into people: strongest links first, never two different strong identifiers or two whom somebody has told
 * apart in one cluster. A cluster of three
 * or more is then looked at as a whole: parts whose mean weight against each other is below the threshold come apart
 * (average linkage), so that a chain of near-misses does not make one person of many.
 */
export const clusterPairs = (
  edges: Edges,
  { records, from, strong, weightOf, apart = [] }: ClusterOptions,
): Clusters => {
  const parent = Int32Array.from({ length: records }, (_, record) => record)
  const rootOf = (record: number): number => {
    let root = record
    while (parent[root] !== root) root = parent[root] ?? root
    for (let at = record; parent[at] !== root; ) {
      const next = parent[at] ?? root
      parent[at] = root
      at = next
    }
    return root
  }
  const held = strong.map((codes) => codes.slice())
  // Of each root, the records that must not join it.
  const foes = new Map<number, Set<number>>()
  const addFoe = (of: number, foe: number) => {
    const set = foes.get(of)
    if (set) set.add(foe)
    else foes.set(of, new Set([foe]))
  }
  for (const [a, b] of apart) {
    addFoe(a, b)
    addFoe(b, a)
  }
  const may = (a: number, b: number): boolean => {
    for (const foe of foes.get(a) ?? []) if (rootOf(foe) === b) return false
    return held.every((codes) => {
      const [one, two] = [codes[a] ?? 0, codes[b] ?? 0]
      return one === 0 || two === 0 || one === two
    })
  }

  const taken: number[] = []
  for (let i = 0; i < edges.length; i++) if ((edges.weight[i] ?? 0) >= from) taken.push(i)
  taken.sort(
    (i, j) =>
      (edges.weight[j] ?? 0) - (edges.weight[i] ?? 0) ||
      (edges.a[i] ?? 0) - (edges.a[j] ?? 0) ||
      (edges.b[i] ?? 0) - (edges.b[j] ?? 0),
  )
  let refused = 0
  for (const edge of taken) {
    const [a, b] = [rootOf(edges.a[edge] ?? 0), rootOf(edges.b[edge] ?? 0)]
    if (a === b) continue
    if (!may(a, b)) {
      refused++
      continue
    }
    const [low, high] = a < b ? [a, b] : [b, a]
    parent[high] = low
    for (const codes of held) if (codes[low] === 0) codes[low] = codes[high] ?? 0
    for (const foe of foes.get(high) ?? []) addFoe(low, foe)
  }

  const of = Int32Array.from({ length: records }, (_, record) => rootOf(record))
  const members = new Map<number, number[]>()
  for (let record = 0; record < records; record++) {
    const root = of[record] ?? record
    if (root === record) continue
    const group = members.get(root)
    if (group) group.push(record)
    else members.set(root, [root, record])
  }
  let split = 0
  for (const group of members.values()) {
    if (group.length < 3 || group.length > largestSplit) continue
    const parts = partsOf(group, from, weightOf)
    if (parts.length === 1) continue
    split++
    for (const part of parts) {
      const lowest = Math.min(...part)
      for (const record of part) of[record] = lowest
    }
  }
  return { of, refused, split }
}

/** Average linkage over the records of one cluster, down to the threshold. */
const partsOf = (group: readonly number[], from: number, weightOf: (a: number, b: number) => number): number[][] => {
  let parts = group.map((record) => [record])
  const size = parts.length
  // Sums of weights between parts; a part that was joined into another is empty.
  const sums = Array.from({ length: size }, (_, i) =>
    Float64Array.from({ length: size }, (_, j) => (i === j ? 0 : weightOf(group[i] ?? 0, group[j] ?? 0))),
  )
  for (;;) {
    let best = Number.NEGATIVE_INFINITY
    let pair: readonly [number, number] | undefined
    for (let i = 0; i < size; i++) {
      const mine = parts[i]?.length ?? 0
      if (mine === 0) continue
      for (let j = i + 1; j < size; j++) {
        const theirs = parts[j]?.length ?? 0
        if (theirs === 0) continue
        const mean = (sums[i]?.[j] ?? 0) / (mine * theirs)
        if (mean > best) {
          best = mean
          pair = [i, j]
        }
      }
    }
    if (!pair || best < from) break
    const [i, j] = pair
    parts[i] = [...(parts[i] ?? []), ...(parts[j] ?? [])]
    parts[j] = []
    for (let k = 0; k < size; k++) {
      const sum = (sums[i]?.[k] ?? 0) + (sums[j]?.[k] ?? 0)
      const mine = sums[i]
      const theirs = sums[k]
      if (mine) mine[k] = sum
      if (theirs) theirs[i] = sum
    }
  }
  parts = parts.filter((part) => part.length > 0)
  return parts
}
