import { type Block, candidatePairs, layBlock } from './blocking.ts'
import { type Clusters, clusterPairs, type Edges } from './clusters.ts'
import { type Column, openColumn } from './columns.ts'
import { comparerOf, type FieldComparer } from './compare.ts'
import { comparisons } from './comparisons.ts'
import type { BlockRule, MatchField } from './contract.ts'
import { type Chance, type Learned, learnWeights, type Patterns, weightOf } from './weights.ts'

export interface MatchPlan {
  fields: readonly (Partial<MatchField> & Pick<MatchField, 'field' | 'comparison'>)[]
  blocking: readonly BlockRule[]
  /** Probability from which two records are linked. */
  linkFrom: number
  /** Probability from which a pair is kept for a person to look at. */
  reviewFrom: number
}

export interface MatchOptions {
  /** Records that may share a key. */
  mostPerKey?: number
  /** Candidates looked at for learning. */
  learnFrom?: number
  /** Pairs taken at random to learn how often strangers agree. */
  randomPairs?: number
  /** Weights of an earlier run over the whole base; with them nothing is learned. */
  learned?: Learned
  /** Marks the records of which at least one must be in a pair: those new since the last run. */
  only?: Uint8Array
  /** Pairs that somebody has said are two people: not kept, and in no cluster together. */
  apart?: readonly (readonly [number, number])[]
  /** Called often, with the part of the work and how much of it is done (0 to 1). */
  onProgress?: (step: MatchStep, share: number) => void
}
export type MatchStep = 'key' | 'learn' | 'compare' | 'cluster'

export interface Histogram {
  /** Weight at the lower end of the first bin, bits; bins are one bit wide. */
  from: number
  counts: number[]
}

export interface Matched {
  learned: Learned
  /** Pairs at or above `reviewFrom`, with the levels of each field one after the other. */
  edges: Edges & { levels: Uint8Array }
  clusters: Clusters
  /** Pairs compared. */
  candidates: number
  /** Keys that too many records share, by blocking rule. */
  keysLeftOut: number[]
  /** Pairs that would be kept but have different strong identifiers, or nothing in common that is a person's own. */
  contradicted: number
  /** Of all candidates, or of those looked at for learning, scaled up. */
  histogram: Histogram
}

const lowestWeight = -60
const histogramBins = 140

/** A generator of even numbers from 0 to 1, the same each time: a run can be repeated. Source: mulberry32, T. Ettinger. */
const evenly = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Columns of a set of records, field by field. For tests and small sets; a run over the base fills them as it reads. */
export const columnsOf = (
  plan: Pick<MatchPlan, 'fields'>,
  records: readonly Readonly<Record<string, string | undefined>>[],
): Column[] =>
  plan.fields.map(({ field, comparison }) => {
    const column = openColumn(comparisons[comparison])
    for (const record of records) column.push(record[field])
    return column.build()
  })

/** Shares of levels among all pairs of the base: equal values are counted, the rest is taken from pairs at random. */
const chancesOf = (fields: readonly FieldComparer[], records: number, randomPairs: number): Chance[] => {
  const random = evenly(20_261_122)
  const all = (records * (records - 1)) / 2
  const sampled = Math.min(all, randomPairs)
  const counts = fields.map(({ levels }) => new Float64Array(levels + 1))
  const look = (a: number, b: number) => {
    fields.forEach(({ level }, f) => {
      const of = counts[f]
      const at = level(a, b)
      if (of) of[at] = (of[at] ?? 0) + 1
    })
  }
  if (sampled === all) for (let a = 0; a < records; a++) for (let b = a + 1; b < records; b++) look(a, b)
  else
    for (let i = 0; i < sampled; i++) {
      const a = Math.floor(random() * records)
      const b = Math.floor(random() * (records - 1))
      look(a, b >= a ? b + 1 : b)
    }
  return fields.map(({ levels, column }, f) => {
    let valued = 0
    let equal = 0
    for (let code = 1; code < column.counts.length; code++) {
      const count = column.counts[code] ?? 0
      valued += count
      equal += (count * (count - 1)) / 2
    }
    const pairs = Math.max(1, (valued * (valued - 1)) / 2)
    const of = counts[f] ?? new Float64Array()
    let different = 0
    for (let level = 0; level < levels - 1; level++) different += of[level] ?? 0
    const same = equal / pairs
    const shares = Float64Array.from({ length: levels }, (_, level) =>
      level === levels - 1 ? same : ((of[level] ?? 0) / Math.max(1, different)) * (1 - same),
    )
    return { shares, pairs }
  })
}

/**
 * What a value's rarity adds to the weight of agreeing on it, by code: how much rarer it is than the values people share on
 * average, in bits. Of the holders of a value one is left out, since two who are compared may be one: a value that only a
 * pair has is as rare as one that a single record has.
 */
const rarity = ({ column, termFrequency }: FieldComparer): Float32Array | undefined => {
  if (!termFrequency) return undefined
  let holders = 0
  let squares = 0
  for (let code = 1; code < column.counts.length; code++) {
    const others = Math.max(1, (column.counts[code] ?? 0) - 1)
    holders += others
    squares += others * others
  }
  // A share of the holders against the mean share, weighted by how often it is met.
  return Float32Array.from(column.counts, (count, code) =>
    code === 0 ? 0 : Math.log2(squares / holders / Math.max(1, count - 1)),
  )
}

/** Growing parallel arrays of kept pairs. */
const openEdges = (width: number) => {
  let a = new Int32Array(1 << 14)
  let b = new Int32Array(1 << 14)
  let weight = new Float32Array(1 << 14)
  let levels = new Uint8Array((1 << 14) * width)
  let length = 0
  const grow = () => {
    const [a2, b2, w2, l2] = [
      new Int32Array(a.length * 2),
      new Int32Array(a.length * 2),
      new Float32Array(a.length * 2),
      new Uint8Array(a.length * 2 * width),
    ]
    a2.set(a)
    b2.set(b)
    w2.set(weight)
    l2.set(levels)
    ;[a, b, weight, levels] = [a2, b2, w2, l2]
  }
  return {
    push: (one: number, two: number, bits: number, row: Uint8Array) => {
      if (length === a.length) grow()
      a[length] = one
      b[length] = two
      weight[length] = bits
      levels.set(row, length * width)
      length++
    },
    done: () => ({
      length,
      a: a.slice(0, length),
      b: b.slice(0, length),
      weight: weight.slice(0, length),
      levels: levels.slice(0, length * width),
    }),
  }
}

/** How many pairs there are at most: those that meet under several keys are counted for each. */
const mostCandidates = (blocks: readonly Block[]): number => {
  let bound = 0
  for (const { starts, tooLarge } of blocks)
    for (let key = 1; key < tooLarge.length; key++) {
      const size = (starts[key + 1] ?? 0) - (starts[key] ?? 0)
      if (tooLarge[key] === 0) bound += (size * (size - 1)) / 2
    }
  return bound
}

/** Steps between two reports of progress. */
const keysPerReport = 2_000

const walk = (
  blocks: readonly Block[],
  visit: (a: number, b: number) => void,
  report: (share: number) => void,
  only?: Uint8Array,
) => {
  let keys = 0
  for (const share of candidatePairs(blocks, visit, only)) if (++keys % keysPerReport === 0) report(share)
}

/**
 * Finds records that are one person: keys bring candidates together, weights are learned from them without labels, each
 * candidate gets the sum of its weights, and linked records become clusters. Repeatable: the same input gives the same answer.
 *
 * @param columns one per field of the plan, same order, same number of records
 */
export const matchRecords = (plan: MatchPlan, columns: readonly Column[], options: MatchOptions = {}): Matched => {
  const {
    mostPerKey = 400,
    learnFrom = 2_000_000,
    randomPairs = 1_000_000,
    only,
    apart = [],
    onProgress = () => undefined,
  } = options
  const toldApart = new Set(apart.map(([a, b]) => `${Math.min(a, b)} ${Math.max(a, b)}`))
  const records = columns[0]?.codes.length ?? 0
  const fields = plan.fields.map((field, f) => comparerOf(field, columns[f] ?? missingColumn(field.field)))
  const width = fields.length
  const columnOf = (name: string) => fields.find((field) => field.name === name)?.column ?? missingColumn(name)

  const blocks = plan.blocking.map((rule, index) => {
    onProgress('key', index / plan.blocking.length)
    return layBlock(
      rule.map(({ field, form }) => ({ column: columnOf(field), form })),
      mostPerKey,
    )
  })

  const bound = mostCandidates(blocks)
  // Every n-th pair by a hash of the two: evenly over all keys, whatever their order.
  const every = Math.max(1, Math.ceil(bound / learnFrom))
  const counts = new Map<number, number>()
  const strides: number[] = []
  let stride = 1
  for (const { levels } of fields) {
    strides.push(stride)
    stride *= levels + 1
  }
  let looked = 0
  walk(
    blocks,
    (a, b) => {
      if (every > 1 && ((Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) >>> 0) % every !== 0) return
      let pattern = 0
      for (let f = 0; f < width; f++) pattern += (fields[f]?.level(a, b) ?? 0) * (strides[f] ?? 0)
      counts.set(pattern, (counts.get(pattern) ?? 0) + 1)
      looked++
    },
    (share) => onProgress('learn', share),
    only,
  )
  const patterns = patternsOf(counts, fields, strides, every)
  const learned = options.learned ?? learnWeights(fields, patterns, chancesOf(fields, records, randomPairs), records)

  const weights = learned.fields.map((field) => Float64Array.from([...field.weights, 0]))
  const rarities = fields.map(rarity)
  const same = fields.map(({ levels }) => levels - 1)
  const add = (f: number, level: number, a: number): number => {
    const bits = weights[f]?.[level] ?? 0
    const of = rarities[f]
    return of && level === same[f] ? bits + (of[fields[f]?.column.codes[a] ?? 0] ?? 0) : bits
  }
  const weigh = (a: number, b: number): number => {
    let sum = 0
    for (let f = 0; f < width; f++) sum += add(f, fields[f]?.level(a, b) ?? 0, a)
    return sum
  }

  // Fields that decide most are compared first; a pair that can no longer reach the review band is let go.
  const best = fields.map(
    (_, f) => Math.max(0, ...(weights[f] ?? [])) + Math.max(0, ...(rarities[f] ? mostOf(rarities[f]) : [])),
  )
  const order = fields.map((_, f) => f).sort((x, y) => (best[y] ?? 0) - (best[x] ?? 0))
  const reachable = new Float64Array(width + 1)
  for (let i = width - 1; i >= 0; i--) reachable[i] = (reachable[i + 1] ?? 0) + (best[order[i] ?? 0] ?? 0)
  const review = weightOf(plan.reviewFrom, learned.prior)
  const link = weightOf(plan.linkFrom, learned.prior)
  const strong = fields.filter((field) => field.strong).map(({ column }) => column.codes)
  const kept = openEdges(width)
  const row = new Uint8Array(width)
  let candidates = 0
  let contradicted = 0
  walk(
    blocks,
    (a, b) => {
      candidates++
      let sum = 0
      for (let i = 0; i < width; i++) {
        if (sum + (reachable[i] ?? 0) < review) return
        const f = order[i] ?? 0
        const level = fields[f]?.level(a, b) ?? 0
        row[f] = level
        sum += add(f, level, a)
      }
      if (sum < review) return
      if (toldApart.size > 0 && toldApart.has(`${Math.min(a, b)} ${Math.max(a, b)}`)) return
      if (certainty(fields, row) < 0) {
        contradicted++
        return
      }
      if (a < b) kept.push(a, b, sum, row)
      else kept.push(b, a, sum, row)
    },
    (share) => onProgress('compare', share),
    only,
  )
  onProgress('cluster', 0)
  const edges = kept.done()
  const clusters = clusterPairs(edges, { records, from: link, strong, apart, weightOf: weigh })
  return {
    learned,
    edges,
    clusters,
    candidates,
    keysLeftOut: blocks.map(({ tooLarge }) => tooLarge.reduce((sum, one) => sum + one, 0)),
    contradicted,
    histogram: histogramOf(patterns, weights, candidates / Math.max(1, looked * every)),
  }
}

const mostOf = (values: Float32Array): [number] => {
  let most = 0
  for (const value of values) if (value > most) most = value
  return [most]
}

const missingColumn = (name: string): Column => {
  throw new Error(`a blocking rule or the plan names the field ${name}, which has no values`)
}

/**
 * What needs no weighing, by the levels of a pair: -1 two people, who have different strong identifiers or share nothing that
 * is a person's own; 1 one person, with one strong identifier; 0 the rest.
 */
const certainty = (fields: readonly FieldComparer[], row: Uint8Array): -1 | 0 | 1 => {
  let equal = false
  let owned = 0
  let shared = 0
  for (let f = 0; f < fields.length; f++) {
    const field = fields[f]
    const level = row[f] ?? 0
    if (!field || level === field.levels) continue
    if (field.strong) {
      if (level < field.levels - 1) return -1
      equal = true
    }
    if (!field.own) continue
    owned++
    if (level > 0) shared++
  }
  if (equal) return 1
  return owned > 0 && shared === 0 ? -1 : 0
}

const patternsOf = (
  counts: ReadonlyMap<number, number>,
  fields: readonly FieldComparer[],
  strides: readonly number[],
  every: number,
): Patterns => {
  const width = fields.length
  const levels = new Uint8Array(counts.size * width)
  const totals = new Float64Array(counts.size)
  const certain = new Int8Array(counts.size)
  let p = 0
  for (const [pattern, count] of counts) {
    totals[p] = count * every
    fields.forEach((field, f) => {
      levels[p * width + f] = Math.floor(pattern / (strides[f] ?? 1)) % (field.levels + 1)
    })
    certain[p] = certainty(fields, levels.subarray(p * width, (p + 1) * width))
    p++
  }
  return { levels, counts: totals, certain }
}

/** Weights of the patterns, without what the rarity of values adds. */
const histogramOf = ({ levels, counts }: Patterns, weights: readonly Float64Array[], scale: number): Histogram => {
  const bins = new Array<number>(histogramBins).fill(0)
  const width = weights.length
  for (let p = 0; p < counts.length; p++) {
    let sum = 0
    for (let f = 0; f < width; f++) sum += weights[f]?.[levels[p * width + f] ?? 0] ?? 0
    const bin = Math.min(histogramBins - 1, Math.max(0, Math.floor(sum - lowestWeight)))
    bins[bin] = (bins[bin] ?? 0) + (counts[p] ?? 0) * scale
  }
  return { from: lowestWeight, counts: bins.map(Math.round) }
}
