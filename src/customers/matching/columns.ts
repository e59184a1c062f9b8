import type { Comparison } from './comparisons.ts'

/** The values of one field: a code per record, and the text of each code. Code 0 says that there is no value. */
export interface Column {
  codes: Int32Array
  /** By code; `values[0]` is empty. */
  values: string[]
  /** How many records have each code. */
  counts: Int32Array
}

export interface ColumnBuilder {
  /** The next record's value as `normaliseText` leaves it; null when it has none. */
  push(raw: string | null | undefined): void
  build(): Column
}

/** Collects the values of a field, record by record. Equal ones share a code, so that they are prepared and compared once. */
export const openColumn = ({ normalise }: Pick<Comparison, 'normalise'>): ColumnBuilder => {
  let codes = new Int32Array(1_024)
  let length = 0
  const values = ['']
  const counts = [0]
  let codeOf: Map<string, number> | undefined = new Map()
  return {
    push: (raw) => {
      if (length === codes.length) {
        const larger = new Int32Array(codes.length * 2)
        larger.set(codes)
        codes = larger
      }
      const text = raw === null || raw === undefined ? undefined : normalise(raw)
      let code = 0
      if (text !== undefined && codeOf) {
        code = codeOf.get(text) ?? 0
        if (code === 0) {
          code = values.length
          values.push(text)
          counts.push(0)
          codeOf.set(text, code)
        }
        counts[code] = (counts[code] ?? 0) + 1
      }
      codes[length++] = code
    },
    build: () => {
      // The map is as large as the texts; nobody asks it again.
      codeOf = undefined
      return { codes: codes.slice(0, length), values, counts: Int32Array.from(counts) }
    },
  }
}
