import { readAddress } from './address.ts'
import { readName } from './chinese-name.ts'
import type { Column } from './columns.ts'
import type { KeyForm } from './contract.ts'

/** One way to find candidates: records whose keys are equal. Key 0: the record takes no part. */
export interface Block {
  keys: Int32Array
  /** Records ordered by key, those without left out; `starts[key]` is where a key's records begin. */
  order: Int32Array
  starts: Int32Array
  /** Keys that more records share than are compared with one another. */
  tooLarge: Uint8Array
}

const soundCode: Readonly<Record<string, string>> = Object.fromEntries(
  ['bfpv', 'cgjkqsxz', 'dt', 'l', 'mn', 'r'].flatMap((letters, index) =>
    Array.from(letters).map((letter) => [letter, String(index + 1)]),
  ),
)

/** Soundex of a Latin name: its first letter and three digits. Source: US National Archives, the Soundex coding guide. */
export const soundex = (text: string): string => {
  const letters = text.toLowerCase().replaceAll(/[^a-z]/g, '')
  const first = letters.charAt(0)
  if (first === '') return text.slice(0, 4)
  let code = first
  let last = soundCode[first] ?? ''
  for (const letter of letters.slice(1)) {
    if (code.length === 4) break
    const digit = soundCode[letter] ?? ''
    if (digit !== '' && digit !== last) code += digit
    // h and w do not part two letters of one sound, vowels do.
    if (letter !== 'h' && letter !== 'w') last = digit
  }
  return code.padEnd(4, '0')
}

const forms: Readonly<Record<KeyForm, (value: string) => string>> = {
  whole: (value) => value,
  first3: (value) => value.slice(0, 3),
  last4: (value) => (value.length < 4 ? '' : value.slice(-4)),
  sound: soundex,
  nameKey: (value) => readName(value)?.key ?? '',
  year: (value) => value.slice(0, 4),
  monthDay: (value) => value.slice(4, 8),
  road: (value) => {
    const { city, road, number } = readAddress(value)
    return road === '' || number === '' ? '' : `${city}|${road}|${number}`
  },
}

/** Codes of a field's values in a form: values that look the same in it share one. 0: nothing left. */
const formCodes = ({ codes, values }: Column, form: KeyForm): { codes: Int32Array; count: number } => {
  if (form === 'whole') return { codes, count: values.length }
  const codeOf = new Map<string, number>()
  const byValue = new Int32Array(values.length)
  for (let value = 1; value < values.length; value++) {
    const text = forms[form](values[value] ?? '')
    if (text === '') continue
    let code = codeOf.get(text)
    if (code === undefined) {
      code = codeOf.size + 1
      codeOf.set(text, code)
    }
    byValue[value] = code
  }
  const out = new Int32Array(codes.length)
  for (let i = 0; i < codes.length; i++) out[i] = byValue[codes[i] ?? 0] ?? 0
  return { codes: out, count: codeOf.size + 1 }
}

/** Both codes as one code per record; 0 when either is. */
const joined = (
  a: { codes: Int32Array; count: number },
  b: { codes: Int32Array; count: number },
): { codes: Int32Array; count: number } => {
  const codeOf = new Map<number, number>()
  const out = new Int32Array(a.codes.length)
  for (let i = 0; i < out.length; i++) {
    const [one, two] = [a.codes[i] ?? 0, b.codes[i] ?? 0]
    if (one === 0 || two === 0) continue
    const both = one * b.count + two
    let code = codeOf.get(both)
    if (code === undefined) {
      code = codeOf.size + 1
      codeOf.set(both, code)
    }
    out[i] = code
  }
  return { codes: out, count: codeOf.size + 1 }
}

/**
 * Lays records out by a key of one to four parts.
 * @param most records that may share a key; a key shared by more is left out, since it says nothing
 */
export const layBlock = (parts: readonly { column: Column; form: KeyForm }[], most: number): Block => {
  const [first, ...rest] = parts.map(({ column, form }) => formCodes(column, form))
  if (!first) throw new Error('a blocking rule has at least one part')
  const { codes: keys, count } = rest.reduce(joined, first)
  const starts = new Int32Array(count + 1)
  for (const key of keys) if (key > 0) starts[key + 1] = (starts[key + 1] ?? 0) + 1
  const tooLarge = new Uint8Array(count)
  for (let key = 1; key < count; key++) if ((starts[key + 1] ?? 0) > most) tooLarge[key] = 1
  for (let key = 1; key <= count; key++) starts[key] = (starts[key] ?? 0) + (starts[key - 1] ?? 0)
  const order = new Int32Array(starts[count] ?? 0)
  const next = starts.slice()
  for (let record = 0; record < keys.length; record++) {
    const key = keys[record] ?? 0
    if (key === 0) continue
    const at = next[key] ?? 0
    order[at] = record
    next[key] = at + 1
  }
  return { keys, order, starts, tooLarge }
}

/** Whether an earlier block has brought the two together already. */
const metBefore = (blocks: readonly Block[], until: number, a: number, b: number): boolean => {
  for (let i = 0; i < until; i++) {
    const block = blocks[i]
    if (!block) continue
    const key = block.keys[a] ?? 0
    if (key !== 0 && key === block.keys[b] && block.tooLarge[key] === 0) return true
  }
  return false
}

/** What is done with each pair: the lower record number first. */
export type PairVisitor = (a: number, b: number) => void

/**
 * Every pair of records that shares a key of at least one block, each once, in steps so that the caller can report and stop.
 * @param only with it, pairs of which at least one record is marked
 * @yields after each key, the share of blocks laid out so far (0 to 1)
 */
export function* candidatePairs(
  blocks: readonly Block[],
  visit: PairVisitor,
  only?: Uint8Array,
): Generator<number, void, void> {
  for (let at = 0; at < blocks.length; at++) {
    const block = blocks[at]
    if (!block) continue
    const { starts, order, tooLarge } = block
    for (let key = 1; key < tooLarge.length; key++) {
      const [start, end] = [starts[key] ?? 0, starts[key + 1] ?? 0]
      if (end - start < 2 || tooLarge[key] === 1) continue
      for (let i = start; i < end; i++) {
        const a = order[i] ?? 0
        for (let j = i + 1; j < end; j++) {
          const b = order[j] ?? 0
          if (only && only[a] === 0 && only[b] === 0) continue
          if (at > 0 && metBefore(blocks, at, a, b)) continue
          visit(a, b)
        }
      }
      yield (at + start / Math.max(1, order.length)) / blocks.length
    }
  }
}
