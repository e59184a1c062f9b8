/** 128 bits that stand for a seed text. Everything the simulator draws depends on these and on an index, on nothing else. */
export type Seed = readonly [number, number, number, number]

/** Which kind of thing is drawn. Separate streams, so that a new draw in one never shifts what another yields. */
export const stream = {
  person: 1,
  account: 2,
  relation: 3,
  history: 4,
  consent: 5,
  identifier: 6,
  sessions: 7,
  live: 8,
  reaction: 9,
  opinion: 10,
} as const

export type Stream = (typeof stream)[keyof typeof stream]

const avalanche = (value: number): number => {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) | 0
}

/** Spreads any text over 128 bits. Source: cyrb128 by bryc (public domain). */
export const seedOf = (text: string): Seed => {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let i = 0; i < text.length; i++) {
    const k = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ k, 597399067)
    b = c ^ Math.imul(b ^ k, 2869860233)
    c = d ^ Math.imul(c ^ k, 951274213)
    d = a ^ Math.imul(d ^ k, 2716044179)
  }
  a = Math.imul(c ^ (a >>> 18), 597399067)
  b = Math.imul(d ^ (b >>> 22), 2869860233)
  c = Math.imul(a ^ (c >>> 17), 951274213)
  d = Math.imul(b ^ (d >>> 19), 2716044179)
  a ^= b ^ c ^ d
  return [a | 0, (b ^ a) | 0, (c ^ a) | 0, (d ^ a) | 0]
}

/** One unsigned 32-bit number for a place in a stream, without starting a generator. */
export const hashAt = (seed: Seed, from: Stream, index: number, salt = 0): number => {
  const low = avalanche(seed[0] ^ Math.imul(index | 0, 0x9e3779b1))
  const mixed = avalanche(low ^ seed[1] ^ Math.imul(from, 0x7feb352d))
  return avalanche(mixed ^ seed[2] ^ Math.imul(salt + 1, 0x846ca68b)) >>> 0
}

/** The same place in [0, 1). */
export const shareAt = (seed: Seed, from: Stream, index: number, salt = 0): number =>
  hashAt(seed, from, index, salt) / 4294967296

/**
 * sfc32, restarted for every customer: 2^32 seeds × streams never share a state, and one object serves a whole run,
 * because making a generator per customer cost more than the draws themselves.
 * Source: PractRand's sfc32 (Chris Doty-Humphrey, public domain).
 */
export class Random {
  private a = 0
  private b = 0
  private c = 0
  private counter = 1

  /** Restarts at one customer's place in one stream. */
  start(seed: Seed, from: Stream, index: number): this {
    this.a = hashAt(seed, from, index, 1) | 0
    this.b = hashAt(seed, from, index, 2) | 0
    this.c = seed[3] ^ index
    this.counter = 1
    for (let i = 0; i < 8; i++) this.u32()
    return this
  }

  /** Uniform unsigned 32-bit integer. */
  u32(): number {
    const t = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = ((this.c << 21) | (this.c >>> 11)) + t
    this.c |= 0
    return t >>> 0
  }

  /** Uniform in [0, 1). */
  float(): number {
    return this.u32() / 4294967296
  }

  /** Uniform integer in [0, below). */
  int(below: number): number {
    return Math.floor(this.float() * below)
  }

  /** Uniform in [from, to). */
  between(from: number, to: number): number {
    return from + this.float() * (to - from)
  }

  chance(probability: number): boolean {
    return this.u32() < probability * 4294967296
  }

  /** Mean 0, standard deviation 1 (Box–Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log((this.u32() + 1) / 4294967297)) * Math.cos(2 * Math.PI * this.float())
  }

  /** Mean as given, never negative. */
  exponential(mean: number): number {
    return -mean * Math.log((this.u32() + 1) / 4294967297)
  }

  /** One of a non-empty list, all equally likely. */
  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.int(list.length)] ?? list[0]
  }
}

/** Items with their weights, laid out so that one table look-up draws an item. */
export interface Weighted<T> {
  readonly slots: readonly T[]
  readonly first: T
}

const slotCount = 8192

/**
 * Weights are kept to one part in 8,192; an item with a positive weight always keeps at least one slot.
 * @param items pairs of item and weight; the weights need no particular sum
 */
export const weighted = <T>(items: readonly (readonly [T, number])[]): Weighted<T> => {
  const [head] = items
  if (!head) throw new RangeError('Nothing to choose from')
  const total = items.reduce((sum, [, weight]) => sum + weight, 0)
  const slots: T[] = []
  let reached = 0
  for (const [item, weight] of items) {
    reached += weight
    const end = Math.max(slots.length + (weight > 0 ? 1 : 0), Math.round((reached / total) * slotCount))
    while (slots.length < end) slots.push(item)
  }
  return { slots, first: head[0] }
}

export const choose = <T>(random: Random, { slots, first }: Weighted<T>): T => slots[random.int(slots.length)] ?? first

/** Keeps a value inside its bounds, both included. */
export const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

/** Turns log-odds into a probability. */
export const logistic = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))
