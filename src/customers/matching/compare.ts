import type { Column } from './columns.ts'
import { comparisons } from './comparisons.ts'
import type { MatchField } from './contract.ts'

/** Field values, comparison and the levels of two records. */
export interface FieldComparer {
  name: string
  levels: number
  column: Column
  termFrequency: boolean
  strong: boolean
  own: boolean
  /** Level of two records, `levels` when one has no value. */
  level: (a: number, b: number) => number
}

/** Answers kept per field, a power of two: pairs of values come again and again within a key's records. */
const keptAnswers = 1 << 18

/** The level of two codes, asked of `compare` once in a while. Direct-mapped, so it never grows. */
const remembering = (compare: (a: number, b: number) => number): ((a: number, b: number) => number) => {
  const lows = new Int32Array(keptAnswers)
  const highs = new Int32Array(keptAnswers)
  const answers = new Uint8Array(keptAnswers)
  return (a, b) => {
    const low = Math.min(a, b)
    const high = Math.max(a, b)
    const at = (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) & (keptAnswers - 1)
    if (lows[at] === low && highs[at] === high) return answers[at] ?? 0
    const answer = compare(low, high)
    lows[at] = low
    highs[at] = high
    answers[at] = answer
    return answer
  }
}

/** Makes ready to compare records by one field. */
export const comparerOf = (
  {
    field,
    comparison,
    termFrequency = false,
    strong = false,
    own = false,
  }: Partial<MatchField> & Pick<MatchField, 'field' | 'comparison'>,
  column: Column,
): FieldComparer => {
  const { levels, over } = comparisons[comparison]
  const { codes, values } = column
  const missing = levels.length
  const same = levels.length - 1
  const compare = comparison === 'exact' ? over(values) : remembering(over(values))
  return {
    name: field,
    levels: levels.length,
    column,
    termFrequency,
    strong,
    own,
    level: (a, b) => {
      const one = codes[a] ?? 0
      const two = codes[b] ?? 0
      if (one === 0 || two === 0) return missing
      return one === two ? same : compare(one, two)
    },
  }
}
