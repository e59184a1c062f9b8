/**
 * The export gate: every class of quasi-identifiers holds at least `k` people, and each sensitive attribute at least two values
 * in it. Values are generalised step by step, then the few who are left over are suppressed; else nothing leaves. Pure.
 * Source: risk-and-law 3.20; L. Sweeney, k-anonymity (2002); A. Machanavajjhala et al., l-diversity (2007).
 */

/** A column as numbers of its distinct texts, one per row. */
export interface Coded {
  codes: Uint32Array
  texts: readonly string[]
}

/** A quasi-identifier with ever coarser forms of itself. */
export interface Ladder {
  name: string
  steps: readonly (Coded & { called: string })[]
}

export interface GateRules {
  /** Smallest class. */
  k: number
  /** Share of the rows that may be left out. */
  suppressed: number
  /** Fewest different values of each sensitive attribute in a class. */
  diversity: number
}

export const gateRules: GateRules = { k: 10, suppressed: 0.05, diversity: 2 }

interface Weighed {
  /** Number of the class of each row. */
  classOf: Uint32Array
  sizes: number[]
  /** Why a class may not leave; undefined for one that may. */
  faults: (ClassFault | undefined)[]
  /** Rows in classes that may not leave. */
  failing: number
}

type ClassFault = 'small' | 'alike'

export interface FailingClass {
  values: Record<string, string>
  fault: ClassFault
  /** Rows; told as fewer than k where it is. */
  size: number
}

export type Verdict =
  | {
      passed: true
      /** Step of each quasi-identifier. */
      steps: number[]
      /** 1: the row may leave. */
      kept: Uint8Array
      suppressed: number
      classes: number
      smallest: number
    }
  | {
      passed: false
      steps: number[]
      failing: number
      classes: FailingClass[]
      /** Columns without which it would pass. */
      without: string[]
    }

/** Two columns of numbers as one, numbered without gaps. */
const paired = (a: Uint32Array, b: Uint32Array, width: number): { codes: Uint32Array; count: number } => {
  const numbers = new Map<number, number>()
  const codes = new Uint32Array(a.length)
  for (let row = 0; row < a.length; row++) {
    const pair = (a[row] ?? 0) * width + (b[row] ?? 0)
    let number = numbers.get(pair)
    if (number === undefined) {
      number = numbers.size
      numbers.set(pair, number)
    }
    codes[row] = number
  }
  return { codes, count: numbers.size }
}

const weigh = (
  rows: number,
  columns: readonly Coded[],
  sensitive: readonly Coded[],
  { k, diversity }: GateRules,
): Weighed => {
  let classOf: Uint32Array = new Uint32Array(rows)
  let count = rows === 0 ? 0 : 1
  for (const { codes, texts } of columns) ({ codes: classOf, count } = paired(classOf, codes, texts.length))
  const sizes: number[] = Array.from({ length: count }, () => 0)
  for (const one of classOf) sizes[one] = (sizes[one] ?? 0) + 1
  const faults: (ClassFault | undefined)[] = sizes.map((size) => (size < k ? 'small' : undefined))
  for (const attribute of sensitive) {
    const values: number[] = Array.from({ length: count }, () => 0)
    const { codes, count: pairs } = paired(classOf, attribute.codes, attribute.texts.length)
    const seen = new Uint8Array(pairs)
    for (let row = 0; row < rows; row++) {
      const pair = codes[row] ?? 0
      if (seen[pair] === 1) continue
      seen[pair] = 1
      const one = classOf[row] ?? 0
      values[one] = (values[one] ?? 0) + 1
    }
    values.forEach((held, one) => {
      if (held < diversity) faults[one] ??= 'alike'
    })
  }
  const failing = sizes.reduce((sum, size, one) => sum + (faults[one] ? size : 0), 0)
  return { classOf, sizes, faults, failing }
}

const shownClasses = 20

/**
 * Takes one step of generalisation after the other, each time that which leaves the fewest rows in failing classes, until so few
 * are left that they can be suppressed.
 */
export const passGate = (
  rows: number,
  quasi: readonly Ladder[],
  sensitive: readonly Coded[],
  rules: GateRules = gateRules,
): Verdict => {
  const steps = quasi.map(() => 0)
  const columnsAt = (at: readonly number[]): Coded[] => quasi.flatMap(({ steps: forms }, i) => forms[at[i] ?? 0] ?? [])
  let weighed = weigh(rows, columnsAt(steps), sensitive, rules)
  const bearable = Math.floor(rows * rules.suppressed)
  while (weighed.failing > bearable) {
    let best: { column: number; weighed: Weighed } | undefined
    for (const [column, { steps: forms }] of quasi.entries()) {
      if ((steps[column] ?? 0) + 1 >= forms.length) continue
      const tried = weigh(rows, columnsAt(steps.map((step, i) => (i === column ? step + 1 : step))), sensitive, rules)
      if (!best || tried.failing < best.weighed.failing) best = { column, weighed: tried }
    }
    if (!best) return refused(rows, quasi, sensitive, rules, steps, weighed)
    steps[best.column] = (steps[best.column] ?? 0) + 1
    weighed = best.weighed
  }
  const { classOf, sizes, faults, failing } = weighed
  const leaving = sizes.filter((_, one) => !faults[one])
  return {
    passed: true,
    steps,
    kept: Uint8Array.from(classOf, (one) => (faults[one] ? 0 : 1)),
    suppressed: failing,
    classes: leaving.length,
    smallest: leaving.reduce((least, size) => Math.min(least, size), Number.POSITIVE_INFINITY),
  }
}

const refused = (
  rows: number,
  quasi: readonly Ladder[],
  sensitive: readonly Coded[],
  rules: GateRules,
  steps: number[],
  { classOf, sizes, faults, failing }: Weighed,
): Verdict => {
  const rowOf = new Map<number, number>()
  classOf.forEach((one, row) => {
    if (faults[one] && !rowOf.has(one)) rowOf.set(one, row)
  })
  const classes = [...rowOf]
    .map(
      ([one, row]): FailingClass => ({
        values: Object.fromEntries(
          quasi.map(({ name, steps: forms }, i) => {
            const form = forms[steps[i] ?? 0]
            return [name, form?.texts[form.codes[row] ?? 0] ?? '']
          }),
        ),
        fault: faults[one] ?? 'small',
        size: sizes[one] ?? 0,
      }),
    )
    .sort((a, b) => b.size - a.size)
    .slice(0, shownClasses)
  const without = quasi.flatMap(({ name }, left) => {
    const columns = quasi.flatMap(({ steps: forms }, i) => (i === left ? [] : (forms[steps[i] ?? 0] ?? [])))
    const { failing } = weigh(rows, columns, sensitive, rules)
    return failing <= rows * rules.suppressed ? [name] : []
  })
  return { passed: false, steps, failing, classes, without }
}
