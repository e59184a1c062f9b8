import { ch } from '#platform'
import { bitmapOf, living, type World } from './condition-world.ts'
import type { SplitCondition } from './definition-contract.ts'

const { sql, f64, u32, u8 } = ch
type Sql = ch.Sql

const basis = 0x811c9dc5
const prime = 0x01000193
const mostDigits = 10

/** FNV-1a of 32 bits over the UTF-16 code units of a text, going on from `from`. */
const fnv = (text: string): number => {
  let hash = basis
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), prime) >>> 0
  return hash >>> 0
}

/**
 * Where a value stands between 0 and 1 for a seed: evenly, and independently of where it stands for another seed.
 * Source: GrowthBook's hash of version 2, growthbook packages/sdk-js/src/util.ts; vectors in condition-split.test.ts
 * @returns one of 10,000 steps from 0 to 0.9999
 */
export const shareOf = (seed: string, value: string): number => (fnv(String(fnv(seed + value))) % 10_000) / 10_000

/**
 * The same hash going on over a text of at most ten digits. ClickHouse has no FNV; written out it takes 0.4 s for a million
 * numbers on one core, an arrayFold over the characters 1.1 s.
 * @param digits a name, since it stands in the text twenty times
 */
const fnvOfDigits = (digits: Sql, from: Sql): Sql => {
  let hash = from
  for (let i = 1; i <= mostDigits; i++) {
    // Behind the last digit the character is 0: nothing is mixed in, and the hash stays.
    const character = sql`toUInt64(ascii(substring(${digits}, ${u8(i)}, 1)))`
    hash = sql`bitAnd(bitXor(${hash}, ${character}) * if(${character} = 0, 1, 16777619), 4294967295)`
  }
  return hash
}
const inner = (digits: Sql, seed: string): Sql => fnvOfDigits(digits, sql`toUInt64(${u32(fnv(seed))})`)
const outer = (digits: Sql): Sql => fnvOfDigits(digits, sql`toUInt64(${u32(basis)})`)

/** Everybody alive whose number stands between `from` and `to` for the seed; `to` itself belongs to the next part. */
export const splitRows = ({ split: { seed, from, to } }: SplitCondition, world: World): Sql => {
  const first = sql`select customer_no, toString(customer_no) as d ${living(world)}`
  const second = sql`select customer_no, toString(${inner(sql`d`, seed)}) as d from (${first})`
  const place = sql`toFloat64(${outer(sql`d`)} % 10000) / 10000`
  return sql`${bitmapOf(sql`customer_no`)} from (select customer_no, ${place} as place from (${second})) where place >= ${f64(from)} and place < ${f64(to)}`
}

/** The `size` members of a bitmap whose hash, all 32 bits of it, is lowest, the lower number first. */
export const sampleOf = (bitmap: Sql, size: number, seed: string): Sql => {
  const nos = sql`arrayMap(no -> (no, toString(no)), bitmapToArray(${bitmap}))`
  const hashed = sql`arrayMap((no, d) -> (no, toString(${inner(sql`d`, seed)})), ${nos})`
  const places = sql`arrayMap((no, d) -> (${outer(sql`d`)}, no), ${hashed})`
  return sql`bitmapBuild(arrayMap(x -> x.2, arraySlice(arrayPartialSort(x -> x, ${u32(size)}, ${places}), 1, ${u32(size)})))`
}
