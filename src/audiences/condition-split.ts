import { ch } from '#platform'
import { bitmapOf, living, type World } from './condition-world.ts'
import type { SplitCondition } from './definition-contract.ts'

const { sql, f64, u32 } = ch
type Sql = ch.Sql

const prime = 0x01000193
const mostDigits = 10

/** FNV-1a of 32 bits over the UTF-16 code units of a text, going on from `from`. */
export const fnv = (text: string, from = 0x811c9dc5): number => {
  let hash = from
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), prime) >>> 0
  return hash >>> 0
}

/**
 * Where a value stands between 0 and 1 for a seed: evenly, and independently of where it stands for another seed.
 * Source: GrowthBook's hash of version 2, growthbook packages/sdk-js/src/util.ts; vectors in condition-split.test.ts
 * @returns one of 10,000 steps from 0 to 0.9999
 */
export const shareOf = (seed: string, value: string): number => (fnv(String(fnv(seed + value))) % 10_000) / 10_000

/** The same hash going on over the digits of a number of at most ten. ClickHouse has no FNV; written out it is as exact. */
const fnvOfDigits = (digits: Sql, from: Sql): Sql => {
  let hash = from
  for (let i = 1; i <= mostDigits; i++) {
    // Behind the last digit the character is 0: nothing is mixed in, and the hash stays.
    const character = sql`toUInt64(ascii(substring(${digits}, ${u32(i)}, 1)))`
    hash = sql`bitAnd(bitXor(${hash}, ${character}) * if(${character} = 0, 1, 16777619), 4294967295)`
  }
  return hash
}

/** The inner and outer hash of a customer's number: 32 bits, before they are brought down to 10,000 steps. */
export const hashOf = (seed: string, no: Sql): Sql => {
  const inner = fnvOfDigits(sql`toString(${no})`, sql`toUInt64(${u32(fnv(seed))})`)
  return fnvOfDigits(sql`toString(${inner})`, sql`toUInt64(2166136261)`)
}

/** Everybody alive whose number stands between `from` and `to` for the seed; `to` itself belongs to the next part. */
export const splitRows = ({ split: { seed, from, to } }: SplitCondition, world: World): Sql => {
  const place = sql`toFloat64(${hashOf(seed, sql`customer_no`)} % 10000) / 10000`
  return sql`${bitmapOf(sql`customer_no`)} from (select customer_no, ${place} as place ${living(world)}) where place >= ${f64(from)} and place < ${f64(to)}`
}

/** The `size` members of a bitmap whose hash is lowest, the lower number first. */
export const sampleOf = (bitmap: Sql, size: number, seed: string): Sql =>
  sql`bitmapBuild(arrayMap(x -> x.2, arraySlice(arrayPartialSort(x -> x, ${u32(size)}, arrayMap(no -> (${hashOf(seed, sql`no`)}, no), bitmapToArray(${bitmap}))), 1, ${u32(size)})))`
