/** A step of the walks: from a channel ('' the start) to a channel ('' the end, in a conversion or in nothing). */
export interface Step {
  from: string
  to: string
  converted: boolean
  count: number
}

/** Channels that get a state of their own; the rest share one and its credit by their touches. */
const mostStates = 50
const rest = '\u0000rest'

/** x of A·x = b by elimination with pivots; A and b are used up. */
const solved = (matrix: number[][], right: number[]): number[] => {
  const n = right.length
  const at = (row: number, column: number) => matrix[row]?.[column] ?? 0
  for (let column = 0; column < n; column++) {
    let pivot = column
    for (let row = column + 1; row < n; row++) if (Math.abs(at(row, column)) > Math.abs(at(pivot, column))) pivot = row
    const [here, there] = [matrix[column], matrix[pivot]]
    if (!here || !there || at(pivot, column) === 0) continue
    matrix[column] = there
    matrix[pivot] = here
    const swapped = right[column] ?? 0
    right[column] = right[pivot] ?? 0
    right[pivot] = swapped
    for (let row = column + 1; row < n; row++) {
      const factor = at(row, column) / at(column, column)
      if (factor === 0) continue
      const target = matrix[row]
      if (!target) continue
      for (let i = column; i < n; i++) target[i] = (target[i] ?? 0) - factor * at(column, i)
      right[row] = (right[row] ?? 0) - factor * (right[column] ?? 0)
    }
  }
  const x = Array.from({ length: n }, () => 0)
  for (let row = n - 1; row >= 0; row--) {
    let sum = right[row] ?? 0
    for (let i = row + 1; i < n; i++) sum -= at(row, i) * (x[i] ?? 0)
    x[row] = at(row, row) === 0 ? 0 : sum / at(row, row)
  }
  return x
}

/**
 * Removal effects of channels in a Markov chain of first order: sequences are walks from a start over channels to a
 * conversion or to nothing; the probability to convert is taken again with all ways into a channel leading to nothing.
 * @param steps of all walks; staying at a channel changes nothing
 * @returns per channel `removal` = 1 − P(without) / P, and `share` = removal / Σ removal; shares add up to 1 unless nothing converts
 * Source: E. Anderl, I. Becker, F. v. Wangenheim, J. H. Schumann, Mapping the customer journey (2016), section 3;
 * worked example in markov.test.ts
 */
export const removalEffects = (steps: readonly Step[]): Map<string, { removal: number; share: number }> => {
  const touches = new Map<string, number>()
  for (const { to, count } of steps) if (to !== '') touches.set(to, (touches.get(to) ?? 0) + count)
  const ranked = [...touches].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const own = ranked.slice(0, mostStates).map(([channel]) => channel)
  const names = ranked.length > mostStates ? [...own, rest] : own
  const states = new Map(names.map((name, i) => [name, i + 1]))
  const stateOf = (channel: string) => (channel === '' ? 0 : (states.get(channel) ?? states.get(rest) ?? 0))
  const size = names.length + 1
  const ways = Array.from({ length: size }, () => Array.from({ length: size }, () => 0))
  const converted = Array.from({ length: size }, () => 0)
  const left = Array.from({ length: size }, () => 0)
  for (const { from, to, converted: won, count } of steps) {
    const [state, next] = [stateOf(from), stateOf(to)]
    if (to !== '' && next === state) continue
    left[state] = (left[state] ?? 0) + count
    const row = ways[state]
    if (to !== '' && row) row[next] = (row[next] ?? 0) + count
    if (to === '' && won) converted[state] = (converted[state] ?? 0) + count
  }
  const probability = (removed: number): number => {
    const matrix = ways.map((row, i) =>
      row.map((count, j) => {
        const stay = i === j ? 1 : 0
        const total = left[i] ?? 0
        return j === removed || i === removed || total === 0 ? stay : stay - count / total
      }),
    )
    const right = converted.map((count, i) => (i === removed || !left[i] ? 0 : count / left[i]))
    return solved(matrix, right)[0] ?? 0
  }
  const whole = probability(-1)
  const removals = names.map((name, i) => ({ name, removal: whole === 0 ? 0 : 1 - probability(i + 1) / whole }))
  const sum = removals.reduce((total, { removal }) => total + removal, 0)
  const effects = new Map<string, { removal: number; share: number }>()
  for (const { name, removal } of removals) {
    const share = sum === 0 ? 0 : removal / sum
    if (name !== rest) {
      effects.set(name, { removal, share })
      continue
    }
    const others = ranked.slice(mostStates)
    const all = others.reduce((total, [, count]) => total + count, 0)
    for (const [channel, count] of others) effects.set(channel, { removal, share: (share * count) / all })
  }
  return effects
}
